//! What did not come, why, and what to do.

use crate::api::Failure;
use crate::markup;
use crate::world::World;
use shared::instant::Instant;
use shared::problem::Code;
use yew::prelude::*;

/// A sentence on a quiet ground; `kind`: `info`, `warn`, `danger` (said at once to who cannot see it), `done`.
pub fn notice(kind: &'static str, sign: &'static str, words: Html) -> Html {
    let role = (kind == "danger").then_some("alert");
    markup! { <div class="notice" data-kind={kind} {role}>{ icon(sign) }<div>{ words }</div></div> }
}

/// Why a screen has nothing to show, and a way out.
pub fn unanswered(w: &World, failure: &Failure, again: &Callback<()>) -> Html {
    let (sign, key) = match failure {
        Failure::Offline => ("wifi-off", "offline_unseen"),
        Failure::Garbled => ("alert", "failure_garbled"),
        Failure::Problem(problem) => match problem.code {
            Code::ReportUnknown | Code::PlaceUnknown | Code::NotFound => ("help", "lost_text"),
            Code::NotPublic | Code::KeyMissing => ("lock", "problem_not_public"),
            _ => ("alert", "failure_server"),
        },
    };
    let again = again.clone();
    let onclick = Callback::from(move |_: Event| again.emit(()));
    markup! {
        <div class="empty" role="alert">
            { icon(sign) }
            <p>{ w.t(key) }</p>
            <button class="btn quiet" type="button" {onclick}>{ icon("retry") }{ w.t("act_retry") }</button>
        </div>
    }
}

/// Says that what is shown was fetched earlier; nothing for a fresh answer.
pub fn stale(w: &World, since: Option<Instant>) -> Html {
    let Some(since) = since else { return Html::default() };
    let said = w.with("offline_seen", &[("ago", &w.ago(since, outbox::edges::now()))]);
    markup! { <p class="row soft label-14">{ icon("wifi-off") }{ text(said) }</p> }
}
