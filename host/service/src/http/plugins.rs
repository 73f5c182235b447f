//! Rules, plugins and their versions.

use std::sync::Arc;
use std::time::Duration;

use anjian_check::Decision;
use anjian_model::{Note, Rule};
use anjian_store::{InUse, Store, StoreError, VersionId, VersionStatus};
use axum::Json;
use axum::extract::multipart::{Field, Multipart, MultipartRejection};
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use utoipa::ToSchema;

use super::Service;
use super::asker::Caller;
use super::problem::{Problem, Refusal};
use crate::tokens::Role;

/// Who may change what judges.
const ADMINS: &[Role] = &[Role::RuleAdmin];

/// Bytes of a signature; minisign's have some 300.
const SIGNATURE_BYTES: usize = 4 * 1024;

/// Signatures that come with one plugin.
const SIGNATURES: usize = 16;

/// A reference date: by which rules are listed, or from which a version judges.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Day {
    #[serde(alias = "from")]
    date: Option<String>,
}

impl Day {
    fn read(day: Result<Query<Self>, QueryRejection>) -> Result<Option<Date>, Refusal> {
        let Query(Self { date }) =
            day.map_err(|rejection| Refusal::Senseless(rejection.body_text()))?;
        let read = date.map(|date| {
            let day = date.parse();
            day.map_err(|_| Refusal::Senseless(format!("`{date}` is no date; give YYYY-MM-DD")))
        });
        read.transpose()
    }
}

/// Part of a path, which may be no text.
type PathOf<T> = Result<Path<T>, PathRejection>;

#[derive(Serialize)]
struct Listed<'r> {
    plugin: &'r str,
    #[serde(flatten)]
    rule: &'r Rule,
    /// What the profile decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<&'r Decision>,
}

/// What judges, and all versions there are.
#[derive(Serialize, ToSchema)]
pub(super) struct Plugins {
    /// Counts up with every change.
    line_up: u64,
    /// What judges now.
    #[schema(value_type = Vec<Object>)]
    active: Vec<InUse>,
    /// What readers of reports should know.
    #[schema(value_type = Vec<Object>)]
    notes: Vec<Note>,
    /// Every version with where it stands, its stages and their reasons.
    #[schema(value_type = Vec<Object>)]
    versions: Vec<VersionStatus>,
}

/// The version that a request was about.
#[derive(Serialize, ToSchema)]
pub(super) struct Version {
    /// Digest of its bytes.
    id: String,
    /// Where it stands now, its stages and their reasons.
    #[schema(value_type = Object)]
    status: Option<VersionStatus>,
}

impl Version {
    fn of(store: &Store, id: &VersionId) -> Self {
        Self {
            id: id.as_str().to_owned(),
            status: store.version(id),
        }
    }
}

/// List the rules that judge now.
///
/// As `anjian rules --format json`. Any role.
#[utoipa::path(
    get,
    path = "/v1/rules",
    tag = "plugins",
    params(
        ("date" = Option<String>, Query,
         description = "Those that judge filings of this reference date, YYYY-MM-DD; the latest, \
                        where versions differ by date"),
    ),
    responses(
        (status = 200, description = "Rules in the order of their plugins", body = Vec<Object>),
        (status = "default", description = "Refused", body = Problem,
         content_type = "application/problem+json"),
    )
)]
pub(super) async fn rules(
    State(service): State<Arc<Service>>,
    caller: Caller,
    day: Result<Query<Day>, QueryRejection>,
) -> Result<Response, Refusal> {
    caller.needs(&Role::ALL)?;
    let day = Day::read(day)?;
    let line_up = service.line_up();
    let checker = match day {
        Some(day) => line_up.checker.at(&day.to_string()),
        None => line_up.checker.latest(),
    };
    let listed = checker.rules().map(|(judge, enrolled)| Listed {
        plugin: &judge.description().id,
        rule: &enrolled.rule,
        decision: enrolled.decision.as_deref(),
    });
    Ok(Json(listed.collect::<Vec<_>>()).into_response())
}

/// List plugins and their versions.
///
/// Any role.
#[utoipa::path(
    get,
    path = "/v1/plugins",
    tag = "plugins",
    responses(
        (status = 200, description = "What judges, and all versions", body = Plugins),
        (status = "default", description = "Refused", body = Problem,
         content_type = "application/problem+json"),
    )
)]
pub(super) async fn list(
    State(service): State<Arc<Service>>,
    caller: Caller,
) -> Result<Json<Plugins>, Refusal> {
    caller.needs(&Role::ALL)?;
    // A change of the store, which holds what this waits for, may take a while.
    let listed = beside(&service, &caller, |store, _| {
        let line_up = store.line_up();
        Ok(Plugins {
            line_up: line_up.number,
            active: line_up.plugins.clone(),
            notes: line_up.head.notes.clone(),
            versions: store.versions(),
        })
    });
    Ok(Json(listed.await?))
}

/// A plugin and its signatures.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form for readers of the API")]
struct Upload {
    /// The file of the component.
    #[schema(value_type = String, format = Binary)]
    component: Vec<u8>,
    /// Files of minisign signatures.
    signature: Vec<String>,
}

/// Upload a version of a plugin.
///
/// The answer comes when its examination is over and says how it ended; in the
/// shadow it goes on by itself. `GET /v1/plugins` shows each stage meanwhile. `curl -F component=@p.wasm -F signature=@p.wasm.minisig …`. Role:
/// `rule_admin`.
#[utoipa::path(
    post,
    path = "/v1/plugins",
    tag = "plugins",
    request_body(content = Upload, content_type = "multipart/form-data"),
    responses(
        (status = 202, description = "It was taken in", body = Version),
        (status = "default", description = "Refused", body = Problem,
         content_type = "application/problem+json"),
    )
)]
pub(super) async fn submit(
    State(service): State<Arc<Service>>,
    caller: Caller,
    form: Result<Multipart, MultipartRejection>,
) -> Result<(StatusCode, Json<Version>), Refusal> {
    caller.needs(ADMINS)?;
    let form = form.map_err(|rejection| Refusal::Senseless(rejection.body_text()))?;
    let limit_ms = service.limits.request_ms;
    let max_component = service.engine.limits().plugin_bytes;
    let _room = service.room(max_component)?;
    let read = read_upload(form, max_component);
    let read = timeout(Duration::from_millis(limit_ms), read).await;
    let (component, signatures) = read.map_err(|_| Refusal::TooSlow { limit_ms })??;
    let version = change(&service, &caller, move |store, who| {
        store.submit(&component, &signatures, who)
    });
    Ok((StatusCode::ACCEPTED, Json(version.await?)))
}

async fn read_upload(
    mut form: Multipart,
    max_component: usize,
) -> Result<(Vec<u8>, Vec<String>), Refusal> {
    let senseless = |what: &str| Refusal::Senseless(what.to_owned());
    let mut component = None;
    let mut signatures = Vec::new();
    loop {
        let field = form.next_field().await;
        let field = field.map_err(|error| Refusal::BrokeOff(error.body_text()))?;
        let Some(field) = field else { break };
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "component" => {
                if component
                    .replace(read_field(field, max_component).await?)
                    .is_some()
                {
                    return Err(senseless("the form has two components"));
                }
            }
            "signature" => {
                let bytes = read_field(field, SIGNATURE_BYTES).await?;
                let text = String::from_utf8(bytes);
                signatures.push(text.map_err(|_| senseless("a signature is no text"))?);
                if signatures.len() > SIGNATURES {
                    return Err(senseless("the form has more than 16 signatures"));
                }
            }
            _ => {
                return Err(senseless(
                    "the form has a field other than component and signature",
                ));
            }
        }
    }
    let component = component.ok_or_else(|| senseless("the form has no field `component`"))?;
    Ok((component, signatures))
}

async fn read_field(mut field: Field<'_>, limit_bytes: usize) -> Result<Vec<u8>, Refusal> {
    let mut whole = Vec::new();
    loop {
        let chunk = field.chunk().await;
        let Some(chunk) = chunk.map_err(|error| Refusal::BrokeOff(error.body_text()))? else {
            return Ok(whole);
        };
        if whole.len() + chunk.len() > limit_bytes {
            return Err(Refusal::TooLarge { limit_bytes });
        }
        whole.extend_from_slice(&chunk);
    }
}

/// Let a version judge.
///
/// From then on it judges what comes in; what was begun ends on the version
/// before. With `from` it judges filings of that reference date and later, and
/// what judged before goes on judging earlier ones. Role: `rule_admin`; with four eyes not the one who submitted it.
#[utoipa::path(
    post,
    path = "/v1/plugins/{id}/activate",
    tag = "plugins",
    params(
        ("id" = String, Path, description = "Digest of the version's bytes"),
        ("from" = Option<String>, Query,
         description = "First reference date that it judges, YYYY-MM-DD; all dates without it"),
    ),
    responses(
        (status = 200, description = "It judges", body = Version),
        (status = "default", description = "Refused", body = Problem,
         content_type = "application/problem+json"),
    )
)]
pub(super) async fn activate(
    State(service): State<Arc<Service>>,
    caller: Caller,
    id: PathOf<String>,
    day: Result<Query<Day>, QueryRejection>,
) -> Result<Json<Version>, Refusal> {
    caller.needs(ADMINS)?;
    let from = Day::read(day)?;
    let Path(id) = id.map_err(|rejection| Refusal::Senseless(rejection.body_text()))?;
    let version = VersionId::parse(&id).ok_or(StoreError::UnknownVersion { id })?;
    let version = change(&service, &caller, move |store, who| {
        store.activate(&version, from, who)?;
        Ok(version)
    });
    Ok(Json(version.await?))
}

/// Go back to the version that judged before.
///
/// Role: `rule_admin`.
#[utoipa::path(
    post,
    path = "/v1/plugins/{id}/rollback",
    tag = "plugins",
    params(("id" = String, Path, description = "Id of the plugin, such as hazchem")),
    responses(
        (status = 200, description = "The version that judges again", body = Version),
        (status = "default", description = "Refused", body = Problem,
         content_type = "application/problem+json"),
    )
)]
pub(super) async fn rollback(
    State(service): State<Arc<Service>>,
    caller: Caller,
    plugin: PathOf<String>,
) -> Result<Json<Version>, Refusal> {
    caller.needs(ADMINS)?;
    let Path(plugin) = plugin.map_err(|rejection| Refusal::Senseless(rejection.body_text()))?;
    let version = change(&service, &caller, move |store, who| {
        store.rollback(&plugin, who)
    });
    Ok(Json(version.await?))
}

/// Take an uploaded plugin away.
///
/// What is built in judges again, where there is something. Role:
/// `rule_admin`.
#[utoipa::path(
    post,
    path = "/v1/plugins/{id}/retire",
    tag = "plugins",
    params(("id" = String, Path, description = "Id of the plugin, such as hazchem")),
    responses(
        (status = 204, description = "It does not judge any more"),
        (status = "default", description = "Refused", body = Problem,
         content_type = "application/problem+json"),
    )
)]
pub(super) async fn retire(
    State(service): State<Arc<Service>>,
    caller: Caller,
    plugin: PathOf<String>,
) -> Result<StatusCode, Refusal> {
    caller.needs(ADMINS)?;
    let Path(plugin) = plugin.map_err(|rejection| Refusal::Senseless(rejection.body_text()))?;
    let retired = beside(&service, &caller, move |store, who| {
        tracing::info!(plugin, who, "a plugin is retired");
        store.retire(&plugin, who)
    });
    retired.await.map(|()| StatusCode::NO_CONTENT)
}

/// End the quarantine of a version.
///
/// It may be activated again then. Role: `rule_admin`.
#[utoipa::path(
    post,
    path = "/v1/plugins/{id}/release",
    tag = "plugins",
    params(("id" = String, Path, description = "Digest of the version's bytes")),
    responses(
        (status = 200, description = "It is not in quarantine any more", body = Version),
        (status = "default", description = "Refused", body = Problem,
         content_type = "application/problem+json"),
    )
)]
pub(super) async fn release(
    State(service): State<Arc<Service>>,
    caller: Caller,
    id: PathOf<String>,
) -> Result<Json<Version>, Refusal> {
    caller.needs(ADMINS)?;
    let Path(id) = id.map_err(|rejection| Refusal::Senseless(rejection.body_text()))?;
    let version = VersionId::parse(&id).ok_or(StoreError::UnknownVersion { id })?;
    let version = change(&service, &caller, move |store, who| {
        store.release(&version, who)?;
        Ok(version)
    });
    Ok(Json(version.await?))
}

/// Changes a version, and says what became of it.
async fn change(
    service: &Arc<Service>,
    caller: &Caller,
    change: impl FnOnce(&Store, &str) -> Result<VersionId, StoreError> + Send + 'static,
) -> Result<Version, Refusal> {
    let changed = beside(service, caller, move |store, who| {
        let id = change(store, who)?;
        tracing::info!(version = %id, who, "the plugins were changed");
        Ok(Version::of(store, &id))
    });
    changed.await
}

/// Changes the store beside the filings, not among them: it compiles, and it
/// must work while plugins keep the pool busy.
async fn beside<T: Send + 'static>(
    service: &Arc<Service>,
    caller: &Caller,
    change: impl FnOnce(&Store, &str) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, Refusal> {
    let store = Arc::clone(&service.store);
    let who = caller.name().to_owned();
    let done = tokio::task::spawn_blocking(move || change(&store, &who));
    Ok(done.await.map_err(|_| Refusal::Broken)??)
}
