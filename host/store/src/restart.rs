//! What judges after a start.

use crate::change::Keep;
use crate::error::StoreError;
use crate::journal::Schedule;
use crate::state::{Loaded, State};
use crate::store::{Store, describe};
use crate::version::{Origin, Stage, Standing, VersionId, VersionStatus};

impl Store {
    pub(crate) fn load_built_in(&self, state: &mut State) -> Result<(), StoreError> {
        for built_in in &self.settings.built_in {
            let fail = |cause| StoreError::BuiltIn {
                name: built_in.name.clone(),
                cause,
            };
            let plugin = self.engine.load(&built_in.component).map_err(fail)?;
            let id = VersionId::of(&built_in.component);
            let name = plugin.description().id.clone();
            // A report must be reproducible after the program was updated too.
            if let Err(error) = self.archive.put(&id, &built_in.component, &[]) {
                state.not_kept = Some(error.to_string());
            }
            if state.journal.version(&id).is_none() {
                let mut version = VersionStatus::new(id.clone(), Origin::BuiltIn);
                version.standing = Standing::Ready;
                version.step(self.step(Stage::Compiled, true, "it comes with the program", None));
                describe(&mut version, &plugin);
                state.journal.versions.push(version);
            }
            state.built_in.insert(name, id.clone());
            let loaded = Loaded {
                plugin,
                component: built_in.component.clone(),
                signatures: Vec::new(),
            };
            state.loaded.insert(id, loaded);
        }
        Ok(())
    }

    /// What judged before judges again, as far as it still may.
    pub(crate) fn bring_back(&self, state: &mut State) -> Result<(), StoreError> {
        // Whose examination ended with the process is examined again.
        let half = |version: &VersionStatus| version.standing == Standing::Staging;
        let journal = &mut state.journal;
        let lost: Vec<VersionId> = journal
            .versions
            .iter()
            .filter(|version| half(version))
            .map(|version| version.id.clone())
            .collect();
        journal.versions.retain(|version| !half(version));
        journal.files.retain(|_, seen| !lost.contains(&seen.id));

        let mut plugins: Vec<String> = state.journal.history.keys().cloned().collect();
        plugins.extend(state.built_in.keys().cloned());
        plugins.sort();
        plugins.dedup();
        for plugin in &plugins {
            self.replace_built_in(state, plugin);
            self.bring_back_plugin(state, plugin);
        }
        state.journal.built_in.clone_from(&state.built_in);
        while let Err(error) = self.change(state, Keep::Try, |_| {}) {
            // Versions that judged together until the program was updated.
            if !self.drop_one(state, &error) {
                return Err(error);
            }
        }
        let shadowed: Vec<VersionId> = state
            .journal
            .versions
            .iter()
            .filter(|version| version.standing == Standing::Shadow)
            .map(|version| version.id.clone())
            .collect();
        for id in shadowed {
            let begun = self
                .revive(state, &id)
                .and_then(|()| self.go_on_in_shadow(state, &id).map_err(|e| e.to_string()));
            if let Err(reason) = begun {
                self.refuse(state, &id, Stage::Shadow, &reason);
            }
        }
        Ok(())
    }

    fn bring_back_plugin(&self, state: &mut State, plugin: &str) {
        while let Some(schedule) = state.journal.schedule(plugin).cloned() {
            let unfit = schedule.turns().iter().find_map(|turn| {
                let refused = self.may_again(state, &turn.id).err();
                refused.map(|reason| (turn.id.clone(), reason))
            });
            let Some((id, reason)) = unfit else {
                for turn in schedule.turns() {
                    let step = self.step(Stage::Active, true, "the version after it is gone", None);
                    if let Some(version) = state.journal.version_mut(&turn.id)
                        && version.standing != Standing::Active
                    {
                        version.standing = Standing::Active;
                        version.step(step);
                    }
                }
                return;
            };
            if let Some(history) = state.journal.history.get_mut(plugin) {
                history.pop();
                history.extend(schedule.without(&id));
            }
            let step = self.step(Stage::Verified, false, reason, None);
            let Some(version) = state.journal.version_mut(&id) else {
                continue;
            };
            if version.standing == Standing::Active {
                version.standing = Standing::Refused;
                version.step(step);
                state.journal.unsettled.insert(id.clone());
                // A file that is still there is examined again.
                state.journal.files.retain(|_, seen| seen.id != id);
            }
        }
        state.journal.history.remove(plugin);
        if let Some(id) = state.built_in.get(plugin).cloned() {
            self.begin_built_in(state, plugin, id);
        }
    }

    /// Where the program was updated, its new version judges in the place of
    /// the one that came with it before.
    fn replace_built_in(&self, state: &mut State, plugin: &str) {
        let new = state.built_in.get(plugin).cloned();
        // With the same program, an older one judges because a person wants it.
        if new.as_ref() == state.journal.built_in.get(plugin) {
            return;
        }
        let Some(mut schedule) = state.journal.schedule(plugin).cloned() else {
            return;
        };
        let came_with_program = |id: &VersionId| {
            let version = state.journal.version(id);
            version.is_some_and(|version| version.origin == Origin::BuiltIn)
        };
        let old: Vec<VersionId> = schedule
            .turns()
            .iter()
            .map(|turn| turn.id.clone())
            .filter(|id| Some(id) != new.as_ref() && came_with_program(id))
            .collect();
        for id in &old {
            let step = self.step(
                Stage::Replaced,
                true,
                "the program has another one now",
                None,
            );
            if let Some(version) = state.journal.version_mut(id) {
                version.standing = Standing::Ready;
                version.step(step);
            }
            let left = match &new {
                Some(new) => Some(schedule.with(id, new)),
                None => schedule.without(id),
            };
            match left {
                Some(left) => schedule = left,
                None => {
                    state.journal.history.remove(plugin);
                    return;
                }
            }
        }
        if !old.is_empty() {
            let history = vec![schedule];
            state.journal.history.insert(plugin.to_owned(), history);
        }
    }

    /// Has a version ready that judged, or judged before the one that did.
    fn may_again(&self, state: &mut State, id: &VersionId) -> Result<(), String> {
        let standing = state.journal.version(id).map(|version| version.standing);
        match standing {
            Some(standing) if standing.may_judge() => self.revive(state, id),
            _ => Err("it may not judge".to_owned()),
        }
    }

    fn begin_built_in(&self, state: &mut State, plugin: &str, id: VersionId) {
        let step = self.step(Stage::Active, true, "it comes with the program", None);
        if let Some(version) = state.journal.version_mut(&id) {
            version.standing = Standing::Active;
            version.step(step);
        }
        state.journal.begin(plugin, Schedule::all_dates(id));
    }

    /// Takes away what came from the folder for one plugin; says whether there
    /// was such a plugin.
    fn drop_one(&self, state: &mut State, error: &StoreError) -> bool {
        let found = state.journal.judging().find_map(|(plugin, turn)| {
            (state.built_in.get(plugin) != Some(&turn.id)).then(|| plugin.clone())
        });
        let Some(plugin) = found else {
            return false;
        };
        let history = state.journal.history.remove(&plugin);
        let built_in = state.built_in.get(&plugin).cloned();
        let schedule = history.and_then(|mut history| history.pop());
        for turn in schedule.iter().flat_map(Schedule::turns) {
            if Some(&turn.id) == built_in.as_ref() {
                continue;
            }
            let step = self.step(Stage::Active, false, error.to_string(), None);
            if let Some(version) = state.journal.version_mut(&turn.id) {
                version.standing = Standing::Refused;
                version.step(step);
            }
            state.journal.unsettled.insert(turn.id.clone());
        }
        if let Some(id) = built_in {
            self.begin_built_in(state, &plugin, id);
        }
        true
    }
}
