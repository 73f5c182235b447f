//! Bodies: one that is read whole, and one that is written as it is made.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body::Frame;
use http_body_util::BodyExt;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::problem::Refusal;

/// The bytes that a body may turn out to have, within a limit.
pub(crate) fn most(body: &Body, limit_bytes: usize) -> usize {
    let said = http_body::Body::size_hint(body).upper();
    let said = said.and_then(|bytes| usize::try_from(bytes).ok());
    said.unwrap_or(limit_bytes).min(limit_bytes)
}

/// Reads a body of at most `limit_bytes` that arrives within `limit_ms`.
pub(crate) async fn read(
    body: Body,
    limit_bytes: usize,
    limit_ms: u64,
) -> Result<Vec<u8>, Refusal> {
    let known = http_body::Body::size_hint(&body).lower();
    if known > limit_bytes as u64 {
        return Err(Refusal::TooLarge { limit_bytes });
    }
    let whole = collect(body, limit_bytes);
    match timeout(Duration::from_millis(limit_ms), whole).await {
        Ok(read) => read,
        Err(_) => Err(Refusal::TooSlow { limit_ms }),
    }
}

async fn collect(mut body: Body, limit_bytes: usize) -> Result<Vec<u8>, Refusal> {
    let mut whole = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Refusal::BrokeOff(error.to_string()))?;
        if let Ok(bytes) = frame.into_data() {
            if whole.len() + bytes.len() > limit_bytes {
                return Err(Refusal::TooLarge { limit_bytes });
            }
            whole.extend_from_slice(&bytes);
        }
    }
    Ok(whole)
}

/// A body whose parts come out of a channel. It ends when the channel does.
pub(crate) struct Written(pub(crate) mpsc::Receiver<Bytes>);

impl http_body::Body for Written {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0
            .poll_recv(context)
            .map(|part| part.map(|bytes| Ok(Frame::data(bytes))))
    }
}
