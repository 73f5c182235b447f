//! Compiled plugins on disk: a start reads them back, and nothing else.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that fails says so by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};

use anjian_bundle::PLUGINS;
use anjian_runtime::{Cache, Engine, Limits};
use tempfile::TempDir;

/// What somebody did to an entry.
type Poison = fn(&mut Vec<u8>);

fn load(folder: &Path) {
    let cache = Cache::open(folder).unwrap();
    let engine = Engine::with_cache(Limits::default(), Some(cache)).unwrap();
    let plugin = engine.load(PLUGINS[0].component).unwrap();
    assert!(!plugin.description().rules.is_empty());
}

fn entry(folder: &Path) -> PathBuf {
    let mut entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "compiled"));
    let found = entries.next().unwrap();
    assert!(entries.next().is_none(), "one plugin, one entry");
    found
}

#[test]
fn a_poisoned_entry_is_refused_and_made_again() {
    let folder = TempDir::new().unwrap();
    load(folder.path());
    let path = entry(folder.path());
    let good = fs::read(&path).unwrap();
    let poisons: [(&str, Poison); 4] = [
        ("a byte of code changed", |bytes| {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
        }),
        ("a byte of the code's digest changed", |bytes| bytes[0] ^= 1),
        ("cut short", |bytes| bytes.truncate(1000)),
        ("empty", Vec::clear),
    ];
    for (what, poison) in poisons {
        let mut bad = good.clone();
        poison(&mut bad);
        fs::write(&path, &bad).unwrap();
        load(folder.path());
        assert_eq!(fs::read(&path).unwrap(), good, "{what}");
    }
}

#[test]
fn an_entry_of_another_key_is_refused() {
    let (mine, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    load(mine.path());
    load(other.path());
    let path = entry(mine.path());
    let good = fs::read(&path).unwrap();
    fs::copy(entry(other.path()), &path).unwrap();
    load(mine.path());
    assert_eq!(fs::read(&path).unwrap(), good, "of another key");
}

#[cfg(unix)]
#[test]
fn the_key_is_for_its_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    Cache::open(folder.path()).unwrap();
    let mode = fs::metadata(folder.path().join("key"))
        .unwrap()
        .permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
}

/// A process may end while it makes the key.
#[test]
fn a_key_that_was_cut_short_is_made_again() {
    let folder = TempDir::new().unwrap();
    for bytes in [&b""[..], b"short", &[0; 33]] {
        fs::write(folder.path().join("key"), bytes).unwrap();
        load(folder.path());
        let key = fs::read(folder.path().join("key")).unwrap();
        assert_eq!(key.len(), 32);
        load(folder.path());
        assert_eq!(fs::read(folder.path().join("key")).unwrap(), key);
    }
    let names = fs::read_dir(folder.path()).unwrap();
    let mut names = names.map(|entry| entry.unwrap().file_name());
    assert!(names.all(|name| !name.to_string_lossy().ends_with(".part")));
}
