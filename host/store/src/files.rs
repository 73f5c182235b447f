//! The folder of plugins, as it is found.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use crate::archive::write_whole;
use crate::change::Keep;
use crate::error::StoreError;
use crate::examine::Passed;
use crate::journal::SeenFile;
use crate::state::{State, lock};
use crate::store::Store;
use crate::trust::{Trust, is_signature_of, signatures_beside};
use crate::version::{Origin, Stage, Standing, VersionId};

/// What was last seen in the folder, so that only what changed is read again.
#[derive(Default)]
pub(crate) struct Seen {
    files: BTreeMap<String, Vec<Look>>,
    trust: Option<String>,
}

/// What tells that a file changed, without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Look {
    path: PathBuf,
    bytes: u64,
    modified: Option<SystemTime>,
    /// Another file under the same name: an editor's rename, a link that was
    /// turned elsewhere.
    inode: u64,
}

/// What a component's file is now.
struct Found {
    component: Vec<u8>,
    signatures: Vec<String>,
    fingerprint: String,
}

impl Store {
    /// Looks at the folder now. What is new in it is examined before this
    /// returns; what was seen before costs no reading.
    pub fn look(&self) {
        let mut seen = lock(&self.looking);
        let listing = match list(&self.settings.folder) {
            Ok(listing) => listing,
            Err(error) => {
                seen.files.clear();
                return self.folder_gone(error.to_string());
            }
        };
        self.folder_back();
        let trust = self.trust_fingerprint();
        if seen.trust.as_ref() != Some(&trust) {
            if seen.trust.is_some() {
                self.check_signatures_again();
            }
            seen.files.clear();
            seen.trust = Some(trust.clone());
        }
        let mut passed = Vec::new();
        for (name, looks) in &listing {
            if seen.files.get(name) == Some(looks) {
                continue;
            }
            match self.examine_file(name, looks, &trust) {
                Ok(Some(found)) => {
                    passed.extend(found);
                    seen.files.insert(name.clone(), looks.clone());
                    self.readable(name);
                }
                // It is still being written; the next look finds it whole.
                Ok(None) => {
                    seen.files.remove(name);
                }
                Err(error) => {
                    seen.files.remove(name);
                    self.unreadable(name, error.to_string());
                }
            }
        }
        passed.sort_by_cached_key(Passed::order);
        for passed in passed {
            self.admit(passed);
        }
        self.gone(&listing);
    }

    /// Writes a component into the folder and examines it, as if somebody had
    /// put it there.
    ///
    /// # Errors
    /// When it is refused, or cannot be written. What judged before judges on.
    pub fn submit(
        &self,
        component: &[u8],
        signatures: &[String],
        who: &str,
    ) -> Result<VersionId, StoreError> {
        // No look may find half of it.
        let mut seen = lock(&self.looking);
        let id = VersionId::of(component);
        let name = format!("submitted-{}.wasm", id.short());
        let path = self.settings.folder.join(&name);
        let large = component.len() > self.engine.limits().plugin_bytes;
        let mut written = Vec::new();
        if !large && !path.exists() {
            for (number, signature) in signatures.iter().enumerate() {
                let path = path.with_extension(format!("wasm.{number}.minisig"));
                write_whole(&path, signature.as_bytes())
                    .map_err(StoreError::disk("written", &path))?;
                written.push(path);
            }
            write_whole(&path, component).map_err(StoreError::disk("written", &path))?;
            written.push(path);
        }
        let origin = Origin::Submitted(who.to_owned());
        if let Some(passed) = self.examine(component.to_vec(), signatures.to_vec(), origin) {
            self.admit(passed);
        }
        if let Some((stage, reason)) = self.refusal(&id) {
            for path in written {
                let _ = fs::remove_file(path);
            }
            return Err(StoreError::Refused {
                id: id.to_string(),
                stage,
                reason,
            });
        }
        let fingerprint = fingerprint(component, signatures, &self.trust_fingerprint());
        self.remember(&name, &id, fingerprint);
        seen.files.remove(&name);
        Ok(id)
    }

    /// Reads one file and examines it when it is new. The outer `None` says
    /// that it changed while it was read.
    fn examine_file(
        &self,
        name: &str,
        looks: &[Look],
        trust: &str,
    ) -> io::Result<Option<Option<Passed>>> {
        let path = self.settings.folder.join(name);
        let limit = self.engine.limits().plugin_bytes;
        let found = read(&path, limit, trust)?;
        if look(&path, &signature_paths(looks))? != looks {
            return Ok(None);
        }
        let Found {
            component,
            signatures,
            fingerprint,
        } = found;
        let id = VersionId::of(&component);
        if self.is_known(name, &fingerprint) {
            return Ok(Some(None));
        }
        let passed = self.examine(component, signatures, Origin::File(name.to_owned()));
        if self
            .refusal(&id)
            .is_some_and(|(stage, _)| stage == Stage::SelfTested)
            && lock(&self.state).not_kept.is_some()
        {
            // A full disk is not the version's fault: the next look tries again.
            return Ok(None);
        }
        self.remember(name, &id, fingerprint);
        Ok(Some(passed))
    }

    /// Whether a file is as it was when it was examined.
    fn is_known(&self, name: &str, fingerprint: &str) -> bool {
        let mut state = lock(&self.state);
        let state = &mut *state;
        let files = &state.journal.files;
        let Some(seen) = files
            .get(name)
            .filter(|seen| seen.fingerprint == fingerprint)
        else {
            return false;
        };
        if seen.gone {
            self.edit_file(state, name, |seen| seen.gone = false);
        }
        true
    }

    fn remember(&self, name: &str, id: &VersionId, fingerprint: String) {
        let mut state = lock(&self.state);
        let _ = self.change(&mut state, Keep::Try, |journal| {
            let now = SeenFile {
                id: id.clone(),
                fingerprint,
                gone: false,
            };
            let before = journal.files.insert(name.to_owned(), now);
            // What the file was before concerns nobody any more.
            if let Some(before) = before.filter(|before| before.id != *id) {
                journal.forget_refused(&before.id);
            }
        });
    }

    fn edit_file(&self, state: &mut State, name: &str, edit: impl FnOnce(&mut SeenFile)) {
        let _ = self.change(state, Keep::Try, |journal| {
            if let Some(seen) = journal.files.get_mut(name) {
                edit(seen);
            }
        });
    }

    /// A deleted file takes nothing away; a note tells of it.
    fn gone(&self, listing: &BTreeMap<String, Vec<Look>>) {
        let mut state = lock(&self.state);
        let state = &mut *state;
        let missing =
            |(name, seen): &(&String, &SeenFile)| !seen.gone && !listing.contains_key(*name);
        let files = state.journal.files.iter();
        let gone: Vec<String> = files
            .filter(missing)
            .map(|(name, _)| name.clone())
            .collect();
        let lost = |name: &String| !listing.contains_key(name);
        let unreadable: Vec<String> = state
            .unreadable
            .keys()
            .filter(|n| lost(n))
            .cloned()
            .collect();
        if gone.is_empty() && unreadable.is_empty() {
            return;
        }
        for name in unreadable {
            state.unreadable.remove(&name);
        }
        let _ = self.change(state, Keep::Try, |journal| {
            for name in gone {
                let Some(seen) = journal.files.get_mut(&name) else {
                    continue;
                };
                seen.gone = true;
                let id = seen.id.clone();
                if journal.forget_refused(&id) {
                    journal.files.remove(&name);
                }
            }
        });
    }

    fn unreadable(&self, name: &str, cause: String) {
        let mut state = lock(&self.state);
        if state.unreadable.get(name) != Some(&cause) {
            state.unreadable.insert(name.to_owned(), cause);
            let _ = self.change(&mut state, Keep::Try, |_| {});
        }
    }

    fn readable(&self, name: &str) {
        let mut state = lock(&self.state);
        if state.unreadable.remove(name).is_some() {
            let _ = self.change(&mut state, Keep::Try, |_| {});
        }
    }

    fn folder_gone(&self, cause: String) {
        let mut state = lock(&self.state);
        if state.folder_gone.is_none() {
            state.folder_gone = Some(cause);
            let _ = self.change(&mut state, Keep::Try, |_| {});
        }
    }

    /// What is in memory is archived again, if the folder came back without it.
    fn folder_back(&self) {
        let mut state = lock(&self.state);
        let state = &mut *state;
        if state.folder_gone.take().is_none() {
            return;
        }
        for (id, loaded) in &state.loaded {
            // Told by the journal's write, which comes next.
            let _ = self.archive.put(id, &loaded.component, &loaded.signatures);
        }
        let _ = self.change(state, Keep::Try, |_| {});
    }

    fn trust_fingerprint(&self) -> String {
        let trust = self.settings.trust.as_ref();
        let bytes = trust.map(|path| fs::read(path).unwrap_or_default());
        format!("{:x}", Sha256::digest(bytes.unwrap_or_default()))
    }

    /// The trust file changed: a version whose key was revoked judges no more. A
    /// file that cannot be read revokes nothing, it only lets nothing new in.
    fn check_signatures_again(&self) {
        let readable = |path| Trust::read(path).is_ok();
        if !self.settings.trust.as_deref().is_some_and(readable) {
            return;
        }
        let mut state = lock(&self.state);
        let state = &mut *state;
        let judging = |version: &&crate::version::VersionStatus| {
            matches!(version.standing, Standing::Active | Standing::Shadow)
        };
        let versions = state.journal.versions.iter().filter(judging);
        let ids: Vec<VersionId> = versions.map(|version| version.id.clone()).collect();
        for id in ids {
            if let Err(reason) = self.revive(state, &id) {
                let left = (Standing::Refused, Stage::Verified, reason.as_str());
                self.withdraw(state, &id, left);
            }
        }
    }
}

/// The components of a folder, by name, each with what tells its change.
fn list(folder: &Path) -> io::Result<BTreeMap<String, Vec<Look>>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        paths.push(entry?.path());
    }
    paths.sort();
    let mut found = BTreeMap::new();
    for path in &paths {
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        let component = name.ends_with(".wasm") && !name.starts_with('.');
        if !component || path.is_dir() {
            continue;
        }
        let signatures: Vec<PathBuf> = paths
            .iter()
            .filter(|path| is_signature_of(path, name))
            .cloned()
            .collect();
        // A link to nothing is listed, and told when it cannot be read.
        let looks = look(path, &signatures).unwrap_or_default();
        found.insert(name.to_owned(), looks);
    }
    Ok(found)
}

fn signature_paths(looks: &[Look]) -> Vec<PathBuf> {
    let signatures = looks.iter().skip(1);
    signatures.map(|look| look.path.clone()).collect()
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
                inode: inode(&metadata),
            })
        })
        .collect()
}

#[cfg(unix)]
fn inode(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn inode(_metadata: &Metadata) -> u64 {
    0
}

fn read(path: &Path, limit_bytes: usize, trust: &str) -> io::Result<Found> {
    let mut component = Vec::new();
    // One byte more than a plugin may have, so that it is refused for that.
    let limit = u64::try_from(limit_bytes)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    File::open(path)?.take(limit).read_to_end(&mut component)?;
    let signatures = signatures_beside(path)?;
    let fingerprint = fingerprint(&component, &signatures, trust);
    Ok(Found {
        component,
        signatures,
        fingerprint,
    })
}

/// Changes with whatever may change the answer to whether a file is good.
fn fingerprint(component: &[u8], signatures: &[String], trust: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(Sha256::digest(component));
    hasher.update(Sha256::digest(trust));
    for signature in signatures {
        hasher.update(Sha256::digest(signature));
    }
    format!("{:x}", hasher.finalize())
}
