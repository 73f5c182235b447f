//! What keeps the service running: health, readiness, metrics.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;

use super::Service;
use super::asker::Caller;
use super::problem::{Problem, Refusal};
use crate::metrics::Now;
use crate::tokens::Role;

/// Whether filings can be judged and answered.
#[derive(Serialize, ToSchema)]
pub(super) struct Readiness {
    ready: bool,
    /// Number of the line-up of plugins.
    line_up: u64,
    /// What is in the way.
    reasons: Vec<&'static str>,
}

/// Whether the process is alive.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "operations",
    responses((status = 200, description = "It is", content_type = "text/plain", body = String))
)]
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// Whether filings can be judged and answered.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "operations",
    responses(
        (status = 200, description = "They can", body = Readiness),
        (status = 503, description = "They cannot", body = Readiness),
    )
)]
pub(super) async fn readyz(State(service): State<Arc<Service>>) -> impl IntoResponse {
    let line_up = service.store.line_up();
    let mut reasons = Vec::new();
    if line_up.plugins.is_empty() {
        reasons.push("no plugin judges");
    }
    if !service.store.is_watched() {
        reasons.push("the folder of plugins is not watched any more; start the service again");
    }
    // Nobody sends filings to a service that is not ready, so the log is tried
    // without one.
    if !service.writer.is_well() && service.writer.append(Vec::new()).await.is_err() {
        reasons.push("receipts cannot be written");
    }
    let ready = reasons.is_empty();
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let line_up = line_up.number;
    (
        status,
        Json(Readiness {
            ready,
            line_up,
            reasons,
        }),
    )
}

/// What Prometheus reads.
///
/// Roles: officer, `rule_admin`, auditor.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "operations",
    responses(
        (status = 200, description = "In the text form of OpenMetrics",
         content_type = "application/openmetrics-text", body = String),
        (status = "default", description = "Refused", body = Problem,
         content_type = "application/problem+json"),
    )
)]
pub(super) async fn metrics(
    State(service): State<Arc<Service>>,
    caller: Caller,
) -> Result<impl IntoResponse + use<>, Refusal> {
    caller.needs(&[Role::Officer, Role::RuleAdmin, Role::Auditor])?;
    let now = Now {
        judging: service.pool.inside(),
        unwritten: service.writer.waiting(),
        line_up: service.store.line_up().number,
        commits: service.writer.commits(),
    };
    let text = service.metrics.text(&now).map_err(|_| Refusal::Broken)?;
    let form = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, form)], text))
}
