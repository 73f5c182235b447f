//! The store with real files and real components.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that fails says so by panicking"
)]

mod dates;
mod disk;
mod files;
mod people;
mod shadow;
mod signatures;
mod stages;
mod swap;

use std::borrow::Cow;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::{Duration, Instant};

use anjian_check::Source;
use anjian_model::{NoteKind, Verdict};
use anjian_runtime::{Engine, Limits};
use anjian_store::{
    BuiltIn, LineUp, Promotion, Standing, Store, StoreError, StoreSettings, VersionId,
    VersionStatus,
};
use tempfile::TempDir;

/// Short, because guests use it up.
const DEADLINE_MS: u64 = 300;

static ENGINE: LazyLock<Arc<Engine>> = LazyLock::new(|| {
    let limits = Limits {
        deadline_ms: DEADLINE_MS,
        ..Limits::default()
    };
    Arc::new(Engine::new(limits).unwrap())
});

fn guest(name: &str) -> &'static [u8] {
    anjian_tests::guest(name).unwrap()
}

fn id(name: &str) -> VersionId {
    VersionId::of(guest(name))
}

/// A folder whose built-in plugin is the one that does everything right.
struct Bench {
    folder: TempDir,
    settings: StoreSettings,
}

impl Bench {
    /// Unsigned plugins judge at once.
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let mut settings = StoreSettings::new(folder.path());
        settings.built_in = vec![BuiltIn {
            name: "test".to_owned(),
            component: Cow::Borrowed(guest("well_behaved")),
        }];
        settings.allow_unsigned = true;
        settings.promotion = Promotion::AtOnce;
        Self { folder, settings }
    }

    fn with(mut self, change: impl FnOnce(&mut StoreSettings)) -> Self {
        change(&mut self.settings);
        self
    }

    fn open(&self) -> Arc<Store> {
        self.try_open().unwrap()
    }

    fn try_open(&self) -> Result<Arc<Store>, StoreError> {
        Store::open(self.settings.clone(), Arc::clone(&ENGINE))
    }

    /// After a store was dropped: its thread may hold it for a moment.
    fn reopen(&self) -> Arc<Store> {
        let mut store = None;
        until("the folder is free", || {
            store = self.try_open().ok();
            store.is_some()
        });
        store.unwrap()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, guest_name: &str) {
        fs::write(self.path(name), guest(guest_name)).unwrap();
    }
}

fn status(store: &Store, id: &VersionId) -> VersionStatus {
    store.version(id).unwrap()
}

fn standing(store: &Store, name: &str) -> Standing {
    status(store, &id(name)).standing
}

/// The version of the plugin `test` that judges.
fn active(store: &Store) -> String {
    store.line_up().plugins[0].version.clone()
}

fn kinds(store: &Store) -> Vec<NoteKind> {
    store
        .line_up()
        .head
        .notes
        .iter()
        .map(|note| note.kind)
        .collect()
}

fn filing(word: &str) -> Vec<u8> {
    format!(
        r#"{{"filing_id":"a","reference_date":"2026-06-30","enterprise":{{"name":"{word}"}},"sections":{{"test":{{}}}}}}"#
    )
    .into_bytes()
}

/// Judges one filing as the service does.
fn judge(store: &Store, word: &str) -> Verdict {
    judge_with(store, &store.line_up(), word)
}

fn judge_with(store: &Store, line_up: &LineUp, word: &str) -> Verdict {
    let filing = filing(word);
    let checked = line_up.checker.check(Source::file("-"), &filing);
    store.judged(line_up, &filing, &checked.report);
    checked.report.verdict
}

/// Waits until it is so; a test that waits in vain fails.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(120), "never: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}
