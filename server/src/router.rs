//! Every address on one page.

use crate::api;
use crate::app::App;
use crate::rooms::{answers, digest, follow, journal, photos, places, push, reports, uploads};
use crate::web::{assets, bodies, headers, limits, operations, site, sitemap, trace, trouble};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state as with_state};
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
    let v1 = Router::new()
        .route("/places", get(places::http::list))
        .route("/places/search", get(places::http::search))
        .route("/places/{id}", get(places::http::page))
        .route("/reports", get(reports::http::list))
        .route("/reports/{id}", get(reports::http::page).put(reports::http::put))
        .route("/reports/{id}/contact", delete(reports::http::forget_contact))
        .route("/supports/{id}", put(reports::http::put_support))
        .route("/follow-ups/{id}", put(follow::http::put))
        .route("/journal", get(journal::http::list))
        .route("/journal/seals", get(journal::http::seals))
        .route("/journal/seals/{number}", get(journal::http::seal))
        .route(
            "/place-follows/{id}",
            get(digest::http::get).put(digest::http::put).delete(digest::http::delete),
        )
        .route("/push", get(push::http::offer))
        .route("/push/{id}", get(push::http::get).put(push::http::put).delete(push::http::delete))
        .route("/push/{id}/others", get(push::http::others))
        .route("/push/{id}/others/{other}", delete(push::http::delete_other))
        .layer(DefaultBodyLimit::max(MAX_JSON))
        .route(
            "/photos/{hash}",
            put(photos::http::put).layer(DefaultBodyLimit::max(shared::photos::MAX_BYTES)),
        )
        .merge(resumable())
        .fallback(api::not_found)
        .method_not_allowed_fallback(api::not_allowed);
    let api = Router::new()
        .nest("/v1", v1)
        .route("/openapi.json", get(api::openapi::show))
        .fallback(api::not_found)
        .method_not_allowed_fallback(api::not_allowed)
        .layer(from_fn(api::compare))
        .layer(from_fn(api::open));
    Router::new()
        .nest("/api", api)
        .merge(pages())
        .layer(CompressionLayer::new())
        .route("/photos/{hash}/{size}", get(photos::http::show).layer(from_fn(api::open)))
        .route("/documents/{name}", get(answers::documents::show))
        .route("/assets/{name}", get(assets::hashed))
        .route("/sw.js", get(assets::worker))
        .route("/manifest.webmanifest", get(assets::manifest))
        .route("/favicon.ico", get(assets::favicon))
        .route("/healthz", get(operations::alive))
        .route("/readyz", get(operations::ready))
        .fallback(site::not_found)
        .layer(with_state(app.clone(), bodies::hold))
        .layer(with_state(app.clone(), limits::apply))
        .layer(CatchPanicLayer::custom(trouble::panicked))
        .layer(TimeoutLayer::with_status_code(http::StatusCode::REQUEST_TIMEOUT, PATIENCE))
        .layer(with_state(app.clone(), trouble::dress))
        .layer(with_state(app.clone(), headers::add))
        .layer(with_state(app.clone(), trace::follow))
        .with_state(app)
}

/// What people read and print; complete without the app, but for its own screens.
fn pages() -> Router<App> {
    let pages = Router::new()
        .route("/", get(site::home))
        .route("/shell", get(site::shell))
        .route("/hors-ligne", get(site::offline))
        .route("/suivi", get(site::screen))
        .route("/file", get(site::screen))
        .route("/moi", get(site::screen))
        .route("/partage", post(site::share))
        .route("/signaler", get(site::screen))
        .route("/ecoles", get(places::site::list))
        .route("/ecoles/{id}", get(places::site::page))
        .route("/ecoles/{id}/suivre", post(digest::site::ask))
        .route("/ecoles/{id}/flux.atom", get(places::site::feed))
        .route("/demandes", get(reports::site::list))
        .route("/demandes/flux.atom", get(reports::site::feed))
        .route("/demandes/{id}", get(reports::site::page))
        .route("/demandes/{id}/flux.atom", get(reports::site::journal_feed))
        .route("/journal", get(journal::site::page))
        .route("/journal/flux.atom", get(journal::site::feed))
        .route(
            "/desabonnement/{parcel}/{signed}",
            get(reports::unsubscribe::page).post(reports::unsubscribe::stop),
        )
        .route(
            "/repondre/{link}",
            get(answers::site::page)
                .merge(post(answers::site::answer).layer(DefaultBodyLimit::max(answers::form::MAX_BYTES))),
        )
        .route("/repondre/{link}/mot", post(answers::site::word))
        .route("/repondre/{link}/nouveau", post(answers::site::renew))
        .route(
            "/abonnements/{follow}/confirmer/{signed}",
            get(digest::site::confirm).post(digest::site::agree),
        )
        .route("/abonnements/{reader}/{signed}", get(digest::site::manage).post(digest::site::stop))
        .route("/sitemap.xml", get(sitemap::show))
        .route("/robots.txt", get(sitemap::robots));
    // Every component in every state: the app of development builds draws it.
    #[cfg(debug_assertions)]
    let pages = pages
        .route("/styleguide", get(site::shell))
        .route("/styleguide/semaine", get(crate::web::styleguide::week));
    pages
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
