//! Swap, rollback and quarantine.

use std::fs;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use anjian_check::Source;
use anjian_model::{NoteKind, Verdict};
use anjian_store::{Promotion, Standing, StoreError};

use super::{Bench, active, filing, guest, id, judge, judge_with, kinds, standing, status};

#[test]
fn rollback_goes_back_step_by_step() {
    let bench = Bench::new();
    let store = bench.open();
    for name in ["later_version", "panics_on_a_word"] {
        store.submit(guest(name), &[], "wang").unwrap();
    }
    assert_eq!(active(&store), "3.0.0");
    assert_eq!(store.rollback("test", "li").unwrap(), id("later_version"));
    assert_eq!(active(&store), "2.0.0");
    assert_eq!(store.rollback("test", "li").unwrap(), id("well_behaved"));
    assert_eq!(active(&store), "1.2.3");
    let error = store.rollback("test", "li").unwrap_err();
    assert!(
        matches!(error, StoreError::NothingEarlier { .. }),
        "{error}"
    );
    let error = store.rollback("other", "li").unwrap_err();
    assert!(matches!(error, StoreError::UnknownPlugin { .. }), "{error}");
    // Forward again is a decision by id.
    store.activate(&id("panics_on_a_word"), None, "li").unwrap();
    assert_eq!(active(&store), "3.0.0");
}

#[test]
fn a_plugin_that_breaks_too_often_is_quarantined() {
    let bench = Bench::new().with(|settings| settings.fault_limit = 3);
    let store = bench.open();
    store.submit(guest("later_version"), &[], "wang").unwrap();
    store
        .submit(guest("panics_on_a_word"), &[], "wang")
        .unwrap();
    let broken = store.line_up();
    assert_eq!(judge(&store, "fine"), Verdict::Undetermined);
    for word in ["panic 1", "panic 2", "panic 2", "panic 2"] {
        assert_eq!(judge(&store, word), Verdict::Failed);
        assert_eq!(active(&store), "3.0.0");
    }
    assert_eq!(judge(&store, "panic 3"), Verdict::Failed);
    assert_eq!(active(&store), "2.0.0");
    assert_eq!(judge(&store, "panic"), Verdict::Undetermined);
    assert_eq!(kinds(&store), [NoteKind::Unsigned, NoteKind::Quarantined]);
    assert_eq!(standing(&store, "panics_on_a_word"), Standing::Quarantined);
    let quarantined = status(&store, &id("panics_on_a_word"));
    let reason = quarantined.reason();
    assert!(
        reason.starts_with("3 of its last 6 filings broke it; "),
        "{reason}"
    );
    // A stream that began on it ends on it and quarantines nothing else.
    assert_eq!(judge_with(&store, &broken, "panic"), Verdict::Failed);
    assert_eq!(active(&store), "2.0.0");

    drop(store);
    let store = bench.open();
    assert_eq!(active(&store), "2.0.0");
    assert_eq!(kinds(&store), [NoteKind::Unsigned, NoteKind::Quarantined]);
    let bad = id("panics_on_a_word");
    let error = store.activate(&bad, None, "li").unwrap_err();
    assert!(matches!(error, StoreError::Quarantined { .. }), "{error}");
    // Submitting the same bytes does not help either.
    store
        .submit(guest("panics_on_a_word"), &[], "wang")
        .unwrap();
    assert_eq!(active(&store), "2.0.0");
    store.release(&bad, "li").unwrap();
    assert_eq!(kinds(&store), [NoteKind::Unsigned]);
    store.activate(&bad, None, "li").unwrap();
    assert_eq!(active(&store), "3.0.0");
}

/// To be silent would be worse than to fail: its rules would seem kept.
#[test]
fn the_only_version_judges_on_however_often_it_breaks() {
    let bench = Bench::new().with(|settings| {
        settings.fault_limit = 1;
        settings.built_in.clear();
    });
    bench.put("test.wasm", "panics_on_a_word");
    let store = bench.open();
    for _ in 0..3 {
        assert_eq!(judge(&store, "panic"), Verdict::Failed);
    }
    assert_eq!(active(&store), "3.0.0");
    assert_eq!(kinds(&store), [NoteKind::Unsigned, NoteKind::Faulty]);
}

/// Filings are judged on all threads while versions are swapped; each report
/// is one version's, whole.
#[test]
fn a_filing_is_judged_by_one_version() {
    let bench = Bench::new();
    let store = bench.open();
    store.submit(guest("later_version"), &[], "wang").unwrap();
    let (judged, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let filing = filing("differ");
                let mut last = 0;
                while !stop.load(Ordering::Relaxed) {
                    let line_up = store.line_up();
                    assert!(line_up.number >= last, "line-ups go forward");
                    last = line_up.number;
                    let checked = line_up.checker.check(Source::file("-"), &filing);
                    let expect = match line_up.plugins[0].version.as_str() {
                        "2.0.0" => Verdict::NonCompliant,
                        _ => Verdict::Undetermined,
                    };
                    assert_eq!(checked.report.verdict, expect);
                    assert_eq!(
                        line_up.checker.plugins_used()[0].sha256,
                        line_up.plugins[0].sha256
                    );
                    store.judged(&line_up, &filing, &checked.report);
                    judged.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for swap in 0..50 {
            let name = ["well_behaved", "later_version"][swap % 2];
            store.activate(&id(name), None, "li").unwrap();
            let enough = judged.load(Ordering::Relaxed) + 20;
            super::until("filings are judged", || {
                judged.load(Ordering::Relaxed) >= enough
            });
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert_eq!(active(&store), "2.0.0");
}

/// Whoever may submit must not be able to take the active version away with a
/// few filings among many.
#[test]
fn a_few_filings_among_many_take_no_version_away() {
    let bench = Bench::new().with(|settings| settings.fault_limit = 2);
    let store = bench.open();
    store
        .submit(guest("panics_on_a_word"), &[], "wang")
        .unwrap();
    for filing in 0..5 {
        assert_eq!(judge(&store, &format!("panic {filing}")), Verdict::Failed);
        for _ in 0..20 {
            assert_eq!(judge(&store, "fine"), Verdict::Undetermined);
        }
        assert_eq!(active(&store), "3.0.0");
    }
    assert_eq!(kinds(&store), [NoteKind::Unsigned]);
}

/// What cannot be had any more is not passed over in silence.
#[test]
fn going_back_tells_what_it_passed_over() {
    let bench = Bench::new();
    {
        let store = bench.open();
        for name in ["later_version", "panics_on_a_word"] {
            store.submit(guest(name), &[], "wang").unwrap();
        }
    }
    let archived = format!(".anjian/versions/{}.wasm", id("later_version"));
    fs::write(bench.path(&archived), "no more").unwrap();
    let store = bench.reopen();
    assert_eq!(store.rollback("test", "li").unwrap(), id("well_behaved"));
    let back = status(&store, &id("well_behaved"));
    let reason = back.reason();
    assert!(
        reason.starts_with("li went back to it; what came between cannot be had (test 2.0.0: ")
            && reason.contains("damaged"),
        "{reason}"
    );
}

/// A version that was judging before it came into the shadow again can be gone
/// back to at a start as well as at any other time.
#[test]
fn a_version_in_the_shadow_is_gone_back_to_at_a_start() {
    let bench = Bench::new();
    {
        let store = bench.open();
        for name in ["later_version", "panics_on_a_word"] {
            store.submit(guest(name), &[], "wang").unwrap();
        }
    }
    let bench = bench.with(|settings| settings.promotion = Promotion::ByHand);
    {
        let store = bench.reopen();
        store.submit(guest("later_version"), &[], "wang").unwrap();
        assert_eq!(standing(&store, "later_version"), Standing::Shadow);
        fs::remove_file(bench.path(&format!(
            "submitted-{}.wasm",
            id("panics_on_a_word").short()
        )))
        .unwrap();
    }
    let archived = format!(".anjian/versions/{}.wasm", id("panics_on_a_word"));
    fs::remove_file(bench.path(&archived)).unwrap();
    let store = bench.reopen();
    assert_eq!(active(&store), "2.0.0");
    assert_eq!(standing(&store, "later_version"), Standing::Active);
}
