//! Where the phone's clock, chance and digest come in; everything else takes them as parameters.

use crate::json::Json;
use crate::trouble::Trouble;
use js_sys::{ArrayBuffer, Function, Promise, Uint8Array};
use shared::ids::PhotoHash;
use shared::instant::Instant;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

// Bound by name in the global scope, so that they are the same in a page and in a worker.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues)]
    fn fill_with_chance(bytes: &mut [u8]);
    #[wasm_bindgen(js_namespace = ["crypto", "subtle"], catch)]
    fn digest(algorithm: &str, bytes: &ArrayBuffer) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(done: &Function, millis: u32);
}

/// The instant, by the phone's clock.
#[expect(clippy::disallowed_methods, reason = "this is the phone's clock edge")]
pub fn now() -> Instant {
    Instant(js_sys::Date::now() as i64)
}

/// Milliseconds since `then`; none when the clock was set back meanwhile.
pub(crate) fn since(then: Instant) -> u32 {
    u32::try_from(now().0.saturating_sub(then.0)).unwrap_or(0)
}

/// `N` random bytes of the browser's generator.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill_with_chance(&mut bytes);
    bytes
}

/// The name of a photo: SHA-256 of its bytes.
///
/// # Errors
/// [`Trouble::Storage`] where the browser has no `crypto.subtle`: a page served neither over HTTPS nor from localhost.
pub async fn sha256(bytes: &ArrayBuffer) -> Result<PhotoHash, Trouble> {
    let digest = digest_of(bytes).await?;
    let hex: String = digest.iter().map(|b| format!("{b:02x}")).collect();
    PhotoHash::parse(&hex).map_err(|_| Trouble::Storage("SHA-256 has another length".to_owned()))
}

/// SHA-256 of `bytes`.
pub(crate) async fn digest_of(bytes: &ArrayBuffer) -> Result<Vec<u8>, Trouble> {
    let digest = JsFuture::from(digest("SHA-256", bytes)?).await?;
    Ok(Uint8Array::new(&digest).to_vec())
}

/// Lets `millis` pass.
pub async fn rest(millis: u32) {
    let over = Promise::new(&mut |done, _| set_timeout(&done, millis));
    // A timer's promise does not fail.
    let _ = JsFuture::from(over).await;
}

/// The browser's `navigator`, of the page or of the worker.
pub(crate) fn navigator() -> Json {
    Json::new(js_sys::global().into()).at("navigator")
}
