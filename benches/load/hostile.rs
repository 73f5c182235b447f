//! Plugins that misbehave, put into the folder while filings come in.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::Outcome;
use crate::service::Service;

/// Between two of them.
const DROP: Duration = Duration::from_millis(500);

/// How long the last one may take to be examined.
const PATIENCE: Duration = Duration::from_secs(120);

/// One of each kind. Some are refused at once, some describe themselves well
/// and misbehave when they judge.
const KINDS: &[&str] = &[
    "spins",
    "spins_in_describe",
    "recurses",
    "recurses_with_frames",
    "eats_memory",
    "panics",
    "panics_in_describe",
    "panics_on_a_word",
    "pages_lie",
    "refuses",
    "returns_a_gigabyte",
    "returns_bad_rule_index",
    "returns_wrong_outcome_count",
    "describes_duplicate_rules",
    "wants_an_import",
    "newer_contract",
    "too_old_contract",
];

/// Gives the filing a section of theirs, and the word that one waits for.
pub fn add_section(filing: &mut Value) {
    if let Some(sections) = filing.get_mut("sections").and_then(Value::as_object_mut) {
        sections.insert("test".to_owned(), json!({"word": "panic"}));
    }
}

/// Puts them there one after the other, again and again.
pub fn drop_all(plugins: &Path, stop: &AtomicBool) -> Outcome<()> {
    for kind in KINDS.iter().cycle() {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        fs::write(plugins.join(format!("{kind}.wasm")), component(kind)?)?;
        thread::sleep(DROP);
    }
    Ok(())
}

fn component(kind: &str) -> Outcome<&'static [u8]> {
    Ok(anjian_tests::guest(kind).ok_or("there is no such guest")?)
}

/// Says what they changed besides their own status.
pub fn looked(before: &Value, service: &Service) -> Outcome<Vec<String>> {
    let mut failed = Vec::new();
    let began = Instant::now();
    let after = loop {
        let after = service.plugins()?;
        let standing = standing(&after);
        let over = |kind: &&&str| {
            let digest = component(kind).map(|bytes| format!("{:x}", Sha256::digest(bytes)));
            let standing = digest
                .ok()
                .and_then(|digest| standing.get(&digest).cloned());
            // One that was not reached in a short run is not there.
            standing.is_none_or(|standing| standing != "staging")
        };
        if KINDS.iter().filter(over).count() == KINDS.len() || began.elapsed() > PATIENCE {
            break after;
        }
        thread::sleep(DROP);
    };
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let standing = standing(&after);
    for kind in KINDS {
        let digest = format!("{:x}", Sha256::digest(component(kind)?));
        let Some(standing) = standing.get(&digest) else {
            continue;
        };
        if standing == "active" || standing == "staging" {
            failed.push(format!("{kind} stands at {standing}"));
        }
        *counts.entry(standing.clone()).or_default() += 1;
    }
    println!("{:<12} hostile plugins: {counts:?}", "");
    // The plugin that is swapped may stand at either version.
    let ids = |plugins: &Value| -> Vec<String> {
        let active = plugins["active"].as_array().into_iter().flatten();
        active.map(|used| used["id"].to_string()).collect()
    };
    if ids(before) != ids(&after) {
        failed.push("other plugins judge after the hostile ones than before".to_owned());
    }
    Ok(failed)
}

/// By digest, where each version stands.
fn standing(plugins: &Value) -> BTreeMap<String, String> {
    let versions = plugins["versions"].as_array().into_iter().flatten();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    versions
        .map(|version| (text(&version["id"]), text(&version["standing"])))
        .collect()
}
