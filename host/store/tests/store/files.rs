//! What people and editors do to the folder.

use std::fs;
use std::io::Write;
#[cfg(unix)]
use std::os::unix::ffi::OsStrExt;
use std::process::Command;
use std::thread;
use std::time::Duration;

use anjian_model::{NoteKind, Verdict};
use anjian_store::{Standing, StoreError, VersionId};
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
    assert!(kinds(&store).is_empty(), "{:?}", store.line_up().head.notes);
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
    assert!(!store.is_watched());
    let watch = store.watch().unwrap();
    assert!(store.is_watched());
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
    assert!(!store.is_watched());
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

/// A copy over a slow line comes in many writes, each of which is an event.
#[test]
fn a_file_that_is_being_written_is_waited_for() {
    let bench = Bench::new().with(|settings| {
        settings.debounce_ms = 2_000;
        settings.rescan_ms = 3_600_000;
    });
    let store = bench.open();
    let _watch = store.watch().unwrap();
    // So that the first look of the watch is over.
    bench.put("first.wasm", "later_version");
    until("the first version judges", || active(&store) == "2.0.0");
    let bytes = guest("panics_on_a_word");
    let mut file = fs::File::create(bench.path("test.wasm")).unwrap();
    for part in bytes.chunks(bytes.len() / 50 + 1) {
        file.write_all(part).unwrap();
        file.flush().unwrap();
        thread::sleep(Duration::from_millis(5));
    }
    drop(file);
    until("the second version judges", || active(&store) == "3.0.0");
    for version in store.versions() {
        let refused = version.steps.iter().find(|step| !step.passed);
        assert!(refused.is_none(), "{refused:?}");
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_told_and_not_waited_for() {
    let bench = Bench::new();
    bench.put("test.wasm", "later_version");
    let pipe = |name: &str| {
        let made = Command::new("mkfifo").arg(bench.path(name)).status();
        assert!(made.unwrap().success());
    };
    pipe("pipe.wasm");
    std::os::unix::fs::symlink("/dev/zero", bench.path("zero.wasm")).unwrap();
    let name = std::ffi::OsStr::from_bytes(b"\xff.wasm");
    fs::write(bench.folder.path().join(name), "").unwrap();
    let store = bench.open();
    assert_eq!(active(&store), "2.0.0");
    let told = |expect: &[(&str, &str)]| {
        let notes = &store.line_up().head.notes;
        let unreadable = notes
            .iter()
            .filter(|note| note.kind == NoteKind::FileUnreadable);
        let texts: Vec<&str> = unreadable.map(|note| note.text.en.as_str()).collect();
        assert_eq!(texts.len(), expect.len(), "{texts:?}");
        for (text, (name, why)) in texts.iter().zip(expect) {
            assert!(text.contains(name) && text.contains(why), "{text}");
        }
    };
    let no_file = "it is no regular file";
    let others = [
        ("pipe.wasm", no_file),
        ("zero.wasm", no_file),
        ("\u{fffd}.wasm", "its name is no UTF-8"),
    ];
    told(&others);
    // A signature that is a pipe keeps out its own component only.
    bench.put("signed.wasm", "panics_on_a_word");
    pipe("signed.wasm.minisig");
    store.look();
    assert_eq!(active(&store), "2.0.0");
    told(&[others[0], ("signed.wasm", no_file), others[1], others[2]]);
    fs::remove_file(bench.path("signed.wasm.minisig")).unwrap();
    store.look();
    assert_eq!(active(&store), "3.0.0");
}

/// A program that writes the same number of bytes and sets the time back.
#[cfg(unix)]
#[test]
fn a_file_that_looks_the_same_is_read_again() {
    let bench = Bench::new();
    bench.put("test.wasm", "later_version");
    let store = bench.open();
    let file = fs::File::options()
        .write(true)
        .open(bench.path("test.wasm"))
        .unwrap();
    let modified = file.metadata().unwrap().modified().unwrap();
    (&file).write_all(b"nothing").unwrap();
    file.set_modified(modified).unwrap();
    store.look();
    assert_eq!(kinds(&store), [NoteKind::Unsigned, NoteKind::LastGoodKept]);
}

#[test]
fn what_a_killed_process_half_wrote_is_removed() {
    let bench = Bench::new();
    drop(bench.open());
    let half = [
        ".anjian/journal.1.part",
        ".anjian/versions/a.1.part",
        "submitted-a.1.part",
    ];
    for name in half.iter().chain(&["other.part"]) {
        fs::write(bench.path(name), "half").unwrap();
    }
    let _store = bench.reopen();
    for name in half {
        assert!(!bench.path(name).exists(), "{name}");
    }
    assert!(bench.path("other.part").exists(), "it is somebody else's");
}

/// Cures that the messages name: they work without touching the file.
#[test]
fn a_refused_file_is_examined_again_after_the_cure() {
    let bench = Bench::new().with(|settings| settings.allow_unsigned = false);
    bench.put("test.wasm", "later_version");
    drop(bench.open());
    let bench = bench.with(|settings| settings.self_test_ms = 0);
    let bench = bench.with(|settings| settings.allow_unsigned = true);
    let store = bench.reopen();
    let refused = status(&store, &id("later_version"));
    assert!(refused.reason().contains("take longer"), "{refused:?}");
    drop(store);
    let bench = bench.with(|settings| settings.self_test_ms = 60_000);
    let store = bench.reopen();
    assert_eq!(active(&store), "2.0.0");
    assert_eq!(kinds(&store), [NoteKind::Unsigned]);
}

/// What passes only because something else changed takes no later version away.
#[test]
fn a_cure_brings_no_older_version_back() {
    let bench = Bench::new().with(|settings| settings.self_test_ms = 0);
    bench.put("old.wasm", "later_version");
    drop(bench.open());
    let bench = bench.with(|settings| {
        settings.self_test_ms = 60_000;
        settings.built_in[0].component = guest("panics_on_a_word").into();
    });
    let store = bench.reopen();
    assert_eq!(active(&store), "3.0.0");
    let old = status(&store, &id("later_version"));
    assert_eq!(old.standing, Standing::Ready);
    assert!(
        old.reason().contains("test 3.0.0, which is later"),
        "{}",
        old.reason()
    );
    store.activate(&old.id, None, "li").unwrap();
    assert_eq!(active(&store), "2.0.0");
}

/// A version that did not fit beside the others may fit when one is gone.
#[test]
fn a_misfit_is_examined_again_when_others_judge() {
    let bench = Bench::new().with(|settings| settings.built_in.clear());
    bench.put("test.wasm", "later_version");
    let store = bench.open();
    bench.put("other.wasm", "claims_rules_of_another");
    store.look();
    let misfit = status(&store, &id("claims_rules_of_another"));
    assert_eq!(misfit.standing, Standing::Refused);
    assert!(
        misfit.reason().contains("rule `test1/1`"),
        "{}",
        misfit.reason()
    );
    assert_eq!(active(&store), "2.0.0");
    store.retire("test", "li").unwrap();
    store.look();
    assert_eq!(
        standing(&store, "claims_rules_of_another"),
        Standing::Active
    );
    assert_eq!(standing(&store, "later_version"), Standing::Ready);
    // By hand it is an error, with the reason.
    let error = store
        .activate(&id("later_version"), None, "li")
        .unwrap_err();
    assert!(matches!(error, StoreError::DoesNotFit { .. }), "{error}");
}
