//! What people and editors do to the folder.

use std::fs;
use std::io::Write;

use anjian_model::{NoteKind, Verdict};
use anjian_store::{Standing, VersionId};
use tempfile::TempDir;

use super::{Bench, active, guest, id, judge, kinds, standing, status, until};

#[test]
fn a_half_written_file_is_refused_and_the_whole_one_accepted() {
    let bench = Bench::new();
    let store = bench.open();
    let bytes = guest("later_version");
    let mut file = fs::File::create(bench.path("test.wasm")).unwrap();
    for part in bytes.chunks(bytes.len() / 3 + 1) {
        assert_eq!(active(&store), "1.2.3");
        file.write_all(part).unwrap();
        file.flush().unwrap();
        store.look();
    }
    assert_eq!(active(&store), "2.0.0");
    assert_eq!(kinds(&store), [NoteKind::Unsigned]);
    let half = VersionId::of(&bytes[..bytes.len() / 3 + 1]);
    let half = status(&store, &half);
    assert!(
        half.reason().contains("ends in the middle"),
        "{}",
        half.reason()
    );
}

#[test]
fn an_editors_rename_is_a_new_file() {
    let bench = Bench::new();
    bench.put("test.wasm", "later_version");
    let store = bench.open();
    // As editors save: the old one is moved away, the new one moved in.
    bench.put(".test.wasm.swp", "panics_on_a_word");
    fs::rename(bench.path("test.wasm"), bench.path("test.wasm~")).unwrap();
    fs::rename(bench.path(".test.wasm.swp"), bench.path("test.wasm")).unwrap();
    store.look();
    assert_eq!(active(&store), "3.0.0");
    // And back, which is a file that is known.
    fs::rename(bench.path("test.wasm~"), bench.path("test.wasm")).unwrap();
    store.look();
    assert_eq!(active(&store), "2.0.0");
    let steps = status(&store, &id("later_version")).steps;
    assert!(steps.iter().any(|step| step.reason == "it passed before"));
}

#[test]
fn what_is_no_component_by_its_name_is_left_alone() {
    let bench = Bench::new();
    for name in ["test.wasm~", ".test.wasm", "#test.wasm#", "test.wasm.part"] {
        bench.put(name, "later_version");
    }
    fs::create_dir(bench.path("folder.wasm")).unwrap();
    let store = bench.open();
    assert_eq!(active(&store), "1.2.3");
    assert!(kinds(&store).is_empty());
}

#[cfg(unix)]
#[test]
fn a_link_that_is_turned_elsewhere_is_a_new_file() {
    use std::os::unix::fs::symlink;
    let bench = Bench::new();
    let elsewhere = TempDir::new().unwrap();
    for (release, name) in [("1", "later_version"), ("2", "panics_on_a_word")] {
        let folder = elsewhere.path().join(release);
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("test.wasm"), guest(name)).unwrap();
    }
    // As deployments do it: the file is a link through a link to a release.
    let current = elsewhere.path().join("current");
    symlink(elsewhere.path().join("1"), &current).unwrap();
    symlink(current.join("test.wasm"), bench.path("test.wasm")).unwrap();
    let store = bench.open();
    assert_eq!(active(&store), "2.0.0");
    let next = elsewhere.path().join("next");
    symlink(elsewhere.path().join("2"), &next).unwrap();
    fs::rename(&next, &current).unwrap();
    store.look();
    assert_eq!(active(&store), "3.0.0");
    // A link to nothing takes nothing away, and is told.
    fs::remove_file(&current).unwrap();
    store.look();
    assert_eq!(active(&store), "3.0.0");
    assert_eq!(
        kinds(&store),
        [NoteKind::Unsigned, NoteKind::FileUnreadable]
    );
    symlink(elsewhere.path().join("2"), &current).unwrap();
    store.look();
    assert_eq!(kinds(&store), [NoteKind::Unsigned]);
}

#[test]
fn a_deleted_file_takes_nothing_away() {
    let bench = Bench::new();
    bench.put("test.wasm", "later_version");
    let store = bench.open();
    fs::remove_file(bench.path("test.wasm")).unwrap();
    store.look();
    assert_eq!(active(&store), "2.0.0");
    assert_eq!(kinds(&store), [NoteKind::Unsigned, NoteKind::FileGone]);
    // Nor does a restart.
    drop(store);
    let store = bench.open();
    assert_eq!(active(&store), "2.0.0");
    assert_eq!(kinds(&store), [NoteKind::Unsigned, NoteKind::FileGone]);
    store.retire("test", "li").unwrap();
    assert_eq!(active(&store), "1.2.3");
    assert!(kinds(&store).is_empty());
    // Put back, it is a new decision.
    bench.put("test.wasm", "later_version");
    store.look();
    assert_eq!(active(&store), "2.0.0");
}

#[test]
fn a_folder_that_vanishes_takes_nothing_away() {
    let bench = Bench::new();
    bench.put("test.wasm", "later_version");
    let store = bench.open();
    fs::remove_dir_all(bench.folder.path()).unwrap();
    store.look();
    assert_eq!(active(&store), "2.0.0");
    assert!(kinds(&store).contains(&NoteKind::FolderGone));
    assert_eq!(judge(&store, "differ"), Verdict::NonCompliant);
    // Going back needs no disk.
    store.rollback("test", "li").unwrap();
    assert_eq!(active(&store), "1.2.3");
    assert!(kinds(&store).contains(&NoteKind::NotKept));
    // It comes back, empty.
    fs::create_dir(bench.folder.path()).unwrap();
    store.look();
    assert!(kinds(&store).is_empty(), "{:?}", store.line_up().notes);
    bench.put("test.wasm", "panics_on_a_word");
    store.look();
    assert_eq!(active(&store), "3.0.0");
    drop(store);
    assert_eq!(active(&bench.open()), "3.0.0");
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_lets_nothing_new_judge() {
    let bench = Bench::new();
    // What is kept would lie behind a link to nothing: a test may run as root,
    // whom no rights keep from writing.
    std::os::unix::fs::symlink("/no/such/folder", bench.path(".anjian")).unwrap();
    bench.put("test.wasm", "later_version");
    let store = bench.open();
    assert_eq!(active(&store), "1.2.3");
    assert_eq!(judge(&store, "differ"), Verdict::Undetermined);
    assert_eq!(standing(&store, "later_version"), Standing::Refused);
    assert!(kinds(&store).contains(&NoteKind::NotKept));
    let refused = status(&store, &id("later_version"));
    assert!(
        refused.reason().contains("cannot be written"),
        "{}",
        refused.reason()
    );
    // Once there is room again, the same file is taken.
    fs::remove_file(bench.path(".anjian")).unwrap();
    store.look();
    assert_eq!(active(&store), "2.0.0");
    assert_eq!(kinds(&store), [NoteKind::Unsigned]);
}

#[test]
fn the_watch_finds_what_changes() {
    let bench = Bench::new().with(|settings| {
        settings.debounce_ms = 20;
        // Long enough that only events can be the cause.
        settings.rescan_ms = 3_600_000;
    });
    let store = bench.open();
    let watch = store.watch().unwrap();
    // Written beside and moved in, after the watch has begun: the first look
    // of the watch may otherwise be what finds it.
    bench.put("first.part", "later_version");
    fs::rename(bench.path("first.part"), bench.path("test.wasm")).unwrap();
    until("the first version judges", || active(&store) == "2.0.0");
    bench.put("second.part", "panics_on_a_word");
    fs::rename(bench.path("second.part"), bench.path("test.wasm")).unwrap();
    until("the second version judges", || active(&store) == "3.0.0");
    fs::remove_file(bench.path("test.wasm")).unwrap();
    until("the deletion is noted", || {
        kinds(&store).contains(&NoteKind::FileGone)
    });
    drop(watch);
    drop(store);
}

#[test]
fn the_watch_follows_a_folder_that_comes_back() {
    let bench = Bench::new().with(|settings| {
        settings.debounce_ms = 20;
        settings.rescan_ms = 50;
    });
    let store = bench.open();
    let _watch = store.watch().unwrap();
    fs::remove_dir_all(bench.folder.path()).unwrap();
    until("the folder is missed", || {
        kinds(&store).contains(&NoteKind::FolderGone)
    });
    fs::create_dir(bench.folder.path()).unwrap();
    bench.put("test.wasm", "later_version");
    until("the version judges", || active(&store) == "2.0.0");
}
