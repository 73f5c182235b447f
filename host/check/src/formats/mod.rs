//! A report in the form that a reader asked for. One file for each.
//!
//! A format writes each filing by itself, so that workers render side by side
//! and a run of any length needs the memory of a batch.

mod human;
mod json;
pub mod names;
mod ndjson;
mod sarif;

use std::io;

use anjian_model::Text;

use crate::{Checked, Checker, Tally};

pub use human::Human;
pub use json::Json;
pub use ndjson::Ndjson;
pub use sarif::Sarif;

/// The language that people are addressed in. Machine formats carry both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// The sentence in this language.
    pub fn of(self, text: &Text) -> &str {
        self.pick(&text.zh, &text.en)
    }

    /// One of two.
    pub fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

/// One output format. The parts are written in this order: `begin`, then each
/// filing with `between` before all but the first, then `end`.
pub trait Format: Sync {
    /// What stands before the first filing.
    ///
    /// # Errors
    /// When a value cannot be written in the format.
    fn begin(&self, checker: &Checker, out: &mut Vec<u8>) -> io::Result<()>;

    /// One filing.
    ///
    /// # Errors
    /// When a value cannot be written in the format.
    fn filing(&self, checker: &Checker, checked: &Checked<'_>, out: &mut Vec<u8>)
    -> io::Result<()>;

    /// Whether what was written for a filing needs [`between`](Self::between)
    /// before the next.
    fn between(&self) -> &'static [u8] {
        b""
    }

    /// What stands after the last filing.
    ///
    /// # Errors
    /// When a value cannot be written in the format.
    fn end(&self, checker: &Checker, tally: &Tally, out: &mut Vec<u8>) -> io::Result<()>;
}

#[cfg(test)]
mod tests;
