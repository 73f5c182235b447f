//! A plugin whose faults are counted.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};

use anjian_check::{Broken, Judge};
use anjian_model::{Assessment, Description, Page, Request};
use anjian_runtime::{Fault, Plugin};

use crate::state::lock;

/// Filings that are looked back on for each fault that is allowed. With a limit
/// of five, five of the last fifty filings must have broken the plugin: a
/// filing that breaks it once a day takes no version away.
const RECENT: u64 = 10;

/// Bytes of a large filing, by the measure of [`anjian_runtime::Limits`]: the
/// usual one is 2 KiB, one with a thousand units 1 MiB. Whoever files can make
/// one that takes long.
const LARGE: usize = 1024 * 1024;

/// Filings that are remembered for having broken a plugin.
const MAX_REMEMBERED: usize = 10_000;

/// A plugin whose faults are counted, from when it began to judge.
pub(crate) struct Counted {
    plugin: Plugin,
    filings: AtomicU64,
    faults: AtomicU64,
    last: Mutex<Option<Fault>>,
    recent: Mutex<Recent>,
    told: AtomicBool,
}

impl Counted {
    pub(crate) fn new(plugin: Plugin) -> Self {
        Self {
            plugin,
            filings: AtomicU64::new(0),
            faults: AtomicU64::new(0),
            last: Mutex::new(None),
            recent: Mutex::default(),
            told: AtomicBool::new(false),
        }
    }

    pub(crate) fn faults(&self) -> u64 {
        self.faults.load(Ordering::Relaxed)
    }

    /// Whether it has reached the limit; says so once.
    pub(crate) fn reached(&self, limit: u64) -> bool {
        limit > 0
            && self.faults() >= limit
            && !self.told.load(Ordering::Relaxed)
            && lock(&self.recent).of(limit, self.filings()) >= limit
            && !self.told.swap(true, Ordering::Relaxed)
    }

    /// Why that is too often.
    pub(crate) fn sentence(&self, limit: u64) -> String {
        let filings = self.filings();
        let broke = lock(&self.recent).of(limit, filings);
        let looked_at = filings.min(limit.saturating_mul(RECENT));
        let last = lock(&self.last);
        let last = last.as_ref().map_or_else(String::new, ToString::to_string);
        format!("{broke} of its last {looked_at} filings broke it; the last time: {last}")
    }

    fn filings(&self) -> u64 {
        self.filings.load(Ordering::Relaxed)
    }

    fn count(&self, fault: &Fault, filing: &[u8]) {
        if !is_of_the_plugin(fault, filing.len()) {
            return;
        }
        self.faults.fetch_add(1, Ordering::Relaxed);
        *lock(&self.last) = Some(fault.clone());
        let late = match fault {
            Fault::DeadlineExceeded { limit_ms } => {
                Some((Instant::now(), Duration::from_millis(*limit_ms)))
            }
            _ => None,
        };
        lock(&self.recent).note(self.filings(), digest(filing), late);
    }
}

/// Which filings broke a plugin, oldest first.
#[derive(Default)]
struct Recent {
    /// At which filing, and its digest.
    broke: VecDeque<(u64, u64)>,
    /// When a call was last too late.
    late: Option<Instant>,
}

impl Recent {
    /// Notes a filing, unless it is noted already: who sends one a hundred
    /// times shows nothing new. `late` is now and the time of a call, where that
    /// was exceeded: a machine that stands still makes all calls late at once,
    /// and that counts once.
    fn note(&mut self, at: u64, filing: u64, late: Option<(Instant, Duration)>) {
        if self.broke.iter().any(|(_, noted)| *noted == filing) {
            return;
        }
        if let Some((now, limit)) = late {
            let before = self.late.map(|before| now.duration_since(before));
            if before.is_some_and(|since| since < limit) {
                return;
            }
            self.late = Some(now);
        }
        self.broke.push_back((at, filing));
        let surplus = self.broke.len().saturating_sub(MAX_REMEMBERED);
        self.broke.drain(..surplus);
    }

    /// How many filings broke it, of those that are looked back on.
    fn of(&self, limit: u64, filings: u64) -> u64 {
        let window = limit.saturating_mul(RECENT);
        let recent = |(at, _): &&(u64, u64)| at.saturating_add(window) > filings;
        self.broke.iter().rev().take_while(recent).count() as u64
    }
}

/// Seeded for each process, so that nobody can make two filings look like one.
fn digest(filing: &[u8]) -> u64 {
    static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    SEED.hash_one(filing)
}

/// What local parameters or a poor machine cause is not the plugin's fault, nor
/// what a large filing uses up: neither must take a good version away.
fn is_of_the_plugin(fault: &Fault, filing_bytes: usize) -> bool {
    match fault {
        Fault::InputExceeded { .. } | Fault::Refused(_) | Fault::Host { .. } => false,
        Fault::DeadlineExceeded { .. }
        | Fault::MemoryExceeded { .. }
        | Fault::OutputExceeded { .. } => filing_bytes < LARGE,
        _ => true,
    }
}

impl Judge for Counted {
    fn description(&self) -> &Description {
        self.plugin.description()
    }

    fn sha256(&self) -> &str {
        self.plugin.sha256()
    }

    fn explain(&self, rule: &str) -> Result<Option<Page>, Broken> {
        self.plugin.explain(rule).map_err(Broken::from)
    }

    fn evaluate(&self, request: Request<'_>) -> Result<Assessment, Broken> {
        self.filings.fetch_add(1, Ordering::Relaxed);
        self.plugin.evaluate(request).map_err(|fault| {
            self.count(&fault, request.filing);
            Broken::from(fault)
        })
    }

    fn takes(&self, parameters: &[u8]) -> Result<(), String> {
        self.plugin.takes(parameters)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use anjian_runtime::{Fault, Refusal};

    use super::{LARGE, Recent, is_of_the_plugin};

    #[test]
    fn so_many_of_the_last_filings_and_each_once() {
        for (what, limit, filings, broke, expect) in [
            (
                "five of five",
                5,
                5,
                &[(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)][..],
                5,
            ),
            (
                "one filing again and again",
                5,
                6,
                &[(1, 7), (2, 7), (3, 7), (4, 7), (5, 7)],
                1,
            ),
            (
                "the first is forgotten",
                5,
                51,
                &[(1, 1), (48, 2), (49, 3), (50, 4), (51, 5)],
                4,
            ),
            (
                "one in a hundred",
                5,
                500,
                &[(100, 1), (200, 2), (300, 3), (400, 4), (500, 5)],
                1,
            ),
        ] {
            let mut recent = Recent::default();
            for &(at, filing) in broke {
                recent.note(at, filing, None);
            }
            assert_eq!(recent.of(limit, filings), expect, "{what}");
        }
    }

    #[test]
    fn a_machine_that_stands_still_counts_once() {
        let (begun, limit) = (Instant::now(), Duration::from_secs(1));
        let mut recent = Recent::default();
        for (filing, millis) in [(1, 0), (2, 1), (3, 999), (4, 1_000), (5, 1_001), (6, 2_000)] {
            let now = begun + Duration::from_millis(millis);
            recent.note(filing, filing, Some((now, limit)));
        }
        assert_eq!(recent.of(5, 6), 3);
    }

    #[test]
    fn what_is_not_the_plugins_fault_does_not_count() {
        let deadline = Fault::DeadlineExceeded { limit_ms: 1 };
        let memory = Fault::MemoryExceeded { limit_bytes: 1 };
        let output = Fault::OutputExceeded { limit_bytes: 1 };
        let trap = Fault::Trap {
            message: "unreachable".to_owned(),
        };
        let parameters = Fault::Refused(Refusal::BadParameters("a".to_owned()));
        let host = Fault::Host {
            message: "no memory".to_owned(),
        };
        for (fault, usual, large) in [
            (deadline, true, false),
            (memory, true, false),
            (output, true, false),
            (trap, true, true),
            (parameters, false, false),
            (host, false, false),
        ] {
            assert_eq!(is_of_the_plugin(&fault, 2_000), usual, "{fault}");
            assert_eq!(is_of_the_plugin(&fault, LARGE), large, "{fault}");
        }
    }
}
