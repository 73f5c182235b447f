//! What the store keeps below the folder of plugins, in `.anjian`: the journal,
//! and every version that ever passed, by its digest.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::StoreError;
use crate::version::VersionId;

/// Hidden, and no plugin by its name.
const STATE: &str = ".anjian";
const VERSIONS: &str = "versions";
const LOCK: &str = "lock";

/// How the name of a file ends that is being written.
const PART: &str = ".part";

/// Where the store keeps what it must not forget.
pub(crate) struct Archive {
    state: PathBuf,
    /// Held for its lock, which ends with the process however it ends.
    _lock: Option<File>,
}

/// A component with its signatures, as archived.
pub(crate) struct Archived {
    pub(crate) component: Vec<u8>,
    pub(crate) signatures: Vec<String>,
}

impl Archive {
    /// Takes the folder for this process. A folder that cannot be written is
    /// taken too: what is active judges on, and notes tell the rest.
    pub(crate) fn open(folder: &Path) -> Result<Self, StoreError> {
        let state = folder.join(STATE);
        // Told by the first write that matters.
        let _ = fs::create_dir(&state);
        let lock = match File::create(state.join(LOCK)) {
            Ok(file) => match file.try_lock() {
                Ok(()) => {
                    // What another process did not come to the end of.
                    sweep(folder, "submitted-");
                    sweep(&state, "");
                    sweep(&state.join(VERSIONS), "");
                    Some(file)
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(StoreError::FolderTaken {
                        folder: folder.to_owned(),
                    });
                }
                // A file system without locks.
                Err(TryLockError::Error(_)) => None,
            },
            Err(_) => None,
        };
        Ok(Self { state, _lock: lock })
    }

    pub(crate) fn journal(folder: &Path) -> PathBuf {
        folder.join(STATE).join("journal.json")
    }

    /// Makes its folders where they are missing, but never the folder of
    /// plugins: that one is its operator's.
    fn make(&self) {
        // Told by the write that comes next.
        let _ = fs::create_dir(&self.state);
        let _ = fs::create_dir(self.state.join(VERSIONS));
    }

    fn component(&self, id: &VersionId) -> PathBuf {
        self.state.join(VERSIONS).join(format!("{id}.wasm"))
    }

    fn signature(&self, id: &VersionId, number: usize) -> PathBuf {
        let name = format!("{id}.wasm.{number}.minisig");
        self.state.join(VERSIONS).join(name)
    }

    /// Keeps a version for ever. The component comes last: where it is, all is.
    pub(crate) fn put(
        &self,
        id: &VersionId,
        component: &[u8],
        signatures: &[String],
    ) -> Result<(), StoreError> {
        self.make();
        let write = |path: PathBuf, bytes: &[u8]| {
            write_whole(&path, bytes).map_err(StoreError::disk("written", &path))
        };
        for (number, signature) in signatures.iter().enumerate() {
            write(self.signature(id, number), signature.as_bytes())?;
        }
        let path = self.component(id);
        if self.get(id).is_ok() {
            return Ok(());
        }
        write(path, component)
    }

    /// A version as it was when it passed.
    pub(crate) fn get(&self, id: &VersionId) -> Result<Archived, StoreError> {
        let path = self.component(id);
        let component = fs::read(&path).map_err(StoreError::disk("read", &path))?;
        if VersionId::of(&component) != *id {
            return Err(StoreError::Damaged {
                sha256: id.to_string(),
            });
        }
        let signatures = (0..)
            .map_while(|number| fs::read_to_string(self.signature(id, number)).ok())
            .collect();
        Ok(Archived {
            component,
            signatures,
        })
    }
}

/// Removes what was half written. In the folder of plugins only what the store
/// writes there: the rest is its operator's.
fn sweep(folder: &Path, beginning: &str) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(beginning) && name.ends_with(PART) {
            // It is in nobody's way.
            let _ = fs::remove_file(&path);
        }
    }
}

/// Whole or not at all, and on the disk when it returns.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let part = path.with_extension(format!("{}{PART}", std::process::id()));
    let written = File::create(&part).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let kept = written.and_then(|()| fs::rename(&part, path));
    match kept {
        // The name is on the disk only when its folder is.
        Ok(()) => path.parent().map_or(Ok(()), sync_folder),
        Err(error) => {
            let _ = fs::remove_file(&part);
            Err(error)
        }
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the shape that it has elsewhere")]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
