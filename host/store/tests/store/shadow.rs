//! A version beside the active one.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anjian_check::Source;
use anjian_model::{NoteKind, Verdict};
use anjian_store::{Promotion, Standing, Store};

use super::{Bench, active, filing, guest, id, judge, kinds, standing, status, until};

fn shadow(store: &Store, name: &str) -> anjian_store::ShadowCounts {
    status(store, &id(name)).shadow.unwrap()
}

/// Judges so many filings, one after the other, so that none is dropped.
fn feed(store: &Store, name: &str, word: &str, count: u64) {
    for number in 0..count {
        if standing(store, name) != Standing::Shadow {
            return;
        }
        let before = shadow(store, name);
        judge(store, &format!("{word} {number}"));
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
    let checked = before.checker.check(Source::file("-"), &filing);
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
    // More bytes than may wait, however empty the queue is.
    let line_up = store.line_up();
    let small = filing("same");
    let said = line_up.checker.check(Source::file("-"), &small);
    let before = shadow(&store, "later_version").dropped;
    store.judged(&line_up, &vec![b' '; 65 * 1024 * 1024], &said.report);
    assert_eq!(shadow(&store, "later_version").dropped, before + 1);
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

/// The shadow of one plugin neither calls the others, nor counts what they do.
#[test]
fn the_shadow_calls_its_own_plugin_only() {
    let bench = Bench::new().with(|settings| {
        settings.promotion = Promotion::ByHand;
        settings.fault_limit = 2;
        settings.built_in[0].component = guest("panics_on_a_word").into();
    });
    let store = bench.open();
    let mut bundled = anjian_bundle::PLUGINS.iter();
    let other = bundled.find(|plugin| plugin.name == "platform").unwrap();
    let other = store.submit(other.component, &[], "wang").unwrap();
    let counts = || status(&store, &other).shadow.unwrap();
    assert_eq!(judge(&store, "panic"), Verdict::Failed);
    until("the shadow has judged it", || counts().filings == 1);
    judge(&store, "fine");
    until("the shadow has judged that too", || counts().filings == 2);
    let own = |rule: &String| !rule.starts_with("test");
    assert!(counts().by_rule.keys().all(own), "{:?}", counts().by_rule);
    assert!(kinds(&store).is_empty(), "one filing broke it, once");
    judge(&store, "panic again");
    assert_eq!(kinds(&store), [NoteKind::Faulty]);
}

static GATE: Mutex<()> = Mutex::new(());
static WAITS: AtomicBool = AtomicBool::new(false);

/// A clock that stands still: who asks for the time waits, and so does who waits
/// for that one.
fn gated_clock() -> jiff::Timestamp {
    WAITS.store(true, Ordering::Relaxed);
    let _open = GATE.lock().unwrap();
    jiff::Timestamp::now()
}

#[test]
fn a_shadow_that_stands_still_keeps_nobody_waiting() {
    let bench = alike(1, 1.0).with(|settings| {
        settings.shadow_queue = 1;
        settings.now = gated_clock;
    });
    let store = bench.open();
    store.submit(guest("later_version"), &[], "wang").unwrap();
    let gate = GATE.lock().unwrap();
    WAITS.store(false, Ordering::Relaxed);
    thread::scope(|scope| {
        // Somebody decides; the shadow's thread must wait for that after its
        // first filing.
        scope.spawn(|| store.activate(&id("later_version"), None, "li").unwrap());
        until("the clock is asked", || WAITS.load(Ordering::Relaxed));
        for number in 0..10 {
            judge(&store, &format!("same {number}"));
        }
        drop(gate);
    });
    let counts = shadow(&store, "later_version");
    assert!(counts.dropped >= 8, "one is judged, one waits: {counts:?}");
    assert_eq!(active(&store), "2.0.0");
}
