//! This phone as the server knows it: an id and a secret minted here, the subscription, and the secrets of what it sent.
//!
//! Owns the entry `/push/device` of the cache `push`, where the service worker finds it too. Promises: the server is told
//! again when something changed (not every browser says so by itself), and once a day; repeating it is harmless.

use super::browser;
use crate::session::Week;
use crate::{api, dom, lang, session};
use gloo_net::http::{Method, RequestBuilder};
use gloo_timers::callback::Timeout;
use js_sys::{Array, JSON, Object, Reflect};
use outbox::edges;
use outbox::json::Json;
use shared::ids::{Key, ParcelId, mint};
use shared::instant::{DAY, Instant};
use shared::outbox::Parcel;
use shared::problem::Code;
use shared::push::{Family, MOST_KEYS, Other};
use std::cell::{Cell, RefCell};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{BroadcastChannel, Cache, Response};

const CACHE: &str = "push";
const ENTRY: &str = "/push/device";
const ADDRESS: &str = "/api/v1/push";
/// Milliseconds after a change of the queue before the server is told: more changes may follow.
const CALM: u32 = 2_000;

/// What is kept.
struct Kept {
    id: ParcelId,
    key: Key,
    public_key: String,
    /// What the server was told last, as JSON.
    told: String,
    at: Instant,
}

async fn cache() -> Option<Cache> {
    let caches = gloo_utils::window().caches().ok()?;
    JsFuture::from(caches.open(CACHE)).await.ok()?.dyn_into().ok()
}

async fn read() -> Option<Kept> {
    let found = JsFuture::from(cache().await?.match_with_str(ENTRY)).await.ok()?;
    let text = JsFuture::from(found.dyn_into::<Response>().ok()?.text().ok()?).await.ok()?;
    let json = Json::new(JSON::parse(&text.as_string()?).ok()?);
    Some(Kept {
        id: json.at("id").as_id()?,
        key: Key::parse(&json.text("key")?).ok()?,
        public_key: json.text("public_key")?,
        told: json.text("told")?,
        at: json.moment("at")?,
    })
}

async fn write(kept: &Kept) -> Option<()> {
    #[expect(clippy::cast_precision_loss, reason = "instants are exact in a double")]
    let at = kept.at.0 as f64;
    let text = stringify(&[
        ("id", kept.id.as_str().into()),
        ("key", kept.key.reveal().into()),
        ("public_key", (&*kept.public_key).into()),
        ("told", (&*kept.told).into()),
        ("at", at.into()),
    ])?;
    let response = Response::new_with_opt_str(Some(&text)).ok()?;
    JsFuture::from(cache().await?.put_with_str(ENTRY, &response)).await.ok().map(drop)
}

pub(super) fn stringify(fields: &[(&str, JsValue)]) -> Option<String> {
    let object = Object::new();
    for (name, value) in fields {
        Reflect::set(&object, &JsValue::from_str(name), value).ok()?;
    }
    JSON::stringify(&object).ok()?.as_string()
}

/// Whether this phone is told: as far as it knows, and the server where it answers.
pub async fn is_told() -> bool {
    if session::declined_news() {
        return false;
    }
    match read().await {
        Some(kept) => !was_taken_away(&kept).await,
        None => false,
    }
}

/// Whether the server knows this phone no more: its person took it away on another one. Then it forgets itself, too.
async fn was_taken_away(kept: &Kept) -> bool {
    let known = api::get(&address(kept, ""), Some(&kept.key)).await;
    let gone = matches!(known, Err(api::Failure::Problem(problem)) if problem.code == Code::NotFound);
    if gone {
        browser::unsubscribe().await;
        forget().await;
    }
    gone
}

async fn forget() -> Option<()> {
    JsFuture::from(cache().await?.delete_with_str(ENTRY)).await.ok().map(drop)
}

/// The key to subscribe with, where the server sends anything.
pub async fn offered() -> Option<String> {
    Json::new(api::get(ADDRESS, None).await.ok()?.0).text("public_key")
}

/// Subscribes, and tells the server.
pub async fn tell() -> Option<()> {
    let public_key = offered().await?;
    let kept = match read().await {
        Some(kept) => Kept { public_key, ..kept },
        None => Kept {
            id: mint(edges::now(), edges::random()),
            key: Key::from_bytes(edges::random()),
            public_key,
            told: String::new(),
            at: edges::now(),
        },
    };
    let subscription = browser::subscribe(&kept.public_key).await?;
    let told = body(&subscription).await?;
    say(Kept { told, ..kept }).await
}

/// Tells the server, then remembers what.
async fn say(kept: Kept) -> Option<()> {
    let request = request(Method::PUT, &kept).header("content-type", "application/json").body(&*kept.told);
    let answer = request.ok()?.send().await.ok()?;
    if !answer.ok() {
        return None;
    }
    write(&Kept { at: edges::now(), ..kept }).await
}

/// Nothing more on this phone, for its person declined. A server that cannot be reached is told at the next start; until
/// then it writes to a subscription that is no more.
pub async fn stop() -> Option<()> {
    let kept = read().await?;
    browser::unsubscribe().await;
    let answer = request(Method::DELETE, &kept).send().await.ok()?;
    if answer.ok() {
        forget().await?;
    }
    Some(())
}

/// The other phones of this person; nothing where the server does not answer, or this phone is not told.
pub async fn others() -> Option<Vec<Other>> {
    let kept = read().await?;
    let answer = request_at(Method::GET, &kept, "/others").send().await.ok()?;
    let json = JSON::parse(&answer.text().await.ok()?).ok()?;
    Json::new(json).list("devices", other)
}

fn other(json: &Json) -> Option<Other> {
    let family = match &*json.text("family")? {
        "chrome" => Family::Chrome,
        "firefox" => Family::Firefox,
        "safari" => Family::Safari,
        "edge" => Family::Edge,
        _ => Family::Other,
    };
    Some(Other { id: json.at("id").as_id()?, family, since: json.moment("since")? })
}

/// Tells another phone of this person nothing more; whether the server heard.
pub async fn remove(other: &ParcelId) -> Option<()> {
    let kept = read().await?;
    let answer =
        request_at(Method::DELETE, &kept, &["/others/", other.as_str()].concat()).send().await.ok()?;
    answer.ok().then_some(())
}

fn request(method: Method, kept: &Kept) -> RequestBuilder {
    request_at(method, kept, "")
}

fn request_at(method: Method, kept: &Kept, below: &str) -> RequestBuilder {
    let request =
        RequestBuilder::new(&address(kept, below)).method(method).header("accept", "application/json");
    request.header("authorization", &["Bearer ", kept.key.reveal()].concat())
}

fn address(kept: &Kept, below: &str) -> String {
    [ADDRESS, "/", kept.id.as_str(), below].concat()
}

/// What the server should know now.
async fn body(subscription: &JsValue) -> Option<String> {
    let parcels = outbox::all().await.ok()?;
    let html = gloo_utils::document().document_element()?;
    stringify(&[
        ("subscription", subscription.clone()),
        ("lang", html.get_attribute("lang").unwrap_or_default().into()),
        ("zone", lang::zone().into()),
        (
            "follows",
            follows(&session::weeks(), &parcels).into_iter().map(JsValue::from_str).collect::<Array>().into(),
        ),
    ])
}

/// The secrets of the schools it follows and of what the server has of its parcels, the newest first, each once.
fn follows<'a>(weeks: &'a [Week], parcels: &'a [Parcel]) -> Vec<&'a str> {
    let received = parcels.iter().filter(|parcel| parcel.receipt().is_some()).map(|parcel| &parcel.key);
    let mut keys: Vec<&str> = vec![];
    for key in weeks.iter().map(|week| &week.key).chain(received) {
        if keys.len() < MOST_KEYS && !keys.contains(&key.reveal()) {
            keys.push(key.reveal());
        }
    }
    keys
}

/// Tells the server again where something changed since the last time, or that was a day ago.
async fn refresh() -> Option<()> {
    let kept = read().await?;
    if session::declined_news() {
        return stop().await;
    }
    if browser::support() != browser::Support::Asked {
        return None;
    }
    let subscription = browser::subscribe(&kept.public_key).await?;
    let told = body(&subscription).await?;
    let fresh = (0..DAY).contains(&(edges::now().0 - kept.at.0));
    if fresh && told == kept.told {
        return Some(());
    }
    // A subscription that is new is no answer to having been taken away: the browser's service gave up the one before.
    let same = dom::property(&subscription, "endpoint").and_then(|endpoint| endpoint.as_string());
    if same.is_some_and(|endpoint| kept.told.contains(&endpoint)) && was_taken_away(&kept).await {
        return None;
    }
    say(Kept { told, ..kept }).await
}

thread_local! {
    static STARTED: Cell<bool> = const { Cell::new(false) };
    static SOON: RefCell<Option<Timeout>> = const { RefCell::new(None) };
}

/// Keeps the server's knowledge of this phone fresh from now on: at the start, and after each change of the queue.
pub fn keep_fresh() {
    if STARTED.replace(true) {
        return;
    }
    soon();
    let Ok(channel) = BroadcastChannel::new(outbox::CHANGED) else { return };
    let heard = Closure::<dyn Fn()>::new(soon);
    channel.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    // For the life of the page.
    heard.forget();
    std::mem::forget(channel);
}

fn soon() {
    let wait = Timeout::new(CALM, || {
        spawn_local(async {
            refresh().await;
        });
    });
    SOON.with(|soon| soon.replace(Some(wait)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::outbox::{Content, State};
    use shared::reports::{Outcome, Receipt};

    fn parcel(n: u8, key: u8, received: bool) -> Parcel {
        let (id, at) = (mint(Instant(i64::from(n)), [n; 10]), Instant(0));
        let receipt = Receipt {
            id: id.clone(),
            report: id.clone(),
            number: 1,
            outcome: Outcome::New,
            people: 1,
            sent_to: vec![],
            at,
            missing: vec![],
            ask_at: None,
        };
        let sealed =
            Parcel::seal(Content::Support { report: id.clone() }, id, Key::from_bytes([key; 16]), at);
        if received { Parcel { state: State::Received { receipt }, ..sealed } } else { sealed }
    }

    #[test]
    fn a_phone_follows_what_the_server_has_of_it_each_once() {
        let parcels = [parcel(1, 1, true), parcel(2, 2, false), parcel(3, 1, true), parcel(4, 4, true)];
        let school = Week {
            place: shared::ids::PlaceId::parse("9990001X").unwrap(),
            id: mint(Instant(5), [5; 10]),
            key: Key::from_bytes([5; 16]),
        };
        let expected = ["05".repeat(16), "01".repeat(16), "04".repeat(16)];
        assert_eq!(follows(&[school], &parcels), expected.iter().map(String::as_str).collect::<Vec<_>>());
    }
}
