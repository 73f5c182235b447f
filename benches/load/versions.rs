//! Two versions of a plugin, and the swaps between them.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anjian_bundle::PLUGINS;
use anjian_tests::http::Connection;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::Outcome;
use crate::service::Service;

/// The plugin that is swapped.
pub const SWAPPED: &str = "hazchem";

/// Between two swaps.
pub const SWAP: Duration = Duration::from_millis(100);

/// A version of the plugin.
pub struct Version {
    pub sha256: String,
    component: Vec<u8>,
}

/// The built-in plugin and one that says something else in one place, and what
/// it says.
pub fn versions(service: &Service, filing: &[u8]) -> Outcome<([Version; 2], String)> {
    let answer = service.send("POST", "/v1/check", &[], filing)?;
    if answer.status != 200 {
        return Err(answer.text().into());
    }
    let report: Value = serde_json::from_slice(&answer.body)?;
    let component = PLUGINS
        .iter()
        .find(|bundled| bundled.name == SWAPPED)
        .ok_or("the plugin is not built in")?
        .component
        .to_vec();
    for word in sentences(&report) {
        let places: Vec<usize> = component
            .windows(word.len())
            .enumerate()
            .filter(|(_, window)| *window == word.as_bytes())
            .map(|(at, _)| at)
            .collect();
        if places.is_empty() || word.len() < 8 {
            continue;
        }
        // As long as before, so nothing else of the component moves.
        let other = format!("OTHER{}", word.get(5..).unwrap_or_default());
        if other.len() != word.len() {
            continue;
        }
        let mut changed = component.clone();
        for at in places {
            if let Some(place) = changed.get_mut(at..at + other.len()) {
                place.copy_from_slice(other.as_bytes());
            }
        }
        let version = |component: Vec<u8>| Version {
            sha256: format!("{:x}", Sha256::digest(&component)),
            component,
        };
        // Under another digest than the built-in one, which is not uploaded.
        let mut first = component.clone();
        first.extend([0, 6, 4, b'l', b'o', b'a', b'd', b'1']);
        return Ok(([version(first), version(changed)], other));
    }
    Err("no sentence of the report stands in the plugin as it is".into())
}

/// What the report says in English, whole sentences and parts of them.
fn sentences(report: &Value) -> Vec<&str> {
    match report {
        Value::Array(items) => items.iter().flat_map(sentences).collect(),
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, value)| match value.as_str() {
                Some(said) if name == "en" => vec![said],
                _ => sentences(value),
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Uploads a version and lets it judge, so that none stays in the shadow.
pub fn submit(service: &Service, version: &Version) -> Outcome<()> {
    let mut body = b"--line\r\ncontent-disposition: form-data; name=\"component\"\r\n\r\n".to_vec();
    body.extend(&version.component);
    body.extend(b"\r\n--line--\r\n");
    let headers = [("content-type", "multipart/form-data; boundary=line")];
    let answer = service.send("POST", "/v1/plugins", &headers, &body)?;
    if answer.status != 202 {
        return Err(answer.text().into());
    }
    loop {
        let listed: Value =
            serde_json::from_slice(&service.send("GET", "/v1/plugins", &[], b"")?.body)?;
        let found = listed
            .get("versions")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .find(|listed| listed["id"] == version.sha256.as_str());
        match found.and_then(|found| found["standing"].as_str()) {
            Some("shadow" | "ready" | "active") => return Ok(()),
            Some("refused") => return Err(format!("refused: {:?}", found).into()),
            _ => thread::sleep(Duration::from_millis(20)),
        }
    }
}

pub fn activate(address: &str, version: &Version) -> Outcome<()> {
    let path = format!("/v1/plugins/{}/activate", version.sha256);
    let answer = Connection::open(address)?.send("POST", &path, &[], b"")?;
    match answer.status {
        200 => Ok(()),
        _ => Err(answer.text().into()),
    }
}

pub fn swap(
    address: &str,
    versions: &[Version; 2],
    stop: &AtomicBool,
    swaps: &AtomicU64,
) -> Outcome<()> {
    let mut due = Instant::now();
    for version in versions.iter().rev().cycle() {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        activate(address, version)?;
        swaps.fetch_add(1, Ordering::Relaxed);
        due += SWAP;
        thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    Ok(())
}
