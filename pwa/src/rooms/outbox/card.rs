//! One parcel: its picture, its state as a sentence, its bytes, why it was refused and what mends that.

use super::{parcel_place, parcel_sign, parcel_title};
use crate::hooks::Bytes;
use crate::markup;
use crate::markup::component;
use crate::rooms::me::storage::size;
use crate::rooms::reports::sentence;
use crate::route::Route;
use crate::ui::{Thumb, ThumbProps};
use crate::world::World;
use crate::{navigate, wake};
use outbox::edges;
use shared::ids::{ParcelId, mint};
use shared::outbox::{Content, Parcel, State};
use shared::problem::Code;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew::virtual_dom::{AttrValue, AttributeOrProperty, Attributes, VTag};

/// The card; `delete` is told which parcel goes.
pub fn card(w: &World, parcel: &Parcel, bytes: Option<Bytes>, delete: &Callback<ParcelId>) -> Html {
    let leaving = bytes.filter(|bytes| parcel.is_unsent() && bytes.sent < bytes.total);
    let (state, sign, said) = state(w, parcel, leaving.is_some());
    let thumb = ThumbProps::of(parcel, parcel_sign(parcel));
    let why = match &parcel.state {
        State::Refused { problem } => Some(sentence::why(w, problem)),
        State::Received { receipt } if !receipt.missing.is_empty() => Some(w.say("parcel_without_photos")),
        _ => None,
    };
    markup! {
        <article class="parcel" key={parcel.id.as_str()} data-state={state} data-test="parcel" data-id={parcel.id.to_string()}>
            { component::<Thumb>("", thumb) }
            <div class="parcel-body">
                <h2 class="report-title" dir="auto">{ text(parcel_title(w, parcel)) }</h2>
                if let Some(place) = parcel_place(w, parcel) { <p class="report-say">{ text(place) }</p> }
                <p class="parcel-say">{ icon(sign) }{ text(said) }</p>
                if let Some(bytes) = leaving { { bar(w, bytes) } }
                if let Some(why) = why {
                    <p class="parcel-why">{ text(why) }</p>
                }
            </div>
            <div class="parcel-acts">{ acts(w, parcel, delete) }</div>
        </article>
    }
}

/// State, pictogram, sentence.
fn state(w: &World, parcel: &Parcel, leaving: bool) -> (&'static str, &'static str, String) {
    let now = edges::now();
    match &parcel.state {
        State::Waiting => {
            let since = w.with("parcel_waiting_since", &[("ago", &w.ago(parcel.sealed_at, now))]);
            ("waiting", "smartphone", since)
        }
        State::Sending => ("sending", "send", w.say("parcel_sending")),
        State::Partly { receipt } => {
            let number = w.with("parcel_received", &[("number", &receipt.number.to_string())]);
            let said = match i64::try_from(receipt.missing.len()) {
                Ok(photos @ 1..) => {
                    let key = if leaving { "photos_leaving" } else { "photos_waiting" };
                    [&*number, ". ", &*w.count(key, photos)].concat()
                }
                _ => number,
            };
            ("partly", "send", said)
        }
        State::Refused { .. } => ("refused", "alert", w.say("parcel_refused")),
        State::Received { receipt } => {
            let gone = w.with("parcel_received", &[("number", &receipt.number.to_string())]);
            ("received", "circle-check", gone)
        }
    }
}

/// The bytes of the photos, as a bar and in words.
fn bar(w: &World, bytes: Bytes) -> Html {
    let said = w.with("parcel_bytes", &[("sent", &size(w, bytes.sent)), ("total", &size(w, bytes.total))]);
    // By hand: `value` is an attribute here, not what stands in a field.
    let text = |words: String| Some(AttributeOrProperty::Attribute(AttrValue::from(words)));
    let mut bar = VTag::new(AttrValue::Static("progress"));
    bar.attributes = Attributes::Dynamic {
        keys: &["class", "max", "value", "aria-label"],
        values: Box::new([
            Some(AttributeOrProperty::Static("bytes")),
            text(bytes.total.to_string()),
            text(bytes.sent.to_string()),
            text(said.clone()),
        ]),
    };
    markup! {
        <>
            { Html::VTag(Rc::new(bar)) }
            <p class="parcel-say" data-test="parcel-bytes" aria-hidden="true">{ text(said) }</p>
        </>
    }
}

fn acts(w: &World, parcel: &Parcel, delete: &Callback<ParcelId>) -> Html {
    let follow = parcel.receipt().map(|receipt| {
        let report = Route::Report(receipt.report.clone(), Some(parcel.key.clone()));
        markup! { <a class="btn quiet small" href={report.href()}>{ w.t("sent_follow") }</a> }
    });
    let (is_over, is_partly) =
        (matches!(parcel.state, State::Received { .. }), matches!(parcel.state, State::Partly { .. }));
    markup! {
        <>
            { follow.unwrap_or_default() }
            if !is_over {
                { mend(w, parcel) }
                { act("retry", ("retry", w.say("act_retry")), "btn quiet small", retry(parcel.id.clone())) }
                { act(
                    "delete",
                    ("trash", w.say(if is_partly { "act_no_photos" } else { "act_delete" })),
                    "btn quiet small",
                    { let (id, delete) = (parcel.id.clone(), delete.clone()); Callback::from(move |_| delete.emit(id.clone())) },
                ) }
            }
        </>
    }
}

/// A button: its name for tests, pictogram and word, look, effect.
fn act(
    test: &'static str,
    (sign, word): (&'static str, String),
    class: &'static str,
    onclick: Callback<Event>,
) -> Html {
    act_off(test, (sign, word), class, (false, onclick))
}

/// The same, to be seen and not to be used where `off`.
fn act_off(
    test: &'static str,
    (sign, word): (&'static str, String),
    class: &'static str,
    (off, onclick): (bool, Callback<Event>),
) -> Html {
    let off = off.then_some("true");
    markup! {
        <button {class} type="button" aria-disabled={off} data-test={test} {onclick}>
            { icon(sign) }{ text(word) }
        </button>
    }
}

fn retry(id: ParcelId) -> Callback<Event> {
    Callback::from(move |_| {
        let id = id.clone();
        spawn_local(async move {
            // What cannot be written now is tried again with the next drain.
            let _ = outbox::retry(&id).await;
            wake::nudge();
        });
    })
}

/// Opens the report again: the button says what to do where a refusal does. It keeps its place while an attempt lasts:
/// no other button comes under a thumb that is on its way.
fn mend(w: &World, parcel: &Parcel) -> Html {
    let (key, class) = match (&parcel.state, &parcel.content) {
        (State::Refused { problem }, Content::Report(_)) => (cure(problem.code), "btn primary small"),
        (State::Waiting | State::Sending, Content::Report(_)) => ("act_edit", "btn quiet small"),
        _ => return Html::default(),
    };
    let leaving = matches!(parcel.state, State::Sending);
    let id = parcel.id.clone();
    let open = Callback::from(move |_: Event| {
        let id = id.clone();
        spawn_local(async move {
            let now = edges::now();
            // Nothing comes back of one that is on its way just now.
            if let Ok(Some(draft)) = outbox::take_back(&id, mint(now, edges::random()), now).await {
                navigate::go(&Route::Compose(draft.id));
            }
        });
    });
    act_off("edit", ("pencil", w.say(key)), class, (leaving, open))
}

/// The words on the button that mends a refusal.
fn cure(code: Code) -> &'static str {
    match code {
        Code::PlaceClosed | Code::PlaceUnknown => "mend_place",
        Code::TextTooLong => "mend_text",
        Code::MailInvalid => "mend_mail",
        Code::CategoryUnknown => "mend_category",
        Code::PhotoUnreadable | Code::UnsupportedPhoto | Code::TooLarge | Code::TooManyPhotos => {
            "mend_photos"
        }
        _ => "act_edit",
    }
}
