//! Compiled plugins, kept on disk: compiling is nearly all of a start.
//!
//! What is read back becomes machine code, so an entry must be one that this
//! user's host wrote: each carries an HMAC under a key that only the user can
//! read, over its name and its bytes. A damaged, foreign or misnamed entry is
//! refused and made again. Whoever can read the key can run code as the user
//! anyway.

use std::fs::{self, File, OpenOptions};
use std::hash::{Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use hmac::{Hmac, Mac};
use sha2::Sha256;
use wasmtime::component::Component;

/// Bytes of the key and of the code of an entry.
const MAC_BYTES: usize = 32;

/// Entries that are kept; each new version of a plugin or host makes one.
const MAX_ENTRIES: usize = 64;

const KEY_FILE: &str = "key";

const ENTRY_EXTENSION: &str = "compiled";

/// A folder of compiled plugins.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    /// Keyed, and nothing hashed yet.
    keyed: Hmac<Sha256>,
}

impl Cache {
    /// Opens the folder, and makes it and its key where they are missing.
    ///
    /// # Errors
    /// When the folder or its key cannot be read or made. A host can do without.
    pub fn open(folder: impl Into<PathBuf>) -> io::Result<Self> {
        let folder = folder.into();
        fs::create_dir_all(&folder)?;
        let key = key(&folder.join(KEY_FILE))?;
        let keyed = Hmac::new_from_slice(&key).map_err(io::Error::other)?;
        Ok(Self { folder, keyed })
    }

    /// The compiled plugin, if this host wrote it for this compiler.
    pub(crate) fn get(&self, wasm: &wasmtime::Engine, sha256: &str) -> Option<Component> {
        let name = name(wasm, sha256);
        let path = self.folder.join(&name);
        let bytes = fs::read(&path).ok()?;
        let (mac, compiled) = bytes.split_at_checked(MAC_BYTES)?;
        if self.mac(&name, compiled).verify_slice(mac).is_err() {
            // Made again by whoever asked.
            let _ = fs::remove_file(&path);
            return None;
        }
        #[expect(
            unsafe_code,
            reason = "compiled code cannot be checked; its HMAC says that this user's host wrote it"
        )]
        // SAFETY: the bytes are, by their HMAC, those that `put` got from
        // `Component::serialize` under this name, so for this compiler.
        unsafe { Component::deserialize(wasm, compiled) }.ok()
    }

    /// Keeps a compiled plugin. A cache that cannot be written costs time and
    /// nothing else, so nobody is told.
    pub(crate) fn put(&self, wasm: &wasmtime::Engine, sha256: &str, component: &Component) {
        if let Ok(compiled) = component.serialize() {
            let name = name(wasm, sha256);
            let mac = self.mac(&name, &compiled).finalize().into_bytes();
            let _ = self.write(&name, &mac, &compiled);
            let _ = self.prune();
        }
    }

    fn mac(&self, name: &str, compiled: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.keyed.clone();
        mac.update(name.as_bytes());
        mac.update(compiled);
        mac
    }

    /// Whole or not at all, whoever else writes at the same time.
    fn write(&self, name: &str, mac: &[u8], compiled: &[u8]) -> io::Result<()> {
        let part = self
            .folder
            .join(format!("{name}.{}.part", std::process::id()));
        let written = File::create(&part).and_then(|mut file| {
            file.write_all(mac)?;
            file.write_all(compiled)
        });
        let kept = written.and_then(|()| fs::rename(&part, self.folder.join(name)));
        if kept.is_err() {
            let _ = fs::remove_file(&part);
        }
        kept
    }

    /// Drops the oldest entries.
    fn prune(&self) -> io::Result<()> {
        let mut entries: Vec<(SystemTime, PathBuf)> = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|ext| ext == ENTRY_EXTENSION) {
                entries.push((fs::metadata(&path)?.modified()?, path));
            }
        }
        entries.sort();
        let surplus = entries.len().saturating_sub(MAX_ENTRIES);
        for (_, path) in entries.iter().take(surplus) {
            fs::remove_file(path)?;
        }
        Ok(())
    }
}

/// An entry's file: the plugin, and the compiler with its settings.
fn name(wasm: &wasmtime::Engine, sha256: &str) -> String {
    let mut hasher = std::hash::DefaultHasher::new();
    wasm.precompile_compatibility_hash().hash(&mut hasher);
    format!("{sha256}-{:016x}.{ENTRY_EXTENSION}", hasher.finish())
}

/// Reads the key, or makes one that only the user can read. Where two make one
/// at once the later one stays, and what the other compiled is compiled again.
fn key(path: &Path) -> io::Result<[u8; MAC_BYTES]> {
    if let Some(key) = read_key(path)? {
        return Ok(key);
    }
    let mut key = [0; MAC_BYTES];
    getrandom::fill(&mut key).map_err(|error| io::Error::other(error.to_string()))?;
    // Whole or not at all: a process may end at any time.
    let part = path.with_extension(format!("{}.part", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&part)?.write_all(&key)?;
    fs::rename(&part, path)?;
    read_key(path)?.ok_or_else(|| io::Error::other("the key was cut short"))
}

/// `None` where there is none, or one that was cut short.
fn read_key(path: &Path) -> io::Result<Option<[u8; MAC_BYTES]>> {
    match fs::read(path) {
        Ok(bytes) => Ok(bytes.try_into().ok()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
