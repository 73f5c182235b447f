//! What becomes of what is found in the folder of plugins.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use crate::archive::write_whole;
use crate::change::Keep;
use crate::error::StoreError;
use crate::examine::{Examined, Passed};
use crate::folder::{self, Found, Look};
use crate::journal::SeenFile;
use crate::state::{State, lock};
use crate::store::{Keys, Store};
use crate::version::{Origin, Stage, Standing, VersionId, VersionStatus};

/// What was last seen in the folder, so that only what changed is read again.
#[derive(Default)]
pub(crate) struct Seen {
    files: BTreeMap<String, Vec<Look>>,
    trust: Option<String>,
    /// Digests of the versions that judged.
    judging: Vec<String>,
}

/// What is known of a file when it is read.
enum Before {
    /// Nothing, or it was another one: somebody put it there.
    New,
    /// It was refused. What has changed since may let it pass.
    Refused,
    /// It is as it was.
    Same,
    /// The component is as it was, and its signatures are not.
    SignedOtherwise,
}

/// What becomes of a file that is read.
enum Outcome {
    Passed(Passed),
    /// There is nothing more to do with it.
    Settled,
    /// The next look reads it again: it is still being written, or the disk
    /// does not take it.
    Later,
}

impl Store {
    /// Looks at the folder now. What is new in it is examined before this
    /// returns; what was seen before costs no reading.
    pub fn look(&self) {
        let mut seen = lock(&self.looking);
        let listing = match folder::list(&self.settings.folder) {
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
            seen.trust = Some(trust);
        }
        self.let_misfits_try_again(&mut seen);
        let mut passed = Vec::new();
        for (name, looks) in &listing {
            if seen.files.get(name) == Some(looks) {
                continue;
            }
            let outcome = self.examine_file(name, looks);
            match &outcome {
                Ok(Outcome::Passed(_) | Outcome::Settled) => {
                    seen.files.insert(name.clone(), looks.clone());
                    self.readable(name);
                }
                Ok(Outcome::Later) => {
                    seen.files.remove(name);
                }
                Err(error) => {
                    seen.files.remove(name);
                    self.unreadable(name, error.to_string());
                }
            }
            if let Ok(Outcome::Passed(found)) = outcome {
                passed.push((name, found));
            }
        }
        passed.sort_by_cached_key(|(_, passed)| passed.order());
        for (name, passed) in passed {
            if let Err(StoreError::Disk { .. }) = self.admit(passed) {
                seen.files.remove(name);
            }
        }
        self.gone(&listing);
    }

    /// What did not fit beside the versions that judged may fit beside others.
    fn let_misfits_try_again(&self, seen: &mut Seen) {
        let line_up = self.line_up();
        let judging = line_up.plugins.iter().map(|used| used.sha256.clone());
        let judging: Vec<String> = judging.collect();
        if seen.judging == judging {
            return;
        }
        seen.judging = judging;
        let state = lock(&self.state);
        let misfit = |id: &VersionId| {
            state.journal.version(id).is_some_and(|version| {
                let last = version.steps.last().map(|step| step.stage);
                version.standing == Standing::Refused
                    && matches!(last, Some(Stage::Shadow | Stage::Active))
            })
        };
        for (name, file) in &state.journal.files {
            if misfit(&file.id) {
                seen.files.remove(name);
            }
        }
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
                written.push((path, signature.as_bytes()));
            }
            written.push((path, component));
        }
        let taken = self.take(&id, component, signatures, &written, who);
        if taken.is_err() {
            for (path, _) in &written {
                // Told with the cause.
                let _ = fs::remove_file(path);
            }
        } else {
            let fingerprint = folder::fingerprint(component, signatures);
            self.remember(&name, &id, fingerprint);
        }
        seen.files.remove(&name);
        taken.map(|()| id)
    }

    fn take(
        &self,
        id: &VersionId,
        component: &[u8],
        signatures: &[String],
        files: &[(PathBuf, &[u8])],
        who: &str,
    ) -> Result<(), StoreError> {
        for (path, bytes) in files {
            write_whole(path, bytes).map_err(StoreError::disk("written", path))?;
        }
        let origin = Origin::Submitted(who.to_owned());
        let again = false;
        match self.examine(component.to_vec(), signatures.to_vec(), origin, again) {
            Examined::Passed(passed) => {
                // Any other error is told as its refusal.
                if let Err(error @ StoreError::Disk { .. }) = self.admit(passed) {
                    return Err(error);
                }
            }
            Examined::NotKept(error) => return Err(error),
            Examined::Settled => {}
        }
        match self.refusal(id) {
            Some((stage, reason)) => Err(StoreError::Refused {
                id: id.to_string(),
                stage,
                reason,
            }),
            None => Ok(()),
        }
    }

    /// Reads one file and examines it when it is new.
    fn examine_file(&self, name: &str, looks: &[Look]) -> io::Result<Outcome> {
        let path = self.settings.folder.join(name);
        let limit = self.engine.limits().plugin_bytes;
        let Some(found) = folder::read(&path, looks, limit)? else {
            return Ok(Outcome::Later);
        };
        let Found {
            component,
            signatures,
            fingerprint,
        } = found;
        let id = VersionId::of(&component);
        let again = match self.before(name, &id, &fingerprint) {
            Before::Same => return Ok(Outcome::Settled),
            Before::SignedOtherwise => {
                if self.sign_again(&id, &component, &signatures) {
                    self.remember(name, &id, fingerprint);
                }
                return Ok(Outcome::Settled);
            }
            Before::New => false,
            Before::Refused => true,
        };
        let origin = Origin::File(name.to_owned());
        let outcome = match self.examine(component, signatures, origin, again) {
            // A full disk is not the version's fault: the next look tries again.
            Examined::NotKept(_) => return Ok(Outcome::Later),
            Examined::Passed(passed) => Outcome::Passed(passed),
            Examined::Settled => Outcome::Settled,
        };
        self.remember(name, &id, fingerprint);
        Ok(outcome)
    }

    /// What is known of a file. The trust file is not asked: that it changed is
    /// nobody's wish to have a version that stands ready.
    fn before(&self, name: &str, id: &VersionId, fingerprint: &str) -> Before {
        let mut state = lock(&self.state);
        let state = &mut *state;
        let found = state.journal.files.get(name);
        let Some(file) = found.filter(|file| file.id == *id) else {
            return Before::New;
        };
        let same = file.fingerprint == fingerprint;
        let passed = |version: &VersionStatus| version.standing != Standing::Refused;
        let passed = state.journal.version(id).is_some_and(passed);
        if file.gone {
            self.edit_file(state, name, |file| file.gone = false);
        }
        match (passed, same) {
            (true, true) => Before::Same,
            (true, false) => Before::SignedOtherwise,
            (false, true) => Before::Refused,
            (false, false) => Before::New,
        }
    }

    /// A version that passed has other signatures now. They are kept when they
    /// hold, and it stands where it stood.
    fn sign_again(&self, id: &VersionId, component: &[u8], signatures: &[String]) -> bool {
        let signers = self.signers(component, signatures, self.today(), Keys::Now);
        let Ok(signed_by) = signers else { return false };
        let mut state = lock(&self.state);
        let state = &mut *state;
        if self.archive.put(id, component, signatures).is_err() {
            return false;
        }
        if let Some(loaded) = state.loaded.get_mut(id) {
            loaded.signatures = signatures.to_vec();
        }
        let _ = self.change(state, Keep::Try, |journal| {
            if let Some(version) = journal.version_mut(id) {
                version.signed_by = signed_by;
            }
        });
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
        let mut state = lock(&self.state);
        let state = &mut *state;
        let judging = |version: &&VersionStatus| {
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
        // Of several signers one may count no more.
        let _ = self.change(state, Keep::Try, |_| {});
    }
}
