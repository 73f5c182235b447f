//! The map of the law: which rules encode its rows, why the others have none,
//! and on which days the rules are in force.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod coverage;
mod dates;
mod map;
#[path = "../sectors/mod.rs"]
mod sectors;

use std::collections::{BTreeMap, BTreeSet};

use map::{Row, TERMS, means};

fn names() -> impl Iterator<Item = &'static str> {
    anjian_bundle::PLUGINS.iter().map(|bundled| bundled.name)
}

fn rows() -> impl Iterator<Item = Row> {
    names().flat_map(map::read)
}

fn rules() -> BTreeSet<String> {
    sectors::all()
        .iter()
        .flat_map(|sector| sector.book.rules.iter().map(|rule| rule.id().to_owned()))
        .collect()
}

#[test]
fn no_row_of_the_law_is_lost() {
    for sector in names() {
        let rows = map::read(sector);
        let ids: BTreeSet<&String> = rows.iter().map(|row| &row.id).collect();
        assert_eq!(ids.len(), rows.len(), "{sector} has a row twice");
        assert_eq!(rows.len(), map::beside(sector).rows, "{sector}");
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
    let mut without: BTreeSet<String> = names()
        .flat_map(|sector| map::beside(sector).without_row)
        .collect();
    for rule in rules() {
        let encodes = named.iter().any(|id| means(id, &rule));
        let expect = !without.remove(&rule);
        assert_eq!(
            encodes, expect,
            "{rule}: see plugins/*/law.csv and law.toml"
        );
    }
    assert!(without.is_empty(), "law.toml names no rules: {without:?}");
}

#[test]
fn only_an_unverified_row_may_have_no_rule() {
    for sector in names() {
        let excused = map::beside(sector).differs;
        for row in map::read(sector).iter().filter(|row| !row.is_encoded()) {
            let [_, confidence, ..] = &row.terms;
            let named = excused.contains(&(row.id.clone(), "rules".to_owned()));
            let may = (confidence == "unverified") != named;
            assert!(may, "{} is {confidence}, excused: {named}", row.id);
        }
    }
}

#[test]
fn rules_say_what_their_rows_say() {
    // A rule's terms in the order of TERMS.
    let mut terms: BTreeMap<String, [String; 4]> = BTreeMap::new();
    for sector in sectors::all() {
        for rule in &sector.plugin.description().rules {
            let word = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            let of = [
                word(serde_json::to_value(rule.kind).unwrap()),
                word(serde_json::to_value(rule.confidence).unwrap()),
                rule.in_force_from.clone().unwrap_or_default(),
                rule.in_force_to.clone().unwrap_or_default(),
            ];
            terms.insert(rule.id.clone(), of);
        }
    }
    let mut problems = Vec::new();
    for sector in names() {
        let excused = map::beside(sector).differs;
        for row in map::read(sector).iter().filter(|row| row.is_encoded()) {
            let encode = |rule: &&String| row.rules().iter().any(|name| means(name, rule));
            let ids: Vec<&String> = terms.keys().filter(encode).collect();
            for (at, (term, due)) in TERMS.iter().zip(&row.terms).enumerate() {
                let mut same = ids.iter().map(|id| terms[*id][at] == *due);
                // A row may have a lead beside the rule that decides.
                let right = match *term {
                    "kind" => same.any(|same| same),
                    _ => same.all(|same| same),
                };
                let named = excused
                    .iter()
                    .any(|(id, what)| *id == row.id && what == term);
                if right == named {
                    let found: Vec<_> = ids.iter().map(|id| (id, &terms[*id][at])).collect();
                    problems.push(format!("{}: {term} is {due:?}, {found:?}", row.id));
                }
            }
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}
