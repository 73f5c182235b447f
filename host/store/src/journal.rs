//! What the store must still know after a restart.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::archive::{Archive, write_whole};
use crate::error::StoreError;
use crate::version::{Standing, VersionId, VersionStatus};

/// Form of the file. Another number is refused, not guessed at.
const FORM: u32 = 1;

/// Refused versions that are remembered. Nobody needs the hundredth.
const MAX_REFUSED: usize = 64;

/// Activations of one plugin that can be gone back through.
const MAX_HISTORY: usize = 64;

/// All that a restart must know.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Journal {
    form: u32,
    /// Of the last line-up.
    pub(crate) number: u64,
    /// In the order in which they were first seen.
    pub(crate) versions: Vec<VersionStatus>,
    /// By plugin, what was activated, oldest first; the last one judges.
    pub(crate) history: BTreeMap<String, Vec<VersionId>>,
    /// By name, what was last found in the folder.
    pub(crate) files: BTreeMap<String, SeenFile>,
    /// By plugin, the version that came with the program which last ran.
    pub(crate) built_in: BTreeMap<String, VersionId>,
    /// Versions that failed, of which reports still speak.
    pub(crate) unsettled: BTreeSet<VersionId>,
}

/// A file of the folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeenFile {
    /// Digest of the component.
    pub(crate) id: VersionId,
    /// Digest of the component, its signatures and the trust file.
    pub(crate) fingerprint: String,
    /// Whether it was deleted since.
    pub(crate) gone: bool,
}

impl Default for Journal {
    fn default() -> Self {
        Self {
            form: FORM,
            number: 0,
            versions: Vec::new(),
            history: BTreeMap::new(),
            files: BTreeMap::new(),
            built_in: BTreeMap::new(),
            unsettled: BTreeSet::new(),
        }
    }
}

impl Journal {
    /// As kept; a new one where there is none.
    pub(crate) fn read(folder: &Path) -> Result<Self, StoreError> {
        let path = Archive::journal(folder);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(StoreError::disk("read", path)(error)),
        };
        let bad = |reason| StoreError::Journal {
            path: path.clone(),
            reason,
        };
        let journal: Self =
            serde_json::from_slice(&bytes).map_err(|error| bad(error.to_string()))?;
        if journal.form != FORM {
            return Err(bad(format!(
                "its form is {}, and this program knows {FORM}",
                journal.form
            )));
        }
        Ok(journal)
    }

    /// Keeps it.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), StoreError> {
        let path = Archive::journal(folder);
        if let Some(state) = path.parent() {
            // Told by the write that comes next.
            let _ = fs::create_dir(state);
        }
        let written = serde_json::to_vec_pretty(self)
            .map_err(io::Error::from)
            .and_then(|bytes| write_whole(&path, &bytes));
        written.map_err(StoreError::disk("written", path))
    }

    pub(crate) fn version(&self, id: &VersionId) -> Option<&VersionStatus> {
        self.versions.iter().find(|version| version.id == *id)
    }

    pub(crate) fn version_mut(&mut self, id: &VersionId) -> Option<&mut VersionStatus> {
        self.versions.iter_mut().find(|version| version.id == *id)
    }

    /// The version that judges for a plugin.
    pub(crate) fn active(&self, plugin: &str) -> Option<&VersionId> {
        self.history.get(plugin)?.last()
    }

    /// Makes a version the one that judges.
    pub(crate) fn push_active(&mut self, plugin: &str, id: VersionId) {
        let history = self.history.entry(plugin.to_owned()).or_default();
        if history.last() != Some(&id) {
            history.push(id);
        }
        let surplus = history.len().saturating_sub(MAX_HISTORY);
        history.drain(..surplus);
    }

    /// Reports speak no more of the versions of a plugin that failed.
    pub(crate) fn settle(&mut self, plugin: &str) {
        let versions = &self.versions;
        self.unsettled.retain(|id| {
            let found = versions.iter().find(|version| version.id == *id);
            found.is_some_and(|version| version.plugin.as_deref() != Some(plugin))
        });
    }

    /// Reports speak no more of a refused version; says whether it was one.
    pub(crate) fn forget_refused(&mut self, id: &VersionId) -> bool {
        let refused = self
            .version(id)
            .is_none_or(|version| version.standing == Standing::Refused);
        refused && {
            self.unsettled.remove(id);
            true
        }
    }

    /// Forgets the oldest refused versions.
    pub(crate) fn prune(&mut self) {
        let refused = |version: &VersionStatus| version.standing == Standing::Refused;
        let count = self
            .versions
            .iter()
            .filter(|version| refused(version))
            .count();
        let mut surplus = count.saturating_sub(MAX_REFUSED);
        let unsettled = &mut self.unsettled;
        self.versions.retain(|version| {
            let drop = surplus > 0 && refused(version);
            if drop {
                surplus -= 1;
                unsettled.remove(&version.id);
            }
            !drop
        });
    }
}

/// The versions of a folder as its store last kept them, for those who look
/// from outside; the store may be running.
///
/// # Errors
/// When the journal cannot be read.
pub fn versions_on_disk(folder: &Path) -> Result<Vec<VersionStatus>, StoreError> {
    Journal::read(folder).map(|journal| journal.versions)
}
