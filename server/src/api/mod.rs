//! What holds at every address of the API: who may read from where, what is answered when nothing changed, and how a "no"
//! looks where no room is asked.
//!
//! Public reading is open data: any page of any site may `GET`. Nothing else may be asked from another site: it is refused
//! by the browser, which asks first and gets no leave. Answers carry a weak `ETag`, the digest of their bytes.

pub mod openapi;

use crate::error::{Result, answer};
use crate::rooms::photos::hex;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{self, HeaderName};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use sha2::{Digest, Sha256};
use shared::problem::Code;

/// How long a browser may remember that reading is open, in seconds.
const REMEMBERED: &str = "86400";
/// What another site's page may send with its question, and see of the answer.
const WITH: &str = "if-none-match";
const SHOWN: &str = "etag";
/// Largest answer that is compared: more than any list or pack.
const COMPARED: usize = 64 * 1024 * 1024;

/// Nothing at this address.
pub async fn not_found() -> Response {
    answer(&Code::NotFound.into())
}

/// Not for this method.
pub async fn not_allowed() -> Response {
    answer(&Code::MethodNotAllowed.into())
}

/// Lets every site read, and tells browsers that ask before they do.
pub async fn open(request: Request, next: Next) -> Response {
    let asked = request.headers().get(header::ACCESS_CONTROL_REQUEST_METHOD);
    if request.method() == Method::OPTIONS && asked.is_some_and(|asked| asked == "GET" || asked == "HEAD") {
        let told = [
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, WITH),
            (header::ACCESS_CONTROL_MAX_AGE, REMEMBERED),
        ];
        return (StatusCode::NO_CONTENT, told).into_response();
    }
    let reading = matches!(*request.method(), Method::GET | Method::HEAD);
    let mut response = next.run(request).await;
    if reading {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(SHOWN));
    }
    response
}

/// Gives what is read its `ETag`; to whoever has it already, nothing but that.
pub async fn compare(request: Request, next: Next) -> Result<Response> {
    let reading = matches!(*request.method(), Method::GET | Method::HEAD);
    let known = request.headers().get(header::IF_NONE_MATCH).cloned();
    let response = next.run(request).await;
    if !reading || response.status() != StatusCode::OK || response.headers().contains_key(header::ETAG) {
        return Ok(response);
    }
    let (mut head, body) = response.into_parts();
    let bytes = to_bytes(body, COMPARED).await.map_err(anyhow::Error::from)?;
    let digest = hex(&Sha256::digest(&bytes));
    let etag = format!("W/\"{}\"", digest.get(..32).unwrap_or(&digest));
    let same = known.is_some_and(|known| names(&known, &etag));
    head.headers.insert(header::ETAG, HeaderValue::from_str(&etag).map_err(anyhow::Error::from)?);
    if !same {
        return Ok(Response::from_parts(head, Body::from(bytes)));
    }
    Ok((StatusCode::NOT_MODIFIED, kept(head.headers)).into_response())
}

/// Whether `If-None-Match` names `etag`: weakly, as it must be compared (RFC 9110 §13.1.2).
fn names(known: &HeaderValue, etag: &str) -> bool {
    let plain = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let known = known.to_str().unwrap_or_default();
    known.trim() == "*" || known.split(',').any(|tag| plain(tag) == plain(etag))
}

/// What a 304 says again (RFC 9110 §15.4.5).
fn kept(mut headers: HeaderMap) -> HeaderMap {
    const KEPT: [HeaderName; 3] = [header::ETAG, header::CACHE_CONTROL, header::VARY];
    let all: Vec<HeaderName> = headers.keys().cloned().collect();
    for name in all.iter().filter(|name| !KEPT.contains(name)) {
        headers.remove(name);
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_found_among_others_weak_or_strong() {
        for (known, same) in [
            ("W/\"a\"", true),
            ("\"a\"", true),
            ("\"b\", W/\"a\"", true),
            ("*", true),
            ("\"b\"", false),
            ("a", false),
            ("", false),
        ] {
            assert_eq!(names(&HeaderValue::from_str(known).unwrap(), "W/\"a\""), same, "{known}");
        }
    }
}
