//! Exit statuses, and the errors that end a run.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use anjian_check::{Broken, SetupError, Tally};
use anjian_runtime::EngineError;
use anjian_service::{LogError, ReplayError, ServeError, SettingsError, TokenError};
use thiserror::Error;

use crate::args::FailOn;
use crate::at::AtError;

/// How a run ended. The graver wins: 4, 5, 3, 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// Nothing at or above `--fail-on`.
    Clean = 0,
    /// Findings at or above `--fail-on`.
    Findings = 1,
    /// Usage or configuration. `clap` exits with the same.
    Usage = 2,
    /// An input that is no filing, or breaks the schema.
    Input = 3,
    /// A plugin that cannot be loaded.
    Plugin = 4,
    /// A rule or plugin that failed on a filing.
    Failed = 5,
    /// Stopped by the user.
    Interrupted = 130,
    /// The reader of the output went away, as a shell reports it: 128 + SIGPIPE.
    BrokenPipe = 141,
}

impl Status {
    /// Of a run of `check`.
    pub fn of_check(tally: &Tally, refused_plugins: usize, fail_on: FailOn) -> Self {
        if refused_plugins > 0 {
            Self::Plugin
        } else if tally.summary.findings.failed > 0 {
            Self::Failed
        } else if tally.invalid > 0 {
            Self::Input
        } else if is_found(tally, fail_on) {
            Self::Findings
        } else {
            Self::Clean
        }
    }
}

fn is_found(tally: &Tally, fail_on: FailOn) -> bool {
    let major = tally.summary.major_hazards;
    let violated = tally.graded.violated;
    let undetermined = tally.graded.undetermined;
    let count = match fail_on {
        FailOn::MajorHazard => major,
        FailOn::Violated => violated,
        FailOn::Undetermined => violated + undetermined,
        FailOn::Advice => violated + undetermined + tally.advice,
        FailOn::Never => 0,
    };
    count > 0
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status as u8)
    }
}

/// Why a run ended before its work.
#[derive(Debug, Error)]
pub enum Error {
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Setup(#[from] SetupError),
    #[error("the filing {} cannot be read: {cause}", file.display())]
    Filing { file: PathBuf, cause: io::Error },
    #[error(transparent)]
    Profile(#[from] anjian_store::ProfileFileError),
    #[error("the folder of plugins {} cannot be read: {cause}", folder.display())]
    PluginFolder { folder: PathBuf, cause: io::Error },
    #[error(
        "the folder of plugins {} has no *.wasm file, so no plugin comes from it; name the folder \
         that has them, or leave out --plugins",
        folder.display()
    )]
    EmptyPluginFolder { folder: PathBuf },
    #[error(
        "there is no plugin, so nothing can be checked; give a folder of plugins with --plugins"
    )]
    NoPlugins,
    #[error(transparent)]
    Store(#[from] anjian_store::StoreError),
    #[error(transparent)]
    Trust(#[from] anjian_store::TrustError),
    #[error(transparent)]
    Sign(#[from] anjian_store::sign::SignError),
    #[error("{} cannot be read: {cause}", path.display())]
    Read { path: PathBuf, cause: io::Error },
    #[error("{} cannot be written: {cause}", path.display())]
    Output { path: PathBuf, cause: io::Error },
    #[error("the output cannot be written: {0}")]
    Write(#[source] io::Error),
    #[error("{jobs} threads cannot be started: {cause}; give fewer with --jobs")]
    Threads { jobs: usize, cause: String },
    #[error("there is no rule `{id}`; {near}")]
    UnknownRule { id: String, near: String },
    #[error("no {what} is called `{name}`; {help}")]
    Unknown {
        what: &'static str,
        name: String,
        help: String,
    },
    #[error(transparent)]
    At(#[from] AtError),
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Replay(#[from] ReplayError),
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error("plugin `{plugin}` could not explain the rule: {cause}")]
    Explain { plugin: String, cause: Broken },
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Write(error)
    }
}

impl Error {
    fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Write(cause) if cause.kind() == io::ErrorKind::BrokenPipe)
    }

    /// Tells the user, unless the user stopped reading.
    pub fn show(&self) {
        if !self.is_broken_pipe() {
            anstream::eprintln!("anjian: {self}");
        }
    }
}

impl From<&Error> for Status {
    fn from(error: &Error) -> Self {
        match error {
            error if error.is_broken_pipe() => Self::BrokenPipe,
            Error::Explain { .. } => Self::Failed,
            Error::At(AtError::Refused {
                is_plugin: true, ..
            }) => Self::Plugin,
            // What was looked for was found.
            Error::Log(LogError::Broken(_)) => Self::Findings,
            _ => Self::Usage,
        }
    }
}

#[cfg(test)]
mod tests {
    use anjian_check::Tally;

    use super::Status;
    use crate::args::FailOn;

    fn tally(change: impl FnOnce(&mut Tally)) -> Tally {
        let mut tally = Tally::default();
        change(&mut tally);
        tally
    }

    #[test]
    fn the_graver_wins() {
        let all = tally(|tally| {
            tally.summary.findings.failed = 1;
            tally.invalid = 1;
            tally.graded.violated = 1;
        });
        assert_eq!(Status::of_check(&all, 1, FailOn::Never), Status::Plugin);
        assert_eq!(Status::of_check(&all, 0, FailOn::Never), Status::Failed);
        let invalid = tally(|tally| {
            tally.invalid = 1;
            tally.graded.violated = 1;
        });
        assert_eq!(Status::of_check(&invalid, 0, FailOn::Never), Status::Input);
    }

    #[test]
    fn levels() {
        use FailOn::{Advice, MajorHazard, Never, Undetermined, Violated};
        let major = tally(|tally| {
            tally.summary.major_hazards = 1;
            tally.graded.violated = 1;
        });
        let violated = tally(|tally| tally.graded.violated = 1);
        let undetermined = tally(|tally| tally.graded.undetermined = 1);
        let advice = tally(|tally| tally.advice = 1);
        for (tally, fails_on) in [
            (&major, &[MajorHazard, Violated, Undetermined, Advice][..]),
            (&violated, &[Violated, Undetermined, Advice]),
            (&undetermined, &[Undetermined, Advice]),
            (&advice, &[Advice]),
            (&Tally::default(), &[]),
        ] {
            for level in [MajorHazard, Violated, Undetermined, Advice, Never] {
                let expect = if fails_on.contains(&level) {
                    Status::Findings
                } else {
                    Status::Clean
                };
                assert_eq!(Status::of_check(tally, 0, level), expect, "{level:?}");
            }
        }
    }
}
