//! A disk that is full, for real: a small one in memory, mounted where no other
//! process sees it.

use std::env;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// Tells the process with the disk where it lies.
const VARIABLE: &str = "ANJIAN_SMALL_DISK";

/// Mounts in a space of its own, then becomes the test.
const SCRIPT: &str = r#"mount -t tmpfs -o "size=$1" tmpfs "$2" || exit 42; shift 2; exec "$@""#;

/// What the test harness ends with when a test failed.
const FAILED: i32 = 101;

const FILLER: &str = "filler";

/// A disk of a few bytes.
pub struct SmallDisk {
    /// Where it is mounted.
    pub folder: PathBuf,
}

/// Runs something on a disk of so many bytes. For that the test that asks is run
/// once more, in a process with mounts of its own, so it gives its own name, as
/// `--exact` takes it. Where nothing may be mounted it says so, and runs nothing.
///
/// # Errors
/// When the test failed there.
pub fn on_a_small_disk(test: &str, bytes: u64, run: impl FnOnce(&SmallDisk)) -> io::Result<()> {
    if let Some(folder) = env::var_os(VARIABLE) {
        run(&SmallDisk {
            folder: folder.into(),
        });
        return Ok(());
    }
    let folder = TempDir::new()?;
    let mut why = String::new();
    // As root; else as root of a space of its own, where the system allows that.
    for space in ["--mount", "--mount --map-root-user"] {
        let ran = Command::new("unshare")
            .args(space.split(' '))
            .args(["--", "sh", "-c", SCRIPT, "sh"])
            .arg(bytes.to_string())
            .arg(folder.path())
            .arg(env::current_exe()?)
            .args(["--exact", test, "--nocapture"])
            .env(VARIABLE, folder.path())
            .output();
        let output = match ran {
            Ok(output) => output,
            Err(error) => {
                why = error.to_string();
                continue;
            }
        };
        let said = String::from_utf8_lossy(&output.stdout);
        let told = String::from_utf8_lossy(&output.stderr);
        if output.status.success() {
            return match said.contains("1 passed") {
                true => Ok(()),
                false => Err(io::Error::other(format!("there is no test {test}"))),
            };
        }
        if output.status.code() == Some(FAILED) {
            return Err(io::Error::other(format!(
                "on a small disk:\n{said}\n{told}"
            )));
        }
        why = told.trim().to_owned();
    }
    // Not `eprintln`, which the harness keeps to itself.
    writeln!(
        io::stderr(),
        "{test} is skipped, nothing can be mounted: {why}"
    )
}

impl SmallDisk {
    /// Fills it to the last byte.
    ///
    /// # Errors
    /// When it cannot be written for another reason than that it is full.
    pub fn fill(&self) -> io::Result<()> {
        self.fill_but(0)
    }

    /// Fills it until so many bytes are left.
    ///
    /// # Errors
    /// As above.
    pub fn fill_but(&self, left: u64) -> io::Result<()> {
        let mut filler = File::create(self.folder.join(FILLER))?;
        let mut bytes = 0_u64;
        loop {
            match filler.write(&[0; 4096]) {
                Ok(written) => bytes += written as u64,
                Err(error) if error.kind() == io::ErrorKind::StorageFull => break,
                Err(error) => return Err(error),
            }
        }
        filler.set_len(bytes.saturating_sub(left))
    }

    /// Empties it of what filled it.
    ///
    /// # Errors
    /// When that cannot be removed.
    pub fn free(&self) -> io::Result<()> {
        fs::remove_file(self.folder.join(FILLER))
    }
}
