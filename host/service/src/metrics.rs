//! What Prometheus reads.

use std::sync::atomic::{AtomicI64, AtomicU64};
use std::time::Duration;

use anjian_model::{FilingReport, Outcome};
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use crate::receipts;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfRequest {
    path: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfVerdict {
    verdict: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfRule {
    rule: String,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfPlugin {
    plugin: String,
}

/// What is counted.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<OfRequest, Counter>,
    latency: Histogram,
    swap_stall: Histogram,
    filings: Family<OfVerdict, Counter>,
    rules: Family<OfRule, Counter>,
    faults: Family<OfPlugin, Counter>,
    commits: Counter<u64, AtomicU64>,
    judging: Gauge<i64, AtomicI64>,
    unwritten: Gauge<i64, AtomicI64>,
    line_up: Gauge<i64, AtomicI64>,
}

/// What is only known when somebody asks.
pub(crate) struct Now {
    pub(crate) judging: usize,
    pub(crate) unwritten: usize,
    pub(crate) line_up: u64,
    pub(crate) commits: u64,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        // From 50 µs, which a filing takes, to beyond what a plugin may take.
        let seconds = || Histogram::new(exponential_buckets(0.000_05, 2.0, 18));
        let mut metrics = Self {
            registry: Registry::with_prefix("anjian"),
            requests: Family::default(),
            latency: seconds(),
            swap_stall: seconds(),
            filings: Family::default(),
            rules: Family::default(),
            faults: Family::default(),
            commits: Counter::default(),
            judging: Gauge::default(),
            unwritten: Gauge::default(),
            line_up: Gauge::default(),
        };
        let registry = &mut metrics.registry;
        registry.register("requests", "Requests answered", metrics.requests.clone());
        registry.register(
            "check_seconds",
            "Time from a posted filing to its answer",
            metrics.latency.clone(),
        );
        registry.register(
            "line_up_wait_seconds",
            "Time that a filing waited to learn which versions judge it",
            metrics.swap_stall.clone(),
        );
        registry.register("filings", "Filings by verdict", metrics.filings.clone());
        registry.register("rule_findings", "Findings by rule", metrics.rules.clone());
        registry.register(
            "plugin_faults",
            "Filings on which a plugin broke",
            metrics.faults.clone(),
        );
        registry.register(
            "receipt_commits",
            "Times that receipts went to the disk",
            metrics.commits.clone(),
        );
        registry.register(
            "judging",
            "Pieces of work that run or wait",
            metrics.judging.clone(),
        );
        registry.register(
            "receipts_waiting",
            "Batches of receipts that wait for the disk",
            metrics.unwritten.clone(),
        );
        registry.register(
            "line_up",
            "Number of the line-up of plugins",
            metrics.line_up.clone(),
        );
        metrics
    }

    pub(crate) fn request(&self, path: &str, status: u16) {
        let label = OfRequest {
            path: path.to_owned(),
            status,
        };
        self.requests.get_or_create(&label).inc();
    }

    pub(crate) fn latency(&self, time: Duration) {
        self.latency.observe(time.as_secs_f64());
    }

    pub(crate) fn swap_stall(&self, time: Duration) {
        self.swap_stall.observe(time.as_secs_f64());
    }

    /// Counts a filing that was answered.
    pub(crate) fn filing(&self, report: &FilingReport) {
        let verdict = receipts::verdict(report.verdict);
        self.filings.get_or_create(&OfVerdict { verdict }).inc();
        for finding in &report.findings {
            let outcome = match finding.outcome {
                Outcome::Violated => "violated",
                Outcome::Undetermined => "undetermined",
                Outcome::Failed => {
                    let plugin = finding.rule.clone();
                    self.faults.get_or_create(&OfPlugin { plugin }).inc();
                    continue;
                }
                Outcome::Satisfied | Outcome::NotApplicable => continue,
            };
            let rule = finding.rule.clone();
            self.rules.get_or_create(&OfRule { rule, outcome }).inc();
        }
    }

    /// All of it, in the text form of OpenMetrics.
    pub(crate) fn text(&self, now: &Now) -> Result<String, std::fmt::Error> {
        self.judging
            .set(i64::try_from(now.judging).unwrap_or(i64::MAX));
        self.unwritten
            .set(i64::try_from(now.unwritten).unwrap_or(i64::MAX));
        self.line_up
            .set(i64::try_from(now.line_up).unwrap_or(i64::MAX));
        let told = self.commits.get();
        self.commits.inc_by(now.commits.saturating_sub(told));
        let mut out = String::new();
        text::encode(&mut out, &self.registry)?;
        Ok(out)
    }
}
