//! A photo of the repaired thing, asked for once a person said that it is fixed. Never needed: one tap says no.
//!
//! Promises: it is made like any photo, and waits in the outbox like one. Does not: say whether the report is closed.

use super::answers::Of;
use crate::markup;
use crate::rooms::photos::{Unusable, shrink};
use crate::rooms::reports::{sentence, snap};
use crate::ui::notice;
use crate::world::{World, text};
use crate::{session, wake};
use outbox::Photo;
use shared::followup::{FollowUp, Wish};
use shared::ids::ParcelId;
use shared::outbox::{Parcel, State};
use wasm_bindgen_futures::spawn_local;
use web_sys::File;
use yew::prelude::*;

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
    /// The browser does not keep it.
    Unkept,
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
        let (of, making) = (of.clone(), making.setter());
        Callback::from(move |event: Event| {
            if let Some(file) = snap::chosen(&event).into_iter().next() {
                making.set(Making::Busy);
                spawn_local(keep(file, of.clone(), making.clone()));
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
        Making::Unkept => notice("danger", "alert", w.t("storage_none")),
        Making::Nothing | Making::Busy => Html::default(),
    };
    let busy = *making == Making::Busy;
    markup! {
        <div class="follow-bell" data-test="repaired">
            <p class="hint">{ w.t("repaired_ask") }</p>
            <div class="verbs">
                <label class="btn quiet small">
                    { icon(if busy { "hourglass" } else { "camera" }) }{ w.t(if busy { "photos_preparing" } else { "repaired_add" }) }
                    <input class="visually-hidden" type="file" accept={snap::ACCEPT} data-test="repaired-input" onchange={take} />
                </label>
                <button class="btn bare small" type="button" data-test="repaired-skip" onclick={skip}>{ w.t("repaired_skip") }</button>
            </div>
            { trouble }
        </div>
    }
}

async fn keep(file: File, Of { report, shown }: Of, making: UseStateSetter<Making>) {
    let shot = match shrink(&file).await {
        Ok(shot) => shot,
        Err(why) => return making.set(Making::Bad(why)),
    };
    let photos = vec![Photo { hash: shot.hash.clone(), bytes: shot.bytes.clone() }];
    let follow_up = FollowUp { report, wish: Wish::Repaired, photos: vec![shot.hash] };
    let kept = outbox::wish(follow_up, photos, shown, false).await;
    making.set(if matches!(kept, Ok(Some(_))) { Making::Nothing } else { Making::Unkept });
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
