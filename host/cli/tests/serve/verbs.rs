//! What a rule administrator does with a service that runs.

use std::fs;
use std::net::TcpListener;
use std::process::{Output, Stdio};

use anjian_store::VersionId;
use rcgen::{BasicConstraints, CertificateParams, IsCa};
use serde_json::Value;

use super::place::{Place, Serving, command};
use super::tls::{CONFIG, certify};

/// A place with two plugins that are signed, and tokens of two persons.
struct Office {
    place: Place,
    serving: Serving,
}

const SIGNED: &str = "[plugins]\ntrust = \"trust.toml\"\nfour_eyes = true\n";

impl Office {
    fn new(config: &str) -> Self {
        Self::certified(config, |_| {})
    }

    fn certified(config: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let place = Place::new(config);
        certify(place.folder.path(), change);
        for name in ["well_behaved", "later_version"] {
            let bytes = anjian_tests::guest(name).unwrap();
            fs::write(place.path(&format!("{name}.wasm")), bytes).unwrap();
        }
        let mut trust = String::from("required = 2\n");
        for name in ["ministry", "district"] {
            let made = run(&place, &["plugin", "keygen", name, "--no-password"], &[]);
            trust += &String::from_utf8(made.stdout).unwrap();
        }
        fs::write(place.path("trust.toml"), trust).unwrap();
        for (name, role) in [
            ("wang", "rule_admin"),
            ("li", "rule_admin"),
            ("zhao", "auditor"),
            ("sun", "officer"),
        ] {
            let added = place.run(&["token", "add", name, "--role", role]);
            fs::write(place.path(&format!("{name}.token")), added.stdout).unwrap();
        }
        let serving = place.serve();
        Self { place, serving }
    }

    /// What is said when a person runs a verb of `anjian plugin`.
    #[track_caller]
    fn says(&self, who: &str, args: &[&str], status: i32) -> String {
        let token = format!("{who}.token");
        let args = [&["plugin"], args, &["--token-file", &token, "--lang", "en"]].concat();
        let output = run(&self.place, &args, &[("ANJIAN_AT", &self.serving.address)]);
        let text = String::from_utf8(output.stdout).unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            output.status.code(),
            Some(status),
            "{args:?} {text} {error}"
        );
        text + &error
    }

    fn sign(&self, file: &str, name: &str) {
        let key = format!("{name}.key");
        self.says_nothing(&["plugin", "sign", file, "--key", &key, "--as", name]);
    }

    fn says_nothing(&self, args: &[&str]) {
        assert!(run(&self.place, args, &[]).status.success());
    }
}

/// Runs in the folder of a place, so that names stay short.
fn run(place: &Place, args: &[&str], envs: &[(&str, &str)]) -> Output {
    command()
        .args(args)
        .current_dir(place.folder.path())
        .env_remove("ANJIAN_AT")
        .env_remove("ANJIAN_TOKEN")
        .envs(envs.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn guest_id(name: &str) -> VersionId {
    VersionId::of(anjian_tests::guest(name).unwrap())
}

#[test]
fn from_a_signature_to_a_rollback_with_four_eyes() {
    let office = Office::new(SIGNED);
    let (first, later) = (guest_id("well_behaved"), guest_id("later_version"));
    // Two must sign, and one signature lies elsewhere.
    office.sign("well_behaved.wasm", "ministry");
    let text = office.says("wang", &["submit", "well_behaved.wasm"], 4);
    assert!(
        text.contains("was refused at the stage `verified`"),
        "{text}"
    );
    assert!(
        !text.contains(first.as_str()),
        "12 digits are enough: {text}"
    );
    office.sign("well_behaved.wasm", "district");
    fs::create_dir(office.place.path("district")).unwrap();
    let name = "well_behaved.wasm.district.minisig";
    let elsewhere = format!("district/{name}");
    fs::rename(office.place.path(name), office.place.path(&elsewhere)).unwrap();
    let text = office.says("wang", &["submit", "well_behaved.wasm", &elsewhere], 0);
    let hint = format!("`anjian plugin activate {}` lets it judge", first.short());
    assert!(text.contains(&hint), "{text}");
    let text = office.says("zhao", &["list", "--at"], 0);
    let line = format!("test 1.2.3  {}  shadow  submitted by wang", first.short());
    assert!(text.contains(&line), "{text}");
    assert!(text.contains("signed by district, ministry"), "{text}");
    // Whoever submitted it does not activate it; nor may an auditor.
    let text = office.says("wang", &["activate", first.as_str()], 2);
    assert!(text.contains("a second person must do that"), "{text}");
    let text = office.says("zhao", &["activate", first.short()], 2);
    assert!(
        text.contains("it takes one of the roles rule_admin"),
        "{text}"
    );
    let text = office.says("li", &["activate", &first.short().to_uppercase()], 0);
    assert!(
        text.starts_with(&format!("test 1.2.3  {}  active", first.short())),
        "{text}"
    );
    // The next version, and back.
    for name in ["ministry", "district"] {
        office.sign("later_version.wasm", name);
    }
    let text = office.says("wang", &["submit", "later_version.wasm"], 0);
    assert!(text.contains("  shadow  "), "{text}");
    let text = office.says("li", &["activate", later.short(), "--format", "json"], 0);
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(answer["id"], later.as_str());
    assert_eq!(answer["status"]["standing"], "active");
    let text = office.says("wang", &["rollback", "test"], 0);
    assert!(
        text.starts_with(&format!("test 1.2.3  {}  active", first.short())),
        "{text}"
    );
    let text = office.says("wang", &["retire", "test"], 0);
    assert_eq!(text, "no version of test judges any more\n");
    let text = office.says("wang", &["list", "--at", "--format", "json"], 0);
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(answer["active"].as_array().unwrap().len(), 5);
}

#[test]
fn what_cannot_be_done_is_said_in_one_line() {
    let office = Office::new(SIGNED);
    // A version whose digest begins as that of another.
    let first = office.says("li", &["list", "--at", "--format", "json"], 0);
    let first: Value = serde_json::from_str(&first).unwrap();
    let first = first["versions"][0]["id"].as_str().unwrap().to_owned();
    let twin = (0..=u8::MAX).map(|byte| {
        let mut bytes = anjian_tests::guest("well_behaved").unwrap().to_vec();
        bytes.extend([0, 3, 1, b'n', byte]);
        bytes
    });
    let twin = twin.map(|bytes| (VersionId::of(&bytes), bytes));
    let (_, twin) = twin
        .into_iter()
        .find(|(id, _)| id.as_str()[..1] == first[..1])
        .unwrap();
    fs::write(office.place.path("twin.wasm"), twin).unwrap();
    for name in ["ministry", "district"] {
        office.sign("twin.wasm", name);
    }
    office.says("wang", &["submit", "twin.wasm"], 0);
    fs::write(office.place.path("empty.token"), "\n").unwrap();
    fs::write(office.place.path("wrong.token"), "anjian_0\n").unwrap();
    for (who, args, said) in [
        (
            "li",
            &["activate", &first[..1]][..],
            "begins several versions",
        ),
        (
            "li",
            &["activate", &"0".repeat(64)],
            "there is no version 0000",
        ),
        (
            "li",
            &["activate", &"0".repeat(63)],
            "no version begins with 0000",
        ),
        ("li", &["activate", "hazchem"], "give a digest"),
        ("li", &["release", &first], "there is nothing to release"),
        ("li", &["rollback", "hazchem"], "has no earlier version"),
        (
            "li",
            &["rollback", "nothing"],
            "there is no plugin `nothing`",
        ),
        ("li", &["retire", "hazchem"], "which cannot be retired"),
        ("li", &["retire", "../check"], "give the id of a plugin"),
        ("li", &["submit", "none.wasm"], "none.wasm cannot be read"),
        (
            "nobody",
            &["rollback", "hazchem"],
            "nobody.token cannot be read",
        ),
        (
            "empty",
            &["rollback", "hazchem"],
            "there is no token in empty.token",
        ),
        (
            "wrong",
            &["rollback", "hazchem"],
            "unknown or revoked; ask the operator",
        ),
        (
            "li",
            &["list", "--at", "--versions", "."],
            "cannot be used with",
        ),
    ] {
        let text = office.says(who, args, 2);
        assert!(text.contains(said), "{args:?}: {text}");
        let told = text.lines().filter(|line| line.starts_with("anjian: "));
        assert!(told.count() == 1 || text.contains("--help"), "{text}");
    }
    // A token comes from the environment, and from no argument.
    let rollback = [
        "plugin",
        "rollback",
        "hazchem",
        "--at",
        &office.serving.address,
    ];
    let output = run(&office.place, &rollback, &[]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        error.contains("give one with ANJIAN_TOKEN or --token-file"),
        "{error}"
    );
    let token = fs::read_to_string(office.place.path("li.token")).unwrap();
    let output = run(&office.place, &rollback, &[("ANJIAN_TOKEN", token.trim())]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("has no earlier version"), "{error}");
}

#[test]
fn who_does_not_answer_as_a_service_is_told() {
    let office = Office::new(SIGNED);
    // A port where nobody listens.
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let here = office.serving.address.replace("http://", "");
    for (at, said) in [
        (
            format!("http://{free}"),
            "start `anjian serve`, or say with --at where it is",
        ),
        (here.clone(), "is no address of a service"),
        (format!("ftp://{here}"), "is no address of a service"),
        (
            format!("https://{here}"),
            "it does not speak TLS; try http://",
        ),
        (
            format!("http://{here}/elsewhere"),
            "there is nothing at /elsewhere/v1/plugins",
        ),
        (format!("http://{here}/?"), "is no service of anjian"),
    ] {
        let text = office.says("li", &["list", "--at", &at], 2);
        assert!(text.contains(said), "{at}: {text}");
    }
    // An address that other machines have too, for all that is known.
    let at = office.serving.address.replace("127.0.0.1", "0.0.0.0");
    let text = office.says("li", &["list", "--at", &at], 0);
    assert!(
        text.contains("without TLS; whoever is on the way"),
        "{text}"
    );
    let text = office.says("li", &["list", "--at"], 0);
    assert!(!text.contains("without TLS"), "{text}");
}

#[test]
fn over_https_with_an_authority_of_its_own() {
    let office = Office::new(&format!("{SIGNED}{CONFIG}"));
    let text = office.says("li", &["rollback", "hazchem"], 2);
    assert!(
        text.contains("give that of the authority with --ca"),
        "{text}"
    );
    for name in ["ministry", "district"] {
        office.sign("well_behaved.wasm", name);
    }
    let ca = ["--ca", "cert.pem"];
    office.says(
        "wang",
        &[&["submit", "well_behaved.wasm"], &ca[..]].concat(),
        0,
    );
    let id = guest_id("well_behaved");
    let text = office.says("li", &[&["activate", id.short()], &ca[..]].concat(), 0);
    assert!(text.contains("  active  "), "{text}");
    // The token does not go out without TLS to a service that has it.
    for (change, said) in [
        (
            ("https://", "http://"),
            "the request came without TLS; send it to https://",
        ),
        (("127.0.0.1", "localhost"), "not valid for name"),
    ] {
        let at = office.serving.address.replace(change.0, change.1);
        let text = office.says("li", &[&["list", "--at", &at], &ca[..]].concat(), 2);
        assert!(text.contains(said), "{text}");
    }
    let text = office.says("li", &["list", "--at", "--ca", "li.token"], 2);
    assert!(text.contains("li.token has no certificate"), "{text}");
}

#[test]
fn a_quarantine_is_ended_by_hand() {
    let office = Office::new("[plugins]\nallow_unsigned = true\nfault_limit = 1\n");
    let bytes = anjian_tests::guest("panics_on_a_word").unwrap();
    fs::write(office.place.path("panics.wasm"), bytes).unwrap();
    let id = guest_id("panics_on_a_word");
    for (file, id) in [
        ("well_behaved.wasm", guest_id("well_behaved")),
        ("panics.wasm", id.clone()),
    ] {
        office.says("wang", &["submit", file], 0);
        office.says("wang", &["activate", id.short()], 0);
    }
    let token = fs::read_to_string(office.place.path("sun.token")).unwrap();
    let bearer = format!("Bearer {}", token.trim());
    let headers = [("authorization", bearer.as_str())];
    let filing = br#"{"filing_id":"a","reference_date":"2026-06-30",
        "enterprise":{"name":"panic"},"sections":{"test":{}}}"#;
    let mut connection = office.serving.connect();
    let answer = connection
        .send("POST", "/v1/check", &headers, filing)
        .unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    // It is taken away after the answer.
    let quarantined = format!("{}  quarantined", id.short());
    let listed = || office.says("li", &["list", "--at"], 0);
    while !listed().contains(&quarantined) {
        std::thread::yield_now();
    }
    let notes = listed();
    assert!(
        notes.contains("anjian: test 3.0.0 is quarantined"),
        "{notes}"
    );
    let text = office.says("li", &["activate", id.short()], 2);
    assert!(text.contains("or release this one first"), "{text}");
    let text = office.says("li", &["release", id.short()], 0);
    assert!(text.contains("li ended its quarantine"), "{text}");
    office.says("li", &["activate", id.short()], 0);
}

#[test]
fn the_certificate_of_an_authority_is_told_from_that_of_a_service() {
    let office = Office::certified(CONFIG, |params| {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    });
    let text = office.says("li", &["list", "--at", "--ca", "cert.pem"], 2);
    assert!(text.contains("should make one with CA:FALSE"), "{text}");
}
