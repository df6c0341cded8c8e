//! What the browser can and may: its own question, and its subscription. Knows no server.

use crate::dom;
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use outbox::edges;
use outbox::json::Json;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise};

/// Chromium's `subscribe()` never ends without a network, in milliseconds.
const PATIENCE: u32 = 20_000;

/// What the browser can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// It cannot be told.
    None,
    /// It can once the app is on the home screen (iPhone, iPad).
    OnceInstalled,
    /// Its question has not been answered.
    Unasked,
    /// Its question was answered with yes.
    Asked,
    /// It was answered with no.
    Denied,
}

/// What it can, without asking anybody.
pub fn support() -> Support {
    let window = Json::new(gloo_utils::window().into());
    let workers = window.at("navigator").at("serviceWorker");
    if window.at("PushManager").is_absent() || window.at("Notification").is_absent() || workers.is_absent() {
        return if dom::is_apple_touch() { Support::OnceInstalled } else { Support::None };
    }
    match &*window.at("Notification").words("permission") {
        "granted" => Support::Asked,
        "denied" => Support::Denied,
        _ => Support::Unasked,
    }
}

/// Puts the browser's question; a tap has to be its cause.
pub async fn ask() -> bool {
    let asked = async {
        let notification = dom::property(&gloo_utils::window().into(), "Notification")?;
        call(&notification, "requestPermission", &JsValue::UNDEFINED).await
    };
    asked.await.and_then(|answer| answer.as_string()).as_deref() == Some("granted")
}

/// The subscription under the server's key: the one there is, else a new one. One under another key goes.
pub async fn subscribe(public_key: &str) -> Option<JsValue> {
    let manager = manager().await?;
    if let Some(found) = current().await {
        if key_of(&found) == public_key {
            return Some(found);
        }
        call(&found, "unsubscribe", &JsValue::UNDEFINED).await?;
    }
    let options = Object::new();
    let _ = Reflect::set(&options, &"userVisibleOnly".into(), &JsValue::TRUE);
    let _ = Reflect::set(&options, &"applicationServerKey".into(), &public_key.into());
    call(&manager, "subscribe", &options).await
}

/// The key a subscription was made under, in base64url.
fn key_of(subscription: &JsValue) -> String {
    let key = Json::new(subscription.clone()).at("options").at("applicationServerKey");
    if key.is_absent() { String::new() } else { base64url(&Uint8Array::new(key.value()).to_vec()) }
}

/// RFC 4648 §5, without padding.
fn base64url(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte))
            << (8 * (3 - three.len()));
        text.extend((0..=three.len()).map(|n| char::from(LETTERS[bits >> (18 - 6 * n) & 63])));
    }
    text
}

/// The subscription there is.
async fn current() -> Option<JsValue> {
    let found = call(&manager().await?, "getSubscription", &JsValue::UNDEFINED).await?;
    (!found.is_null() && !found.is_undefined()).then_some(found)
}

/// Ends the subscription there is.
pub async fn unsubscribe() {
    if let Some(subscription) = current().await {
        call(&subscription, "unsubscribe", &JsValue::UNDEFINED).await;
    }
}

async fn manager() -> Option<JsValue> {
    let workers = dom::property(&gloo_utils::window().navigator().into(), "serviceWorker")?;
    let ready = dom::property(&workers, "ready")?.dyn_into::<Promise>().ok()?;
    dom::property(&patiently(&ready).await?, "pushManager")
}

async fn call(object: &JsValue, method: &str, argument: &JsValue) -> Option<JsValue> {
    let method = dom::property(object, method)?.dyn_into::<Function>().ok()?;
    patiently(&method.call1(object, argument).ok()?.dyn_into().ok()?).await
}

/// What a promise gives, in time.
async fn patiently(promise: &Promise) -> Option<JsValue> {
    let late = future_to_promise(async {
        edges::rest(PATIENCE).await;
        Err(JsValue::NULL)
    });
    JsFuture::from(Promise::race(&Array::of2(promise, &late))).await.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4648 §10, and the two letters that differ.
    #[test]
    fn bytes_are_written_as_keys_are() {
        for (bytes, expected) in [
            (&b""[..], ""),
            (b"f", "Zg"),
            (b"fo", "Zm8"),
            (b"foo", "Zm9v"),
            (b"foobar", "Zm9vYmFy"),
            (&[0xfb, 0xff], "-_8"),
        ] {
            assert_eq!(base64url(bytes), expected);
        }
    }
}
