use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::{Begun, acceptor, begin};
use crate::settings::TlsSettings;

/// A test that hangs says so.
const PATIENCE: Duration = Duration::from_secs(60);

/// A certificate that is its own authority, and its key.
fn made(change: impl FnOnce(&mut CertificateParams)) -> (String, String) {
    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    change(&mut params);
    let key = KeyPair::generate().unwrap();
    (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
}

fn files(folder: &TempDir, cert: &str, key: &str) -> TlsSettings {
    let files = TlsSettings {
        cert: folder.path().join("cert.pem"),
        key: folder.path().join("key.pem"),
    };
    fs::write(&files.cert, cert).unwrap();
    fs::write(&files.key, key).unwrap();
    files
}

#[test]
fn what_is_wrong_with_a_certificate_is_said() {
    let (cert, key) = &made(|_| {});
    let (_, other) = &made(|_| {});
    let (expired, its_key) = &made(|params| params.not_after = date_time_ymd(2025, 12, 31));
    let (early, early_key) = &made(|params| params.not_before = date_time_ymd(3000, 1, 1));
    let locked = &key.replace("PRIVATE", "ENCRYPTED PRIVATE");
    let cut = &cert.replace("-----END", "");
    let garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let folder = TempDir::new().unwrap();
    for (cert, key, said) in [
        (&**cert, &**key, ""),
        // Both in one file, as some tools write them.
        (&format!("{key}{cert}"), &format!("{cert}{key}"), ""),
        ("", key, "cert.pem has no certificate"),
        (key, cert, "cert.pem has no certificate"),
        (cut, key, "cert.pem is no PEM file"),
        (garbage, key, "cert.pem or its key cannot be used"),
        (cert, "", "key.pem has no private key"),
        (cert, locked, "has no password"),
        (cert, other, "does not fit"),
        (expired, its_key, "cert.pem expired on 2025-12-31"),
        (early, early_key, "is not valid before 3000-01-01"),
    ] {
        let error = acceptor(&files(&folder, cert, key)).err();
        let error = error.map(|error| error.to_string()).unwrap_or_default();
        assert_eq!(error.is_empty(), said.is_empty(), "{error}");
        assert!(error.contains(said), "{error}");
    }
    let files = files(&folder, cert, key);
    fs::remove_file(&files.key).unwrap();
    let error = acceptor(&files).err().unwrap().to_string();
    assert!(error.contains("key.pem cannot be read"), "{error}");
}

/// Takes connections one after the other.
async fn listen(acceptor: TlsAcceptor) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let _ = begin(&acceptor, stream, PATIENCE).await;
        }
    });
    address
}

/// The certificate that is shown to a client that trusts these.
async fn shown(address: SocketAddr, trusted: &[&str]) -> CertificateDer<'static> {
    let mut roots = RootCertStore::empty();
    for pem in trusted {
        let cert = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
        roots.add(cert).unwrap();
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream);
    let stream = stream.await.unwrap();
    let (_, session) = stream.get_ref();
    session.peer_certificates().unwrap()[0].clone()
}

#[tokio::test]
async fn a_renewed_certificate_is_shown_and_a_bad_one_is_not() {
    let folder = TempDir::new().unwrap();
    let (old, key) = made(|_| {});
    let (new, new_key) = made(|_| {});
    let der = |pem: &str| CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    let (acceptor, mut renewal) = acceptor(&files(&folder, &old, &key)).unwrap();
    let address = listen(acceptor).await;
    let trusted = [&*old, &*new];
    assert_eq!(shown(address, &trusted).await, der(&old));
    assert!(!renewal.look().unwrap(), "nothing is new");
    // One of the two files is there before the other.
    files(&folder, &new, &key);
    assert!(renewal.look().is_err());
    assert!(renewal.look().is_err(), "as long as it is so");
    assert_eq!(shown(address, &trusted).await, der(&old));
    files(&folder, &new, &new_key);
    assert!(renewal.look().unwrap());
    assert_eq!(shown(address, &trusted).await, der(&new));
    fs::remove_file(folder.path().join("cert.pem")).unwrap();
    assert!(renewal.look().is_err());
    assert_eq!(shown(address, &trusted).await, der(&new));
}

#[tokio::test]
async fn a_handshake_that_stands_still_is_cut_off() {
    let folder = TempDir::new().unwrap();
    let (cert, key) = made(|_| {});
    let (acceptor, _) = acceptor(&files(&folder, &cert, &key)).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let limit = Duration::from_millis(50);
    // Nothing, and the beginning of a record.
    for sent in [&b""[..], &[22, 3, 1, 2, 0, 1]] {
        let mut client = std::net::TcpStream::connect(address).unwrap();
        client.write_all(sent).unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        let begun = begin(&acceptor, stream, limit).await;
        let error = begun.err().unwrap();
        assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
    }
    let mut client = std::net::TcpStream::connect(address).unwrap();
    client.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    let (stream, _) = listener.accept().await.unwrap();
    let begun = begin(&acceptor, stream, PATIENCE).await.unwrap();
    assert!(matches!(begun, Begun::Plain(_)));
}
