//! HTTPS, over real sockets and with certificates that are made here.

use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use anjian_tests::http::Connection;
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use serde_json::Value;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::place::Place;
use super::{command_says, samples};

pub const CONFIG: &str = "[tls]\ncert = \"cert.pem\"\nkey = \"key.pem\"\n";

/// Puts a certificate, which is its own authority, and its key into a folder.
pub fn certify(folder: &Path, change: impl FnOnce(&mut CertificateParams)) {
    let mut params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    change(&mut params);
    let key = KeyPair::generate().unwrap();
    let cert = params.self_signed(&key).unwrap();
    fs::write(folder.join("cert.pem"), cert.pem()).unwrap();
    fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
}

/// A client that believes the certificate of a folder.
fn client(folder: &Path) -> Agent {
    let cert = fs::read(folder.join("cert.pem")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = TlsConfig::builder()
        .unversioned_rustls_crypto_provider(provider)
        .root_certs(RootCerts::from([Certificate::from_pem(&cert).unwrap()]))
        .build();
    Agent::config_builder().tls_config(tls).build().new_agent()
}

#[test]
fn over_tls_the_answer_is_the_same() {
    let place = Place::new(CONFIG);
    certify(place.folder.path(), |_| {});
    let serving = place.serve();
    assert!(serving.address.starts_with("https://127.0.0.1:"));
    let client = client(place.folder.path());
    let url = format!("{}/v1/check", serving.address);
    for filing in samples().iter().take(3) {
        let mut answer = client.post(&url).send(filing).unwrap();
        assert!(answer.headers().contains_key("anjian-receipt"));
        let body = answer.body_mut().read_to_vec().unwrap();
        assert!(body == command_says(filing, "json", None));
    }
    assert!(serving.stop().contains("\"tls\":true"));
}

#[test]
fn who_does_not_speak_tls_is_refused_and_the_next_one_is_served() {
    let place = Place::new(&format!("[limits]\nconnections = 4\n{CONFIG}"));
    certify(place.folder.path(), |_| {});
    let serving = place.serve();
    let address = serving.address.trim_start_matches("https://");
    // One says nothing, one begins and goes no further.
    let silent = TcpStream::connect(address).unwrap();
    let mut halting = TcpStream::connect(address).unwrap();
    halting.write_all(&[22, 3, 1, 2, 0, 1]).unwrap();
    let mut plain = Connection::open(address).unwrap();
    let headers = [("authorization", "Bearer anjian_0")];
    let answer = plain.send("POST", "/v1/check", &headers, b"{}").unwrap();
    assert_eq!(answer.status, 400);
    let problem: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(problem["type"], "urn:anjian:problem:plain");
    let url = format!("{}/healthz", serving.address);
    client(place.folder.path()).get(&url).call().unwrap();
    drop((silent, halting));
}

#[test]
fn without_a_good_certificate_it_does_not_start() {
    let place = Place::new(CONFIG);
    let folder = place.folder.path();
    let refuses = |said: &str| {
        let text = place.says(&["serve", "--listen", "127.0.0.1:0"], 2);
        assert!(text.contains(said), "{text}");
    };
    refuses("cert.pem cannot be read");
    certify(folder, |params| {
        params.not_after = date_time_ymd(2025, 12, 31)
    });
    refuses("expired on 2025-12-31");
    certify(folder, |_| {});
    let key = fs::read(folder.join("key.pem")).unwrap();
    fs::write(folder.join("key.pem"), "").unwrap();
    refuses("key.pem has no private key");
    fs::remove_file(folder.join("key.pem")).unwrap();
    refuses("key.pem cannot be read");
    certify(folder, |_| {});
    fs::write(folder.join("key.pem"), key).unwrap();
    refuses("does not fit");
    fs::write(folder.join("cert.pem"), "no certificate").unwrap();
    refuses("cert.pem has no certificate");
    place.configure("[tls]\ncert = \"cert.pem\"\n");
    refuses("missing field `key`");
    // One flag without the other.
    for flag in ["--tls-cert", "--tls-key"] {
        let text = place.says(&["serve", flag, "cert.pem"], 2);
        assert!(text.contains("required arguments"), "{text}");
    }
    // Both, against what the configuration says.
    certify(folder, |_| {});
    place.configure("[tls]\ncert = \"none.pem\"\nkey = \"none.pem\"\n");
    let [cert, key] = ["cert.pem", "key.pem"].map(|name| place.path(name).display().to_string());
    let serving = place.serve_with(&["--tls-cert", &cert, "--tls-key", &key]);
    assert!(serving.address.starts_with("https://"));
}
