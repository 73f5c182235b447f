//! What the store must still know after a restart.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::archive::{Archive, write_whole};
use crate::error::StoreError;
use crate::version::{Standing, VersionId, VersionStatus};

/// Form of the file. A number that is not known is refused, not guessed at.
const FORM: u32 = 2;

/// The form before: one version of a plugin judged all dates.
const FORM_WITHOUT_DATES: u32 = 1;

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
    pub(crate) history: BTreeMap<String, Vec<Schedule>>,
    /// By name, what was last found in the folder.
    pub(crate) files: BTreeMap<String, SeenFile>,
    /// By plugin, the version that came with the program which last ran.
    pub(crate) built_in: BTreeMap<String, VersionId>,
    /// Versions that failed, of which reports still speak.
    pub(crate) unsettled: BTreeSet<VersionId>,
}

/// The versions of a plugin that judge at once, by date; the first one judges
/// from the beginning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Kept")]
pub(crate) struct Schedule(Vec<Turn>);

/// A version and the first reference date that it judges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Turn {
    pub(crate) id: VersionId,
    /// `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<String>,
}

/// As it is, or was, kept.
#[derive(Deserialize)]
#[serde(untagged)]
enum Kept {
    WithoutDates(VersionId),
    ByDate(Vec<Turn>),
}

impl From<Kept> for Schedule {
    fn from(kept: Kept) -> Self {
        match kept {
            Kept::WithoutDates(id) => Self::all_dates(id),
            Kept::ByDate(turns) => Self(turns),
        }
    }
}

impl Schedule {
    /// One version for all dates.
    pub(crate) fn all_dates(id: VersionId) -> Self {
        Self(vec![Turn { id, from: None }])
    }

    pub(crate) fn turns(&self) -> &[Turn] {
        &self.0
    }

    pub(crate) fn has(&self, id: &VersionId) -> bool {
        self.0.iter().any(|turn| turn.id == *id)
    }

    /// The versions that are not in another one.
    pub(crate) fn not_in<'s>(&'s self, other: &'s Self) -> impl Iterator<Item = &'s VersionId> {
        let ids = self.0.iter().map(|turn| &turn.id);
        ids.filter(|id| !other.has(id))
    }

    /// With a version that judges from a day on; what judged later dates judges
    /// no more.
    pub(crate) fn then(&self, id: &VersionId, from: &str) -> Self {
        let kept = self.0.iter().filter(|turn| {
            let earlier = turn.from.as_deref().is_none_or(|own| own < from);
            earlier && turn.id != *id
        });
        let mut turns: Vec<Turn> = kept.cloned().collect();
        turns.push(Turn {
            id: id.clone(),
            from: Some(from.to_owned()),
        });
        Self(turns).beginning()
    }

    /// Without a version; the one before it judges its dates.
    pub(crate) fn without(&self, id: &VersionId) -> Option<Self> {
        let kept = self.0.iter().filter(|turn| turn.id != *id);
        let turns: Vec<Turn> = kept.cloned().collect();
        (!turns.is_empty()).then(|| Self(turns).beginning())
    }

    /// With one version in the place of another.
    pub(crate) fn with(&self, id: &VersionId, by: &VersionId) -> Self {
        let mut turns = self.0.clone();
        turns.retain(|turn| turn.id != *by);
        for turn in &mut turns {
            if turn.id == *id {
                turn.id = by.clone();
            }
        }
        Self(turns).beginning()
    }

    /// No date is without a version.
    fn beginning(mut self) -> Self {
        if let Some(first) = self.0.first_mut() {
            first.from = None;
        }
        self
    }
}

/// A file of the folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeenFile {
    /// Digest of the component.
    pub(crate) id: VersionId,
    /// Digest of the component and its signatures.
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
        let mut journal: Self =
            serde_json::from_slice(&bytes).map_err(|error| bad(error.to_string()))?;
        if ![FORM, FORM_WITHOUT_DATES].contains(&journal.form) {
            return Err(bad(format!(
                "its form is {}, and this program knows {FORM_WITHOUT_DATES} to {FORM}",
                journal.form
            )));
        }
        let empty = |schedule: &Schedule| schedule.turns().is_empty();
        if journal.history.values().flatten().any(empty) {
            return Err(bad("a plugin was activated without a version".to_owned()));
        }
        journal.form = FORM;
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

    /// The versions that judge for a plugin.
    pub(crate) fn schedule(&self, plugin: &str) -> Option<&Schedule> {
        self.history.get(plugin)?.last()
    }

    /// Every version that judges, with its plugin, by plugin and date.
    pub(crate) fn judging(&self) -> impl Iterator<Item = (&String, &Turn)> {
        let schedules = self.history.iter();
        let schedules = schedules.filter_map(|(plugin, history)| Some((plugin, history.last()?)));
        schedules.flat_map(|(plugin, schedule)| {
            let turns = schedule.turns().iter();
            turns.map(move |turn| (plugin, turn))
        })
    }

    /// Makes these versions those that judge.
    pub(crate) fn begin(&mut self, plugin: &str, schedule: Schedule) {
        let history = self.history.entry(plugin.to_owned()).or_default();
        if history.last() != Some(&schedule) {
            history.push(schedule);
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
