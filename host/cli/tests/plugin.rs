//! `anjian plugin`: keys, signatures and what a file is.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// Runs in a folder, so that names stay short.
fn anjian(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_anjian"))
        .env("ANJIAN_CACHE", env!("CARGO_TARGET_TMPDIR"))
        .env_remove("ANJIAN_KEY_PASSWORD")
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// What was printed, if it ended with the status.
#[track_caller]
fn said(folder: &Path, args: &[&str], status: i32) -> String {
    let output = anjian(folder, args);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(status), "{error}");
    String::from_utf8(output.stdout).unwrap() + &error
}

fn with_guest(name: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let bytes = anjian_tests::guest(name).unwrap();
    fs::write(folder.path().join("new.wasm"), bytes).unwrap();
    folder
}

#[test]
fn keys_sign_and_a_trust_file_decides() {
    let folder = with_guest("well_behaved");
    let at = folder.path();
    let mut trust = String::from("required = 2\n");
    for name in ["wang", "li"] {
        let output = anjian(at, &["keygen", name, "--no-password"]);
        assert_eq!(output.status.code(), Some(0));
        trust.push_str(&String::from_utf8(output.stdout).unwrap());
    }
    fs::write(at.join("trust.toml"), &trust).unwrap();
    // A key is never overwritten.
    let again = said(at, &["keygen", "li", "--no-password"], 2);
    assert!(again.contains("li.key cannot be written"), "{again}");

    let verify = ["verify", "--trust", "trust.toml", "new.wasm"];
    let text = said(at, &verify, 4);
    assert!(text.contains("no signature"), "{text}");
    let sign = |name: &str| {
        let key = format!("{name}.key");
        said(at, &["sign", "new.wasm", "--key", &key, "--as", name], 0)
    };
    assert_eq!(sign("wang"), "new.wasm.wang.minisig\n");
    said(at, &verify, 4);
    sign("li");
    assert_eq!(said(at, &verify, 0), "new.wasm: signed by li, wang\n");

    // An expired key, by the day that is given.
    let expiring = trust.replacen("public_key", "not_after = \"2026-06-30\"\npublic_key", 1);
    fs::write(at.join("trust.toml"), expiring).unwrap();
    said(at, &[&verify[..], &["--on", "2026-06-30"]].concat(), 0);
    let text = said(at, &[&verify[..], &["--on", "2026-07-01"]].concat(), 4);
    assert!(text.contains("expired after 2026-06-30"), "{text}");

    let mut bytes = fs::read(at.join("new.wasm")).unwrap();
    bytes.push(0);
    fs::write(at.join("new.wasm"), bytes).unwrap();
    let text = said(at, &verify, 4);
    assert!(text.contains("is bad"), "{text}");
}

#[cfg(unix)]
#[test]
fn a_secret_key_is_for_its_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    said(folder.path(), &["keygen", "li", "--no-password"], 0);
    let metadata = fs::metadata(folder.path().join("li.key")).unwrap();
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
}

#[test]
fn inspect_says_what_a_file_is() {
    let folder = with_guest("well_behaved");
    let json = ["plugin", "inspect", "new.wasm", "--format", "json"];
    let found: Value = serde_json::from_str(&said(folder.path(), &json, 0)).unwrap();
    assert_eq!(found["id"], "test");
    assert_eq!(found["rules"]["major_hazard"], 2);
    assert_eq!(found["self_test"]["passed"], true);
    let text = said(
        folder.path(),
        &["plugin", "inspect", "new.wasm", "--lang", "en"],
        0,
    );
    assert!(text.contains("its one example agrees"), "{text}");
    for (guest, why) in [
        ("pages_lie", "came out otherwise"),
        ("wants_an_import", "asks the host for"),
    ] {
        let folder = with_guest(guest);
        let text = said(folder.path(), &["plugin", "inspect", "new.wasm"], 4);
        assert!(text.contains(why), "{text}");
    }
}

#[test]
fn list_is_what_it_was_as_plugins() {
    let folder = TempDir::new().unwrap();
    let new = said(folder.path(), &["plugin", "list", "--format", "json"], 0);
    let old = said(folder.path(), &["plugins", "--format", "json"], 0);
    assert_eq!(new, old);
    let list: Value = serde_json::from_str(&new).unwrap();
    assert_eq!(list.as_array().unwrap().len(), 5);
}

#[test]
fn list_shows_the_versions_of_a_service() {
    let folder = with_guest("pages_lie");
    let settings = anjian_store::StoreSettings::new(folder.path());
    let settings = anjian_store::StoreSettings {
        allow_unsigned: true,
        ..settings
    };
    let engine = anjian_runtime::Engine::new(anjian_runtime::Limits::default()).unwrap();
    let store = anjian_store::Store::open(settings, engine.into()).unwrap();
    // Also while the service runs.
    let list = ["plugin", "list", "--versions", ".", "--lang", "en"];
    let text = said(folder.path(), &list, 0);
    assert!(
        text.starts_with("test 1.2.3  ") && text.contains("  refused  new.wasm"),
        "{text}"
    );
    assert!(text.contains("✗  self_tested"), "{text}");
    drop(store);
}
