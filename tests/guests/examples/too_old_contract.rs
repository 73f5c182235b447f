//! Speaks a contract that came earlier.

#![cfg_attr(
    target_family = "wasm",
    expect(
        unsafe_code,
        reason = "the glue between the contract and Rust is made here"
    )
)]

mod bindings {
    wit_bindgen::generate!({
        inline: "
            package anjian:plugin@0.0.1;
            interface judge {
                describe: func() -> string;
            }
            world plugin {
                export judge;
            }
        ",
        world: "plugin",
    });
}

/// See the file.
pub struct TooOldContract;

impl bindings::exports::anjian::plugin::judge::Guest for TooOldContract {
    fn describe() -> String {
        "earlier".to_owned()
    }
}

#[cfg(target_family = "wasm")]
bindings::export!(TooOldContract with_types_in bindings);
