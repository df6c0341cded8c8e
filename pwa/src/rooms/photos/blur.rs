//! Blurring by finger, mouse or keys: a full screen over the report being made.
//!
//! Owns the screen and its words; the photo and its strokes lie on the table. Promises that pixels stay in memory: nothing
//! is stored and nothing gets an address before the person keeps the result, which is a photo with a name of its own.
//! Does not find faces: people do.

mod canvas;
mod desk;
mod hand;
mod listen;
mod mosaic;
mod screen;
mod shapes;
mod table;
mod view;

use self::desk::{Desk, Phase};
use self::screen::{ask, head, said, stage, tools};
use super::shrink::Shot;
use crate::markup;
use crate::world::World;
use std::rc::Rc;
use yew::prelude::*;

const DIALOG: &str = "blur-editor";
const CANVAS: &str = "blur-canvas";
const RING: &str = "blur-ring";
const STAY: &str = "blur-stay";

/// What is blurred, and who gets the result.
#[derive(Properties, PartialEq)]
pub struct BlurEditorProps {
    /// What every screen knows.
    pub world: World,
    /// The photo.
    pub shot: Rc<Shot>,
    /// Called once: with the blurred photo, or without one when there is nothing to change.
    pub done: Callback<Option<Shot>>,
}

/// The screen.
#[component]
pub fn BlurEditor(props: &BlurEditorProps) -> Html {
    let w = &props.world;
    let redraw = use_force_update();
    let desk = use_memo(props.shot.hash.clone(), |_| Desk::new(&props.shot, &props.done, redraw));
    let opened = desk.clone();
    use_effect_with(props.shot.hash.clone(), move |_| {
        let listeners = opened.open();
        move || {
            drop(listeners);
            opened.clear();
        }
    });
    let phase = desk.phase();
    let busy = matches!(phase, Phase::Opening | Phase::Keeping).then_some("true");
    markup! {
        <dialog class="blur" id={DIALOG} data-test="blur" aria-labelledby="blur-title" aria-describedby="blur-why" aria-busy={busy}>
            { head(w, &desk) }
            { stage(w, phase) }
            <div class="blur-tools">
                { tools(w, &desk) }
                if phase == Phase::Asking { { ask(w, &desk) } }
            </div>
            <p class="visually-hidden" role="status">{ text(said(w, &desk)) }</p>
        </dialog>
    }
}
