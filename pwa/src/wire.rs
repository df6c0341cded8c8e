//! The API's answers, read from what the browser's own parser made of them.
//!
//! By hand, because `serde`'s readers of the same types weigh 35 kB here; the types are still those of `shared`, and a
//! field that is added there does not compile here until it is read. What is not as it should be is no answer.

use js_sys::{Array, Object};
pub use outbox::json::Json;
use shared::calendar::Day;
use shared::followup::{Follow, SaidFixed};
use shared::lang::Message;
use shared::places::{Kind, Place, PlacePack, PlacePage};
use shared::relance::{Relances, Tone};
use shared::reports::duplicate::Reason;
use shared::reports::status::Status;
use shared::reports::{
    DeskName, Document, Event, JournalEntry, Mine, PhotoView, ReportBrief, ReportList, ReportPage,
    Resembling, Voice,
};
use shared::routing::Function;
use shared::routing::rules::Criteria;
use std::collections::BTreeMap;
use wasm_bindgen::{JsCast, JsValue};

/// What can be read from JSON.
pub trait Read: Sized {
    /// Reads it.
    fn read(json: &Json) -> Option<Self>;
}

/// The messages of a language: texts, or tables of plural forms.
pub fn messages(json: JsValue) -> Option<BTreeMap<String, Message>> {
    let mut messages = BTreeMap::new();
    for (key, value) in pairs(json)? {
        messages.insert(key, message(value)?);
    }
    Some(messages)
}

fn message(value: JsValue) -> Option<Message> {
    if let Some(words) = value.as_string() {
        return Some(Message::Plain(words));
    }
    let mut forms = BTreeMap::new();
    for (form, words) in pairs(value)? {
        forms.insert(form, words.as_string()?);
    }
    Some(Message::Forms(forms))
}

fn pairs(json: JsValue) -> Option<Vec<(String, JsValue)>> {
    let mut pairs = vec![];
    for pair in Object::entries(&json.dyn_into().ok()?).to_vec() {
        let pair = pair.unchecked_into::<Array>();
        pairs.push((pair.get(0).as_string()?, pair.get(1)));
    }
    Some(pairs)
}

impl Read for Place {
    fn read(json: &Json) -> Option<Self> {
        Some(Self {
            id: json.at("id").as_place()?,
            name: json.text("name")?,
            kind: kind(&json.words("kind")),
            address: json.words("address"),
            postcode: json.words("postcode"),
            city: json.words("city"),
            position: json.maybe("position", Json::as_position)?,
            approximate: json.is("approximate"),
        })
    }
}

fn kind(word: &str) -> Kind {
    match word {
        "maternelle" => Kind::Maternelle,
        "elementaire" => Kind::Elementaire,
        "primaire" => Kind::Primaire,
        "college" => Kind::College,
        "lycee" => Kind::Lycee,
        _ => Kind::Other,
    }
}

impl Read for PlacePack {
    fn read(json: &Json) -> Option<Self> {
        Some(Self { places: json.list("places", Place::read)? })
    }
}

impl Read for PlacePage {
    fn read(json: &Json) -> Option<Self> {
        Some(Self {
            place: Place::read(&json.at("place"))?,
            closed_at: json.moment("closed_at"),
            open: json.whole("open")?,
            solved: json.whole("solved")?,
            median_days: json.whole("median_days"),
            desks: json.list("desks", Json::as_desk)?,
            source: json.words("source"),
            read_at: json.moment("read_at")?,
        })
    }
}

impl Read for ReportBrief {
    fn read(json: &Json) -> Option<Self> {
        Some(Self {
            id: json.at("id").as_id()?,
            number: json.whole("number")?,
            place: json.at("place").as_place()?,
            place_name: json.words("place_name"),
            category: json.text("category"),
            excerpt: json.words("excerpt"),
            status: status(json, "status")?,
            people: json.whole("people")?,
            photo: json.maybe("photo", Json::as_hash)?,
            received_at: json.moment("received_at")?,
        })
    }
}

impl Read for ReportList {
    fn read(json: &Json) -> Option<Self> {
        Some(Self { reports: json.list("reports", ReportBrief::read)?, next: json.text("next") })
    }
}

impl Read for PhotoView {
    fn read(json: &Json) -> Option<Self> {
        let side = |name: &str| json.whole(name).and_then(|side| u32::try_from(side).ok());
        Some(Self {
            hash: json.at("hash").as_hash()?,
            width: side("width")?,
            height: side("height")?,
            caption: json.words("caption"),
        })
    }
}

impl Read for Voice {
    fn read(json: &Json) -> Option<Self> {
        let count = |name: &str| json.whole(name).and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
        Some(Self {
            at: json.moment("at")?,
            description: json.words("description"),
            spot: json.words("spot"),
            photos: json.list("photos", PhotoView::read)?,
            awaited: count("awaited"),
            preparing: count("preparing"),
        })
    }
}

impl Read for JournalEntry {
    fn read(json: &Json) -> Option<Self> {
        // What a later version says, or says otherwise, hides nothing of the rest.
        Some(Self { at: json.moment("at")?, event: event(&json.at("event")).unwrap_or(Event::Unknown) })
    }
}

fn function(json: &Json) -> Option<Function> {
    Function::parse(&json.text("function")?)
}

fn status(json: &Json, name: &str) -> Option<Status> {
    Status::parse(&json.text(name)?)
}

fn event(json: &Json) -> Option<Event> {
    Some(match &*json.text("event")? {
        "received" => Event::Received,
        "supported" => Event::Supported { people: json.whole("people")?, why: json.some("why", reason)? },
        "resembles" => Event::Resembles { number: json.whole("number")?, why: json.list("why", reason)? },
        "joined" => Event::Joined { number: json.whole("number")? },
        "parted" => Event::Parted { number: json.whole("number")? },
        "urgency_raised" => Event::UrgencyRaised { to: urgency(json, "to")? },
        "notice_sent" => Event::NoticeSent {
            function: function(json)?,
            name: json.words("name"),
            why: json.maybe("why", criteria)?,
        },
        "no_mailbox" => Event::NoMailbox { function: function(json)?, refused: json.is("refused") },
        "asked" => Event::Asked { people: json.whole("people")? },
        "said_fixed" => Event::SaidFixed { reporter: json.is("reporter") },
        "repaired" => Event::Repaired { photos: json.list("photos", Json::as_hash)? },
        "reopened" => Event::Reopened,
        "relance" => Event::Relance {
            people: json.whole("people")?,
            tone: Tone::parse(&json.text("tone")?)?,
            wider: json.whole("wider").unwrap_or(0),
        },
        "status_changed" => Event::StatusChanged {
            to: status(json, "to")?,
            reason: json.text("reason"),
            on: json.whole("on").map(Day),
            by: json.maybe("by", desk_name)?,
        },
        "answered" => Event::Answered {
            function: function(json)?,
            name: json.words("name"),
            words: json.words("words"),
            intervention: json.text("intervention"),
            photos: json.some("photos", Json::as_hash)?,
            document: json.maybe("document", document)?,
        },
        "internal_word" => Event::InternalWord { function: function(json)?, name: json.words("name") },
        "transfer_proposed" => Event::TransferProposed {
            from: desk_name(&json.at("from"))?,
            to: json.maybe("to", desk_name)?,
            words: json.words("words"),
        },
        "transferred" => {
            Event::Transferred { from: json.maybe("from", desk_name)?, to: desk_name(&json.at("to"))? }
        }
        "word_sent" => Event::WordSent {
            from: json.maybe("from", desk_name)?,
            to: desk_name(&json.at("to"))?,
            words: json.words("words"),
        },
        _ => return None,
    })
}

fn desk_name(json: &Json) -> Option<DeskName> {
    Some(DeskName { function: function(json)?, name: json.words("name") })
}

fn document(json: &Json) -> Option<Document> {
    Some(Document { hash: json.at("hash").as_hash()?, bytes: json.whole("bytes")? })
}

/// What a rule asked for. What this app does not know of it is left out: it only explains.
fn criteria(json: &Json) -> Option<Criteria> {
    Some(Criteria {
        kind: json.text("kind").and_then(|kind| shared::reports::kind::Kind::parse(&kind)),
        category: json.text("category"),
        urgency: urgency(json, "urgency"),
        status: status(json, "status"),
        zone: json.text("zone"),
    })
}

fn reason(json: &Json) -> Option<Reason> {
    Reason::parse(&json.as_text()?)
}

fn urgency(json: &Json, name: &str) -> Option<i16> {
    json.whole(name).and_then(|urgency| i16::try_from(urgency).ok())
}

impl Read for Resembling {
    fn read(json: &Json) -> Option<Self> {
        Some(Self {
            id: json.at("id").as_id()?,
            number: json.whole("number")?,
            why: json.list("why", reason)?,
        })
    }
}

impl Read for Mine {
    fn read(json: &Json) -> Option<Self> {
        Some(Self {
            has_mail: json.is("has_mail"),
            private: json.is("private"),
            reporter: json.is("reporter"),
            follow: json.maybe("follow", follow)?,
        })
    }
}

fn follow(json: &Json) -> Option<Follow> {
    Some(Follow {
        rhythm: json.at("rhythm").as_rhythm()?,
        ask_at: json.moment("ask_at"),
        asked_at: json.moment("asked_at"),
    })
}

fn relances(json: &Json) -> Option<Relances> {
    let count = |name: &str| json.whole(name).unwrap_or(0);
    Some(Relances { sent: count("sent"), asked: count("asked"), next_at: json.moment("next_at") })
}

fn said_fixed(json: &Json) -> Option<SaidFixed> {
    Some(SaidFixed { people: json.whole("people")?, at: json.moment("at")? })
}

impl Read for ReportPage {
    fn read(json: &Json) -> Option<Self> {
        Some(Self {
            brief: ReportBrief::read(&json.at("brief"))?,
            urgency: urgency(json, "urgency")?,
            voices: json.list("voices", Voice::read)?,
            desks: json.list("desks", Json::as_desk)?,
            journal: json.list("journal", JournalEntry::read)?,
            relances: relances(&json.at("relances"))?,
            said_fixed: json.maybe("said_fixed", said_fixed)?,
            reopen_until: json.moment("reopen_until"),
            alike: json.some("alike", Resembling::read)?,
            mine: json.maybe("mine", Mine::read)?,
        })
    }
}
