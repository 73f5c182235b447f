//! Whose plugins judge.

use std::fs;

use anjian_model::NoteKind;
use anjian_store::sign::{Pair, sign};
use anjian_store::{Stage, Standing, StoreError};

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
    let text = &store.line_up().notes[0].text.en;
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
