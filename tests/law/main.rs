//! The map of the law: which rules encode its rows, why the others have none,
//! and on which days the rules are in force.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod coverage;
mod dates;
mod map;
#[path = "../sectors/mod.rs"]
mod sectors;

use std::collections::BTreeSet;

use map::{Row, means};

/// Rows of each sector, counted by hand in the texts, so that a lost line is noticed.
const ROWS: [(&str, usize); 5] = [
    ("general", 223),
    ("hazchem", 289),
    ("metallurgy", 214),
    ("mining", 199),
    ("platform", 110),
];

/// Rules that encode no row of the law: references, what the filing lacks,
/// questions about what was declared, and the example of a score.
const WITHOUT_ROW: [&str; 20] = [
    "aq3067/pending",
    "division/declared-low",
    "division/resolve",
    "filing/mine-areas-none",
    "filing/mine-closed-works",
    "filing/mine-dams-none",
    "filing/mine-drains-none",
    "filing/mine-fans-none",
    "filing/mine-goaf-future",
    "filing/mine-hoist-parts-none",
    "filing/mine-hoists-none",
    "filing/mine-load-cases-none",
    "filing/mine-maps-none",
    "filing/mine-months-none",
    "filing/mine-openings-none",
    "filing/mine-sections-none",
    "filing/mine-systems-none",
    "filing/mine-test-future",
    "filing/mine-workplaces-none",
    "outside-park/score",
];

fn rows() -> impl Iterator<Item = Row> {
    ROWS.iter().flat_map(|(sector, _)| map::read(sector))
}

fn rules() -> BTreeSet<String> {
    sectors::all()
        .iter()
        .flat_map(|sector| sector.book.rules.iter().map(|rule| rule.id().to_owned()))
        .collect()
}

#[test]
fn no_row_of_the_law_is_lost() {
    for (sector, count) in ROWS {
        let rows = map::read(sector);
        let ids: BTreeSet<&String> = rows.iter().map(|row| &row.id).collect();
        assert_eq!(ids.len(), rows.len(), "{sector} has a row twice");
        assert_eq!(rows.len(), count, "{sector}");
    }
}

#[test]
fn every_row_is_encoded_or_says_why_not() {
    let rules = rules();
    let mut problems = Vec::new();
    for row in rows() {
        let id = &row.id;
        if row.is_encoded() {
            for name in row.rules() {
                let there = rules.iter().any(|rule| means(name, rule));
                if !there {
                    problems.push(format!("{id}: {name} is no rule"));
                }
            }
        } else if row.why.iter().any(String::is_empty) {
            problems.push(format!("{id}: the reason lacks a language"));
        } else if row.is_renamed() || rules.contains(id) {
            problems.push(format!("{id}: has rules and a reason why it has none"));
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn every_rule_encodes_a_row() {
    let rows: Vec<Row> = rows().collect();
    let named: Vec<&str> = rows.iter().flat_map(Row::rules).collect();
    for rule in rules() {
        let encodes = named.iter().any(|id| means(id, &rule));
        let expect = !WITHOUT_ROW.contains(&rule.as_str());
        assert_eq!(encodes, expect, "{rule}: see plugins/*/law.csv");
    }
}
