//! The front door. Every answer about a filing has a receipt.

mod asker;
mod body;
mod check;
mod lines;
mod openapi;
mod ops;
mod plugins;
mod problem;
mod receipts;
mod stream;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anjian_runtime::Engine;
use anjian_store::{LineUp, Store, StoreError};
use axum::extract::{DefaultBodyLimit, OriginalUri};
use axum::http::{HeaderName, Method};
use axum::{Router, middleware};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::judge::Judged;
use crate::metrics::Metrics;
use crate::pool::Pool;
use crate::rates::Rates;
use crate::receipts::{Basis, Content, Writer};
use crate::settings::LimitSettings;
use crate::tokens::Tokens;
use problem::Refusal;

/// Id of the receipt of an answer.
const RECEIPT: HeaderName = HeaderName::from_static("anjian-receipt");

/// Hash of that receipt, which nobody can change later without being found.
const RECEIPT_HASH: HeaderName = HeaderName::from_static("anjian-receipt-hash");

/// Id of the request, as in the log.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What the door is made of.
pub(crate) struct Service {
    pub(crate) store: Arc<Store>,
    pub(crate) writer: Writer,
    pub(crate) data: PathBuf,
    pub(crate) pool: Pool,
    /// Room for bodies, in KiB.
    pub(crate) room: Arc<Semaphore>,
    /// Reads and replays receipts, so that readers do not keep filings waiting.
    pub(crate) readers: Pool,
    pub(crate) tokens: Tokens,
    /// Whether it listens on this machine only, and so may do without tokens.
    pub(crate) local: bool,
    pub(crate) rates: Rates,
    pub(crate) metrics: Metrics,
    pub(crate) profile: Option<Vec<u8>>,
    pub(crate) limits: LimitSettings,
    pub(crate) engine: Engine,
    /// What filings are judged by, with the number of its line-up.
    pub(crate) basis: Mutex<Option<(u64, Arc<Basis>)>>,
}

impl Service {
    /// Room for a body of so many bytes, held until it is dropped.
    fn room(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Refusal> {
        let bytes = bytes.min(self.limits.body_bytes);
        let kib = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.room).try_acquire_many_owned(kib);
        room.map_err(|_| Refusal::Busy)
    }

    /// What judges from now on, for a whole filing or a whole stream.
    fn line_up(&self) -> Arc<LineUp> {
        let began = Instant::now();
        let line_up = self.store.line_up();
        self.metrics.swap_stall(began.elapsed());
        line_up
    }

    /// What receipts say and keep of a line-up. Reads from the disk when there
    /// is something that the log does not have yet.
    fn basis(&self, line_up: &LineUp) -> Result<Arc<Basis>, StoreError> {
        let known = |basis: &Option<(u64, Arc<Basis>)>| match basis {
            Some((number, basis)) if *number == line_up.number => Some(Arc::clone(basis)),
            _ => None,
        };
        let lock = || self.basis.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(basis) = known(&lock()) {
            return Ok(basis);
        }
        let plugins = line_up.head.plugins.clone();
        let mut contents = Vec::new();
        for used in &plugins {
            if !self.writer.knows(&used.sha256) {
                contents.push(Content::new(self.store.component(&used.sha256)?));
            }
        }
        let profile = self.profile.clone().map(Content::new);
        let profile_sha256 = profile.as_ref().map(|profile| profile.sha256().to_owned());
        let used = line_up.head.profile.as_ref();
        contents.extend(profile.filter(|profile| !self.writer.knows(profile.sha256())));
        let basis = Arc::new(Basis {
            plugins,
            profile_sha256,
            profile_signed_by: used.map_or_else(Vec::new, |used| used.signed_by.clone()),
            notes: line_up.head.notes.clone(),
            contents,
        });
        *lock() = Some((line_up.number, Arc::clone(&basis)));
        Ok(basis)
    }

    /// Counts what was answered, and lets the store learn from it.
    fn answered(self: &Arc<Self>, line_up: &Arc<LineUp>, all: Vec<Judged>) {
        for judged in &all {
            self.metrics.filing(&judged.report);
        }
        let (store, line_up) = (Arc::clone(&self.store), Arc::clone(line_up));
        // A version may be quarantined now, and that takes time.
        tokio::task::spawn_blocking(move || {
            for judged in &all {
                let filing = judged.entry.filing.as_ref();
                if let Some(filing) = filing {
                    store.judged(&line_up, filing.bytes(), &judged.report);
                }
            }
        });
    }
}

/// All addresses, and their description.
fn routes() -> OpenApiRouter<Arc<Service>> {
    let versioned = OpenApiRouter::new()
        .routes(routes!(check::check))
        .routes(routes!(stream::stream))
        .routes(routes!(plugins::rules))
        .routes(routes!(plugins::list, plugins::submit))
        .routes(routes!(plugins::activate))
        .routes(routes!(plugins::rollback))
        .routes(routes!(plugins::retire))
        .routes(routes!(plugins::release))
        .routes(routes!(receipts::list))
        .routes(routes!(receipts::one))
        .routes(routes!(receipts::verify))
        .routes(routes!(receipts::filing))
        .routes(routes!(receipts::replay))
        .routes(routes!(ops::metrics))
        // Last, so that it stands before all of them.
        .route_layer(middleware::from_fn(asker::refuse_foreign_pages));
    OpenApiRouter::with_openapi(openapi::title())
        .merge(versioned)
        .routes(routes!(ops::healthz))
        .routes(routes!(ops::readyz))
}

/// The description of the API, as `/openapi.json` has it.
#[must_use]
pub fn description() -> serde_json::Value {
    openapi::whole(&routes().split_for_parts().1)
}

/// The door.
pub(crate) fn router(service: Arc<Service>) -> Router {
    let (router, described) = routes().split_for_parts();
    router
        .merge(openapi::router(&described))
        .fallback(nowhere)
        .method_not_allowed_fallback(bad_method)
        // Each address has its own limit.
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn_with_state(
            Arc::clone(&service),
            asker::observe,
        ))
        .with_state(service)
}

/// For who speaks HTTP where HTTPS is spoken.
pub(crate) fn plain() -> Router {
    Router::new().fallback(async || Refusal::Plain)
}

async fn nowhere(OriginalUri(uri): OriginalUri) -> Refusal {
    Refusal::Nowhere(uri.path().to_owned())
}

async fn bad_method(method: Method, OriginalUri(uri): OriginalUri) -> Refusal {
    Refusal::BadMethod {
        method: method.to_string(),
        path: uri.path().to_owned(),
    }
}

#[cfg(test)]
mod tests;
