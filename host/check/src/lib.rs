//! The pipeline: bytes -> intake -> plan -> run -> report -> a format.
//!
//! Every step is a function of its inputs. Only [`Judge`] implementations
//! reach a sandbox; planning, assembling and rendering need none.

mod assemble;
mod by_date;
mod checker;
#[cfg(test)]
mod double;
mod enrolled;
pub mod formats;
pub mod input;
pub mod intake;
mod judge;
pub mod plan;
mod profile;
mod run;
pub mod schema;
mod tally;
mod waiting;
mod words;

pub use by_date::{ByDate, Turn};
pub use checker::{Checked, Checker, Options, SetupError, Source, refused};
pub use enrolled::Enrolled;
pub use judge::{Broken, Judge};
pub use profile::{Decision, Profile, ProfileError, ProfileProblem};
pub use run::{Ran, run};
pub use tally::{Graded, RuleTally, Tally};
pub use words::natural;
