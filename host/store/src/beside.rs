//! The store's side of the shadow: who is in it, what it is fed, and what
//! follows from it.

use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, PoisonError, Weak};

use anjian_model::FilingReport;

use crate::change::Keep;
use crate::counted::Counted;
use crate::error::StoreError;
use crate::line_up::LineUp;
use crate::settings::Promotion;
use crate::shadow::{Job, Said, Shadow, ShadowCounts, Tally};
use crate::state::{State, lock};
use crate::store::Store;
use crate::swap::known;
use crate::version::{Stage, Standing, VersionId};

/// Bytes of filings that wait for the shadow at most. Many large ones must not
/// fill the memory of a service that has answered them already.
const MAX_WAITING_BYTES: usize = 64 * 1024 * 1024;

/// Filings after which the counts are kept. A crash loses fewer.
const KEPT_EVERY: u64 = 100;

impl Store {
    /// To be called after each answer: quarantines what broke too often, and
    /// lets versions in the shadow judge the same filing. It never waits for
    /// the shadow.
    pub fn judged(&self, line_up: &LineUp, filing: &[u8], report: &FilingReport) {
        for counted in &line_up.counted {
            if counted.reached(self.settings.fault_limit) {
                self.quarantine(counted);
            }
        }
        let shadows = self.shadows();
        if shadows.is_empty() {
            return;
        }
        let bytes = filing.len();
        let waiting = self.waiting_bytes.fetch_add(bytes, Ordering::Relaxed);
        let taken = waiting.saturating_add(bytes) <= MAX_WAITING_BYTES && {
            let job = Job {
                filing: filing.to_vec(),
                said: Said::of(report),
                date: report.reference_date.clone(),
                number: line_up.number,
            };
            self.jobs.try_send(job).is_ok()
        };
        if !taken {
            self.waiting_bytes.fetch_sub(bytes, Ordering::Relaxed);
            for shadow in shadows {
                shadow.drop_one();
            }
        }
    }

    /// The shadow's thread. It ends with the store.
    pub(crate) fn work(store: &Weak<Self>, waiting: &Receiver<Job>) {
        for job in waiting {
            let Some(store) = store.upgrade() else { return };
            for shadow in store.shadows() {
                shadow.judge(&job);
                if shadow.counts().filings.is_multiple_of(KEPT_EVERY) {
                    store.keep_counts();
                }
                store.conclude(&shadow);
            }
            let bytes = job.filing.len();
            store.waiting_bytes.fetch_sub(bytes, Ordering::Relaxed);
        }
    }

    /// Keeps what the shadows have counted, so that a restart goes on from it.
    pub(crate) fn keep_counts(&self) {
        let shadows = self.shadows();
        if shadows.is_empty() {
            return;
        }
        let _ = self.change(&mut lock(&self.state), Keep::Try, |journal| {
            for shadow in shadows {
                if let Some(version) = journal.version_mut(&shadow.id) {
                    version.shadow = Some(shadow.counts());
                }
            }
        });
    }

    /// What follows from what the shadow has shown so far.
    fn conclude(&self, shadow: &Shadow) {
        if shadow.counted.reached(self.settings.fault_limit) {
            return self.quarantine(&shadow.counted);
        }
        let Promotion::WhenAlike {
            shadow_filings,
            shadow_bound,
        } = self.settings.promotion
        else {
            return;
        };
        let counts = shadow.counts();
        if counts.filings < shadow_filings {
            return;
        }
        let mut state = lock(&self.state);
        let state = &mut *state;
        // A person may have been faster.
        if !self.shadows().iter().any(|found| found.id == shadow.id) {
            return;
        }
        let said = counts.sentence();
        if counts.share() > shadow_bound {
            let reason = format!("{said}, more than the share of {shadow_bound} that is allowed");
            return self.leave_shadow(state, &shadow.id, Standing::Held, &reason);
        }
        if self.settings.four_eyes {
            let reason = format!("{said}; a second person must activate it");
            return self.leave_shadow(state, &shadow.id, Standing::Ready, &reason);
        }
        let begun = self.revive(state, &shadow.id).and_then(|()| {
            let begun = self.begin(state, &shadow.id, &said, None);
            begun.map_err(|error| error.to_string())
        });
        if let Err(reason) = begun {
            self.leave_shadow(state, &shadow.id, Standing::Held, &reason);
        }
    }

    /// Lets a loaded version judge in the shadow.
    pub(crate) fn begin_shadow(&self, state: &mut State, id: &VersionId) -> Result<(), StoreError> {
        self.shadow(state, id, ShadowCounts::default())
    }

    /// Lets one go on that was there when the process ended.
    pub(crate) fn go_on_in_shadow(
        &self,
        state: &mut State,
        id: &VersionId,
    ) -> Result<(), StoreError> {
        let before = known(state, id)?.shadow.clone();
        self.shadow(state, id, before.unwrap_or_default())
    }

    fn shadow(
        &self,
        state: &mut State,
        id: &VersionId,
        before: ShadowCounts,
    ) -> Result<(), StoreError> {
        let version = known(state, id)?;
        let plugin = version.plugin.clone().unwrap_or_default();
        let Some(loaded) = state.loaded.get(id) else {
            return Err(StoreError::UnknownVersion { id: id.to_string() });
        };
        let counted = Arc::new(Counted::new(loaded.plugin.clone()));
        let trial = self.trial(&self.line_up(), &plugin, &counted);
        let trial = trial.map_err(|cause| StoreError::DoesNotFit {
            id: id.to_string(),
            cause,
        })?;
        let older = self
            .shadows()
            .into_iter()
            .find(|found| found.plugin == plugin);
        if let Some(older) = older {
            let reason = format!(
                "a newer version ({}) took its place in the shadow",
                id.short()
            );
            self.leave_shadow(state, &older.id, Standing::Ready, &reason);
        }
        let reason = "it judges live filings beside the active version";
        let step = self.step(Stage::Shadow, true, reason, None);
        self.change(state, Keep::Try, |journal| {
            if let Some(version) = journal.version_mut(id) {
                version.standing = Standing::Shadow;
                version.shadow = (before != ShadowCounts::default()).then(|| before.clone());
                version.step(step);
            }
        })?;
        self.put_shadow(Arc::new(Shadow {
            id: id.clone(),
            plugin,
            counted,
            trial,
            tally: Arc::new(Tally::from(before)),
        }));
        Ok(())
    }

    fn leave_shadow(&self, state: &mut State, id: &VersionId, standing: Standing, reason: &str) {
        let counts = self.end_shadow(id).map(|shadow| shadow.counts());
        let held = standing == Standing::Held;
        let step = self.step(Stage::Shadow, !held, reason, None);
        // Nothing that judges changes, so nothing can fail but the disk, and
        // that is noted.
        let _ = self.change(state, Keep::Try, |journal| {
            if let Some(version) = journal.version_mut(id) {
                version.standing = standing;
                version.shadow = counts;
                version.step(step);
            }
            if held {
                journal.unsettled.insert(id.clone());
            }
        });
    }

    pub(crate) fn put_shadow(&self, shadow: Arc<Shadow>) {
        let mut shadows = self.shadows.write().unwrap_or_else(PoisonError::into_inner);
        shadows.push(shadow);
    }

    pub(crate) fn end_shadow(&self, id: &VersionId) -> Option<Arc<Shadow>> {
        let mut shadows = self.shadows.write().unwrap_or_else(PoisonError::into_inner);
        let at = shadows.iter().position(|shadow| shadow.id == *id)?;
        Some(shadows.remove(at))
    }

    /// Compares with the line-up that judges from now on.
    pub(crate) fn renew_shadows(&self, state: &mut State, line_up: &LineUp) {
        let mut misfits = Vec::new();
        let mut renewed = Vec::new();
        for shadow in self.shadows() {
            match self.trial(line_up, &shadow.plugin, &shadow.counted) {
                Ok(trial) => renewed.push(Arc::new(Shadow {
                    id: shadow.id.clone(),
                    plugin: shadow.plugin.clone(),
                    counted: Arc::clone(&shadow.counted),
                    trial,
                    tally: Arc::clone(&shadow.tally),
                })),
                Err(error) => misfits.push((shadow.id.clone(), error.to_string())),
            }
        }
        *self.shadows.write().unwrap_or_else(PoisonError::into_inner) = renewed;
        for (id, reason) in misfits {
            self.leave_shadow(state, &id, Standing::Held, &reason);
        }
    }
}
