//! One answer of the server, as a screen needs it: loading, there, or not there with the reason.
//!
//! All but the last step is the same for every type of answer, and stands in the program once.

use crate::api::{self, Failure};
use crate::wire::{Json, Read};
use gloo_events::EventListener;
use shared::ids::Key;
use shared::instant::Instant;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Where a question stands.
#[derive(Clone)]
pub enum Fetch {
    /// On its way.
    Loading,
    /// Answered: the JSON, and since when it is kept if it comes from this phone's memory.
    Ready(JsValue, Option<Instant>),
    /// Not answered.
    Failed(Failure),
}

/// A question, its answer, and a way to ask again.
pub struct Fetched<T> {
    /// The answer, when there is one.
    pub value: Option<Rc<T>>,
    /// Since when it is kept, if it is not fresh.
    pub since: Option<Instant>,
    /// Why there is none.
    pub failure: Option<Failure>,
    /// Asks again, without taking away what is there.
    pub again: Callback<()>,
}

/// Asks for `path`, as the holder of `key`; again whenever `moment` changes, and when a network comes back after a
/// failure. A renewed question that fails leaves the earlier answer standing. An empty path asks nothing.
#[hook]
pub fn use_get<T: Read + 'static>(path: &str, key: Option<&Key>, moment: usize) -> Fetched<T> {
    let (now, serial, again) = use_json(path, key, moment);
    let value = {
        let now = now.clone();
        use_memo(serial, move |_| match &now {
            Fetch::Ready(json, _) => decode::<T>(json),
            _ => None,
        })
    };
    let (since, failure) = match now {
        Fetch::Loading => (None, None),
        Fetch::Ready(..) if value.is_none() => (None, Some(Failure::Garbled)),
        Fetch::Ready(_, since) => (since, None),
        Fetch::Failed(failure) => (None, Some(failure)),
    };
    Fetched { value: (*value).clone(), since, failure, again }
}

/// Reads an answer as what it should be.
pub fn decode<T: Read>(json: &JsValue) -> Option<Rc<T>> {
    T::read(&Json::new(json.clone())).map(Rc::new)
}

/// The question itself; the number changes with each answer.
#[hook]
fn use_json(path: &str, key: Option<&Key>, moment: usize) -> (Fetch, usize, Callback<()>) {
    let now = use_state(|| (Fetch::Loading, 0_usize));
    let asked = use_mut_ref(String::new);
    let tick = use_state(|| 0_usize);
    let again = {
        let tick = tick.clone();
        Callback::from(move |()| tick.set(*tick + 1))
    };
    {
        let (now, key) = (now.clone(), key.cloned());
        use_effect_with((path.to_owned(), moment, *tick), move |(path, ..)| {
            let alive = Rc::new(Cell::new(true));
            let is_new = asked.replace(path.clone()) != *path;
            let serial = now.1 + 1;
            if is_new {
                now.set((Fetch::Loading, serial));
            }
            if !path.is_empty() {
                let tell_failure = is_new || !matches!(now.0, Fetch::Ready(..));
                ask(path.clone(), key, alive.clone(), (now.setter(), serial + 1, tell_failure));
            }
            move || alive.set(false)
        });
    }
    let failed = matches!(now.0, Fetch::Failed(_));
    let retry = again.clone();
    use_effect_with(failed, move |failed| {
        let listener =
            failed.then(|| EventListener::new(&gloo_utils::window(), "online", move |_| retry.emit(())));
        move || drop(listener)
    });
    (now.0.clone(), now.1, again)
}

/// `into`: where the answer goes, under which number, and whether a failure goes there too.
fn ask(
    path: String,
    key: Option<Key>,
    alive: Rc<Cell<bool>>,
    into: (UseStateSetter<(Fetch, usize)>, usize, bool),
) {
    spawn_local(async move {
        let answer = api::get(&path, key.as_ref()).await;
        let (now, serial, tell_failure) = into;
        match answer {
            _ if !alive.get() => {}
            Ok((json, since)) => now.set((Fetch::Ready(json, since), serial)),
            Err(failure) if tell_failure => now.set((Fetch::Failed(failure), serial)),
            Err(_) => {}
        }
    });
}
