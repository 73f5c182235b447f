//! One version of a plugin, and what became of it.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::shadow::ShadowCounts;

/// Names a version: the lower-case hexadecimal digest of the component's bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VersionId(String);

impl VersionId {
    /// Of a component.
    #[must_use]
    pub fn of(component: &[u8]) -> Self {
        Self(format!("{:x}", Sha256::digest(component)))
    }

    /// As text that came from outside; `None` when it is no digest.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == 64 && text.bytes().all(hex)).then(|| Self(text.to_owned()))
    }

    /// The digest.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Enough of it for people to tell versions apart.
    #[must_use]
    pub fn short(&self) -> &str {
        short(&self.0)
    }
}

/// Of a digest.
pub(crate) fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

impl fmt::Display for VersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a version came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// It came with the program.
    BuiltIn,
    /// Somebody put this file into the folder.
    File(String),
    /// This person submitted it.
    Submitted(String),
}

/// What happened to a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It was found.
    Staged,
    /// Its signatures, contract and imports were looked at.
    Verified,
    /// It was compiled and described itself.
    Compiled,
    /// The examples of its pages were judged.
    SelfTested,
    /// It judges live filings beside the active version, and nobody sees it.
    Shadow,
    /// It judges.
    Active,
    /// Another version took its place.
    Replaced,
    /// It faulted too often.
    Quarantined,
    /// A person ended its quarantine.
    Released,
    /// A person took it away.
    Retired,
}

impl Stage {
    /// As it is written everywhere.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Staged => "staged",
            Self::Verified => "verified",
            Self::Compiled => "compiled",
            Self::SelfTested => "self_tested",
            Self::Shadow => "shadow",
            Self::Active => "active",
            Self::Replaced => "replaced",
            Self::Quarantined => "quarantined",
            Self::Released => "released",
            Self::Retired => "retired",
        }
    }
}

/// Where a version stands now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is being examined.
    Staging,
    /// It failed a stage and does not judge.
    Refused,
    /// It judges in the shadow.
    Shadow,
    /// It differed too much in the shadow; a person may still activate it.
    Held,
    /// It passed and does not judge; a person may activate it.
    Ready,
    /// It judges.
    Active,
    /// It faulted too often.
    Quarantined,
}

impl Standing {
    /// Whether it may judge again, as one that did before.
    pub(crate) fn may_judge(self) -> bool {
        matches!(self, Self::Active | Self::Ready | Self::Held | Self::Shadow)
    }

    /// As it is written everywhere.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Staging => "staging",
            Self::Refused => "refused",
            Self::Shadow => "shadow",
            Self::Held => "held",
            Self::Ready => "ready",
            Self::Active => "active",
            Self::Quarantined => "quarantined",
        }
    }
}

/// One thing that happened to a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What.
    pub stage: Stage,
    /// When.
    pub at: Timestamp,
    /// Whether it went well for the version.
    pub passed: bool,
    /// Why, in a sentence.
    pub reason: String,
    /// The person who did it; absent for what the store did by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
}

/// A version and all that became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionStatus {
    /// Digest of its bytes.
    pub id: VersionId,
    /// Id of the plugin; absent when it could not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plugin: Option<String>,
    /// As the plugin calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Where it came from.
    pub origin: Origin,
    /// Names of the keys whose signatures hold; empty for built-in and unsigned.
    #[serde(default)]
    pub signed_by: Vec<String>,
    /// Where it stands now.
    pub standing: Standing,
    /// What happened to it, oldest first.
    pub steps: Vec<Step>,
    /// What the shadow showed, since it last began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shadow: Option<ShadowCounts>,
    /// The first of two persons, when they are needed and it came as a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vouched_by: Option<String>,
}

/// Steps that are kept of one version. A version that is swapped in and out all
/// year must not make the journal grow without end.
const MAX_STEPS: usize = 64;

impl VersionStatus {
    pub(crate) fn new(id: VersionId, origin: Origin) -> Self {
        Self {
            id,
            plugin: None,
            version: None,
            origin,
            signed_by: Vec::new(),
            standing: Standing::Staging,
            steps: Vec::new(),
            shadow: None,
            vouched_by: None,
        }
    }

    pub(crate) fn step(&mut self, step: Step) {
        self.steps.push(step);
        let surplus = self.steps.len().saturating_sub(MAX_STEPS);
        self.steps.drain(..surplus);
    }

    /// Why it stands where it stands.
    #[must_use]
    pub fn reason(&self) -> &str {
        self.steps.last().map_or("", |step| &step.reason)
    }

    /// Plugin and version, or where it came from when it could not say.
    #[must_use]
    pub fn name(&self) -> String {
        match (&self.plugin, &self.version, &self.origin) {
            (Some(plugin), Some(version), _) => format!("{plugin} {version}"),
            (_, _, Origin::File(file)) => file.clone(),
            _ => self.id.short().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::VersionId;

    #[test]
    fn a_version_is_named_by_its_bytes() {
        let id = VersionId::of(b"");
        assert!(id.as_str().starts_with("e3b0c44298fc1c14"));
        assert_eq!(VersionId::parse(id.as_str()), Some(id));
        for bad in [
            "",
            "e3b0",
            "../../../etc/passwd",
            &"G".repeat(64),
            &"A".repeat(64),
        ] {
            assert_eq!(VersionId::parse(bad), None, "{bad}");
        }
    }
}
