//! One request and what came back.
//!
//! Promises: only an answer that parses counts; a broken line and silence past the time-out are told from the answer of
//! somebody else (a portal's page). Does not: repeat anything.

use crate::json::Json;
use crate::rows::read_problem;
use shared::outbox::{Reading, reading};
use shared::problem::Problem;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortSignal, Headers, RequestCache, RequestCredentials, RequestInit, RequestRedirect, Response,
};

// Bound by name in the global scope, so that they are the same in a page and in a worker.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn fetch(url: &str, init: &RequestInit) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = AbortSignal, js_name = timeout, catch)]
    pub(crate) fn time_out(millis: u32) -> Result<AbortSignal, JsValue>;
}

/// What an address answered.
pub(crate) enum Said {
    /// The "yes" asked for.
    Yes(Json),
    /// A refusal of ours.
    No(Problem),
    /// Somebody else's words, or words that do not parse.
    Nothing,
    /// No answer: the line broke, or patience was over.
    Silence,
}

/// A request: method, address, headers, body (`undefined` for none), patience in milliseconds.
pub(crate) struct Ask<'a> {
    pub(crate) method: &'a str,
    pub(crate) url: &'a str,
    pub(crate) headers: &'a [(&'a str, &'a str)],
    pub(crate) body: &'a JsValue,
    pub(crate) patience: u32,
}

/// The answer, if one came.
pub(crate) async fn send(ask: &Ask<'_>) -> Option<Response> {
    let headers = Headers::new().ok()?;
    for (name, value) in ask.headers {
        headers.set(name, value).ok()?;
    }
    let init = RequestInit::new();
    init.set_method(ask.method);
    init.set_body(ask.body);
    init.set_headers(&headers);
    init.set_cache(RequestCache::NoStore);
    init.set_credentials(RequestCredentials::Omit);
    init.set_redirect(RequestRedirect::Error);
    // Browsers without it (before 2022) keep their own time-out.
    if let Ok(signal) = time_out(ask.patience) {
        init.set_signal(Some(&signal));
    }
    fetch(ask.url, &init).await.ok()?.dyn_into().ok()
}

/// Sends, and reads what came as JSON of ours.
pub(crate) async fn ask(ask: &Ask<'_>) -> Said {
    match send(ask).await {
        Some(response) => judge(&response).await,
        None => Said::Silence,
    }
}

/// Reads an answer as JSON of ours.
pub(crate) async fn judge(response: &Response) -> Said {
    match reading(response.status(), &header(response, "content-type")) {
        Reading::Nothing => Said::Nothing,
        Reading::Yes => body(response).await.map_or(Said::Silence, Said::Yes),
        Reading::Problem => match body(response).await {
            Some(json) => read_problem(&json).map_or(Said::Nothing, Said::No),
            None => Said::Silence,
        },
    }
}

/// A header of the answer; empty when it is not there.
pub(crate) fn header(response: &Response, name: &str) -> String {
    response.headers().get(name).ok().flatten().unwrap_or_default()
}

async fn body(response: &Response) -> Option<Json> {
    JsFuture::from(response.json().ok()?).await.ok().map(Json::new)
}
