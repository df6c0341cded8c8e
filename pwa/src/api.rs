//! Reading from the server. Writing goes through the outbox, but for one door: forgetting a mail address.
//!
//! Promises: an answer is what it should be, or it is named: no network, a refusal, or somebody else's page.

use gloo_net::http::{Method, RequestBuilder, Response};
use outbox::json::Json;
use shared::ids::{Key, ParcelId};
use shared::instant::Instant;
use shared::problem::{MEDIA_TYPE, Problem};
use wasm_bindgen::JsValue;

/// Set by the service worker on an answer it had kept.
const CACHED: &str = "x-vigie-cached";
/// Beside it: how many seconds ago the answer was fresh.
const AGE: &str = "x-vigie-age";

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Nobody answered.
    Offline,
    /// The server says no.
    Problem(Problem),
    /// Somebody answered, and it was not our server as we know it (a portal of a public Wi-Fi, most often).
    Garbled,
}

/// Fetches JSON. With a key, as the person who holds it. Beside it, since when the answer is kept if it comes from this
/// phone's memory.
pub async fn get(path: &str, key: Option<&Key>) -> Result<(JsValue, Option<Instant>), Failure> {
    let response = send(Method::GET, path, key).await?;
    let header = |name: &str| response.headers().get(name);
    let kept_since = header(CACHED).map(|_| {
        let age = header(AGE).and_then(|seconds| seconds.parse::<i64>().ok()).unwrap_or_default();
        outbox::edges::now().plus(-age.saturating_mul(1_000))
    });
    let text = response.text().await.map_err(|_| Failure::Offline)?;
    Ok((js_sys::JSON::parse(&text).map_err(|_| Failure::Garbled)?, kept_since))
}

/// Asks the server to forget the mail address given with a report.
pub async fn forget_contact(report: &ParcelId, key: &Key) -> Result<(), Failure> {
    let path = ["/api/v1/reports/", report.as_str(), "/contact"].concat();
    send(Method::DELETE, &path, Some(key)).await.map(drop)
}

async fn send(method: Method, path: &str, key: Option<&Key>) -> Result<Response, Failure> {
    let mut request = RequestBuilder::new(path).method(method).header("accept", "application/json");
    if let Some(key) = key {
        request = request.header("authorization", &["Bearer ", key.reveal()].concat());
    }
    let response = request.send().await.map_err(|_| Failure::Offline)?;
    if response.ok() {
        return Ok(response);
    }
    let is_problem = response.headers().get("content-type").is_some_and(|kind| kind.starts_with(MEDIA_TYPE));
    let problem = match response.text().await {
        Ok(body) if is_problem => parse(&body),
        _ => None,
    };
    Err(problem.map_or(Failure::Garbled, Failure::Problem))
}

/// A refusal, read by the browser's own parser: a parser of ours would weigh more than all screens together.
fn parse(json: &str) -> Option<Problem> {
    outbox::read_problem(&Json::new(js_sys::JSON::parse(json).ok()?))
}
