//! What a plugin stands on. Rule authors never see it: the build turns rows
//! into code against this crate (see `plugins/README.md`). Authors of computed
//! values use [`Decimal`], [`Date`] and the types of [`contract`].
//!
//! A plugin lives for one filing. Nothing is freed, nothing is built at the
//! start, and memory is sized when the plugin is linked.

// The contract's generated code names this crate as plugins do.
extern crate self as anjian_sdk;

#[cfg(target_arch = "wasm32")]
mod bump;
pub mod contract;
mod eval;
pub mod expr;
mod facts;
mod judge;
mod logic;
mod metadata;
pub mod plain;
pub mod score;
mod values;

pub use eval::{Compute, Filing, judge_all};
pub use facts::{Field, Object, Shape, Text, Type};
pub use jiff::civil::{Date, DateTime};
pub use judge::{Dates, Out};
pub use metadata::{Packed, TextMeta, describe, explain};
pub use rust_decimal::Decimal;
pub use score::score_all;
pub use values::{Range, Val};
