//! Reports: what is sent, what is answered, what is shown.

pub mod category;
pub mod draft;
pub mod duplicate;
mod journal;
pub mod kind;
pub mod status;

pub use journal::{DeskName, Document, Event, JournalEntry};

use crate::calendar::Day;
use crate::followup::{Follow, Rhythm, SaidFixed};
use crate::geo::Position;
use crate::ids::{ParcelId, PhotoHash, PlaceId};
use crate::instant::Instant;
use crate::places::DeskView;
use crate::problem::{Code, Problem};
use crate::relance::Relances;
use crate::text;
use duplicate::Reason;
use serde::{Deserialize, Serialize};
use status::Status;

/// Longest description kept, in characters.
pub const MAX_TEXT: usize = 5_000;
/// Most photos in one report.
pub const MAX_PHOTOS: usize = 6;
/// Longest caption of a photo, in characters.
pub const MAX_CAPTION: usize = 140;
/// Longest "where in the school", in characters.
pub const MAX_SPOT: usize = 120;
/// Most reports that one may be said to differ from.
pub const MAX_UNLIKE: usize = 20;
/// The urgencies: 1 improvement, 2 normal, 3 high, 4 immediate.
pub const URGENCIES: std::ops::RangeInclusive<i16> = 1..=4;

/// A report as it leaves the phone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewReport {
    /// Where.
    pub place: PlaceId,
    /// What, if the person said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// In their words; may be empty.
    #[serde(default)]
    pub description: String,
    /// Photos by name, in the person's order.
    #[serde(default)]
    pub photos: Vec<PhotoHash>,
    /// Words under the photos, in the same order; may be shorter.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub captions: Vec<String>,
    /// How urgent the person says it is, of [`URGENCIES`]; else its category decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgency: Option<i16>,
    /// Where in the school, in their words ("salle 12"); may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub spot: String,
    /// Where the photo was taken, unless the person took that away. For judging duplicates; never shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// When the person wants to be asked whether it is fixed, as older phones say it: on that day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask_at: Option<Instant>,
    /// The same by a rhythm; absent: the one of its urgency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow: Option<Rhythm>,
    /// The report this is about, because the person said "it is this one".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_as: Option<ParcelId>,
    /// Reports it was said to differ from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unlike: Vec<ParcelId>,
    /// Where to write news, if they want any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
    /// When it was seen, by the phone's clock.
    pub observed_at: Instant,
    /// Language of the person (BCP 47).
    #[serde(default)]
    pub lang: String,
}

impl NewReport {
    /// The report with its texts cleaned and its limits checked; the same call on the phone and on the server.
    ///
    /// # Errors
    /// `text_too_long`, `too_many_photos`, `mail_invalid`, `category_unknown`, `urgency_unknown`, each with its field.
    pub fn checked(self) -> Result<Self, Problem> {
        let description = short(&self.description, MAX_TEXT, "description")?;
        let spot = short(&self.spot, MAX_SPOT, "spot")?;
        let mail = self.mail.map(|mail| text::clean(&mail)).filter(|mail| !mail.is_empty());
        let category = self.category.filter(|slug| !slug.is_empty());
        if self.photos.len() > MAX_PHOTOS {
            return Err(Problem::of(Code::TooManyPhotos, "photos"));
        }
        if mail.as_deref().is_some_and(|mail| !text::is_mail(mail)) {
            return Err(Problem::of(Code::MailInvalid, "mail"));
        }
        if category.as_deref().is_some_and(|slug| category::find(slug).is_none()) {
            return Err(Problem::of(Code::CategoryUnknown, "category"));
        }
        if self.urgency.is_some_and(|urgency| !URGENCIES.contains(&urgency)) {
            return Err(Problem::of(Code::UrgencyUnknown, "urgency"));
        }
        let (photos, captions) = once_each(self.photos, &self.captions)?;
        let position = self.position.and_then(|position| Position::new(position.lat, position.lon));
        let lang = if text::is_lang(&self.lang) { self.lang } else { String::new() };
        let mut unlike = self.unlike;
        unlike.truncate(MAX_UNLIKE);
        let follow = self.follow.map(Rhythm::checked);
        Ok(Self {
            description,
            spot,
            mail,
            category,
            photos,
            captions,
            position,
            follow,
            unlike,
            lang,
            ..self
        })
    }
}

/// `words` cleaned, if they are not longer than `most` characters.
fn short(words: &str, most: usize, field: &str) -> Result<String, Problem> {
    let words = text::clean(words);
    if words.chars().count() > most { Err(Problem::of(Code::TextTooLong, field)) } else { Ok(words) }
}

/// Each photo once, with its caption; no captions at all where every one is empty.
fn once_each(photos: Vec<PhotoHash>, captions: &[String]) -> Result<(Vec<PhotoHash>, Vec<String>), Problem> {
    let (mut kept, mut said) = (Vec::with_capacity(photos.len()), Vec::with_capacity(photos.len()));
    for (n, hash) in photos.into_iter().enumerate() {
        if !kept.contains(&hash) {
            said.push(short(captions.get(n).map_or("", String::as_str), MAX_CAPTION, "captions")?);
            kept.push(hash);
        }
    }
    if said.iter().all(String::is_empty) {
        said.clear();
    }
    Ok((kept, said))
}

/// "Moi aussi", as it leaves the phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewSupport {
    /// The report supported.
    pub report: ParcelId,
    /// When the person wants to be asked whether it is fixed; absent: by the rhythm of its urgency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow: Option<Rhythm>,
}

/// What a parcel became.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A report of its own.
    New,
    /// A supporter of an earlier one.
    Supporter,
    /// A wish about one, heard.
    Noted,
}

/// The server's "yes": stored with the parcel's id, given again to each replay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Receipt {
    /// The parcel this answers.
    pub id: ParcelId,
    /// The report it is now part of.
    pub report: ParcelId,
    /// That report's number, for people.
    pub number: i64,
    /// What it became.
    pub outcome: Outcome,
    /// People who wait, this one included.
    pub people: i64,
    /// Who is in charge.
    pub sent_to: Vec<DeskView>,
    /// When the server received it.
    pub at: Instant,
    /// Photos the report names and the server does not have yet. Said anew with each answer to the same parcel.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<PhotoHash>,
    /// When its sender is asked whether it is fixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask_at: Option<Instant>,
}

/// A report in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ReportBrief {
    /// Its id.
    pub id: ParcelId,
    /// Its number.
    pub number: i64,
    /// Where.
    pub place: PlaceId,
    /// The place's name.
    pub place_name: String,
    /// What.
    pub category: Option<String>,
    /// The first words of its description.
    pub excerpt: String,
    /// How far it is.
    pub status: Status,
    /// People who wait.
    pub people: i64,
    /// Its first photo.
    pub photo: Option<PhotoHash>,
    /// When it was received.
    pub received_at: Instant,
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ReportList {
    /// Newest first.
    pub reports: Vec<ReportBrief>,
    /// Give it as `before` to read on; none at the end.
    pub next: Option<String>,
}

/// A photo on a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PhotoView {
    /// Its name.
    pub hash: PhotoHash,
    /// Pixels of the largest size.
    pub width: u32,
    /// Pixels of the largest size.
    pub height: u32,
    /// Words under it; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub caption: String,
}

/// The words and photos of one person: the reporter first, then each supporter who said something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Voice {
    /// When it was received.
    pub at: Instant,
    /// Their words; may be empty.
    pub description: String,
    /// Where in the school, in their words; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub spot: String,
    /// Their photos, as far as they have arrived.
    pub photos: Vec<PhotoView>,
    /// Photos announced and still on their way.
    #[serde(default)]
    pub awaited: u32,
    /// Photos that have arrived and can be seen in a moment.
    #[serde(default)]
    pub preparing: u32,
}

/// A report's public page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ReportPage {
    /// Head of the page.
    pub brief: ReportBrief,
    /// 1 to 4.
    pub urgency: i16,
    /// Words and photos, the reporter's first.
    pub voices: Vec<Voice>,
    /// Who is in charge, and whether a message can reach them.
    pub desks: Vec<DeskView>,
    /// What was done, oldest first.
    pub journal: Vec<JournalEntry>,
    /// How it stands with relances.
    #[serde(default, skip_serializing_if = "Relances::is_empty")]
    pub relances: Relances,
    /// Supporters say that it is fixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said_fixed: Option<SaidFixed>,
    /// It is closed as fixed; whoever waits may open it again until then, which may be over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reopen_until: Option<Instant>,
    /// Public reports that may be the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alike: Vec<Resembling>,
    /// Given to whoever shows the key of a report or support of theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mine: Option<Mine>,
}

impl ReportPage {
    /// The day for which it is planned, where that was said.
    pub fn planned_on(&self) -> Option<Day> {
        let step = self.journal.iter().rev().find_map(|entry| match entry.event {
            Event::StatusChanged { to: Status::Planned, on, .. } => Some(on),
            _ => None,
        });
        step.flatten().filter(|_| self.brief.status == Status::Planned)
    }
}

/// A report that may be the same as the one shown.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resembling {
    /// Its id.
    pub id: ParcelId,
    /// Its number.
    pub number: i64,
    /// What speaks for it and against it.
    pub why: Vec<Reason>,
}

/// What only the reporter sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Mine {
    /// Whether news go to a mail address.
    pub has_mail: bool,
    /// Whether the report is kept from the public.
    pub private: bool,
    /// Whether the report is theirs, not one that they support or follow.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reporter: bool,
    /// How they follow it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow: Option<Follow>,
}

#[cfg(test)]
mod tests;
