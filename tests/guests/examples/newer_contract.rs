//! Speaks a contract that came later.

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
            package anjian:plugin@9.0.0;
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
pub struct NewerContract;

impl bindings::exports::anjian::plugin::judge::Guest for NewerContract {
    fn describe() -> String {
        "later".to_owned()
    }
}

#[cfg(target_family = "wasm")]
bindings::export!(NewerContract with_types_in bindings);
