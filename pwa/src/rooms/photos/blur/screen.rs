//! The parts of the screen, from what it remembers to markup. Knows words and looks; what happens is elsewhere.

use super::desk::{Desk, Phase};
use super::table::Table;
use super::view::CLOSER;
use super::{CANVAS, RING, STAY};
use crate::markup;
use crate::ui::notice;
use crate::world::World;
use yew::prelude::*;

/// Away, what this is, keep.
pub fn head(w: &World, desk: &Desk) -> Html {
    let verb = if desk.phase() == Phase::Keeping { "photos_preparing" } else { "blur_keep" };
    markup! {
        <div class="blur-head">
            <button class="btn quiet" type="button" data-test="blur-cancel" onclick={desk.click(Desk::leave)}>{ w.t("blur_cancel") }</button>
            <h1 class="bar-title" id="blur-title">{ w.t("blur_title") }</h1>
            <button class="btn primary" type="button" data-test="blur-keep" onclick={desk.click(Desk::keep)}>{ w.t(verb) }</button>
        </div>
    }
}

/// The photo, the brush over it, and what there is to say instead of a photo.
pub fn stage(w: &World, phase: Phase) -> Html {
    markup! {
        <div class="blur-stage">
            <canvas id={CANVAS} data-test="blur-canvas" tabindex="0" role="application" width="1" height="1"
                aria-label={w.say("blur_canvas")} aria-describedby="blur-keys"></canvas>
            <span class="blur-ring" id={RING} hidden={(phase != Phase::Drawing).then_some("")}></span>
            if phase == Phase::Opening { <p class="blur-say">{ w.t("photos_preparing") }</p> }
            if phase == Phase::Broken { <div class="blur-say">{ notice("danger", "alert", w.t("blur_failed")) }</div> }
        </div>
    }
}

/// Why, brushes, and what can be done with strokes and photo. Hidden, in its place, while a question is asked.
pub fn tools(w: &World, desk: &Desk) -> Html {
    let off = |can: bool| (!can).then_some("true");
    let told = desk.told();
    markup! {
        <div class="blur-set" inert={(desk.phase() == Phase::Asking).then_some("")}>
            <p class="blur-why" id="blur-why">{ w.t("blur_why") }</p>
            <p class="blur-keys" id="blur-keys">{ w.t("blur_keys") }</p>
            { brushes(w, desk) }
            <div class="blur-row">
                <button class="btn quiet" type="button" data-test="blur-undo" aria-disabled={off(told.undo)}
                    onclick={desk.click(|desk| desk.with(Table::undo))}>{ icon("undo") }{ w.t("blur_undo") }</button>
                <button class="btn quiet mirrored" type="button" data-test="blur-redo" aria-disabled={off(told.redo)}
                    onclick={desk.click(|desk| desk.with(Table::redo))}>{ icon("undo") }{ w.t("blur_redo") }</button>
                <div class="blur-zoom">
                    <button class="btn quiet" type="button" data-test="blur-further"
                        onclick={desk.click(|desk| desk.with(|table| table.zoom(None, 1.0 / CLOSER)))}>
                        <span class="minus" aria-hidden="true"></span><span class="visually-hidden">{ w.t("blur_further") }</span>
                    </button>
                    <button class="btn quiet" type="button" data-test="blur-closer"
                        onclick={desk.click(|desk| desk.with(|table| table.zoom(None, CLOSER)))}>
                        { icon("plus") }<span class="visually-hidden">{ w.t("blur_closer") }</span>
                    </button>
                </div>
            </div>
        </div>
    }
}

/// Three widths.
fn brushes(w: &World, desk: &Desk) -> Html {
    let brush = |(n, key): (usize, &'static str)| {
        let taken = desk.clone();
        let onclick = Callback::from(move |_: Event| taken.take_brush(n));
        let pressed = if desk.brush() == n { "true" } else { "false" };
        markup! {
            <button class="btn quiet" type="button" data-test={key} aria-pressed={pressed} {onclick}>
                <span class="blur-dot" aria-hidden="true"></span>{ w.t(key) }
            </button>
        }
    };
    markup! {
        <div class="blur-row blur-brushes" role="group" aria-label={w.say("blur_brush")}>
            { for ["blur_thin", "blur_middle", "blur_thick"].into_iter().enumerate().map(brush) }
        </div>
    }
}

/// "Leave without keeping?", in place.
pub fn ask(w: &World, desk: &Desk) -> Html {
    markup! {
        <div class="blur-ask" role="alertdialog" aria-labelledby="blur-asked" data-test="blur-ask">
            <p class="lead" id="blur-asked">{ w.t("blur_ask") }</p>
            <div class="verbs">
                <button class="btn quiet" type="button" data-test="blur-leave" onclick={desk.click(|desk| desk.finish(None))}>
                    { w.t("blur_leave") }
                </button>
                <button class="btn primary" type="button" id={STAY} data-test="blur-stay" onclick={desk.click(Desk::stay)}>
                    { w.t("blur_stay") }
                </button>
            </div>
        </div>
    }
}

/// What a screen reader hears of strokes.
pub fn said(w: &World, desk: &Desk) -> String {
    let told = desk.told();
    match desk.phase() {
        Phase::Opening | Phase::Keeping => w.say("photos_preparing"),
        _ if told.share > 0 => w.with("blur_share", &[("n", &told.share.to_string())]),
        _ if told.redo => w.say("blur_nothing"),
        _ => String::new(),
    }
}
