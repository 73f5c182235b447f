//! The service from outside: the real binary, real files, loopback.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(unix)]

mod place;
mod tls;
mod verbs;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anjian_tests::http::Connection;
use serde_json::Value;

use place::{Place, command};

fn sample_data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sample-data")
}

/// All filings of the sample data that are files.
fn samples() -> Vec<Vec<u8>> {
    fn find(folder: &Path, all: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                find(&path, all);
            } else if path.ends_with("filing.json") {
                all.push(path);
            }
        }
    }
    let mut paths = Vec::new();
    find(&sample_data(), &mut paths);
    paths.sort();
    assert!(paths.len() >= 10);
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// The samples, one on each line, and what is no filing.
fn stream() -> Vec<u8> {
    let mut lines = Vec::new();
    for filing in samples() {
        if let Ok(value) = serde_json::from_slice::<Value>(&filing) {
            lines.extend(serde_json::to_vec(&value).unwrap());
            lines.extend(b"\r\n");
        }
        lines.extend(b"\n  \n{\"filing_id\": oops}\n");
    }
    lines
}

/// What the command says of the same bytes.
fn command_says(bytes: &[u8], format: &str, profile: Option<&Path>) -> Vec<u8> {
    let mut command = command();
    command.args(["check", "-", "--format", format]);
    if let Some(profile) = profile {
        command.arg("--profile").arg(profile);
    }
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let bytes = bytes.to_vec();
    let writing = std::thread::spawn(move || input.write_all(&bytes));
    let output = child.wait_with_output().unwrap();
    writing.join().unwrap().unwrap();
    output.stdout
}

/// What the library says of the same bytes.
fn library_says(bytes: &[u8]) -> Vec<u8> {
    use anjian_check::formats::Json;
    use anjian_check::input::Inputs;
    let engine = anjian_runtime::Engine::new(anjian_runtime::Limits::default()).unwrap();
    let mut checker = anjian_check::Checker::new(anjian_check::Options::default()).unwrap();
    for bundled in anjian_bundle::PLUGINS {
        let plugin = engine.load(bundled.component).unwrap();
        checker.add(std::sync::Arc::new(plugin)).unwrap();
    }
    let inputs = Inputs::new(["-".into()]).with_stdin(std::io::Cursor::new(bytes.to_vec()));
    let mut out = Vec::new();
    let stop = std::sync::atomic::AtomicBool::new(false);
    anjian_check::run(&checker, inputs, &Json, &mut out, &stop, |_| {}).unwrap();
    out
}

#[test]
fn command_library_and_service_say_the_same_bytes() {
    let place = Place::new("");
    let serving = place.serve();
    assert_eq!(serving.get("/readyz").status, 200);
    let mut inputs = samples();
    inputs.extend([
        b"".to_vec(),
        b"\xff\xfe".to_vec(),
        b"{".to_vec(),
        b"[1,2]".to_vec(),
        b"{\"filing_id\":\"x\"}".to_vec(),
        b"not\njson\n".to_vec(),
    ]);
    for input in &inputs {
        let answer = serving.check(input);
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(answer.header("anjian-receipt").is_some());
        assert!(
            answer.body == command_says(input, "json", None),
            "{}",
            answer.text()
        );
    }
    let first = &inputs[0];
    assert!(serving.check(first).body == library_says(first));
}

#[test]
fn a_stream_says_the_same_bytes_as_the_command() {
    let place = Place::new("");
    let serving = place.serve();
    let mut lines = stream();
    // Longer than any line that is judged, and after it one without end.
    lines.extend(vec![b'x'; 9 * 1024 * 1024]);
    lines.extend(b"\n{}");
    let mut reading = serving.connect();
    let mut writing = reading.writer().unwrap();
    let sent = lines.clone();
    let sender = std::thread::spawn(move || {
        writing.begin("POST", "/v1/check/stream", &[]).unwrap();
        for part in sent.chunks(1_009) {
            writing.write_part(part).unwrap();
        }
        writing.write_part(b"").unwrap();
    });
    let answer = reading.answer().unwrap();
    sender.join().unwrap();
    assert_eq!(answer.status, 200);
    assert!(answer.body == command_says(&lines, "ndjson", None));
    let request = answer.header("x-request-id").unwrap();
    let listed = serving.get(&format!("/v1/receipts?limit=1000&request={request}"));
    let receipts: Vec<Value> = serde_json::from_slice(&listed.body).unwrap();
    let lines = answer.text().lines().count();
    assert_eq!(
        receipts.len(),
        lines - 1,
        "one for each, none for the summary"
    );
    // Each line can be had again, the one that was too long too.
    let reports = answer.text();
    for (receipt, line) in receipts.iter().zip(reports.lines()) {
        let id = receipt["id"].as_i64().unwrap();
        let replayed = serving.get(&format!("/v1/receipts/{id}/replay"));
        assert_eq!(replayed.header("anjian-replay"), Some("same"));
        assert_eq!(replayed.text(), format!("{line}\n"));
    }
}

#[test]
fn lines_are_answered_while_the_stream_is_open() {
    let place = Place::new("");
    let serving = place.serve();
    let mut connection = serving.connect();
    connection.begin("POST", "/v1/check/stream", &[]).unwrap();
    let filing: Value = serde_json::from_slice(&samples()[0]).unwrap();
    let line = format!("{filing}\n");
    connection.write_part(line.as_bytes()).unwrap();
    assert_eq!(connection.read_head().unwrap().status, 200);
    for number in 1..=3 {
        let part = connection.read_part().unwrap().unwrap();
        let report: Value = serde_json::from_slice(&part).unwrap();
        assert_eq!(report["source"], format!("-#{number}"));
        connection.write_part(line.as_bytes()).unwrap();
    }
    connection.write_part(b"").unwrap();
    let mut rest = Vec::new();
    while let Some(part) = connection.read_part().unwrap() {
        rest.extend(part);
    }
    let last: Value = serde_json::from_slice(rest.split(|b| *b == b'\n').nth(1).unwrap()).unwrap();
    assert_eq!(last["summary"]["filings"], 4);
}

#[test]
fn a_profile_counts_and_is_kept_for_the_replay() {
    let profile = sample_data().join("profiles/changzhou-example.toml");
    let place = Place::new(&format!("profile = {:?}\n", profile.display().to_string()));
    let serving = place.serve();
    let filing = &samples()[1];
    let answer = serving.check(filing);
    assert!(answer.body == command_says(filing, "json", Some(&profile)));
    serving.stop();
    // Without the file: the log has what it needs.
    place.configure("");
    let replayed = place.run(&["receipt", "replay", "1"]);
    assert_eq!(replayed.status.code(), Some(0));
    assert!(replayed.stdout == answer.body);
}

#[test]
fn a_replay_gives_the_bytes_of_then_after_a_swap() {
    let place = Place::new("[plugins]\nallow_unsigned = true\npromotion = \"at_once\"\n");
    let serving = place.serve();
    let filing = &samples()[0];
    let before = serving.check(filing);
    // A stream that is open while the versions are swapped.
    let line = format!("{}\n", serde_json::from_slice::<Value>(filing).unwrap());
    let mut stream = serving.connect();
    stream.begin("POST", "/v1/check/stream", &[]).unwrap();
    stream.write_part(line.as_bytes()).unwrap();
    assert_eq!(stream.read_head().unwrap().status, 200);
    stream.read_part().unwrap().unwrap();
    // The same rules under another digest: a section that nobody reads.
    let mut other = anjian_bundle::PLUGINS[0].component.to_vec();
    other.extend([0, 6, 4, b'n', b'o', b't', b'e', b'x']);
    let (form, body) = upload(&other);
    let headers = [("content-type", form.as_str())];
    let taken = serving
        .connect()
        .send("POST", "/v1/plugins", &headers, &body)
        .unwrap();
    assert_eq!(taken.status, 202, "{}", taken.text());
    let taken: Value = serde_json::from_slice(&taken.body).unwrap();
    let id = taken["id"].as_str().unwrap();
    // Until it judges; its stages take as long as they take.
    let after = loop {
        let after = serving.check(filing);
        if after.text().contains(id) {
            break after;
        }
        let listed = serving.get("/v1/plugins").text();
        assert!(!listed.contains("\"refused\""), "{listed}");
    };
    assert_eq!(after.header("anjian-notes"), Some("unsigned"));
    let report: Value = serde_json::from_slice(&after.body).unwrap();
    assert_eq!(report["notes"][0]["kind"], "unsigned");
    let whole: Value = serde_json::from_slice(&before.body).unwrap();
    assert_eq!(report["filings"], whole["filings"], "the same rules");
    // It ends on the versions that it began with.
    stream.write_part(line.as_bytes()).unwrap();
    stream.write_part(b"").unwrap();
    let mut rest = Vec::new();
    while let Some(part) = stream.read_part().unwrap() {
        rest.extend(part);
    }
    let rest = String::from_utf8(rest).unwrap();
    assert!(rest.contains("\"summary\":{\"filings\":2"), "{rest}");
    assert!(!rest.contains(id) && !rest.contains("\"notes\""), "{rest}");
    let ids = [&before, &after].map(|answer| answer.header("anjian-receipt").unwrap().to_owned());
    let path = format!("/v1/plugins/{}/rollback", anjian_bundle::PLUGINS[0].name);
    let back = serving.connect().send("POST", &path, &[], b"").unwrap();
    assert_eq!(back.status, 200, "{}", back.text());
    assert!(serving.check(filing).body == before.body);
    for (id, answer) in ids.iter().zip([&before, &after]) {
        let replayed = place.run(&["receipt", "replay", id]);
        assert!(
            replayed.stdout == answer.body,
            "beside the service that runs"
        );
        assert_eq!(replayed.status.code(), Some(0));
    }
}

/// Two versions at once, each for its dates; the report says why one judged.
#[test]
fn versions_by_date_judge_side_by_side() {
    let place = Place::new("[plugins]\nallow_unsigned = true\n");
    let serving = place.serve();
    let bundled = &anjian_bundle::PLUGINS[0];
    let plugin = bundled.name.trim_start_matches("anjian-");
    let mut other = bundled.component.to_vec();
    other.extend([0, 6, 4, b'n', b'o', b't', b'e', b'x']);
    let (form, body) = upload(&other);
    let headers = [("content-type", form.as_str())];
    let send = |path: &str, headers: &[(&str, &str)], body: &[u8]| {
        let answer = serving.connect().send("POST", path, headers, body);
        let answer = answer.unwrap();
        assert!(answer.status < 300, "{}", answer.text());
        serde_json::from_slice::<Value>(&answer.body).unwrap()
    };
    let taken = send("/v1/plugins", &headers, &body);
    let id = taken["id"].as_str().unwrap();
    send(
        &format!("/v1/plugins/{id}/activate?from=2026-07-01"),
        &[],
        b"",
    );
    let mut answers = Vec::new();
    for (date, new) in [("2026-06-30", false), ("2026-07-01", true)] {
        let mut filing: Value = serde_json::from_slice(&samples()[0]).unwrap();
        filing["reference_date"] = date.into();
        filing["submission_date"] = date.into();
        let answer = serving.check(filing.to_string().as_bytes());
        let report: Value = serde_json::from_slice(&answer.body).unwrap();
        let by = &report["filings"][0]["judged_by"][0];
        assert_eq!(by["plugin"], plugin, "{by}");
        assert_eq!(by["sha256"] == id, new, "{by}");
        let reason = by["reason"]["en"].as_str().unwrap();
        let days = ["up to 2026-06-30", "from 2026-07-01 on"][usize::from(new)];
        assert!(reason.ends_with(days), "{reason}");
        let used = report["plugins"].as_array().unwrap();
        assert_eq!(used.iter().filter(|used| used["id"] == plugin).count(), 2);
        answers.push(answer);
    }
    let rules = serving.get("/v1/rules?date=2026-06-30");
    assert_eq!(rules.status, 200);
    // Both can be had again, also after the schedule was given up.
    send(&format!("/v1/plugins/{plugin}/rollback"), &[], b"");
    for answer in &answers {
        let receipt = answer.header("anjian-receipt").unwrap();
        let replayed = place.run(&["receipt", "replay", receipt]);
        assert_eq!(replayed.status.code(), Some(0));
        assert!(replayed.stdout == answer.body);
    }
}

fn upload(component: &[u8]) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    body.extend(
        b"--line\r\ncontent-disposition: form-data; name=\"component\"; filename=\"p\"\r\n\r\n",
    );
    body.extend(component);
    body.extend(b"\r\n--line--\r\n");
    ("multipart/form-data; boundary=line".to_owned(), body)
}

/// Kills the service while filings come in, again and again. Whoever has an
/// answer finds its receipt.
#[test]
fn kill_9_loses_no_filing_that_was_answered() {
    let place = Place::new("");
    let filing = samples()[0].clone();
    let mut answered: Vec<(i64, String)> = Vec::new();
    for round in 1..=4 {
        let serving = place.serve();
        let (tell, told) = std::sync::mpsc::channel();
        let askers: Vec<_> = (0..4)
            .map(|_| {
                let (tell, filing) = (tell.clone(), filing.clone());
                let mut connection = serving.connect();
                std::thread::spawn(move || {
                    while let Ok(answer) = connection.send("POST", "/v1/check", &[], &filing) {
                        assert_eq!(answer.status, 200);
                        let id = answer.header("anjian-receipt").unwrap().parse().unwrap();
                        let hash = answer.header("anjian-receipt-hash").unwrap().to_owned();
                        if tell.send((id, hash)).is_err() {
                            break;
                        }
                    }
                })
            })
            .collect();
        drop(tell);
        // In the middle of it, and each time at another place.
        let mut seen: Vec<_> = told.iter().take(round * 37).collect();
        serving.signal("-KILL");
        seen.extend(told.iter());
        for asker in askers {
            asker.join().unwrap();
        }
        answered.extend(seen);
        let verified = place.says(&["receipt", "verify", "--lang", "en"], 0);
        assert!(verified.contains("none changed"), "{verified}");
    }
    let mut ids: Vec<i64> = answered.iter().map(|(id, _)| *id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), answered.len(), "each answer has its own receipt");
    let serving = place.serve();
    for (id, hash) in answered.iter().step_by(11) {
        let receipt: Value =
            serde_json::from_slice(&serving.get(&format!("/v1/receipts/{id}")).body).unwrap();
        assert_eq!(&receipt["hash"], hash);
    }
    serving.stop();
    // All of them at once: heads that askers kept.
    let heads: Vec<String> = answered
        .iter()
        .map(|(id, hash)| format!("--head={id}:{hash}"))
        .collect();
    let mut args = vec!["receipt", "verify"];
    args.extend(heads.iter().map(String::as_str));
    place.says(&args, 0);
}

#[test]
fn verify_finds_a_changed_log_and_the_service_does_not_go_on_with_a_cut_one() {
    let place = Place::new("");
    let serving = place.serve();
    for filing in samples().iter().take(3) {
        serving.check(filing);
    }
    serving.stop();
    let database = place.path("data/receipts.db");
    let bytes = fs::read(&database).unwrap();
    let at = bytes
        .windows(8)
        .rposition(|window| window == b"hazchem\"")
        .unwrap();
    let mut changed = bytes.clone();
    changed[at] = b'H';
    fs::write(&database, changed).unwrap();
    let said = place.says(&["receipt", "verify"], 1);
    assert!(said.contains("was changed"), "{said}");
    fs::write(&database, &bytes).unwrap();
    place.says(&["receipt", "verify"], 0);
    fs::remove_file(&database).unwrap();
    let output = place.run(&["serve", "--listen", "127.0.0.1:0"]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(error.contains("was known to go up to receipt 3"), "{error}");
}

#[test]
fn beyond_this_machine_only_with_tokens_and_no_secret_is_logged() {
    let place = Place::new("log = \"debug\"\n");
    let output = place.run(&["serve", "--listen", "0.0.0.0:0"]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(error.contains("anjian token add"), "{error}");
    let added = place.run(&["token", "add", "city", "--role", "submitter"]);
    let secret = String::from_utf8(added.stdout).unwrap().trim().to_owned();
    let serving = place.serve();
    let bearer = format!("Bearer {secret}");
    let wrong = format!("Bearer {}0", secret);
    let filing = &samples()[0];
    for (authorization, status) in [(&bearer, 200), (&wrong, 401)] {
        let headers = [("authorization", authorization.as_str())];
        let answer = serving
            .connect()
            .send("POST", "/v1/check", &headers, filing);
        assert_eq!(answer.unwrap().status, status);
    }
    assert_eq!(serving.check(filing).status, 401);
    place.says(&["token", "revoke", "city"], 0);
    let headers = [("authorization", bearer.as_str())];
    let answer = serving
        .connect()
        .send("POST", "/v1/check", &headers, filing);
    assert_eq!(answer.unwrap().status, 401, "at once");
    let log = serving.stop();
    assert!(log.contains("\"token\":\"city\""), "{log}");
    assert!(!log.contains(&secret[10..]), "the token is in the log");
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert!(line["level"].is_string());
    }
    let listed = place.says(&["token", "list", "--lang", "en"], 0);
    assert!(listed.contains("city") && !listed.contains(&secret));
    let receipts = place.says(&["receipt", "list", "--format", "json"], 0);
    assert!(receipts.contains("\"token\": \"city\""), "{receipts}");
}

#[test]
fn a_stream_that_was_accepted_is_finished_before_the_end() {
    let place = Place::new("");
    let mut serving = place.serve();
    let mut connection = serving.connect();
    connection.begin("POST", "/v1/check/stream", &[]).unwrap();
    let filing: Value = serde_json::from_slice(&samples()[0]).unwrap();
    let line = format!("{filing}\n");
    connection.write_part(line.as_bytes()).unwrap();
    assert_eq!(connection.read_head().unwrap().status, 200);
    connection.read_part().unwrap().unwrap();
    serving.signal("-TERM");
    // Until nobody is let in any more.
    while Connection::open(&serving.address).is_ok() {
        std::thread::yield_now();
    }
    connection.write_part(line.as_bytes()).unwrap();
    connection.write_part(b"").unwrap();
    let mut rest = Vec::new();
    while let Some(part) = connection.read_part().unwrap() {
        rest.extend(part);
    }
    let rest = String::from_utf8(rest).unwrap();
    assert!(rest.contains("\"summary\":{\"filings\":2"), "{rest}");
    assert_eq!(serving.child.wait().unwrap().code(), Some(0));
    let listed = place.says(&["receipt", "list", "--format", "json"], 0);
    assert_eq!(
        serde_json::from_str::<Vec<Value>>(&listed).unwrap().len(),
        2
    );
}
