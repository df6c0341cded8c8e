//! The other phones of this person that are told, and the way to take one away. Without accounts a person is who holds the
//! secret of a report: these are the phones that hold one of this phone's.

use super::device;
use crate::markup;
use crate::ui::notice;
use crate::world::World;
use outbox::edges;
use shared::push::{Family, Other};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// What is needed to list them.
#[derive(Properties, PartialEq)]
pub struct OthersProps {
    /// What every screen knows.
    pub world: World,
}

/// The list; nothing where there is no other.
#[component]
pub fn Others(props: &OthersProps) -> Html {
    let w = &props.world;
    let others = use_state(Vec::<Other>::new);
    let failed = use_state_eq(|| false);
    let into = others.setter();
    use_effect_with((), move |()| {
        spawn_local(async move {
            if let Some(found) = device::others().await {
                into.set(found);
            }
        });
    });
    if others.is_empty() {
        return Html::default();
    }
    let row = |other: &Other| {
        let (left, failed, id) = (others.clone(), failed.setter(), other.id.clone());
        let onclick = Callback::from(move |_: Event| {
            let (left, failed, id) = (left.clone(), failed.clone(), id.clone());
            spawn_local(async move {
                let done = device::remove(&id).await.is_some();
                failed.set(!done);
                if done {
                    left.set(left.iter().filter(|other| other.id != id).cloned().collect());
                }
            });
        });
        line(w, other, onclick)
    };
    markup! {
        <div class="stack" data-test="devices">
            <h3>{ w.t("devices_title") }</h3>
            <p class="hint">{ w.t("devices_why") }</p>
            <ul class="devices">{ for others.iter().map(row) }</ul>
            if *failed { { notice("danger", "wifi-off", w.t("push_failed")) } }
        </div>
    }
}

/// One of them.
pub fn line(w: &World, other: &Other, onclick: Callback<Event>) -> Html {
    let name = match other.family {
        Family::Chrome => w.say("device_chrome"),
        Family::Firefox => "Firefox".to_owned(),
        Family::Safari => w.say("device_safari"),
        Family::Edge => "Edge".to_owned(),
        Family::Other => w.say("device_other"),
    };
    let since = w.with("device_since", &[("day", &w.day(other.since, edges::now()))]);
    markup! {
        <li key={other.id.as_str()} data-test="device">
            <span class="grow"><strong>{ text(name) }</strong><small>{ text(since) }</small></span>
            <button class="btn quiet small" type="button" data-test="device-remove" {onclick}>{ w.t("device_remove") }</button>
        </li>
    }
}
