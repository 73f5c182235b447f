//! The plugin of metal and non-metal mines (非煤矿山): rows in `rules/`, and here
//! only what computes.

mod filed;

/// Generated from the rows.
pub mod rules {
    include!(concat!(env!("OUT_DIR"), "/rules.rs"));
}

pub use anjian_sdk::plain::{Cache, working};
pub use rules::Cx;
