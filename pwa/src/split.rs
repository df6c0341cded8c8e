//! Parts of the app that come later, each as a module of its own.
//!
//! Owns how a screen waits for one. A part is what is reached only through the function that `#[wasm_split]` stands on,
//! whatever file it is in; what other parts use as well stays in the first, once. Promises: a part that does not come says
//! so, with a way to ask again, and by itself asks again with the next network. Does not know what a part holds.

use crate::api::Failure;
use crate::dom;
use crate::ui::unanswered;
use crate::world::World;
use gloo_events::EventListener;
use std::any::Any;
use std::pin::Pin;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// A part on its way: what it holds, or nothing when it did not come.
pub type Coming = Pin<Box<dyn Future<Output = Option<&'static dyn Any>>>>;

/// Where a part stands, and a way to ask again.
#[derive(Clone, PartialEq)]
pub struct Part {
    now: Now,
    again: Callback<()>,
}

/// What is known of a part.
#[derive(Clone, Copy)]
pub enum Now {
    /// Not asked for, or on its way.
    Coming,
    /// It did not come, though a person asked so many times.
    Missing(u8),
    /// Here, for the life of the page.
    Here(&'static dyn Any),
}

impl PartialEq for Now {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Coming, Self::Coming) | (Self::Here(_), Self::Here(_)) => true,
            (Self::Missing(a), Self::Missing(b)) => a == b,
            _ => false,
        }
    }
}

impl From<Option<&'static dyn Any>> for Now {
    fn from(came: Option<&'static dyn Any>) -> Self {
        came.map_or(Self::Missing(0), Self::Here)
    }
}

impl Part {
    /// What it holds, once it is here.
    pub fn get<T: Any>(&self) -> Option<&'static T> {
        match self.now {
            Now::Here(held) => held.downcast_ref(),
            _ => None,
        }
    }

    /// Whether it is here.
    pub fn is_here(&self) -> bool {
        matches!(self.now, Now::Here(_))
    }

    /// What stands in its place: `coming`, or why it is missing.
    pub fn until(&self, w: &World, coming: Html) -> Html {
        if let Now::Missing(_) = self.now {
            let why = if dom::seems_online() { Failure::Garbled } else { Failure::Offline };
            unanswered(w, &why, &self.again)
        } else {
            coming
        }
    }
}

/// Asks for a part once it is wanted, and after a failure whenever a network comes. `first` is what was known at the start.
#[hook]
pub fn use_part(fetch: fn() -> Coming, first: Now, wanted: bool) -> Part {
    let now = use_state(|| first);
    let (state, asks) = (now.clone(), now.clone());
    use_effect_with((wanted, *now), move |(wanted, known)| {
        let missing = match *known {
            Now::Coming if *wanted => {
                ask(&state, fetch, 0);
                None
            }
            Now::Missing(asked) => Some(asked),
            _ => None,
        };
        let listener = missing.map(|asked| {
            EventListener::new(&gloo_utils::window(), "online", move |_| ask(&state, fetch, asked))
        });
        move || drop(listener)
    });
    Part { now: *now, again: Callback::from(move |()| ask_again(&asks, fetch)) }
}

/// A person asks. A server that has moved on no longer has the part that belongs to this first one: who asked in vain,
/// with a network, begins anew with the second time.
fn ask_again(now: &UseStateHandle<Now>, fetch: fn() -> Coming) {
    match **now {
        Now::Missing(asked) if asked > 0 && dom::seems_online() => {
            let _ = gloo_utils::window().location().reload();
        }
        Now::Missing(asked) => ask(now, fetch, asked + 1),
        _ => {}
    }
}

/// `asked`: how often a person did.
fn ask(now: &UseStateHandle<Now>, fetch: fn() -> Coming, asked: u8) {
    let now = now.setter();
    spawn_local(async move {
        now.set(fetch().await.map_or(Now::Missing(asked), Now::Here));
    });
}
