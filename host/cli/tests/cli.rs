//! What the command does without looking at what plugins say: arguments,
//! configuration, and the statuses that go with them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::{Command, Output, Stdio};

fn anjian(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_anjian"))
        .env("ANJIAN_CACHE", env!("CARGO_TARGET_TMPDIR"))
        .args(args)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[track_caller]
fn check(args: &[&str], status: i32, said: &str) {
    let output = anjian(args);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(status), "{error}");
    assert!(error.contains(said), "{error}");
}

#[test]
fn usage_and_configuration() {
    check(&[], 2, "Usage");
    check(&["check"], 2, "PATH");
    check(&["check", "x", "--format", "xml"], 2, "human");
    check(
        &["check", "x", "--as-of", "2026-02-30"],
        2,
        "date of the calendar",
    );
    check(&["check", "x", "--fail-on", "all"], 2, "major_hazard");
    check(&["check", "x", "--jobs", "0"], 2, "1..=1024");
    check(
        &["rules", "--plugins", "no/such/folder"],
        2,
        "no/such/folder",
    );
}

#[test]
fn a_profile_that_does_not_fit_ends_the_run_before_it_begins() {
    check(
        &["check", "x", "--profile", "no/such.toml"],
        2,
        "no/such.toml",
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("p.toml");
    let profile = r#"id = "p"
title = { zh = "示例", en = "example" }
[[rule]]
id = "hazchem121/5aa"
active = false
reason = { zh = "理由", en = "why" }
decided_on = 2026-06-01
"#;
    std::fs::write(&file, profile).unwrap();
    let file = file.to_str().unwrap();
    let said = format!("{file}:4: no rule is called `hazchem121/5aa`; did you mean");
    check(&["check", "x", "--profile", file], 2, &said);
    check(&["rules", "--profile", file], 2, &said);
}

#[test]
fn rules_show_what_a_profile_decided() {
    let example = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../sample-data/profiles/changzhou-example.toml"
    );
    let output = anjian(&["rules", "--profile", example, "--lang", "en"]);
    assert_eq!(output.status.code(), Some(0));
    let list = String::from_utf8(output.stdout).unwrap();
    for said in [
        "switched off: the new standard",
        "tolerated until 2026-12-31: detectors",
        "2026-10-01",
        "graded low: who joins",
    ] {
        assert!(list.contains(said), "{said}: {list}");
    }
    assert!(!list.contains("ncm88/"), "mining does not apply");
}

#[test]
fn a_plugin_that_cannot_be_loaded() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("broken.wasm"), "not wasm").unwrap();
    let folder = folder.path().to_str().unwrap();
    check(
        &["rules", "--plugins", folder],
        4,
        "broken.wasm cannot be used",
    );
}

#[test]
fn a_folder_without_plugins_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().to_str().unwrap();
    check(&["rules", "--plugins", folder], 2, "has no *.wasm file");
}

#[test]
fn help_opens_with_what_the_command_is_for() {
    let output = anjian(&["--help"]);
    let help = String::from_utf8(output.stdout).unwrap();
    let first = "Anjian 安检: check what enterprises file with their safety regulator\n";
    assert!(help.starts_with(first), "{help}");
}

#[test]
fn help_names_the_statuses() {
    let output = anjian(&["check", "--help"]);
    let help = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    for word in ["130", "--fail-on", "expected.json", "graver"] {
        assert!(help.contains(word), "{word}");
    }
}
