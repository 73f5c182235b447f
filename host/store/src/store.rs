//! The store: what it knows, and what may be asked of it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::sync::atomic::AtomicUsize;
use std::sync::mpsc::{self, SyncSender};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread;

use anjian_check::{Checker, Judge, SetupError};
use anjian_runtime::{Engine, Plugin};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use crate::archive::{Archive, Archived};
use crate::counted::Counted;
use crate::error::StoreError;
use crate::files::Seen;
use crate::journal::Journal;
use crate::line_up::LineUp;
use crate::settings::StoreSettings;
use crate::shadow::{Job, Shadow};
use crate::state::{Loaded, State, lock};
use crate::swap::Keep;
use crate::trust::Trust;
use crate::version::{Origin, Stage, Standing, Step, VersionId, VersionStatus};

/// Versions of plugins, and which of them judge.
pub struct Store {
    pub(crate) settings: StoreSettings,
    pub(crate) engine: Arc<Engine>,
    pub(crate) archive: Archive,
    pub(crate) state: Mutex<State>,
    /// Held only to copy or change the pointer, so nobody waits for a compiler.
    pub(crate) line_up: RwLock<Arc<LineUp>>,
    pub(crate) shadows: RwLock<Vec<Arc<Shadow>>>,
    pub(crate) jobs: SyncSender<Job>,
    /// Bytes of the filings that wait for the shadow.
    pub(crate) waiting_bytes: AtomicUsize,
    /// What was last seen in the folder. Held for a whole look.
    pub(crate) looking: Mutex<Seen>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("folder", &self.settings.folder)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Takes the folder for this process, brings back what judged before, and
    /// examines what is new in it.
    ///
    /// # Errors
    /// When the folder belongs to another process, the journal is damaged, the
    /// trust file cannot be used, or the built-in plugins do not judge together. A bad file in the folder is
    /// no error: it is refused, and what judged before judges on.
    pub fn open(settings: StoreSettings, engine: Arc<Engine>) -> Result<Arc<Self>, StoreError> {
        // Told by the archive, which also makes it.
        let _ = fs::create_dir_all(&settings.folder);
        let archive = Archive::open(&settings.folder)?;
        let journal = Journal::read(&settings.folder)?;
        if let Some(path) = &settings.trust {
            // Without it all signed versions would be refused, and others judge.
            Trust::read(path)?;
        }
        let (jobs, waiting) = mpsc::sync_channel(settings.shadow_queue.max(1));
        let line_up = LineUp {
            number: journal.number,
            checker: Arc::new(Checker::new(settings.options.clone())?),
            plugins: Vec::new(),
            notes: Vec::new(),
            counted: Vec::new(),
        };
        let store = Arc::new(Self {
            state: Mutex::new(State {
                journal,
                loaded: BTreeMap::new(),
                built_in: BTreeMap::new(),
                unreadable: BTreeMap::new(),
                folder_gone: None,
                not_kept: None,
            }),
            line_up: RwLock::new(Arc::new(line_up)),
            shadows: RwLock::default(),
            jobs,
            waiting_bytes: AtomicUsize::new(0),
            looking: Mutex::default(),
            settings,
            engine,
            archive,
        });
        {
            let mut state = lock(&store.state);
            store.load_built_in(&mut state)?;
            store.bring_back(&mut state)?;
        }
        let weak = Arc::downgrade(&store);
        let name = "anjian-shadow";
        thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || Self::work(&weak, &waiting))
            .map_err(|cause| StoreError::Thread { name, cause })?;
        store.look();
        Ok(store)
    }

    /// What judges now. Hold it for a whole filing, or for a whole stream.
    #[must_use]
    pub fn line_up(&self) -> Arc<LineUp> {
        let line_up = self.line_up.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&line_up)
    }

    /// Every version that is known, with its stages and reasons.
    #[must_use]
    pub fn versions(&self) -> Vec<VersionStatus> {
        let mut versions = lock(&self.state).journal.versions.clone();
        for shadow in self.shadows().iter() {
            if let Some(version) = versions.iter_mut().find(|found| found.id == shadow.id) {
                version.shadow = Some(shadow.counts());
            }
        }
        versions
    }

    /// One version.
    #[must_use]
    pub fn version(&self, id: &VersionId) -> Option<VersionStatus> {
        self.versions().into_iter().find(|found| found.id == *id)
    }

    /// The bytes of a version that passed, also long after it judged.
    ///
    /// # Errors
    /// When there is no such version, or the archive cannot be read.
    pub fn component(&self, sha256: &str) -> Result<Vec<u8>, StoreError> {
        let unknown = || StoreError::UnknownVersion {
            id: sha256.to_owned(),
        };
        let id = VersionId::parse(sha256).ok_or_else(unknown)?;
        if let Some(loaded) = lock(&self.state).loaded.get(&id) {
            return Ok(loaded.component.to_vec());
        }
        match self.archive.get(&id) {
            Err(StoreError::Disk { cause, .. }) if cause.kind() == std::io::ErrorKind::NotFound => {
                Err(unknown())
            }
            found => found.map(|archived| archived.component),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.settings.now)()
    }

    pub(crate) fn step(
        &self,
        stage: Stage,
        passed: bool,
        reason: impl Into<String>,
        who: Option<&str>,
    ) -> Step {
        Step {
            stage,
            at: self.now(),
            passed,
            reason: reason.into(),
            who: who.map(str::to_owned),
        }
    }

    pub(crate) fn shadows(&self) -> Vec<Arc<Shadow>> {
        let shadows = self.shadows.read().unwrap_or_else(PoisonError::into_inner);
        shadows.clone()
    }

    pub(crate) fn checker<'a>(
        &self,
        plugins: impl IntoIterator<Item = &'a Arc<Counted>>,
    ) -> Result<Checker, SetupError> {
        let mut checker = Checker::new(self.settings.options.clone())?;
        for plugin in plugins {
            let judge: Arc<dyn Judge> = Arc::<Counted>::clone(plugin);
            checker.add(judge)?;
        }
        match &self.settings.profile {
            Some(profile) => checker.with_profile(profile.clone()),
            None => Ok(checker),
        }
    }

    /// Who signed, or why the signatures do not do. Nobody, where the operator
    /// allows that.
    pub(crate) fn signers(
        &self,
        component: &[u8],
        signatures: &[String],
        day: Date,
    ) -> Result<Vec<String>, String> {
        match &self.settings.trust {
            _ if signatures.is_empty() && self.settings.allow_unsigned => Ok(Vec::new()),
            None if self.settings.allow_unsigned => Ok(Vec::new()),
            None => Err(
                "there is no trust file, so no signature can count; the operator must name one, \
                 or allow unsigned plugins"
                    .to_owned(),
            ),
            Some(path) => {
                let trust = Trust::read(path).map_err(|error| error.to_string())?;
                trust
                    .verify(component, signatures, day)
                    .map_err(|error| error.to_string())
            }
        }
    }

    /// Has a version ready to judge, from memory or from the archive. Its
    /// signatures must still hold, as of the day on which they were verified: a
    /// key that expires later does not take a version away, one that is revoked
    /// does.
    pub(crate) fn revive(&self, state: &mut State, id: &VersionId) -> Result<(), String> {
        let Some(version) = state.journal.version(id) else {
            return Err("nothing is known of it".to_owned());
        };
        let day = verified_on(version).unwrap_or_else(|| self.today());
        let (component, signatures, plugin) = match state.loaded.get(id) {
            Some(loaded) => {
                let Loaded {
                    plugin,
                    component,
                    signatures,
                } = loaded.clone();
                (component, signatures, Some(plugin))
            }
            None => {
                let Archived {
                    component,
                    signatures,
                } = self.archive.get(id).map_err(|error| error.to_string())?;
                (Cow::Owned(component), signatures, None)
            }
        };
        // What the journal calls built in is not believed: it could be edited.
        if !state.is_built_in(id) {
            self.signers(&component, &signatures, day)?;
        }
        let plugin = match plugin {
            Some(plugin) => plugin,
            None => self
                .engine
                .load(&component)
                .map_err(|error| error.to_string())?,
        };
        let loaded = Loaded {
            plugin,
            component,
            signatures,
        };
        state.loaded.insert(id.clone(), loaded);
        Ok(())
    }

    pub(crate) fn today(&self) -> Date {
        day(self.now())
    }

    fn load_built_in(&self, state: &mut State) -> Result<(), StoreError> {
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
    fn bring_back(&self, state: &mut State) -> Result<(), StoreError> {
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
                .and_then(|()| self.begin_shadow(state, &id).map_err(|e| e.to_string()));
            if let Err(reason) = begun {
                self.refuse(state, &id, Stage::Shadow, &reason);
            }
        }
        Ok(())
    }

    fn bring_back_plugin(&self, state: &mut State, plugin: &str) {
        let built_in = state.built_in.get(plugin).cloned();
        while let Some(id) = state.journal.active(plugin).cloned() {
            if self.is_superseded(state, plugin, &id) {
                break;
            }
            let Err(reason) = self.may_again(state, &id) else {
                let step = self.step(Stage::Active, true, "the version after it is gone", None);
                if let Some(version) = state.journal.version_mut(&id)
                    && version.standing != Standing::Active
                {
                    version.standing = Standing::Active;
                    version.step(step);
                }
                return;
            };
            let history = state.journal.history.get_mut(plugin);
            history.and_then(Vec::pop);
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
        if let Some(id) = built_in {
            self.begin_built_in(state, plugin, id);
        }
    }

    /// Whether the program was updated, and brings another built-in version
    /// than the one that judged.
    fn is_superseded(&self, state: &mut State, plugin: &str, id: &VersionId) -> bool {
        let step = self.step(
            Stage::Replaced,
            true,
            "the program has another one now",
            None,
        );
        // With the same program, an older one judges because a person wants it.
        if state.built_in.get(plugin) == state.journal.built_in.get(plugin) {
            return false;
        }
        if state.built_in.get(plugin) == Some(id) {
            return false;
        }
        match state.journal.version_mut(id) {
            Some(version) if version.origin == Origin::BuiltIn => {
                version.standing = Standing::Ready;
                version.step(step);
                true
            }
            _ => false,
        }
    }

    /// Has a version ready that judged, or judged before the one that did.
    fn may_again(&self, state: &mut State, id: &VersionId) -> Result<(), String> {
        let standing = state.journal.version(id).map(|version| version.standing);
        match standing {
            Some(Standing::Active | Standing::Ready) => self.revive(state, id),
            _ => Err("it may not judge".to_owned()),
        }
    }

    fn begin_built_in(&self, state: &mut State, plugin: &str, id: VersionId) {
        let step = self.step(Stage::Active, true, "it comes with the program", None);
        if let Some(version) = state.journal.version_mut(&id) {
            version.standing = Standing::Active;
            version.step(step);
        }
        state.journal.push_active(plugin, id);
    }

    /// Takes away one version that came from the folder; says whether there was
    /// one.
    fn drop_one(&self, state: &mut State, error: &StoreError) -> bool {
        let found = state.journal.history.iter().find_map(|(plugin, history)| {
            let id = history.last()?;
            (state.built_in.get(plugin) != Some(id)).then(|| (plugin.clone(), id.clone()))
        });
        let Some((plugin, id)) = found else {
            return false;
        };
        let step = self.step(Stage::Active, false, error.to_string(), None);
        if let Some(version) = state.journal.version_mut(&id) {
            version.standing = Standing::Refused;
            version.step(step);
        }
        state.journal.unsettled.insert(id);
        state.journal.history.remove(&plugin);
        if let Some(id) = state.built_in.get(&plugin).cloned() {
            self.begin_built_in(state, &plugin, id);
        }
        true
    }
}

pub(crate) fn describe(version: &mut VersionStatus, plugin: &Plugin) {
    version.plugin = Some(plugin.description().id.clone());
    version.version = Some(plugin.description().version.clone());
}

/// A key's last day ends at midnight in Greenwich, wherever the machine stands.
fn day(at: Timestamp) -> Date {
    Offset::UTC.to_datetime(at).date()
}

/// The day on which a version's signatures were last found good.
fn verified_on(version: &VersionStatus) -> Option<Date> {
    let mut steps = version.steps.iter().rev();
    let found = steps.find(|step| step.stage == Stage::Verified && step.passed);
    found.map(|step| day(step.at))
}
