//! Profiles from outside: who signed them, and what their parameters do.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]
#![cfg(unix)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use anjian_tests::http::{Answer, Connection};
use serde_json::Value;
use tempfile::TempDir;

const PROFILE: &str = "id = \"city\"\ntitle = { zh = \"示例\", en = \"example\" }\n";

const FILING: &str = r#"{"filing_id": "F", "reference_date": "2026-06-30",
    "enterprise": {"name": "x", "business_types": ["外卖平台", "运河夜游"], "region_code": "320411"},
    "sections": {"general": {}}}"#;

/// A folder with keys, a filing and a profile.
struct Place(TempDir);

impl Place {
    fn new(profile: &str) -> Self {
        let place = Self(TempDir::new().unwrap());
        place.write("p.toml", profile);
        place.write("f.json", FILING);
        fs::create_dir(place.path("plugins")).unwrap();
        place
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.path(file), text).unwrap();
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_anjian"));
        command
            .env("ANJIAN_CACHE", env!("CARGO_TARGET_TMPDIR"))
            .current_dir(self.0.path())
            .args(args)
            .stdin(Stdio::null());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Makes a key; its lines for a trust file.
    fn key(&self, name: &str) -> String {
        let made = self.run(&["keygen", name, "--no-password"]);
        assert_eq!(made.status.code(), Some(0));
        String::from_utf8(made.stdout).unwrap()
    }

    fn sign(&self, name: &str) {
        let key = format!("{name}.key");
        let signed = self.run(&["sign", "--key", &key, "--as", name, "p.toml"]);
        assert_eq!(
            String::from_utf8_lossy(&signed.stdout),
            format!("p.toml.{name}.minisig\n")
        );
    }

    /// The report as JSON, or what was said instead with exit status 2.
    fn check(&self, more: &[&str]) -> Result<Value, String> {
        let args = [&["check", "f.json", "--format", "json"], more].concat();
        report(&self.run(&args))
    }

    fn serve(&self) -> Serving {
        let mut child = self
            .command(&["serve", "--listen", "127.0.0.1:0", "--config", "s.toml"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut address = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut address).unwrap();
        assert!(!address.is_empty(), "it does not serve");
        Serving {
            child,
            address: address.trim().to_owned(),
        }
    }

    /// What a service says that does not start.
    fn does_not_serve(&self) -> String {
        let output = self.run(&["serve", "--listen", "127.0.0.1:0", "--config", "s.toml"]);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{error}");
        error
    }
}

struct Serving {
    child: Child,
    address: String,
}

impl Serving {
    fn check(&self) -> Answer {
        let mut connection = Connection::open(&self.address).unwrap();
        let answer = connection.send("POST", "/v1/check", &[], FILING.as_bytes());
        answer.unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn report(output: &Output) -> Result<Value, String> {
    if output.status.code() == Some(2) {
        assert!(output.stdout.is_empty(), "something was judged");
        return Err(String::from_utf8(output.stderr.clone()).unwrap());
    }
    Ok(serde_json::from_slice(&output.stdout).unwrap())
}

/// The lead of each filed business.
fn leads(report: &Value) -> Vec<&str> {
    let identifications = report["filings"][0]["identifications"].as_array().unwrap();
    let values = identifications.iter().map(|found| &found["values"]);
    values
        .map(|values| values["lead"].as_str().unwrap_or("-"))
        .collect()
}

#[test]
fn only_a_signed_profile_passes() {
    let place = Place::new(PROFILE);
    let [wang, li] = ["wang", "li"].map(|name| place.key(name));
    place.key("mallory");
    let trust = |required: usize, wang: &str| format!("required = {required}\n{wang}{li}");
    let with = |member: &str| wang.replacen("public_key", &format!("{member}\npublic_key"), 1);
    let changed = PROFILE.replace("示例", "示利");
    place.write(
        "s.toml",
        "profile = \"p.toml\"\n[plugins]\ntrust = \"trust.toml\"\n",
    );
    for (required, key, signers, profile, says) in [
        (1, wang.clone(), &[][..], PROFILE, "it has no signature"),
        (1, wang.clone(), &["wang"], PROFILE, ""),
        (
            1,
            wang.clone(),
            &["wang"],
            &changed,
            "that of `wang` is bad",
        ),
        (
            1,
            wang.clone(),
            &["mallory"],
            PROFILE,
            "which the trust file does not have",
        ),
        (
            1,
            with("not_after = \"2020-12-31\""),
            &["wang"],
            PROFILE,
            "expired after 2020-12-31",
        ),
        (
            1,
            with("revoked = true\nreason = \"she left\""),
            &["wang"],
            PROFILE,
            "is revoked: she left",
        ),
        (
            2,
            wang.clone(),
            &["wang"],
            PROFILE,
            "of the 2 signatures needed, one is",
        ),
        (
            2,
            wang.clone(),
            &["wang", "mallory"],
            PROFILE,
            "needed, one is",
        ),
        (2, wang.clone(), &["wang", "li"], PROFILE, ""),
    ] {
        let what = format!("{required} {key} {signers:?} {profile}");
        for name in ["wang", "li", "mallory"] {
            let _ = fs::remove_file(place.path(&format!("p.toml.{name}.minisig")));
        }
        place.write("p.toml", PROFILE);
        place.write("trust.toml", &trust(required, &key));
        signers.iter().for_each(|name| place.sign(name));
        place.write("p.toml", profile);
        let given = ["--profile", "p.toml", "--trust", "trust.toml"];
        let rules = place.run(&[&["rules"], &given[..]].concat());
        // Whoever names no trust file answers for the profile.
        let trusting = place.check(&["--profile", "p.toml"]).unwrap();
        assert_eq!(trusting["profile"]["id"], "city", "{what}");
        assert_eq!(trusting["profile"].get("signed_by"), None, "{what}");
        match place.check(&given) {
            Ok(report) => {
                assert_eq!(says, "", "{what}");
                let mut names = signers.to_vec();
                names.sort_unstable();
                assert_eq!(report["profile"]["signed_by"], serde_json::json!(names));
                // A signature changes nothing that is judged.
                assert_eq!(report["filings"], trusting["filings"]);
                assert_eq!(rules.status.code(), Some(0));
            }
            Err(error) => {
                assert!(!says.is_empty() && error.contains(says), "{what}: {error}");
                assert!(error.contains("the profile p.toml is refused"), "{error}");
                assert_eq!(rules.status.code(), Some(2), "{what}");
                let error = place.does_not_serve();
                assert!(error.contains(says), "{what}: {error}");
            }
        }
    }
    let alone = place.run(&["check", "f.json", "--trust", "trust.toml"]);
    assert_eq!(alone.status.code(), Some(2), "a trust file of nothing");
}

#[test]
fn a_person_reads_who_signed() {
    let place = Place::new(PROFILE);
    place.write(
        "trust.toml",
        &format!("required = 1\n{}", place.key("wang")),
    );
    place.sign("wang");
    let trust = &["--trust", "trust.toml"][..];
    for (lang, more, says) in [
        ("zh", trust, "由 wang 签名"),
        ("en", trust, "signed by wang"),
        ("zh", &[], "未经签名核验"),
        ("en", &[], "no signature was verified"),
    ] {
        for verb in [&["check", "f.json"][..], &["rules"]] {
            let args = [verb, &["--profile", "p.toml", "--lang", lang], more].concat();
            let said = String::from_utf8(place.run(&args).stdout).unwrap();
            let last = said.lines().last().unwrap();
            assert!(last.contains(says), "{args:?}: {last}");
        }
    }
}

#[test]
fn the_bytes_of_filings_are_the_same_with_and_without_a_signature() {
    let place = Place::new(PROFILE);
    place.write(
        "trust.toml",
        &format!("required = 1\n{}", place.key("wang")),
    );
    place.sign("wang");
    let filings = |more: &[&str]| {
        let args = [&["check", "f.json", "--format", "json"], more].concat();
        let said = String::from_utf8(place.run(&args).stdout).unwrap();
        let (_, filings) = said.split_once("\"filings\":").unwrap();
        filings.to_owned()
    };
    let given = ["--profile", "p.toml", "--trust", "trust.toml"];
    assert_eq!(filings(&given), filings(&given[..2]));
}

#[test]
fn a_replay_after_a_restart_knows_who_signed() {
    let place = Place::new(PROFILE);
    place.write(
        "trust.toml",
        &format!("required = 1\n{}", place.key("wang")),
    );
    place.sign("wang");
    place.write(
        "s.toml",
        "profile = \"p.toml\"\n[plugins]\ntrust = \"trust.toml\"\n",
    );
    let serving = place.serve();
    let answer = serving.check();
    drop(serving);
    let report: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(report["profile"]["signed_by"], serde_json::json!(["wang"]));
    assert_eq!(report.get("notes"), None);
    // Without the profile, the key and the trust file: the log has what it needs.
    place.write("s.toml", "");
    for file in ["p.toml", "trust.toml", "wang.pub"] {
        fs::remove_file(place.path(file)).unwrap();
    }
    let replayed = place.run(&["receipt", "replay", "1", "--config", "s.toml"]);
    assert_eq!(replayed.status.code(), Some(0));
    assert!(replayed.stdout == answer.body);
    let shown = place.run(&["receipt", "show", "1", "--config", "s.toml"]);
    let shown: Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(shown["profile_signed_by"], serde_json::json!(["wang"]));
}

#[test]
fn an_unsigned_profile_is_noted_where_it_is_allowed() {
    let place = Place::new(PROFILE);
    let trust = format!("required = 1\n{}", place.key("wang"));
    place.write("trust.toml", &trust);
    for (plugins, noted) in [
        (
            "trust = \"trust.toml\"\nallow_unsigned = true\n",
            Some("unsigned"),
        ),
        ("", None),
    ] {
        let config = format!("profile = \"p.toml\"\n[plugins]\n{plugins}");
        place.write("s.toml", &config);
        let answer = place.serve().check();
        assert_eq!(answer.header("anjian-notes"), noted, "{plugins}");
        let report: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(report["profile"].get("signed_by"), None);
        if noted.is_some() {
            let note = report["notes"][0]["text"]["zh"].as_str().unwrap();
            assert!(note.contains("配置 city 未经签名"), "{note}");
        }
    }
    // A signature that does not hold is none that is missing.
    place.sign("wang");
    place.write("p.toml", &PROFILE.replace("city", "town"));
    place.write(
        "s.toml",
        "profile = \"p.toml\"\n[plugins]\ntrust = \"trust.toml\"\nallow_unsigned = true\n",
    );
    assert!(place.does_not_serve().contains("is bad"));
}

/// The TOML of a page.
fn page(name: &str) -> String {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let page = fs::read_to_string(docs.join(name)).unwrap();
    let (_, rest) = page.split_once("```toml\n").unwrap();
    let (table, _) = rest.split_once("```").unwrap();
    table.to_owned()
}

#[test]
fn a_city_s_table_reaches_the_plugin() {
    let place = Place::new(PROFILE);
    let given = ["--profile", "p.toml"];
    let without = place.check(&given).unwrap();
    assert_eq!(leads(&without), ["市场监督管理局", "-"]);
    for name in [
        "responsibility-division.md",
        "responsibility-division.zh-CN.md",
    ] {
        place.write("p.toml", &page(name));
        assert_eq!(leads(&place.check(&given).unwrap()), ["商务局", "-"]);
    }
    let example = "../../sample-data/profiles/changzhou-example.toml";
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join(example);
    let report = place.check(&["--profile", example.to_str().unwrap()]);
    assert_eq!(leads(&report.unwrap())[1], "大运河管理处");
}

#[test]
fn parameters_that_a_plugin_refuses_stop_it_before_it_begins() {
    let table = page("responsibility-division.md");
    let place = Place::new(&table);
    place.write("s.toml", "profile = \"p.toml\"\n");
    for (from, to, says) in [
        (
            "general.division.types",
            "general.divsion.types",
            "p.toml:4: plugin `general` cannot use its parameters: unknown field `divsion`, expected \
             `division`",
        ),
        ("basis_en =", "basis_eng =", "unknown field `basis_eng`"),
        ("\"3204\"", "\"320400\"", "holds nowhere"),
        (
            "\"takeaway_platform\"",
            "\"takeaway\"",
            "there is no such type",
        ),
        ("运河办", "公安局", "`公安局` is also a name of"),
        (
            "general.division.types",
            "hazchem.limits",
            "p.toml:4: plugin `hazchem`",
        ),
        ("general.division.types", "mining.limits", "it takes none"),
    ] {
        let wrong = table.replacen(from, to, 1);
        assert_ne!(wrong, table, "{from}");
        place.write("p.toml", &wrong);
        let error = place.check(&["--profile", "p.toml"]).unwrap_err();
        assert!(error.contains(says), "{to}: {error}");
        assert!(!error.contains("column"), "of a text nobody has: {error}");
        let error = place.does_not_serve();
        assert!(error.contains(says), "{to}: {error}");
    }
}

#[test]
fn a_score_says_which_points_belong_to_rules_that_are_switched_off() {
    let off = "[[rule]]\nid = \"diag19/acc-dead\"\nactive = false\n\
        reason = { zh = \"理由\", en = \"why\" }\ndecided_on = 2026-06-01\n";
    let place = Place::new(&format!("{PROFILE}{off}"));
    let sample = "../../sample-data/hazchem/20-diagnosis-orange/filing.json";
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join(sample);
    fs::copy(sample, place.path("f.json")).unwrap();
    let report = place.check(&["--profile", "p.toml"]).unwrap();
    let scores = report["filings"][0]["scores"].as_array().unwrap();
    let items = scores
        .iter()
        .flat_map(|score| score["items"].as_array().unwrap());
    let marked: Vec<&Value> = items
        .filter(|item| {
            item["label"]["zh"]
                .as_str()
                .unwrap()
                .contains("已由配置停用")
        })
        .collect();
    // Both schemes count accidents.
    let points: Vec<&str> = marked
        .iter()
        .map(|item| item["points"].as_str().unwrap())
        .collect();
    assert_eq!(points, ["-8", "-50"], "{marked:?}");
    assert_eq!(
        scores[0]["points"],
        place.check(&[]).unwrap()["filings"][0]["scores"][0]["points"]
    );
}
