//! Receipts: read, and replayed.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, header};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Service;
use super::asker::Caller;
use super::problem::{Problem, Refusal};
use crate::receipts::{Form, Log, LogError, Receipt, Wanted};
use crate::replay::{self, ReplayError};
use crate::tokens::Role;

/// Who may read all receipts.
const READERS: &[Role] = &[Role::Officer, Role::Auditor];

/// Who may read those of what they asked for themselves.
const ASKERS: &[Role] = &[Role::Submitter, Role::Officer, Role::Auditor];

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
    filing: Option<String>,
    plugin: Option<String>,
}

/// What the log says when it was looked through.
#[derive(Serialize, ToSchema)]
pub(super) struct Verdict {
    /// Whether nothing was changed.
    unchanged: bool,
    /// How many receipts there are, when nothing was changed.
    receipts: Option<i64>,
    /// The end of the log, `ID:HASH`; whoever keeps it elsewhere can tell later
    /// whether the log was written anew.
    head: Option<String>,
    /// The first flaw.
    flaw: Option<String>,
}

/// List receipts.
///
/// In the order of the log. A submitter sees those of its own token. Roles:
/// submitter, officer, auditor.
#[utoipa::path(
    get,
    path = "/v1/receipts",
    tag = "receipts",
    params(
        ("after" = Option<i64>, Query, description = "Those after this id"),
        ("limit" = Option<u32>, Query, description = "At most so many; 100, and 1000 at most"),
        ("request" = Option<String>, Query,
         description = "Those of this request, the x-request-id of its answer"),
        ("filing" = Option<String>, Query,
         description = "Those of the filing whose bytes have this SHA-256"),
        ("plugin" = Option<String>, Query,
         description = "Those that the component with this SHA-256 was among the judges of"),
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
    let token = own(&caller)?;
    let Query(which) = which.map_err(|rejection| Refusal::Senseless(rejection.body_text()))?;
    let wanted = Wanted {
        after: which.after.unwrap_or(0),
        limit: which.limit.unwrap_or(100).min(PAGE),
        request: which.request,
        filing: which.filing,
        plugin: which.plugin,
        token,
    };
    let found = read(&service, move |log| Ok(log.list(&wanted)?));
    Ok(Json(found.await?))
}

/// The token whose receipts the caller may read; `None` for all.
fn own(caller: &Caller) -> Result<Option<String>, Refusal> {
    caller.needs(ASKERS)?;
    let all = caller.needs(READERS).is_ok();
    Ok((!all).then(|| caller.name().to_owned()))
}

/// Read a receipt.
///
/// A submitter reads those of its own token. Roles: submitter, officer,
/// auditor.
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
    let token = own(&caller)?;
    let Path(id) = id.map_err(|rejection| Refusal::Senseless(rejection.body_text()))?;
    let found = read(&service, move |log| {
        let receipt = log.receipt(id)?;
        // What others asked for is not told apart from what nobody did.
        match token {
            Some(token) if token != receipt.token => Err(LogError::NoReceipt(id).into()),
            _ => Ok(receipt),
        }
    });
    Ok(Json(found.await?))
}

/// Read the filing of a receipt.
///
/// The very bytes that were judged. Roles: officer, auditor.
#[utoipa::path(
    get,
    path = "/v1/receipts/{id}/filing",
    tag = "receipts",
    params(("id" = i64, Path, description = "The number that came with the answer")),
    responses(
        (status = 200, description = "The filing", content_type = "application/octet-stream"),
        (status = "default", description = "Refused", body = Problem,
         content_type = "application/problem+json"),
    )
)]
pub(super) async fn filing(
    State(service): State<Arc<Service>>,
    caller: Caller,
    id: Result<Path<i64>, PathRejection>,
) -> Result<impl IntoResponse + use<>, Refusal> {
    caller.needs(READERS)?;
    let Path(id) = id.map_err(|rejection| Refusal::Senseless(rejection.body_text()))?;
    let bytes = read(&service, move |log| {
        let receipt = log.receipt(id)?;
        let digest = receipt.filing_sha256.ok_or(LogError::NoFiling(id))?;
        Ok(log.content(&digest)?)
    });
    Ok((
        [(header::CONTENT_TYPE, "application/octet-stream")],
        bytes.await?,
    ))
}

/// Look whether anything in the log was changed.
///
/// As `anjian receipt verify`; it reads the whole log. Roles: officer,
/// auditor.
#[utoipa::path(
    get,
    path = "/v1/receipts/verify",
    tag = "receipts",
    responses(
        (status = 200, description = "Whether it was", body = Verdict),
        (status = "default", description = "It cannot be read", body = Problem,
         content_type = "application/problem+json"),
    )
)]
pub(super) async fn verify(
    State(service): State<Arc<Service>>,
    caller: Caller,
) -> Result<Json<Verdict>, Refusal> {
    caller.needs(READERS)?;
    let said = read(&service, |log| {
        let looked = log
            .witness()
            .and_then(|known| log.verify(&Vec::from_iter(known)));
        match looked {
            Ok(verified) => Ok(Verdict {
                unchanged: true,
                receipts: Some(verified.receipts),
                head: Some(verified.head.to_string()),
                flaw: None,
            }),
            Err(LogError::Broken(flaw)) => Ok(Verdict {
                unchanged: false,
                receipts: None,
                head: None,
                flaw: Some(flaw.to_string()),
            }),
            Err(error) => Err(error.into()),
        }
    });
    Ok(Json(said.await?))
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
    service.readers.try_run(work).await?
}
