//! Judges a filing again by the versions that judged it then.

use std::sync::Arc;

use anjian_check::input::{MAX_FILING, Piece, too_large};
use anjian_check::{ByDate, Options, Profile, ProfileError, SetupError, Source, Turn};
use anjian_model::{Head, Problem};
use anjian_runtime::{Engine, LoadError};
use thiserror::Error;

use crate::judge::{Asked, judge};
use crate::receipts::{Basis, Form, Log, LogError, Receipt, sha256};

/// What a filing is answered today, by the versions of its receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// The bytes of the answer.
    pub answer: Vec<u8>,
    /// What the answer was then.
    pub receipt: Receipt,
    /// Whether these are the bytes that were answered then.
    pub same: bool,
}

/// Why a receipt cannot be replayed.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ReplayError {
    #[error(transparent)]
    Log(#[from] LogError),
    #[error("plugin {plugin} {version} cannot be loaded by this host: {cause}")]
    Load {
        plugin: String,
        version: String,
        cause: LoadError,
    },
    #[error("the plugins of the receipt do not go together: {0}")]
    Setup(#[from] SetupError),
    #[error("the profile of the receipt cannot be used: {0}")]
    Profile(#[from] ProfileError),
    #[error("the answer cannot be written: {0}")]
    Write(#[from] std::io::Error),
}

/// Judges the filing of a receipt again. All that it needs is in the log.
///
/// # Errors
/// When something that the receipt stands on is gone.
pub fn replay(log: &Log, id: i64, engine: &Engine) -> Result<Replayed, ReplayError> {
    let receipt = log.receipt(id)?;
    let mut turns = Vec::new();
    for used in &receipt.plugins {
        let plugin =
            engine
                .load(&log.content(&used.sha256)?)
                .map_err(|cause| ReplayError::Load {
                    plugin: used.id.clone(),
                    version: used.version.clone(),
                    cause,
                })?;
        turns.push(Turn {
            from: used.from.clone(),
            judge: Arc::new(plugin),
        });
    }
    let profile = match &receipt.profile_sha256 {
        Some(sha256) => {
            let mut profile = Profile::read("profile", &log.content(sha256)?)?;
            // Verified then; a key that has expired since takes nothing back.
            profile.signed_by.clone_from(&receipt.profile_signed_by);
            Some(profile)
        }
        None => None,
    };
    let checker = ByDate::new(&turns, &Options::default(), profile.as_ref())?;
    let head = Head {
        notes: receipt.notes.clone(),
        ..checker.head()
    };
    let source = source(&receipt);
    let content = match &receipt.filing_sha256 {
        Some(sha256) => Ok(log.content(sha256)?),
        None => Err(Problem {
            line: source.line,
            ..too_large(MAX_FILING)
        }),
    };
    let piece = Piece { source, content };
    let asked = Asked {
        request: receipt.request.clone(),
        token: receipt.token.clone(),
    };
    let basis = Arc::new(Basis::default());
    let judged = judge(&checker, &head, &basis, &asked, receipt.form, piece)?;
    Ok(Replayed {
        same: sha256(&judged.answer) == receipt.report_sha256,
        answer: judged.answer,
        receipt,
    })
}

/// As the report named the filing.
fn source(receipt: &Receipt) -> Source {
    let (path, line) = match (receipt.form, receipt.source.rsplit_once('#')) {
        (Form::Ndjson, Some((path, line))) => (path, line.parse().ok()),
        _ => (receipt.source.as_str(), None),
    };
    Source {
        path: path.to_owned(),
        line,
    }
}
