use std::path::Path;

use jiff::civil::{Date, date};

use super::{Distrust, SignatureProblem, Trust, is_signature_of};
use crate::sign::{Pair, sign};

const TODAY: Date = date(2026, 11, 24);

struct Keys {
    pairs: Vec<Pair>,
}

impl Keys {
    fn new(count: usize) -> Self {
        let pairs = (0..count)
            .map(|_| Pair::new(Some(""), "test").unwrap())
            .collect();
        Self { pairs }
    }

    fn trust(&self, required: usize, more: &[&str]) -> Trust {
        Trust::parse(&self.file(required, more)).unwrap()
    }

    fn file(&self, required: usize, more: &[&str]) -> String {
        let mut text = format!("required = {required}\n");
        for (n, pair) in self.pairs.iter().enumerate() {
            let more = more.get(n).unwrap_or(&"");
            let key = &pair.public_key;
            text.push_str(&format!(
                "[[keys]]\nname = \"key{n}\"\npublic_key = \"{key}\"\n{more}\n"
            ));
        }
        text
    }

    fn sign(&self, n: usize, bytes: &[u8]) -> String {
        sign(&self.pairs[n].secret_key_file, None, bytes, "test").unwrap()
    }
}

fn only(error: Distrust) -> SignatureProblem {
    match error {
        Distrust::TooFew { mut problems, .. } if problems.len() == 1 => problems.remove(0),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_good_signature_names_its_key() {
    let keys = Keys::new(2);
    let trust = keys.trust(1, &[]);
    let signed = keys.sign(1, b"component");
    let by = trust.verify(b"component", &[signed], TODAY).unwrap();
    assert_eq!(by, ["key1"]);
}

#[test]
fn changed_bytes_are_refused() {
    let keys = Keys::new(1);
    let signed = keys.sign(0, b"component");
    let error = keys
        .trust(1, &[])
        .verify(b"componenT", &[signed], TODAY)
        .unwrap_err();
    assert_eq!(only(error), SignatureProblem::Bad("key0".to_owned()));
}

#[test]
fn any_changed_sign_of_a_signature_is_refused() {
    let keys = Keys::new(1);
    let trust = keys.trust(1, &[]);
    let signed = keys.sign(0, b"component");
    for (at, line) in signed.lines().enumerate().skip(1) {
        let changed = if at == 2 {
            format!("{line}x")
        } else {
            // In the middle of the line: no padding, no algorithm.
            let mut bytes = line.as_bytes().to_vec();
            bytes[40] = if bytes[40] == b'A' { b'B' } else { b'A' };
            String::from_utf8(bytes).unwrap()
        };
        let changed = signed.replace(line, &changed);
        assert_ne!(changed, signed);
        let said = trust.verify(b"component", &[changed], TODAY);
        assert!(said.is_err(), "line {at}: {said:?}");
    }
}

#[test]
fn missing_unknown_and_unreadable_are_told_apart() {
    let (keys, others) = (Keys::new(1), Keys::new(1));
    let trust = keys.trust(1, &[]);
    assert_eq!(
        trust.verify(b"component", &[], TODAY),
        Err(Distrust::Missing { required: 1 })
    );
    let foreign = others.sign(0, b"component");
    let error = trust.verify(b"component", &[foreign], TODAY).unwrap_err();
    assert!(matches!(only(error), SignatureProblem::UnknownKey(_)));
    let error = trust
        .verify(b"component", &["no signature".to_owned()], TODAY)
        .unwrap_err();
    assert!(matches!(only(error), SignatureProblem::Unreadable(_)));
}

#[test]
fn a_key_counts_on_its_last_day_and_not_after() {
    let keys = Keys::new(1);
    let trust = keys.trust(1, &["not_after = \"2026-11-24\""]);
    let signed = [keys.sign(0, b"component")];
    assert!(trust.verify(b"component", &signed, TODAY).is_ok());
    let error = trust
        .verify(b"component", &signed, date(2026, 11, 25))
        .unwrap_err();
    let said = error.to_string();
    assert!(matches!(only(error), SignatureProblem::Expired { .. }));
    assert!(said.contains("expired after 2026-11-24"), "{said}");
}

#[test]
fn a_revoked_key_does_not_count_and_says_why() {
    let keys = Keys::new(1);
    let trust = keys.trust(1, &["revoked = true\nreason = \"the stick was lost\""]);
    let signed = [keys.sign(0, b"component")];
    let error = trust.verify(b"component", &signed, TODAY).unwrap_err();
    assert!(error.to_string().contains("the stick was lost"), "{error}");
}

#[test]
fn k_of_n() {
    let keys = Keys::new(3);
    let trust = keys.trust(2, &[]);
    let by = |n| keys.sign(n, b"component");
    let ok = |signatures: Vec<String>| trust.verify(b"component", &signatures, TODAY);
    assert!(ok(vec![by(0)]).is_err());
    // The same person twice is one person.
    assert!(ok(vec![by(0), by(0)]).is_err());
    assert_eq!(ok(vec![by(2), by(0)]).unwrap(), ["key0", "key2"]);
    // What does not count does no harm beside enough that do.
    assert!(ok(vec![by(2), "broken".to_owned(), by(1)]).is_ok());
}

#[test]
fn a_trust_file_that_cannot_be_is_refused() {
    let keys = Keys::new(2);
    let twice = Keys {
        pairs: vec![keys.pairs[0].clone(), keys.pairs[0].clone()],
    };
    for (text, expect) in [
        (keys.file(0, &[]), "from 1 to the 2 keys"),
        (keys.file(3, &[]), "from 1 to the 2 keys"),
        (twice.file(1, &[]), "there twice"),
        (keys.file(1, &["not_after = \"soon\""]), "2027-12-31"),
        (keys.file(1, &["revoked = true"]), "does not say why"),
        (keys.file(1, &["reason = \"x\""]), "not `revoked`"),
        (keys.file(1, &["expires = \"x\""]), "expires"),
        (
            "required = 1\n[[keys]]\nname = \"a\"\npublic_key = \"x\"".to_owned(),
            "is none",
        ),
        (String::new(), "required"),
    ] {
        let said = Trust::parse(&text).unwrap_err();
        assert!(said.contains(expect), "{said}");
    }
}

#[test]
fn signatures_are_found_by_name() {
    for (name, expect) in [
        ("a.wasm.minisig", true),
        ("a.wasm.ministry.minisig", true),
        ("a.wasm", false),
        ("b.wasm.minisig", false),
        ("a.wasm.bak.wasm.minisig", false),
        ("xa.wasm.minisig", false),
    ] {
        assert_eq!(is_signature_of(Path::new(name), "a.wasm"), expect, "{name}");
    }
}
