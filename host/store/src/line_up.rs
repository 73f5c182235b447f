//! What judges now.

use std::sync::Arc;

use anjian_check::ByDate;
use anjian_model::Head;
use jiff::Timestamp;
use serde::Serialize;

use crate::counted::Counted;

/// What judges now. A caller holds one for a whole filing (or a whole stream),
/// so a swap never mixes versions.
pub struct LineUp {
    /// Counts up with every change, over restarts too.
    pub number: u64,
    /// The plugins, ready to judge.
    pub checker: Arc<ByDate>,
    /// Which versions these are, by id of the plugin and date.
    pub plugins: Vec<InUse>,
    /// What reports say once, the notes on the plugins among it.
    pub head: Head,
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
    /// The first reference date that it judges, `YYYY-MM-DD`; absent for the
    /// version that judges from the beginning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Names of the keys whose signatures hold; empty for built-in and unsigned.
    pub signed_by: Vec<String>,
    /// Whether it came with the program.
    pub built_in: bool,
    /// When it began to judge.
    pub since: Timestamp,
}
