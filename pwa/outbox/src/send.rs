//! One parcel on its way: photos, then words.
//!
//! Promises: only an answer that parses counts; all else (a portal's page, a broken line, silence past the time-out) is
//! [`Answer::Nothing`]. Keeps nothing: the store writes what became of it.

use crate::store::Photo;
use js_sys::JSON;
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::ids::PhotoHash;
use shared::outbox::{Answer, Content, Parcel, Reading, reading};
use shared::photos::PhotoReceipt;
use shared::problem::{Code, Problem};
use shared::reports::{NewSupport, Receipt};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortSignal, Headers, RequestCache, RequestCredentials, RequestInit, RequestRedirect, Response,
};

/// Patience for the words, in milliseconds.
const WORDS: u32 = 20_000;
/// Patience for one photo at least, and at most: a worker may not live longer than three minutes.
const PHOTO: (u32, u32) = (60_000, 150_000);
/// The slowest line on which a photo still passes: 4 bytes a millisecond, an old 2G phone.
const SLOWEST: u32 = 4;

// Bound by name in the global scope, so that they are the same in a page and in a worker.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn fetch(url: &str, init: &RequestInit) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = AbortSignal, js_name = timeout, catch)]
    fn time_out(millis: u32) -> Result<AbortSignal, JsValue>;
}

/// What an address answered.
enum Said<T> {
    Yes(T),
    No(Problem),
    Nothing,
}

/// Sends one parcel. The first time its photos go first; later the words try alone, since the photos are probably there,
/// and the photos follow when the server misses them.
pub async fn parcel(parcel: &Parcel, photos: &[Photo]) -> Answer {
    let named = parcel.content.photos();
    if parcel.attempts == 0
        && let Some(answer) = send_photos(named, photos).await
    {
        return answer;
    }
    let answer = words(parcel).await;
    let missing = matches!(&answer, Answer::Problem(problem) if problem.code == Code::PhotoMissing);
    if !missing || parcel.attempts == 0 {
        return answer;
    }
    match send_photos(named, photos).await {
        Some(answer) => answer,
        None => words(parcel).await,
    }
}

/// The answer that ends the attempt, or none when all photos are there.
async fn send_photos(named: &[PhotoHash], photos: &[Photo]) -> Option<Answer> {
    // Bytes that the phone has lost will never arrive: its owner decides, the words are still there.
    if named.len() != photos.len() {
        return Some(Answer::Problem(Problem::of(Code::PhotoUnreadable, "photos")));
    }
    for photo in photos {
        let bytes = photo.bytes.byte_length();
        let patience = (bytes / SLOWEST).clamp(PHOTO.0, PHOTO.1);
        let url = format!("/api/v1/photos/{}", photo.hash);
        match put::<PhotoReceipt>(&url, &photo.bytes, &[("content-type", "image/jpeg")], patience).await {
            Said::Yes(receipt) if receipt.hash == photo.hash => {}
            Said::No(problem) => return Some(Answer::Problem(problem)),
            _ => return Some(Answer::Nothing),
        }
    }
    None
}

async fn words(parcel: &Parcel) -> Answer {
    let (room, body) = match &parcel.content {
        Content::Report(report) => ("reports", json(report)),
        Content::Support { report } => ("supports", json(&NewSupport { report: report.clone() })),
    };
    let Some(body) = body else { return Answer::Nothing };
    let bearer = format!("Bearer {}", parcel.key.reveal());
    let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
    match put::<Receipt>(&format!("/api/v1/{room}/{}", parcel.id), &body, &headers, WORDS).await {
        Said::Yes(receipt) if receipt.id == parcel.id => Answer::Receipt(receipt),
        Said::No(problem) => Answer::Problem(problem),
        _ => Answer::Nothing,
    }
}

fn json(value: &impl Serialize) -> Option<JsValue> {
    let value = value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).ok()?;
    JSON::stringify(&value).ok().map(Into::into)
}

async fn put<T: DeserializeOwned>(
    url: &str,
    body: &JsValue,
    headers: &[(&str, &str)],
    patience: u32,
) -> Said<T> {
    exchange(url, body, headers, patience).await.unwrap_or(Said::Nothing)
}

/// One request and its answer; an error is a line that broke or bytes that do not parse.
async fn exchange<T: DeserializeOwned>(
    url: &str,
    body: &JsValue,
    headers: &[(&str, &str)],
    patience: u32,
) -> Result<Said<T>, JsValue> {
    let sent = Headers::new()?;
    for (name, value) in headers {
        sent.set(name, value)?;
    }
    let init = RequestInit::new();
    init.set_method("PUT");
    init.set_body(body);
    init.set_headers(&sent);
    init.set_cache(RequestCache::NoStore);
    init.set_credentials(RequestCredentials::Omit);
    init.set_redirect(RequestRedirect::Error);
    // Browsers without it (before 2022) keep their own time-out.
    if let Ok(signal) = time_out(patience) {
        init.set_signal(Some(&signal));
    }
    let response: Response = fetch(url, &init).await?.dyn_into()?;
    let content_type = response.headers().get("content-type")?.unwrap_or_default();
    Ok(match reading(response.status(), &content_type) {
        Reading::Yes => Said::Yes(parse(&response).await?),
        Reading::Problem => Said::No(parse(&response).await?),
        Reading::Nothing => Said::Nothing,
    })
}

async fn parse<T: DeserializeOwned>(response: &Response) -> Result<T, JsValue> {
    let value = JsFuture::from(response.json()?).await?;
    Ok(serde_wasm_bindgen::from_value(value)?)
}
