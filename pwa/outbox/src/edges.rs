//! Where the phone's clock, chance and digest come in; everything else takes them as parameters.

use crate::trouble::Trouble;
use js_sys::{ArrayBuffer, Promise, Uint8Array};
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
}

/// The instant, by the phone's clock.
#[expect(clippy::disallowed_methods, reason = "this is the phone's clock edge")]
pub fn now() -> Instant {
    Instant(js_sys::Date::now() as i64)
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
    let promise = digest("SHA-256", bytes).map_err(|e| Trouble::of(&e))?;
    let digest = JsFuture::from(promise).await.map_err(|e| Trouble::of(&e))?;
    let hex: String = Uint8Array::new(&digest).to_vec().iter().map(|b| format!("{b:02x}")).collect();
    PhotoHash::parse(&hex).map_err(|_| Trouble::Storage("SHA-256 has another length".to_owned()))
}
