//! What another app handed over: its photos and words become a draft.
//!
//! The service worker kept them in a cache of their own (`service-worker/sw.js`); from here on they are in hand, and leave
//! that cache. Does not: look at them; they pass through the same shrinking as the camera's.

use super::draft::{Edit, take};
use super::drafts;
use super::keeper::edit;
use crate::navigate;
use crate::route::Route;
use js_sys::{Array, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, Cache, File, Request, Response};

/// The cache between the worker and the page.
const CACHE: &str = "shared";

/// Begins a report with what was handed over; home says so where nothing of it arrived.
pub fn open_shared() {
    spawn_local(async {
        let (files, words) = collect().await.unwrap_or_default();
        if files.is_empty() && words.is_empty() {
            return navigate::replace(&Route::ShareLost);
        }
        let id = drafts::begin(None);
        if !words.is_empty() {
            edit(Edit::Description(words));
        }
        take(files);
        navigate::replace(&Route::Compose(id));
    });
}

async fn collect() -> Result<(Vec<File>, String), JsValue> {
    let cache: Cache = done(gloo_utils::window().caches()?.open(CACHE)).await?;
    let (mut files, mut words) = (vec![], vec![]);
    let requests: Array = done(cache.keys()).await?;
    for request in requests.iter() {
        let request: Request = request.unchecked_into();
        let kept: Response = done(cache.match_with_request(&request)).await?;
        let blob: Blob = done(kept.blob()?).await?;
        // Out of the cache first: a photo that is too much for this phone must not come back at each start.
        let _: JsValue = done(cache.delete_with_request(&request)).await?;
        if blob.type_().starts_with("text/plain") {
            let text: JsValue = done(blob.text()).await?;
            words.extend(text.as_string());
        } else {
            files.push(File::new_with_blob_sequence(&Array::of1(&blob), "")?);
        }
    }
    Ok((files, words.join("\n")))
}

async fn done<T: JsCast>(promise: Promise) -> Result<T, JsValue> {
    JsFuture::from(promise).await.map(JsCast::unchecked_into)
}
