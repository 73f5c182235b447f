//! What becomes of what is put into the folder.

use std::fs;
use std::sync::atomic::{AtomicI64, Ordering};

use anjian_model::{NoteKind, Verdict};
use anjian_store::{Stage, Standing, StoreError, VersionId};

use super::{Bench, active, guest, id, judge, kinds, standing, status};

fn stages(version: &anjian_store::VersionStatus) -> Vec<(Stage, bool)> {
    let steps = version.steps.iter();
    steps.map(|step| (step.stage, step.passed)).collect()
}

#[test]
fn the_built_in_plugin_judges_an_empty_folder() {
    let bench = Bench::new();
    let store = bench.open();
    let line_up = store.line_up();
    assert_eq!(line_up.plugins.len(), 1);
    assert!(line_up.plugins[0].built_in);
    assert!(line_up.head.notes.is_empty());
    assert_eq!(judge(&store, "a"), Verdict::Undetermined);
}

#[test]
fn a_good_version_goes_through_all_stages() {
    let bench = Bench::new();
    let store = bench.open();
    let before = store.line_up();
    bench.put("test.wasm", "later_version");
    store.look();
    let version = status(&store, &id("later_version"));
    assert_eq!(
        stages(&version),
        [
            (Stage::Staged, true),
            (Stage::Verified, true),
            (Stage::Compiled, true),
            (Stage::SelfTested, true),
            (Stage::Active, true),
        ]
    );
    assert!(
        version.steps[3]
            .reason
            .starts_with("its one example agrees")
    );
    assert_eq!(active(&store), "2.0.0");
    assert_eq!(kinds(&store), [NoteKind::Unsigned]);
    assert_eq!(standing(&store, "well_behaved"), Standing::Ready);
    assert!(store.line_up().number > before.number);
    assert_eq!(judge(&store, "differ"), Verdict::NonCompliant);
    // Whoever began on the version before ends on it.
    assert_eq!(
        super::judge_with(&store, &before, "differ"),
        Verdict::Undetermined
    );
}

#[test]
fn a_bad_version_changes_nothing_but_its_own_line() {
    let bench = Bench::new();
    let store = bench.open();
    let good = guest("later_version");
    bench.put("good.wasm", "later_version");
    store.look();
    let empty: &[u8] = b"";
    for (what, bytes, stage) in [
        ("empty", empty, Stage::Verified),
        ("no wasm", b"no wasm at all", Stage::Verified),
        ("half", &good[..good.len() / 2], Stage::Verified),
        ("wants_an_import", guest("wants_an_import"), Stage::Verified),
        ("newer_contract", guest("newer_contract"), Stage::Verified),
        (
            "too_old_contract",
            guest("too_old_contract"),
            Stage::Verified,
        ),
        (
            "panics_in_describe",
            guest("panics_in_describe"),
            Stage::Compiled,
        ),
        (
            "spins_in_describe",
            guest("spins_in_describe"),
            Stage::Compiled,
        ),
        (
            "describes_duplicate_rules",
            guest("describes_duplicate_rules"),
            Stage::Compiled,
        ),
        ("panics", guest("panics"), Stage::SelfTested),
        ("spins", guest("spins"), Stage::SelfTested),
        ("recurses", guest("recurses"), Stage::SelfTested),
        ("eats_memory", guest("eats_memory"), Stage::SelfTested),
        (
            "returns_a_gigabyte",
            guest("returns_a_gigabyte"),
            Stage::SelfTested,
        ),
        (
            "returns_bad_rule_index",
            guest("returns_bad_rule_index"),
            Stage::SelfTested,
        ),
        ("refuses", guest("refuses"), Stage::SelfTested),
        ("pages_lie", guest("pages_lie"), Stage::SelfTested),
    ] {
        let file = bench.path("bad.wasm");
        fs::write(&file, bytes).unwrap();
        store.look();
        let version = status(&store, &VersionId::of(bytes));
        assert_eq!(version.standing, Standing::Refused, "{what}");
        let last = version.steps.last().unwrap();
        assert_eq!(
            (last.stage, last.passed),
            (stage, false),
            "{what}: {last:?}"
        );
        assert!(!last.reason.is_empty(), "{what}");
        assert_eq!(active(&store), "2.0.0", "{what}");
        assert_eq!(judge(&store, "differ"), Verdict::NonCompliant, "{what}");
        // One note: of the file's present content, not of the one before it.
        assert_eq!(
            kinds(&store),
            [NoteKind::Unsigned, NoteKind::LastGoodKept],
            "{what}"
        );
        assert!(store.line_up().head.notes[1].text.en.contains("bad.wasm"));
    }
    fs::remove_file(bench.path("bad.wasm")).unwrap();
    store.look();
    assert_eq!(kinds(&store), [NoteKind::Unsigned]);
}

#[test]
fn of_several_versions_found_at_once_the_latest_judges() {
    let bench = Bench::new();
    bench.put("a.wasm", "panics_on_a_word");
    bench.put("b.wasm", "later_version");
    bench.put("c.wasm", "remembers");
    let store = bench.open();
    assert_eq!(active(&store), "3.0.0");
}

#[test]
fn a_restart_knows_what_judged() {
    let bench = Bench::new();
    bench.put("test.wasm", "later_version");
    let number = {
        let store = bench.open();
        assert_eq!(active(&store), "2.0.0");
        store.line_up().number
    };
    let number = {
        let store = bench.open();
        assert_eq!(active(&store), "2.0.0");
        assert!(
            store.line_up().number > number,
            "a number is never given twice"
        );
        store.rollback("test", "li").unwrap();
        assert_eq!(active(&store), "1.2.3");
        store.line_up().number
    };
    // The file is still there, and what a person decided stays.
    let store = bench.open();
    assert_eq!(active(&store), "1.2.3");
    assert!(store.line_up().number > number);
    let rolled_back = status(&store, &id("later_version"));
    assert_eq!(rolled_back.standing, Standing::Ready);
    assert!(
        rolled_back.reason().contains("li"),
        "{}",
        rolled_back.reason()
    );
}

#[test]
fn versions_stay_for_ever() {
    let bench = Bench::new();
    bench.put("test.wasm", "later_version");
    {
        let store = bench.open();
        bench.put("test.wasm", "panics_on_a_word");
        store.look();
        fs::remove_file(bench.path("test.wasm")).unwrap();
        store.look();
    }
    let store = bench.open();
    for name in ["well_behaved", "later_version", "panics_on_a_word"] {
        let bytes = store.component(id(name).as_str()).unwrap();
        assert!(bytes == guest(name), "{name}");
    }
    for unknown in ["", "../journal", id("spins").as_str()] {
        let error = store.component(unknown).unwrap_err();
        assert!(
            matches!(error, StoreError::UnknownVersion { .. }),
            "{error}"
        );
    }
}

#[test]
fn a_damaged_archive_is_not_trusted() {
    let bench = Bench::new();
    bench.put("test.wasm", "later_version");
    drop(bench.open());
    let archived = format!(".anjian/versions/{}.wasm", id("later_version"));
    let mut bytes = fs::read(bench.path(&archived)).unwrap();
    bytes[1000] ^= 1;
    fs::write(bench.path(&archived), bytes).unwrap();
    fs::remove_file(bench.path("test.wasm")).unwrap();
    let store = bench.open();
    assert_eq!(active(&store), "1.2.3");
    assert_eq!(standing(&store, "well_behaved"), Standing::Active);
    assert_eq!(standing(&store, "later_version"), Standing::Refused);
    assert_eq!(kinds(&store), [NoteKind::LastGoodKept]);
    let error = store.component(id("later_version").as_str()).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
}

/// A program that was updated brings other built-in plugins.
#[test]
fn an_updated_program_brings_its_own_plugins() {
    let bench = Bench::new();
    drop(bench.open());
    let bench = bench.with(|settings| {
        settings.built_in[0].component = guest("later_version").into();
    });
    let store = bench.open();
    assert_eq!(active(&store), "2.0.0");
    assert_eq!(standing(&store, "well_behaved"), Standing::Ready);
    // The one before stays, for replay and for those who want it back.
    assert!(store.component(id("well_behaved").as_str()).is_ok());
    store.activate(&id("well_behaved"), None, "li").unwrap();
    assert_eq!(active(&store), "1.2.3");
    drop(store);
    let store = bench.open();
    assert_eq!(active(&store), "1.2.3");
    store.rollback("test", "li").unwrap();
    assert_eq!(active(&store), "2.0.0");
}

#[test]
fn a_damaged_journal_is_not_guessed_at() {
    let bench = Bench::new();
    drop(bench.open());
    for text in ["", "{}", "{\"form\":2}", "\u{0}"] {
        fs::write(bench.path(".anjian/journal.json"), text).unwrap();
        let error = bench.try_open().unwrap_err();
        assert!(matches!(error, StoreError::Journal { .. }), "{error}");
    }
}

#[test]
fn one_process_keeps_a_folder() {
    let bench = Bench::new();
    let store = bench.open();
    let error = bench.try_open().unwrap_err();
    assert!(matches!(error, StoreError::FolderTaken { .. }), "{error}");
    drop(store);
    // The shadow's thread may hold it for a moment.
    super::until("the folder is free", || bench.try_open().is_ok());
}

#[test]
fn the_plugins_that_ship_agree_with_their_pages() {
    for bundled in anjian_bundle::PLUGINS {
        let plugin = super::ENGINE.load(bundled.component).unwrap();
        let limit = std::time::Duration::from_secs(600);
        let said = anjian_store::self_test::run(&plugin, "2026-11-24", limit);
        assert!(said.is_ok(), "{}: {said:?}", bundled.name);
    }
}

/// A clock that breaks once stands for a compiler that does.
fn breaking_clock() -> jiff::Timestamp {
    let left = UNTIL_THE_CLOCK_BREAKS.fetch_sub(1, Ordering::Relaxed);
    assert_ne!(left, 1, "the clock broke");
    jiff::Timestamp::now()
}

static UNTIL_THE_CLOCK_BREAKS: AtomicI64 = AtomicI64::new(0);

#[test]
fn a_host_that_breaks_over_a_version_refuses_it_and_goes_on() {
    let bench = Bench::new().with(|settings| {
        settings.debounce_ms = 20;
        settings.rescan_ms = 50;
        settings.now = breaking_clock;
    });
    let store = bench.open();
    let watch = store.watch().unwrap();
    bench.put("bad.part", "later_version");
    // Once to note that it was found, once while it is examined.
    UNTIL_THE_CLOCK_BREAKS.store(2, Ordering::Relaxed);
    fs::rename(bench.path("bad.part"), bench.path("test.wasm")).unwrap();
    super::until("it is refused", || {
        let found = store.version(&id("later_version"));
        found.is_some_and(|version| version.standing == Standing::Refused)
    });
    let refused = status(&store, &id("later_version"));
    let last = refused.steps.last().unwrap();
    assert_eq!(last.stage, Stage::Compiled);
    assert!(
        last.reason
            .starts_with("the host broke down over it (assertion")
            && last.reason.contains("the clock broke"),
        "{}",
        last.reason
    );
    assert_eq!(active(&store), "1.2.3");
    assert!(store.is_watched());
    bench.put("good.part", "panics_on_a_word");
    fs::rename(bench.path("good.part"), bench.path("test.wasm")).unwrap();
    super::until("the next one judges", || active(&store) == "3.0.0");
    drop(watch);
}

/// Somebody who looks meanwhile sees how far it is.
#[test]
fn what_is_over_is_told_before_the_rest_is() {
    let bench = Bench::new();
    let store = bench.open();
    for (name, told) in [
        ("wants_an_import", &[Stage::Staged][..]),
        ("spins_in_describe", &[Stage::Staged, Stage::Verified]),
        ("panics", &[Stage::Staged, Stage::Verified, Stage::Compiled]),
    ] {
        assert!(store.submit(guest(name), &[], "wang").is_err());
        let version = status(&store, &id(name));
        let passed = version.steps.iter().filter(|step| step.passed);
        let passed: Vec<Stage> = passed.map(|step| step.stage).collect();
        assert_eq!(passed, told, "{name}");
    }
}
