//! The queue's page: a card for each parcel; deleting can be undone.

use super::{parcel_place, parcel_sign, parcel_title};
use crate::markup;
use crate::markup::component;
use crate::rooms::reports::sentence;
use crate::route::Route;
use crate::ui::{Thumb, ThumbProps, back_bar, notice};
use crate::world::World;
use crate::{dom, wake};
use gloo_timers::callback::Timeout;
use outbox::edges;
use shared::ids::ParcelId;
use shared::outbox::{Parcel, State};
use std::cell::RefCell;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Milliseconds in which a deletion can be undone.
const UNDO: u32 = 7_000;

thread_local! {
    /// The deletion that can still be undone; carried out when its time is over, or another one begins.
    static PENDING: RefCell<Option<(ParcelId, Timeout)>> = const { RefCell::new(None) };
}

/// What the queue's page needs.
#[derive(Properties, PartialEq)]
pub struct OutboxPageProps {
    /// What every screen knows.
    pub world: World,
}

/// The screen.
#[component]
pub fn OutboxPage(props: &OutboxPageProps) -> Html {
    let w = &props.world;
    w.title(&w.say("queue_title"));
    let deleted = use_state(|| None::<ParcelId>);
    // Leaving the page makes the deletion true.
    use_effect_with((), |()| carry_out);
    let shown = w.queue.parcels.iter().filter(|parcel| Some(&parcel.id) != (*deleted).as_ref());
    markup! {
        <>
            { back_bar(w, &Route::Mine, w.say("mine_title")) }
            <div class="school-head"><h1>{ w.t("queue_title") }</h1><p class="soft">{ w.t("queue_lead") }</p></div>
            <div class="cols">
                <div class="stack main-col">
                    if w.queue.known && w.queue.parcels.is_empty() { { nothing(w) } }
                    { for shown.map(|parcel| card(w, parcel, &deleted)) }
                </div>
                { aside(w) }
            </div>
            if deleted.is_some() { { toast(w, &deleted) } }
        </>
    }
}

fn nothing(w: &World) -> Html {
    markup! {
        <div class="empty">
            { icon("circle-check") }
            <h2>{ w.t("queue_empty") }</h2>
            <p class="soft">{ w.t("queue_empty_text") }</p>
            <a class="btn signal" href="/">{ icon("camera") }{ w.t("home_snap") }</a>
        </div>
    }
}

fn aside(w: &World) -> Html {
    let waiting = w.queue.parcels.iter().any(Parcel::is_unsent);
    let titled = |title: &str, more: &str| markup! { <><strong>{ w.t(title) }</strong>{ w.t(more) }</> };
    markup! {
        <aside class="side-col stack">
            if w.queue.broken { { notice("warn", "smartphone", titled("storage_none_title", "storage_none")) } }
            if !dom::seems_online() { { notice("info", "wifi-off", titled("offline_title", "offline_retrying")) } }
            if waiting && dom::is_apple_touch() { { notice("info", "smartphone", w.t("me_ios_background")) } }
        </aside>
    }
}

fn card(w: &World, parcel: &Parcel, deleted: &UseStateHandle<Option<ParcelId>>) -> Html {
    let (state, sign, said) = state(w, parcel);
    let thumb = ThumbProps::of(parcel, parcel_sign(parcel));
    let why = match &parcel.state {
        State::Refused { problem } => Some(sentence::why(w, problem)),
        _ => None,
    };
    markup! {
        <article class="parcel" key={parcel.id.as_str()} data-state={state} data-test="parcel" data-id={parcel.id.to_string()}>
            { component::<Thumb>("", thumb) }
            <div class="parcel-body">
                <h2 class="report-title">{ text(parcel_title(w, parcel)) }</h2>
                if let Some(place) = parcel_place(w, parcel) { <p class="report-say">{ text(place) }</p> }
                <p class="parcel-say">{ icon(sign) }{ text(said) }</p>
                if let Some(why) = why {
                    <p class="parcel-why">{ text(why) }</p>
                }
            </div>
            <div class="parcel-acts">{ acts(w, parcel, deleted) }</div>
        </article>
    }
}

/// State, pictogram, sentence.
fn state(w: &World, parcel: &Parcel) -> (&'static str, &'static str, String) {
    let now = edges::now();
    match &parcel.state {
        State::Waiting => {
            let since = w.with("parcel_waiting_since", &[("ago", &w.ago(parcel.sealed_at, now))]);
            ("waiting", "smartphone", since)
        }
        State::Sending => ("sending", "send", w.say("parcel_sending")),
        State::Refused { .. } => ("refused", "alert", w.say("parcel_refused")),
        State::Received { receipt } => {
            let gone = w.with("parcel_received", &[("number", &receipt.number.to_string())]);
            ("received", "circle-check", gone)
        }
    }
}

fn acts(w: &World, parcel: &Parcel, deleted: &UseStateHandle<Option<ParcelId>>) -> Html {
    if let State::Received { receipt } = &parcel.state {
        let report = Route::Report(receipt.report.clone(), Some(parcel.key.clone()));
        return markup! { <a class="btn quiet small" href={report.href()}>{ w.t("sent_follow") }</a> };
    }
    let id = parcel.id.clone();
    let retry = Callback::from(move |_: Event| {
        let id = id.clone();
        spawn_local(async move {
            // What cannot be written now is tried again with the next drain.
            let _ = outbox::retry(&id).await;
            wake::nudge();
        });
    });
    markup! {
        <>
            <button class="btn quiet small" type="button" data-test="retry" onclick={retry}>
                { icon("retry") }{ w.t("act_retry") }
            </button>
            <button class="btn quiet small" type="button" data-test="delete" onclick={delete(parcel.id.clone(), deleted)}>
                { icon("trash") }{ w.t("act_delete") }
            </button>
        </>
    }
}

fn delete(id: ParcelId, deleted: &UseStateHandle<Option<ParcelId>>) -> Callback<Event> {
    let deleted = deleted.setter();
    Callback::from(move |_| {
        carry_out();
        let over = deleted.clone();
        let timer = Timeout::new(UNDO, move || {
            carry_out();
            over.set(None);
        });
        PENDING.with(|pending| pending.replace(Some((id.clone(), timer))));
        deleted.set(Some(id.clone()));
    })
}

/// Makes the pending deletion true.
fn carry_out() {
    if let Some((id, timer)) = PENDING.with(RefCell::take) {
        // Called from the timer itself too: forgetting it is all that is left to do with it.
        timer.cancel();
        spawn_local(async move {
            let _ = outbox::remove(&id).await;
        });
    }
}

fn toast(w: &World, deleted: &UseStateHandle<Option<ParcelId>>) -> Html {
    let deleted = deleted.setter();
    let undo = Callback::from(move |_: Event| {
        PENDING.with(RefCell::take);
        deleted.set(None);
    });
    markup! {
        <div class="toast" role="status">
            <span>{ w.t("queue_deleted") }</span>
            <button class="btn bare" type="button" data-test="undo" onclick={undo}>
                { icon("undo") }{ w.t("act_undo") }
            </button>
        </div>
    }
}
