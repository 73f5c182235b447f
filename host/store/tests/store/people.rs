//! Who decides.

use anjian_store::{Promotion, Standing, StoreError};

use super::{Bench, active, guest, id, standing};

fn four_eyes() -> Bench {
    Bench::new().with(|settings| settings.four_eyes = true)
}

#[test]
fn who_submits_does_not_activate() {
    let bench = four_eyes();
    let store = bench.open();
    let version = store.submit(guest("later_version"), &[], "wang").unwrap();
    assert_eq!(standing(&store, "later_version"), Standing::Ready);
    assert_eq!(active(&store), "1.2.3");
    let error = store.activate(&version, None, "wang").unwrap_err();
    assert!(matches!(error, StoreError::SamePerson { .. }), "{error}");
    // That somebody else submits the same bytes does not change who was first.
    store.submit(guest("later_version"), &[], "li").unwrap();
    let error = store.activate(&version, None, "wang").unwrap_err();
    assert!(matches!(error, StoreError::SamePerson { .. }), "{error}");
    store.activate(&version, None, "li").unwrap();
    assert_eq!(active(&store), "2.0.0");
    // Going back is for one person, at once.
    store.rollback("test", "wang").unwrap();
    assert_eq!(active(&store), "1.2.3");
}

#[test]
fn a_file_needs_two_persons() {
    let bench = four_eyes();
    bench.put("test.wasm", "later_version");
    let store = bench.open();
    let version = id("later_version");
    let error = store.activate(&version, None, "wang").unwrap_err();
    assert!(
        matches!(error, StoreError::NeedsSecondPerson { .. }),
        "{error}"
    );
    let error = store.activate(&version, None, "wang").unwrap_err();
    assert!(matches!(error, StoreError::SamePerson { .. }), "{error}");
    store.activate(&version, None, "li").unwrap();
    assert_eq!(active(&store), "2.0.0");
}

#[test]
fn the_shadow_does_not_stand_for_a_person() {
    let bench = four_eyes().with(|settings| {
        settings.promotion = Promotion::WhenAlike {
            shadow_filings: 1,
            shadow_bound: 1.0,
        };
    });
    let store = bench.open();
    store.submit(guest("later_version"), &[], "wang").unwrap();
    super::judge(&store, "same");
    super::until("the shadow is over", || {
        standing(&store, "later_version") == Standing::Ready
    });
    assert_eq!(active(&store), "1.2.3");
}

#[test]
fn what_may_not_judge_cannot_be_activated() {
    let bench = Bench::new();
    let store = bench.open();
    let error = store.activate(&id("spins"), None, "li").unwrap_err();
    assert!(
        matches!(error, StoreError::UnknownVersion { .. }),
        "{error}"
    );
    let error = store.submit(guest("spins"), &[], "wang").unwrap_err();
    assert!(matches!(error, StoreError::Refused { .. }), "{error}");
    let error = store.activate(&id("spins"), None, "li").unwrap_err();
    assert!(matches!(error, StoreError::NotPassed { .. }), "{error}");
    let error = store.retire("test", "li").unwrap_err();
    assert!(matches!(error, StoreError::OnlyBuiltIn { .. }), "{error}");
    let files = bench.folder.path().read_dir().unwrap();
    let left: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left, [".anjian"], "what was refused is not left behind");
}

/// Who vouched once does not do so for ever.
#[test]
fn two_persons_are_needed_each_time() {
    let bench = four_eyes();
    bench.put("test.wasm", "later_version");
    let store = bench.open();
    let version = id("later_version");
    for _ in 0..2 {
        let error = store.activate(&version, None, "wang").unwrap_err();
        assert!(
            matches!(error, StoreError::NeedsSecondPerson { .. }),
            "{error}"
        );
        store.activate(&version, None, "li").unwrap();
        assert_eq!(active(&store), "2.0.0");
        store.rollback("test", "li").unwrap();
    }
}
