//! The plugin of hazardous chemicals (危险化学品): rows in `rules/`, and here
//! only what computes.

mod diagnosis;
mod filed;
pub mod gb18218;
mod substances;
pub mod two_keys;
mod working;

/// Generated from the rows.
pub mod rules {
    include!(concat!(env!("OUT_DIR"), "/rules.rs"));
}

pub use filed::Cache;
pub use rules::Cx;
use working::working;
