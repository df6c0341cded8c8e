//! What is read again while there is a network, so that it can be read without one: schools used, reports of this phone.
//!
//! Promises: few requests, one after the other, when nobody waits for anything; nothing where the person saves data. The
//! service worker keeps the answers, with their age. Does not: ask with a key (such answers are never kept).

use crate::dom;
use crate::rooms::reports::list::address;
use crate::route::Filter;
use crate::session;
use crate::ui::server_photo;
use outbox::edges;
use outbox::json::Json;
use shared::instant::{Instant, MINUTE};
use shared::outbox::Content;
use std::cell::Cell;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// Milliseconds after which nobody waits any more for what made it worth it.
const CALM: u32 = 3_000;
/// Milliseconds between two rounds, unless something was received.
const PAUSE: i64 = 30 * MINUTE;
/// Reports of this phone that are read, the newest.
const REPORTS: usize = 20;

thread_local! {
    static LAST: Cell<Instant> = const { Cell::new(Instant(0)) };
    static RUNNING: Cell<bool> = const { Cell::new(false) };
}

/// After a drain: reads again what may have changed, soon when something was `received`.
pub fn after_drain(received: bool) {
    let is_early = (0..PAUSE).contains(&(edges::now().0 - LAST.get().0));
    if (is_early && !received) || !is_worth_it() || RUNNING.replace(true) {
        return;
    }
    spawn_local(async {
        edges::rest(CALM).await;
        for path in paths().await {
            if !dom::is_visible() || !dom::seems_online() {
                break;
            }
            let Ok(answer) = JsFuture::from(gloo_utils::window().fetch_with_str(&path)).await else { break };
            // Read to its end, or the worker would keep half of it.
            if let Ok(body) = answer.dyn_into::<web_sys::Response>().map(|answer| answer.text())
                && let Ok(body) = body
            {
                let _ = JsFuture::from(body).await;
            }
        }
        LAST.set(edges::now());
        RUNNING.set(false);
    });
}

/// Whether there is a network that costs nothing, and a worker that keeps what comes.
fn is_worth_it() -> bool {
    let navigator = Json::new(gloo_utils::window().navigator().into());
    let saves = navigator.at("connection").is("saveData");
    dom::seems_online() && !saves && !navigator.at("serviceWorker").at("controller").is_absent()
}

async fn paths() -> Vec<String> {
    let mut paths = vec![];
    for place in session::recent_places() {
        paths.push(["/api/v1/places/", place.as_str()].concat());
        paths.push(address(&Filter { place: Some(place), closed: false }, None));
    }
    let parcels = outbox::all().await.unwrap_or_default();
    let mine = parcels.iter().filter_map(|parcel| Some((parcel, parcel.receipt()?))).take(REPORTS);
    for (parcel, receipt) in mine {
        paths.push(["/api/v1/reports/", receipt.report.as_str()].concat());
        if let Content::Report(report) = &parcel.content
            && let Some(photo) = report.photos.first()
        {
            paths.push(server_photo(photo, "320"));
        }
    }
    paths
}
