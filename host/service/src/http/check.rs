//! One filing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anjian_store::LineUp;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::IntoResponse;
use serde_json::Value;
use tokio::time::timeout;

use super::asker::Caller;
use super::problem::{Problem, Refusal};
use super::{RECEIPT, RECEIPT_HASH, Service, body};
use crate::judge::{self, Judged};
use crate::receipts::{Form, Issued};
use crate::tokens::Role;

/// Who may have filings checked.
pub(super) const CHECKERS: &[Role] = &[Role::Submitter, Role::Officer];

/// What an operator decided or must know about the plugins that judged: notes
/// of the line-up by name. The report itself is the same everywhere.
const NOTES: HeaderName = HeaderName::from_static("anjian-notes");

/// Check one filing.
///
/// The answer is the report that `anjian check - --format json` gives for the
/// same bytes, byte for byte; also for bytes that are no filing. The headers
/// `anjian-receipt` and `anjian-receipt-hash` name its place in the log of
/// receipts. Roles: submitter, officer.
#[utoipa::path(
    post,
    path = "/v1/check",
    tag = "filings",
    request_body(
        content = Object,
        content_type = "application/json",
        description = "One filing, schemas/filing.schema.json"
    ),
    responses(
        (status = 200, description = "What was found", content_type = "application/json",
         body = ref("#/components/schemas/Report")),
        (status = "default", description = "No report", body = Problem,
         content_type = "application/problem+json"),
    )
)]
pub(super) async fn check(
    State(service): State<Arc<Service>>,
    caller: Caller,
    body: Body,
) -> Result<impl IntoResponse + use<>, Refusal> {
    let began = Instant::now();
    caller.needs(CHECKERS)?;
    let limits = &service.limits;
    let limit_ms = limits.request_ms;
    let _room = service.room(body::most(&body, limits.filing_bytes))?;
    let bytes = body::read(body, limits.filing_bytes, limit_ms).await?;
    let left = Duration::from_millis(limit_ms).saturating_sub(began.elapsed());
    let judged = judge(&service, &caller, bytes);
    let (line_up, judged) = match timeout(left, judged).await {
        Ok(judged) => judged?,
        Err(_) => return Err(Refusal::TooLong { limit_ms }),
    };
    // From here on there is a receipt, so the time is not looked at any more.
    let Judged {
        answer,
        entry,
        report,
    } = judged;
    let issued = service.writer.append(vec![entry.clone()]).await;
    let issued = issued.map_err(Refusal::NoEvidence)?;
    let headers = headers(&line_up, issued.first());
    service.answered(
        &line_up,
        vec![Judged {
            answer: Vec::new(),
            entry,
            report,
        }],
    );
    service.metrics.latency(began.elapsed());
    Ok((headers, answer))
}

/// On one line-up from beginning to end.
async fn judge(
    service: &Arc<Service>,
    caller: &Caller,
    bytes: Vec<u8>,
) -> Result<(Arc<LineUp>, Judged), Refusal> {
    let asked = caller.asked();
    let working = Arc::clone(service);
    let judged = service.pool.try_run(move || {
        let piece = judge::one(bytes).ok_or(Refusal::Several)?;
        let line_up = working.line_up();
        let basis = working.basis(&line_up)?;
        let judged = judge::judge(
            &line_up.checker,
            &line_up.head,
            &basis,
            &asked,
            Form::Json,
            piece,
        );
        Ok((line_up, judged.map_err(|_| Refusal::Broken)?))
    });
    judged.await?
}

fn headers(line_up: &LineUp, issued: Option<&Issued>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    if let Some(Issued { head }) = issued {
        headers.insert(RECEIPT, HeaderValue::from(head.id));
        if let Ok(hash) = HeaderValue::from_str(&head.hash) {
            headers.insert(RECEIPT_HASH, hash);
        }
    }
    add_notes(&mut headers, line_up);
    headers
}

/// Names the notes of a line-up, once each.
pub(super) fn add_notes(headers: &mut HeaderMap, line_up: &LineUp) {
    let mut names: Vec<String> = Vec::new();
    for note in &line_up.head.notes {
        if let Ok(Value::String(name)) = serde_json::to_value(note.kind)
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    if let Ok(value) = HeaderValue::from_str(&names.join(", "))
        && !names.is_empty()
    {
        headers.insert(NOTES, value);
    }
}
