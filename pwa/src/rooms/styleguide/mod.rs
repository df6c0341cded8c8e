//! `/styleguide`, in development builds: every component in every state on one page, made by the functions that screens
//! use. Look at it after each change of looks: light and dark, narrow and wide, in the mirrored language.
//!
//! Does not: exist in what is shipped. Its own headings are for who builds Vigie, and stand here in English.

mod samples;

use crate::hooks::Bytes;
use crate::markup;
use crate::rooms::outbox::card::card;
use crate::rooms::push::others::line;
use crate::rooms::reports::emergency::emergency;
use crate::rooms::reports::follow::answers::{Of, answered, answers};
use crate::ui::{empty, notice, report_row, skeleton, timeline};
use crate::world::{World, text};
use shared::reports::status::Status;
use yew::prelude::*;

const COLOURS: [&str; 12] = [
    "paper",
    "card",
    "limestone",
    "ink",
    "soft",
    "line",
    "sea",
    "sea-wash",
    "signal",
    "signal-wash",
    "done",
    "danger",
];
const SIZES: [(&str, &str); 5] =
    [("t28", "28 title"), ("t22", "22 heading"), ("t18", "18 lead"), ("t16", "16 text"), ("t14", "14 note")];

/// The page.
pub fn styleguide(w: &World) -> Html {
    w.title("Styleguide");
    markup! {
        <div class="stack loose" data-test="styleguide">
            <h1>{ said("Styleguide") }</h1>
            { part("Colours", colours()) }
            { part("Type", type_scale()) }
            { part("Buttons", buttons()) }
            { part("Chips", chips()) }
            { part("Fields", fields()) }
            { part("Notices", notices()) }
            { part("Danger", emergency(w, 4, None)) }
            { part("Reports", rows(w)) }
            { part("Journal", timeline(w, &samples::journal())) }
            { part("Following", following(w)) }
            { part("Devices", devices(w)) }
            { part("Parcels", parcels(w)) }
            { part("Empty", empty("bell", said("Nothing here yet"), button("btn signal", "camera", false))) }
            { part("Coming", skeleton(2)) }
            { part("Written by the server", written()) }
        </div>
    }
}

/// Pages and mails that the server writes, and the app has no part in.
fn written() -> Html {
    let all = [
        ("/journal", "Journal of everything"),
        ("/styleguide/semaine", "Weekly message"),
        ("/hors-ligne", "In the place of a page, without a network"),
    ];
    let row = |(href, name): (&'static str, &str)| {
        markup! { <a class="list-row" {href}><span class="grow">{ said(name) }</span>{ icon("chevron-right") }</a> }
    };
    markup! { <div class="list">{ for all.map(row) }</div> }
}

fn said(words: &str) -> Html {
    text(words.to_owned())
}

fn part(name: &str, shown: Html) -> Html {
    markup! { <section class="stack"><h2>{ said(name) }</h2>{ shown }</section> }
}

/// The style sheet paints `[data-swatch]` only where this page is: colours have no class of their own.
fn colours() -> Html {
    markup! {
        <ul class="chips">
            { for COLOURS.map(|name| markup! { <li class="swatch" data-swatch={name}>{ said(name) }</li> }) }
        </ul>
    }
}

fn type_scale() -> Html {
    markup! { <div class="stack">{ for SIZES.map(|(size, name)| markup! { <p data-size={size}>{ said(name) }</p> }) }</div> }
}

fn button(class: &'static str, sign: &'static str, disabled: bool) -> Html {
    markup! {
        <button type="button" {class} disabled={disabled.then_some("")}>{ icon(sign) }{ said(class.trim_start_matches("btn ")) }</button>
    }
}

fn buttons() -> Html {
    let looks = [
        ("btn primary", "send"),
        ("btn signal", "camera"),
        ("btn quiet", "image"),
        ("btn danger", "trash"),
        ("btn danger quiet", "trash"),
        ("btn bare", "retry"),
        ("btn quiet small", "undo"),
        ("btn primary tall", "send"),
    ];
    markup! {
        <div class="stack">
            <div class="chips">{ for looks.map(|(class, sign)| button(class, sign, false)) }</div>
            <div class="chips">{ for looks.map(|(class, sign)| button(class, sign, true)) }</div>
        </div>
    }
}

fn chips() -> Html {
    let chip = |on: bool| {
        let pressed = if on { "true" } else { "false" };
        markup! { <button type="button" class="chip" aria-pressed={pressed}>{ icon("toilettes") }{ said(if on { "On" } else { "Off" }) }</button> }
    };
    markup! { <div class="chips">{ chip(false) }{ chip(true) }</div> }
}

fn fields() -> Html {
    let wrong =
        markup! { <span class="error">{ icon("alert") }{ said("What is wrong, and what to do") }</span> };
    markup! {
        <div class="stack">
            <div class="field">
                <label for="guide-good">{ said("A field") }</label>
                <input id="guide-good" type="text" aria-describedby="guide-hint" />
                <span class="hint" id="guide-hint">{ said("What it is for") }</span>
            </div>
            <div class="field">
                <label for="guide-bad">{ said("A field with a mistake") }</label>
                <input id="guide-bad" type="text" aria-invalid="true" />
                { wrong }
            </div>
        </div>
    }
}

fn notices() -> Html {
    let kinds = [("info", "wifi-off"), ("warn", "smartphone"), ("danger", "alert"), ("done", "circle-check")];
    let shown =
        kinds.map(|(kind, sign)| notice(kind, sign, said(&[kind, ": a sentence, and what to do."].concat())));
    markup! { <div class="stack">{ for shown }</div> }
}

fn rows(w: &World) -> Html {
    let briefs = Status::ALL.map(samples::brief);
    let row = |brief| report_row(w, brief, true, 7, (Html::default(), Html::default()));
    markup! { <ul class="reports">{ for briefs.iter().map(row) }</ul> }
}

fn following(w: &World) -> Html {
    let of = Of { report: samples::report(), shown: None };
    let stand = samples::standing();
    let said = samples::answers();
    let said =
        said.iter().map(|answer| markup! { <div class="card">{ answered(w, answer, (&stand, None)) }</div> });
    markup! {
        <div class="stack">
            <div class="card ask stack"><h3>{ w.t("mine_ask") }</h3>{ answers(w, &of, None) }</div>
            { for said }
        </div>
    }
}

fn devices(w: &World) -> Html {
    markup! { <ul class="devices">{ for samples::devices().iter().map(|device| line(w, device, Callback::noop())) }</ul> }
}

fn parcels(w: &World) -> Html {
    let delete = Callback::noop();
    let half = Some(Bytes { sent: 120_000, total: 310_000 });
    let cards = samples::parcels()
        .into_iter()
        .map(|(parcel, moves)| card(w, &parcel, half.filter(|_| moves), &delete));
    markup! { <div class="stack">{ for cards }</div> }
}
