//! The app that the build embedded: hashed files that never change, and the three that do.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use rust_embed::{EmbeddedFile, RustEmbed};
use serde::Deserialize;
use std::collections::BTreeMap;

/// What `cargo xtask build` made. In debug builds the folder is read at run time, so that the app can be rebuilt alone.
#[derive(RustEmbed)]
#[folder = "../target/app"]
#[allow_missing = true]
struct Built;

/// The build's list of names.
#[derive(Debug, Default, Deserialize)]
pub struct Manifest {
    /// Logical name → name under `/assets/`.
    pub files: BTreeMap<String, String>,
}

impl Manifest {
    /// Reads the list; empty when the app was not built (the API works without it).
    pub fn load() -> Self {
        let file = Built::get("manifest.json");
        file.and_then(|file| serde_json::from_slice(&file.data).ok()).unwrap_or_default()
    }

    /// The address of `name`.
    pub fn url(&self, name: &str) -> String {
        format!("/assets/{}", self.files.get(name).map_or(name, String::as_str))
    }
}

/// `GET /assets/{name}`: immutable, the name holds the content's hash.
pub async fn hashed(Path(name): Path<String>, headers: HeaderMap) -> Response {
    serve(&format!("assets/{name}"), &headers, "public, max-age=31536000, immutable")
}

/// `GET /sw.js`
pub async fn worker(headers: HeaderMap) -> Response {
    serve("sw.js", &headers, "no-cache")
}

/// `GET /manifest.webmanifest`
pub async fn manifest(headers: HeaderMap) -> Response {
    serve("manifest.webmanifest", &headers, "no-cache")
}

/// `GET /favicon.ico`: browsers ask for it unasked.
pub async fn favicon() -> Redirect {
    Redirect::permanent(&Manifest::load().url("favicon.svg"))
}

fn serve(path: &str, headers: &HeaderMap, cache: &'static str) -> Response {
    let accepted =
        headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let packed = [("br", "br"), ("gzip", "gz")].into_iter().find_map(|(encoding, extension)| {
        let file = accepted.contains(encoding).then(|| Built::get(&format!("{path}.{extension}")))??;
        Some((file, Some(encoding)))
    });
    let Some((file, encoding)) = packed.or_else(|| Built::get(path).map(|file| (file, None))) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut response = body(file).into_response();
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(path)));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

fn body(file: EmbeddedFile) -> axum::body::Body {
    match file.data {
        std::borrow::Cow::Borrowed(bytes) => bytes::Bytes::from_static(bytes).into(),
        std::borrow::Cow::Owned(bytes) => bytes.into(),
    }
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        Some("wasm") => "application/wasm",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}
