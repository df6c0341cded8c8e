//! A report being made: photos, school, and what one may add. Three taps after the shutter.

use super::category_pick::{Open, category_pick};
use super::draft::{DraftHandle, Edit};
use super::emergency::emergency;
use super::kept;
use super::photo_strip::photo_strip;
use super::place_pick::{Asking, place_pick};
use super::send::{Refusal, keep};
use crate::hooks::use_position;
use crate::lang::Words;
use crate::markup;
use crate::route::Route;
use crate::ui::{flip, notice};
use crate::world::{World, text};
use crate::{dom, navigate, session};
use shared::ids::PlaceId;
use shared::reports::category;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

/// What was carried over.
#[derive(Properties, PartialEq)]
pub struct ComposeProps {
    /// What every screen knows.
    pub world: World,
    /// The school whose page one comes from.
    pub place: Option<PlaceId>,
}

/// The screen.
#[component]
pub fn Compose(props: &ComposeProps) -> Html {
    let w = &props.world;
    w.title(&w.say("compose_title"));
    use_carried(&w.draft, props.place.clone());
    let (refusal, onsubmit, sending) = use_sending(&w.draft, &w.words);
    let (sentence, field) = (*refusal).as_ref().map(|why| why.said(w)).unwrap_or_default();
    // The photo knows better than the phone where it was taken; a school carried over needs neither.
    let wanted = w.draft.position().is_none() && !w.draft.is_busy() && props.place.is_none();
    let asking = Asking {
        query: use_state(String::new),
        searching: use_state(|| false),
        phone: use_position(wanted),
        missing: field == "place",
    };
    let open = use_state(Open::default);
    markup! {
        <>
            { bar(w) }
            <form class="cols" novalidate="" {onsubmit} data-test="compose">
                <div class="stack loose main-col">
                    { emergency(w, category::urgency(w.draft.category), w.draft.category) }
                    { photo_strip(w) }
                    { place_pick(w, &asking) }
                </div>
                <div class="stack loose side-col" id="what" tabindex="-1">
                    { category_pick(w, &open) }
                    { description(w, (field == "description").then_some(&sentence)) }
                    { mail(w, (field == "mail").then_some(&sentence)) }
                </div>
                <div class="sticky-action stack">
                    if refusal.is_some() && matches!(field, "" | "what") {
                        { notice("danger", "alert", text(sentence)) }
                    }
                    <button class="btn primary wide tall" data-test="send">
                        { flip("send") }{ w.t(if sending { "photos_preparing" } else { "compose_send" }) }
                    </button>
                </div>
            </form>
        </>
    }
}

/// A school carried over is chosen, where all can see it.
#[hook]
fn use_carried(draft: &DraftHandle, place: Option<PlaceId>) {
    let draft = draft.clone();
    use_effect_with(place, move |place| {
        if place.is_some() && draft.place.is_none() {
            draft.dispatch(Edit::Place(place.clone()));
        }
    });
}

/// Sending: at once, or as soon as the last photo is ready. The refusal to show, the form's verb, whether it runs.
#[hook]
fn use_sending(
    draft: &DraftHandle,
    words: &Words,
) -> (UseStateHandle<Option<Refusal>>, Callback<Event>, bool) {
    let refusal = use_state(|| None::<Refusal>);
    let wanted = use_state(|| false);
    {
        let (draft, refusal, words) = (draft.clone(), refusal.setter(), words.clone());
        let (wanted, busy) = (wanted.clone(), draft.is_busy());
        use_effect_with((*wanted, busy), move |state| {
            if *state == (true, false) {
                spawn_local(async move {
                    if let Err(why) = send(&draft, words.lang()).await {
                        wanted.set(false);
                        dom::focus(why.said(&words).1);
                        refusal.set(Some(why));
                    }
                });
            }
        });
    }
    let sending = *wanted;
    let shown = refusal.setter();
    let onsubmit = Callback::from(move |event: Event| {
        event.prevent_default();
        shown.set(None);
        wanted.set(true);
    });
    (refusal, onsubmit, sending)
}

async fn send(draft: &DraftHandle, lang: &str) -> Result<(), Refusal> {
    let id = keep(draft, lang).await?;
    kept::remember(&id, draft.shots().next().map(|shot| shot.url.clone()));
    draft.dispatch(Edit::Clear);
    navigate::replace(&Route::Kept(id));
    Ok(())
}

fn bar(w: &World) -> Html {
    markup! {
        <div class="bar">
            <a class="icon-btn" href="/" data-back="" data-test="compose-close">
                { icon("x") }<span class="visually-hidden">{ w.t("act_close") }</span>
            </a>
            <h1 class="bar-title">{ w.t("compose_title") }</h1>
            if !w.draft.is_empty() { <span class="bar-note">{ w.t("status_draft") }</span> }
        </div>
    }
}

fn wrong(sentence: &str) -> Html {
    markup! { <span class="error" role="alert">{ icon("alert") }{ text(sentence.to_owned()) }</span> }
}

/// In their words; there, never in the way.
fn description(w: &World, error: Option<&String>) -> Html {
    let draft = w.draft.dispatcher();
    let oninput = Callback::from(move |event: Event| {
        if let Some(area) = event.target().and_then(|target| target.dyn_into::<HtmlTextAreaElement>().ok()) {
            draft.dispatch(Edit::Description(area.value()));
        }
    });
    markup! {
        <div class="field">
            <label for="description">{ w.t("text_label") }{ text(" ".to_owned()) }<span class="hint">{ w.t("optional") }</span></label>
            <textarea id="description" data-test="description" rows="3" value={w.draft.description.clone()}
                {oninput} aria-describedby="description-hint" aria-invalid={error.map(|_| "true")} />
            if let Some(sentence) = error { { wrong(sentence) } }
            <span class="hint" id="description-hint">{ w.t("text_hint") }</span>
        </div>
    }
}

fn mail(w: &World, error: Option<&String>) -> Html {
    let draft = w.draft.dispatcher();
    let oninput = Callback::from(move |event: Event| {
        if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
            draft.dispatch(Edit::Mail(input.value()));
        }
    });
    let value = w.draft.mail.clone().unwrap_or_else(session::mail);
    markup! {
        <div class="field">
            <label for="mail">{ w.t("mail_label") }{ text(" ".to_owned()) }<span class="hint">{ w.t("optional") }</span></label>
            <input id="mail" data-test="mail" type="email" inputmode="email" autocomplete="email" {value} {oninput}
                aria-describedby="mail-hint" aria-invalid={error.map(|_| "true")} />
            if let Some(sentence) = error { { wrong(sentence) } }
            <span class="hint" id="mail-hint">{ w.t("mail_hint") }</span>
        </div>
    }
}
