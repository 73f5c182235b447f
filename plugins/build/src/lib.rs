//! Source becomes a plugin: a nested `cargo build` for
//! `wasm32-unknown-unknown`, wrapped as a component.
//!
//! In a build script:
//!
//! ```no_run
//! use anjian_plugin_build::Guest;
//!
//! fn main() -> std::process::ExitCode {
//!     anjian_plugin_build::build_script(&[Guest::lib("anjian-hazchem")])
//! }
//! ```
//!
//! and beside it `include_bytes!(concat!(env!("OUT_DIR"), "/anjian-hazchem.wasm"))`.

mod builder;
mod depinfo;
mod environment;
mod error;
mod flags;
mod guest;
mod script;

pub use builder::Builder;
pub use error::BuildError;
pub use guest::{Component, Guest, Kind};
pub use script::build_script;

/// What plugins are compiled for. It has no system, so a plugin has no imports.
pub const TARGET: &str = "wasm32-unknown-unknown";
