//! "Est-ce réglé ?": three answers, each one tap; then what was answered and what became of it, with a way back while it has
//! not left.

use super::standing::{Answer, Stage, Standing};
use crate::markup;
use crate::rooms::reports::sentence;
use crate::ui::notice;
use crate::world::World;
use crate::{dom, wake};
use outbox::edges;
use shared::followup::{FollowUp, Wish};
use shared::ids::{Key, ParcelId};
use shared::reports::status::Status;
use shared::reports::{Receipt, ReportPage};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Who answers about which report.
#[derive(Clone, PartialEq)]
pub struct Of {
    /// The report.
    pub report: ParcelId,
    /// The secret of the address, if it had one.
    pub shown: Option<Key>,
}

/// The three answers; the one that was `wished` elsewhere, or "réglé", is the main one.
pub fn answers(w: &World, of: &Of, wished: Option<Wish>) -> Html {
    let main = wished.unwrap_or(Wish::Fixed);
    let one = |wish: Wish, (sign, key, test): (&'static str, &'static str, &'static str)| {
        let class = if wish == main { "btn primary" } else { "btn quiet" };
        markup! {
            <button {class} type="button" data-test={test} onclick={says(of, wish)}>{ icon(sign) }{ w.t(key) }</button>
        }
    };
    markup! {
        <div class="answers" role="group" aria-label={w.say("mine_ask")}>
            { one(Wish::Fixed, ("circle-check", "tap_fixed", "answer-fixed")) }
            { one(Wish::Relance, ("send", "tap_relance", "answer-relance")) }
            { one(Wish::NotYet, ("hourglass", "tap_not_yet", "answer-not-yet")) }
        </div>
    }
}

/// Keeps a wish, to be thought over for a moment.
pub fn says(of: &Of, wish: Wish) -> Callback<Event> {
    let of = of.clone();
    Callback::from(move |_: Event| {
        let Of { report, shown } = of.clone();
        spawn_local(async move {
            // A browser that keeps nothing says so on every screen.
            let _ = outbox::wish(FollowUp::of(report, wish), vec![], shown, true).await;
            // Where a network is, the worker would not wait for second thoughts.
            if dom::seems_online() { wake::nudge() } else { wake::after_put() }
        });
    })
}

/// What was answered, how far that is, and the way back. `page`: what is known of the report.
pub fn answered(w: &World, answer: &Answer, (standing, page): (&Standing, Option<&ReportPage>)) -> Html {
    let said = match answer.wish {
        Wish::Fixed => "said_fixed",
        Wish::Relance => "said_relance",
        Wish::NotYet => "said_not_yet",
        Wish::NotFixed => "said_not_fixed",
        Wish::Ask(_) | Wish::Repaired => return Html::default(),
    };
    let more = match &answer.stage {
        Stage::Here(true) if dom::seems_online() => w.say("said_leaves_soon"),
        Stage::Here(_) => w.say("said_leaves"),
        Stage::Leaving => w.say("parcel_sending"),
        Stage::Refused(problem) => {
            return notice("danger", "alert", crate::world::text(sentence::why(w, problem)));
        }
        Stage::Heard(receipt) => became(w, answer.wish, receipt, (standing, page)),
    };
    let back = matches!(answer.stage, Stage::Here(_)).then(|| takes_back(&answer.id));
    let state = if matches!(answer.stage, Stage::Heard(_)) { "heard" } else { "here" };
    markup! {
        <div class="said" role="status" data-test="said" data-state={state}>
            { icon(if state == "heard" { "circle-check" } else { "smartphone" }) }
            <p><strong>{ w.t(said) }</strong>{ text(" ".to_owned()) }{ text(more) }</p>
            if let Some(back) = back {
                <button class="btn bare" type="button" data-test="take-back" onclick={back}>{ icon("undo") }{ w.t("act_undo") }</button>
            }
        </div>
    }
}

/// What became of an answer that the server heard.
fn became(
    w: &World,
    wish: Wish,
    receipt: &Receipt,
    (standing, page): (&Standing, Option<&ReportPage>),
) -> String {
    let day = |at| w.day(at, edges::now());
    match wish {
        Wish::Fixed if page.is_some_and(|page| page.brief.status == Status::Done) => w.say("became_closed"),
        Wish::Fixed => w.say("became_proposed"),
        Wish::NotFixed => w.say("became_open"),
        Wish::Relance => {
            let relances = page.map(|page| page.relances).unwrap_or_default();
            // A page that is kept may be older than the wish: the first relance leaves when it may, whoever asked.
            let waits = relances.asked > 0 || relances.sent == 0;
            match relances.next_at.filter(|at| waits && *at > receipt.at) {
                Some(at) if relances.asked > 1 => {
                    let others = w.count("became_counted_with", relances.asked - 1);
                    [&*others, " ", &*w.with("became_counted", &[("day", &day(at))])].concat()
                }
                Some(at) => w.with("became_counted", &[("day", &day(at))]),
                None => w.say("became_sent"),
            }
        }
        Wish::NotYet | Wish::Ask(_) | Wish::Repaired => match standing.ask_at.or(receipt.ask_at) {
            Some(at) => w.with("follow_next", &[("day", &day(at))]),
            None => String::new(),
        },
    }
}

fn takes_back(id: &ParcelId) -> Callback<Event> {
    let id = id.clone();
    Callback::from(move |_: Event| {
        let id = id.clone();
        spawn_local(async move {
            // One that left meanwhile comes back with its receipt.
            let _ = outbox::remove(&id).await;
        });
    })
}
