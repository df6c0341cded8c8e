//! The API's answers, read from what the browser's own parser made of them.
//!
//! By hand, because `serde`'s readers of the same types weigh 35 kB here; the types are still those of `shared`, and a
//! field that is added there does not compile here until it is read. What is not as it should be is no answer.

use js_sys::{Array, Object};
use shared::geo::Position;
use shared::ids::{ParcelId, PhotoHash, PlaceId};
use shared::instant::Instant;
use shared::lang::Message;
use shared::places::{DeskView, Kind, Place, PlacePack, PlacePage};
use shared::reports::status::Status;
use shared::reports::{Event, JournalEntry, Mine, PhotoView, ReportBrief, ReportList, ReportPage, Voice};
use shared::routing::Function;
use std::collections::BTreeMap;
use wasm_bindgen::{JsCast, JsValue};

/// What can be read from JSON.
pub trait Read: Sized {
    /// Reads it.
    fn read(json: &Json) -> Option<Self>;
}

/// A value of JSON; `null` and what is absent are the same.
pub struct Json(JsValue);

impl Json {
    /// What the browser's parser made.
    pub fn new(value: JsValue) -> Self {
        Self(value)
    }

    #[inline(never)]
    fn at(&self, name: &str) -> Self {
        Self(js_sys::Reflect::get(&self.0, &JsValue::from_str(name)).unwrap_or(JsValue::NULL))
    }

    #[inline(never)]
    fn text(&self, name: &str) -> Option<String> {
        self.at(name).0.as_string()
    }

    /// A text that may be left out.
    #[inline(never)]
    fn words(&self, name: &str) -> String {
        self.text(name).unwrap_or_default()
    }

    #[inline(never)]
    fn whole(&self, name: &str) -> Option<i64> {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "JSON of ours holds whole numbers here, exact in a double"
        )]
        self.at(name).0.as_f64().map(|number| number as i64)
    }

    fn moment(&self, name: &str) -> Option<Instant> {
        self.whole(name).map(Instant)
    }

    #[inline(never)]
    fn is(&self, name: &str) -> bool {
        self.at(name).0 == JsValue::TRUE
    }

    #[inline(never)]
    fn items(&self, name: &str) -> Option<Vec<JsValue>> {
        Some(self.at(name).0.dyn_into::<Array>().ok()?.to_vec())
    }

    fn list<T: Read>(&self, name: &str) -> Option<Vec<T>> {
        let mut list = vec![];
        for item in self.items(name)? {
            list.push(T::read(&Self(item))?);
        }
        Some(list)
    }

    /// A value that may be left out, but not be nonsense.
    fn maybe<T: Read>(&self, name: &str) -> Option<Option<T>> {
        let value = self.at(name);
        if value.0.is_null() || value.0.is_undefined() { Some(None) } else { T::read(&value).map(Some) }
    }

    #[inline(never)]
    fn report(&self, name: &str) -> Option<ParcelId> {
        ParcelId::parse(&self.text(name)?).ok()
    }

    #[inline(never)]
    fn place(&self, name: &str) -> Option<PlaceId> {
        PlaceId::parse(&self.text(name)?).ok()
    }

    #[inline(never)]
    fn function(&self) -> Option<Function> {
        Function::parse(&self.text("function")?)
    }

    #[inline(never)]
    fn status(&self, name: &str) -> Option<Status> {
        Status::parse(&self.text(name)?)
    }
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

impl Read for PhotoHash {
    fn read(json: &Json) -> Option<Self> {
        Self::parse(&json.0.as_string()?).ok()
    }
}

impl Read for Instant {
    fn read(json: &Json) -> Option<Self> {
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds, exact in a double")]
        json.0.as_f64().map(|millis| Self(millis as i64))
    }
}

impl Read for Position {
    fn read(json: &Json) -> Option<Self> {
        Self::new(json.at("lat").0.as_f64()?, json.at("lon").0.as_f64()?)
    }
}

impl Read for Place {
    fn read(json: &Json) -> Option<Self> {
        Some(Self {
            id: json.place("id")?,
            name: json.text("name")?,
            kind: kind(&json.words("kind")),
            address: json.words("address"),
            postcode: json.words("postcode"),
            city: json.words("city"),
            position: json.maybe("position")?,
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
        Some(Self { places: json.list("places")? })
    }
}

impl Read for DeskView {
    fn read(json: &Json) -> Option<Self> {
        Some(Self {
            function: json.function()?,
            name: json.words("name"),
            has_mailbox: json.is("has_mailbox"),
        })
    }
}

impl Read for PlacePage {
    fn read(json: &Json) -> Option<Self> {
        Some(Self {
            place: Place::read(&json.at("place"))?,
            closed_at: json.maybe("closed_at")?,
            open: json.whole("open")?,
            solved: json.whole("solved")?,
            median_days: json.whole("median_days"),
            desks: json.list("desks")?,
            source: json.words("source"),
            read_at: json.moment("read_at")?,
        })
    }
}

impl Read for ReportBrief {
    fn read(json: &Json) -> Option<Self> {
        Some(Self {
            id: json.report("id")?,
            number: json.whole("number")?,
            place: json.place("place")?,
            place_name: json.words("place_name"),
            category: json.text("category"),
            excerpt: json.words("excerpt"),
            status: json.status("status")?,
            people: json.whole("people")?,
            photo: json.maybe("photo")?,
            received_at: json.moment("received_at")?,
        })
    }
}

impl Read for ReportList {
    fn read(json: &Json) -> Option<Self> {
        Some(Self { reports: json.list("reports")?, next: json.text("next") })
    }
}

impl Read for PhotoView {
    fn read(json: &Json) -> Option<Self> {
        let side = |name: &str| json.whole(name).and_then(|side| u32::try_from(side).ok());
        Some(Self {
            hash: PhotoHash::read(&json.at("hash"))?,
            width: side("width")?,
            height: side("height")?,
        })
    }
}

impl Read for Voice {
    fn read(json: &Json) -> Option<Self> {
        Some(Self {
            at: json.moment("at")?,
            description: json.words("description"),
            photos: json.list("photos")?,
        })
    }
}

impl Read for JournalEntry {
    fn read(json: &Json) -> Option<Self> {
        Some(Self { at: json.moment("at")?, event: event(&json.at("event"))? })
    }
}

fn event(json: &Json) -> Option<Event> {
    Some(match &*json.text("event")? {
        "received" => Event::Received,
        "supported" => Event::Supported { people: json.whole("people")? },
        "notice_sent" => Event::NoticeSent { function: json.function()?, name: json.words("name") },
        "no_mailbox" => Event::NoMailbox { function: json.function()? },
        "status_changed" => Event::StatusChanged { to: json.status("to")?, reason: json.text("reason") },
        _ => return None,
    })
}

impl Read for Mine {
    fn read(json: &Json) -> Option<Self> {
        Some(Self { has_mail: json.is("has_mail"), private: json.is("private") })
    }
}

impl Read for ReportPage {
    fn read(json: &Json) -> Option<Self> {
        Some(Self {
            brief: ReportBrief::read(&json.at("brief"))?,
            urgency: json.whole("urgency").and_then(|urgency| i16::try_from(urgency).ok())?,
            voices: json.list("voices")?,
            desks: json.list("desks")?,
            journal: json.list("journal")?,
            mine: json.maybe("mine")?,
        })
    }
}
