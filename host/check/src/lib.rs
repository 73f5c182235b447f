//! The pipeline: bytes -> intake -> plan -> run -> report -> a format.
//!
//! Every step is a function of its inputs. Only [`Judge`] implementations
//! reach a sandbox; planning, assembling and rendering need none.

mod assemble;
mod checker;
#[cfg(test)]
mod double;
pub mod input;
pub mod intake;
mod judge;
pub mod plan;
pub mod schema;
mod words;

pub use checker::{Checked, Checker, Options, SetupError, Source, refused};
pub use judge::{Broken, Judge};
