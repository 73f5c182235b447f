//! The plugin of the duties of every enterprise (通用): rows in `rules/`, and
//! here only what computes.

mod division;
mod filed;
mod working;

/// Generated from the rows.
pub mod rules {
    include!(concat!(env!("OUT_DIR"), "/rules.rs"));
}

pub use filed::Cache;
pub use rules::Cx;
use working::working;
