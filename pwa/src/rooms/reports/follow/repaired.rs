//! A photo of the repaired thing, asked for once a person said that it is fixed. Never needed: one tap says no.
//!
//! Promises: it is made like any photo, seen and blurred before it goes, and waits in the outbox like one. Does not: say
//! whether the report is closed.

use super::answers::Of;
use crate::markup;
use crate::markup::component;
use crate::rooms::photos::{BlurEditor, BlurEditorProps, Shot, Unusable, shrink};
use crate::rooms::reports::{sentence, snap};
use crate::ui::notice;
use crate::world::{World, text};
use crate::{dom, session, wake};
use outbox::Photo;
use shared::followup::{FollowUp, Wish};
use shared::ids::ParcelId;
use shared::outbox::{Parcel, State};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::File;
use yew::prelude::*;

const SEND: &str = "repaired-send";

/// Who may show it.
#[derive(Properties, PartialEq)]
pub struct RepairedProps {
    /// What every screen knows.
    pub world: World,
    /// Whose it is, of which report.
    pub of: Of,
}

/// How far the photo is, before it is a parcel.
#[derive(Clone, PartialEq)]
enum Making {
    /// Not chosen.
    Nothing,
    /// Being made ready.
    Busy,
    /// Not to be had.
    Bad(Unusable),
    /// To be looked at.
    Ready(Rc<Shot>),
    /// Being blurred.
    Blurring(Rc<Shot>),
    /// The browser does not keep it.
    Unkept(Rc<Shot>),
}

impl Making {
    fn shot(&self) -> Option<&Rc<Shot>> {
        match self {
            Self::Ready(shot) | Self::Blurring(shot) | Self::Unkept(shot) => Some(shot),
            Self::Nothing | Self::Busy | Self::Bad(_) => None,
        }
    }
}

/// The question, then what became of the photo.
#[component]
pub fn Repaired(props: &RepairedProps) -> Html {
    let RepairedProps { world: w, of } = props;
    let making = use_state(|| Making::Nothing);
    let skipped = use_state(|| session::skipped_photo(&of.report));
    if let Some(parcel) = shown(&w.queue.parcels, &of.report) {
        return became(w, parcel);
    }
    if *skipped {
        return Html::default();
    }
    let take = {
        let making = making.setter();
        Callback::from(move |event: Event| {
            if let Some(file) = snap::chosen(&event).into_iter().next() {
                making.set(Making::Busy);
                spawn_local(prepare(file, making.clone()));
            }
        })
    };
    let skip = {
        let (report, skipped) = (of.report.clone(), skipped.setter());
        Callback::from(move |_: Event| {
            session::skip_photo(&report);
            skipped.set(true);
        })
    };
    let trouble = match &*making {
        Making::Bad(why) => notice("danger", "alert", w.t(why.key())),
        Making::Unkept(_) => notice("danger", "alert", w.t("storage_none")),
        _ => Html::default(),
    };
    let (sign, verb) = match &*making {
        Making::Busy => ("hourglass", "photos_preparing"),
        Making::Nothing | Making::Bad(_) => ("camera", "repaired_add"),
        _ => ("camera", "repaired_other"),
    };
    markup! {
        <div class="follow-bell" data-test="repaired">
            <p class="hint">{ w.t("repaired_ask") }</p>
            if let Some(shot) = making.shot() { { look(w, of, shot, &making) } }
            <div class="verbs">
                <label class="btn quiet small">
                    { icon(sign) }{ w.t(verb) }
                    <input class="visually-hidden" type="file" accept={snap::ACCEPT} data-test="repaired-input" onchange={take} />
                </label>
                <button class="btn bare small" type="button" data-test="repaired-skip" onclick={skip}>{ w.t("repaired_skip") }</button>
            </div>
            { trouble }
        </div>
    }
}

/// The photo before it goes: everybody will see it.
fn look(w: &World, of: &Of, shot: &Rc<Shot>, making: &UseStateHandle<Making>) -> Html {
    let blur = {
        let (shot, making) = (shot.clone(), making.setter());
        Callback::from(move |_: Event| {
            session::learn_blur();
            making.set(Making::Blurring(shot.clone()));
        })
    };
    let send = {
        let (of, shot, making) = (of.clone(), shot.clone(), making.setter());
        Callback::from(move |_: Event| spawn_local(keep(of.clone(), shot.clone(), making.clone())))
    };
    let done = {
        let (shot, making) = (shot.clone(), making.setter());
        Callback::from(move |blurred: Option<Shot>| {
            show(blurred.map_or_else(|| shot.clone(), Rc::new), &making);
        })
    };
    markup! {
        <img class="repaired-look" src={shot.url.as_str().to_owned()} alt={w.say("wish_repaired")} data-test="repaired-look" />
        <div class="verbs">
            <button class="btn quiet small" type="button" data-test="photo-blur" onclick={blur}>{ icon("eye-off") }{ w.t("photos_blur") }</button>
            <button class="btn primary small" type="button" id={SEND} data-test="repaired-send" onclick={send}>{ w.t("repaired_send") }</button>
        </div>
        if matches!(**making, Making::Blurring(_)) {
            { component::<BlurEditor>("blur", BlurEditorProps { world: w.clone(), shot: shot.clone(), done }) }
        }
    }
}

async fn prepare(file: File, making: UseStateSetter<Making>) {
    match shrink(&file).await {
        Ok(shot) => show(Rc::new(shot), &making),
        Err(why) => making.set(Making::Bad(why)),
    }
}

/// Its verb comes into sight.
fn show(shot: Rc<Shot>, making: &UseStateSetter<Making>) {
    making.set(Making::Ready(shot));
    dom::focus_soon(vec![SEND.to_owned()]);
}

async fn keep(Of { report, shown }: Of, shot: Rc<Shot>, making: UseStateSetter<Making>) {
    // A second tap finds no button.
    making.set(Making::Busy);
    let photos = vec![Photo { hash: shot.hash.clone(), bytes: shot.bytes.clone() }];
    let follow_up = FollowUp { report, wish: Wish::Repaired, photos: vec![shot.hash.clone()] };
    let kept = outbox::wish(follow_up, photos, shown, false).await;
    making.set(if matches!(kept, Ok(Some(_))) { Making::Nothing } else { Making::Unkept(shot) });
    wake::after_put();
}

/// The parcel with which this phone shows `report` repaired, the newest.
fn shown<'a>(parcels: &'a [Parcel], report: &ParcelId) -> Option<&'a Parcel> {
    parcels.iter().find(|parcel| parcel.content.wish() == Some((report, Wish::Repaired)))
}

fn became(w: &World, parcel: &Parcel) -> Html {
    let (state, sign, said) = match &parcel.state {
        State::Refused { problem } => {
            return notice("danger", "alert", text(sentence::why(w, problem)));
        }
        State::Received { receipt } if receipt.missing.is_empty() => {
            ("received", "circle-check", w.say("repaired_sent"))
        }
        State::Received { .. } => ("lost", "alert", w.say("parcel_without_photos")),
        _ => ("waiting", "smartphone", w.say("repaired_kept")),
    };
    markup! {
        <div class="said" role="status" data-test="repaired" data-state={state}>{ icon(sign) }<p>{ text(said) }</p></div>
    }
}
