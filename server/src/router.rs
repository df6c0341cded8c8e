//! Every address on one page.

use crate::app::App;
use crate::rooms::{photos, places, push, reports, uploads};
use crate::web::{assets, headers, site};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{delete, get, head, post, put};
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;

/// Most bytes of a JSON body.
const MAX_JSON: usize = 64 * 1024;
/// How long one request may take; a photo on a bad network takes its time.
const PATIENCE: Duration = Duration::from_secs(120);

/// The service.
pub fn router(app: App) -> Router {
    let api = Router::new()
        .route("/places", get(places::http::list))
        .route("/places/search", get(places::http::search))
        .route("/places/{id}", get(places::http::page))
        .route("/reports", get(reports::http::list))
        .route("/reports/{id}", get(reports::http::page).put(reports::http::put))
        .route("/reports/{id}/contact", delete(reports::http::forget_contact))
        .route("/supports/{id}", put(reports::http::put_support))
        .route("/push", get(push::http::offer))
        .route("/push/{id}", get(push::http::get).put(push::http::put).delete(push::http::delete))
        .layer(DefaultBodyLimit::max(MAX_JSON))
        .route(
            "/photos/{hash}",
            put(photos::http::put).layer(DefaultBodyLimit::max(shared::photos::MAX_BYTES)),
        )
        .merge(resumable());
    let pages = Router::new()
        .route("/", get(site::shell))
        .route("/shell", get(site::shell))
        .route("/suivi", get(site::shell))
        .route("/file", get(site::shell))
        .route("/moi", get(site::shell))
        .route("/partage", post(site::share))
        .route("/signaler", get(site::shell))
        .route("/ecoles", get(places::site::list))
        .route("/ecoles/{id}", get(places::site::page))
        .route("/demandes", get(reports::site::list))
        .route("/demandes/{id}", get(reports::site::page))
        .route(
            "/desabonnement/{parcel}/{signed}",
            get(reports::unsubscribe::page).post(reports::unsubscribe::stop),
        );
    // Every component in every state: the app of development builds draws it.
    let pages = if cfg!(debug_assertions) { pages.route("/styleguide", get(site::shell)) } else { pages };
    Router::new()
        .nest("/api/v1", api)
        .merge(pages)
        .layer(CompressionLayer::new())
        .route("/photos/{hash}/{size}", get(photos::http::show))
        .route("/assets/{name}", get(assets::hashed))
        .route("/sw.js", get(assets::worker))
        .route("/manifest.webmanifest", get(assets::manifest))
        .route("/favicon.ico", get(assets::favicon))
        .route("/healthz", get(site::healthz))
        .fallback(site::not_found)
        .layer(from_fn_with_state(app.clone(), headers::add))
        .layer(CatchPanicLayer::custom(headers::panicked))
        .layer(TimeoutLayer::with_status_code(http::StatusCode::REQUEST_TIMEOUT, PATIENCE))
        .layer(from_fn(headers::log))
        .with_state(app)
}

/// Uploads that resume.
fn resumable() -> Router<App> {
    use uploads::http::{create, head as standing, options, overridden, patch, speak, terminate};
    Router::new()
        .route("/uploads", post(create).options(options))
        .route(
            "/uploads/{id}",
            head(standing).patch(patch).delete(terminate).post(overridden).options(options),
        )
        .layer(from_fn(speak))
}
