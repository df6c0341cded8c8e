//! "Moi aussi": one tap, kept like any parcel, shown at once, never twice.

use crate::hooks::Stance;
use crate::markup;
use crate::markup::component;
use crate::ui::notice;
use crate::wake;
use crate::world::World;
use outbox::edges;
use shared::ids::{Key, ParcelId, mint};
use shared::outbox::{Content, Parcel};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Which report.
#[derive(Properties, PartialEq)]
pub struct MeTooProps {
    /// What every screen knows.
    pub world: World,
    /// The report.
    pub report: ParcelId,
    /// Whether it is the one thing to do on the screen; else it stands in a row.
    pub main: bool,
}

/// The tap on `report`; `main` where it is the one thing to do on the screen.
pub fn me_too(w: &World, report: &ParcelId, main: bool) -> Html {
    component::<MeToo>("", MeTooProps { world: w.clone(), report: report.clone(), main })
}

/// How far the tap is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tap {
    Not,
    Kept,
    Failed,
}

/// The button, or what it has become.
#[component]
pub fn MeToo(props: &MeTooProps) -> Html {
    let w = &props.world;
    let tap = use_state(|| Tap::Not);
    let done = *tap == Tap::Kept || w.queue.stance(&props.report) != Stance::Stranger;
    let onclick = {
        let (report, tap) = (props.report.clone(), tap.clone());
        // Who follows it already stays one person.
        let key = outbox::secret(&w.queue.parcels, &report).cloned();
        Callback::from(move |_: Event| {
            if !done {
                tap.set(Tap::Kept);
                let (report, tap, key) = (report.clone(), tap.clone(), key.clone());
                spawn_local(async move {
                    if support(report, key).await.is_err() {
                        tap.set(Tap::Failed);
                    }
                });
            }
        })
    };
    let class = match (props.main, done) {
        (true, false) => "btn primary",
        (true, true) => "btn quiet",
        _ => "btn quiet small report-act",
    };
    markup! {
        <>
            <button {class} type="button" data-test="me-too" {onclick} aria-pressed={if done { "true" } else { "false" }}>
                { icon(if done { "check" } else { "hand" }) }
                { w.t(if done { "report_me_too_done" } else { "report_me_too" }) }
            </button>
            if *tap == Tap::Failed { { notice("danger", "alert", w.t("storage_none")) } }
        </>
    }
}

async fn support(report: ParcelId, key: Option<Key>) -> Result<(), outbox::Trouble> {
    let now = edges::now();
    let key = key.unwrap_or_else(|| Key::from_bytes(edges::random()));
    let parcel = Parcel::seal(Content::Support { report }, mint(now, edges::random()), key, now);
    outbox::put(&parcel, vec![]).await?;
    wake::after_put();
    Ok(())
}
