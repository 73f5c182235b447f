//! The words of Anjian as plain types. Nothing here reads, writes or decides;
//! `runtime` produces these types, `check` assembles them, `cli` shows them.

mod assessment;
mod report;
mod rulebook;

pub use assessment::*;
pub use report::*;
pub use rulebook::*;
