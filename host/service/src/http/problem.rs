//! What is answered instead of a report: RFC 9457, with whose turn it is.

use std::time::Duration;

use anjian_store::StoreError;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use thiserror::Error;
use utoipa::ToSchema;

use crate::pool::NotDone;
use crate::receipts::{LogError, Unwritten};
use crate::replay::ReplayError;
use crate::tokens::{Role, TokenError};

/// Who must do something before the same request can succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// Whoever sent the request.
    Client,
    /// Whoever runs this service.
    Operator,
    /// The author of a plugin.
    Plugin,
    /// The author of this host: it is a bug.
    Host,
}

/// An answer that is no report, as RFC 9457 has it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// A stable name of the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind, for people.
    pub title: &'static str,
    /// As the status of the answer.
    pub status: u16,
    /// What failed, on which thing.
    pub detail: String,
    /// Who must do something.
    pub whose_turn: Turn,
    /// What to do.
    pub what_to_do: String,
}

/// Why a request is refused.
#[derive(Debug, Error)]
pub(crate) enum Refusal {
    #[error("the request has no bearer token")]
    NoToken,
    #[error("the bearer token is unknown or revoked")]
    BadToken,
    #[error(
        "the token `{name}` may not do this; it takes one of the roles {}",
        words(needs)
    )]
    Forbidden {
        name: String,
        needs: &'static [Role],
    },
    #[error("the request comes from a page of another place, {origin}")]
    Foreign { origin: String },
    #[error("the request came without TLS")]
    Plain,
    #[error("the body is larger than {limit_bytes} bytes")]
    TooLarge { limit_bytes: usize },
    #[error(
        "the service is open on its own machine only, and the request comes from elsewhere: by \
         its host name, or through a proxy"
    )]
    NotHere,
    #[error("the body did not arrive within {limit_ms} ms")]
    TooSlow { limit_ms: u64 },
    #[error("the filing was not judged within {limit_ms} ms of its arrival")]
    TooLong { limit_ms: u64 },
    #[error("the stream stood still for {limit_ms} ms")]
    StoodStill { limit_ms: u64 },
    #[error("the body broke off: {0}")]
    BrokeOff(String),
    #[error("the body has several filings, one on each line")]
    Several,
    #[error("the token `{name}` has asked for too much in too short a time")]
    TooMany { name: String, wait: Duration },
    #[error("too much waits to be judged")]
    Busy,
    #[error("the filing was judged, but no receipt could be written, so there is no answer: {0}")]
    NoEvidence(#[source] Unwritten),
    #[error("there is nothing at {0}")]
    Nowhere(String),
    #[error("{method} is not for {path}")]
    BadMethod { method: String, path: String },
    #[error("the request makes no sense: {0}")]
    Senseless(String),
    #[error("{0}")]
    NoReceipt(LogError),
    #[error("{0}")]
    Store(StoreError),
    #[error("{0}")]
    Log(LogError),
    #[error("{0}")]
    Replay(ReplayError),
    #[error("{0}")]
    Tokens(TokenError),
    #[error("the host broke down on this request")]
    Broken,
}

fn words(roles: &[Role]) -> String {
    let words: Vec<&str> = roles.iter().map(|role| role.word()).collect();
    words.join(", ")
}

impl From<NotDone> for Refusal {
    fn from(not_done: NotDone) -> Self {
        match not_done {
            NotDone::Busy => Self::Busy,
            NotDone::Broken => Self::Broken,
        }
    }
}

impl From<LogError> for Refusal {
    fn from(error: LogError) -> Self {
        match error {
            LogError::NoReceipt(_) | LogError::NoFiling(_) => Self::NoReceipt(error),
            other => Self::Log(other),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Self {
        Self::Tokens(error)
    }
}

/// Status, name, title, turn, what to do.
type Row = (StatusCode, &'static str, &'static str, Turn, &'static str);

impl Refusal {
    fn row(&self) -> Row {
        use Turn::{Client, Host, Operator, Plugin};
        match self {
            Self::NoToken => (
                StatusCode::UNAUTHORIZED,
                "no_token",
                "no token",
                Client,
                "send `Authorization: Bearer …` with a token that the operator gave you",
            ),
            Self::BadToken => (
                StatusCode::UNAUTHORIZED,
                "bad_token",
                "unknown token",
                Client,
                "ask the operator for a token",
            ),
            Self::NotHere => (
                StatusCode::FORBIDDEN,
                "not_here",
                "only on the machine itself",
                Operator,
                "the operator must make tokens with `anjian token add`; then it is open to those \
                 who have one",
            ),
            Self::Forbidden { .. } => (
                StatusCode::FORBIDDEN,
                "forbidden",
                "not allowed",
                Client,
                "ask the operator for a token with the role",
            ),
            Self::Foreign { .. } => (
                StatusCode::FORBIDDEN,
                "foreign_origin",
                "request of a foreign page",
                Client,
                "send requests from a program, or from this service's own page",
            ),
            Self::Plain => (
                StatusCode::BAD_REQUEST,
                "plain",
                "no TLS",
                Client,
                "send it to https://…; if it had a token, ask the operator for another one, since \
                 whoever is on the way could read it",
            ),
            Self::TooLarge { .. } => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                "too large",
                Client,
                "split it; several filings go to /v1/check/stream, one on each line",
            ),
            Self::TooSlow { .. } => (
                StatusCode::REQUEST_TIMEOUT,
                "too_slow",
                "too slow",
                Client,
                "send it again",
            ),
            Self::TooLong { .. } => (
                StatusCode::SERVICE_UNAVAILABLE,
                "too_long",
                "not judged in time",
                Operator,
                "send it again after a while; if it stays so, the operator must look at the load \
                 and at the plugins",
            ),
            Self::StoodStill { .. } => (
                StatusCode::REQUEST_TIMEOUT,
                "stood_still",
                "the stream stood still",
                Client,
                "send the filings that have no line of report yet again, and read answers while \
                 you send",
            ),
            Self::BrokeOff(_) => (
                StatusCode::BAD_REQUEST,
                "broke_off",
                "the body broke off",
                Client,
                "send it again",
            ),
            Self::Several => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "several_filings",
                "several filings",
                Client,
                "post them to /v1/check/stream",
            ),
            Self::TooMany { .. } => (
                StatusCode::TOO_MANY_REQUESTS,
                "too_many",
                "too many requests",
                Client,
                "wait as long as Retry-After says; /v1/check/stream waits by itself",
            ),
            Self::Busy => (
                StatusCode::SERVICE_UNAVAILABLE,
                "busy",
                "busy",
                Client,
                "send it again after a while",
            ),
            Self::NoEvidence(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "no_evidence",
                "no receipt can be written",
                Operator,
                "the operator must give the log of receipts room and rights; then send it again",
            ),
            Self::Nowhere(_) => (
                StatusCode::NOT_FOUND,
                "nowhere",
                "no such address",
                Client,
                "look at /openapi.json, or at / with a browser",
            ),
            Self::BadMethod { .. } => (
                StatusCode::METHOD_NOT_ALLOWED,
                "bad_method",
                "wrong method",
                Client,
                "look at /openapi.json, or at / with a browser",
            ),
            Self::Senseless(_) => (
                StatusCode::BAD_REQUEST,
                "senseless",
                "a request that makes no sense",
                Client,
                "look at /openapi.json, or at / with a browser",
            ),
            Self::NoReceipt(_) => (
                StatusCode::NOT_FOUND,
                "no_receipt",
                "no such receipt",
                Client,
                "check the number; it came with the answer as `anjian-receipt`",
            ),
            Self::Store(error) => match error {
                StoreError::UnknownVersion { .. } | StoreError::UnknownPlugin { .. } => (
                    StatusCode::NOT_FOUND,
                    "no_version",
                    "no such version",
                    Client,
                    "GET /v1/plugins lists the versions",
                ),
                StoreError::Refused { .. } => (
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "refused",
                    "the version was refused",
                    Plugin,
                    "do what the detail says; what judges now judges on",
                ),
                StoreError::NotPassed { .. } | StoreError::DoesNotFit { .. } => (
                    StatusCode::CONFLICT,
                    "not_passed",
                    "the version may not judge",
                    Plugin,
                    "its author must send a corrected version; what judges now judges on",
                ),
                StoreError::Quarantined { .. }
                | StoreError::NotQuarantined { .. }
                | StoreError::SamePerson { .. }
                | StoreError::NeedsSecondPerson { .. }
                | StoreError::NothingEarlier { .. }
                | StoreError::OnlyBuiltIn { .. } => (
                    StatusCode::CONFLICT,
                    "not_now",
                    "not as things stand",
                    Client,
                    "do what the detail says",
                ),
                _ => (
                    StatusCode::SERVICE_UNAVAILABLE,
                    "store",
                    "the plugins cannot be changed",
                    Operator,
                    "the operator must do what the detail says; what judges now judges on",
                ),
            },
            Self::Log(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "log",
                "the log of receipts cannot be read",
                Operator,
                "the operator must do what the detail says",
            ),
            Self::Replay(_) => (
                StatusCode::CONFLICT,
                "replay",
                "the receipt cannot be replayed",
                Operator,
                "the operator must replay it with the host that judged, which the receipt names",
            ),
            Self::Tokens(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "tokens",
                "the tokens cannot be read",
                Operator,
                "the operator must correct the file of tokens; nobody is let in until then",
            ),
            Self::Broken => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "broken",
                "a bug of the host",
                Host,
                "report the request id of the answer to the operator, who finds it in the log",
            ),
        }
    }

    /// How long to wait before the next try.
    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::TooMany { wait, .. } => Some(*wait),
            Self::Busy | Self::TooLong { .. } | Self::NoEvidence(_) => Some(Duration::from_secs(1)),
            _ => None,
        }
    }

    /// As it is answered.
    pub(crate) fn problem(&self) -> Problem {
        let (status, name, title, whose_turn, what_to_do) = self.row();
        Problem {
            kind: format!("urn:anjian:problem:{name}"),
            title,
            status: status.as_u16(),
            detail: self.to_string(),
            whose_turn,
            what_to_do: what_to_do.to_owned(),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let problem = self.problem();
        if problem.whose_turn == Turn::Operator || problem.whose_turn == Turn::Host {
            tracing::error!(problem = problem.kind, detail = problem.detail, "refused");
        }
        let (status, ..) = self.row();
        let mut response = (status, Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(wait) = self.retry_after() {
            let seconds = wait
                .as_secs()
                .saturating_add(u64::from(wait.subsec_nanos() > 0));
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"anjian\""),
            );
        }
        response
    }
}
