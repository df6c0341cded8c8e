//! What this person follows: what they wanted to be asked about again, what still lies on this phone, then what was
//! received, with its state of today.

use crate::hooks::use_get;
use crate::markup;
use crate::markup::component;
use crate::rooms::outbox::{parcel_sign, parcel_title};
use crate::rooms::push;
use crate::route::Route;
use crate::ui::{Thumb, ThumbProps, age, state_pill, title, waiting};
use crate::world::World;
use outbox::edges;
use shared::instant::Instant;
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
    let now = edges::now();
    let (asked, others): (Vec<_>, Vec<_>) = received().partition(|(parcel, _)| is_due(parcel, now));
    markup! {
        <>
            <h1 class="visually-hidden">{ w.t("mine_title") }</h1>
            { push::aside(w) }
            if !asked.is_empty() {
                <ul class="asked">
                    { for asked.into_iter().map(|(parcel, receipt)| followed(w, (parcel, receipt), true)) }
                </ul>
            }
            <div class={if alone { "" } else { "cols" }}>
                if !alone {
                    <section class="section">
                        { head(w, "mine_here") }
                        <ul class="reports">{ for w.queue.pending().map(|parcel| pending(w, parcel)) }</ul>
                    </section>
                }
                if !others.is_empty() {
                    <section class="section">
                        { head(w, "mine_followed") }
                        <ul class={if alone { "reports grid" } else { "reports" }}>
                            { for others.into_iter().take(FOLLOWED).map(|one| followed(w, one, false)) }
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

/// Whether the person wanted to be asked by now.
fn is_due(parcel: &Parcel, now: Instant) -> bool {
    matches!(&parcel.content, Content::Report(report) if report.ask_at.is_some_and(|at| at <= now))
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
    let (state, look, sign, said) = match &parcel.state {
        State::Refused { .. } => ("refused", "refused", "alert", w.say("parcel_refused")),
        State::Partly { receipt } => {
            let number = w.with("parcel_received", &[("number", &receipt.number.to_string())]);
            ("partly", "sent", "send", number)
        }
        _ => ("waiting", "draft", "smartphone", w.say("chip_kept")),
    };
    let leaving = match &parcel.state {
        State::Partly { receipt } => i64::try_from(receipt.missing.len()).ok(),
        _ => None,
    };
    let below = markup! {
        <>
            if let Some(photos) = leaving { <span class="report-say">{ text(w.count("photos_leaving", photos)) }</span> }
            <span class="report-meta">
                <span class="state" data-state={look}>{ icon(sign) }{ text(said) }</span>
                { age(w, parcel.sealed_at) }
            </span>
        </>
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
    /// Whether to ask if it is fixed.
    ask: bool,
}

fn followed(w: &World, (parcel, receipt): (&Parcel, &Receipt), ask: bool) -> Html {
    let props = FollowedProps { world: w.clone(), parcel: parcel.clone(), receipt: receipt.clone(), ask };
    component::<Followed>(parcel.id.as_str(), props)
}

impl PartialEq for FollowedProps {
    /// A received parcel does not change any more.
    fn eq(&self, other: &Self) -> bool {
        self.parcel.id == other.parcel.id && self.ask == other.ask && self.world == other.world
    }
}

/// A received parcel with the state of its report; what is remembered stands in until the answer comes.
#[component]
fn Followed(props: &FollowedProps) -> Html {
    let FollowedProps { world: w, parcel, receipt, ask } = props;
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
    // A report known to be closed asks nothing.
    let asks = *ask && brief.is_none_or(|brief| brief.status.is_open());
    if asks {
        question(w, &href, thumb, (name, receipt))
    } else {
        row(href, thumb, "received", (name, below))
    }
}

/// "Est-ce réglé ?": leads to the report, where one answers.
fn question(w: &World, href: &str, thumb: ThumbProps, (name, receipt): (String, &Receipt)) -> Html {
    let since = w.ago(receipt.at, edges::now());
    markup! {
        <li class="card ask stack" key={thumb.id.to_string()} data-test="ask">
            <h2>{ w.t("mine_ask") }</h2>
            <div class="report-link">
                { component::<Thumb>("", thumb) }
                <span class="report-text">
                    <span class="report-title">{ text(name) }</span>
                    <span class="report-say">{ text(w.with("mine_ask_since", &[("ago", &since)])) }</span>
                </span>
            </div>
            <a class="btn primary" href={href.to_owned()}>{ w.t("mine_ask_see") }</a>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::ids::{Key, ParcelId, PlaceId, mint};
    use shared::reports::draft::Draft;

    #[test]
    fn a_report_asks_again_from_the_day_its_owner_chose() {
        let now = Instant(1_800_000_000_000);
        let (id, key): (ParcelId, _) = (mint(now, [1; 10]), Key::from_bytes([2; 16]));
        for (ask_at, due) in [(None, false), (Some(now.plus(1)), false), (Some(now), true)] {
            let place = PlaceId::parse("0130136C").ok();
            let begun = Draft::begin(id.clone(), key.clone(), now);
            let draft = Draft { place, ask_at, description: "froid".to_owned(), ..begun };
            assert_eq!(is_due(&draft.seal(now, "fr", "").unwrap(), now), due, "{ask_at:?}");
        }
    }
}
