//! HTTPS: the certificate of the service, and how a connection begins.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::{ClientHello, ParsedCertificate, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, InconsistentKeys, RootCertStore, ServerConfig};
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::settings::TlsSettings;

/// Between two looks at the files. Whoever renews certificates does so days before
/// they expire.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// The first byte of every TLS connection: a record of the handshake.
const HANDSHAKE: u8 = 22;

/// Why a certificate cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say it")]
pub enum TlsError {
    #[error(
        "{} cannot be read: {cause}; the operator should look at its name and rights",
        file.display()
    )]
    Unreadable { file: PathBuf, cause: io::Error },
    #[error("{} is no PEM file: {cause}", file.display())]
    NoPem { file: PathBuf, cause: pem::Error },
    #[error(
        "{} has no certificate; the operator should give a PEM file with the certificate of this \
         service first",
        file.display()
    )]
    NoCertificate { file: PathBuf },
    #[error(
        "{} has no private key; the operator should give a PEM file with one that has no password",
        file.display()
    )]
    NoKey { file: PathBuf },
    #[error(
        "the key {} does not fit the certificate {}; the operator should give the one that it was \
         made for",
        key.display(),
        cert.display()
    )]
    Misfit { cert: PathBuf, key: PathBuf },
    #[error(
        "the certificate {} {bound} {day}; the operator should give one that is valid today",
        cert.display()
    )]
    NotToday {
        cert: PathBuf,
        bound: &'static str,
        day: Date,
    },
    #[error("the certificate {} or its key cannot be used: {cause}", cert.display())]
    Unusable { cert: PathBuf, cause: rustls::Error },
}

/// Takes connections with the certificate of these files, as long as the renewal
/// is kept with the one that they have then.
pub(crate) fn acceptor(files: &TlsSettings) -> Result<(TlsAcceptor, Renewal), TlsError> {
    let provider = Arc::new(ring::default_provider());
    let pem = Pem::read(files)?;
    let shown = Arc::new(Shown(RwLock::new(pem.certificate(files, &provider)?)));
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|cause| unusable(files, cause))?;
    let mut config = config
        .with_no_client_auth()
        .with_cert_resolver(Arc::clone(&shown) as Arc<dyn ResolvesServerCert>);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let renewal = Renewal {
        files: files.clone(),
        provider,
        shown,
        pem,
    };
    Ok((TlsAcceptor::from(Arc::new(config)), renewal))
}

/// How a connection began.
pub(crate) enum Begun {
    /// As it should.
    Tls(Box<TlsStream<TcpStream>>),
    /// The client does not speak TLS.
    Plain(TcpStream),
}

/// The handshake, for which a client has so long.
pub(crate) async fn begin(
    acceptor: &TlsAcceptor,
    stream: TcpStream,
    limit: Duration,
) -> io::Result<Begun> {
    let handshake = async {
        let mut first = [HANDSHAKE];
        stream.peek(&mut first).await?;
        if first != [HANDSHAKE] {
            return Ok(Begun::Plain(stream));
        }
        let stream = acceptor.accept(stream).await?;
        Ok(Begun::Tls(Box::new(stream)))
    };
    timeout(limit, handshake).await?
}

/// The certificate that clients are shown.
#[derive(Debug)]
struct Shown(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let shown = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&shown))
    }
}

/// Shows the certificate that was renewed.
pub(crate) struct Renewal {
    files: TlsSettings,
    provider: Arc<CryptoProvider>,
    shown: Arc<Shown>,
    /// What is shown came from this.
    pem: Pem,
}

impl Renewal {
    /// Looks again and again.
    pub(crate) async fn keep(mut self) {
        loop {
            sleep(LOOK_AGAIN).await;
            match self.look() {
                Ok(false) => {}
                Ok(true) => tracing::info!("the certificate was renewed"),
                Err(error) => {
                    tracing::warn!(%error, "the certificate is not renewed; the one before is shown");
                }
            }
        }
    }

    /// Says whether there was a new one.
    fn look(&mut self) -> Result<bool, TlsError> {
        let pem = Pem::read(&self.files)?;
        if pem == self.pem {
            return Ok(false);
        }
        let fresh = pem.certificate(&self.files, &self.provider)?;
        *self.shown.0.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        self.pem = pem;
        Ok(true)
    }
}

/// What the two files have.
#[derive(PartialEq, Eq)]
struct Pem {
    cert: Vec<u8>,
    key: Vec<u8>,
}

impl Pem {
    fn read(files: &TlsSettings) -> Result<Self, TlsError> {
        let read = |file: &Path| {
            fs::read(file).map_err(|cause| TlsError::Unreadable {
                file: file.to_owned(),
                cause,
            })
        };
        Ok(Self {
            cert: read(&files.cert)?,
            key: read(&files.key)?,
        })
    }

    fn certificate(
        &self,
        files: &TlsSettings,
        provider: &CryptoProvider,
    ) -> Result<Arc<CertifiedKey>, TlsError> {
        let TlsSettings { cert, key } = files.clone();
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&self.cert).collect();
        let chain = chain.map_err(|cause| TlsError::NoPem {
            file: cert.clone(),
            cause,
        })?;
        let Some(first) = chain.first() else {
            return Err(TlsError::NoCertificate { file: cert });
        };
        valid_today(first, provider).map_err(|cause| not_today(files, cause))?;
        let private = match PrivateKeyDer::from_pem_slice(&self.key) {
            Ok(private) => private,
            Err(pem::Error::NoItemsFound) => return Err(TlsError::NoKey { file: key }),
            Err(cause) => return Err(TlsError::NoPem { file: key, cause }),
        };
        match CertifiedKey::from_der(chain, private, provider) {
            Ok(certificate) => Ok(Arc::new(certificate)),
            Err(rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
                Err(TlsError::Misfit { cert, key })
            }
            Err(cause) => Err(unusable(files, cause)),
        }
    }
}

/// Looks at the dates of a certificate as a client would. Whom the client trusts
/// is not known here, so nothing but the dates counts.
fn valid_today(
    certificate: &CertificateDer<'_>,
    provider: &CryptoProvider,
) -> Result<(), rustls::Error> {
    let verified = verify_server_cert_signed_by_trust_anchor(
        &ParsedCertificate::try_from(certificate)?,
        &RootCertStore::empty(),
        &[],
        UnixTime::now(),
        provider.signature_verification_algorithms.all,
    );
    match verified {
        Err(
            error @ rustls::Error::InvalidCertificate(
                CertificateError::ExpiredContext { .. }
                | CertificateError::NotValidYetContext { .. },
            ),
        ) => Err(error),
        _ => Ok(()),
    }
}

fn not_today(files: &TlsSettings, cause: rustls::Error) -> TlsError {
    let (bound, time) = match &cause {
        rustls::Error::InvalidCertificate(CertificateError::ExpiredContext {
            not_after, ..
        }) => ("expired on", not_after),
        rustls::Error::InvalidCertificate(CertificateError::NotValidYetContext {
            not_before,
            ..
        }) => ("is not valid before", not_before),
        _ => return unusable(files, cause),
    };
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    let time = Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
    TlsError::NotToday {
        cert: files.cert.clone(),
        bound,
        day: Offset::UTC.to_datetime(time).date(),
    }
}

fn unusable(files: &TlsSettings, cause: rustls::Error) -> TlsError {
    TlsError::Unusable {
        cert: files.cert.clone(),
        cause,
    }
}

#[cfg(test)]
mod tests;
