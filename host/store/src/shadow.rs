//! A version judges the same live filings as the one that it would replace,
//! beside it and unseen.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use anjian_check::{ByDate, Source};
use anjian_model::FilingReport;
use serde::{Deserialize, Serialize};

use crate::counted::Counted;
use crate::state::lock;
use crate::version::VersionId;

/// What the shadow showed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShadowCounts {
    /// Live filings that both judged.
    pub filings: u64,
    /// Of those, how many they judged differently.
    pub differing: u64,
    /// By rule, on how many filings it said something else. Problems of the
    /// input, which no rule finds, stand under `problems`.
    pub by_rule: BTreeMap<String, u64>,
    /// Calls on which the version broke.
    pub faults: u64,
    /// Live filings that were not judged, because too many waited or another
    /// line-up had answered them.
    pub dropped: u64,
}

impl ShadowCounts {
    /// The share of filings that were judged differently, from 0 to 1.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "filings are counted in millions, not in 2^53"
    )]
    pub fn share(&self) -> f64 {
        if self.filings == 0 {
            return 0.0;
        }
        self.differing as f64 / self.filings as f64
    }

    /// In a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let mut worst: Vec<(&String, &u64)> = self.by_rule.iter().collect();
        worst.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        let named: Vec<String> = worst
            .iter()
            .take(3)
            .map(|(rule, count)| format!("{rule} on {count}"))
            .collect();
        let rules = match named.is_empty() {
            true => String::new(),
            false => format!(" ({})", named.join(", ")),
        };
        format!(
            "it differs on {} of {} live filings{rules}",
            self.differing, self.filings
        )
    }
}

/// A version in the shadow. The trial is made anew with each line-up; what was
/// counted stays.
pub(crate) struct Shadow {
    pub(crate) id: VersionId,
    pub(crate) plugin: String,
    pub(crate) counted: Arc<Counted>,
    pub(crate) trial: Trial,
    pub(crate) tally: Arc<Tally>,
}

/// A line-up with one version in the place of the active one.
pub(crate) struct Trial {
    /// Calls that version only: what the others say was said already.
    pub(crate) checker: ByDate,
    /// The first reference date that it judges; `None` for all.
    pub(crate) from: Option<String>,
    /// Its rules and those of the active one. What others find is not compared.
    pub(crate) rules: BTreeSet<String>,
    /// Number of the line-up.
    pub(crate) base: u64,
}

impl Trial {
    /// Whether it judges filings of a date; one without date gets the latest
    /// forms.
    fn judges(&self, date: Option<&str>) -> bool {
        match (&self.from, date) {
            (Some(from), Some(date)) => from.as_str() <= date,
            _ => true,
        }
    }
}

/// What was counted.
pub(crate) struct Tally {
    /// Faults and what was dropped stand apart since the last start.
    counts: Mutex<ShadowCounts>,
    dropped: AtomicU64,
}

impl Tally {
    /// Goes on from what was counted before the last start.
    pub(crate) fn from(before: ShadowCounts) -> Self {
        Self {
            counts: Mutex::new(before),
            dropped: AtomicU64::new(0),
        }
    }
}

impl Shadow {
    pub(crate) fn counts(&self) -> ShadowCounts {
        let mut counts = lock(&self.tally.counts).clone();
        counts.faults += self.counted.faults();
        counts.dropped += self.tally.dropped.load(Ordering::Relaxed);
        counts
    }

    pub(crate) fn drop_one(&self) {
        self.tally.dropped.fetch_add(1, Ordering::Relaxed);
    }

    /// Judges a filing that the active version has judged.
    pub(crate) fn judge(&self, job: &Job) {
        let trial = &self.trial;
        if job.number != trial.base {
            return self.drop_one();
        }
        if !trial.judges(job.date.as_deref()) {
            return;
        }
        let checked = trial.checker.check(Source::file("-"), &job.filing);
        let mut differing = job.said.differences(&Said::of(&checked.report));
        differing.retain(|rule| rule == PROBLEMS || trial.rules.contains(rule));
        let mut counts = lock(&self.tally.counts);
        counts.filings += 1;
        counts.differing += u64::from(!differing.is_empty());
        for rule in differing {
            *counts.by_rule.entry(rule).or_default() += 1;
        }
    }
}

/// A live filing, waiting to be judged in the shadow.
pub(crate) struct Job {
    pub(crate) filing: Vec<u8>,
    pub(crate) said: Said,
    /// Its reference date.
    pub(crate) date: Option<String>,
    /// Of the line-up that judged it.
    pub(crate) number: u64,
}

/// What a report says, without its wording: by rule, in the order of the report.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Said(BTreeMap<String, Vec<String>>);

/// Problems of the input stand under this name, which no rule has.
const PROBLEMS: &str = "problems";

impl Said {
    pub(crate) fn of(report: &FilingReport) -> Self {
        let mut said: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut say = |rule: &str, what: String| {
            said.entry(rule.to_owned()).or_default().push(what);
        };
        for problem in &report.problems {
            let pointer = problem.pointer.as_deref().unwrap_or_default();
            say(PROBLEMS, format!("{} {pointer}", problem.code));
        }
        for finding in &report.findings {
            let item = finding.item.as_ref().map_or("", |item| &item.pointer);
            say(&finding.rule, format!("{:?} {item}", finding.outcome));
        }
        for score in &report.scores {
            say(
                &score.rule,
                format!("{} of {}", score.points, score.maximum),
            );
        }
        for found in &report.identifications {
            say(
                &found.rule,
                format!("{} {:?}", found.item.pointer, found.values),
            );
        }
        Self(said)
    }

    /// The rules that say something else.
    fn differences(&self, other: &Self) -> BTreeSet<String> {
        let rules = self.0.keys().chain(other.0.keys());
        let differ = rules.filter(|rule| self.0.get(*rule) != other.0.get(*rule));
        differ.cloned().collect()
    }
}
