//! What the screen remembers and does: opening, leaving, keeping. One value, shared by markup and listeners, so that
//! neither ever acts on what was true a frame ago.

use super::table::{MIDDLE, Table, Told};
use super::{CANVAS, DIALOG, RING, STAY};
use crate::dom;
use crate::rooms::photos::darkroom;
use crate::rooms::photos::shrink::Shot;
use crate::rooms::photos::unusable::Unusable;
use gloo_events::EventListener;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{HtmlCanvasElement, HtmlDialogElement};
use yew::functional::UseForceUpdateHandle;
use yew::prelude::*;

/// Where the screen stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The photo is being laid on the table.
    Opening,
    /// Strokes are drawn.
    Drawing,
    /// "Leave without keeping?"
    Asking,
    /// The result is being made.
    Keeping,
    /// The photo could not be opened, or the result not be made.
    Broken,
}

/// The screen's memory; cheap to hand on.
#[derive(Clone)]
pub struct Desk(Rc<Kept>);

struct Kept {
    shot: Rc<Shot>,
    done: Callback<Option<Shot>>,
    redraw: UseForceUpdateHandle,
    phase: Cell<Phase>,
    told: Cell<Told>,
    brush: Cell<usize>,
    /// Empty before the photo is there, and while the result is made: no stroke comes too late.
    table: RefCell<Option<Table>>,
}

impl Desk {
    /// A desk for one photo.
    pub fn new(shot: &Rc<Shot>, done: &Callback<Option<Shot>>, redraw: UseForceUpdateHandle) -> Self {
        Self(Rc::new(Kept {
            shot: shot.clone(),
            done: done.clone(),
            redraw,
            phase: Cell::new(Phase::Opening),
            told: Cell::default(),
            brush: Cell::new(MIDDLE),
            table: RefCell::default(),
        }))
    }

    /// Where the screen stands.
    pub fn phase(&self) -> Phase {
        self.0.phase.get()
    }

    /// What the table last said.
    pub fn told(&self) -> Told {
        self.0.told.get()
    }

    /// The brush in hand.
    pub fn brush(&self) -> usize {
        self.0.brush.get()
    }

    /// Does something with the table, when there is one, and shows what came of it.
    pub fn with(&self, act: impl FnOnce(&mut Table)) {
        let Some(told) = self.0.table.borrow_mut().as_mut().map(|table| {
            act(table);
            table.told()
        }) else {
            return;
        };
        if self.0.told.replace(told) != told {
            self.0.redraw.force_update();
        }
    }

    /// Another brush.
    pub fn take_brush(&self, brush: usize) {
        self.0.brush.set(brush);
        self.with(|table| table.take_brush(brush));
        self.0.redraw.force_update();
    }

    /// What a button does.
    pub fn click(&self, act: fn(&Self)) -> Callback<Event> {
        let desk = self.clone();
        Callback::from(move |_| act(&desk))
    }

    /// The keyboard goes where the eye is: to the photo, or to the question.
    fn go_to(&self, phase: Phase) {
        self.0.phase.set(phase);
        self.0.redraw.force_update();
        match phase {
            Phase::Drawing => dom::focus_soon(vec![CANVAS.to_owned()]),
            Phase::Asking => dom::focus_soon(vec![STAY.to_owned()]),
            _ => {}
        }
    }

    /// Opens the dialog and lays the photo on the table.
    pub fn open(&self) -> Option<Vec<EventListener>> {
        let dialog: HtmlDialogElement = find(DIALOG)?;
        let (canvas, ring) = (find::<HtmlCanvasElement>(CANVAS)?, find(RING)?);
        // It fails for a dialog that is open already.
        let _ = dialog.show_modal();
        let listeners = self.listen(&canvas, &dialog);
        let desk = self.clone();
        spawn_local(async move {
            let table = Table::open(&desk.0.shot.bytes, canvas, ring).await.ok();
            desk.go_to(if table.is_some() { Phase::Drawing } else { Phase::Broken });
            desk.0.table.replace(table);
        });
        Some(listeners)
    }

    /// Takes the photo off the table.
    pub fn clear(&self) {
        self.0.table.take();
    }

    /// Away without keeping: at once when nothing was drawn, else after a question; and back from the question.
    pub fn leave(&self) {
        // A browser that takes no other answer closes the dialog by itself.
        let is_open = find::<HtmlDialogElement>(DIALOG).is_some_and(|dialog| dialog.open());
        match self.phase() {
            Phase::Keeping if is_open => {}
            Phase::Drawing | Phase::Broken if is_open && self.told().undo => self.go_to(Phase::Asking),
            Phase::Asking if is_open => self.stay(),
            _ => self.finish(None),
        }
    }

    /// Back to the photo.
    pub fn stay(&self) {
        self.go_to(Phase::Drawing);
    }

    /// Closed first: that gives the keyboard back to where it was.
    pub fn finish(&self, blurred: Option<Shot>) {
        if let Some(dialog) = find::<HtmlDialogElement>(DIALOG) {
            dialog.close();
        }
        self.0.done.emit(blurred);
    }

    /// Makes a photo of what is on the table.
    pub fn keep(&self) {
        self.with(Table::end);
        if self.told().share == 0 {
            return self.finish(None);
        }
        let Some(table) = self.0.table.take() else { return };
        self.go_to(Phase::Keeping);
        let desk = self.clone();
        spawn_local(async move {
            match blurred(&table, &desk.0.shot).await {
                Ok(shot) => desk.finish(Some(shot)),
                Err(_) => {
                    desk.0.table.replace(Some(table));
                    desk.go_to(Phase::Broken);
                }
            }
        });
    }
}

/// The one time that the strokes are encoded. Place and moment are those of the photo.
async fn blurred(table: &Table, shot: &Shot) -> Result<Shot, Unusable> {
    let broken = |_| Unusable::Unreadable;
    let pixels = JsFuture::from(table.pixels().map_err(broken)?).await.map_err(broken)?;
    let bytes = darkroom::print(&pixels.unchecked_into()).await.map_err(broken)?;
    Shot::of(bytes, shot.position, shot.taken_at).await
}

fn find<E: JsCast>(id: &str) -> Option<E> {
    gloo_utils::document().get_element_by_id(id)?.dyn_into().ok()
}
