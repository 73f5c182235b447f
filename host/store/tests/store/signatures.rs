//! Whose plugins judge.

use std::fs;

use anjian_model::NoteKind;
use anjian_store::sign::{Pair, sign};
use anjian_store::{Promotion, Stage, Standing, Store, StoreError};

use super::{Bench, active, guest, id, kinds, standing, status};

struct Signed {
    bench: Bench,
    pairs: Vec<Pair>,
}

impl Signed {
    fn new(keys: usize, required: usize) -> Self {
        let pairs: Vec<Pair> = (0..keys)
            .map(|_| Pair::new(Some(""), "test").unwrap())
            .collect();
        let bench = Bench::new().with(|settings| {
            settings.allow_unsigned = false;
            settings.trust = Some(settings.folder.join("trust.toml"));
        });
        let signed = Self { bench, pairs };
        signed.trust(required, "");
        signed
    }

    fn trust(&self, required: usize, more_of_the_first: &str) {
        let mut text = format!("required = {required}\n");
        for (n, pair) in self.pairs.iter().enumerate() {
            let more = if n == 0 { more_of_the_first } else { "" };
            let key = &pair.public_key;
            text.push_str(&format!(
                "[[keys]]\nname = \"key{n}\"\npublic_key = \"{key}\"\n{more}\n"
            ));
        }
        fs::write(self.bench.path("trust.toml"), text).unwrap();
    }

    /// A file in the folder with its signatures.
    fn put(&self, file: &str, name: &str, keys: &[usize]) {
        for &n in keys {
            let signature = self.bench.path(&format!("{file}.key{n}.minisig"));
            fs::write(signature, self.sign(n, name)).unwrap();
        }
        self.bench.put(file, name);
    }

    fn sign(&self, n: usize, name: &str) -> String {
        sign(&self.pairs[n].secret_key_file, None, guest(name), name).unwrap()
    }
}

#[test]
fn a_signature_may_come_after_its_file() {
    let signed = Signed::new(1, 1);
    let store = signed.bench.open();
    signed.bench.put("test.wasm", "later_version");
    store.look();
    let version = status(&store, &id("later_version"));
    assert_eq!(version.standing, Standing::Refused);
    assert_eq!(version.steps.last().unwrap().stage, Stage::Verified);
    assert!(
        version.reason().contains("no signature"),
        "{}",
        version.reason()
    );
    assert_eq!(kinds(&store), [NoteKind::LastGoodKept]);
    let signature = signed.sign(0, "later_version");
    fs::write(signed.bench.path("test.wasm.minisig"), signature).unwrap();
    store.look();
    assert_eq!(active(&store), "2.0.0");
    assert_eq!(store.line_up().plugins[0].signed_by, ["key0"]);
    assert!(kinds(&store).is_empty());
    drop(store);
    let store = signed.bench.open();
    assert_eq!(store.line_up().plugins[0].signed_by, ["key0"]);
}

#[test]
fn two_of_three_keys() {
    let signed = Signed::new(3, 2);
    let store = signed.bench.open();
    signed.bench.put("test.wasm", "later_version");
    let signature = signed.sign(0, "later_version");
    fs::write(signed.bench.path("test.wasm.wang.minisig"), &signature).unwrap();
    fs::write(signed.bench.path("test.wasm.again.minisig"), &signature).unwrap();
    store.look();
    assert_eq!(active(&store), "1.2.3");
    let signature = signed.sign(2, "later_version");
    fs::write(signed.bench.path("test.wasm.li.minisig"), &signature).unwrap();
    store.look();
    assert_eq!(active(&store), "2.0.0");
    assert_eq!(store.line_up().plugins[0].signed_by, ["key0", "key2"]);
}

#[test]
fn a_signature_of_other_bytes_is_refused() {
    let signed = Signed::new(1, 1);
    let store = signed.bench.open();
    let other = signed.sign(0, "later_version");
    let error = store
        .submit(guest("panics_on_a_word"), &[other], "wang")
        .unwrap_err();
    assert!(
        matches!(&error, StoreError::Refused { stage: Stage::Verified, reason, .. }
            if reason.contains("bad")),
        "{error}"
    );
    assert_eq!(active(&store), "1.2.3");
}

/// Allowing unsigned plugins does not make a bad signature a good one.
#[test]
fn unsigned_is_not_badly_signed() {
    let mut signed = Signed::new(1, 1);
    signed.bench.settings.allow_unsigned = true;
    let store = signed.bench.open();
    let other = signed.sign(0, "later_version");
    let said = store.submit(guest("panics_on_a_word"), &[other], "wang");
    assert!(said.is_err());
    store
        .submit(guest("panics_on_a_word"), &[], "wang")
        .unwrap();
    assert_eq!(kinds(&store), [NoteKind::Unsigned]);
}

#[test]
fn a_revoked_key_takes_its_versions_away() {
    let signed = Signed::new(2, 1);
    let store = signed.bench.open();
    let good = signed.sign(1, "later_version");
    let lost = signed.sign(0, "panics_on_a_word");
    store
        .submit(guest("later_version"), &[good], "wang")
        .unwrap();
    store
        .submit(guest("panics_on_a_word"), &[lost], "wang")
        .unwrap();
    assert_eq!(active(&store), "3.0.0");
    signed.trust(1, "revoked = true\nreason = \"the stick was lost\"");
    store.look();
    assert_eq!(active(&store), "2.0.0");
    assert_eq!(kinds(&store), [NoteKind::LastGoodKept]);
    let refused = status(&store, &id("panics_on_a_word"));
    assert_eq!(refused.standing, Standing::Refused);
    assert!(
        refused.reason().contains("the stick was lost"),
        "{}",
        refused.reason()
    );
    drop(store);
    assert_eq!(active(&signed.bench.open()), "2.0.0");
}

#[test]
fn revoked_while_nobody_looked() {
    let signed = Signed::new(1, 1);
    let lost = signed.sign(0, "later_version");
    {
        let store = signed.bench.open();
        store
            .submit(guest("later_version"), &[lost], "wang")
            .unwrap();
    }
    signed.trust(1, "revoked = true\nreason = \"the stick was lost\"");
    let store = signed.bench.open();
    assert_eq!(active(&store), "1.2.3");
    assert_eq!(standing(&store, "later_version"), Standing::Refused);
}

/// Whoever can write into the folder cannot let unsigned bytes judge.
#[test]
fn an_edited_journal_makes_nothing_trusted() {
    let signed = Signed::new(1, 1);
    {
        let store = signed.bench.open();
        let signature = signed.sign(0, "later_version");
        store
            .submit(guest("later_version"), &[signature], "wang")
            .unwrap();
    }
    let versions = signed.bench.path(".anjian/versions");
    let (good, bad) = (id("later_version"), id("panics_on_a_word"));
    fs::write(
        versions.join(format!("{bad}.wasm")),
        guest("panics_on_a_word"),
    )
    .unwrap();
    let journal = signed.bench.path(".anjian/journal.json");
    let text = fs::read_to_string(&journal).unwrap();
    let edited = text.replace(good.as_str(), bad.as_str());
    let origin = "{\n        \"submitted\": \"wang\"\n      }";
    assert!(edited.contains(origin), "{edited}");
    let edited = edited.replace(origin, "\"built_in\"");
    fs::write(&journal, edited).unwrap();
    let store = signed.bench.open();
    assert_eq!(standing(&store, "panics_on_a_word"), Standing::Refused);
    // The signed file is still in the folder, and is examined again.
    assert_eq!(active(&store), "2.0.0");
}

/// What is trusted no more does not run, even if nothing can take its place.
#[test]
fn a_revoked_key_takes_the_only_version_away() {
    let mut signed = Signed::new(1, 1);
    signed.bench.settings.built_in.clear();
    let store = signed.bench.open();
    let lost = signed.sign(0, "later_version");
    store
        .submit(guest("later_version"), &[lost], "wang")
        .unwrap();
    signed.trust(1, "revoked = true\nreason = \"the stick was lost\"");
    store.look();
    assert!(store.line_up().plugins.is_empty());
    let text = &store.line_up().head.notes[0].text.en;
    assert!(
        text.ends_with("; no version of the plugin judges"),
        "{text}"
    );
}

/// What was verified in time judges on; what comes later is too late.
#[test]
fn an_expired_key_signs_nothing_new() {
    let signed = Signed::new(1, 1);
    signed.trust(1, "not_after = \"2026-06-30\"");
    let mut bench = signed;
    bench.bench.settings.now = || "2026-06-30T23:59:00Z".parse().unwrap();
    {
        let store = bench.bench.open();
        let signature = bench.sign(0, "later_version");
        store
            .submit(guest("later_version"), &[signature], "wang")
            .unwrap();
    }
    bench.bench.settings.now = || "2026-07-01T00:01:00Z".parse().unwrap();
    let store = bench.bench.open();
    assert_eq!(active(&store), "2.0.0");
    let signature = bench.sign(0, "panics_on_a_word");
    let error = store
        .submit(guest("panics_on_a_word"), &[signature], "wang")
        .unwrap_err();
    assert!(
        error.to_string().contains("expired after 2026-06-30"),
        "{error}"
    );
    // A person decides with today's keys.
    store.rollback("test", "li").unwrap();
    let error = store
        .activate(&id("later_version"), None, "li")
        .unwrap_err();
    assert!(error.to_string().contains("expired"), "{error}");
}

#[test]
fn without_a_trust_file_nothing_is_signed() {
    let bench = Bench::new().with(|settings| settings.allow_unsigned = false);
    let store = bench.open();
    let error = store
        .submit(guest("later_version"), &[], "wang")
        .unwrap_err();
    assert!(error.to_string().contains("no trust file"), "{error}");
}

#[test]
fn a_broken_trust_file_lets_nothing_in_and_takes_nothing_away() {
    let signed = Signed::new(1, 1);
    let store = signed.bench.open();
    let submit = |name: &str| store.submit(guest(name), &[signed.sign(0, name)], "wang");
    submit("later_version").unwrap();
    fs::write(signed.bench.path("trust.toml"), "required = 0").unwrap();
    store.look();
    assert_eq!(active(&store), "2.0.0");
    let error = submit("panics_on_a_word").unwrap_err();
    assert!(error.to_string().contains("must be from 1"), "{error}");
    assert_eq!(active(&store), "2.0.0");
    drop(store);
    // To begin with it would be to begin with other versions.
    super::until("the folder is free", || {
        matches!(signed.bench.try_open(), Err(StoreError::Trust(_)))
    });
}

/// That the trust file changed is nobody's wish to have an earlier version.
#[test]
fn a_changed_trust_file_brings_nothing_back() {
    let signed = Signed::new(1, 1);
    let store = signed.bench.open();
    signed.put("old.wasm", "later_version", &[0]);
    store.look();
    signed.put("new.wasm", "panics_on_a_word", &[0]);
    store.look();
    let check = |store: &Store, change: &str, version: &str| {
        let steps = status(store, &id("later_version")).steps.len();
        signed.trust(1, change);
        store.look();
        assert_eq!(active(store), version, "{change}");
        assert_eq!(status(store, &id("later_version")).steps.len(), steps);
    };
    check(&store, "# one", "3.0.0");
    store.rollback("test", "li").unwrap();
    check(&store, "# two", "2.0.0");
    assert_eq!(standing(&store, "panics_on_a_word"), Standing::Ready);
    drop(store);
    signed.trust(1, "# three");
    let store = signed.bench.reopen();
    assert_eq!(active(&store), "2.0.0");
    assert_eq!(standing(&store, "panics_on_a_word"), Standing::Ready);
}

#[test]
fn a_changed_trust_file_leaves_the_shadow_alone() {
    let mut signed = Signed::new(1, 1);
    signed.bench.settings.promotion = Promotion::ByHand;
    let store = signed.bench.open();
    signed.put("old.wasm", "later_version", &[0]);
    store.look();
    signed.put("new.wasm", "panics_on_a_word", &[0]);
    store.look();
    super::judge(&store, "differ");
    let shadow = || status(&store, &id("panics_on_a_word"));
    let filings = || shadow().shadow.map(|counts| counts.filings);
    super::until("the shadow has judged it", || filings() == Some(1));
    signed.trust(1, "# one");
    store.look();
    assert_eq!(shadow().standing, Standing::Shadow);
    assert_eq!(filings(), Some(1));
    assert_eq!(standing(&store, "later_version"), Standing::Ready);
}

/// A key that is added lets in what waited for it.
#[test]
fn a_key_that_is_added_cures_what_was_refused() {
    let mut signed = Signed::new(2, 1);
    let other = signed.pairs.pop().unwrap();
    signed.trust(1, "");
    let store = signed.bench.open();
    let signature = sign(&other.secret_key_file, None, guest("later_version"), "").unwrap();
    fs::write(signed.bench.path("test.wasm.minisig"), signature).unwrap();
    signed.bench.put("test.wasm", "later_version");
    store.look();
    assert_eq!(standing(&store, "later_version"), Standing::Refused);
    signed.pairs.push(other);
    signed.trust(1, "");
    store.look();
    assert_eq!(active(&store), "2.0.0");
    assert!(kinds(&store).is_empty());
}

/// A key is replaced by another without a gap: sign again, then revoke.
#[test]
fn signatures_that_come_later_count_too() {
    let signed = Signed::new(2, 1);
    let store = signed.bench.open();
    signed.put("test.wasm", "later_version", &[0]);
    store.look();
    signed.put("test.wasm", "later_version", &[1]);
    store.look();
    let signed_by = |store: &Store| store.line_up().plugins[0].signed_by.clone();
    assert_eq!(signed_by(&store), ["key0", "key1"]);
    // Of two signers one counts no more, and nobody says that it does.
    signed.trust(1, "revoked = true\nreason = \"the stick was lost\"");
    store.look();
    assert_eq!(active(&store), "2.0.0");
    assert_eq!(signed_by(&store), ["key1"]);
    drop(store);
    assert_eq!(signed_by(&signed.bench.reopen()), ["key1"]);
}

/// A trust file that is just being written must not lead to a version that
/// nobody wanted.
#[test]
fn a_broken_trust_file_does_not_change_what_is_gone_back_to() {
    let mut signed = Signed::new(1, 1);
    signed.bench.settings.fault_limit = 1;
    let store = signed.bench.open();
    let submit = |name: &str| store.submit(guest(name), &[signed.sign(0, name)], "wang");
    submit("later_version").unwrap();
    submit("panics_on_a_word").unwrap();
    fs::write(signed.bench.path("trust.toml"), "required =").unwrap();
    store.look();
    assert_eq!(store.rollback("test", "li").unwrap(), id("later_version"));
    // Forward is for keys that can be read.
    let error = store
        .activate(&id("panics_on_a_word"), None, "li")
        .unwrap_err();
    assert!(error.to_string().contains("the trust file"), "{error}");
    signed.trust(1, "");
    store.activate(&id("panics_on_a_word"), None, "li").unwrap();
    fs::remove_file(signed.bench.path("trust.toml")).unwrap();
    super::judge(&store, "panic");
    assert_eq!(active(&store), "2.0.0");
    assert_eq!(standing(&store, "panics_on_a_word"), Standing::Quarantined);
}
