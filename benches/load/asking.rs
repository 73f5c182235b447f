//! Askers at a constant rate, and what became of what they asked.

use std::collections::HashSet;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anjian_service::{Log, Wanted};
use anjian_tests::http::{Answer, Connection};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::versions::Version;
use crate::{Load, Meanwhile, Outcome};

/// A filing that was answered.
struct Answered {
    receipt: i64,
    sha256: String,
    ms: f64,
}

/// What became of a time of load.
#[derive(Default)]
pub struct Phase {
    sent: u64,
    answered: Vec<Answered>,
    mixed: u64,
    errors: u64,
    /// Connections that ended before an answer came.
    broken: u64,
    by_version: [u64; 2],
}

/// What is asked, and what may be answered.
pub struct Asking<'a> {
    pub load: &'a Load,
    pub filing: &'a Value,
    pub versions: &'a [Version; 2],
    /// What only the second version says.
    pub word: &'a str,
}

impl Asking<'_> {
    /// Asks at a constant rate for some time.
    pub fn ask(&self, address: &str, time: Duration, name: &str) -> Outcome<Phase> {
        let connections = self.load.connections.max(1);
        let pace =
            Duration::from_secs_f64(f64::from(connections) / f64::from(self.load.rate.max(1)));
        let began = Instant::now();
        thread::scope(|scope| {
            let askers: Vec<_> = (0..connections)
                .map(|asker| {
                    // Evenly between each other.
                    let first = pace.mul_f64(f64::from(asker) / f64::from(connections));
                    scope.spawn(move || {
                        let name = format!("{name}-{asker}");
                        self.ask_on_one(address, began + first, pace, began + time, &name)
                    })
                })
                .collect();
            let mut all = Phase::default();
            for asker in askers {
                all.add(asker.join().map_err(|_| "an asker broke down")?);
            }
            Ok(all)
        })
    }

    fn ask_on_one(
        &self,
        address: &str,
        first: Instant,
        pace: Duration,
        end: Instant,
        name: &str,
    ) -> Phase {
        let mut phase = Phase::default();
        let Ok(mut connection) = Connection::open(address) else {
            phase.broken += 1;
            return phase;
        };
        let mut filing = self.filing.clone();
        let mut due = first;
        while due < end {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            // Each filing is another one, so that a doubled one is seen.
            if let Some(id) = filing.get_mut("filing_id") {
                *id = format!("{name}-{}", phase.sent).into();
            }
            let bytes = filing.to_string();
            phase.sent += 1;
            match connection.send("POST", "/v1/check", &[], bytes.as_bytes()) {
                Ok(answer) => phase.count(&answer, due.elapsed(), self, &filing),
                Err(_) => {
                    phase.broken += 1;
                    return phase;
                }
            }
            due += pace;
        }
        phase
    }
}

impl Phase {
    fn add(&mut self, other: Self) {
        self.sent += other.sent;
        self.answered.extend(other.answered);
        self.mixed += other.mixed;
        self.errors += other.errors;
        self.broken += other.broken;
        for (sum, part) in self.by_version.iter_mut().zip(other.by_version) {
            *sum += part;
        }
    }

    /// Looks whether an answer is whole, and of one version.
    fn count(&mut self, answer: &Answer, time: Duration, asking: &Asking<'_>, filing: &Value) {
        let receipt = answer
            .header("anjian-receipt")
            .and_then(|id| id.parse().ok());
        let (200, Some(receipt)) = (answer.status, receipt) else {
            self.errors += 1;
            return;
        };
        let text = answer.text();
        let says = text.contains(asking.word);
        let by = asking.versions.each_ref();
        let by = by.map(|version| text.contains(&version.sha256));
        let own = filing["filing_id"].as_str().unwrap_or_default();
        let [first, second] = &mut self.by_version;
        match (says, by) {
            (false, [true, false]) => *first += 1,
            (true, [false, true]) => *second += 1,
            _ => self.mixed += 1,
        }
        self.mixed += u64::from(!text.contains(&format!("\"{own}\"")));
        self.answered.push(Answered {
            receipt,
            sha256: format!("{:x}", Sha256::digest(&answer.body)),
            ms: time.as_secs_f64() * 1_000.0,
        });
    }

    /// The names of the columns.
    pub fn title() {
        println!(
            "{:<12} {:>8} {:>5} {:>7} {:>5} {:>6} {:>4} {:>6} {:>8} {:>8} {:>8}",
            "",
            "answered",
            "lost",
            "doubled",
            "mixed",
            "errors",
            "cut",
            "swaps",
            "p50 ms",
            "p99 ms",
            "p99.9 ms"
        );
    }

    /// Compares with the receipts, and tells.
    pub fn show(&self, phase: &Meanwhile, swaps: u64, folder: &Path, after: i64) -> Outcome<Told> {
        let receipts = receipts(folder, after)?;
        let mut left: HashSet<(i64, &str)> = receipts
            .iter()
            .map(|(id, sha256, _)| (*id, sha256.as_str()))
            .collect();
        let unproved = self
            .answered
            .iter()
            .filter(|answered| !left.remove(&(answered.receipt, answered.sha256.as_str())))
            .count() as u64;
        let filings: HashSet<&str> = receipts
            .iter()
            .map(|(.., filing)| filing.as_str())
            .collect();
        let doubled = (receipts.len() - filings.len()) as u64;
        // A connection that ends is a lost filing, unless the service was killed.
        let (lost, cut) = match phase.killed {
            true => (unproved, self.broken),
            false => (unproved + self.broken, 0),
        };
        let mut times: Vec<f64> = self.answered.iter().map(|answered| answered.ms).collect();
        times.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let place = (times.len() as f64 * share) as usize;
            times
                .get(place.min(times.len().saturating_sub(1)))
                .copied()
                .unwrap_or(0.0)
        };
        let p99_ms = at(0.99);
        println!(
            "{:<12} {:>8} {lost:>5} {doubled:>7} {:>5} {:>6} {cut:>4} {swaps:>6} {:>8.2} \
             {p99_ms:>8.2} {:>8.2}",
            phase.name,
            self.answered.len(),
            self.mixed,
            self.errors,
            at(0.5),
            at(0.999),
        );
        if swaps > 0 {
            println!("{:<12} answers by version: {:?}", "", self.by_version);
        }
        let mut failed: Vec<String> = [
            ("lost", lost),
            ("doubled", doubled),
            ("mixed", self.mixed),
            ("errors", self.errors),
        ]
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(what, count)| format!("{}: {what} {count}", phase.name))
        .collect();
        if self.answered.is_empty() {
            failed.push(format!("{}: nothing was answered", phase.name));
        }
        if phase.swaps && !phase.killed && self.by_version.contains(&0) {
            failed.push(format!("{}: only one version judged", phase.name));
        }
        Ok(Told {
            last_receipt: receipts.last().map_or(after, |(id, ..)| *id),
            p99_ms,
            failed,
        })
    }
}

/// What a phase showed.
pub struct Told {
    pub last_receipt: i64,
    pub p99_ms: f64,
    /// What did not hold.
    pub failed: Vec<String>,
}

/// Receipts after one: id, digest of the report, digest of the filing.
fn receipts(folder: &Path, mut after: i64) -> Outcome<Vec<(i64, String, String)>> {
    let log = Log::open(&folder.join("data"))?;
    let mut all = Vec::new();
    loop {
        let page = log.list(&Wanted {
            after,
            limit: 1_000,
            ..Wanted::default()
        })?;
        let Some(last) = page.last() else {
            return Ok(all);
        };
        after = last.id;
        all.extend(page.into_iter().map(|receipt| {
            let filing = receipt.filing_sha256.unwrap_or_default();
            (receipt.id, receipt.report_sha256, filing)
        }));
    }
}
