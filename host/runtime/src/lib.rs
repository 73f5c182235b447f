//! A file becomes a plugin; a plugin gives outcomes or a fault.
//!
//! Every call runs in a sandbox of its own that is thrown away afterwards, so
//! a plugin that breaks on one filing is whole again for the next. This crate
//! alone names wasmtime, and only its file for a contract version knows that
//! versions exist.

mod assessment;
mod cache;
mod contract;
mod description;
mod engine;
mod fault;
mod limits;
mod load;
mod places;
mod plugin;
mod ticker;
mod v0_1_0;

pub use assessment::Nonsense;
pub use cache::Cache;
pub use description::DescriptionProblem;
pub use engine::{Engine, EngineError};
pub use fault::{Fault, Refusal};
pub use limits::Limits;
pub use load::LoadError;
pub use plugin::Plugin;
