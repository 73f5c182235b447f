//! The plugin of the platform economy and emerging trades (平台经济和新业态): rows in
//! `rules/`, and nothing that computes.

/// Generated from the rows.
pub mod rules {
    include!(concat!(env!("OUT_DIR"), "/rules.rs"));
}

pub use anjian_sdk::plain::{Cache, working};
pub use rules::Cx;
