//! Several versions at once, each for its dates.

use std::fs;

use anjian_check::Source;
use anjian_model::{NoteKind, Verdict};
use anjian_store::{Standing, Store};

use super::{Bench, active, filing, guest, id, judge, kinds, standing};

/// The versions that judge, with their first days.
fn schedule(store: &Store) -> Vec<String> {
    let plugins = &store.line_up().plugins;
    let named = plugins.iter().map(|used| match &used.from {
        Some(from) => format!("{} from {from}", used.version),
        None => used.version.clone(),
    });
    named.collect()
}

/// Who judges a filing of a date, as its report says.
fn judged_by(store: &Store, date: &str) -> String {
    let filing = String::from_utf8(filing("differ")).unwrap();
    let filing = filing.replace("2026-06-30", date);
    let line_up = store.line_up();
    let report = line_up
        .checker
        .check(Source::file("-"), filing.as_bytes())
        .report;
    let [by] = report.judged_by.as_slice() else {
        return format!("{:?} by {:?}", report.verdict, report.judged_by);
    };
    format!("{:?} by {}", report.verdict, by.version)
}

fn activate(store: &Store, name: &str, from: &str) {
    let from = Some(from.parse().unwrap());
    store.activate(&id(name), from, "li").unwrap();
}

/// All three versions are known; the built-in one judges.
fn three() -> (Bench, std::sync::Arc<Store>) {
    let bench = Bench::new();
    let store = bench.open();
    for name in ["later_version", "panics_on_a_word"] {
        store.submit(guest(name), &[], "wang").unwrap();
    }
    store.activate(&id("well_behaved"), None, "li").unwrap();
    (bench, store)
}

#[test]
fn each_date_is_judged_by_its_version_also_after_a_restart() {
    let (bench, store) = three();
    activate(&store, "later_version", "2026-07-01");
    let check = |store: &Store| {
        assert_eq!(schedule(store), ["1.2.3", "2.0.0 from 2026-07-01"]);
        assert_eq!(judged_by(store, "2026-06-30"), "Undetermined by 1.2.3");
        assert_eq!(judged_by(store, "2026-07-01"), "NonCompliant by 2.0.0");
        for name in ["well_behaved", "later_version"] {
            assert_eq!(standing(store, name), Standing::Active);
        }
    };
    check(&store);
    drop(store);
    check(&bench.open());
}

#[test]
fn a_version_for_all_dates_ends_the_schedule_and_rollback_brings_it_back() {
    let (_bench, store) = three();
    activate(&store, "later_version", "2026-07-01");
    activate(&store, "panics_on_a_word", "2026-10-01");
    let all = ["1.2.3", "2.0.0 from 2026-07-01", "3.0.0 from 2026-10-01"];
    assert_eq!(schedule(&store), all);
    // The same again changes nothing.
    let number = store.line_up().number;
    activate(&store, "panics_on_a_word", "2026-10-01");
    assert_eq!(store.line_up().number, number);
    // An earlier day takes the place of what judged later ones.
    activate(&store, "panics_on_a_word", "2026-05-01");
    assert_eq!(schedule(&store), ["1.2.3", "3.0.0 from 2026-05-01"]);
    assert_eq!(standing(&store, "later_version"), Standing::Ready);
    store.activate(&id("later_version"), None, "li").unwrap();
    assert_eq!(schedule(&store), ["2.0.0"]);
    assert!(judged_by(&store, "2026-06-30").ends_with("by []"));
    assert_eq!(
        store.rollback("test", "li").unwrap(),
        id("panics_on_a_word")
    );
    assert_eq!(schedule(&store), ["1.2.3", "3.0.0 from 2026-05-01"]);
    assert_eq!(standing(&store, "later_version"), Standing::Ready);
    store.rollback("test", "li").unwrap();
    assert_eq!(schedule(&store), all);
    store.rollback("test", "li").unwrap();
    store.rollback("test", "li").unwrap();
    assert_eq!(schedule(&store), ["1.2.3"]);
    assert_eq!(standing(&store, "later_version"), Standing::Ready);
}

#[test]
fn a_quarantined_version_leaves_its_dates_to_the_one_before() {
    let (bench, store) = three();
    drop(store);
    let bench = bench.with(|settings| settings.fault_limit = 1);
    let store = bench.open();
    activate(&store, "panics_on_a_word", "2026-05-01");
    activate(&store, "later_version", "2026-07-01");
    assert_eq!(judge(&store, "panic"), Verdict::Failed);
    assert_eq!(schedule(&store), ["1.2.3", "2.0.0 from 2026-07-01"]);
    assert_eq!(standing(&store, "panics_on_a_word"), Standing::Quarantined);
    assert_eq!(kinds(&store), [NoteKind::Unsigned, NoteKind::Quarantined]);
    assert_eq!(judged_by(&store, "2026-06-30"), "Undetermined by 1.2.3");
}

#[test]
fn retiring_takes_all_versions_of_the_folder_away() {
    let (_bench, store) = three();
    activate(&store, "later_version", "2026-07-01");
    store.retire("test", "li").unwrap();
    assert_eq!(schedule(&store), ["1.2.3"]);
    assert_eq!(standing(&store, "later_version"), Standing::Ready);
    assert!(store.retire("test", "li").is_err());
}

#[test]
fn a_program_that_was_updated_judges_the_dates_of_the_one_before() {
    let (bench, store) = three();
    activate(&store, "later_version", "2026-07-01");
    drop(store);
    let bench = bench.with(|settings| {
        settings.built_in[0].component = guest("panics_on_a_word").into();
    });
    let store = bench.open();
    assert_eq!(schedule(&store), ["3.0.0", "2.0.0 from 2026-07-01"]);
}

#[test]
fn a_journal_without_dates_is_read_on() {
    let (bench, store) = three();
    store.activate(&id("later_version"), None, "li").unwrap();
    drop(store);
    let path = bench.path(".anjian").join("journal.json");
    let mut journal: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    journal["form"] = 1.into();
    let ids = ["well_behaved", "later_version"].map(|name| id(name).to_string());
    journal["history"]["test"] = serde_json::json!(ids);
    fs::write(&path, journal.to_string()).unwrap();
    let store = bench.open();
    assert_eq!(active(&store), "2.0.0");
    assert_eq!(store.rollback("test", "li").unwrap(), id("well_behaved"));
    // An activation without a version was never written by this program.
    drop(store);
    journal["history"]["test"] = serde_json::json!([[]]);
    fs::write(&path, journal.to_string()).unwrap();
    assert!(bench.try_open().is_err());
}

/// What an earlier version goes on judging says nothing about a later one.
#[test]
fn the_shadow_judges_the_dates_of_the_version_that_it_would_replace() {
    let bench = Bench::new().with(|settings| settings.promotion = anjian_store::Promotion::ByHand);
    let store = bench.open();
    store.submit(guest("later_version"), &[], "wang").unwrap();
    activate(&store, "later_version", "2026-07-01");
    store
        .submit(guest("panics_on_a_word"), &[], "wang")
        .unwrap();
    let line_up = store.line_up();
    for date in ["2026-06-30", "2026-07-01", "2026-06-29"] {
        let filing = String::from_utf8(filing("differ")).unwrap();
        let filing = filing.replace("2026-06-30", date);
        let checked = line_up.checker.check(Source::file("-"), filing.as_bytes());
        store.judged(&line_up, filing.as_bytes(), &checked.report);
        super::until("the shadow has seen it", || {
            let shadow = super::status(&store, &id("panics_on_a_word"));
            shadow.shadow.is_some_and(|counts| counts.filings == 1) == (date != "2026-06-30")
        });
    }
    let counts = super::status(&store, &id("panics_on_a_word"))
        .shadow
        .unwrap();
    assert_eq!(
        (counts.filings, counts.differing, counts.dropped),
        (1, 1, 0)
    );
}
