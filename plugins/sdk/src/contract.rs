//! The contract's types, generated from `wit/0.1.0`, and the way to export a
//! plugin. Nothing else in `plugins/` names wit-bindgen.
#![expect(
    missing_docs,
    reason = "generated from the contract, which carries the documentation"
)]

wit_bindgen::generate!({
    path: "../../wit/0.1.0",
    world: "plugin",
    additional_derives: [serde::Deserialize],
    pub_export_macro: true,
    export_macro_name: "export",
    default_bindings_module: "anjian_sdk::contract",
    runtime_path: "anjian_sdk::contract::rt",
});

pub use exports::anjian::plugin::judge::*;
#[doc(hidden)]
pub use wit_bindgen::rt;
