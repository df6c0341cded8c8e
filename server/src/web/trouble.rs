//! Refusals and faults as their reader needs them: a page where a page was asked for; the request's id in what is our
//! fault, so that a person can quote it.

use crate::app::App;
use crate::error::{self, Result};
use crate::web::site::{missing, render_as};
use crate::web::trace::RequestId;
use crate::web::visit::Visit;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode, header};
use serde_json::{Value, json};
use shared::problem::{Code, MEDIA_TYPE};
use std::any::Any;

/// A problem is a line or two.
const MOST_BYTES: usize = 16 * 1024;

/// The answer when a handler panicked: the request fails, the server stays.
pub fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    error::answer(&Code::Internal.into())
}

/// Gives errors the form that their reader can use.
pub async fn dress(State(app): State<App>, request: Request, next: Next) -> Response {
    let machines = ["/api/", "/photos/", "/documents/", "/assets/", "/healthz", "/readyz", "/sw.js"];
    let path = request.uri().path();
    let is_form = path.starts_with("/repondre/");
    let is_page = (is_form || matches!(*request.method(), Method::GET | Method::HEAD))
        && !machines.iter().any(|start| path.starts_with(start));
    let visit =
        is_page.then(|| (request.uri().clone(), request.headers().get(header::ACCEPT_LANGUAGE).cloned()));
    let id = request.extensions().get::<RequestId>().cloned();
    let response = next.run(request).await;
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE).map_or(&b""[..], |kind| kind.as_bytes()).to_vec();
    if !(status.is_client_error() || status.is_server_error()) || kind.starts_with(b"text/html") {
        return response;
    }
    if let Some((uri, accepted)) = visit {
        let headers = accepted.map(|value| (header::ACCEPT_LANGUAGE, value)).into_iter().collect();
        return page(&app, &Visit::of(&app, &uri, &headers), &response, id.as_ref())
            .unwrap_or_else(IntoResponse::into_response);
    }
    match id {
        Some(id) if status.is_server_error() && kind == MEDIA_TYPE.as_bytes() => quote(response, &id).await,
        _ => response,
    }
}

/// The same as a page, with the headers that say when to come back.
fn page(app: &App, visit: &Visit, answer: &Response, id: Option<&RequestId>) -> Result<Response> {
    let status = answer.status();
    let mut page = match status {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE | StatusCode::REQUEST_TIMEOUT => {
            render_as(app, visit, "pages/trouble.html", status, json!({ "busy": true }))?
        }
        _ if status.is_server_error() => {
            let id = id.map(RequestId::as_str);
            render_as(app, visit, "pages/trouble.html", status, json!({ "busy": false, "request": id }))?
        }
        _ => missing(app, visit, status)?,
    };
    for name in [header::RETRY_AFTER, header::ALLOW] {
        if let Some(value) = answer.headers().get(&name) {
            page.headers_mut().insert(name, value.clone());
        }
    }
    Ok(page)
}

/// The problem with `request_id` among its members.
async fn quote(response: Response, id: &RequestId) -> Response {
    let (mut parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, MOST_BYTES).await.unwrap_or_default();
    let mut problem = serde_json::from_slice(&bytes).unwrap_or_else(|_| json!({}));
    if let Value::Object(members) = &mut problem {
        members.insert("request_id".into(), id.as_str().into());
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(problem.to_string()))
}
