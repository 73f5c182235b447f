//! Why the store could not do what it was asked.

use std::io;
use std::path::PathBuf;

use anjian_check::SetupError;
use anjian_runtime::LoadError;
use thiserror::Error;

use crate::trust::TrustError;
use crate::version::{Stage, short};

/// Why the store could not do what it was asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Something on disk cannot be read or written.
    #[error(
        "{} cannot be {act}: {cause}; the operator should look at its rights and at the space \
         on the disk",
        path.display()
    )]
    Disk {
        /// `read` or `written`.
        act: &'static str,
        /// On which thing.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// Another process keeps this folder.
    #[error(
        "another process keeps the plugins of {}; stop it, or give this one another folder",
        folder.display()
    )]
    FolderTaken {
        /// Of plugins.
        folder: PathBuf,
    },
    /// The journal was changed by something else.
    #[error(
        "the journal {} cannot be understood ({reason}); the operator should bring it back from a \
         copy, or move it away to begin with the built-in plugins",
        path.display()
    )]
    Journal {
        /// Where it lies.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A built-in plugin cannot be used, so the program is broken.
    #[error("the built-in plugin {name} cannot be used: {cause}")]
    BuiltIn {
        /// As built.
        name: String,
        /// What is wrong.
        #[source]
        cause: LoadError,
    },
    /// Plugins or profile do not go together.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The trust file is not usable.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// A background thread did not start.
    #[error("the thread `{name}` did not start: {cause}; the machine is out of threads")]
    Thread {
        /// What it is called.
        name: &'static str,
        /// What the system said.
        cause: io::Error,
    },
    /// No such version.
    #[error("there is no version {id}; the list of plugins has those that there are")]
    UnknownVersion {
        /// As asked for.
        id: String,
    },
    /// No such plugin.
    #[error("there is no plugin `{plugin}`; the list of plugins has those that there are")]
    UnknownPlugin {
        /// As asked for.
        plugin: String,
    },
    /// The version was examined and refused.
    #[error("version {} was refused at the stage `{}`: {reason}", short(id), stage.name())]
    Refused {
        /// The version.
        id: String,
        /// Where.
        stage: Stage,
        /// Why.
        reason: String,
    },
    /// The version failed a stage, or is still being examined.
    #[error("version {} cannot judge: {reason}; submit another one", short(id))]
    NotPassed {
        /// The version.
        id: String,
        /// Why.
        reason: String,
    },
    /// The version faulted too often.
    #[error(
        "version {} is quarantined: {reason}; submit a corrected version, or release this one \
         first",
        short(id)
    )]
    Quarantined {
        /// The version.
        id: String,
        /// Why.
        reason: String,
    },
    /// It is not in quarantine.
    #[error(
        "version {} is not in quarantine, so there is nothing to release",
        short(id)
    )]
    NotQuarantined {
        /// The version.
        id: String,
    },
    /// The version does not go together with the other plugins.
    #[error(
        "version {} does not fit beside the others: {cause}; its author must change it",
        short(id)
    )]
    DoesNotFit {
        /// The version.
        id: String,
        /// Why.
        cause: SetupError,
    },
    /// The same person twice.
    #[error(
        "{who} submitted version {} and cannot also activate it; a second person must do that",
        short(id)
    )]
    SamePerson {
        /// The version.
        id: String,
        /// The person.
        who: String,
    },
    /// The first of two persons.
    #[error(
        "version {} came as a file, so {who} is noted as the first of two persons; a second one \
         must activate it too",
        short(id)
    )]
    NeedsSecondPerson {
        /// The version.
        id: String,
        /// The first person.
        who: String,
    },
    /// There is no version to go back to.
    #[error(
        "plugin `{plugin}` has no earlier version that may judge{}; activate one by its id",
        among(passed_over)
    )]
    NothingEarlier {
        /// The plugin.
        plugin: String,
        /// Versions that cannot be had any more, with the reason.
        passed_over: Vec<String>,
    },
    /// A built-in plugin cannot be taken away.
    #[error("plugin `{plugin}` is judged by its built-in version, which cannot be retired")]
    OnlyBuiltIn {
        /// The plugin.
        plugin: String,
    },
    /// The archive does not have what it should.
    #[error(
        "the archived component {sha256} is damaged; the operator should bring it back from a copy"
    )]
    Damaged {
        /// The component.
        sha256: String,
    },
}

fn among(passed_over: &[String]) -> String {
    match passed_over {
        [] => String::new(),
        _ => format!(" ({})", passed_over.join("; ")),
    }
}

impl StoreError {
    pub(crate) fn disk(
        act: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |cause| Self::Disk { act, path, cause }
    }
}
