//! The pipeline: bytes -> intake -> plan -> run -> report -> a format.
//!
//! Every step is a function of its inputs. Only [`Judge`] implementations
//! reach a sandbox; planning, assembling and rendering need none.

pub mod intake;
pub mod schema;
mod words;
