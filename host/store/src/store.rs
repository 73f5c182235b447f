//! The store: what it knows, and what may be asked of it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicUsize;
use std::sync::mpsc::{self, SyncSender};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread;

use anjian_check::{ByDate, SetupError, Turn};
use anjian_model::Head;
use anjian_runtime::{Engine, Plugin};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use crate::archive::{Archive, Archived};
use crate::error::StoreError;
use crate::files::Seen;
use crate::journal::Journal;
use crate::line_up::LineUp;
use crate::settings::StoreSettings;
use crate::shadow::{Job, Shadow};
use crate::state::{Loaded, State, lock};
use crate::trust::{Trust, TrustError};
use crate::version::{Stage, Step, VersionId, VersionStatus};

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
    /// The trusted keys as they were last read.
    keys: Mutex<Option<Arc<Trust>>>,
    /// A watch has the other one.
    pub(crate) watched: Arc<()>,
}

/// Which keys count.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keys {
    /// Those that the trust file has now.
    Now,
    /// Those that were last read, while the file cannot be: it lets nothing new
    /// in then, and takes nothing away.
    LastRead,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("folder", &self.settings.folder)
            .finish_non_exhaustive()
    }
}

impl Drop for Store {
    /// An orderly end loses nothing that was counted.
    fn drop(&mut self) {
        self.keep_counts();
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
        // Without it all signed versions would be refused, and others judge.
        let keys = settings.trust.as_deref().map(Trust::read).transpose()?;
        let (jobs, waiting) = mpsc::sync_channel(settings.shadow_queue.max(1));
        let line_up = LineUp {
            number: journal.number,
            checker: Arc::new(ByDate::new(&[], &settings.options, None)?),
            plugins: Vec::new(),
            head: Head::default(),
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
            keys: Mutex::new(keys.map(Arc::new)),
            watched: Arc::default(),
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

    pub(crate) fn checker(&self, turns: &[Turn]) -> Result<ByDate, SetupError> {
        ByDate::new(
            turns,
            &self.settings.options,
            self.settings.profile.as_ref(),
        )
    }

    /// Who signed, or why the signatures do not do. Nobody, where the operator
    /// allows that.
    pub(crate) fn signers(
        &self,
        component: &[u8],
        signatures: &[String],
        day: Date,
        keys: Keys,
    ) -> Result<Vec<String>, String> {
        match &self.settings.trust {
            _ if signatures.is_empty() && self.settings.allow_unsigned => Ok(Vec::new()),
            None if self.settings.allow_unsigned => Ok(Vec::new()),
            None => Err(
                "there is no trust file, so no signature can count; the operator must name one, \
                 or allow unsigned plugins"
                    .to_owned(),
            ),
            Some(path) => self
                .trust(path, keys)
                .map_err(|error| error.to_string())?
                .verify(component, signatures, day)
                .map_err(|error| error.to_string()),
        }
    }

    fn trust(&self, path: &Path, keys: Keys) -> Result<Arc<Trust>, TrustError> {
        let mut last = lock(&self.keys);
        match (Trust::read(path), &*last, keys) {
            (Ok(trust), ..) => {
                let trust = Arc::new(trust);
                *last = Some(Arc::clone(&trust));
                Ok(trust)
            }
            (Err(_), Some(last), Keys::LastRead) => Ok(Arc::clone(last)),
            (Err(error), ..) => Err(error),
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
            let signed_by = self.signers(&component, &signatures, day, Keys::LastRead)?;
            if let Some(version) = state.journal.version_mut(id) {
                version.signed_by = signed_by;
            }
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
}

pub(crate) fn describe(version: &mut VersionStatus, plugin: &Plugin) {
    version.plugin = Some(plugin.description().id.clone());
    version.version = Some(plugin.description().version.clone());
}

/// A key's last day ends at midnight in Greenwich, wherever the machine stands.
pub(crate) fn day(at: Timestamp) -> Date {
    Offset::UTC.to_datetime(at).date()
}

/// The day on which a version's signatures were last found good.
fn verified_on(version: &VersionStatus) -> Option<Date> {
    let mut steps = version.steps.iter().rev();
    let found = steps.find(|step| step.stage == Stage::Verified && step.passed);
    found.map(|step| day(step.at))
}
