use std::sync::{Arc, Mutex};
use std::time::Duration;

use anjian_runtime::{Engine, Limits};
use anjian_store::{Store, StoreSettings};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::Semaphore;
use tower::ServiceExt;

use super::{Service, router};
use crate::metrics::Metrics;
use crate::pool::Pool;
use crate::rates::Rates;
use crate::receipts::{Writer, WriterSettings};
use crate::settings::LimitSettings;
use crate::tokens::{Role, Tokens};

/// A door without plugins, which answers filings with what is wrong with them.
struct Door {
    folder: TempDir,
    tokens: Tokens,
    router: Router,
}

fn door(limits: LimitSettings, local: bool) -> Door {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    let engine = Engine::new(Limits::default()).unwrap();
    let writer = WriterSettings {
        engine: "anjian test".to_owned(),
        queue: 8,
        wait: Duration::from_secs(5),
    };
    std::fs::create_dir_all(path("plugins")).unwrap();
    let service = Arc::new(Service {
        store: Store::open(
            StoreSettings::new(path("plugins")),
            Arc::new(engine.clone()),
        )
        .unwrap(),
        writer: Writer::start(&path("data"), writer).unwrap(),
        data: path("data"),
        pool: Pool::new(2, limits.queue),
        room: Arc::new(Semaphore::new(limits.body_bytes.div_ceil(1024))),
        readers: Pool::new(1, limits.queue),
        tokens: Tokens::of(path("tokens.toml")),
        local,
        rates: Rates::new(limits.filings_per_s, limits.burst),
        metrics: Metrics::new(),
        profile: None,
        limits,
        engine,
        basis: Mutex::new(None),
    });
    Door {
        tokens: Tokens::of(path("tokens.toml")),
        router: router(service),
        folder,
    }
}

impl Door {
    async fn ask(&self, request: Request<Body>) -> (StatusCode, axum::http::HeaderMap, Vec<u8>) {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = answer.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        (head.status, head.headers, body)
    }

    async fn problem(&self, request: Request<Body>) -> (u16, String, String) {
        let (status, headers, body) = self.ask(request).await;
        let problem: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(headers["content-type"], "application/problem+json");
        assert_eq!(problem["status"], status.as_u16());
        assert!(headers.contains_key("x-request-id"));
        for member in ["title", "detail", "what_to_do"] {
            assert!(!problem[member].as_str().unwrap().is_empty(), "{problem}");
        }
        let text = |member: &str| problem[member].as_str().unwrap().to_owned();
        let kind = text("type").replace("urn:anjian:problem:", "");
        (status.as_u16(), kind, text("whose_turn"))
    }
}

fn request(method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(path)
}

fn post(path: &str, body: impl Into<Body>) -> Request<Body> {
    request("POST", path).body(body.into()).unwrap()
}

#[tokio::test]
async fn refusals_say_whose_turn_it_is() {
    let limits = LimitSettings {
        filing_bytes: 1_000,
        ..LimitSettings::default()
    };
    let door = door(limits, true);
    for (asked, status, kind, turn) in [
        (post("/v1/nowhere", ""), 404, "nowhere", "client"),
        (post("/v1/rules", ""), 405, "bad_method", "client"),
        (
            post("/v1/check", vec![b' '; 1_001]),
            413,
            "too_large",
            "client",
        ),
        (
            post("/v1/check", "{}\n{}\n{}\n"),
            422,
            "several_filings",
            "client",
        ),
        (
            request("GET", "/v1/receipts/9")
                .body(Body::empty())
                .unwrap(),
            404,
            "no_receipt",
            "client",
        ),
        (
            request("GET", "/v1/receipts/x")
                .body(Body::empty())
                .unwrap(),
            400,
            "senseless",
            "client",
        ),
        (
            request("GET", "/v1/receipts?limit=x")
                .body(Body::empty())
                .unwrap(),
            400,
            "senseless",
            "client",
        ),
        (
            post("/v1/plugins/abc/activate", ""),
            404,
            "no_version",
            "client",
        ),
        (
            post("/v1/plugins/abc/rollback", ""),
            404,
            "no_version",
            "client",
        ),
        (post("/v1/plugins", "no form"), 400, "senseless", "client"),
        (
            post("/v1/plugins/%ff/activate", ""),
            400,
            "senseless",
            "client",
        ),
        (
            post("/v1/plugins/%ff/rollback", ""),
            400,
            "senseless",
            "client",
        ),
        (
            post("/v1/plugins/abc/activate?from=soon", ""),
            400,
            "senseless",
            "client",
        ),
    ] {
        let path = asked.uri().clone();
        let expect = (status, kind.to_owned(), turn.to_owned());
        assert_eq!(door.problem(asked).await, expect, "{path}");
    }
}

#[tokio::test]
async fn a_body_without_length_is_cut_off_at_the_limit_too() {
    let limits = LimitSettings {
        filing_bytes: 1_000,
        ..LimitSettings::default()
    };
    let door = door(limits, true);
    let (sender, parts) = tokio::sync::mpsc::channel(1);
    let endless = tokio::spawn(async move {
        while sender
            .send(bytes::Bytes::from_static(&[b' '; 100]))
            .await
            .is_ok()
        {}
    });
    let body = Body::new(super::body::Written(parts));
    let expect = (413, "too_large".to_owned(), "client".to_owned());
    assert_eq!(door.problem(post("/v1/check", body)).await, expect);
    endless.await.unwrap();
}

#[tokio::test]
async fn a_body_that_does_not_come_is_waited_for_so_long() {
    let limits = LimitSettings {
        request_ms: 20,
        stream_idle_ms: 20,
        ..LimitSettings::default()
    };
    let door = door(limits, true);
    let (_open, parts) = tokio::sync::mpsc::channel(1);
    let body = Body::new(super::body::Written(parts));
    let expect = (408, "too_slow".to_owned(), "client".to_owned());
    assert_eq!(door.problem(post("/v1/check", body)).await, expect);
    let (_open, parts) = tokio::sync::mpsc::channel(1);
    let body = Body::new(super::body::Written(parts));
    let (status, _, said) = door.ask(post("/v1/check/stream", body)).await;
    assert_eq!(status, 200, "it had begun");
    let last: Value = serde_json::from_slice(&said).unwrap();
    assert_eq!(last["problem"]["type"], "urn:anjian:problem:stood_still");
}

#[tokio::test]
async fn bodies_that_find_no_room_are_refused_and_the_next_is_not() {
    let limits = LimitSettings {
        filing_bytes: 100_000,
        body_bytes: 100_000,
        ..LimitSettings::default()
    };
    let door = door(limits, true);
    // Its length is not known, so it takes the room of the largest.
    let (open, parts) = tokio::sync::mpsc::channel(1);
    let slow = door
        .router
        .clone()
        .oneshot(post("/v1/check", Body::new(super::body::Written(parts))));
    let slow = tokio::spawn(slow);
    open.send(bytes::Bytes::from_static(b"{")).await.unwrap();
    let _ = open.reserve().await;
    let expect = (503, "busy".to_owned(), "client".to_owned());
    assert_eq!(door.problem(post("/v1/check", "{}")).await, expect);
    drop(open);
    assert_eq!(slow.await.unwrap().unwrap().status(), 200);
    assert_eq!(door.ask(post("/v1/check", "{}")).await.0, 200);
}

#[tokio::test]
async fn a_token_that_asks_too_fast_is_told_when_to_come_back() {
    let limits = LimitSettings {
        filings_per_s: 1,
        burst: 1,
        ..LimitSettings::default()
    };
    let door = door(limits, true);
    let (status, ..) = door.ask(post("/v1/check", "{}")).await;
    assert_eq!(status, 200);
    let (status, headers, _) = door.ask(post("/v1/check", "{}")).await;
    assert_eq!(status, 429);
    assert_eq!(headers["retry-after"], "1");
}

#[tokio::test]
async fn pages_of_other_places_are_refused_and_the_own_page_is_not() {
    let door = door(LimitSettings::default(), true);
    for (origin, status) in [
        ("http://evil.example", 403),
        ("null", 403),
        ("http://127.0.0.1:8080", 200),
    ] {
        let asked = request("POST", "/v1/check")
            .header("host", "127.0.0.1:8080")
            .header("origin", origin)
            .body(Body::from("{}"))
            .unwrap();
        assert_eq!(door.ask(asked).await.0.as_u16(), status, "{origin}");
    }
}

#[tokio::test]
async fn without_tokens_it_is_open_on_its_own_machine_only() {
    let door = door(LimitSettings::default(), true);
    for (name, value, status) in [
        ("host", "127.0.0.1:8080", 200),
        ("host", "localhost", 200),
        ("host", "[::1]:8080", 200),
        ("host", "evil.example:8080", 403),
        ("host", "127.0.0.1.evil.example", 403),
        ("host", "10.0.0.1", 403),
        ("x-forwarded-for", "10.0.0.1", 403),
        ("forwarded", "for=10.0.0.1", 403),
        ("via", "1.1 proxy", 403),
    ] {
        let asked = request("GET", "/v1/rules")
            .header(name, value)
            .body(Body::empty())
            .unwrap();
        assert_eq!(door.ask(asked).await.0.as_u16(), status, "{name}: {value}");
    }
    // Who was given a token comes from anywhere, and the others stay outside,
    // also when the file is lost.
    let secret = door.tokens.add("city", &[Role::Officer]).unwrap();
    let asked = |token: Option<&str>| {
        let asked = request("GET", "/v1/rules").header("host", "anjian.example");
        let asked = match token {
            Some(token) => asked.header("authorization", format!("Bearer {token}")),
            None => asked,
        };
        asked.body(Body::empty()).unwrap()
    };
    assert_eq!(door.ask(asked(Some(&secret))).await.0, 200);
    assert_eq!(door.ask(asked(None)).await.0, 401);
    std::fs::remove_file(door.folder.path().join("tokens.toml")).unwrap();
    for host in ["anjian.example", "127.0.0.1"] {
        let lost = request("GET", "/v1/rules").header("host", host);
        let lost = lost.body(Body::empty()).unwrap();
        assert_eq!(door.ask(lost).await.0, 401, "{host}");
    }
}

#[tokio::test]
async fn receipts_are_found_read_and_looked_through() {
    let door = door(LimitSettings::default(), false);
    let token = |name: &str, role| {
        let secret = door.tokens.add(name, &[role]).unwrap();
        format!("Bearer {secret}")
    };
    let (city, town) = (
        token("city", Role::Submitter),
        token("town", Role::Submitter),
    );
    let auditor = token("audit", Role::Auditor);
    for (who, filing) in [(&city, "{}"), (&town, "{\"a\":1}"), (&town, "{}")] {
        let asked = request("POST", "/v1/check").header("authorization", who);
        let asked = asked.body(Body::from(filing)).unwrap();
        assert_eq!(door.ask(asked).await.0, 200);
    }
    let get = async |who: &str, path: &str| {
        let asked = request("GET", path).header("authorization", who);
        let (status, _, body) = door.ask(asked.body(Body::empty()).unwrap()).await;
        (status.as_u16(), body)
    };
    let ids = async |who: &str, path: &str| {
        let (status, body) = get(who, path).await;
        assert_eq!(status, 200, "{path}");
        let all: Vec<Value> = serde_json::from_slice(&body).unwrap();
        let ids = all.iter().map(|receipt| receipt["id"].as_i64().unwrap());
        ids.collect::<Vec<_>>()
    };
    let empty = crate::receipts::sha256(b"{}");
    let found = format!("/v1/receipts?filing={empty}");
    assert_eq!(ids(&auditor, "/v1/receipts").await, [1, 2, 3]);
    assert_eq!(ids(&auditor, &found).await, [1, 3]);
    assert_eq!(ids(&town, "/v1/receipts").await, [2, 3]);
    assert_eq!(ids(&town, &found).await, [3]);
    assert_eq!(ids(&auditor, "/v1/receipts?plugin=00").await, [0; 0]);
    assert_eq!(get(&town, "/v1/receipts/2").await.0, 200);
    assert_eq!(get(&town, "/v1/receipts/1").await.0, 404);
    let filing = get(&auditor, "/v1/receipts/2/filing").await;
    assert_eq!(filing, (200, b"{\"a\":1}".to_vec()));
    let looked = async || -> Value {
        let (status, body) = get(&auditor, "/v1/receipts/verify").await;
        assert_eq!(status, 200);
        serde_json::from_slice(&body).unwrap()
    };
    let said = looked().await;
    assert_eq!(
        (&said["unchanged"], &said["receipts"]),
        (&true.into(), &3.into())
    );
    std::fs::remove_file(door.folder.path().join("data/receipts.head")).unwrap();
    let said = looked().await;
    assert_eq!(said["unchanged"], false);
    assert!(said["flaw"].as_str().unwrap().contains("no file beside"));
}

/// A log that takes nothing more: no answer, and the service says whose turn
/// it is and that it is not ready.
#[tokio::test]
async fn without_a_receipt_there_is_no_answer() {
    let door = door(LimitSettings::default(), true);
    let log = rusqlite::Connection::open(door.folder.path().join("data/receipts.db")).unwrap();
    log.execute_batch(
        "CREATE TRIGGER full BEFORE INSERT ON receipts
         BEGIN SELECT RAISE(ABORT, 'the disk is full'); END;",
    )
    .unwrap();
    let expect = (503, "no_evidence".to_owned(), "operator".to_owned());
    assert_eq!(door.problem(post("/v1/check", "{}")).await, expect);
    let (_, _, said) = door.ask(post("/v1/check/stream", "{}\n")).await;
    let last: Value = serde_json::from_slice(&said).unwrap();
    assert_eq!(last["problem"]["type"], "urn:anjian:problem:no_evidence");
    log.execute_batch("DROP TRIGGER full").unwrap();
    assert_eq!(door.ask(post("/v1/check", "{}")).await.0, 200);
}

/// Who may ask for what. Every address of the description is here.
const DOORS: &[(&str, &str, &[Role])] = {
    use Role::{Auditor, Officer, RuleAdmin, Submitter};
    &[
        ("POST", "/v1/check", &[Submitter, Officer]),
        ("POST", "/v1/check/stream", &[Submitter, Officer]),
        ("GET", "/v1/rules", &Role::ALL),
        ("GET", "/v1/plugins", &Role::ALL),
        ("POST", "/v1/plugins", &[RuleAdmin]),
        ("POST", "/v1/plugins/{id}/activate", &[RuleAdmin]),
        ("POST", "/v1/plugins/{id}/rollback", &[RuleAdmin]),
        ("POST", "/v1/plugins/{id}/retire", &[RuleAdmin]),
        ("POST", "/v1/plugins/{id}/release", &[RuleAdmin]),
        ("GET", "/v1/receipts", &[Submitter, Officer, Auditor]),
        ("GET", "/v1/receipts/verify", &[Officer, Auditor]),
        ("GET", "/v1/receipts/{id}", &[Submitter, Officer, Auditor]),
        ("GET", "/v1/receipts/{id}/filing", &[Officer, Auditor]),
        ("GET", "/v1/receipts/{id}/replay", &[Officer, Auditor]),
        ("GET", "/metrics", &[Officer, RuleAdmin, Auditor]),
    ]
};

const OPEN: &[&str] = &["/healthz", "/readyz"];

#[tokio::test]
async fn each_door_opens_for_its_roles_only() {
    let door = door(LimitSettings::default(), false);
    let mut secrets = Vec::new();
    for role in Role::ALL {
        let name = role.word().replace('_', "-");
        secrets.push((role, door.tokens.add(&name, &[role]).unwrap()));
    }
    for (method, path, roles) in DOORS {
        let path = path.replace("{id}", "1");
        let ask = |token: Option<String>| {
            let asked = request(method, &path);
            let asked = match token {
                Some(token) => asked.header("authorization", token),
                None => asked,
            };
            door.ask(asked.body(Body::empty()).unwrap())
        };
        for (role, secret) in &secrets {
            let status = ask(Some(format!("Bearer {secret}"))).await.0;
            let refused = status == StatusCode::FORBIDDEN;
            assert_ne!(status, StatusCode::UNAUTHORIZED);
            assert_eq!(refused, !roles.contains(role), "{method} {path} {role:?}");
        }
        for token in [
            None,
            Some("Bearer anjian_0"),
            Some("Basic YTpi"),
            Some("Bearer"),
        ] {
            let (status, headers, _) = ask(token.map(str::to_owned)).await;
            assert_eq!(
                status,
                StatusCode::UNAUTHORIZED,
                "{method} {path} {token:?}"
            );
            assert!(headers.contains_key("www-authenticate"));
        }
    }
    door.tokens.revoke("auditor").unwrap();
    let (_, secret) = &secrets[3];
    let asked = request("GET", "/v1/rules").header("authorization", format!("Bearer {secret}"));
    let (status, ..) = door.ask(asked.body(Body::empty()).unwrap()).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "revoked at once");
}

#[tokio::test]
async fn tokens_that_cannot_be_read_let_nobody_in() {
    let door = door(LimitSettings::default(), true);
    std::fs::write(door.folder.path().join("tokens.toml"), "[[token]").unwrap();
    let expect = (503, "tokens".to_owned(), "operator".to_owned());
    assert_eq!(door.problem(post("/v1/check", "{}")).await, expect);
}

#[tokio::test]
async fn the_description_has_every_door_and_resolves() {
    let door = door(LimitSettings::default(), true);
    let asked = request("GET", "/openapi.json").body(Body::empty()).unwrap();
    let (status, _, body) = door.ask(asked).await;
    assert_eq!(status, 200);
    let api: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(api, super::description());
    let mut described: Vec<String> = Vec::new();
    for (path, methods) in api["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            described.push(format!("{} {path}", method.to_uppercase()));
            assert!(operation["summary"].is_string(), "{path}");
        }
    }
    let mut known: Vec<String> = DOORS
        .iter()
        .map(|(method, path, _)| format!("{method} {path}"))
        .chain(OPEN.iter().map(|path| format!("GET {path}")))
        .collect();
    known.sort();
    described.sort();
    assert_eq!(described, known);
    let text = api.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().unwrap();
        assert!(api.pointer(pointer).is_some(), "{pointer}");
    }
    assert!(api.pointer("/components/schemas/Report").is_some());
    let page = request("GET", "/").body(Body::empty()).unwrap();
    let (_, headers, page) = door.ask(page).await;
    assert!(
        headers["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );
    let page = String::from_utf8(page).unwrap();
    for outside in ["http://", "https://", "src=", "@import"] {
        assert!(!page.contains(outside), "the page loads nothing: {outside}");
    }
}

#[tokio::test]
async fn health_readiness_and_metrics() {
    let door = door(LimitSettings::default(), true);
    let get = |path: &str| request("GET", path).body(Body::empty()).unwrap();
    assert_eq!(door.ask(get("/healthz")).await.0, 200);
    let (status, _, body) = door.ask(get("/readyz")).await;
    let ready: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(
        (status.as_u16(), &ready["ready"]),
        (503, &Value::Bool(false))
    );
    assert_eq!(ready["reasons"][0], "no plugin judges");
    // This door has no watch; the service's own is ready, tests of the command see.
    assert!(
        ready["reasons"][1]
            .as_str()
            .unwrap()
            .contains("not watched")
    );
    door.ask(post("/v1/check", "{}")).await;
    let (_, _, body) = door.ask(get("/metrics")).await;
    let text = String::from_utf8(body).unwrap();
    for line in [
        "anjian_filings_total{verdict=\"invalid\"} 1",
        "anjian_requests_total{path=\"/v1/check\",status=\"200\"} 1",
        "anjian_check_seconds_count 1",
        "anjian_receipt_commits_total 1",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}
