//! The folder of plugins as it lies on the disk: what is in it, and what tells
//! that a file changed.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use crate::trust::{is_signature_of, signatures_beside};

/// What tells that a file changed, without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    path: PathBuf,
    bytes: u64,
    modified: Option<SystemTime>,
    identity: Identity,
}

/// What a component's file is now.
pub(crate) struct Found {
    pub(crate) component: Vec<u8>,
    pub(crate) signatures: Vec<String>,
    pub(crate) fingerprint: String,
}

/// The components of a folder, by name, each with what tells its change.
pub(crate) fn list(folder: &Path) -> io::Result<BTreeMap<String, Vec<Look>>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        paths.push(entry?.path());
    }
    paths.sort();
    let mut found = BTreeMap::new();
    for path in &paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let component = name.ends_with(".wasm") && !name.starts_with('.');
        if !component || path.is_dir() {
            continue;
        }
        let signatures: Vec<PathBuf> = paths
            .iter()
            .filter(|path| is_signature_of(path, &name))
            .cloned()
            .collect();
        // A link to nothing is listed, and told when it cannot be read.
        let looks = look(path, &signatures).unwrap_or_default();
        found.insert(name.into_owned(), looks);
    }
    Ok(found)
}

/// Reads a file that was listed; `None` when it changed meanwhile.
pub(crate) fn read(path: &Path, looks: &[Look], limit_bytes: usize) -> io::Result<Option<Found>> {
    if path.to_string_lossy().contains(char::REPLACEMENT_CHARACTER) && !path.exists() {
        return Err(io::Error::other("its name is no UTF-8"));
    }
    let mut component = Vec::new();
    // One byte more than a plugin may have, so that it is refused for that.
    let limit = u64::try_from(limit_bytes)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    open(path)?.take(limit).read_to_end(&mut component)?;
    let signatures = signatures_beside(path)?;
    let beside = looks.iter().skip(1);
    let beside: Vec<PathBuf> = beside.map(|look| look.path.clone()).collect();
    if look(path, &beside)? != looks {
        return Ok(None);
    }
    let fingerprint = fingerprint(&component, &signatures);
    Ok(Some(Found {
        component,
        signatures,
        fingerprint,
    }))
}

/// Opens a file that ends. A pipe would be waited for as long as nobody writes
/// into it.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    File::open(path)
}

/// Digest of a component and its signatures.
pub(crate) fn fingerprint(component: &[u8], signatures: &[String]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(Sha256::digest(component));
    for signature in signatures {
        hasher.update(Sha256::digest(signature));
    }
    format!("{:x}", hasher.finalize())
}

/// The component first, then its signatures. Links are followed.
fn look(component: &Path, signatures: &[PathBuf]) -> io::Result<Vec<Look>> {
    std::iter::once(component)
        .chain(signatures.iter().map(PathBuf::as_path))
        .map(|path| {
            let metadata = fs::metadata(path)?;
            Ok(Look {
                path: path.to_owned(),
                bytes: metadata.len(),
                modified: metadata.modified().ok(),
                identity: identity(&metadata),
            })
        })
        .collect()
}

/// Another file under the same name: an editor's rename, a link that was turned
/// elsewhere. And when it was last touched, which no program can set back.
#[cfg(unix)]
type Identity = (u64, i64, i64);

#[cfg(unix)]
fn identity(metadata: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    (metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
}

#[cfg(not(unix))]
type Identity = ();

#[cfg(not(unix))]
fn identity(_metadata: &Metadata) -> Identity {}
