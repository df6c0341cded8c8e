//! What this person follows: what they wanted to be asked about again, what still lies on this phone, then what was
//! received, with its state of today.

use super::follow;
use super::follow::answers::{Of, answered, answers};
use super::follow::standing::{Stage, Standing};
use crate::hooks::use_get;
use crate::markup;
use crate::markup::component;
use crate::rooms::outbox::{parcel_sign, parcel_title};
use crate::rooms::push;
use crate::route::Route;
use crate::ui::{Thumb, ThumbProps, age, state_pill, title, waiting};
use crate::world::World;
use outbox::edges;
use shared::instant::MINUTE;
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
    let alone = waiting_here(w).next().is_none();
    let (_, others): (Vec<_>, Vec<_>) = parts(w).partition(|(_, receipt)| is_asked(w, receipt));
    markup! {
        <>
            <h1 class="visually-hidden">{ w.t("mine_title") }</h1>
            { push::aside(w) }
            { asked(w, usize::MAX) }
            <div class={if alone { "" } else { "cols" }}>
                if !alone {
                    <section class="section">
                        { head(w, "mine_here") }
                        <ul class="reports">{ for waiting_here(w).map(|parcel| pending(w, parcel)) }</ul>
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

/// What still lies here, but for answers: those stand where the question stood.
fn waiting_here(w: &World) -> impl Iterator<Item = &Parcel> {
    w.queue.pending().filter(|parcel| {
        let answers = parcel.content.wish().is_some_and(|(_, wish)| wish.is_answer());
        !answers || matches!(parcel.state, State::Refused { .. })
    })
}

/// What this phone is part of, once each.
fn parts(w: &World) -> impl Iterator<Item = (&Parcel, &Receipt)> {
    w.queue.parcels.iter().filter_map(|parcel| match &parcel.state {
        State::Received { receipt } => {
            let (part, _) = w.queue.part_in(&receipt.report)?;
            (part.id == parcel.id).then_some((parcel, receipt))
        }
        _ => None,
    })
}

/// Whether "is it fixed?" waits for an answer here, or has just been answered.
fn is_asked(w: &World, receipt: &Receipt) -> bool {
    let stand = follow::stand(w, &receipt.report, None);
    let fresh = |heard: &Receipt| edges::now().0 - heard.at.0 < MINUTE;
    // Who only follows is told, not asked.
    w.queue.waits_for(&receipt.report) && stand.asked
        || stand.answer.is_some_and(|answer| match answer.stage {
            Stage::Here(_) | Stage::Leaving => true,
            Stage::Heard(heard) => fresh(&heard),
            Stage::Refused(_) => false,
        })
}

/// "Est-ce réglé ?", for each report whose day has come, `most` of them.
pub fn asked(w: &World, most: usize) -> Html {
    let mut asked = parts(w).filter(|(_, receipt)| is_asked(w, receipt)).take(most).peekable();
    if asked.peek().is_none() {
        return Html::default();
    }
    markup! { <ul class="asked">{ for asked.map(|one| followed(w, one, true)) }</ul> }
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
    // Who was asked sees what became of the answer.
    let page = use_get::<ReportPage>(&path, Some(&parcel.key), if *ask { w.queue.received() } else { 0 });
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
    let stand = follow::stand(w, &receipt.report, page.value.as_ref().map(|value| (&**value, page.since)));
    // A report known to be closed asks nothing.
    let asks = stand.asked && brief.is_none_or(|brief| brief.status.is_open());
    if *ask && (asks || stand.answer.is_some()) {
        question(w, (&href, thumb), (name, receipt), (&stand, page.value.as_deref()))
    } else {
        row(href, thumb, "received", (name, below))
    }
}

/// "Est-ce réglé ?" with its three answers, then what was answered.
fn question(
    w: &World,
    (href, thumb): (&str, ThumbProps),
    (name, receipt): (String, &Receipt),
    (stand, page): (&Standing, Option<&ReportPage>),
) -> Html {
    let since = w.ago(receipt.at, edges::now());
    let asks = stand.asked;
    markup! {
        <li class={if asks { "card ask stack" } else { "card stack" }} key={thumb.id.to_string()} data-test="ask">
            if asks { <h2>{ w.t("mine_ask") }</h2> }
            <a class="report-link" href={href.to_owned()}>
                { component::<Thumb>("", thumb) }
                <span class="report-text">
                    <span class="report-title">{ text(name) }</span>
                    <span class="report-say">{ text(w.with("mine_ask_since", &[("ago", &since)])) }</span>
                </span>
            </a>
            if let Some(answer) = stand.answer.as_ref().filter(|_| !asks) {
                { answered(w, answer, (stand, page)) }
            } else {
                { answers(w, &Of { report: receipt.report.clone(), shown: None }, None) }
            }
        </li>
    }
}
