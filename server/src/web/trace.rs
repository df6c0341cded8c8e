//! Following a request: its id, the line of log about it, its figures. By the pattern of its address, never the address
//! itself, which may hold what a person is looking at.

use crate::app::App;
use crate::edges::ids;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue};
use tracing::Instrument;

/// Carries a request's id, both ways.
const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// What stands for the pattern where no address of ours matched.
const NO_ROUTE: &str = "(none)";

/// The id under which the log speaks of a request; a person can quote it.
#[derive(Clone, Debug)]
pub struct RequestId(String);

impl RequestId {
    /// The one that came with the request, if it is a plain word of sane length; else a new one.
    fn of(headers: &HeaderMap) -> Self {
        let plain = |word: &&str| {
            (8..=64).contains(&word.len())
                && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        };
        let given = headers.get(HEADER).and_then(|value| value.to_str().ok()).filter(plain);
        Self(given.map_or_else(ids::short, str::to_owned))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Gives the request its id, logs and counts it once it is answered.
pub async fn follow(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let id = RequestId::of(request.headers());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or(NO_ROUTE, MatchedPath::as_str).to_owned();
    // A span for errors, so that what is logged under it names the request whatever the filter.
    let span = tracing::error_span!("request", id = id.as_str(), %method, route);
    request.extensions_mut().insert(id.clone());
    let in_flight = app.metrics.begin();
    let begun = app.clock.elapsed();
    let mut response = next.run(request).instrument(span.clone()).await;
    let took = app.clock.elapsed().saturating_sub(begun);
    drop(in_flight);
    let status = response.status().as_u16();
    span.in_scope(|| tracing::debug!(status, micros = took.as_micros(), "answered"));
    app.metrics.answered(&route, &method, status, took);
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}
