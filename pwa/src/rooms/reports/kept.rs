//! What became of the report just sent: kept, then gone, by itself. Nothing to do here but leave.

use crate::dom::ObjectUrl;
use crate::lang::Words;
use crate::markup;
use crate::reading;
use crate::rooms::reports::sentence;
use crate::route::Route;
use crate::ui::{category_icon, icon, server_photo};
use crate::world::World;
use shared::ids::ParcelId;
use shared::outbox::{Content, Parcel, State};
use shared::reports::{Outcome, Receipt};
use std::cell::RefCell;
use std::rc::Rc;
use yew::prelude::*;

thread_local! {
    /// The picture of the last report: it was on screen a moment ago, and shows again without a trip to the queue.
    static LAST: RefCell<Option<(ParcelId, Rc<ObjectUrl>)>> = const { RefCell::new(None) };
}

/// Keeps the picture of the report that is about to show here.
pub fn remember(id: &ParcelId, url: Option<Rc<ObjectUrl>>) {
    LAST.with(|last| last.replace(url.map(|url| (id.clone(), url))));
}

/// The screen.
pub fn kept(w: &World, id: &ParcelId) -> Html {
    let parcel = w.queue.find(id);
    let (test, title, said) = said(w, parcel, w.queue.broken);
    w.title(&title);
    markup! {
        <>
            <div class="done-top" data-test={test}>
                { picture(id, parcel) }
                <h1 tabindex="-1">{ text(title) }</h1>
                <p role="status">{ text(said) }</p>
                if let Some(left) = photos_left(parcel) {
                    <p class="row" data-test="photos-left">{ icon("image") }{ text(w.count("photos_leaving", left)) }</p>
                }
            </div>
            <div class="stack">
                { reading::news(w) }
                { next(w, parcel) }
                <a class="btn bare wide" href="/" data-test="close">{ w.t("act_done") }</a>
            </div>
        </>
    }
}

/// The state for tests, the title, the sentence.
fn said(words: &Words, parcel: Option<&Parcel>, forgets: bool) -> (&'static str, String, String) {
    match parcel.map(|parcel| &parcel.state) {
        Some(State::Received { receipt } | State::Partly { receipt }) => (
            "sent",
            words.with("sent_title", &[("number", &receipt.number.to_string())]),
            went_to(words, receipt),
        ),
        Some(State::Refused { problem }) => {
            ("refused", words.say("parcel_refused"), sentence::why(words, problem))
        }
        _ if forgets => ("leaving", words.say("kept_open_title"), words.say("kept_open_text")),
        _ => ("kept", words.say("kept_title"), words.say("kept_text")),
    }
}

/// How many photos still leave, where the words are there already.
fn photos_left(parcel: Option<&Parcel>) -> Option<i64> {
    match &parcel?.state {
        State::Partly { receipt } => i64::try_from(receipt.missing.len()).ok(),
        _ => None,
    }
}

/// Who has it now, and how many wait.
fn went_to(words: &Words, receipt: &Receipt) -> String {
    let reached: Vec<_> =
        receipt.sent_to.iter().filter(|desk| desk.has_mailbox).map(|desk| desk.function).collect();
    let whom = if reached.is_empty() {
        words.say("sent_nobody")
    } else {
        words.with("sent_to", &[("list", &sentence::to_functions(words, &reached))])
    };
    if receipt.outcome == Outcome::Supporter {
        [&*whom, " ", &words.count("sent_joined", receipt.people)].concat()
    } else {
        whom
    }
}

fn picture(id: &ParcelId, parcel: Option<&Parcel>) -> Html {
    let near =
        LAST.with(|last| last.borrow().as_ref().filter(|(of, _)| of == id).map(|(_, url)| url.clone()));
    let report = parcel.and_then(|parcel| match &parcel.content {
        Content::Report(report) => Some(report),
        _ => None,
    });
    let received = parcel.is_some_and(|parcel| matches!(parcel.state, State::Received { .. }));
    let far = report.filter(|_| received).and_then(|report| report.photos.first());
    let src = near.map(|url| url.as_str().to_owned()).or_else(|| far.map(|hash| server_photo(hash, "320")));
    let category = report.and_then(|report| report.category.as_deref());
    markup! {
        <figure class="done-photo">
            { match src {
                Some(src) => markup! { <img {src} alt="" /> },
                None => icon(category_icon(category)),
            } }
            <span class="tick">{ icon("check") }</span>
        </figure>
    }
}

/// The one next thing.
fn next(w: &World, parcel: Option<&Parcel>) -> Html {
    let (href, test, key) = match parcel.map(|parcel| (&parcel.state, &parcel.key)) {
        Some((State::Received { receipt } | State::Partly { receipt }, key)) => {
            (Route::Report(receipt.report.clone(), Some(key.clone())), "follow", "sent_follow")
        }
        _ => (Route::Outbox, "waiting", "kept_see"),
    };
    markup! { <a class="btn quiet wide" href={href.href()} data-test={test}>{ w.t(key) }</a> }
}
