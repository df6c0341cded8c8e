//! When to ask the person whether it is fixed: in some days, on a date of theirs, or never.
//!
//! Days are those of the phone's calendar, and the hour nine in the morning: nobody is asked at night.

use super::fields::answer;
use crate::lang::{behind_utc, iso, whole};
use crate::world::World;
use crate::{dom, markup};
use outbox::edges;
use shared::instant::{DAY, HOUR, Instant, MINUTE};
use yew::prelude::*;

/// The spans one tap away, in days.
const SPANS: [i64; 3] = [7, 15, 30];

/// The question. `at`: the answer so far; `dating`: whether a date is being chosen; `tell` takes the answer.
pub fn ask(
    w: &World,
    at: Option<Instant>,
    dating: &UseStateHandle<bool>,
    tell: &Callback<Option<Instant>>,
) -> Html {
    let now = edges::now();
    let behind = behind_utc(now);
    let ahead = at.map(|at| days_ahead(now, at, behind));
    let dated = **dating || ahead.is_some_and(|days| !SPANS.contains(&days));
    let to = |at: Option<Instant>, dated: bool| {
        let (dating, tell) = (dating.setter(), tell.clone());
        Callback::from(move |_: Event| {
            dating.set(dated);
            tell.emit(at);
        })
    };
    let span = |days: i64| {
        let label = (None, w.count("ask_days", days));
        let on = !dated && ahead == Some(days);
        let test = ["ask-", &days.to_string()].concat();
        answer("ask", on, &test, label, to(Some(morning(now, days, behind)), false))
    };
    markup! {
        <fieldset>
            <legend>{ w.t("ask_legend") }</legend>
            <div class="chips">
                { for SPANS.map(span) }
                { answer("ask", dated, "ask-date", (Some("calendar"), w.say("ask_date")), to(at, true)) }
                { answer("ask", !dated && at.is_none(), "ask-never", (None, w.say("ask_never")), to(None, false)) }
            </div>
            if dated { { date(w, at, now, tell) } }
        </fieldset>
    }
}

fn date(w: &World, at: Option<Instant>, now: Instant, tell: &Callback<Option<Instant>>) -> Html {
    let behind = behind_utc(now);
    let tell = tell.clone();
    let onchange = Callback::from(move |event: Event| {
        let chosen = event.target().and_then(|field| dom::property(&field, "valueAsNumber")?.as_f64());
        let days = chosen.map_or(0, |utc| whole(utc) / DAY - day(now, behind));
        tell.emit((days > 0).then(|| morning(now, days, behind)));
    });
    let field = |at: Instant| iso(at.plus(-behind * MINUTE)).chars().take(10).collect::<String>();
    markup! {
        <label class="field ask-date">
            <span class="visually-hidden">{ w.t("ask_date") }</span>
            <input type="date" data-test="ask-day" min={field(now.plus(DAY))} value={at.map(field).unwrap_or_default()} {onchange} />
        </label>
    }
}

/// "dans 15 jours".
pub fn said(w: &World, at: Instant) -> String {
    let now = edges::now();
    w.count("ask_in", days_ahead(now, at, behind_utc(now)).max(0))
}

/// The number of the day of `at` on the wall.
fn day(at: Instant, behind: i64) -> i64 {
    (at.0 - behind * MINUTE).div_euclid(DAY)
}

fn days_ahead(now: Instant, at: Instant, behind: i64) -> i64 {
    day(at, behind) - day(now, behind)
}

/// Nine in the morning, so many days after today.
fn morning(now: Instant, days: i64, behind: i64) -> Instant {
    Instant((day(now, behind) + days) * DAY + 9 * HOUR + behind * MINUTE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_on_the_wall() {
        // 2026-11-21 23:30 UTC is the 22nd in Marseille (60 minutes ahead) and the 21st in New York (300 behind).
        let now = Instant(1_795_303_800_000);
        for (behind, nine) in [(-60, 1_795_939_200_000_i64), (0, 1_795_856_400_000), (300, 1_795_874_400_000)]
        {
            let asked = morning(now, 7, behind);
            assert_eq!(asked, Instant(nine), "{behind}");
            assert_eq!(days_ahead(now, asked, behind), 7);
            assert_eq!(days_ahead(asked, asked, behind), 0);
        }
    }
}
