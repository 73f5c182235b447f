//! What holds for every rule of every plugin, on filings that nobody wrote.
//!
//! `ANJIAN_SEED=17`, or any other word, makes other filings than the usual ones.
#![expect(
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod generate;
mod sectors;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use anjian_model::{Assessment, Outcome, RawFinding};
use anjian_rows::rule::Rule;
use anjian_rows::sample::Sample;
use anjian_rows::schema::Ty;
use generate::{Pool, Seed};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sectors::{Asked, Sector};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Cases for one seed filing; each has numbers of its own, whatever seeds stand
/// beside it.
fn runner(cases: u32, label: &str) -> TestRunner {
    let seed = std::env::var("ANJIAN_SEED").unwrap_or_else(|_| "7".to_owned());
    let bytes: [u8; 32] = Sha256::digest(format!("{seed} {label}")).into();
    TestRunner::new_with_rng(
        Config {
            cases,
            failure_persistence: None,
            max_shrink_iters: 1_000,
            ..Config::default()
        },
        TestRng::from_seed(RngAlgorithm::ChaCha, &bytes),
    )
}

/// What a property sees.
struct Case<'c> {
    sector: &'c Sector,
    pool: &'c Pool<'c>,
    seed: &'c Seed,
    /// The seed, changed.
    filing: &'c Sample,
}

/// Runs `check` on filings of every plugin: each `step`th seed, changed in
/// `cases` ways.
fn for_filings(step: usize, cases: u32, check: impl Fn(&Case<'_>) -> Result<(), TestCaseError>) {
    for_seeds(step, cases, |_| true, check);
}

/// The same for the seeds that are wanted.
fn for_seeds(
    step: usize,
    cases: u32,
    wanted: impl Fn(&Seed) -> bool,
    check: impl Fn(&Case<'_>) -> Result<(), TestCaseError>,
) {
    for sector in &sectors::all() {
        let pool = &Pool::of(sector);
        for seed in pool.seeds.iter().step_by(step).filter(|seed| wanted(seed)) {
            let changes = prop::collection::vec(any::<generate::Change>(), 0..4);
            let run = |changes: Vec<generate::Change>| {
                let filing = &pool.changed(seed, &changes);
                if sectors::refusal(sector, filing).is_some() {
                    // Numbers that leave the exact range are refused; nothing is concluded.
                    return Ok(());
                }
                check(&Case {
                    sector,
                    pool,
                    seed,
                    filing,
                })
                .map_err(|error| {
                    let filing = filing.filing(sector.name);
                    TestCaseError::fail(format!("{}: {error}\n{filing}", seed.label))
                })
            };
            runner(cases, &seed.label)
                .run(&changes, run)
                .unwrap_or_else(|error| panic!("{}: {error}", sector.name));
        }
    }
}

fn grave(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Violated | Outcome::Undetermined)
}

/// Findings by rule.
fn by_rule<'a>(sector: &Sector, said: &'a Assessment) -> Vec<Vec<&'a RawFinding>> {
    let mut all = vec![Vec::new(); sector.book.rules.len()];
    for finding in &said.findings {
        if let Some(of_rule) = all.get_mut(finding.rule) {
            of_rule.push(finding);
        }
    }
    all
}

#[test]
fn component_native_code_and_interpreter_agree() {
    for_filings(1, 1, |case| {
        let Case { sector, filing, .. } = case;
        let component = sectors::by_component(sector, filing);
        prop_assert_eq!(&component, &sectors::by_native_code(sector, filing));
        let found = by_rule(sector, &component);
        let asked = Asked::of(sector, filing);
        for (index, rule) in sector.book.rules.iter().enumerate() {
            let interpreted = asked.judge(rule);
            let said = component.outcomes[index];
            prop_assert_eq!(said, sectors::outcome(interpreted.outcome), "{}", rule.id());
            let items: Vec<Outcome> = found[index].iter().map(|f| f.outcome).collect();
            let expected: Vec<Outcome> = interpreted
                .items
                .iter()
                .map(|(_, outcome, _)| sectors::outcome(*outcome))
                .collect();
            prop_assert_eq!(items, expected, "{}: items", rule.id());
        }
        Ok(())
    });
}

#[test]
fn the_same_filing_gives_the_same_answer() {
    for_filings(20, 1, |case| {
        let first = sectors::by_component(case.sector, case.filing);
        prop_assert_eq!(&first, &sectors::by_component(case.sector, case.filing));
        Ok(())
    });
}

#[test]
fn the_filings_bring_every_rule_to_every_outcome() {
    let seen = RefCell::new(BTreeSet::new());
    let note = |case: &Case<'_>| {
        let Case { sector, filing, .. } = case;
        // What the page shows was written by somebody.
        if filing.section == case.seed.sample.section
            && filing.enterprise == case.seed.sample.enterprise
        {
            return Ok(());
        }
        let said = sectors::by_native_code(sector, filing);
        for (rule, outcome) in sector.book.rules.iter().zip(said.outcomes) {
            if filing.in_force(&rule.row) {
                seen.borrow_mut().insert((rule.id().to_owned(), outcome));
            }
        }
        Ok(())
    };
    // Rules and outcomes that are due and were not seen.
    let lacking = || {
        let sectors = sectors::all();
        let rules = sectors.iter().flat_map(|sector| &sector.book.rules);
        let due = rules.flat_map(|rule| {
            // A lead has no violation to be seen.
            let violated = rule.violated.is_some().then_some(Outcome::Violated);
            let due = violated.into_iter().chain([Outcome::Undetermined]);
            due.map(move |outcome| (rule.id().to_owned(), outcome))
        });
        let seen = seen.borrow();
        due.filter(|due| !seen.contains(due))
            .collect::<BTreeSet<_>>()
    };
    for_filings(1, 3, note);
    // A rule that no filing met by chance is looked for around its own page.
    let rare = lacking();
    let own = |seed: &Seed| rare.iter().any(|(id, _)| seed.is_of(id));
    for_seeds(1, 300, own, note);
    let lacking = lacking();
    assert!(lacking.is_empty(), "{lacking:#?}");
}

/// Name and number of a chemical. Where they contradict each other neither is
/// known; without one of them there is no contradiction, and the other counts.
const CONTRADICTORY: [&str; 2] = ["/chemicals/*/name", "/chemicals/*/cas"];

/// Rules that a missing fact may help, the start of its pattern, and why.
const HELPED: [(&str, &str, &str); 6] = [
    ("division/doc-in-force", CASES, OF_DAYS),
    ("division/jurisdiction", CASES, OF_DAYS),
    ("division/declared-lead", CASES, OF_CASES),
    ("division/one-lead", CASES, OF_CASES),
    ("worksafety/3", CASES, OF_CASES),
    ("worksafety/10.2", CASES, OF_CASES),
];
const CASES: &str = "/enterprise/division_cases";
const OF_CASES: &str =
    "a case that is wholly filed stands against the table of departments; else the table decides";

const OF_DAYS: &str = "a matter without a day comes before those that have one, and a document without a region may \
     be one of the table, so another matter or its record counts";

#[test]
fn removing_a_fact_never_helps() {
    let wrong = RefCell::new(BTreeMap::new());
    for_filings(1, 1, |case| {
        let Case { sector, filing, .. } = case;
        let before = sectors::by_native_code(sector, filing).outcomes;
        for path in generate::facts(filing) {
            let pattern = generate::pattern(sector.name, &path);
            let less = generate::without(filing, &path);
            let after = sectors::by_native_code(sector, &less).outcomes;
            let contradiction = CONTRADICTORY.iter().any(|fact| pattern.ends_with(fact))
                && says(sector, &before, "gb18218/cas-name").is_some_and(grave)
                // What an id means that two items have, nobody knows.
                || pattern.ends_with("/id") && generate::is_there_twice(filing, &path);
            for (index, rule) in sector.book.rules.iter().enumerate() {
                // A rule that compares what was declared does not apply to an
                // item that declares nothing; the other items then decide.
                let helped = grave(before[index])
                    && !grave(after[index])
                    && !rule.lets_off_without(&pattern)
                    && !contradiction;
                if helped {
                    wrong
                        .borrow_mut()
                        .entry((rule.id().to_owned(), pattern.clone()))
                        .or_insert_with(|| {
                            let (was, is) = (before[index], after[index]);
                            format!("{was:?} -> {is:?}: {}", filing.filing(sector.name))
                        });
                }
            }
        }
        Ok(())
    });
    let mut wrong = wrong.into_inner();
    for (rule, start, why) in HELPED {
        let before = wrong.len();
        wrong.retain(|(id, fact), _| id != rule || !fact.starts_with(start));
        assert!(wrong.len() < before, "{rule} is no longer helped: {why}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The outcome of one rule, where the plugin has it.
fn says(sector: &Sector, outcomes: &[Outcome], id: &str) -> Option<Outcome> {
    let index = sector.book.rules.iter().position(|rule| rule.id() == id)?;
    outcomes.get(index).copied()
}

/// Whether a rule may look at a fact: at it, at something in it, or at the list
/// that it stands in.
fn reads(rule: &Rule, pattern: &str) -> bool {
    let within = |inner: &str, outer: &str| {
        inner
            .strip_prefix(outer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    rule.facts
        .iter()
        .any(|fact| within(pattern, fact) || within(fact, pattern))
}

#[test]
fn a_fact_that_a_rule_does_not_read_does_not_matter() {
    for_filings(5, 1, |case| {
        let Case {
            sector,
            pool,
            filing,
            ..
        } = case;
        let before = sectors::by_native_code(sector, filing);
        let found = by_rule(sector, &before);
        for (number, (path, field)) in generate::places(&sector.book, filing).iter().enumerate() {
            let pattern = generate::pattern(sector.name, path);
            let Some(value) = pool.value(filing, path, field, number * 7) else {
                continue;
            };
            let mut other = (*filing).clone();
            generate::set(&mut other, path, value);
            if sectors::refusal(sector, &other).is_some() {
                continue;
            }
            let after = sectors::by_native_code(sector, &other);
            let found_after = by_rule(sector, &after);
            for (index, rule) in sector.book.rules.iter().enumerate() {
                if !reads(rule, &pattern) {
                    let what = || format!("{} does not read {path}", rule.id());
                    prop_assert_eq!(before.outcomes[index], after.outcomes[index], "{}", what());
                    prop_assert_eq!(&found[index], &found_after[index], "{}", what());
                }
            }
        }
        Ok(())
    });
}

#[test]
fn a_text_that_only_fills_its_field_is_no_answer() {
    for_filings(12, 1, |case| {
        let Case { sector, filing, .. } = case;
        for (path, field) in generate::places(&sector.book, filing) {
            if field.ty != Ty::Text || field.words.is_some() {
                continue;
            }
            let says = |value: Value| {
                let mut other = (*filing).clone();
                generate::set(&mut other, &path, value);
                sectors::by_native_code(sector, &other).outcomes
            };
            let unfiled = says(Value::Null);
            for blank in ["", " \u{3000}", "/", "——", "不详"] {
                prop_assert_eq!(&says(json!(blank)), &unfiled, "{}: `{}`", path, blank);
            }
            let answered = if field.none {
                says(json!("none"))
            } else {
                unfiled
            };
            for word in ["无", " 没有"] {
                prop_assert_eq!(&says(json!(word)), &answered, "{}: `{}`", path, word);
            }
        }
        Ok(())
    });
}

#[test]
fn the_order_of_members_and_of_list_entries_does_not_matter() {
    for_filings(1, 1, |case| {
        let Case { sector, filing, .. } = case;
        let before = sectors::by_native_code(sector, filing);
        let after = sectors::by_native_code(sector, &generate::turned(filing));
        prop_assert_eq!(&before.outcomes, &after.outcomes);
        let whole = filing.filing(sector.name);
        let turned = |pointer: &str| generate::turned_pointer(&whole, pointer);
        let said = |finding: &RawFinding, pointer: &dyn Fn(&str) -> String| {
            let mut facts: Vec<String> = finding
                .evidence
                .iter()
                .map(|evidence| pointer(&evidence.pointer))
                .chain(finding.missing.iter().map(|path| pointer(path)))
                .collect();
            facts.sort();
            let item = finding.item.as_deref().map(pointer);
            (finding.rule, finding.outcome, item, facts)
        };
        let there: BTreeSet<_> = before.findings.iter().map(|f| said(f, &turned)).collect();
        let back: BTreeSet<_> = after
            .findings
            .iter()
            .map(|f| said(f, &|pointer| pointer.to_owned()))
            .collect();
        prop_assert_eq!(there, back);
        Ok(())
    });
}

/// What is filed and leads nowhere: a number that is no code, the id of no unit,
/// a name that is no process of the lists.
const NOT_RECOGNISED: [&str; 4] = [
    "/enterprise/industry_code",
    "/stores/*/unit_id",
    "/tank_farms/*/unit_id",
    "/units/*/process_names",
];

#[test]
fn every_gap_names_a_fact_that_is_not_filed_or_says_why() {
    let wrong = RefCell::new(BTreeMap::new());
    for_filings(1, 1, |case| {
        let Case { sector, filing, .. } = case;
        let whole = filing.filing(sector.name);
        for finding in sectors::by_native_code(sector, filing).findings {
            let id = sector.book.rules[finding.rule].id();
            if finding.outcome == Outcome::Undetermined {
                prop_assert!(
                    !finding.missing.is_empty() || finding.reason.is_some(),
                    "{id}: neither a missing fact nor a reason"
                );
            }
            for pointer in &finding.missing {
                // A fact that is none cannot be compared; a computed value
                // stands for the object that it belongs to.
                // A text that only fills its field is not filed.
                let fills = |text: &str| text.trim_matches([' ', '/', '—', '\u{3000}']).is_empty();
                let filed = whole.pointer(pointer).is_some_and(|value| {
                    let filler = value.as_str().is_some_and(fills);
                    !(value.is_null() || value.is_object() || value == "none" || filler)
                });
                if filed {
                    wrong
                        .borrow_mut()
                        .entry(generate::pattern(sector.name, pointer))
                        .or_insert_with(|| format!("{id}: {whole}"));
                }
            }
        }
        Ok(())
    });
    let mut wrong = wrong.into_inner();
    wrong.retain(|pattern, _| {
        let known = CONTRADICTORY.iter().chain(&NOT_RECOGNISED);
        !known.into_iter().any(|fact| pattern.ends_with(fact))
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_facts_that_a_violation_shows_are_enough_for_it() {
    for_filings(1, 1, |case| {
        let Case { sector, filing, .. } = case;
        for finding in sectors::by_native_code(sector, filing).findings {
            if finding.outcome != Outcome::Violated {
                continue;
            }
            let rule = &sector.book.rules[finding.rule];
            // What is broken by not being filed has no value to show.
            prop_assert!(
                !finding.evidence.is_empty() || !finding.missing.is_empty(),
                "{}: no evidence",
                rule.id()
            );
            // A computed value says on its own page what it read.
            if finding
                .evidence
                .iter()
                .any(|shown| shown.computed.is_some())
            {
                continue;
            }
            let shown: BTreeSet<&str> = finding
                .evidence
                .iter()
                .map(|evidence| evidence.pointer.as_str())
                .collect();
            let less = generate::only(sector.name, filing, &|pointer: &str, value: &Value| {
                // A list of items is how one gets to them.
                value.is_object()
                    || value.as_array().is_some_and(|list| list.iter().any(Value::is_object))
                    || shown.iter().any(|shown| pointer == *shown)
                    // A list that is shown was looked through.
                    || shown.iter().any(|shown| pointer.starts_with(&format!("{shown}/")))
            });
            let after = sectors::by_native_code(sector, &less).outcomes[finding.rule];
            prop_assert_eq!(
                after,
                Outcome::Violated,
                "{}: from {:?} alone",
                rule.id(),
                shown
            );
        }
        Ok(())
    });
}
