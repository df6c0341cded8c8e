//! When to ask the person whether it is fixed: in some days, on a date of theirs, each month, or never. While a report is
//! made, and on its page ever after.
//!
//! Days are those of the phone's calendar; the server moves a question out of the holidays, and away from the night.

use super::fields::answer;
use crate::lang::{behind_utc, iso, whole};
use crate::world::World;
use crate::{dom, markup};
use outbox::edges;
use shared::calendar::{Calendar, Day};
use shared::followup::{Rhythm, SPANS};
use shared::instant::{DAY, HOUR, Instant, MINUTE};
use yew::prelude::*;

/// The question. `rhythm`: the answer so far; `dating`: whether a date is being chosen; `tell` takes the answer.
pub fn ask(w: &World, rhythm: Rhythm, dating: &UseStateHandle<bool>, tell: &Callback<Rhythm>) -> Html {
    let dated = **dating || matches!(rhythm, Rhythm::On(_));
    let to = |chosen: Rhythm| {
        let (dating, tell) = (dating.setter(), tell.clone());
        Callback::from(move |_: Event| {
            dating.set(false);
            tell.emit(chosen);
        })
    };
    let one = |chosen: Rhythm, test: &str, said: String| {
        answer("ask", !dated && rhythm == chosen, test, (None, said), to(chosen))
    };
    let span =
        |days: i64| one(Rhythm::In(days), &["ask-", &days.to_string()].concat(), w.count("ask_days", days));
    let date_it = {
        let dating = dating.setter();
        Callback::from(move |_: Event| dating.set(true))
    };
    markup! {
        <fieldset>
            <legend>{ w.t("ask_legend") }</legend>
            <div class="chips">
                { for SPANS.map(span) }
                { answer("ask", dated, "ask-date", (Some("calendar"), w.say("ask_date")), date_it) }
                { one(Rhythm::Monthly, "ask-monthly", w.say("ask_monthly")) }
                { one(Rhythm::Never, "ask-never", w.say("ask_never")) }
            </div>
            if dated { { date(w, rhythm, tell) } }
        </fieldset>
    }
}

fn date(w: &World, rhythm: Rhythm, tell: &Callback<Rhythm>) -> Html {
    let today = today();
    let tell = tell.clone();
    let onchange = Callback::from(move |event: Event| {
        let chosen = event.target().and_then(|field| dom::property(&field, "valueAsNumber")?.as_f64());
        let day = chosen.map_or(today, |utc| Day(whole(utc) / DAY));
        if day > today {
            tell.emit(Rhythm::On(day));
        }
    });
    let field = |day: Day| iso(Instant(day.0 * DAY)).chars().take(10).collect::<String>();
    let on = if let Rhythm::On(day) = rhythm { field(day) } else { String::new() };
    markup! {
        <label class="field ask-date">
            <span class="visually-hidden">{ w.t("ask_date") }</span>
            <input type="date" data-test="ask-day" min={field(today.plus(1))} value={on} {onchange} />
        </label>
    }
}

/// "redemander dans 15 jours", "redemander le 3 octobre".
pub fn said(w: &World, rhythm: Rhythm) -> String {
    match rhythm {
        Rhythm::Never => String::new(),
        Rhythm::In(days) => w.count("ask_in", days),
        Rhythm::On(day) => w.with("ask_on", &[("day", &w.day(noon(day), edges::now()))]),
        Rhythm::Monthly => w.say("ask_each_month"),
    }
}

/// The day on the wall.
pub fn today() -> Day {
    let now = edges::now();
    day(now, behind_utc(now))
}

/// When somebody is asked who wishes so today, as far as this phone knows: it has no holidays but those of summer.
pub fn guess(rhythm: Rhythm) -> Option<Instant> {
    rhythm.first(today(), &Calendar::default()).map(noon)
}

/// The day of `at` on the wall.
fn day(at: Instant, behind: i64) -> Day {
    Day((at.0 - behind * MINUTE).div_euclid(DAY))
}

/// Noon of a day here: an instant that every clock of the country says to be on that day.
fn noon(day: Day) -> Instant {
    let utc = Instant(day.0 * DAY + 12 * HOUR);
    utc.plus(behind_utc(utc) * MINUTE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_on_the_wall() {
        // 2026-11-21 23:30 UTC is the 22nd in Marseille (60 minutes ahead) and the 21st in New York (300 behind).
        let now = Instant(1_795_303_800_000);
        for (behind, date) in [(-60, 22), (0, 21), (300, 21)] {
            assert_eq!(day(now, behind), Day::of(2026, 11, date), "{behind}");
        }
    }
}
