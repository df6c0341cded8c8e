//! Being told on this phone: asked for once something was received, with a sentence of why; taken back in Moi.
//!
//! Owns what the person sees of it; [`browser`] asks the browser, [`device`] tells the server, [`week`] follows schools. Promises: the browser's
//! question is put only when a person tapped for it; who said no is not asked again; on an iPhone without Vigie on its home
//! screen that comes first. All of it is in the app's second part. Does not: show what comes (the service worker does).

mod browser;
mod device;
pub mod others;
pub mod week;

use crate::markup;
use crate::markup::component;
use crate::session;
use crate::world::World;
use browser::Support;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

pub use device::keep_fresh;

/// How this phone stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// Not known yet, or the server sends nothing.
    Silent,
    /// The browser cannot be told.
    Unsupported,
    /// It can once Vigie is on the home screen.
    Install,
    /// The browser was told to refuse.
    Denied,
    /// It may be asked.
    Ready,
    /// Being asked.
    Busy,
    /// It did not work.
    Failed,
    /// This phone is told.
    On,
}

async fn learn() -> Standing {
    match browser::support() {
        Support::None => Standing::Unsupported,
        Support::OnceInstalled => Standing::Install,
        Support::Denied => Standing::Denied,
        Support::Asked if device::is_told().await => Standing::On,
        Support::Asked | Support::Unasked => match device::offered().await {
            Some(_) => Standing::Ready,
            None => Standing::Silent,
        },
    }
}

/// Asks the browser, then tells the server.
async fn begin() -> Standing {
    if !browser::ask().await {
        // A question closed without an answer may be put again.
        return learn().await;
    }
    match device::tell().await {
        Some(()) => Standing::On,
        None => Standing::Failed,
    }
}

/// Where it stands on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// A question beside something else: gone once it is answered.
    Aside,
    /// Among the settings: always there, unless the server sends nothing.
    Settings,
}

/// The question, on the page of something else.
pub fn aside(w: &World) -> Html {
    component::<News>("news", NewsProps { world: w.clone(), place: Place::Aside })
}

/// How this phone is told, among the settings.
pub fn settings(w: &World) -> Html {
    component::<News>("news", NewsProps { world: w.clone(), place: Place::Settings })
}

/// What is needed to show it.
#[derive(Properties, PartialEq)]
struct NewsProps {
    world: World,
    place: Place,
}

/// The question, or how it was answered.
#[component]
fn News(props: &NewsProps) -> Html {
    let NewsProps { world: w, place } = props;
    let standing = use_state_eq(|| Standing::Silent);
    let declined = use_state_eq(session::declined_news);
    let setter = standing.setter();
    use_effect_with((), move |()| spawn_local(async move { setter.set(learn().await) }));
    let begun = use_state_eq(|| false);
    let wanted = match (place, *standing) {
        (_, Standing::Silent) => false,
        (Place::Settings, _) => true,
        // Something was received, and nobody said no.
        (Place::Aside, Standing::Ready | Standing::Install) => !*declined && w.queue.received() > 0,
        (Place::Aside, Standing::Busy | Standing::Failed) => true,
        (Place::Aside, Standing::On | Standing::Denied) => *begun,
        (Place::Aside, Standing::Unsupported) => false,
    };
    if !wanted {
        return Html::default();
    }
    let yes = {
        let (standing, begun, declined) = (standing.setter(), begun.setter(), declined.setter());
        Callback::from(move |_: Event| {
            let standing = standing.clone();
            standing.set(Standing::Busy);
            begun.set(true);
            session::decline_news(false);
            declined.set(false);
            spawn_local(async move { standing.set(begin().await) });
        })
    };
    let no = {
        let declined = declined.setter();
        Callback::from(move |_: Event| {
            session::decline_news(true);
            declined.set(true);
        })
    };
    let stop = {
        let standing = standing.setter();
        Callback::from(move |_: Event| {
            let standing = standing.clone();
            standing.set(Standing::Busy);
            session::decline_news(true);
            spawn_local(async move {
                device::stop().await;
                standing.set(learn().await);
            });
        })
    };
    let (yes, no) = (yes, (*place == Place::Aside).then_some(no));
    markup! {
        <section class="card stack" data-test="news" data-state={state(*standing)}>
            <h2 class="row">{ icon("bell") }{ w.t("push_title") }</h2>
            { inside(w, *standing, yes, no, stop) }
            if *standing == Standing::On && *place == Place::Settings {
                { component::<others::Others>("others", others::OthersProps { world: w.clone() }) }
            }
        </section>
    }
}

fn state(standing: Standing) -> &'static str {
    match standing {
        Standing::Silent => "silent",
        Standing::Unsupported => "unsupported",
        Standing::Install => "install",
        Standing::Denied => "denied",
        Standing::Ready => "ready",
        Standing::Busy => "busy",
        Standing::Failed => "failed",
        Standing::On => "on",
    }
}

fn inside(
    w: &World,
    standing: Standing,
    yes: Callback<Event>,
    no: Option<Callback<Event>>,
    stop: Callback<Event>,
) -> Html {
    let key = match standing {
        Standing::Silent | Standing::Busy => "loading",
        Standing::Unsupported => "push_unsupported",
        Standing::Install => "push_install",
        Standing::Denied => "push_denied",
        Standing::Ready => "push_why",
        Standing::Failed => "push_failed",
        Standing::On => "push_on",
    };
    let asks = matches!(standing, Standing::Ready | Standing::Failed);
    let no = no.filter(|_| matches!(standing, Standing::Ready | Standing::Install));
    markup! {
        <>
            <p role="status">{ w.t(key) }</p>
            if standing == Standing::Install { <p class="row">{ icon("share") }{ w.t("install_ios") }</p> }
            if asks {
                <button class="btn quiet" type="button" data-test="news-yes" onclick={yes}>{ icon("bell") }{ w.t("push_yes") }</button>
            }
            if let Some(no) = no {
                <button class="btn bare" type="button" data-test="news-no" onclick={no}>{ w.t("push_no") }</button>
            }
            if standing == Standing::On {
                <button class="btn bare" type="button" data-test="news-stop" onclick={stop}>{ w.t("push_stop") }</button>
            }
        </>
    }
}
