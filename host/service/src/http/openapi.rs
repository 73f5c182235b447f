//! The description of the API, generated from the code, and a page that shows
//! it without any network.

use std::sync::Arc;

use anjian_model::Report;
use axum::http::{HeaderName, header};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use schemars::generate::SchemaSettings;
use serde_json::Value;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder};

use super::Service;

const PAGE: &str = include_str!("page.html");

/// The page loads nothing but the description.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'";

/// Name of the way in.
const TOKEN: &str = "token";

/// What stands at the top.
pub(super) fn title() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Anjian 安检")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Checks what enterprises file with their safety regulator. Every filing that is \
             answered has a receipt. Whatever is refused is answered as \
             application/problem+json, which says whose turn it is and what to do.",
        ))
        .build();
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("Made by `anjian token add`"))
        .build();
    let components = ComponentsBuilder::new()
        .security_scheme(TOKEN, SecurityScheme::Http(scheme))
        .build();
    OpenApiBuilder::new()
        .info(info)
        .components(Some(components))
        .security(Some([SecurityRequirement::new(TOKEN, [""; 0])]))
        .build()
}

/// The description as it is served: with the schemas of the report, which the
/// model describes in another dialect of the same standard.
pub(super) fn whole(described: &OpenApi) -> Value {
    let settings = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into());
    let mut generator = settings.into_generator();
    // The reference is not needed, but all that it refers to.
    let _ = generator.subschema_for::<Report>();
    let mut whole = serde_json::to_value(described).unwrap_or_default();
    if let Some(Value::Object(schemas)) = whole.pointer_mut("/components/schemas") {
        schemas.extend(generator.take_definitions(true));
    }
    whole
}

/// Serves both.
pub(super) fn router(described: &OpenApi) -> Router<Arc<Service>> {
    let whole = whole(described);
    let describe = move || async move { Json(whole) };
    Router::new()
        .route("/openapi.json", get(describe))
        .route("/", get(page))
}

async fn page() -> impl IntoResponse {
    (
        [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (HeaderName::from_static("x-content-type-options"), "nosniff"),
        ],
        PAGE,
    )
}
