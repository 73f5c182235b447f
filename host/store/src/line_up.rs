//! What judges now.

use std::sync::Arc;

use anjian_check::Checker;
use anjian_model::Text;
use jiff::Timestamp;
use serde::Serialize;

use crate::counted::Counted;

/// What judges now. A caller holds one for a whole filing (or a whole stream),
/// so a swap never mixes versions.
pub struct LineUp {
    /// Counts up with every change, over restarts too.
    pub number: u64,
    /// The plugins, ready to judge.
    pub checker: Arc<Checker>,
    /// Which versions these are, by id of the plugin.
    pub plugins: Vec<InUse>,
    /// What whoever reads a report should know.
    pub notes: Vec<Note>,
    /// The plugins with their faults.
    pub(crate) counted: Vec<Arc<Counted>>,
}

/// A version that judges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InUse {
    /// Id of the plugin.
    pub id: String,
    /// As the plugin calls it.
    pub version: String,
    /// Digest of its bytes, which is also its id as a version.
    pub sha256: String,
    /// Names of the keys whose signatures hold; empty for built-in and unsigned.
    pub signed_by: Vec<String>,
    /// Whether it came with the program.
    pub built_in: bool,
    /// When it began to judge.
    pub since: Timestamp,
}

/// What whoever reads a report should know about the plugins that judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// For programs.
    pub kind: NoteKind,
    /// About which plugin, when it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plugin: Option<String>,
    /// For people.
    pub text: Text,
}

/// What a note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// A version without signature judges.
    Unsigned,
    /// A newer version was refused; the last good one judges.
    LastGoodKept,
    /// A newer version differed too much in the shadow.
    Held,
    /// A version was quarantined; an earlier one judges.
    Quarantined,
    /// A version faulted too often, and no earlier one could take its place.
    Faulty,
    /// The file of the version that judges was deleted; it judges on.
    FileGone,
    /// A file of the folder cannot be read.
    FileUnreadable,
    /// The folder of plugins cannot be read.
    FolderGone,
    /// What the store decides cannot be kept; a restart would not know of it.
    NotKept,
}
