//! A service that runs, asked over HTTP.

use std::env;
use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustls::CertificateError;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use thiserror::Error;
use ureq::http::{Response, Uri};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body, RequestBuilder};

use crate::args::{ServiceArgs, WayArgs};

/// Says where the service is.
const AT: &str = "ANJIAN_AT";

/// Holds the token.
const TOKEN: &str = "ANJIAN_TOKEN";

/// Where a service listens that was not told otherwise.
const HERE: &str = "http://127.0.0.1:8080";

/// For a machine that is far away, and not for one that is off.
const CONNECT_TIME: Duration = Duration::from_secs(10);

/// The longest work of a service is to try all examples of a plugin.
const WORK_TIME: Duration = Duration::from_secs(120);

/// Why a service did not do what it was asked.
#[derive(Debug, Error)]
pub enum AtError {
    #[error("`{0}` is no address of a service; write http://HOST:PORT or https://HOST:PORT")]
    NoUrl(String),
    #[error("{} cannot be read: {cause}", file.display())]
    Unreadable { file: PathBuf, cause: io::Error },
    #[error("there is no token in {0}; `anjian token add` makes one")]
    NoToken(String),
    #[error("{} has no certificate; give the PEM file of the authority", file.display())]
    NoAuthority { file: PathBuf },
    #[error("no service answers at {at}: {cause}")]
    Silent { at: String, cause: String },
    #[error("what answers at {at} is no service of anjian: {what}")]
    Stranger { at: String, what: String },
    #[error("{detail}{hint}")]
    Refused {
        detail: String,
        hint: String,
        /// Whether another plugin is needed, and not another request.
        is_plugin: bool,
    },
    #[error("no version begins with {0}; `anjian plugin list --at` shows those there are")]
    NoVersion(String),
    #[error("{digits} begins several versions: {}; give more digits", found.join(", "))]
    Several { digits: String, found: Vec<String> },
}

/// What a service says instead of doing it.
#[derive(Deserialize)]
struct Problem {
    #[serde(rename = "type")]
    kind: String,
    detail: String,
    whose_turn: String,
    what_to_do: String,
}

/// A service, and who asks it.
pub struct Service {
    agent: Agent,
    at: String,
    token: Option<String>,
}

impl Service {
    /// The one that was named.
    pub fn of(args: &ServiceArgs) -> Result<Self, AtError> {
        Self::at(args.at.as_deref(), &args.way)
    }

    /// The one at a URL, or where there should be one. Nothing is sent yet.
    pub fn at(at: Option<&str>, way: &WayArgs) -> Result<Self, AtError> {
        let at = at.map(str::to_owned).or_else(|| env::var(AT).ok());
        let at = at.unwrap_or_else(|| HERE.to_owned());
        let at = at.trim_end_matches('/').to_owned();
        let url: Option<Uri> = at.parse().ok();
        let url = url.filter(|url| matches!(url.scheme_str(), Some("http" | "https")));
        let url = url.ok_or_else(|| AtError::NoUrl(at.clone()))?;
        let token = token(way.token_file.as_deref())?;
        if token.is_some() && url.scheme_str() == Some("http") && !is_here(&url) {
            anstream::eprintln!(
                "anjian: the token goes to {at} without TLS; whoever is on the way can read it"
            );
        }
        let config = Agent::config_builder()
            .user_agent(concat!("anjian/", env!("CARGO_PKG_VERSION")))
            .tls_config(
                TlsConfig::builder()
                    .unversioned_rustls_crypto_provider(Arc::new(
                        rustls::crypto::ring::default_provider(),
                    ))
                    .root_certs(authorities(way.ca.as_deref())?)
                    .build(),
            )
            // A token goes where the user says, and nowhere else.
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .timeout_connect(Some(CONNECT_TIME))
            .timeout_recv_response(Some(WORK_TIME));
        Ok(Self {
            agent: config.build().new_agent(),
            at,
            token,
        })
    }

    /// What the service has there.
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, AtError> {
        let request = self.signed(self.agent.get(format!("{}{path}", self.at)));
        self.parsed(&self.answer(request.call())?)
    }

    /// Has the service do something; the answer is JSON, or empty.
    pub fn post(&self, path: &str) -> Result<Vec<u8>, AtError> {
        let request = self.signed(self.agent.post(format!("{}{path}", self.at)));
        self.answer(request.send_empty())
    }

    /// Sends something to the service.
    pub fn send(&self, path: &str, form: &str, body: &[u8]) -> Result<Vec<u8>, AtError> {
        let request = self.signed(self.agent.post(format!("{}{path}", self.at)));
        self.answer(request.header("content-type", form).send(body))
    }

    /// An answer as what it should be.
    pub fn parsed<T: DeserializeOwned>(&self, answer: &[u8]) -> Result<T, AtError> {
        serde_json::from_slice(answer).map_err(|error| self.stranger(error.to_string()))
    }

    fn signed<B>(&self, request: RequestBuilder<B>) -> RequestBuilder<B> {
        match &self.token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        }
    }

    fn answer(&self, answer: Result<Response<Body>, ureq::Error>) -> Result<Vec<u8>, AtError> {
        let mut answer = answer.map_err(|error| self.silent(&error))?;
        let body = answer.body_mut().read_to_vec();
        let body = body.map_err(|error| self.silent(&error))?;
        if answer.status().is_success() {
            return Ok(body);
        }
        match serde_json::from_slice::<Problem>(&body) {
            Ok(problem) => Err(problem.refused()),
            Err(_) => Err(self.stranger(format!("it says {}", answer.status()))),
        }
    }

    fn stranger(&self, what: String) -> AtError {
        AtError::Stranger {
            at: self.at.clone(),
            what,
        }
    }

    fn silent(&self, error: &ureq::Error) -> AtError {
        let cause = match error {
            ureq::Error::Io(cause) => io_cause(cause),
            other => other.to_string(),
        };
        AtError::Silent {
            at: self.at.clone(),
            cause,
        }
    }
}

impl Problem {
    fn refused(self) -> AtError {
        let hint = match self.kind.rsplit(':').next() {
            Some("no_token") => format!("; give one with {TOKEN} or --token-file"),
            Some("bad_token" | "forbidden" | "plain") => format!("; {}", self.what_to_do),
            // The sentence has it.
            _ => String::new(),
        };
        AtError::Refused {
            detail: self.detail,
            hint,
            is_plugin: self.whose_turn == "plugin",
        }
    }
}

/// Why nothing came back, with what to do where that is known.
fn io_cause(cause: &io::Error) -> String {
    let said_by_rustls = cause.get_ref().and_then(|inner| inner.downcast_ref());
    match said_by_rustls {
        Some(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {
            "its certificate is of an unknown authority; give that of the authority with --ca"
                .to_owned()
        }
        Some(rustls::Error::InvalidCertificate(CertificateError::Other(other)))
            if other.to_string() == "CaUsedAsEndEntity" =>
        {
            "its certificate is that of an authority (CA:TRUE), which no service may show; its \
             operator should make one with CA:FALSE"
                .to_owned()
        }
        Some(rustls::Error::InvalidMessage(_)) => "it does not speak TLS; try http://".to_owned(),
        _ if cause.kind() == io::ErrorKind::ConnectionRefused => {
            format!("{cause}; start `anjian serve`, or say with --at where it is")
        }
        _ => cause.to_string(),
    }
}

/// Whether nothing of it leaves this machine.
fn is_here(url: &Uri) -> bool {
    let host = url.host().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

fn token(file: Option<&Path>) -> Result<Option<String>, AtError> {
    let (token, from) = match file {
        Some(file) => (Some(read_text(file)?), file.display().to_string()),
        None => (env::var(TOKEN).ok(), TOKEN.to_owned()),
    };
    let Some(token) = token else { return Ok(None) };
    let token = token.trim();
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(AtError::NoToken(from));
    }
    Ok(Some(token.to_owned()))
}

/// Whom to believe that a service is what it says.
fn authorities(file: Option<&Path>) -> Result<RootCerts, AtError> {
    let Some(file) = file else {
        let system = rustls_native_certs::load_native_certs().certs;
        let system = system
            .iter()
            .map(|cert| Certificate::from_der(cert).to_owned());
        return Ok(RootCerts::from(system));
    };
    let text = read_text(file)?;
    let certificates: Vec<_> = parse_pem(text.as_bytes())
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() {
        return Err(AtError::NoAuthority {
            file: file.to_owned(),
        });
    }
    Ok(RootCerts::from(certificates))
}

fn read_text(file: &Path) -> Result<String, AtError> {
    fs::read_to_string(file).map_err(|cause| AtError::Unreadable {
        file: file.to_owned(),
        cause,
    })
}

#[cfg(test)]
mod tests {
    use super::is_here;

    #[test]
    fn what_leaves_this_machine_is_known() {
        for (url, here) in [
            ("http://localhost:8080", true),
            ("http://127.0.0.1", true),
            ("http://127.8.9.10:1", true),
            ("http://[::1]:8080/x", true),
            ("http://10.0.0.1:8080", false),
            ("http://localhost.example.com", false),
            ("http://127.0.0.1.example.com", false),
            ("http://[2001:db8::1]", false),
        ] {
            assert_eq!(is_here(&url.parse().unwrap()), here, "{url}");
        }
    }
}
