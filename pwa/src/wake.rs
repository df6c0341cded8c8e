//! When the queue is drained: at the start, after each put, when a network or the person comes back, and on a timer
//! that follows the queue's own back-off while somebody looks.
//!
//! Does not: send. That is `outbox`, under its lock, here or in the worker.

use crate::rooms::me::storage;
use crate::{dom, refresh};
use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use js_sys::{Function, Promise};
use outbox::{Left, Trouble};
use shared::outbox::{Parcel, State};
use std::cell::{Cell, RefCell};
use std::pin::Pin;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use wasm_split_helpers::{SplitLoaderError, wasm_split};

/// Milliseconds between two looks at a queue that says nothing of its next attempt.
const PATIENCE: i64 = 30_000;

/// What is left where nothing could be learned: worth another look.
const UNKNOWN: Left = Left { sent: 0, waiting: 1, refused: 0, unreadable: 0, next_at: None };

thread_local! {
    static RUNNING: Cell<bool> = const { Cell::new(false) };
    static AGAIN: Cell<bool> = const { Cell::new(false) };
    static TIMER: RefCell<Option<Timeout>> = const { RefCell::new(None) };
}

/// Begins to listen, and drains what an earlier visit left.
pub fn start() {
    EventListener::new(&gloo_utils::window(), "online", |_| nudge()).forget();
    EventListener::new(&gloo_utils::document(), "visibilitychange", |_| {
        if dom::is_visible() { nudge() } else { hand_over() }
    })
    .forget();
    EventListener::new(&gloo_utils::window(), "pagehide", |event| {
        if dom::property(event, "persisted").is_some_and(|aside| aside.is_truthy()) {
            outbox::let_go();
        }
    })
    .forget();
    nudge();
}

/// Something was put: send it now, and have the worker send it if we are gone before.
pub fn after_put() {
    storage::ask_to_keep();
    spawn_local(async {
        register_sync().await;
    });
    nudge();
}

/// Sends all that waits, whatever its back-off says: something changed for the better.
pub fn nudge() {
    run(true);
}

/// One drain at a time; a call during one makes another follow.
fn run(all: bool) {
    if RUNNING.replace(true) {
        AGAIN.set(true);
        return;
    }
    TIMER.with(RefCell::take);
    spawn_local(async move {
        let mut all = all;
        loop {
            AGAIN.set(false);
            let left = round(all).await;
            if !AGAIN.get() {
                RUNNING.set(false);
                match left {
                    Ok(left) => {
                        wait(&left);
                        refresh::after_drain(left.sent > 0);
                    }
                    // The queue may be read again later; what it holds is not known.
                    Err(_) => wait(&UNKNOWN),
                }
                return;
            }
            all = true;
        }
    });
}

/// What sends: a part of the app of its own, since without a network there is nothing to send.
type Round = Pin<Box<dyn Future<Output = Result<Left, Trouble>>>>;

#[wasm_split(sending, fallible)]
fn sending(all: bool) -> Result<Round, SplitLoaderError> {
    Ok(if all { Box::pin(outbox::wake()) } else { Box::pin(outbox::drain()) })
}

/// One drain. With nothing to send its part is not even asked for.
async fn round(all: bool) -> Result<Left, Trouble> {
    let parcels = outbox::all().await?;
    if !parcels.iter().any(Parcel::is_unsent) {
        let refused = parcels.iter().filter(|parcel| matches!(parcel.state, State::Refused { .. })).count();
        outbox::badge(u32::try_from(refused).unwrap_or(u32::MAX));
        return Ok(Left::default());
    }
    match sending(all).await {
        Ok(round) => round.await,
        // The part did not come: it is asked for again as the server would be.
        Err(_) => Ok(UNKNOWN),
    }
}

/// Sets the timer for the next attempt.
fn wait(left: &Left) {
    if left.waiting == 0 || !dom::is_visible() {
        return;
    }
    let until = left.next_at.map_or(PATIENCE, |at| at.0 - outbox::edges::now().0);
    let millis = u32::try_from(until.clamp(1_000, shared::outbox::LONGEST_WAIT)).unwrap_or(u32::MAX);
    TIMER.with(|timer| timer.replace(Some(Timeout::new(millis, || run(false)))));
}

/// The person leaves: the worker may live a little longer than we do.
fn hand_over() {
    let container: JsValue = gloo_utils::window().navigator().into();
    let worker = dom::property(&container, "serviceWorker").and_then(|sw| dom::property(&sw, "controller"));
    if let Some(worker) = worker.and_then(|worker| worker.dyn_into::<web_sys::ServiceWorker>().ok()) {
        // A worker that is gone is no trouble: the next start drains.
        let _ = worker.post_message(&"drain".into());
    }
}

/// Background Sync, where the browser has it (Chromium): the worker is woken when a network comes, even if every
/// page of ours is closed.
async fn register_sync() -> Option<()> {
    let container = dom::property(&gloo_utils::window().navigator().into(), "serviceWorker")?;
    let ready = dom::property(&container, "ready")?.dyn_into::<Promise>().ok()?;
    let registration = JsFuture::from(ready).await.ok()?;
    let sync = dom::property(&registration, "sync")?;
    let register = dom::property(&sync, "register")?.dyn_into::<Function>().ok()?;
    let promise = register.call1(&sync, &"outbox".into()).ok()?.dyn_into::<Promise>().ok()?;
    JsFuture::from(promise).await.ok().map(drop)
}
