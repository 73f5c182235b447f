//! What holds for every rule of every plugin, on filings that nobody wrote.
#![expect(clippy::panic, reason = "a test stops at the first surprise")]

mod generate;
mod sectors;

use anjian_model::Outcome;
use anjian_rows::sample::Sample;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sectors::Sector;
use serde_json::{Value, json};

/// On the second day AQ 3067-2026 is in force too; plugins judge both alike.
const DAYS: [&str; 2] = ["2026-06-30", "2026-10-15"];

fn runner(cases: u32) -> TestRunner {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    TestRunner::new_with_rng(
        Config {
            cases,
            failure_persistence: None,
            ..Config::default()
        },
        rng,
    )
}

/// Runs `check` on generated filings of every plugin.
fn for_filings(cases: u32, check: impl Fn(&Sector, &Sample) -> Result<(), TestCaseError>) {
    for sector in sectors::all() {
        let filings = generate::filing(&sector.book, DAYS[0]);
        runner(cases)
            .run(&filings, |filing| check(&sector, &filing))
            .unwrap_or_else(|error| {
                panic!("{}: {error}", sector.name);
            });
    }
}

/// Outcomes with every fact taken away in turn: its path, before, after.
fn without_each_fact(
    sector: &Sector,
    filing: &Sample,
    check: impl Fn(&str, &[Outcome], &[Outcome]) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    let before = sectors::by_component(sector, filing).outcomes;
    for path in generate::facts(filing) {
        let less = generate::without(filing, &path);
        let after = sectors::by_component(sector, &less).outcomes;
        check(&path, &before, &after)?;
    }
    Ok(())
}

/// The outcome of one rule, where the plugin has it.
fn says(sector: &Sector, outcomes: &[Outcome], id: &str) -> Option<Outcome> {
    let index = sector.book.rules.iter().position(|rule| rule.id() == id)?;
    outcomes.get(index).copied()
}

#[test]
fn component_native_code_and_interpreter_agree() {
    for_filings(400, |sector, filing| {
        for day in DAYS {
            let filing = &generate::on(filing, day);
            let component = sectors::by_component(sector, filing);
            let native =
                (sector.native.evaluate)(&sectors::contract_request(sector, filing)).unwrap();
            for (index, rule) in sector.book.rules.iter().enumerate() {
                let interpreted = sectors::by_interpreter(sector, rule, filing);
                let said = component.outcomes[index];
                prop_assert_eq!(said, sectors::outcome(interpreted.outcome), "{}", rule.id());
                prop_assert_eq!(
                    format!("{said:?}"),
                    format!("{:?}", native.outcomes[index]).replace("Outcome::", ""),
                    "{}",
                    rule.id()
                );
                let items: Vec<Outcome> = component
                    .findings
                    .iter()
                    .filter(|f| f.rule == index)
                    .map(|f| f.outcome)
                    .collect();
                let expected: Vec<Outcome> = interpreted
                    .items
                    .iter()
                    .map(|(_, outcome, _)| sectors::outcome(*outcome))
                    .collect();
                prop_assert_eq!(items, expected, "{}: items", rule.id());
            }
        }
        Ok(())
    });
}

#[test]
fn the_same_filing_gives_the_same_answer() {
    for_filings(50, |sector, filing| {
        let first = sectors::by_component(sector, filing);
        prop_assert_eq!(&first, &sectors::by_component(sector, filing));
        Ok(())
    });
}

#[test]
fn removing_a_fact_never_helps() {
    for_filings(60, |sector, filing| {
        without_each_fact(sector, filing, |path, before, after| {
            // Where name and number of a chemical contradict each other, taking
            // one away ends the contradiction: then only the other is known.
            let contradiction = path.contains("/chemicals/")
                && (path.ends_with("/name") || path.ends_with("/cas"))
                && says(sector, before, "gb18218/cas-name") == Some(Outcome::Violated);
            for (index, rule) in sector.book.rules.iter().enumerate() {
                // A rule that compares what was declared does not apply to an
                // item that declares nothing; the other items then decide.
                let fact = path.rsplit('/').next().unwrap();
                let applies = rule
                    .applies
                    .as_ref()
                    .map_or("", |applies| applies.text.as_str());
                let asks_for_it = applies.contains("has(") && applies.contains(&format!("{fact})"));
                let helped = matches!(before[index], Outcome::Violated | Outcome::Undetermined)
                    && after[index] == Outcome::Satisfied
                    && !asks_for_it
                    && !contradiction;
                prop_assert!(!helped, "{}: without {path} it is satisfied", rule.id());
            }
            Ok(())
        })
    });
}

#[test]
fn a_text_that_only_fills_its_field_is_no_answer() {
    for_filings(12, |sector, filing| {
        for (path, none) in generate::free_texts(&sector.book, filing) {
            let says = |value: Value| {
                let filing = generate::with(filing, &path, value);
                sectors::by_component(sector, &filing).outcomes
            };
            let unfiled = says(Value::Null);
            for blank in ["", " \u{3000}", "/", "——", "不详"] {
                prop_assert_eq!(&says(json!(blank)), &unfiled, "{}: `{}`", path, blank);
            }
            let answered = if none { says(json!("none")) } else { unfiled };
            for word in ["无", " 没有"] {
                prop_assert_eq!(&says(json!(word)), &answered, "{}: `{}`", path, word);
            }
        }
        Ok(())
    });
}

#[test]
fn a_fact_that_a_rule_does_not_read_does_not_matter() {
    for_filings(60, |sector, filing| {
        without_each_fact(sector, filing, |path, before, after| {
            let pattern = generate::pattern(sector.name, path);
            for (index, rule) in sector.book.rules.iter().enumerate() {
                let reads = rule.facts.iter().any(|fact| {
                    pattern == *fact
                        || pattern
                            .strip_prefix(fact.as_str())
                            .is_some_and(|rest| rest.starts_with('/'))
                        || fact
                            .strip_prefix(&pattern)
                            .is_some_and(|rest| rest.starts_with('/'))
                });
                if !reads {
                    prop_assert_eq!(
                        before[index],
                        after[index],
                        "{} does not read {}",
                        rule.id(),
                        path
                    );
                }
            }
            Ok(())
        })
    });
}

#[test]
fn the_order_of_members_and_of_list_entries_does_not_matter() {
    for_filings(100, |sector, filing| {
        let before = sectors::by_component(sector, filing).outcomes;
        let turned = sectors::by_component(sector, &generate::turned(filing)).outcomes;
        prop_assert_eq!(before, turned);
        Ok(())
    });
}

#[test]
fn every_violation_shows_facts_and_every_gap_names_them() {
    for_filings(150, |sector, filing| {
        for finding in sectors::by_component(sector, filing).findings {
            let id = sector.book.rules[finding.rule].id();
            match finding.outcome {
                // What is broken by not being filed has no value to show.
                Outcome::Violated => prop_assert!(
                    !finding.evidence.is_empty() || !finding.missing.is_empty(),
                    "{id}: no evidence"
                ),
                _ => prop_assert!(
                    !finding.missing.is_empty() || finding.reason.is_some(),
                    "{id}: neither a missing fact nor a reason"
                ),
            }
        }
        Ok(())
    });
}
