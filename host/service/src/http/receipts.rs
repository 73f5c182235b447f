//! Receipts: read, and replayed.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, header};
use axum::response::IntoResponse;
use serde::Deserialize;

use super::Service;
use super::asker::Caller;
use super::problem::{Problem, Refusal};
use crate::receipts::{Form, Log, Receipt};
use crate::replay::{self, ReplayError};
use crate::tokens::Role;

/// Who may read receipts.
const READERS: &[Role] = &[Role::Officer, Role::Auditor];

/// Receipts in one answer at most.
const PAGE: u32 = 1_000;

/// `same` or `different`: whether the replay gave the bytes of then.
const REPLAY: HeaderName = HeaderName::from_static("anjian-replay");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    after: Option<i64>,
    limit: Option<u32>,
    request: Option<String>,
}

/// List receipts.
///
/// In the order of the log. Roles: officer, auditor.
#[utoipa::path(
    get,
    path = "/v1/receipts",
    tag = "receipts",
    params(
        ("after" = Option<i64>, Query, description = "Those after this id"),
        ("limit" = Option<u32>, Query, description = "At most so many; 100, and 1000 at most"),
        ("request" = Option<String>, Query,
         description = "Those of this request, the x-request-id of its answer"),
    ),
    responses(
        (status = 200, description = "Receipts", body = Vec<Receipt>),
        (status = "default", description = "Refused", body = Problem,
         content_type = "application/problem+json"),
    )
)]
pub(super) async fn list(
    State(service): State<Arc<Service>>,
    caller: Caller,
    which: Result<Query<Which>, QueryRejection>,
) -> Result<Json<Vec<Receipt>>, Refusal> {
    caller.needs(READERS)?;
    let Query(which) = which.map_err(|rejection| Refusal::Senseless(rejection.body_text()))?;
    let limit = which.limit.unwrap_or(100).min(PAGE);
    let after = which.after.unwrap_or(0);
    let found = read(&service, move |log| {
        Ok(log.list(after, limit, which.request.as_deref())?)
    });
    Ok(Json(found.await?))
}

/// Read a receipt.
///
/// Roles: officer, auditor.
#[utoipa::path(
    get,
    path = "/v1/receipts/{id}",
    tag = "receipts",
    params(("id" = i64, Path, description = "The number that came with the answer")),
    responses(
        (status = 200, description = "The receipt", body = Receipt),
        (status = "default", description = "Refused", body = Problem,
         content_type = "application/problem+json"),
    )
)]
pub(super) async fn one(
    State(service): State<Arc<Service>>,
    caller: Caller,
    id: Result<Path<i64>, PathRejection>,
) -> Result<Json<Receipt>, Refusal> {
    caller.needs(READERS)?;
    let Path(id) = id.map_err(|rejection| Refusal::Senseless(rejection.body_text()))?;
    Ok(Json(read(&service, move |log| Ok(log.receipt(id)?)).await?))
}

/// Judge the filing of a receipt again.
///
/// By the very versions of the receipt, whatever judges now. The header
/// `anjian-replay` says `same` when these are the bytes that were answered
/// then. No receipt is written. Roles: officer, auditor.
#[utoipa::path(
    get,
    path = "/v1/receipts/{id}/replay",
    tag = "receipts",
    params(("id" = i64, Path, description = "The number that came with the answer")),
    responses(
        (status = 200, description = "The report, or a line of it"),
        (status = "default", description = "Refused", body = Problem,
         content_type = "application/problem+json"),
    )
)]
pub(super) async fn replay(
    State(service): State<Arc<Service>>,
    caller: Caller,
    id: Result<Path<i64>, PathRejection>,
) -> Result<impl IntoResponse + use<>, Refusal> {
    caller.needs(READERS)?;
    let Path(id) = id.map_err(|rejection| Refusal::Senseless(rejection.body_text()))?;
    let engine = service.engine.clone();
    let replayed = read(&service, move |log| {
        replay::replay(log, id, &engine).map_err(|error| match error {
            ReplayError::Log(error) => error.into(),
            other => Refusal::Replay(other),
        })
    })
    .await?;
    let same = if replayed.same { "same" } else { "different" };
    let form = match replayed.receipt.form {
        Form::Json => "application/json",
        Form::Ndjson => "application/x-ndjson",
    };
    Ok((
        [(REPLAY, same), (header::CONTENT_TYPE, form)],
        replayed.answer,
    ))
}

async fn read<T: Send + 'static>(
    service: &Arc<Service>,
    read: impl FnOnce(&Log) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let data = service.data.clone();
    let work = move || read(&Log::open(&data)?);
    service.pool.try_run(work).await?
}
