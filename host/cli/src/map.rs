//! The map of the law that comes with the built-in plugins, as docs/coverage.md
//! has it for people.

use std::collections::BTreeMap;

use anjian_model::{Instrument, Text};
use serde::Deserialize;

/// Generated from the rows; `tests/law` writes it beside docs/coverage.md.
const MAP: &str = include_str!("../../../docs/coverage.json");

/// What was encoded, and what was not.
#[derive(Debug, Default, Deserialize)]
pub struct Map {
    /// Instruments that no rule cites.
    pub instruments: Vec<Instrument>,
    /// By rule.
    pub rules: BTreeMap<String, Encoded>,
    /// Rows of the law without a rule.
    pub open: Vec<Open>,
}

/// What stands behind a rule.
#[derive(Debug, Deserialize)]
pub struct Encoded {
    pub plugin: String,
    /// It never finds a violation; it asks a person to look.
    pub lead: bool,
    pub examples: usize,
    pub boundary_values: usize,
}

/// A row of the law that no rule encodes.
#[derive(Debug, Deserialize)]
pub struct Open {
    pub plugin: String,
    pub row: String,
    pub clause: String,
    pub title: Text,
    pub why: Text,
}

impl Open {
    /// The key of its instrument.
    pub fn instrument(&self) -> &str {
        self.row.split('/').next().unwrap_or_default()
    }
}

impl Map {
    /// Without what it says of plugins that others replaced.
    pub fn without(replaced: &[&str]) -> Self {
        // A test reads it.
        let mut map: Self = serde_json::from_str(MAP).unwrap_or_default();
        map.rules
            .retain(|_, rule| !replaced.contains(&rule.plugin.as_str()));
        map.open
            .retain(|row| !replaced.contains(&row.plugin.as_str()));
        map
    }
}

#[cfg(test)]
mod tests {
    use super::Map;

    #[test]
    fn the_map_can_be_read() {
        let map = Map::without(&[]);
        assert!(map.rules.len() > 900 && map.open.len() > 100);
        let less = Map::without(&["hazchem"]);
        assert!(less.rules.len() < map.rules.len() && less.open.len() < map.open.len());
    }
}
