//! The plugin of the duties of every enterprise (通用): rows in `rules/`, and
//! here only what computes.

mod filed;

/// Generated from the rows.
pub mod rules {
    include!(concat!(env!("OUT_DIR"), "/rules.rs"));
}

pub use anjian_sdk::plain::working;
pub use filed::Cache;
pub use rules::Cx;
