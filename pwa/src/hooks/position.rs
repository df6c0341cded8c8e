//! Where the phone is, asked only while a screen needs it. A refusal is an answer like another, and may be taken back.

use crate::dom;
use gloo_events::EventListener;
use js_sys::{Function, Promise};
use shared::geo::Position;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{EventTarget, PositionOptions};
use yew::prelude::*;

/// What is known of where the phone is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Whereabouts {
    /// Not asked.
    Unasked,
    /// Not asked, because the browser would ask the person.
    Askable,
    /// Asked.
    Asking,
    /// Here, within so many metres.
    Here(Position, f64),
    /// The person or the device says no.
    Denied,
    /// Not to be found.
    Unknown,
}

impl Whereabouts {
    /// The position, when there is one.
    pub fn position(self) -> Option<Position> {
        self.fix().map(|(position, _)| position)
    }

    /// The position, and within how many metres, when there is one.
    pub fn fix(self) -> Option<(Position, f64)> {
        match self {
            Self::Here(position, accuracy) => Some((position, accuracy)),
            _ => None,
        }
    }
}

/// How much a screen wants to know.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wish {
    No,
    /// As long as nobody is asked for it.
    IfAllowed,
    /// Asked for so many times.
    Yes(u32),
}

/// Where it is put.
type Found = UseStateSetter<Whereabouts>;

/// Asks where the phone is from the moment `wanted` becomes true.
#[hook]
pub fn use_position(wanted: bool) -> Whereabouts {
    use_wish(if wanted { Wish::Yes(1) } else { Wish::No })
}

/// Where the phone is, if the person allowed that before; else from the moment they asked for it, and again each time.
#[hook]
pub fn use_allowed_position(asked: u32) -> Whereabouts {
    use_wish(if asked > 0 { Wish::Yes(asked) } else { Wish::IfAllowed })
}

#[hook]
fn use_wish(wish: Wish) -> Whereabouts {
    let found = use_state(|| Whereabouts::Unasked);
    let setter = found.setter();
    use_effect_with(wish, move |wish| {
        let listeners = Rc::new(RefCell::new(Some(vec![])));
        if matches!(wish, Wish::Yes(_)) {
            setter.set(Whereabouts::Asking);
            locate(&setter);
        }
        if *wish != Wish::No {
            spawn_local(watch(*wish, setter, listeners.clone()));
        }
        move || drop(listeners.take())
    });
    *found
}

/// What is to be let go of when the screen goes; nothing once it went.
type Listeners = Rc<RefCell<Option<Vec<EventListener>>>>;

/// Follows the permission, and looks again when the person comes back: a phone that slept may be elsewhere.
async fn watch(wish: Wish, into: Found, listeners: Listeners) {
    let permission = permission().await;
    let state = move |permission: &JsValue| {
        dom::property(permission, "state").and_then(|state| state.as_string()).unwrap_or_default()
    };
    let now = permission.as_ref().map(state).unwrap_or_default();
    if wish == Wish::IfAllowed {
        match &*now {
            "granted" => locate(&into),
            "denied" => into.set(Whereabouts::Denied),
            _ => into.set(Whereabouts::Askable),
        }
    }
    let again = into.clone();
    let back = EventListener::new(&gloo_utils::document(), "visibilitychange", move |_| {
        if dom::is_visible() && (wish != Wish::IfAllowed || now == "granted") {
            locate(&again);
        }
    });
    let mut all = vec![back];
    if let Some(target) = permission.as_ref().and_then(|permission| permission.dyn_ref::<EventTarget>()) {
        let permission = target.clone();
        all.push(EventListener::new(target, "change", move |_| {
            if state(&permission) == "granted" {
                locate(&into);
            }
        }));
    }
    if let Some(listeners) = &mut *listeners.borrow_mut() {
        *listeners = all;
    }
}

/// The browser's own note of the person's answer, where it tells.
async fn permission() -> Option<JsValue> {
    let permissions = dom::property(&gloo_utils::window().navigator().into(), "permissions")?;
    let query = dom::property(&permissions, "query")?.dyn_into::<Function>().ok()?;
    let name = js_sys::Object::new();
    js_sys::Reflect::set(&name, &"name".into(), &"geolocation".into()).ok()?;
    let promise = query.call1(&permissions, &name).ok()?.dyn_into::<Promise>().ok()?;
    JsFuture::from(promise).await.ok()
}

fn locate(into: &Found) {
    if ask(into).is_none() {
        into.set(Whereabouts::Unknown);
    }
}

fn ask(into: &Found) -> Option<()> {
    let geolocation = gloo_utils::window().navigator().geolocation().ok()?;
    let options = PositionOptions::new();
    options.set_enable_high_accuracy(true);
    options.set_timeout(15_000);
    // A minute old is where the person still is.
    options.set_maximum_age(60_000);
    let (found, failed) = (into.clone(), into.clone());
    let heard = Closure::once_into_js(move |answer: JsValue| {
        found.set(read(&answer).unwrap_or(Whereabouts::Unknown));
    });
    let refused = Closure::once_into_js(move |why: JsValue| {
        let code = dom::property(&why, "code").and_then(|code| code.as_f64());
        // PERMISSION_DENIED
        failed.set(if code == Some(1.0) { Whereabouts::Denied } else { Whereabouts::Unknown });
    });
    geolocation
        .get_current_position_with_error_callback_and_options(
            heard.unchecked_ref(),
            Some(refused.unchecked_ref()),
            &options,
        )
        .ok()
}

/// Reads a `GeolocationPosition` by name: its interface is not worth its weight.
fn read(answer: &JsValue) -> Option<Whereabouts> {
    let coords = dom::property(answer, "coords")?;
    let number = |name: &str| dom::property(&coords, name).and_then(|value| value.as_f64());
    let position = Position::new(number("latitude")?, number("longitude")?)?;
    Some(Whereabouts::Here(position, number("accuracy").unwrap_or(0.0)))
}
