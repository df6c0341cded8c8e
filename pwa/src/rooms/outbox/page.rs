//! The queue's page: a card for each parcel, those that need somebody first; deleting can be undone.

use super::card::card;
use crate::dom;
use crate::hooks::use_progress;
use crate::markup;
use crate::rooms::me::storage::short_room;
use crate::route::Route;
use crate::ui::{back_bar, notice};
use crate::world::World;
use gloo_timers::callback::Timeout;
use shared::ids::ParcelId;
use shared::outbox::{Parcel, State};
use std::cell::RefCell;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Milliseconds in which a deletion can be undone.
const UNDO: u32 = 7_000;
/// Cards shown at a time.
const SHOWN: usize = 50;

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
    let most = use_state(|| SHOWN);
    let progress = use_progress();
    // Leaving the page makes the deletion true.
    use_effect_with((), |()| carry_out);
    let parcels: Vec<&Parcel> =
        in_order(w).into_iter().filter(|parcel| Some(&parcel.id) != (*deleted).as_ref()).collect();
    let bytes = |id: &ParcelId| progress.iter().find(|(of, _)| of == id).map(|(_, bytes)| *bytes);
    let delete = delete(&deleted);
    let more = (parcels.len() > *most).then(|| {
        let (most, further) = (most.setter(), *most + SHOWN);
        Callback::from(move |_: Event| most.set(further))
    });
    markup! {
        <>
            { back_bar(w, &Route::Mine, w.say("mine_title")) }
            <div class="school-head"><h1>{ w.t("queue_title") }</h1><p class="soft">{ w.t("queue_lead") }</p></div>
            <div class="cols">
                <div class="stack main-col">
                    if w.queue.known && w.queue.parcels.is_empty() { { nothing(w) } }
                    { for parcels.iter().take(*most).map(|parcel| card(w, parcel, bytes(&parcel.id), &delete)) }
                    if let Some(more) = more {
                        <button class="btn quiet wide more" type="button" data-test="more" onclick={more}>
                            { w.t("queue_more") }
                        </button>
                    }
                </div>
                { aside(w) }
            </div>
            if deleted.is_some() { { toast(w, &deleted) } }
        </>
    }
}

/// What waits for its owner, then what waits for a network, then the rest; each newest first.
fn in_order(w: &World) -> Vec<&Parcel> {
    let mut parcels: Vec<&Parcel> = w.queue.parcels.iter().collect();
    parcels.sort_by_key(|parcel| match parcel.state {
        State::Refused { .. } => 0,
        State::Received { .. } => 2,
        _ => 1,
    });
    parcels
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
            { short_room(w) }
            if !dom::seems_online() { { notice("info", "wifi-off", titled("offline_title", "offline_retrying")) } }
            if waiting && dom::is_apple_touch() { { notice("info", "smartphone", w.t("me_ios_background")) } }
        </aside>
    }
}

fn delete(deleted: &UseStateHandle<Option<ParcelId>>) -> Callback<ParcelId> {
    let deleted = deleted.setter();
    Callback::from(move |id: ParcelId| {
        carry_out();
        let over = deleted.clone();
        let timer = Timeout::new(UNDO, move || {
            carry_out();
            over.set(None);
        });
        PENDING.with(|pending| pending.replace(Some((id.clone(), timer))));
        deleted.set(Some(id));
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
