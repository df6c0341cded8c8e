//! The public transparency log of a report: who, as a role or a function, did what, when and why.

use super::duplicate::Reason;
use super::status::Status;
use crate::calendar::Day;
use crate::ids::PhotoHash;
use crate::instant::Instant;
use crate::relance::Tone;
use crate::routing::Function;
use crate::routing::rules::Criteria;
use serde::{Deserialize, Serialize};

/// One line of a report's journal. Functions and roles, never an address or a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct JournalEntry {
    /// When.
    pub at: Instant,
    /// What happened.
    pub event: Event,
}

/// A desk, as the public knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct DeskName {
    /// Its function.
    pub function: Function,
    /// The zone or place it is named after.
    pub name: String,
}

/// A document that came with an answer: a PDF.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Document {
    /// Its name is, as that of photos, the SHA-256 of its bytes: `/documents/HASH.pdf`.
    pub hash: PhotoHash,
    /// How many bytes it has.
    pub bytes: i64,
}

/// What a journal can say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The report came in.
    Received,
    /// Somebody else waits too.
    Supported {
        /// People who wait, with this one.
        people: i64,
        /// Why a report was counted as support; empty for "moi aussi".
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        why: Vec<Reason>,
    },
    /// It may be the same as another one: both stand, for a human to say.
    Resembles {
        /// The other's number.
        number: i64,
        /// What speaks for it and against it.
        why: Vec<Reason>,
    },
    /// A human put it together with another one.
    Joined {
        /// The other's number.
        number: i64,
    },
    /// A human took it apart from another one.
    Parted {
        /// The other's number.
        number: i64,
    },
    /// Somebody who waits says that it is more urgent.
    UrgencyRaised {
        /// 1 to 4.
        to: i16,
    },
    /// A message left for a desk.
    NoticeSent {
        /// The desk's function.
        function: Function,
        /// The zone or place it is named after.
        name: String,
        /// What the rule that named it asked for; absent from older entries.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<Criteria>,
    },
    /// The rules name a function that nobody holds here, or whose desk has no mailbox.
    NoMailbox {
        /// The function.
        function: Function,
        /// It has mailboxes, and each of them refuses our messages.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        refused: bool,
    },
    /// The status changed.
    StatusChanged {
        /// The new status.
        to: Status,
        /// Why, in words; always there for a refusal.
        reason: Option<String>,
        /// The day for which it is planned.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on: Option<Day>,
        /// The desk that says so, by the link in its mail.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<DeskName>,
    },
    /// A desk answered in public.
    Answered {
        /// The desk's function.
        function: Function,
        /// The zone or place it is named after.
        name: String,
        /// In its words; may be empty.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        words: String,
        /// The number under which the work was asked for (Allô Mairie).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        intervention: Option<String>,
        /// Its photos, by name; they are there.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        photos: Vec<PhotoHash>,
        /// Its document.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        document: Option<Document>,
    },
    /// A desk wrote a word for the other desks alone. That it did is public; the word is not.
    InternalWord {
        /// The desk's function.
        function: Function,
        /// The zone or place it is named after.
        name: String,
    },
    /// A desk says that it is not in charge; somebody has to decide.
    TransferProposed {
        /// The desk that speaks.
        from: DeskName,
        /// The desk it names, if it names one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<DeskName>,
        /// Whom it means, in its own words.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        words: String,
    },
    /// Another desk is in charge from now on.
    Transferred {
        /// The desk that was; absent where the administrator adds one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<DeskName>,
        /// The desk that is.
        to: DeskName,
    },
    /// Somebody entitled to it sent a desk a message with a word of their own.
    WordSent {
        /// The desk that wrote it; absent for the administrator.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<DeskName>,
        /// The desk it went to.
        to: DeskName,
        /// The word.
        words: String,
    },
    /// Those who wait were asked whether it is fixed: once a day, however many.
    Asked {
        /// How many.
        people: i64,
    },
    /// Somebody who waits says that it is fixed.
    SaidFixed {
        /// The reporter, whose word closes it; else a supporter, and the others are asked.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        reporter: bool,
    },
    /// Somebody who waits says that it is not fixed after all: it is open again.
    Reopened,
    /// Those in charge are written to again. Each message that leaves is a [`Event::NoticeSent`] of its own.
    Relance {
        /// People who asked for it.
        people: i64,
        /// How it speaks.
        tone: Tone,
        /// Desks further up that are put in copy.
        #[serde(default, skip_serializing_if = "is_none")]
        wider: i64,
    },
    /// Somebody who waits shows it repaired: told once its photos can be seen.
    Repaired {
        /// Its photos, by name.
        photos: Vec<PhotoHash>,
    },
    /// Something of a later version, of which this one knows no more. Never written.
    #[serde(other)]
    Unknown,
}

/// Zero is not said.
// Where pointers are of 64 bits.
#[cfg_attr(
    not(target_arch = "wasm32"),
    expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives references")
)]
fn is_none(count: &i64) -> bool {
    *count == 0
}

impl Event {
    /// Whether those in charge said something: it ends a silence.
    pub fn is_answer(&self) -> bool {
        matches!(
            self,
            Self::StatusChanged { to: Status::InProgress | Status::Planned, .. }
                | Self::Answered { .. }
                | Self::TransferProposed { .. }
                | Self::Transferred { .. }
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_of_a_later_version_hides_none_of_the_others() {
        let later = r#"{"at":5,"event":{"event":"sung","by":"everybody"}}"#;
        assert_eq!(serde_json::from_str::<JournalEntry>(later).unwrap().event, Event::Unknown);
    }

    #[test]
    fn the_wire_form_of_a_journal_is_stable() {
        let json = |event| serde_json::to_string(&JournalEntry { at: Instant(5), event }).unwrap();
        let none = Event::NoMailbox { function: Function::Mairie, refused: false };
        assert_eq!(json(none), r#"{"at":5,"event":{"event":"no_mailbox","function":"mairie"}}"#);
        let why = Criteria { category: Some("cour".into()), urgency: Some(3), ..Criteria::default() };
        let sent = Event::NoticeSent { function: Function::Mairie, name: "Marseille".into(), why: Some(why) };
        assert_eq!(
            json(sent),
            r#"{"at":5,"event":{"event":"notice_sent","function":"mairie","name":"Marseille","why":{"category":"cour","urgency":3}}}"#
        );
        let relance = |wider| Event::Relance { people: 3, tone: Tone::Firm, wider };
        assert_eq!(json(relance(0)), r#"{"at":5,"event":{"event":"relance","people":3,"tone":"firm"}}"#);
        assert_eq!(
            json(relance(1)),
            r#"{"at":5,"event":{"event":"relance","people":3,"tone":"firm","wider":1}}"#
        );
        assert_eq!(json(Event::Reopened), r#"{"at":5,"event":{"event":"reopened"}}"#);
        let older = r#"{"event":"notice_sent","function":"mairie","name":"Marseille"}"#;
        assert!(matches!(serde_json::from_str(older).unwrap(), Event::NoticeSent { why: None, .. }));
        let older = r#"{"event":"status_changed","to":"done","reason":null}"#;
        let changed = Event::StatusChanged { to: Status::Done, reason: None, on: None, by: None };
        assert_eq!(serde_json::from_str::<Event>(older).unwrap(), changed);
        assert_eq!(serde_json::to_string(&changed).unwrap(), older);
        let by = DeskName { function: Function::Mairie, name: "Marseille".into() };
        let bare = Event::Answered {
            function: by.function,
            name: by.name.clone(),
            words: String::new(),
            intervention: None,
            photos: vec![],
            document: None,
        };
        assert_eq!(
            json(bare),
            r#"{"at":5,"event":{"event":"answered","function":"mairie","name":"Marseille"}}"#
        );
        let planned = Event::StatusChanged {
            to: Status::Planned,
            reason: None,
            on: Some(Day::of(2026, 10, 3)),
            by: Some(by),
        };
        assert_eq!(
            json(planned),
            r#"{"at":5,"event":{"event":"status_changed","to":"planned","reason":null,"on":20729,"by":{"function":"mairie","name":"Marseille"}}}"#
        );
    }
}
