//! What those who keep the server running ask of it. On an address of its own, which a setting names: `/metrics`. On both:
//! `/healthz` (does the process answer), `/readyz` (can it do its work).

use crate::app::App;
use crate::error::Result;
use crate::{metrics, ready};
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{StatusCode, header};

/// The service for whoever keeps this one running.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/metrics", get(figures))
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .with_state(app)
}

/// `GET /healthz`: 200 as long as the process answers; asks nobody, so that a database that is away restarts nothing.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: 200, or 503 with the parts that are not well.
pub async fn ready(State(app): State<App>) -> Response {
    match ready::unwell(&app).await.as_slice() {
        [] => "ready\n".into_response(),
        parts => {
            (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {}\n", parts.join(", "))).into_response()
        }
    }
}

/// `GET /metrics`
async fn figures(State(app): State<App>) -> Result<Response> {
    Ok(([(header::CONTENT_TYPE, metrics::MEDIA_TYPE)], metrics::text(&app).await?).into_response())
}
