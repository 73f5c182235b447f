//! Which version judges: activation, rollback, quarantine, and the one place
//! where the line-up changes.

use std::collections::BTreeSet;
use std::mem;
use std::sync::{Arc, PoisonError};

use anjian_check::SetupError;
use jiff::Timestamp;

use crate::counted::Counted;
use crate::error::StoreError;
use crate::journal::Journal;
use crate::line_up::{InUse, LineUp};
use crate::notes::notes;
use crate::state::{State, lock};
use crate::store::Store;
use crate::version::{Origin, Stage, Standing, VersionId, VersionStatus};

/// Whether a decision must be on disk before it counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// A version that begins to judge must be found again after a restart.
    Must,
    /// Taking a bad version away cannot wait for a disk.
    Try,
}

impl Store {
    /// Lets a version judge, as a person's decision.
    ///
    /// # Errors
    /// When the version may not judge, the person may not decide it, or it
    /// cannot be kept. What judged before then judges on.
    pub fn activate(&self, id: &VersionId, who: &str) -> Result<(), StoreError> {
        let mut state = lock(&self.state);
        let state = &mut *state;
        let version = known(state, id)?;
        let refuse = |reason: &str| StoreError::NotPassed {
            id: id.to_string(),
            reason: reason.to_owned(),
        };
        match version.standing {
            Standing::Active => return Ok(()),
            Standing::Staging => return Err(refuse("it is still being examined")),
            Standing::Refused => return Err(refuse(version.reason())),
            Standing::Quarantined => {
                return Err(StoreError::Quarantined {
                    id: id.to_string(),
                    reason: version.reason().to_owned(),
                });
            }
            Standing::Shadow | Standing::Held | Standing::Ready => {}
        }
        if self.settings.four_eyes {
            self.second_person(state, id, who)?;
        }
        self.revive(state, id).map_err(|reason| refuse(&reason))?;
        if let Some(loaded) = state.loaded.get(id)
            && !state.is_built_in(id)
        {
            // A person decides today, so today's keys count.
            let today = self.today();
            self.signers(&loaded.component, &loaded.signatures, today)
                .map_err(|reason| refuse(&reason))?;
        }
        self.begin(state, id, "activated by hand", Some(who))
    }

    /// Goes back to the version that judged before, at once.
    ///
    /// # Errors
    /// When there is none.
    pub fn rollback(&self, plugin: &str, who: &str) -> Result<VersionId, StoreError> {
        let mut state = lock(&self.state);
        let state = &mut *state;
        let active = active(state, plugin)?;
        let reason = format!("{who} went back to an earlier version");
        let Some(earlier) = self.earlier(state, plugin, &active) else {
            return Err(StoreError::NothingEarlier {
                plugin: plugin.to_owned(),
            });
        };
        let left = (Standing::Ready, Stage::Replaced, reason.as_str());
        self.go_back(state, plugin, &earlier, left, Some(who))?;
        Ok(earlier)
    }

    /// Takes the active version of a plugin away. Where there is a built-in one
    /// it judges again; else the plugin judges no more.
    ///
    /// # Errors
    /// When there is no such plugin, or only its built-in version.
    pub fn retire(&self, plugin: &str, who: &str) -> Result<(), StoreError> {
        let mut state = lock(&self.state);
        let state = &mut *state;
        let id = active(state, plugin)?;
        let built_in = state.built_in.get(plugin).cloned();
        if built_in.as_ref() == Some(&id) {
            return Err(StoreError::OnlyBuiltIn {
                plugin: plugin.to_owned(),
            });
        }
        let retired = self.step(
            Stage::Retired,
            true,
            format!("{who} took it away"),
            Some(who),
        );
        let back = "the version from the folder was retired";
        let back = self.step(Stage::Active, true, back, Some(who));
        self.change(state, Keep::Try, |journal| {
            if let Some(version) = journal.version_mut(&id) {
                version.standing = Standing::Ready;
                version.step(retired);
            }
            journal
                .files
                .retain(|_, seen| !(seen.gone && seen.id == id));
            journal.history.remove(plugin);
            journal.settle(plugin);
            if let Some(built_in) = built_in {
                if let Some(version) = journal.version_mut(&built_in) {
                    version.standing = Standing::Active;
                    version.step(back);
                }
                journal.push_active(plugin, built_in);
            }
        })
    }

    /// Ends a quarantine, as a person's decision. The version may be activated
    /// again.
    ///
    /// # Errors
    /// When it is not in quarantine.
    pub fn release(&self, id: &VersionId, who: &str) -> Result<(), StoreError> {
        let mut state = lock(&self.state);
        let state = &mut *state;
        if known(state, id)?.standing != Standing::Quarantined {
            return Err(StoreError::NotQuarantined { id: id.to_string() });
        }
        let reason = format!("{who} ended its quarantine");
        let step = self.step(Stage::Released, true, reason, Some(who));
        self.change(state, Keep::Try, |journal| {
            if let Some(version) = journal.version_mut(id) {
                version.standing = Standing::Ready;
                version.step(step);
            }
            journal.unsettled.remove(id);
        })
    }

    fn second_person(
        &self,
        state: &mut State,
        id: &VersionId,
        who: &str,
    ) -> Result<(), StoreError> {
        // Who built the program is not who runs it.
        if state.is_built_in(id) {
            return Ok(());
        }
        let version = known(state, id)?;
        let first = match (&version.origin, &version.vouched_by) {
            (Origin::Submitted(first), _) | (_, Some(first)) => first,
            (_, None) => {
                self.change(state, Keep::Must, |journal| {
                    if let Some(version) = journal.version_mut(id) {
                        version.vouched_by = Some(who.to_owned());
                    }
                })?;
                return Err(StoreError::NeedsSecondPerson {
                    id: id.to_string(),
                    who: who.to_owned(),
                });
            }
        };
        if first == who {
            return Err(StoreError::SamePerson {
                id: id.to_string(),
                who: who.to_owned(),
            });
        }
        Ok(())
    }

    /// Lets a version judge that is loaded and may.
    pub(crate) fn begin(
        &self,
        state: &mut State,
        id: &VersionId,
        reason: &str,
        who: Option<&str>,
    ) -> Result<(), StoreError> {
        let version = known(state, id)?;
        let (plugin, name) = (version.plugin.clone().unwrap_or_default(), version.name());
        let replaced = format!("{name} ({}) took its place", id.short());
        let replaced = self.step(Stage::Replaced, true, replaced, who);
        let begun = self.step(Stage::Active, true, reason, who);
        let shadow = self.end_shadow(id);
        let changed = self.change(state, Keep::Must, |journal| {
            if let Some(old) = journal.active(&plugin).cloned()
                && let Some(old) = journal.version_mut(&old)
            {
                old.standing = Standing::Ready;
                old.step(replaced);
            }
            if let Some(version) = journal.version_mut(id) {
                version.standing = Standing::Active;
                version.shadow = shadow.as_ref().map(|shadow| shadow.counts());
                version.step(begun);
            }
            journal.push_active(&plugin, id.clone());
            journal.settle(&plugin);
        });
        if changed.is_err()
            && let Some(shadow) = shadow
        {
            self.put_shadow(shadow);
        }
        changed.map_err(|error| match error {
            StoreError::Setup(cause) => StoreError::DoesNotFit {
                id: id.to_string(),
                cause,
            },
            other => other,
        })
    }

    /// The version that judged before and still may.
    fn earlier(&self, state: &mut State, plugin: &str, active: &VersionId) -> Option<VersionId> {
        let mut earlier = state.journal.history.get(plugin).cloned()?;
        if let Some(built_in) = state.built_in.get(plugin) {
            earlier.insert(0, built_in.clone());
        }
        while let Some(id) = earlier.pop() {
            let may = state.journal.version(&id).is_some_and(|version| {
                matches!(
                    version.standing,
                    Standing::Ready | Standing::Held | Standing::Shadow
                )
            });
            if id != *active && may && self.revive(state, &id).is_ok() {
                return Some(id);
            }
        }
        None
    }

    /// Lets an earlier version judge again. `left` is what becomes of the one
    /// that judged.
    fn go_back(
        &self,
        state: &mut State,
        plugin: &str,
        earlier: &VersionId,
        left: (Standing, Stage, &str),
        who: Option<&str>,
    ) -> Result<(), StoreError> {
        let (standing, stage, reason) = left;
        let was = active(state, plugin)?;
        let fine = standing == Standing::Ready;
        let gone = self.step(stage, fine, reason, who);
        let reason = match who {
            Some(who) => format!("{who} went back to it"),
            None => "the version after it was taken away".to_owned(),
        };
        let back = self.step(Stage::Active, true, reason, who);
        self.end_shadow(earlier);
        self.change(state, Keep::Try, |journal| {
            if let Some(version) = journal.version_mut(&was) {
                version.standing = standing;
                version.step(gone);
            }
            if let Some(version) = journal.version_mut(earlier) {
                version.standing = Standing::Active;
                version.step(back);
            }
            let history = journal.history.entry(plugin.to_owned()).or_default();
            match history.iter().rposition(|id| id == earlier) {
                Some(at) => history.truncate(at + 1),
                None => *history = vec![earlier.clone()],
            }
            journal.settle(plugin);
            if !fine {
                journal.unsettled.insert(was.clone());
            }
        })
    }

    /// Takes a version away that may judge no more: to quarantine, or because
    /// its signatures do not hold any longer.
    pub(crate) fn withdraw(
        &self,
        state: &mut State,
        id: &VersionId,
        left: (Standing, Stage, &str),
    ) {
        let Ok(version) = known(state, id) else {
            return;
        };
        let plugin = version.plugin.clone().unwrap_or_default();
        let judges = state.journal.active(&plugin) == Some(id);
        let (standing, stage, reason) = left;
        if judges
            && let Some(earlier) = self.earlier(state, &plugin, id)
            && self.go_back(state, &plugin, &earlier, left, None).is_ok()
        {
            return;
        }
        let step = self.step(stage, false, reason, None);
        let shadow = self.end_shadow(id);
        // A plugin that breaks says so in each report, one that is missing says
        // nothing: without an earlier version it judges on. What is trusted no
        // more must not run at all.
        let stays = judges && standing == Standing::Quarantined;
        let standing = if stays { Standing::Active } else { standing };
        let _ = self.change(state, Keep::Try, |journal| {
            if let Some(version) = journal.version_mut(id) {
                version.standing = standing;
                version.step(step);
                if let Some(shadow) = shadow {
                    version.shadow = Some(shadow.counts());
                }
            }
            if judges && !stays {
                journal.history.remove(&plugin);
            }
            journal.unsettled.insert(id.clone());
        });
    }

    /// Quarantines a version that broke too often.
    pub(crate) fn quarantine(&self, counted: &Counted) {
        let Some(id) = VersionId::parse(anjian_check::Judge::sha256(counted)) else {
            return;
        };
        let mut state = lock(&self.state);
        let faults = counted.faults();
        let reason = format!("it broke {faults} times; the last time: {}", counted.last());
        let left = (Standing::Quarantined, Stage::Quarantined, reason.as_str());
        self.withdraw(&mut state, &id, left);
    }

    /// The one place where the journal and the line-up change. All versions
    /// that the edit makes active must be loaded.
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
        let same = counted.len() == before.counted.len()
            && counted
                .iter()
                .zip(&before.counted)
                .all(|(a, b)| Arc::ptr_eq(a, b));
        let checker = match same {
            true => Arc::clone(&before.checker),
            false => Arc::new(self.checker(&counted)?),
        };
        let plugins = in_use(&journal);
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
        let notes = notes(state, &plugins);
        if same && before.number > 0 && notes == before.notes && plugins == before.plugins {
            return Ok(());
        }
        let number = state.journal.number;
        let line_up = Arc::new(LineUp {
            number,
            checker,
            plugins,
            notes,
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
            needed.extend(history.iter().rev().take(2).cloned());
        }
        needed.extend(self.shadows().iter().map(|shadow| shadow.id.clone()));
        state.loaded.retain(|id, _| needed.contains(id));
    }

    /// The plugins of a line-up, with one more, or in the place of its own.
    pub(crate) fn with(
        &self,
        line_up: &LineUp,
        plugin: &str,
        counted: &Arc<Counted>,
    ) -> Result<anjian_check::Checker, SetupError> {
        let others = line_up.counted.iter().zip(&line_up.plugins);
        let others = others.filter(|(_, used)| used.id != plugin);
        self.checker(others.map(|(counted, _)| counted).chain([counted]))
    }
}

pub(crate) fn known<'s>(state: &'s State, id: &VersionId) -> Result<&'s VersionStatus, StoreError> {
    let found = state.journal.version(id);
    found.ok_or_else(|| StoreError::UnknownVersion { id: id.to_string() })
}

fn active(state: &State, plugin: &str) -> Result<VersionId, StoreError> {
    let found = state.journal.active(plugin).cloned();
    found.ok_or_else(|| StoreError::UnknownPlugin {
        plugin: plugin.to_owned(),
    })
}

/// Who judges by a journal. A version that judged already goes on counting its
/// faults.
fn judges(journal: &Journal, state: &State, before: &LineUp) -> Vec<Arc<Counted>> {
    let active = journal
        .history
        .values()
        .filter_map(|history| history.last());
    active
        .filter_map(|id| {
            let mut judging = before.counted.iter().zip(&before.plugins);
            if let Some((counted, _)) = judging.find(|(_, used)| used.sha256 == id.as_str()) {
                return Some(Arc::clone(counted));
            }
            let loaded = state.loaded.get(id)?;
            Some(Arc::new(Counted::new(loaded.plugin.clone())))
        })
        .collect()
}

/// In the order of [`judges`].
fn in_use(journal: &Journal) -> Vec<InUse> {
    let active = journal.history.iter().filter_map(|(plugin, history)| {
        let version = journal.version(history.last()?)?;
        let mut steps = version.steps.iter().rev();
        let begun = steps.find(|step| step.stage == Stage::Active && step.passed);
        Some(InUse {
            id: plugin.clone(),
            version: version.version.clone().unwrap_or_default(),
            sha256: version.id.to_string(),
            signed_by: version.signed_by.clone(),
            built_in: journal.built_in.values().any(|id| *id == version.id),
            since: begun.map_or(Timestamp::UNIX_EPOCH, |step| step.at),
        })
    });
    active.collect()
}
