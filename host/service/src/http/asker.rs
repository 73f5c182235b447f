//! Who asks: a token and its roles, the id of the request, a line in the log.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use super::problem::Refusal;
use super::{REQUEST_ID, Service};
use crate::judge::Asked;
use crate::tokens::{Asker, Role, random_hex};

/// Random bytes of the id of a request.
const ID_BYTES: usize = 16;

/// Who asks, in which request.
pub(crate) struct Caller {
    asker: Asker,
    request: RequestId,
}

#[derive(Clone)]
struct RequestId(String);

impl Caller {
    /// Lets the caller in who has one of the roles.
    pub(crate) fn needs(&self, roles: &'static [Role]) -> Result<(), Refusal> {
        if self.asker.is_one_of(roles) {
            return Ok(());
        }
        Err(Refusal::Forbidden {
            name: self.asker.name.clone(),
            needs: roles,
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.asker.name
    }

    pub(crate) fn asked(&self) -> Asked {
        Asked {
            request: self.request.0.clone(),
            token: self.asker.name.clone(),
        }
    }
}

impl FromRequestParts<Arc<Service>> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(
        parts: &mut Parts,
        service: &Arc<Service>,
    ) -> Result<Self, Refusal> {
        let asker = identify(service, &parts.headers)?;
        tracing::Span::current().record("token", asker.name.as_str());
        // A stream takes more for its lines, and waits for them.
        service
            .rates
            .take(&asker.name, Instant::now())
            .map_err(|wait| Refusal::TooMany {
                name: asker.name.clone(),
                wait,
            })?;
        let request = parts.extensions.get::<RequestId>().cloned();
        Ok(Self {
            asker,
            request: request.ok_or(Refusal::Broken)?,
        })
    }
}

fn identify(service: &Service, headers: &HeaderMap) -> Result<Asker, Refusal> {
    if service.local && service.tokens.none_yet()? {
        if is_from_here(headers) {
            return Ok(Asker::anybody());
        }
        return Err(Refusal::NotHere);
    }
    let given = headers.get(header::AUTHORIZATION);
    let given = given.ok_or(Refusal::NoToken)?.to_str().unwrap_or_default();
    let (scheme, secret) = given.split_once(' ').unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::NoToken);
    }
    service
        .tokens
        .asker(secret.trim())?
        .ok_or(Refusal::BadToken)
}

/// Without tokens only requests of this machine are taken. One that a proxy
/// passed on came from elsewhere, and so did the page of a browser whose name
/// for this machine is another (DNS rebinding).
fn is_from_here(headers: &HeaderMap) -> bool {
    const PASSED_ON: &[&str] = &["forwarded", "x-forwarded-for", "x-real-ip", "via"];
    if PASSED_ON.iter().any(|name| headers.contains_key(*name)) {
        return false;
    }
    let Some(host) = headers.get(header::HOST) else {
        // No browser and no proxy leaves it out.
        return true;
    };
    let authority = host.to_str().ok().and_then(|host| host.parse().ok());
    authority.is_some_and(|authority: Authority| {
        let host = authority.host();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let address: Option<IpAddr> = bare.parse().ok();
        host.eq_ignore_ascii_case("localhost") || address.is_some_and(|ip| ip.is_loopback())
    })
}

/// Without tokens, a page of any site that is open in a browser on this
/// machine could send requests here. Browsers say where a page is from.
pub(crate) async fn refuse_foreign_pages(request: Request, next: Next) -> Response {
    if let Some(origin) = foreign_origin(request.headers()) {
        return Refusal::Foreign { origin }.into_response();
    }
    next.run(request).await
}

/// Where the page is from that sends the request, if it is not from here.
fn foreign_origin(headers: &HeaderMap) -> Option<String> {
    let text = |value: &HeaderValue| value.to_str().unwrap_or("?").to_owned();
    let origin = headers.get(header::ORIGIN).map(text)?;
    let host = headers.get(header::HOST).map(text);
    let place = origin.split_once("://").map(|(_, place)| place);
    (place.is_none() || place != host.as_deref()).then_some(origin)
}

/// Gives each request an id, and writes a line when it was answered. Neither
/// headers nor bodies are written.
pub(crate) async fn observe(
    State(service): State<Arc<Service>>,
    mut request: Request,
    next: Next,
) -> Response {
    let began = Instant::now();
    let Ok(id) = random_hex::<ID_BYTES>() else {
        return Refusal::Broken.into_response();
    };
    // Not as sent: a path may be anything.
    let path = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("(none)", MatchedPath::as_str)
        .to_owned();
    let method = request.method().clone();
    request.extensions_mut().insert(RequestId(id.clone()));
    let span = tracing::info_span!("request", id, token = tracing::field::Empty);
    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    service.metrics.request(&path, status);
    let ms = began.elapsed().as_secs_f64() * 1_000.0;
    span.in_scope(|| tracing::info!(%method, path, status, ms, "answered"));
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}
