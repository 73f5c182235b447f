//! Which version judges: activation, rollback and quarantine.

use jiff::civil::Date;

use crate::change::Keep;
use crate::counted::Counted;
use crate::error::StoreError;
use crate::journal::{Schedule, Turn};
use crate::state::{State, lock};
use crate::store::{Keys, Store};
use crate::version::{Origin, Stage, Standing, VersionId, VersionStatus};

impl Store {
    /// Lets a version judge, as a person's decision: all filings, or those whose
    /// reference date is `from` or later. Then what judged before goes on
    /// judging what is earlier.
    ///
    /// # Errors
    /// When the version may not judge, the person may not decide it, or it
    /// cannot be kept. What judged before then judges on.
    pub fn activate(
        &self,
        id: &VersionId,
        from: Option<Date>,
        who: &str,
    ) -> Result<(), StoreError> {
        let mut state = lock(&self.state);
        let state = &mut *state;
        let version = known(state, id)?;
        let refuse = |reason: &str| StoreError::NotPassed {
            id: id.to_string(),
            reason: reason.to_owned(),
        };
        match version.standing {
            Standing::Staging => return Err(refuse("it is still being examined")),
            Standing::Refused => return Err(refuse(version.reason())),
            Standing::Quarantined => {
                return Err(StoreError::Quarantined {
                    id: id.to_string(),
                    reason: version.reason().to_owned(),
                });
            }
            Standing::Active | Standing::Shadow | Standing::Held | Standing::Ready => {}
        }
        let plugin = version.plugin.clone().unwrap_or_default();
        let from = from.map(|date| date.to_string());
        let schedule = state.journal.schedule(&plugin);
        let schedule = match (&from, schedule) {
            (Some(from), Some(schedule)) => schedule.then(id, from),
            _ => Schedule::all_dates(id.clone()),
        };
        if state.journal.schedule(&plugin) == Some(&schedule) {
            return Ok(());
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
            self.signers(&loaded.component, &loaded.signatures, today, Keys::Now)
                .map_err(|reason| refuse(&reason))?;
        }
        let reason = match from {
            Some(from) => format!("activated by hand, for reference dates from {from} on"),
            None => "activated by hand".to_owned(),
        };
        self.begin_schedule(state, id, schedule, &reason, Some(who))
    }

    /// Goes back to the version that judged before, at once.
    ///
    /// # Errors
    /// When there is none.
    pub fn rollback(&self, plugin: &str, who: &str) -> Result<VersionId, StoreError> {
        let mut state = lock(&self.state);
        let state = &mut *state;
        schedule(state, plugin)?;
        let reason = format!("{who} went back to an earlier version");
        let earlier = self.earlier(state, plugin, None).map_err(|passed_over| {
            StoreError::NothingEarlier {
                plugin: plugin.to_owned(),
                passed_over,
            }
        })?;
        let left = (Standing::Ready, Stage::Replaced, reason.as_str());
        self.go_back(state, plugin, &earlier, left, Some(who))?;
        // There is no schedule without turns.
        let latest = earlier.schedule.turns().last();
        latest
            .map(|turn| turn.id.clone())
            .ok_or_else(|| StoreError::UnknownPlugin {
                plugin: plugin.to_owned(),
            })
    }

    /// Takes the active version of a plugin away. Where there is a built-in one
    /// it judges again; else the plugin judges no more.
    ///
    /// # Errors
    /// When there is no such plugin, or only its built-in version.
    pub fn retire(&self, plugin: &str, who: &str) -> Result<(), StoreError> {
        let mut state = lock(&self.state);
        let state = &mut *state;
        let schedule = schedule(state, plugin)?;
        let built_in = state.built_in.get(plugin).cloned();
        let after = built_in.clone().map(Schedule::all_dates);
        if after.as_ref() == Some(&schedule) {
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
            for turn in schedule.turns() {
                if let Some(version) = journal.version_mut(&turn.id) {
                    version.standing = Standing::Ready;
                    version.step(retired.clone());
                }
            }
            journal
                .files
                .retain(|_, seen| !(seen.gone && schedule.has(&seen.id)));
            journal.history.remove(plugin);
            journal.settle(plugin);
            if let (Some(built_in), Some(after)) = (built_in, after) {
                if let Some(version) = journal.version_mut(&built_in) {
                    version.standing = Standing::Active;
                    version.step(back);
                }
                journal.begin(plugin, after);
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

    /// Lets a version judge all filings that is loaded and may.
    pub(crate) fn begin(
        &self,
        state: &mut State,
        id: &VersionId,
        reason: &str,
        who: Option<&str>,
    ) -> Result<(), StoreError> {
        let schedule = Schedule::all_dates(id.clone());
        self.begin_schedule(state, id, schedule, reason, who)
    }

    /// Lets a version judge that is loaded and may, as a schedule says.
    fn begin_schedule(
        &self,
        state: &mut State,
        id: &VersionId,
        schedule: Schedule,
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
            let before = journal.schedule(&plugin).cloned();
            for old in before.iter().flat_map(|before| before.not_in(&schedule)) {
                if let Some(old) = journal.version_mut(old) {
                    old.standing = Standing::Ready;
                    old.step(replaced.clone());
                }
            }
            if let Some(version) = journal.version_mut(id) {
                version.standing = Standing::Active;
                // For the next time, two persons must decide again.
                version.vouched_by = None;
                if let Some(shadow) = &shadow {
                    version.shadow = Some(shadow.counts());
                }
                version.step(begun);
            }
            journal.begin(&plugin, schedule);
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

    /// What judged before and still may, without a version that may not; else
    /// what cannot be had any more.
    fn earlier(
        &self,
        state: &mut State,
        plugin: &str,
        without: Option<&VersionId>,
    ) -> Result<Earlier, Vec<String>> {
        let mut earlier = state
            .journal
            .history
            .get(plugin)
            .cloned()
            .unwrap_or_default();
        let Some(now) = earlier.pop() else {
            return Err(Vec::new());
        };
        if let Some(built_in) = state.built_in.get(plugin) {
            earlier.insert(0, Schedule::all_dates(built_in.clone()));
        }
        // The others of its schedule judge its dates.
        earlier.extend(without.and_then(|id| now.without(id)));
        let mut passed_over = Vec::new();
        while let Some(schedule) = earlier.pop() {
            let stands = schedule.turns().iter().all(|Turn { id, .. }| {
                let version = state.journal.version(id);
                Some(id) != without && version.is_some_and(|version| version.standing.may_judge())
            });
            if !stands || schedule == now {
                continue;
            }
            let unfit = schedule.turns().iter().find_map(|Turn { id, .. }| {
                let reason = self.revive(state, id).err()?;
                let name = known(state, id).map_or_else(|_| id.to_string(), VersionStatus::name);
                Some(format!("{name}: {reason}"))
            });
            match unfit {
                None => {
                    return Ok(Earlier {
                        schedule,
                        passed_over,
                    });
                }
                Some(reason) if passed_over.contains(&reason) => {}
                Some(reason) => passed_over.push(reason),
            }
        }
        Err(passed_over)
    }

    /// Lets earlier versions judge again. `left` is what becomes of those that
    /// judged.
    fn go_back(
        &self,
        state: &mut State,
        plugin: &str,
        earlier: &Earlier,
        left: (Standing, Stage, &str),
        who: Option<&str>,
    ) -> Result<(), StoreError> {
        let Earlier {
            schedule: earlier,
            passed_over,
        } = earlier;
        let (standing, stage, reason) = left;
        let was = schedule(state, plugin)?;
        let fine = standing == Standing::Ready;
        let gone = self.step(stage, fine, reason, who);
        let mut reason = match who {
            Some(who) => format!("{who} went back to it"),
            None => "the version after it was taken away".to_owned(),
        };
        if !passed_over.is_empty() {
            let passed_over = passed_over.join("; ");
            reason = format!("{reason}; what came between cannot be had ({passed_over})");
        }
        let back = self.step(Stage::Active, true, reason, who);
        for turn in earlier.turns() {
            self.end_shadow(&turn.id);
        }
        self.change(state, Keep::Try, |journal| {
            for id in was.not_in(earlier) {
                if let Some(version) = journal.version_mut(id) {
                    version.standing = standing;
                    version.step(gone.clone());
                }
            }
            for id in earlier.not_in(&was) {
                if let Some(version) = journal.version_mut(id) {
                    version.standing = Standing::Active;
                    version.step(back.clone());
                }
            }
            let history = journal.history.entry(plugin.to_owned()).or_default();
            match history.iter().rposition(|schedule| schedule == earlier) {
                Some(at) => history.truncate(at + 1),
                None => *history = vec![earlier.clone()],
            }
            journal.settle(plugin);
            if !fine {
                journal.unsettled.extend(was.not_in(earlier).cloned());
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
        let schedule = state.journal.schedule(&plugin);
        let judges = schedule.is_some_and(|schedule| schedule.has(id));
        let (standing, stage, reason) = left;
        if judges
            && let Ok(earlier) = self.earlier(state, &plugin, Some(id))
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
        let reason = counted.sentence(self.settings.fault_limit);
        let left = (Standing::Quarantined, Stage::Quarantined, reason.as_str());
        self.withdraw(&mut state, &id, left);
    }
}

/// What a plugin can go back to.
struct Earlier {
    schedule: Schedule,
    /// What would have come first and cannot be had, with the reason.
    passed_over: Vec<String>,
}

pub(crate) fn known<'s>(state: &'s State, id: &VersionId) -> Result<&'s VersionStatus, StoreError> {
    let found = state.journal.version(id);
    found.ok_or_else(|| StoreError::UnknownVersion { id: id.to_string() })
}

fn schedule(state: &State, plugin: &str) -> Result<Schedule, StoreError> {
    let found = state.journal.schedule(plugin).cloned();
    found.ok_or_else(|| StoreError::UnknownPlugin {
        plugin: plugin.to_owned(),
    })
}
