//! A version beside the active one.

use anjian_model::{NoteKind, Verdict};
use anjian_store::{Promotion, Standing, Store};

use super::{Bench, active, filing, guest, id, judge, kinds, standing, status, until};

fn shadow(store: &Store, name: &str) -> anjian_store::ShadowCounts {
    status(store, &id(name)).shadow.unwrap()
}

/// Judges so many filings, one after the other, so that none is dropped.
fn feed(store: &Store, name: &str, word: &str, count: u64) {
    for _ in 0..count {
        if standing(store, name) != Standing::Shadow {
            return;
        }
        let before = shadow(store, name);
        judge(store, word);
        until("the shadow has judged it", || {
            shadow(store, name).filings > before.filings
                || standing(store, name) != Standing::Shadow
        });
    }
}

fn alike(shadow_filings: u64, shadow_bound: f64) -> Bench {
    Bench::new().with(|settings| {
        settings.promotion = Promotion::WhenAlike {
            shadow_filings,
            shadow_bound,
        };
    })
}

#[test]
fn a_version_that_says_the_same_is_promoted() {
    let bench = alike(10, 0.1);
    let store = bench.open();
    store.submit(guest("later_version"), &[], "wang").unwrap();
    assert_eq!(standing(&store, "later_version"), Standing::Shadow);
    assert_eq!(active(&store), "1.2.3");
    feed(&store, "later_version", "same", 9);
    assert_eq!(active(&store), "1.2.3");
    let counts = shadow(&store, "later_version");
    assert_eq!((counts.filings, counts.differing), (9, 0));
    feed(&store, "later_version", "differ", 1);
    until("it is promoted", || active(&store) == "2.0.0");
    let version = status(&store, &id("later_version"));
    assert_eq!(
        version.reason(),
        "it differs on 1 of 10 live filings (test1/1 on 1)"
    );
}

#[test]
fn a_version_that_drifts_is_held_and_a_person_may_still_decide() {
    let bench = alike(10, 0.1);
    let store = bench.open();
    store.submit(guest("later_version"), &[], "wang").unwrap();
    feed(&store, "later_version", "same", 8);
    feed(&store, "later_version", "differ", 2);
    until("it is held", || {
        standing(&store, "later_version") == Standing::Held
    });
    assert_eq!(active(&store), "1.2.3");
    assert_eq!(kinds(&store), [NoteKind::Held]);
    let counts = shadow(&store, "later_version");
    assert_eq!((counts.filings, counts.differing), (10, 2));
    assert_eq!(counts.by_rule.get("test1/1"), Some(&2));
    let version = status(&store, &id("later_version"));
    assert!(version.reason().contains("more than the share of 0.1"));
    store.activate(&version.id, None, "li").unwrap();
    assert_eq!(active(&store), "2.0.0");
    assert_eq!(kinds(&store), [NoteKind::Unsigned]);
}

#[test]
fn by_hand_it_stays_in_the_shadow_until_somebody_decides() {
    let bench = Bench::new().with(|settings| settings.promotion = Promotion::ByHand);
    bench.put("test.wasm", "later_version");
    {
        let store = bench.open();
        feed(&store, "later_version", "differ", 3);
        assert_eq!(shadow(&store, "later_version").differing, 3);
        assert_eq!(judge(&store, "differ"), Verdict::Undetermined);
    }
    // A restart goes on.
    let store = bench.reopen();
    assert_eq!(standing(&store, "later_version"), Standing::Shadow);
    assert!(shadow(&store, "later_version").differing >= 3);
    store.activate(&id("later_version"), None, "li").unwrap();
    assert_eq!(active(&store), "2.0.0");
}

#[test]
fn a_version_that_breaks_in_the_shadow_is_quarantined_there() {
    let bench = Bench::new().with(|settings| {
        settings.promotion = Promotion::ByHand;
        settings.fault_limit = 2;
    });
    let store = bench.open();
    store
        .submit(guest("panics_on_a_word"), &[], "wang")
        .unwrap();
    feed(&store, "panics_on_a_word", "panic", 2);
    until("it is quarantined", || {
        standing(&store, "panics_on_a_word") == Standing::Quarantined
    });
    assert_eq!(active(&store), "1.2.3");
    assert_eq!(kinds(&store), [NoteKind::Quarantined]);
    assert_eq!(judge(&store, "panic"), Verdict::Undetermined);
}

#[test]
fn a_newer_version_takes_the_place_in_the_shadow() {
    let bench = Bench::new().with(|settings| settings.promotion = Promotion::ByHand);
    let store = bench.open();
    store.submit(guest("later_version"), &[], "wang").unwrap();
    store
        .submit(guest("panics_on_a_word"), &[], "wang")
        .unwrap();
    assert_eq!(standing(&store, "later_version"), Standing::Ready);
    assert_eq!(standing(&store, "panics_on_a_word"), Standing::Shadow);
}

/// What another line-up answered says nothing about this one.
#[test]
fn an_answer_of_an_earlier_line_up_is_not_compared() {
    let bench = Bench::new().with(|settings| settings.promotion = Promotion::ByHand);
    let store = bench.open();
    let before = store.line_up();
    store.submit(guest("later_version"), &[], "wang").unwrap();
    store.activate(&id("later_version"), None, "li").unwrap();
    store
        .submit(guest("panics_on_a_word"), &[], "wang")
        .unwrap();
    let filing = filing("differ");
    let checked = before
        .checker
        .check(anjian_check::Source::file("-"), &filing);
    store.judged(&before, &filing, &checked.report);
    until("it is dropped", || {
        shadow(&store, "panics_on_a_word").dropped == 1
    });
    assert_eq!(shadow(&store, "panics_on_a_word").filings, 0);
}

/// However many filings come, answering never waits for the shadow, and all of
/// them are accounted for.
#[test]
fn what_the_shadow_cannot_take_is_counted() {
    let bench = Bench::new().with(|settings| {
        settings.promotion = Promotion::ByHand;
        settings.shadow_queue = 1;
    });
    let store = bench.open();
    store.submit(guest("later_version"), &[], "wang").unwrap();
    for _ in 0..500 {
        judge(&store, "same");
    }
    until("all are accounted for", || {
        let counts = shadow(&store, "later_version");
        counts.filings + counts.dropped == 500
    });
}

#[test]
fn what_the_shadow_counted_outlives_the_process() {
    let bench = alike(10, 0.1);
    let store = bench.open();
    store.submit(guest("later_version"), &[], "wang").unwrap();
    feed(&store, "later_version", "same", 6);
    feed(&store, "later_version", "differ", 1);
    drop(store);
    let store = bench.reopen();
    let counts = shadow(&store, "later_version");
    assert_eq!((counts.filings, counts.differing), (7, 1));
    feed(&store, "later_version", "same", 3);
    until("it is promoted", || active(&store) == "2.0.0");
    let version = status(&store, &id("later_version"));
    assert!(version.reason().starts_with("it differs on 1 of 10"));
}
