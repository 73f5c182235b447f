//! The one place where the journal and the line-up change.

use std::collections::BTreeSet;
use std::mem;
use std::sync::{Arc, PoisonError};

use anjian_check::{Judge, SetupError, Turn};
use anjian_model::Head;
use jiff::Timestamp;

use crate::counted::Counted;
use crate::error::StoreError;
use crate::journal::{Journal, Schedule};
use crate::line_up::{InUse, LineUp};
use crate::notes::notes;
use crate::shadow::Trial;
use crate::state::State;
use crate::store::Store;
use crate::version::{Stage, VersionId};

/// Whether a decision must be on disk before it counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// A version that begins to judge must be found again after a restart.
    Must,
    /// Taking a bad version away cannot wait for a disk.
    Try,
}

impl Store {
    /// Changes the journal, and the line-up with it. All versions that the edit
    /// makes active must be loaded.
    pub(crate) fn change(
        &self,
        state: &mut State,
        keep: Keep,
        edit: impl FnOnce(&mut Journal),
    ) -> Result<(), StoreError> {
        let mut journal = state.journal.clone();
        edit(&mut journal);
        journal.prune();
        let before = self.line_up();
        let counted = judges(&journal, state, &before);
        let plugins = in_use(&journal);
        let same = counted.len() == before.counted.len()
            && counted
                .iter()
                .zip(&before.counted)
                .all(|(a, b)| Arc::ptr_eq(a, b))
            && plugins
                .iter()
                .zip(&before.plugins)
                .all(|(a, b)| a.from == b.from);
        let checker = match same {
            true => Arc::clone(&before.checker),
            false => Arc::new(self.checker(&turns(&counted, &plugins))?),
        };
        let old = mem::replace(&mut state.journal, journal);
        state.journal.number = state.journal.number.max(before.number) + 1;
        match state.journal.write(&self.settings.folder) {
            Ok(()) => state.not_kept = None,
            Err(error) if keep == Keep::Must => {
                state.journal = old;
                return Err(error);
            }
            Err(error) => state.not_kept = Some(error.to_string()),
        }
        // Without a trust file the operator asked for no signature of it.
        let profile = self.settings.profile.as_ref();
        let profile = profile.filter(|_| self.settings.trust.is_some());
        let notes = notes(state, &plugins, profile);
        if same && before.number > 0 && notes == before.head.notes && plugins == before.plugins {
            return Ok(());
        }
        let number = state.journal.number;
        let head = Head {
            notes,
            ..checker.head()
        };
        let line_up = Arc::new(LineUp {
            number,
            checker,
            plugins,
            head,
            counted,
        });
        *self.line_up.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&line_up);
        self.renew_shadows(state, &line_up);
        self.forget(state);
        Ok(())
    }

    /// Drops from memory what does not judge and is not gone back to first.
    fn forget(&self, state: &mut State) {
        let mut needed: BTreeSet<VersionId> = state.built_in.values().cloned().collect();
        for history in state.journal.history.values() {
            let latest = history.iter().rev().take(2).flat_map(Schedule::turns);
            needed.extend(latest.map(|turn| turn.id.clone()));
        }
        needed.extend(self.shadows().iter().map(|shadow| shadow.id.clone()));
        state.loaded.retain(|id, _| needed.contains(id));
    }

    /// A line-up with a version more, or in the place of the latest of its
    /// plugin.
    pub(crate) fn trial(
        &self,
        line_up: &LineUp,
        plugin: &str,
        counted: &Arc<Counted>,
    ) -> Result<Trial, SetupError> {
        let mut turns = turns(&line_up.counted, &line_up.plugins);
        let own = turns
            .iter()
            .rposition(|turn| turn.judge.description().id == plugin);
        let replaced = own.map(|at| turns.remove(at));
        let judge: Arc<dyn Judge> = Arc::<Counted>::clone(counted);
        let both = replaced.iter().map(|turn| &turn.judge).chain([&judge]);
        let rules = both.flat_map(|judge| &judge.description().rules);
        let rules = rules.map(|rule| rule.id.clone());
        // What concerns all rules of a plugin stands under its own name.
        let rules = rules.chain([plugin.to_owned()]).collect();
        let from = replaced.and_then(|turn| turn.from);
        turns.push(Turn {
            from: from.clone(),
            judge,
        });
        Ok(Trial {
            checker: self.checker(&turns)?.only(plugin),
            from,
            rules,
            base: line_up.number,
        })
    }
}

fn turns(counted: &[Arc<Counted>], plugins: &[InUse]) -> Vec<Turn> {
    let both = counted.iter().zip(plugins);
    both.map(|(counted, used)| {
        let judge: Arc<dyn Judge> = Arc::<Counted>::clone(counted);
        let from = used.from.clone();
        Turn { from, judge }
    })
    .collect()
}

/// Who judges by a journal. A version that judged already goes on counting its
/// faults.
fn judges(journal: &Journal, state: &State, before: &LineUp) -> Vec<Arc<Counted>> {
    journal
        .judging()
        .filter_map(|(_, turn)| {
            let mut judging = before.counted.iter().zip(&before.plugins);
            if let Some((counted, _)) = judging.find(|(_, used)| used.sha256 == turn.id.as_str()) {
                return Some(Arc::clone(counted));
            }
            let loaded = state.loaded.get(&turn.id)?;
            Some(Arc::new(Counted::new(loaded.plugin.clone())))
        })
        .collect()
}

/// In the order of [`judges`].
fn in_use(journal: &Journal) -> Vec<InUse> {
    let active = journal.judging().filter_map(|(plugin, turn)| {
        let version = journal.version(&turn.id)?;
        let mut steps = version.steps.iter().rev();
        let begun = steps.find(|step| step.stage == Stage::Active && step.passed);
        Some(InUse {
            id: plugin.clone(),
            version: version.version.clone().unwrap_or_default(),
            sha256: version.id.to_string(),
            from: turn.from.clone(),
            signed_by: version.signed_by.clone(),
            built_in: journal.built_in.values().any(|id| *id == version.id),
            since: begun.map_or(Timestamp::UNIX_EPOCH, |step| step.at),
        })
    });
    active.collect()
}
