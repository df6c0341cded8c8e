//! Reports begun and not sent: kept on the phone, opened again, changed in another tab, thrown away.
//!
//! Promises: "kept" is said only of what is kept; the tab that changed a draft last wins; what is thrown away can be
//! taken back for some seconds. Does not: write (`keeper.rs` does), or decide what is worth it (`plan.rs`).

use super::draft::{Draft, DraftHandle, Edit, Kept};
use super::keeper::{Hands, Keeper, edit, publish, run, with};
use crate::dom::{self, ObjectUrl};
use crate::navigate;
use crate::rooms::photos::{Shot, Unusable};
use crate::route::Route;
use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use shared::ids::{ParcelId, PlaceId};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::BroadcastChannel;
use yew::prelude::*;

/// Milliseconds in which a draft thrown away can be taken back.
const UNDO: u32 = 7_000;

/// Milliseconds in which changes that follow one another become one reading.
const CALM: u32 = 60;

/// How the draft in hand is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keeping {
    /// There is nothing to keep.
    #[default]
    Nothing,
    /// All but a photo from which the person has not gone on.
    Fresh,
    /// Not yet.
    Busy,
    /// All of it.
    Kept,
    /// There is no room on this phone.
    Full,
    /// The browser keeps nothing.
    Forbidden,
}

/// A draft in the list of those begun.
#[derive(Clone, PartialEq)]
pub struct Unfinished {
    /// What is kept of it.
    pub draft: Kept,
    /// Its first photo, when that is in memory.
    pub picture: Option<Rc<ObjectUrl>>,
}

/// What screens know of drafts.
#[derive(Clone, Default, PartialEq)]
pub struct Drafts {
    /// All that were begun, the one changed last first.
    pub list: Rc<Vec<Unfinished>>,
    /// The one in hand.
    pub keeping: Keeping,
    /// Whether something would be lost if the page went now.
    pub at_risk: bool,
    /// Whether one was just thrown away and can be taken back.
    pub thrown: bool,
}

/// Keeps the draft in hand and knows of the others; for the shell alone.
#[hook]
pub fn use_drafts(draft: &DraftHandle) -> Drafts {
    let drafts = use_state_eq(Drafts::default);
    let hands = Hands { draft: draft.dispatcher(), drafts: drafts.setter() };
    use_effect_with((), move |()| {
        with(|keeper| keeper.hands = Some(hands));
        listen();
        renew();
    });
    let now = (**draft).clone();
    use_effect(move || {
        with(|keeper| keeper.note(&now));
        publish();
    });
    (*drafts).clone()
}

/// For the life of the page.
fn listen() {
    EventListener::new(&gloo_utils::document(), "visibilitychange", |_| {
        if dom::is_visible() {
            with(Keeper::wake);
            renew();
        } else {
            leave();
        }
    })
    .forget();
    EventListener::new(&gloo_utils::window(), "pagehide", |_| leave()).forget();
    if let Ok(channel) = BroadcastChannel::new(outbox::CHANGED) {
        let heard = Closure::<dyn Fn(JsValue)>::new(|_| {
            let soon = || Timeout::new(CALM, renew);
            with(|keeper| _ = keeper.renewal.get_or_insert_with(soon));
        });
        channel.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        heard.forget();
    }
}

/// The page goes: what is not written yet is written, as far as it lets us.
pub fn leave() {
    run(true);
}

/// While the editor that blurs is open, no photo is written.
pub fn suspend(blurring: bool) {
    with(|keeper| {
        keeper.blurring = blurring;
        keeper.wake();
    });
}

/// Begins a draft, for a school when one was carried over; the one in hand is left as it is.
pub fn begin(place: Option<PlaceId>) -> ParcelId {
    let draft = Draft::begin(place);
    let id = draft.id.clone();
    take_up(draft);
    id
}

fn take_up(draft: Draft) {
    with(Keeper::put_aside);
    edit(Edit::Open(Box::new(draft)));
    run(true);
}

/// Takes a draft in hand, for its screen; another begins where there is none of that id.
pub fn open(id: &ParcelId) {
    if with(|keeper| keeper.thrown.take_if(|(thrown, _)| thrown == id).is_some()) {
        publish();
    }
    if with(|keeper| keeper.current.as_ref().is_some_and(|draft| draft.id == *id)) {
        return;
    }
    if let Some(draft) = with(|keeper| keeper.take_back(id)) {
        return take_up(draft);
    }
    let id = id.clone();
    spawn_local(async move {
        let found = read(&id).await;
        let sent = found.is_none() && was_sent(&id).await;
        if navigate::current() != Route::Compose(id.clone()) {
            return;
        }
        match found {
            Some(draft) => take_up(draft),
            None if sent => navigate::replace(&Route::Kept(id)),
            None => navigate::replace(&Route::Compose(begin(None))),
        }
    });
}

async fn read(id: &ParcelId) -> Option<Draft> {
    let rows = outbox::drafts().await.ok()?;
    let row = rows.iter().find(|row| row.id == *id).cloned();
    // News of the draft in hand come again with their own message.
    with(|keeper| keeper.compare(rows));
    with_photos(row?).await
}

/// A draft with its photos. One whose bytes are lost is left out.
async fn with_photos(row: Kept) -> Option<Draft> {
    let photos = outbox::draft_photos(&row).await.ok()?;
    let shots = photos.into_iter().filter_map(|photo| {
        let url = Rc::new(ObjectUrl::of_jpeg(&photo.bytes)?);
        let known = row.photos.iter().find(|known| known.hash == photo.hash)?;
        let (position, taken_at) = (known.position, known.taken_at);
        Some(Shot { hash: photo.hash, bytes: photo.bytes, url, position, taken_at })
    });
    let shots = shots.collect();
    Some(Draft::open(row, shots))
}

async fn was_sent(id: &ParcelId) -> bool {
    outbox::all().await.is_ok_and(|parcels| parcels.iter().any(|parcel| parcel.id == *id))
}

/// A photo is ready, or never will be: it goes to its draft, even if the person has left that one.
pub fn settle(number: u32, result: Result<Shot, Unusable>) {
    let aside = with(|keeper| keeper.aside.iter().position(|draft| draft.has(number)));
    match aside {
        None => edit(Edit::Settle(number, result)),
        Some(n) => {
            with(|keeper| keeper.aside[n] = keeper.aside[n].with(Edit::Settle(number, result)));
            run(true);
        }
    }
}

/// The draft becomes a parcel: it is not written any more.
pub fn hold(id: &ParcelId) {
    with(|keeper| keeper.sealing = Some(id.clone()));
}

/// The end of [`hold`]: it became a parcel, or did not.
pub fn let_go(sealed: bool) {
    with(|keeper| {
        if sealed {
            let id = keeper.sealing.clone();
            keeper.rows.retain(|row| Some(&row.id) != id.as_ref());
            keeper.current = None;
        } else {
            keeper.sealing = None;
            keeper.wake();
        }
    });
}

/// Throws a draft away; for some seconds it can be taken back.
pub fn throw(id: &ParcelId) {
    carry_out();
    let timer = Timeout::new(UNDO, carry_out);
    with(|keeper| keeper.thrown = Some((id.clone(), timer)));
    publish();
}

/// Takes back the draft just thrown away.
pub fn undo() {
    with(|keeper| keeper.thrown = None);
    publish();
}

/// What was thrown away goes for good.
fn carry_out() {
    let Some((id, timer)) = with(|keeper| keeper.thrown.take()) else { return };
    // Called from the timer itself too: forgetting it is all that is left to do with it.
    timer.cancel();
    let in_hand = with(|keeper| {
        keeper.aside.retain(|draft| draft.id != id);
        keeper.doomed.push(id.clone());
        keeper.current.take_if(|draft| draft.id == id).is_some()
    });
    if in_hand {
        edit(Edit::Clear);
    }
    run(false);
}

/// What another tab did to the draft in hand.
pub enum News {
    /// Nothing.
    None,
    /// It was this, and now says something else; nothing was changed here.
    Changed(Kept, Kept),
    /// It was this, and is no more.
    Gone(Kept),
}

/// Reads again what is kept, whoever changed it.
fn renew() {
    with(|keeper| keeper.renewal = None);
    spawn_local(async {
        let Ok(rows) = outbox::drafts().await else { return };
        match with(|keeper| keeper.compare(rows)) {
            News::None => {}
            News::Changed(before, after) => changed(before, after).await,
            News::Gone(before) => gone(before).await,
        }
        publish();
    });
}

async fn changed(before: Kept, after: Kept) {
    let Some(draft) = with_photos(after.clone()).await else { return };
    let takes = with(|keeper| {
        keeper.rows.retain(|row| row.id != after.id);
        keeper.rows.push(after);
        // Unless the person went on here meanwhile.
        keeper.is_untouched(&before)
    });
    if takes {
        edit(Edit::Open(Box::new(draft)));
    } else {
        with(Keeper::wake);
    }
}

/// Sent or thrown away in another tab. What was changed here since is kept again, unless it was sent.
async fn gone(before: Kept) {
    let id = before.id.clone();
    let sent = was_sent(&id).await;
    let goes = with(|keeper| {
        let goes = sent || keeper.is_untouched(&before);
        keeper.rows.retain(|row| row.id != id);
        if goes {
            keeper.current.take_if(|draft| draft.id == id).is_some()
        } else {
            keeper.wake();
            false
        }
    });
    if goes {
        edit(Edit::Clear);
        if navigate::current() == Route::Compose(id.clone()) {
            navigate::replace(&if sent { Route::Kept(id) } else { Route::Home });
        }
    }
}
