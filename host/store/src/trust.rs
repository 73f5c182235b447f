//! Whose signatures count: k of the keys of a trust file, without a network.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use minisign::{PublicKey, SignatureBox};
use serde::Deserialize;
use thiserror::Error;

use crate::folder::open;

/// Bytes of a signature's file; a real one has some 300.
const MAX_SIGNATURE: u64 = 4096;

/// Signatures of one component that are looked at.
const MAX_SIGNATURES: usize = 32;

/// The trusted keys, and how many of them must have signed.
#[derive(Debug)]
pub struct Trust {
    required: usize,
    keys: Vec<Key>,
}

#[derive(Debug)]
struct Key {
    name: String,
    public_key: PublicKey,
    not_after: Option<Date>,
    revoked: Option<String>,
}

/// The file, as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TrustFile {
    required: usize,
    #[serde(default)]
    keys: Vec<KeyEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyEntry {
    name: String,
    public_key: String,
    not_after: Option<String>,
    #[serde(default)]
    revoked: bool,
    reason: Option<String>,
}

/// Why a trust file is not usable.
#[derive(Debug, Error)]
#[error(
    "the trust file {} cannot be used: {problem}; the operator must correct it",
    path.display()
)]
pub struct TrustError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong.
    pub problem: String,
}

/// Why a component's signatures do not do.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Distrust {
    /// There is no signature at all.
    #[error(
        "it has no signature, and {required} needed; sign it with `anjian sign` and put \
         the .minisig file beside it",
        required = are(*required)
    )]
    Missing {
        /// How many keys must have signed.
        required: usize,
    },
    /// Too few signatures hold.
    #[error(
        "of the {required} needed, {good} by a trusted key: {}",
        Listed(problems),
        required = signatures(*required),
        good = good_ones(*good)
    )]
    TooFew {
        /// How many keys must have signed.
        required: usize,
        /// How many did.
        good: usize,
        /// What is wrong with the others.
        problems: Vec<SignatureProblem>,
    },
}

/// Why one signature does not count.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SignatureProblem {
    /// It is none.
    #[error("one cannot be read ({0})")]
    Unreadable(String),
    /// Nobody knows the key.
    #[error("one is by the key {0}, which the trust file does not have")]
    UnknownKey(String),
    /// The bytes are not those that were signed.
    #[error("that of `{0}` is bad: the file is not the one that was signed, or was changed since")]
    Bad(String),
    /// The key's time is over.
    #[error("that of `{key}` does not count, because the key expired after {not_after}")]
    Expired {
        /// Its name.
        key: String,
        /// Its last day.
        not_after: Date,
    },
    /// The key is trusted no longer.
    #[error("that of `{key}` does not count, because the key is revoked: {reason}")]
    Revoked {
        /// Its name.
        key: String,
        /// Why.
        reason: String,
    },
}

struct Listed<'a>(&'a [SignatureProblem]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("others must sign it too");
        }
        for (n, problem) in self.0.iter().enumerate() {
            if n > 0 {
                f.write_str("; ")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

fn are(count: usize) -> String {
    match count {
        1 => "one is".to_owned(),
        _ => format!("{count} are"),
    }
}

fn signatures(count: usize) -> String {
    match count {
        1 => "one signature".to_owned(),
        _ => format!("{count} signatures"),
    }
}

fn good_ones(count: usize) -> String {
    match count {
        0 => "none is".to_owned(),
        1 => "one is".to_owned(),
        _ => format!("{count} are"),
    }
}

impl Trust {
    /// Reads a trust file.
    ///
    /// # Errors
    /// When it cannot be read, or says what cannot be.
    pub fn read(path: &Path) -> Result<Self, TrustError> {
        let text = fs::read_to_string(path).map_err(|error| error.to_string());
        text.and_then(|text| Self::parse(&text))
            .map_err(|problem| TrustError {
                path: path.to_owned(),
                problem,
            })
    }

    fn parse(text: &str) -> Result<Self, String> {
        let file: TrustFile = toml::from_str(text).map_err(|error| error.to_string())?;
        let keys = file
            .keys
            .into_iter()
            .map(Key::new)
            .collect::<Result<Vec<_>, _>>()?;
        // One key under two names would count as two persons.
        let (mut names, mut known) = (BTreeSet::new(), BTreeSet::new());
        for key in &keys {
            if !names.insert(&key.name) {
                return Err(format!("two keys are called `{}`", key.name));
            }
            if !known.insert(key.public_key.to_base64()) {
                return Err(format!("the key of `{}` is there twice", key.name));
            }
        }
        if file.required == 0 || file.required > keys.len() {
            return Err(format!(
                "`required` is {}, and must be from 1 to the {} keys that there are",
                file.required,
                keys.len()
            ));
        }
        Ok(Self {
            required: file.required,
            keys,
        })
    }

    /// Who signed a component, judged on a day: names of keys, if they are
    /// enough.
    ///
    /// # Errors
    /// When they are not.
    pub fn verify(
        &self,
        component: &[u8],
        signatures: &[String],
        day: Date,
    ) -> Result<Vec<String>, Distrust> {
        if signatures.is_empty() {
            return Err(Distrust::Missing {
                required: self.required,
            });
        }
        let mut good = BTreeSet::new();
        let mut problems = Vec::new();
        for signature in signatures.iter().take(MAX_SIGNATURES) {
            match self.signer(component, signature, day) {
                Ok(key) => {
                    good.insert(key.name.clone());
                }
                Err(problem) => problems.push(problem),
            }
        }
        if good.len() < self.required {
            return Err(Distrust::TooFew {
                required: self.required,
                good: good.len(),
                problems,
            });
        }
        Ok(good.into_iter().collect())
    }

    fn signer(
        &self,
        component: &[u8],
        signature: &str,
        day: Date,
    ) -> Result<&Key, SignatureProblem> {
        let signature = SignatureBox::from_string(signature)
            .map_err(|error| SignatureProblem::Unreadable(error.to_string()))?;
        let found = self
            .keys
            .iter()
            .find(|key| key.public_key.keynum() == signature.keynum());
        let Some(key) = found else {
            return Err(SignatureProblem::UnknownKey(key_id(signature.keynum())));
        };
        // Also those from before minisign hashed first.
        let (quiet, output, allow_legacy) = (true, false, true);
        let bytes = Cursor::new(component);
        minisign::verify(
            &key.public_key,
            &signature,
            bytes,
            quiet,
            output,
            allow_legacy,
        )
        .map_err(|_| SignatureProblem::Bad(key.name.clone()))?;
        if let Some(reason) = &key.revoked {
            return Err(SignatureProblem::Revoked {
                key: key.name.clone(),
                reason: reason.clone(),
            });
        }
        match key.not_after {
            Some(not_after) if day > not_after => Err(SignatureProblem::Expired {
                key: key.name.clone(),
                not_after,
            }),
            _ => Ok(key),
        }
    }
}

impl Key {
    fn new(entry: KeyEntry) -> Result<Self, String> {
        let name = entry.name;
        let public_key = PublicKey::from_base64(entry.public_key.trim())
            .map_err(|error| format!("the key of `{name}` is none: {error}"))?;
        let not_after = match &entry.not_after {
            Some(date) => Some(date.parse().map_err(|_| {
                format!("`not_after` of `{name}` is {date:?}, and must be like 2027-12-31")
            })?),
            None => None,
        };
        let revoked = match (entry.revoked, entry.reason) {
            (true, Some(reason)) if !reason.trim().is_empty() => Some(reason),
            (true, _) => {
                return Err(format!(
                    "`{name}` is revoked, and `reason` does not say why"
                ));
            }
            (false, None) => None,
            (false, Some(_)) => {
                return Err(format!("`{name}` has a `reason` and is not `revoked`"));
            }
        };
        Ok(Self {
            name,
            public_key,
            not_after,
            revoked,
        })
    }
}

/// As minisign writes it.
pub(crate) fn key_id(keynum: &[u8]) -> String {
    keynum
        .iter()
        .rev()
        .map(|byte| format!("{byte:02X}"))
        .collect()
}

/// The signatures beside a file: `NAME.minisig` and `NAME.KEYNAME.minisig`, by
/// name.
///
/// # Errors
/// When its folder or one of them cannot be read.
pub fn signatures_beside(component: &Path) -> io::Result<Vec<String>> {
    let (Some(folder), Some(name)) = (component.parent(), component.file_name()) else {
        return Ok(Vec::new());
    };
    let folder = match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if is_signature_of(&path, &name.to_string_lossy()) {
            paths.push(path);
        }
    }
    paths.sort();
    paths.iter().map(|path| read_signature(path)).collect()
}

/// Whether a file is a signature of the component of that name.
pub(crate) fn is_signature_of(path: &Path, component: &str) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy());
    let rest = name.as_ref().and_then(|name| name.strip_prefix(component));
    rest.is_some_and(|rest| {
        rest == ".minisig"
            || rest
                .strip_prefix('.')
                .and_then(|rest| rest.strip_suffix(".minisig"))
                .is_some_and(|key| !key.contains('.'))
    })
}

fn read_signature(path: &Path) -> io::Result<String> {
    if fs::metadata(path)?.len() > MAX_SIGNATURE {
        return Ok(String::new());
    }
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes)?;
    // What is no text is no signature, and is told as such.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests;
