//! The plugin of metallurgy and other industry and trade (冶金工贸): rows in
//! `rules/`, and nothing that computes.

/// Generated from the rows.
pub mod rules {
    include!(concat!(env!("OUT_DIR"), "/rules.rs"));
}

pub use anjian_sdk::plain::{Cache, working};
pub use rules::Cx;
