//! The queue on screen: what lies on this phone, in words, and what its owner may do about it.

pub mod page;

use crate::ui::category_icon;
use crate::world::World;
use shared::outbox::{Content, Parcel};

/// What a parcel is called, without its school.
pub fn parcel_title(w: &World, parcel: &Parcel) -> String {
    match &parcel.content {
        Content::Support { .. } => w.say("queue_support"),
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
    }
}

/// The name of a parcel's school, when the phone knows it.
fn parcel_place(w: &World, parcel: &Parcel) -> Option<String> {
    match &parcel.content {
        Content::Report(report) => w.place(&report.place).map(|place| place.name.clone()),
        Content::Support { .. } => None,
    }
}
