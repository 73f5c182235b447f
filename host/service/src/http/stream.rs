//! Many filings: a line for each, both ways at once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anjian_check::Tally;
use anjian_check::formats::Ndjson;
use anjian_check::input::Piece;
use anjian_store::LineUp;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::IntoResponse;
use bytes::Bytes;
use http_body_util::BodyExt;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use super::asker::Caller;
use super::check::{CHECKERS, add_notes};
use super::lines::Lines;
use super::problem::{Problem, Refusal};
use super::{Service, body};
use crate::judge::{self, Asked, Judged};
use crate::receipts::{Basis, Form};

/// Filings that one thread takes at a time.
const PART: usize = 32;

/// Filings that are judged together: what came in by then, at most this many.
const BATCH: usize = 256;

/// Batches that wait for their receipts, and answers that wait for the reader.
const AHEAD: usize = 2;

/// Check many filings.
///
/// Send one filing on each line; the answer has a line of report for each, in
/// the order of the lines, as `anjian check - --format ndjson` gives it, and a
/// last line with the plugins and the summary. Lines are answered while
/// others are still being sent, so read while you send: the service takes no
/// more than it can hand back. All lines are judged by the versions that were
/// active when the stream began. A stream that ends without a last line with
/// `summary` is not whole: its last line is then `{"problem": …}`, and lines
/// without report were not judged. `GET /v1/receipts?request=` with the
/// answer's `x-request-id` lists the receipts. Roles: submitter, officer.
#[utoipa::path(
    post,
    path = "/v1/check/stream",
    tag = "filings",
    request_body(
        content = String,
        content_type = "application/x-ndjson",
        description = "Filings, one on each line"
    ),
    responses(
        (status = 200, description = "A line for each", content_type = "application/x-ndjson",
         body = ref("#/components/schemas/FilingReport")),
        (status = "default", description = "No report", body = Problem,
         content_type = "application/problem+json"),
    )
)]
pub(super) async fn stream(
    State(service): State<Arc<Service>>,
    caller: Caller,
    incoming: Body,
) -> Result<impl IntoResponse + use<>, Refusal> {
    caller.needs(CHECKERS)?;
    let line_up = service.line_up();
    let mut headers = HeaderMap::new();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/x-ndjson"),
    );
    add_notes(&mut headers, &line_up);
    let (out, outgoing) = mpsc::channel(AHEAD);
    let stream = Stream {
        service,
        line_up,
        asked: caller.asked(),
    };
    tokio::spawn(stream.run(incoming, out));
    Ok((headers, Body::new(body::Written(outgoing))))
}

/// A stream of filings on one line-up.
struct Stream {
    service: Arc<Service>,
    line_up: Arc<LineUp>,
    asked: Asked,
}

impl Stream {
    async fn run(self, incoming: Body, out: mpsc::Sender<Bytes>) {
        let stream = Arc::new(self);
        let (judged, answers) = mpsc::channel(AHEAD);
        // While a batch waits for the disk, the next one is judged.
        let answering = tokio::spawn(Arc::clone(&stream).answer(answers, out.clone()));
        let read = stream.read(incoming, judged).await;
        let answered = match answering.await {
            Ok(answered) => answered,
            Err(_) => Err(Refusal::Broken),
        };
        let last = match (read, answered) {
            (Ok(()), Ok(tally)) => stream.last_line(&tally),
            // What ended the answers ended the reading, too.
            (_, Err(refusal)) | (Err(refusal), Ok(_)) => refused_line(&refusal),
        };
        let _ = stream.send(&out, last).await;
    }

    /// Reads and judges until the end, and hands on in order.
    async fn read(
        self: &Arc<Self>,
        mut incoming: Body,
        judged: mpsc::Sender<Vec<Judged>>,
    ) -> Result<(), Refusal> {
        let basis = {
            let stream = Arc::clone(self);
            let work = move || stream.service.basis(&stream.line_up);
            self.service.pool.run(work).await??
        };
        let limit_ms = self.service.limits.stream_idle_ms;
        let idle = Duration::from_millis(limit_ms);
        let mut lines = Lines::default();
        let mut pieces = Vec::new();
        loop {
            let frame = timeout(idle, incoming.frame()).await;
            let Some(frame) = frame.map_err(|_| Refusal::StoodStill { limit_ms })? else {
                break;
            };
            let frame = frame.map_err(|error| Refusal::BrokeOff(error.to_string()))?;
            if let Ok(bytes) = frame.into_data() {
                lines.push(&bytes, &mut pieces);
            }
            if !pieces.is_empty() && !self.judge(&mut pieces, &basis, &judged).await? {
                return Ok(());
            }
        }
        pieces.extend(lines.end());
        self.judge(&mut pieces, &basis, &judged).await?;
        Ok(())
    }

    /// Judges all pieces; `false` when nobody takes answers any more.
    async fn judge(
        self: &Arc<Self>,
        pieces: &mut Vec<Piece>,
        basis: &Arc<Basis>,
        judged: &mpsc::Sender<Vec<Judged>>,
    ) -> Result<bool, Refusal> {
        while !pieces.is_empty() {
            let rest = pieces.split_off(pieces.len().min(BATCH));
            let batch = std::mem::replace(pieces, rest);
            let wait =
                self.service
                    .rates
                    .take_slowly(&self.asked.token, batch.len(), Instant::now());
            sleep(wait).await;
            let done = self.judge_batch(batch, basis).await?;
            if judged.send(done).await.is_err() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// On several threads, and back in order.
    async fn judge_batch(
        self: &Arc<Self>,
        batch: Vec<Piece>,
        basis: &Arc<Basis>,
    ) -> Result<Vec<Judged>, Refusal> {
        let mut parts = Vec::new();
        let mut rest = batch;
        while !rest.is_empty() {
            let after = rest.split_off(rest.len().min(PART));
            let part = std::mem::replace(&mut rest, after);
            let (stream, basis) = (Arc::clone(self), Arc::clone(basis));
            parts.push(tokio::spawn(async move {
                let working = Arc::clone(&stream);
                let work = move || {
                    let LineUp { checker, head, .. } = &*working.line_up;
                    let asked = &working.asked;
                    part.into_iter()
                        .map(|piece| {
                            judge::judge(checker, head, &basis, asked, Form::Ndjson, piece)
                        })
                        .collect::<std::io::Result<Vec<Judged>>>()
                };
                stream.service.pool.run(work).await
            }));
        }
        let mut all = Vec::new();
        for part in parts {
            let part = part.await.map_err(|_| Refusal::Broken)??;
            all.extend(part.map_err(|_| Refusal::Broken)?);
        }
        Ok(all)
    }

    /// Answers each batch when its receipts are on the disk.
    async fn answer(
        self: Arc<Self>,
        mut judged: mpsc::Receiver<Vec<Judged>>,
        out: mpsc::Sender<Bytes>,
    ) -> Result<Tally, Refusal> {
        let mut tally = Tally::default();
        while let Some(batch) = judged.recv().await {
            let entries = batch.iter().map(|judged| judged.entry.clone()).collect();
            let issued = self.service.writer.append(entries).await;
            issued.map_err(Refusal::NoEvidence)?;
            let mut lines = Vec::new();
            for judged in &batch {
                tally.add(&judged.report);
                lines.extend_from_slice(&judged.answer);
            }
            self.service.answered(&self.line_up, batch);
            self.send(&out, lines).await?;
        }
        Ok(tally)
    }

    async fn send(&self, out: &mpsc::Sender<Bytes>, bytes: Vec<u8>) -> Result<(), Refusal> {
        let limit_ms = self.service.limits.stream_idle_ms;
        let sent = timeout(Duration::from_millis(limit_ms), out.send(bytes.into())).await;
        match sent {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Refusal::BrokeOff("nobody reads the answer".to_owned())),
            Err(_) => Err(Refusal::StoodStill { limit_ms }),
        }
    }

    fn last_line(&self, tally: &Tally) -> Vec<u8> {
        let mut last = Vec::new();
        match Ndjson.tail(&self.line_up.head, tally, &mut last) {
            Ok(()) => last,
            Err(_) => refused_line(&Refusal::Broken),
        }
    }
}

fn refused_line(refusal: &Refusal) -> Vec<u8> {
    let mut line = json!({"problem": refusal.problem()})
        .to_string()
        .into_bytes();
    line.push(b'\n');
    line
}
