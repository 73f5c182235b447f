//! A profile's file: read, verified, understood, in this order.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anjian_check::{Profile, ProfileError};
use jiff::Timestamp;
use thiserror::Error;

use crate::store::day;
use crate::trust::{Distrust, Trust, TrustError, signatures_beside};

/// Why nothing is judged by a profile.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ProfileFileError {
    /// The file, or a signature beside it, cannot be read.
    #[error("the profile {} cannot be read: {cause}", file.display())]
    Unreadable {
        /// The profile.
        file: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// The trust file is not usable.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// Not enough trusted keys have signed it.
    #[error("the profile {} is refused, so nothing was checked: {cause}", file.display())]
    Distrusted {
        /// The profile.
        file: PathBuf,
        /// Why.
        cause: Distrust,
    },
    /// What it says cannot be.
    #[error(transparent)]
    Profile(#[from] ProfileError),
}

/// Reads a profile, and gives its bytes too. With a trust file enough of its
/// keys must have signed them, as of a moment; `allow_unsigned` lets one pass
/// that has no signature at all.
///
/// # Errors
/// When it cannot be read, trusted or understood.
pub fn read_profile(
    file: &Path,
    trust: Option<&Path>,
    allow_unsigned: bool,
    now: Timestamp,
) -> Result<(Profile, Vec<u8>), ProfileFileError> {
    let unreadable = |cause| ProfileFileError::Unreadable {
        file: file.to_owned(),
        cause,
    };
    let bytes = fs::read(file).map_err(unreadable)?;
    let mut signed_by = Vec::new();
    if let Some(trust) = trust {
        let trust = Trust::read(trust)?;
        let signatures = signatures_beside(file).map_err(unreadable)?;
        if !(signatures.is_empty() && allow_unsigned) {
            let verified = trust.verify(&bytes, &signatures, day(now));
            signed_by = verified.map_err(|cause| ProfileFileError::Distrusted {
                file: file.to_owned(),
                cause,
            })?;
        }
    }
    let mut profile = Profile::read(&file.display().to_string(), &bytes)?;
    profile.signed_by = signed_by;
    Ok((profile, bytes))
}
