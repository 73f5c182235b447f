//! A disk that is full, for real.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

use anjian_model::{NoteKind, Verdict};
use anjian_store::{Standing, Store, StoreError};
use anjian_tests::disk::on_a_small_disk;
use tempfile::TempDir;

use super::{Bench, active, guest, id, judge, kinds, standing, status};

const BYTES: u64 = 8 * 1024 * 1024;

fn names(folder: &Path) -> BTreeSet<OsString> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name()).collect()
}

fn active_id(store: &Store) -> String {
    store.line_up().plugins[0].sha256.clone()
}

#[test]
fn a_full_disk_changes_nothing_that_judges_and_says_so() {
    const NAME: &str = "disk::a_full_disk_changes_nothing_that_judges_and_says_so";
    on_a_small_disk(NAME, BYTES, |disk| {
        // Nothing at all; then enough for the journal and not for a component.
        for left in [0, 24 * 1024] {
            let mut bench = Bench::new();
            bench.folder = TempDir::new_in(&disk.folder).unwrap();
            bench.settings.folder = bench.folder.path().to_owned();
            let store = bench.open();
            for name in ["panics_on_a_word", "later_version"] {
                store.submit(guest(name), &[], "wang").unwrap();
            }
            bench.put("new.part", "remembers");
            disk.fill_but(left).unwrap();
            let number = store.line_up().number;
            let before = names(bench.folder.path());

            let full = |error: StoreError| {
                assert!(matches!(error, StoreError::Disk { .. }), "{error}");
                let error = error.to_string();
                assert!(error.contains("cannot be written"), "{error}");
                assert!(error.contains("No space left"), "{error}");
                assert_eq!(active(&store), "2.0.0");
                assert_eq!(judge(&store, "differ"), Verdict::NonCompliant);
            };
            // An upload.
            let upload = guest("remembers");
            full(store.submit(upload, &[], "wang").unwrap_err());
            assert_eq!(names(bench.folder.path()), before, "nothing is left behind");
            // An activation.
            if left == 0 {
                let other = id("panics_on_a_word");
                full(store.activate(&other, None, "li").unwrap_err());
                assert_eq!(store.line_up().number, number);
            }
            // A file.
            fs::rename(bench.path("new.part"), bench.path("new.wasm")).unwrap();
            for _ in 0..2 {
                store.look();
                assert_eq!(active(&store), "2.0.0");
                let reason = status(&store, &id("remembers")).reason().to_owned();
                assert!(reason.contains("No space left"), "{reason}");
            }
            let not_kept = kinds(&store).contains(&NoteKind::NotKept);
            assert_eq!(not_kept, left == 0, "{:?}", store.line_up().head.notes);
            // Going back cannot wait for a disk.
            assert_eq!(
                store.rollback("test", "li").unwrap(),
                id("panics_on_a_word")
            );
            assert_eq!(active(&store), "3.0.0");

            // There is room again.
            disk.free().unwrap();
            store.look();
            assert_eq!(active_id(&store), id("remembers").as_str());
            assert_eq!(kinds(&store), [NoteKind::Unsigned]);
            store.submit(upload, &[], "wang").unwrap();
            store.activate(&id("later_version"), None, "li").unwrap();
            drop(store);
            let store = bench.reopen();
            assert_eq!(active(&store), "2.0.0");
            assert_eq!(standing(&store, "remembers"), Standing::Ready);
        }
    })
    .unwrap();
}
