//! What this person follows: what still lies on this phone, then what was received, with its state of today.

use crate::hooks::use_get;
use crate::markup;
use crate::markup::component;
use crate::rooms::outbox::{parcel_sign, parcel_title};
use crate::route::Route;
use crate::ui::{Thumb, ThumbProps, age, state_pill, title, waiting};
use crate::world::World;
use shared::outbox::{Content, Parcel, State};
use shared::reports::status::Status;
use shared::reports::{Receipt, ReportPage};
use yew::prelude::*;

/// Rows that ask the server for their state; what is older is in the queue's page.
const FOLLOWED: usize = 40;

/// The screen.
pub fn mine(w: &World) -> Html {
    w.title(&w.say("mine_title"));
    if w.queue.known && w.queue.parcels.is_empty() {
        return nothing(w);
    }
    let received = || {
        w.queue.parcels.iter().filter_map(|parcel| match &parcel.state {
            State::Received { receipt } => Some((parcel, receipt)),
            _ => None,
        })
    };
    let alone = w.queue.pending().next().is_none();
    markup! {
        <>
            <h1 class="visually-hidden">{ w.t("mine_title") }</h1>
            <div class={if alone { "" } else { "cols" }}>
                if !alone {
                    <section class="section">
                        { head(w, "mine_here") }
                        <ul class="reports">{ for w.queue.pending().map(|parcel| pending(w, parcel)) }</ul>
                    </section>
                }
                if received().next().is_some() {
                    <section class="section">
                        { head(w, "mine_followed") }
                        <ul class={if alone { "reports grid" } else { "reports" }}>
                            { for received().take(FOLLOWED).map(|(parcel, receipt)| followed(w, parcel, receipt)) }
                        </ul>
                    </section>
                }
            </div>
        </>
    }
}

fn head(w: &World, key: &str) -> Html {
    markup! {
        <div class="section-head"><h2>{ w.t(key) }</h2><a href={Route::Outbox.href()}>{ w.t("act_see_all") }</a></div>
    }
}

fn nothing(w: &World) -> Html {
    markup! {
        <div class="empty">
            { icon("bell") }
            <h1>{ w.t("mine_empty") }</h1>
            <p class="soft">{ w.t("mine_empty_text") }</p>
            <a class="btn signal tall" href="/">{ icon("camera") }{ w.t("home_snap") }</a>
        </div>
    }
}

/// A row: where it leads, its picture, its state for tests, its title, what stands below.
fn row(href: String, thumb: ThumbProps, state: &'static str, (name, below): (String, Html)) -> Html {
    markup! {
        <li class="report-row" key={thumb.id.to_string()} data-test="mine-row" data-state={state}>
            <a class="report-link" {href}>
                { component::<Thumb>("", thumb) }
                <span class="report-text">
                    <span class="report-title">{ text(name) }</span>
                    { below }
                </span>
            </a>
        </li>
    }
}

/// A parcel that has not been received: leads to the queue, where things can be done about it.
fn pending(w: &World, parcel: &Parcel) -> Html {
    let refused = matches!(parcel.state, State::Refused { .. });
    let (state, look, sign, key) = match refused {
        true => ("refused", "refused", "alert", "parcel_refused"),
        false => ("waiting", "draft", "smartphone", "chip_kept"),
    };
    let below = markup! {
        <span class="report-meta">
            <span class="state" data-state={look}>{ icon(sign) }{ w.t(key) }</span>
            { age(w, parcel.sealed_at) }
        </span>
    };
    row(
        Route::Outbox.href(),
        ThumbProps::of(parcel, parcel_sign(parcel)),
        state,
        (parcel_title(w, parcel), below),
    )
}

#[derive(Properties)]
struct FollowedProps {
    world: World,
    parcel: Parcel,
    receipt: Receipt,
}

fn followed(w: &World, parcel: &Parcel, receipt: &Receipt) -> Html {
    let props = FollowedProps { world: w.clone(), parcel: parcel.clone(), receipt: receipt.clone() };
    component::<Followed>(parcel.id.as_str(), props)
}

impl PartialEq for FollowedProps {
    /// A received parcel does not change any more.
    fn eq(&self, other: &Self) -> bool {
        self.parcel.id == other.parcel.id && self.world == other.world
    }
}

/// A received parcel with the state of its report; what is remembered stands in until the answer comes.
#[component]
fn Followed(props: &FollowedProps) -> Html {
    let FollowedProps { world: w, parcel, receipt } = props;
    let path = ["/api/v1/reports/", receipt.report.as_str()].concat();
    let page = use_get::<ReportPage>(&path, Some(&parcel.key), 0);
    let brief = page.value.as_ref().map(|page| &page.brief);
    let name = brief.map_or_else(|| parcel_title(w, parcel), |brief| title(w, brief));
    let said = match brief {
        Some(brief) => {
            [&*brief.place_name, " · ", &*w.say(&["status_say_", brief.status.as_str()].concat())].concat()
        }
        None => w.with("parcel_received", &[("number", &receipt.number.to_string())]),
    };
    let pill = brief.map(|brief| brief.status).filter(|status| *status != Status::Sent);
    let below = markup! {
        <>
            <span class="report-say">{ text(said) }</span>
            <span class="report-meta">
                if let Some(status) = pill { { state_pill(w, status) } }
                if matches!(parcel.content, Content::Support { .. }) { <span>{ w.t("mine_supported") }</span> }
                { waiting(w, brief.map_or(receipt.people, |brief| brief.people)) }
                { age(w, receipt.at) }
            </span>
        </>
    };
    let href = Route::Report(receipt.report.clone(), Some(parcel.key.clone())).href();
    let mut thumb = ThumbProps::of(parcel, parcel_sign(parcel));
    // A "moi aussi" has no photo of its own: the report's stands for it.
    thumb.photo = thumb.photo.or_else(|| brief.and_then(|brief| brief.photo.clone()));
    row(href, thumb, "received", (name, below))
}
