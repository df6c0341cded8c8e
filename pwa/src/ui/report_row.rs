//! A report in a list, and the signs it carries.

use super::{category_icon, server_photo};
use crate::lang::{Words, iso};
use crate::markup;
use crate::route::Route;
use crate::world::World;
use shared::reports::ReportBrief;
use shared::reports::status::Status;
use yew::prelude::*;

/// What a report is called: its category, else its first words, else its number.
pub fn title(words: &Words, brief: &ReportBrief) -> String {
    match &brief.category {
        Some(slug) => words.of_slug("category_", slug),
        None if !brief.excerpt.is_empty() => brief.excerpt.clone(),
        None => words.with("report_untitled", &[("number", &brief.number.to_string())]),
    }
}

/// A pill: pictogram and word, the colour only after them.
pub fn state_pill(w: &World, status: Status) -> Html {
    let state = status.as_str();
    let sign = match status {
        Status::New => "inbox",
        Status::Sent => "send",
        Status::InProgress => "hourglass",
        Status::Planned => "calendar",
        Status::Done => "circle-check",
        Status::Refused => "ban",
    };
    markup! { <span class="state" data-state={state}>{ icon(sign) }{ text(w.of_slug("status_", state)) }</span> }
}

/// "Votre signalement".
pub fn yours(w: &World) -> Html {
    markup! {
        <span class="state" data-state="done" data-test="yours">{ icon("check") }{ w.t("report_yours") }</span>
    }
}

/// How many wait: a figure for the eye, a sentence for the ear.
pub fn waiting(w: &World, people: i64) -> Html {
    markup! {
        <span class="people">
            { icon("users") }
            <span class="num" aria-hidden="true">{ text(people.to_string()) }</span>
            <span class="visually-hidden">{ text(w.count("people_waiting", people)) }</span>
        </span>
    }
}

/// One row: photo, title, place if `with_place`, `signs` (what it is to this phone), people, age; then `act`.
/// `people` may be more than the server knows.
pub fn report_row(
    w: &World,
    brief: &ReportBrief,
    with_place: bool,
    people: i64,
    (signs, act): (Html, Html),
) -> Html {
    markup! {
        <li class="report-row" key={brief.id.as_str()} data-test="report-row" data-id={brief.id.to_string()}>
            <a class="report-link" href={Route::Report(brief.id.clone(), None).href()}>
                { picture(brief) }
                <span class="report-text">
                    <span class="report-title">{ text(title(w, brief)) }</span>
                    if with_place {
                        <span class="report-say">{ text(brief.place_name.clone()) }</span>
                    }
                    <span class="report-meta">
                        if brief.status != Status::Sent { { state_pill(w, brief.status) } }
                        { signs }
                        { waiting(w, people) }
                        { age(w, brief.received_at) }
                    </span>
                </span>
            </a>
            { act }
        </li>
    }
}

/// "12 j".
pub fn age(w: &World, since: shared::instant::Instant) -> Html {
    let said = w.age_short(since, outbox::edges::now());
    markup! { <time class="age" datetime={iso(since)}>{ text(said) }</time> }
}

/// A report's photo, small; the pictogram of its category where there is none.
pub fn picture(brief: &ReportBrief) -> Html {
    match &brief.photo {
        Some(hash) => markup! {
            <img class="thumb" src={server_photo(hash, "320")} alt="" width="88" height="88" loading="lazy" />
        },
        None => markup! { <span class="thumb">{ icon(category_icon(brief.category.as_deref())) }</span> },
    }
}
