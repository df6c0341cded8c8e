//! From the browser's events to gestures: fingers, pen, mouse, wheel, keys. Knows events, decides nothing about pixels.

use super::desk::Desk;
use super::shapes::Point;
use super::table::Table;
use super::view::CLOSER;
use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Element, Event, EventTarget, HtmlElement, KeyboardEvent, MouseEvent, PointerEvent, WheelEvent,
};

impl Desk {
    /// Listens on the canvas, on the stage and the dialog around it and on the window, as long as the answer is kept.
    pub fn listen(&self, canvas: &HtmlElement, dialog: &HtmlElement) -> Vec<EventListener> {
        let Some(stage) = canvas.parent_element() else { return vec![] };
        vec![
            self.on(&stage, "pointerdown", press),
            self.on(&stage, "pointermove", shift),
            self.on(&stage, "pointerup", lift),
            self.on(&stage, "pointercancel", lift),
            self.on(&stage, "wheel", turn),
            // A long press is a stroke, not a question.
            self.on(&stage, "contextmenu", |_, event| event.prevent_default()),
            self.on(canvas, "keydown", draw_by_key),
            self.on(dialog, "keydown", command),
            // The back button, where it closes what is open; and a dialog closed without asking.
            self.on(dialog, "cancel", |desk, event| {
                event.prevent_default();
                desk.leave();
            }),
            self.on(dialog, "close", |desk, _| desk.leave()),
            self.on(&gloo_utils::window(), "resize", |desk, _| desk.with(Table::resize)),
        ]
    }

    /// By plain functions: a closure for each would weigh kilobytes.
    fn on(&self, target: &EventTarget, name: &'static str, act: fn(&Self, &Event)) -> EventListener {
        let desk = self.clone();
        let options = EventListenerOptions::enable_prevent_default();
        EventListener::new_with_options(target, name, options, move |event| act(&desk, event))
    }
}

fn press(desk: &Desk, event: &Event) {
    let event: &PointerEvent = event.unchecked_ref();
    // A pointer that is gone already cannot be held: it draws all the same while it is over the stage.
    let _ = stage_of(event).map(|stage| stage.set_pointer_capture(event.pointer_id()));
    desk.with(|table| table.press(event.pointer_id(), at(event, event), event.button() == 0));
}

/// All the places the pointer went through since the last frame, where the browser tells them.
fn shift(desk: &Desk, event: &Event) {
    let event: &PointerEvent = event.unchecked_ref();
    let tells = js_sys::Reflect::has(event, &JsValue::from_str("getCoalescedEvents")) == Ok(true);
    let through = if tells { event.get_coalesced_events().to_vec() } else { vec![] };
    desk.with(|table| {
        for one in &through {
            table.shift(event.pointer_id(), at(event, one.unchecked_ref()));
        }
        table.shift(event.pointer_id(), at(event, event));
    });
}

fn lift(desk: &Desk, event: &Event) {
    let event: &PointerEvent = event.unchecked_ref();
    desk.with(|table| table.lift(event.pointer_id()));
}

fn turn(desk: &Desk, event: &Event) {
    event.prevent_default();
    let event: &WheelEvent = event.unchecked_ref();
    let factor = match event.delta_y() {
        0.0 => return,
        // A finger on a touchpad turns by little at a time, a wheel by a notch.
        by if by.abs() < 50.0 => 1.0 - by / 100.0,
        by if by < 0.0 => CLOSER,
        _ => 1.0 / CLOSER,
    };
    desk.with(|table| table.zoom(Some(at(event, event)), factor));
}

/// Keys that mean something on the photo only.
fn draw_by_key(desk: &Desk, event: &Event) {
    let key: &KeyboardEvent = event.unchecked_ref();
    if key.ctrl_key() || key.meta_key() || key.alt_key() {
        return;
    }
    let far = if key.shift_key() { 0.125 } else { 0.5 };
    let (right, down) = match &*key.key() {
        "ArrowLeft" => (-far, 0.0),
        "ArrowRight" => (far, 0.0),
        "ArrowUp" => (0.0, -far),
        "ArrowDown" => (0.0, far),
        " " | "Enter" => return act(desk, event, Table::dab),
        "+" | "=" => return act(desk, event, |table| table.zoom(None, CLOSER)),
        "-" | "_" => return act(desk, event, |table| table.zoom(None, 1.0 / CLOSER)),
        _ => return,
    };
    event.prevent_default();
    desk.with(|table| table.step(right, down));
}

/// Keys that mean the same everywhere in the dialog. None of them is for the screen below.
fn command(desk: &Desk, event: &Event) {
    event.stop_propagation();
    let key: &KeyboardEvent = event.unchecked_ref();
    let held = key.ctrl_key() || key.meta_key();
    match &*key.key() {
        "Escape" => {
            event.prevent_default();
            desk.leave();
        }
        "z" | "Z" if held && !key.shift_key() => act(desk, event, Table::undo),
        "z" | "Z" | "y" if held => act(desk, event, Table::redo),
        _ => {}
    }
}

fn act(desk: &Desk, event: &Event, act: fn(&mut Table)) {
    event.prevent_default();
    desk.with(act);
}

/// Where on the stage `one` was, which may be one of many that `event` stands for.
fn at(event: &Event, one: &MouseEvent) -> Point {
    let (left, top) = stage_of(event).map_or((0.0, 0.0), |stage| {
        let place = stage.get_bounding_client_rect();
        (place.left(), place.top())
    });
    Point::new(f64::from(one.client_x()) - left, f64::from(one.client_y()) - top)
}

fn stage_of(event: &Event) -> Option<Element> {
    event.current_target()?.dyn_into().ok()
}
