//! GB 18218-2018, identification and grading of major hazards.
//!
//! One unit at a time: [`assess`] takes its chemicals and gives S, R and the
//! grade as exact numbers; [`working`] writes the same calculation line by
//! line for people. Nothing here reads a declared value.
//!
//! Three things are kept apart all the way: a value that is *known*, one that
//! is *unknown* because a fact was not filed (the fact is named), and one that
//! rests on an *open reading* of the standard. Unknown and open values are
//! carried as bounds, so an answer is given only when it is the same at both
//! ends.

mod assess;
mod beta;
mod declared;
mod exact;
mod facts;
mod tables;
#[cfg(test)]
mod tests;
mod threshold;
mod working;

pub use assess::{Assessment, ChemicalResult, Interval, assess};
pub use beta::{Beta, BetaSource};
pub use declared::tolerance;
pub use exact::{Exact, OutOfRange};
pub use facts::{
    Chemical, Conditions, Fact, MissingFact, MissingFacts, Place, Reading, Readings, Symbols,
};
pub use tables::{CLASSES, Class, ROWS, Row, alpha_tenths, grade_name, grade_of};
pub use threshold::{Source, Threshold, threshold};
pub use working::{Step, Text, result_text, values, working};
