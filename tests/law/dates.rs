//! Rules judge from their first day to their last, both included, by the date
//! that decides.

use std::sync::Arc;

use anjian_check::plan::Dates;
use anjian_check::{Checker, Options, Source};
use anjian_model::{InForceBy, Outcome, Rule};
use anjian_rows::sample::Sample;
use jiff::civil::Date;

use super::sectors::{self, Sector};

/// Instruments of which every rule begins on one day.
const BEGINNINGS: [(&str, &str); 3] = [
    ("order10", "2023-05-15"),
    ("ncm41", "2024-04-23"),
    ("aq3067", "2026-09-30"),
];

/// Instruments that ended, by number: no rule of theirs judges later.
const ENDS: [(&str, &str); 1] = [("交运规〔2019〕12号", "2025-12-31")];

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// The days around a rule's first and last, and whether it is in force there.
fn days(rule: &Rule) -> Vec<(Date, bool)> {
    let mut days = Vec::new();
    if let Some(from) = &rule.in_force_from {
        days.extend([(day(from).yesterday().unwrap(), false), (day(from), true)]);
    }
    if let Some(to) = &rule.in_force_to {
        days.extend([(day(to), true), (day(to).tomorrow().unwrap(), false)]);
    }
    days
}

/// A filing whose deciding date is the day. If its other date decided, the
/// rule would answer the other way.
fn dates(rule: &Rule, day: Date, in_force: bool) -> Dates {
    let (first, last) = (&rule.in_force_from, &rule.in_force_to);
    let other = match (in_force, first, last) {
        (true, Some(_), _) => "1900-01-01",
        (true, None, _) => "9999-12-31",
        (false, Some(inside), _) | (false, None, Some(inside)) => inside,
        (false, None, None) => "2026-06-30",
    };
    let (day, other) = (day.to_string(), other.to_owned());
    let (reference, submission) = match rule.in_force_by {
        InForceBy::ReferenceDate => (day, other),
        InForceBy::SubmissionDate => (other, day),
    };
    Dates {
        reference,
        submission,
    }
}

#[test]
fn every_interval_has_its_first_and_last_day() {
    let mut intervals = 0;
    for sector in sectors::all() {
        for rule in &sector.plugin.description().rules {
            for (day, expect) in days(rule) {
                intervals += 1;
                let found = dates(rule, day, expect).in_force(rule);
                assert_eq!(found, expect, "{} on {day}", rule.id);
            }
        }
    }
    assert!(intervals > 1000, "only {intervals} days were looked at");
}

#[test]
fn instruments_begin_and_end_on_their_days() {
    for sector in sectors::all() {
        let said = sector.plugin.description();
        for rule in &said.rules {
            let instrument = said.instruments.iter().find(|i| i.key == rule.instrument);
            let number = &instrument.unwrap().number;
            for (key, first) in BEGINNINGS {
                if rule.instrument == key {
                    assert_eq!(rule.in_force_from.as_deref(), Some(first), "{}", rule.id);
                }
            }
            for (ended, last) in ENDS {
                let to = rule.in_force_to.as_deref();
                let over = to.is_some_and(|to| to <= last);
                assert!(number != ended || over, "{} judges after {last}", rule.id);
            }
        }
    }
}

/// Judges alone, as the command does.
struct Judge {
    checker: Checker,
    sector: &'static str,
}

impl Judge {
    /// The rule's outcome for an example on another day; `None` when it is silent.
    fn outcome(&self, rule: &str, example: &Sample, day: &str) -> Option<Outcome> {
        let sample = Sample {
            reference_date: day.to_owned(),
            submission_date: day.to_owned(),
            ..example.clone()
        };
        let filing = serde_json::to_vec(&sample.filing(self.sector)).unwrap();
        let report = self.checker.check(Source::file("-"), &filing).report;
        let mut outcomes: Vec<Outcome> = report
            .findings
            .iter()
            .filter(|finding| finding.rule == rule)
            .map(|finding| finding.outcome)
            .collect();
        outcomes.sort();
        outcomes.first().copied()
    }
}

fn judges() -> impl Iterator<Item = (anjian_rows::Book, Judge)> {
    sectors::all().into_iter().map(|sector| {
        let Sector {
            name, book, plugin, ..
        } = sector;
        let mut checker = Checker::new(Options::default()).unwrap();
        checker.add(Arc::new(plugin)).unwrap();
        let judge = Judge {
            checker,
            sector: name,
        };
        (book, judge)
    })
}

#[test]
fn nothing_is_found_before_the_first_day_or_after_the_last() {
    for (book, judge) in judges() {
        for rule in &book.rules {
            let (_, stated) = judge.checker.rule(rule.id()).unwrap();
            let out: Vec<Date> = days(stated)
                .into_iter()
                .filter_map(|(day, in_force)| (!in_force).then_some(day))
                .collect();
            for (day, example) in out.iter().zip(rule.page.examples.iter().cycle()) {
                let found = judge.outcome(rule.id(), &example.sample, &day.to_string());
                assert_eq!(found, None, "{} on {day}", rule.id());
            }
        }
    }
}

#[test]
fn named_days() {
    let mut cases = vec![
        // The first violated example of the page, judged on these days.
        ("order10/5.6a", "2023-05-14", None),
        ("order10/5.6a", "2023-05-15", Some(Outcome::Violated)),
        ("order10/14-5.6a", "2023-05-14", None),
        ("order10/14-5.6a", "2023-05-15", Some(Outcome::Violated)),
        ("ncm41/o1", "2024-04-22", None),
        ("ncm41/o1", "2024-04-23", Some(Outcome::Violated)),
        // To cite the measures of 2019 was right until they ended.
        ("freight2026/expired-citation", "2025-12-31", None),
        (
            "freight2026/expired-citation",
            "2026-01-01",
            Some(Outcome::Violated),
        ),
        ("aq3067/pending", "2026-09-29", None),
        ("aq3067/pending", "2026-09-30", Some(Outcome::Violated)),
    ];
    for (book, judge) in judges() {
        cases.retain(|(id, day, expect)| {
            let Some(rule) = book.rule(id) else {
                return true;
            };
            let example = rule.page.examples.first().unwrap();
            assert_eq!(
                judge.outcome(id, &example.sample, day),
                *expect,
                "{id} on {day}"
            );
            false
        });
    }
    assert!(cases.is_empty(), "these rules are gone: {cases:?}");
}
