//! Reports: what is sent, what is answered, what is shown.

pub mod category;
pub mod duplicate;
pub mod status;

use crate::ids::{ParcelId, PhotoHash, PlaceId};
use crate::instant::Instant;
use crate::places::DeskView;
use crate::problem::{Code, Problem};
use crate::routing::Function;
use crate::text;
use serde::{Deserialize, Serialize};
use status::Status;

/// Longest description kept, in characters.
pub const MAX_TEXT: usize = 5_000;
/// Most photos in one report.
pub const MAX_PHOTOS: usize = 6;

/// A report as it leaves the phone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// `text_too_long`, `too_many_photos`, `mail_invalid`, `category_unknown`, each with its field.
    pub fn checked(self) -> Result<Self, Problem> {
        let description = text::clean(&self.description);
        let mail = self.mail.map(|mail| text::clean(&mail)).filter(|mail| !mail.is_empty());
        let category = self.category.filter(|slug| !slug.is_empty());
        if description.chars().count() > MAX_TEXT {
            return Err(Problem::of(Code::TextTooLong, "description"));
        }
        if self.photos.len() > MAX_PHOTOS {
            return Err(Problem::of(Code::TooManyPhotos, "photos"));
        }
        if mail.as_deref().is_some_and(|mail| !text::is_mail(mail)) {
            return Err(Problem::of(Code::MailInvalid, "mail"));
        }
        if category.as_deref().is_some_and(|slug| category::find(slug).is_none()) {
            return Err(Problem::of(Code::CategoryUnknown, "category"));
        }
        let mut photos = self.photos;
        let mut seen = Vec::with_capacity(photos.len());
        photos.retain(|hash| {
            !seen.contains(hash) && {
                seen.push(hash.clone());
                true
            }
        });
        Ok(Self { description, mail, category, photos, ..self })
    }
}

/// "Moi aussi", as it leaves the phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewSupport {
    /// The report supported.
    pub report: ParcelId,
}

/// What a parcel became.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A report of its own.
    New,
    /// A supporter of an earlier one.
    Supporter,
}

/// The server's "yes": stored with the parcel's id, given again to each replay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
}

/// A report in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
pub struct ReportList {
    /// Newest first.
    pub reports: Vec<ReportBrief>,
    /// Give it as `before` to read on; none at the end.
    pub next: Option<String>,
}

/// A photo on a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhotoView {
    /// Its name.
    pub hash: PhotoHash,
    /// Pixels of the largest size.
    pub width: u32,
    /// Pixels of the largest size.
    pub height: u32,
}

/// The words and photos of one person: the reporter first, then each supporter who said something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Voice {
    /// When it was received.
    pub at: Instant,
    /// Their words; may be empty.
    pub description: String,
    /// Their photos.
    pub photos: Vec<PhotoView>,
}

/// A report's public page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// Given to whoever shows the key of a report or support of theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mine: Option<Mine>,
}

/// What only the reporter sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mine {
    /// Whether news go to a mail address.
    pub has_mail: bool,
    /// Whether the report is kept from the public.
    pub private: bool,
}

/// One line of a report's journal. Functions and roles, never an address or a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JournalEntry {
    /// When.
    pub at: Instant,
    /// What happened.
    pub event: Event,
}

/// What a journal can say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The report came in.
    Received,
    /// Somebody else waits too.
    Supported {
        /// People who wait, with this one.
        people: i64,
    },
    /// A message left for a desk.
    NoticeSent {
        /// The desk's function.
        function: Function,
        /// The zone or place it is named after.
        name: String,
    },
    /// The rules name a function that nobody holds here, or whose desk has no mailbox.
    NoMailbox {
        /// The function.
        function: Function,
    },
    /// The status changed.
    StatusChanged {
        /// The new status.
        to: Status,
        /// Why, in words; always there for a refusal.
        reason: Option<String>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> NewReport {
        NewReport {
            place: PlaceId::parse("0130136C").unwrap(),
            category: None,
            description: String::new(),
            photos: vec![],
            mail: None,
            observed_at: Instant(0),
            lang: "fr".into(),
        }
    }

    #[test]
    fn one_photo_is_enough_and_even_that_may_lack() {
        assert!(report().checked().is_ok());
    }

    #[test]
    fn limits_are_said_with_their_field() {
        let long = NewReport { description: "é".repeat(MAX_TEXT + 1), ..report() };
        assert_eq!(long.checked(), Err(Problem::of(Code::TextTooLong, "description")));
        let mail = NewReport { mail: Some("moi@".into()), ..report() };
        assert_eq!(mail.checked(), Err(Problem::of(Code::MailInvalid, "mail")));
        let category = NewReport { category: Some("nope".into()), ..report() };
        assert_eq!(category.checked(), Err(Problem::of(Code::CategoryUnknown, "category")));
        let hashes = (0..=MAX_PHOTOS).map(|n| PhotoHash::parse(&format!("{n:064x}")).unwrap()).collect();
        assert_eq!(
            NewReport { photos: hashes, ..report() }.checked(),
            Err(Problem::of(Code::TooManyPhotos, "photos"))
        );
    }

    #[test]
    fn blank_means_absent_and_a_photo_counts_once() {
        let hash = PhotoHash::parse(&"a".repeat(64)).unwrap();
        let blank = NewReport {
            mail: Some("  ".into()),
            category: Some(String::new()),
            photos: vec![hash.clone(), hash],
            ..report()
        };
        let checked = blank.checked().unwrap();
        assert_eq!((checked.mail, checked.category, checked.photos.len()), (None, None, 1));
    }

    #[test]
    fn the_wire_form_of_a_journal_is_stable() {
        let entry = JournalEntry { at: Instant(5), event: Event::NoMailbox { function: Function::Mairie } };
        let json = serde_json::to_string(&entry).unwrap();
        assert_eq!(json, r#"{"at":5,"event":{"event":"no_mailbox","function":"mairie"}}"#);
    }
}
