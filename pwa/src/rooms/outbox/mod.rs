//! The queue on screen: what lies on this phone, in words, and what its owner may do about it.

pub mod card;
pub mod page;

use crate::hooks::Queue;
use crate::ui::category_icon;
use crate::world::World;
use shared::followup::{FollowUp, Wish};
use shared::outbox::{Content, Parcel, State};

/// What a parcel is called, without its school.
pub fn parcel_title(w: &World, parcel: &Parcel) -> String {
    match &parcel.content {
        Content::Support { .. } => w.say("queue_support"),
        Content::FollowUp(FollowUp { wish, .. }) => w.say(match wish {
            Wish::Ask(_) => "wish_ask",
            Wish::Fixed => "wish_fixed",
            Wish::Relance => "wish_relance",
            Wish::NotYet => "wish_not_yet",
            Wish::NotFixed => "wish_not_fixed",
            Wish::Repaired => "wish_repaired",
        }),
        Content::Report(report) => match (&report.category, report.description.lines().next()) {
            (Some(slug), _) => w.of_slug("category_", slug),
            (None, Some(line)) if !line.is_empty() => line.chars().take(60).collect(),
            _ => w.say("report_untitled_here"),
        },
    }
}

/// The pictogram of a parcel without photo.
pub fn parcel_sign(parcel: &Parcel) -> &'static str {
    match &parcel.content {
        Content::Report(report) => category_icon(report.category.as_deref()),
        Content::Support { .. } => "hand",
        Content::FollowUp(_) => "calendar",
    }
}

/// The name of a parcel's school, when the phone knows it; of a wish, what it is about.
fn parcel_place(w: &World, parcel: &Parcel) -> Option<String> {
    match &parcel.content {
        Content::Report(report) => w.place(&report.place).map(|place| place.name.clone()),
        Content::Support { .. } => None,
        Content::FollowUp(FollowUp { report, .. }) => {
            let (part, receipt) = w.queue.part_in(report)?;
            let number = || w.with("report_number", &[("number", &receipt.number.to_string())]);
            Some(match part.content {
                Content::Report(_) => [&*parcel_title(w, part), ", ", &*number()].concat(),
                _ => number(),
            })
        }
    }
}

/// How the whole queue stands: its state for looks and tests, and a word.
pub fn standing(w: &World) -> (&'static str, String) {
    let Queue { moving, known, .. } = w.queue;
    if !known {
        return ("unknown", w.say("loading"));
    }
    let refused = w.queue.count(|state| matches!(state, State::Refused { .. }));
    let sending = w.queue.count(|state| matches!(state, State::Sending));
    let waiting = w.queue.count(|state| matches!(state, State::Waiting | State::Partly { .. }));
    match (refused, sending, waiting) {
        (1.., ..) => ("refused", w.count("chip_refused", refused)),
        (_, 1.., _) => ("sending", w.say("chip_sending")),
        (_, _, 1..) if moving => ("sending", w.say("chip_sending")),
        (_, _, 1..) => ("waiting", w.count("chip_waiting", waiting)),
        _ => ("idle", w.say("chip_idle")),
    }
}
