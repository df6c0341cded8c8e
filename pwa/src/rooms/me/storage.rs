//! What the browser says of the room it gives us, and whether it will leave alone what lies here.
//!
//! Promises: short room is said before it hurts; the question is put once by itself, when there is something worth keeping,
//! and nothing waits for the answer (a browser without a screen never gives one).

use crate::markup;
use crate::ui::notice;
use crate::world::World;
use crate::{dom, session};
use js_sys::{Function, Promise};
use outbox::edges;
use outbox::json::Json;
use shared::instant::{Instant, MINUTE};
use std::cell::Cell;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use yew::prelude::*;

/// Bytes that a dozen reports need: fewer are few.
const FEW: i64 = 20_000_000;

thread_local! {
    /// When the room was last measured, and what was few.
    static MEASURED: Cell<(Instant, Option<i64>)> = const { Cell::new((Instant(0), None)) };
}

/// What the browser says of keeping things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// Nothing: it knows no such promise.
    Unknown,
    /// Nothing yet.
    NotAsked,
    /// It erases nothing by itself.
    Promised,
    /// It promises nothing.
    Refused,
}

/// Calls a method of `navigator.storage`; nothing where there is none (WebKitGTK).
fn call(method: &str) -> Option<JsFuture> {
    let storage = dom::property(&gloo_utils::window().navigator().into(), "storage")?;
    let method = dom::property(&storage, method)?.dyn_into::<Function>().ok()?;
    Some(method.call0(&storage).ok()?.dyn_into::<Promise>().ok()?.into())
}

/// The answer of one that says yes or no.
async fn ask(method: &str) -> Option<bool> {
    call(method)?.await.ok().as_ref().and_then(JsValue::as_bool)
}

async fn learn(method: &'static str, no: Safety, into: UseStateSetter<Safety>) {
    into.set(match ask(method).await {
        Some(true) => Safety::Promised,
        Some(false) => no,
        None => Safety::Unknown,
    });
}

/// What the browser says, and how to ask for more.
#[hook]
pub fn use_storage() -> (Safety, Callback<Event>) {
    let safety = use_state(|| Safety::Unknown);
    let first = safety.setter();
    use_effect_with((), move |()| spawn_local(learn("persisted", Safety::NotAsked, first)));
    let setter = safety.setter();
    let wish = Callback::from(move |_: Event| spawn_local(learn("persist", Safety::Refused, setter.clone())));
    (*safety, wish)
}

/// Asks the browser to leave alone what lies here, now that there is something; once on this phone.
pub fn ask_to_keep() {
    if !session::asked_to_keep() {
        spawn_local(async {
            ask("persist").await;
        });
    }
}

/// Bytes left, when they are few: measured at most once a minute.
pub async fn shortness() -> Option<i64> {
    let (at, short) = MEASURED.get();
    let now = edges::now();
    if (0..MINUTE).contains(&(now.0 - at.0)) {
        return short;
    }
    let estimate = Json::new(call("estimate")?.await.ok()?);
    let short = few(estimate.whole("usage")?, estimate.whole("quota")?);
    MEASURED.set((now, short));
    short
}

/// What is left, if it is little for a few reports, or the last twentieth.
fn few(usage: i64, quota: i64) -> Option<i64> {
    let left = quota.saturating_sub(usage).max(0);
    (left < FEW || left < quota / 20).then_some(left)
}

/// Says that room is short, on every screen that makes or keeps something; nothing while there is enough.
pub fn short_room(w: &World) -> Html {
    let Some(left) = w.queue.short else { return Html::default() };
    let said = w.with("storage_short", &[("left", &size(w, left))]);
    notice(
        "warn",
        "smartphone",
        markup! { <><strong>{ w.t("storage_short_title") }</strong>{ text(said) }</> },
    )
}

/// "310 ko", "1,2 Mo".
pub fn size(w: &World, bytes: i64) -> String {
    let kilo = (bytes + 500) / 1_000;
    if kilo < 1_000 {
        return w.with("size_kb", &[("n", &kilo.to_string())]);
    }
    let (mega, tenth) = ((kilo + 50) / 1_000, (kilo + 50) / 100 % 10);
    let tenth =
        if mega < 10 { [&*w.say("decimal_mark"), &*tenth.to_string()].concat() } else { String::new() };
    w.with("size_mb", &[("n", &[&*mega.to_string(), &*tenth].concat())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_short_in_bytes_or_in_proportion() {
        for (usage, quota, expected) in [
            (0, 2_000_000_000, None),
            (1_000_000, 300_000_000, None),
            (90_000_000, 100_000_000, Some(10_000_000)),
            (9_700_000_000, 10_000_000_000, Some(300_000_000)),
            (12, 10, Some(0)),
        ] {
            assert_eq!(few(usage, quota), expected, "{usage} of {quota}");
        }
    }
}
