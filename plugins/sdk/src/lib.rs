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
mod facts;
mod judge;
mod logic;
mod metadata;
mod values;

pub use facts::{Field, Object, Shape, Text, Type};
pub use jiff::civil::{Date, DateTime};
pub use judge::{Dates, Judged, Out, judge};
pub use logic::{At, Cond, Note, Trace, Why, and, not, or};
pub use metadata::{
    ExampleMeta, InstrumentMeta, PageMeta, PluginMeta, RuleMeta, SectionMeta, TextMeta, describe,
    explain,
};
pub use rust_decimal::Decimal;
pub use values::{
    Dynamic, Range, Show, V, above, abs, add, ask, below, compute, constant, contains, equal,
    exists, has, int_as_number, is_none, mul, not_above, not_below, one_of, periods, read, shift,
    size, sub, word_exists,
};
