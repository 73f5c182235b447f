//! A plugin whose faults are counted.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use anjian_check::{Broken, Judge};
use anjian_model::{Assessment, Description, Page, Request};
use anjian_runtime::{Fault, Plugin};

/// A plugin whose faults are counted, from when it began to judge.
pub(crate) struct Counted {
    plugin: Plugin,
    faults: AtomicU64,
    last: Mutex<Option<Fault>>,
    told: AtomicBool,
}

impl Counted {
    pub(crate) fn new(plugin: Plugin) -> Self {
        Self {
            plugin,
            faults: AtomicU64::new(0),
            last: Mutex::new(None),
            told: AtomicBool::new(false),
        }
    }

    pub(crate) fn faults(&self) -> u64 {
        self.faults.load(Ordering::Relaxed)
    }

    /// Whether it has reached the limit; says so once.
    pub(crate) fn reached(&self, limit: u64) -> bool {
        limit > 0 && self.faults() >= limit && !self.told.swap(true, Ordering::Relaxed)
    }

    /// The last fault, for people.
    pub(crate) fn last(&self) -> String {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.as_ref().map_or_else(String::new, ToString::to_string)
    }

    fn count(&self, fault: &Fault) {
        if is_of_the_plugin(fault) {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            *last = Some(fault.clone());
            drop(last);
            self.faults.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// What a large filing, local parameters or a poor machine cause is not the
/// plugin's fault, and must not take a good version away.
fn is_of_the_plugin(fault: &Fault) -> bool {
    !matches!(
        fault,
        Fault::InputExceeded { .. } | Fault::Refused(_) | Fault::Host { .. }
    )
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
        self.plugin.evaluate(request).map_err(|fault| {
            self.count(&fault);
            Broken::from(fault)
        })
    }
}
