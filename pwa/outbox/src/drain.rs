//! Draining: one round at a time, in whichever of page, second tab and worker asks first.
//!
//! Promises: rounds never overlap (Web Lock `outbox`; a flag of our own where a browser has none), and a lock that nobody
//! holds does not stop them. Does not: know why it was called, or when to call it again (it says when that is worth it).

use crate::http::time_out;
use crate::json::Fields;
use crate::progress::badge;
use crate::round::round;
use crate::store;
use crate::trouble::Trouble;
use js_sys::Promise;
use shared::instant::Instant;
use shared::outbox::{Hurry, State, next_try};
use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

const LOCK: &str = "outbox";
/// Milliseconds after which who waits for the lock asks again. Chromium (156) forgets to hand it on when it throws the page
/// that held it out of its back/forward cache; a request that is withdrawn makes it look again.
const PATIENCE: u32 = 1_000;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["navigator", "locks"], js_name = request, catch)]
    fn request_lock(
        name: &str,
        options: &JsValue,
        held: &Closure<dyn FnMut(JsValue) -> Promise>,
    ) -> Result<Promise, JsValue>;
}

thread_local! {
    static DRAINING: Cell<bool> = const { Cell::new(false) };
}

/// What a drain leaves behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Parcels that this drain saw received.
    pub sent: u32,
    /// Parcels that still have to leave.
    pub waiting: u32,
    /// Refused parcels that wait for their owner.
    pub refused: u32,
    /// Rows that no longer parse.
    pub unreadable: u32,
    /// When the next drain is worth it; none when nothing waits.
    pub next_at: Option<Instant>,
}

/// Sends what is due: for the timer.
///
/// # Errors
/// When the outbox can be neither read nor written.
pub async fn drain() -> Result<Left, Trouble> {
    locked(Hurry::None).await
}

/// Sends everything unsent, whatever its back-off: for a start, a `put`, the network coming back, a page shown again,
/// Background Sync. Back-off spares a busy server; it must not hold a report once somebody or something says "now".
///
/// # Errors
/// When the outbox can be neither read nor written.
pub async fn wake() -> Result<Left, Trouble> {
    locked(Hurry::Now).await
}

/// The same for who does not know whether a page is still open: what its person may think over leaves as well.
///
/// # Errors
/// When the outbox can be neither read nor written.
pub async fn finish() -> Result<Left, Trouble> {
    locked(Hurry::Last).await
}

/// A round behind a pointer: its code stands in the module once, not once in each caller.
type Round = Pin<Box<dyn Future<Output = Result<Left, Trouble>>>>;

/// A round; a second caller waits for the first, then finds what is left.
async fn locked(hurry: Hurry) -> Result<Left, Trouble> {
    alone(Box::pin(async move {
        let (sent, pause) = round(hurry).await?;
        left(sent, pause).await
    }))
    .await
}

/// Under the lock.
async fn alone(work: Round) -> Result<Left, Trouble> {
    let work = Rc::new(RefCell::new(Some(work)));
    let done = Rc::new(RefCell::new(None));
    let (inside, slot) = (Rc::clone(&work), Rc::clone(&done));
    let held = Closure::once(move |_lock: JsValue| {
        let work = inside.take();
        future_to_promise(async move {
            if let Some(work) = work {
                let left = work.await;
                slot.replace(Some(left));
            }
            Ok(JsValue::UNDEFINED)
        })
    });
    loop {
        let Ok(over) = request_lock(LOCK, &patiently(), &held) else { return guarded(work.take()).await };
        let outcome = JsFuture::from(over).await;
        match (done.take(), outcome) {
            (Some(left), _) => return left,
            (None, Err(error)) if work.borrow().is_none() || !is_impatience(&error) => {
                return Err(Trouble::of(&error));
            }
            (None, Err(_)) => {}
            (None, Ok(_)) => return Err(Trouble::Storage("the lock was given up".to_owned())),
        }
    }
}

/// To wait a while; for ever where a browser has no such time-out (before 2022).
fn patiently() -> JsValue {
    let options = Fields::new();
    if let Ok(signal) = time_out(PATIENCE) {
        options.set("signal", &signal);
    }
    options.done()
}

fn is_impatience(error: &JsValue) -> bool {
    ["TimeoutError", "AbortError"].iter().any(|name| Trouble::of(error).is(name))
}

/// The same without Web Locks: safe within one page. The server's idempotence covers the rest.
async fn guarded(work: Option<Round>) -> Result<Left, Trouble> {
    let Some(work) = work else { return left(0, None).await };
    if DRAINING.replace(true) {
        return left(0, None).await;
    }
    let left = work.await;
    DRAINING.set(false);
    left
}

async fn left(sent: u32, pause: Option<Instant>) -> Result<Left, Trouble> {
    let (parcels, unreadable) = store::read_all().await?;
    let mut left = Left { sent, unreadable, next_at: next_try(&parcels, pause), ..Left::default() };
    for parcel in &parcels {
        match parcel.state {
            State::Waiting | State::Sending | State::Partly { .. } => left.waiting += 1,
            State::Refused { .. } => left.refused += 1,
            State::Received { .. } => {}
        }
    }
    badge(left.waiting + left.refused);
    Ok(left)
}
