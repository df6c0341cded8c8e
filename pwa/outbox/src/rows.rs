//! What the phone keeps, as it lies in IndexedDB. The forms are those that `serde` gives the same types (tested with
//! them in `shared`): queues written by earlier versions hold them.
//!
//! Promises: reads every row that an earlier version wrote. Does not: write a parcel's words again once they are kept; a
//! row of a newer version keeps the fields that this one does not know.

use crate::json::{Fields, Json};
use shared::calendar::Day;
use shared::followup::{FollowUp, Rhythm, Wish};
use shared::geo::Position;
use shared::ids::Key;
use shared::outbox::{Content, Parcel, State};
use shared::places::DeskView;
use shared::problem::{Code, Problem};
use shared::reports::draft::{Draft, DraftPhoto};
use shared::reports::{NewReport, Outcome, Receipt};
use wasm_bindgen::JsValue;

/// Reads a parcel.
pub(crate) fn read_parcel(json: &Json) -> Option<Parcel> {
    let content = json.at("content");
    let (report, support) = (content.at("report"), content.at("support"));
    let content = if !report.is_absent() {
        Content::Report(read_report(&report)?)
    } else if !support.is_absent() {
        Content::Support { report: support.at("report").as_id()? }
    } else {
        // Of a newer version, where it is none of these: it stays as it lies.
        Content::FollowUp(read_follow_up(&content.at("follow_up"))?)
    };
    Some(Parcel {
        id: json.at("id").as_id()?,
        key: key(json)?,
        sealed_at: json.moment("sealed_at")?,
        content,
        state: read_state(&json.at("state"))?,
        attempts: u32::try_from(json.whole("attempts")?).ok()?,
        not_before: json.moment("not_before")?,
    })
}

fn key(json: &Json) -> Option<Key> {
    Key::parse(&json.text("key")?).ok()
}

fn read_state(json: &Json) -> Option<State> {
    match json.as_text().as_deref() {
        Some("waiting") => return Some(State::Waiting),
        Some("sending") => return Some(State::Sending),
        _ => {}
    }
    let receipt = |name: &str| read_receipt(&json.at(name).at("receipt"));
    if let Some(receipt) = receipt("received") {
        return Some(State::Received { receipt });
    }
    if let Some(receipt) = receipt("partly") {
        return Some(State::Partly { receipt });
    }
    Some(State::Refused { problem: read_problem(&json.at("refused").at("problem"))? })
}

/// Reads a refusal.
pub fn read_problem(json: &Json) -> Option<Problem> {
    Some(Problem { code: Code::parse(&json.text("code")?)?, field: json.text("field") })
}

/// Reads the server's "yes".
pub(crate) fn read_receipt(json: &Json) -> Option<Receipt> {
    Some(Receipt {
        id: json.at("id").as_id()?,
        report: json.at("report").as_id()?,
        number: json.whole("number")?,
        outcome: match &*json.text("outcome")? {
            "new" => Outcome::New,
            "supporter" => Outcome::Supporter,
            "noted" => Outcome::Noted,
            _ => return None,
        },
        people: json.whole("people")?,
        sent_to: json.list("sent_to", Json::as_desk)?,
        at: json.moment("at")?,
        missing: json.some("missing", Json::as_hash)?,
        ask_at: json.moment("ask_at"),
    })
}

fn read_report(json: &Json) -> Option<NewReport> {
    Some(NewReport {
        place: json.at("place").as_place()?,
        category: json.text("category"),
        description: json.words("description"),
        photos: json.some("photos", Json::as_hash)?,
        captions: json.some("captions", Json::as_text)?,
        urgency: urgency(json),
        spot: json.words("spot"),
        position: json.maybe("position", Json::as_position)?,
        ask_at: json.moment("ask_at"),
        follow: json.maybe("follow", Json::as_rhythm)?,
        same_as: json.maybe("same_as", Json::as_id)?,
        unlike: json.some("unlike", Json::as_id)?,
        mail: json.text("mail"),
        observed_at: json.moment("observed_at")?,
        lang: json.words("lang"),
    })
}

/// When somebody wants to be asked.
fn rhythm(rhythm: Rhythm) -> JsValue {
    let fields = Fields::new();
    match rhythm {
        Rhythm::Never => "never".into(),
        Rhythm::Monthly => "monthly".into(),
        Rhythm::In(days) => fields.whole("in", days).done(),
        Rhythm::On(day) => fields.whole("on", day.0).done(),
    }
}

fn urgency(json: &Json) -> Option<i16> {
    json.whole("urgency").and_then(|urgency| i16::try_from(urgency).ok())
}

fn read_follow_up(json: &Json) -> Option<FollowUp> {
    let wish = json.at("wish");
    let wish = match wish.as_text().as_deref() {
        Some("fixed") => Wish::Fixed,
        Some("relance") => Wish::Relance,
        Some("not_yet") => Wish::NotYet,
        Some("not_fixed") => Wish::NotFixed,
        Some("repaired") => Wish::Repaired,
        _ => Wish::Ask(wish.at("ask").as_rhythm()?),
    };
    let photos = json.some("photos", Json::as_hash)?;
    Some(FollowUp { report: json.at("report").as_id()?, wish, photos })
}

/// Reads a draft.
pub(crate) fn read_draft(json: &Json) -> Option<Draft> {
    Some(Draft {
        id: json.at("id").as_id()?,
        key: key(json)?,
        changed_at: json.moment("changed_at")?,
        photos: json.some("photos", read_photo)?,
        place: json.maybe("place", Json::as_place)?,
        category: json.text("category"),
        description: json.words("description"),
        urgency: urgency(json),
        spot: json.words("spot"),
        mail: json.text("mail"),
        follow: follow(json)?,
        same_as: json.maybe("same_as", Json::as_id)?,
        unlike: json.some("unlike", Json::as_id)?,
        without_date: json.is("without_date"),
        without_position: json.is("without_position"),
    })
}

/// When to ask; earlier versions kept the instant.
fn follow(json: &Json) -> Option<Option<Rhythm>> {
    let kept = json.maybe("follow", Json::as_rhythm)?;
    Some(kept.or_else(|| json.moment("ask_at").map(|at| Rhythm::On(Day::utc(at)))))
}

fn read_photo(json: &Json) -> Option<DraftPhoto> {
    Some(DraftPhoto {
        hash: json.at("hash").as_hash()?,
        caption: json.words("caption"),
        position: json.maybe("position", Json::as_position)?,
        taken_at: json.moment("taken_at"),
    })
}

/// A parcel as it is kept.
pub(crate) fn parcel(parcel: &Parcel) -> JsValue {
    let content = Fields::new();
    match &parcel.content {
        Content::Report(new) => content.set("report", &report(new)),
        Content::Support { report } => content.set("support", &support(report.as_str())),
        Content::FollowUp(wished) => content.set("follow_up", &follow_up(wished)),
    };
    let row = Fields::new();
    row.text("id", parcel.id.as_str())
        .text("key", parcel.key.reveal())
        .whole("sealed_at", parcel.sealed_at.0)
        .set("content", &content.done());
    stand(&row.done(), parcel)
}

/// The row of a parcel that stands elsewhere now; everything else in it stays.
pub(crate) fn stand(row: &JsValue, parcel: &Parcel) -> JsValue {
    let row = Fields::of(row);
    row.set("state", &state(&parcel.state))
        .whole("attempts", parcel.attempts.into())
        .whole("not_before", parcel.not_before.0);
    row.done()
}

fn state(state: &State) -> JsValue {
    let (name, inner, value) = match state {
        State::Waiting => return "waiting".into(),
        State::Sending => return "sending".into(),
        State::Partly { receipt: said } => ("partly", "receipt", receipt(said)),
        State::Received { receipt: said } => ("received", "receipt", receipt(said)),
        State::Refused { problem } => {
            let said = Fields::new();
            said.text("code", problem.code.as_str())
                .text("field", problem.field.as_deref().unwrap_or_default());
            ("refused", "problem", said.done())
        }
    };
    let inside = Fields::new();
    inside.set(inner, &value);
    Fields::new().set(name, &inside.done()).done()
}

fn receipt(said: &Receipt) -> JsValue {
    let Receipt { id, report, number, outcome, people, sent_to, at, missing, ask_at } = said;
    let desk = |desk: &DeskView| {
        let fields = Fields::new();
        fields.text("function", desk.function.as_str()).set("name", &(&*desk.name).into());
        fields.set("has_mailbox", &desk.has_mailbox.into()).done()
    };
    let fields = Fields::new();
    fields
        .text("id", id.as_str())
        .text("report", report.as_str())
        .whole("number", *number)
        .text("outcome", outcome_word(*outcome))
        .whole("people", *people)
        // There even when empty: earlier versions ask for it.
        .set("sent_to", &js_sys::Array::new())
        .list("sent_to", sent_to.iter().map(desk))
        .whole("at", at.0)
        .list("missing", missing.iter().map(|hash| hash.as_str().into()))
        .moment("ask_at", *ask_at);
    fields.done()
}

fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::New => "new",
        Outcome::Supporter => "supporter",
        Outcome::Noted => "noted",
    }
}

/// What a "moi aussi" says, kept and sent.
fn support(report: &str) -> JsValue {
    Fields::new().text("report", report).done()
}

/// What a wish says, kept and sent.
fn follow_up(FollowUp { report, wish, photos }: &FollowUp) -> JsValue {
    let said = match wish {
        Wish::Ask(wanted) => Fields::new().set("ask", &rhythm(*wanted)).done(),
        Wish::Fixed => "fixed".into(),
        Wish::Relance => "relance".into(),
        Wish::NotYet => "not_yet".into(),
        Wish::NotFixed => "not_fixed".into(),
        Wish::Repaired => "repaired".into(),
    };
    let fields = Fields::new();
    let photos = photos.iter().map(|hash| hash.as_str().into());
    fields.text("report", report.as_str()).set("wish", &said).list("photos", photos).done()
}

fn report(new: &NewReport) -> JsValue {
    let NewReport {
        place,
        category,
        description,
        photos,
        captions,
        urgency,
        spot,
        position,
        ask_at,
        follow,
        same_as,
        unlike,
        mail,
        observed_at,
        lang,
    } = new;
    let fields = Fields::new();
    fields
        .text("place", place.as_str())
        .text("category", category.as_deref().unwrap_or_default())
        .text("description", description)
        .list("photos", photos.iter().map(|hash| hash.as_str().into()))
        .list("captions", captions.iter().map(Into::into))
        .text("spot", spot)
        .moment("ask_at", *ask_at)
        .text("same_as", same_as.as_ref().map_or("", |id| id.as_str()))
        .list("unlike", unlike.iter().map(|id| id.as_str().into()))
        .text("mail", mail.as_deref().unwrap_or_default())
        .whole("observed_at", observed_at.0)
        .text("lang", lang);
    asked(&fields, *follow);
    measures(&fields, *urgency, *position);
    fields.done()
}

fn asked(fields: &Fields, follow: Option<Rhythm>) {
    if let Some(wanted) = follow {
        fields.set("follow", &rhythm(wanted));
    }
}

fn measures(fields: &Fields, urgency: Option<i16>, position: Option<Position>) {
    if let Some(urgency) = urgency {
        fields.whole("urgency", urgency.into());
    }
    if let Some(Position { lat, lon }) = position {
        let place = Fields::new();
        place.set("lat", &lat.into()).set("lon", &lon.into());
        fields.set("position", &place.done());
    }
}

/// A draft as it is kept.
pub(crate) fn draft(draft: &Draft) -> JsValue {
    let Draft {
        id,
        key,
        changed_at,
        photos,
        place,
        category,
        description,
        urgency,
        spot,
        mail,
        follow,
        same_as,
        unlike,
        without_date,
        without_position,
    } = draft;
    let fields = Fields::new();
    fields
        .text("id", id.as_str())
        .text("key", key.reveal())
        .whole("changed_at", changed_at.0)
        .list("photos", photos.iter().map(photo))
        .text("place", place.as_ref().map_or("", |id| id.as_str()))
        .text("category", category.as_deref().unwrap_or_default())
        .text("description", description)
        .text("spot", spot)
        .text("same_as", same_as.as_ref().map_or("", |id| id.as_str()))
        .list("unlike", unlike.iter().map(|id| id.as_str().into()))
        .yes("without_date", *without_date)
        .yes("without_position", *without_position);
    if let Some(mail) = mail {
        // Empty is a word too: no news.
        fields.set("mail", &mail.into());
    }
    asked(&fields, *follow);
    measures(&fields, *urgency, None);
    fields.done()
}

fn photo(photo: &DraftPhoto) -> JsValue {
    let DraftPhoto { hash, caption, position, taken_at } = photo;
    let fields = Fields::new();
    fields.text("hash", hash.as_str()).text("caption", caption).moment("taken_at", *taken_at);
    measures(&fields, None, *position);
    fields.done()
}

/// The row of a photo: as an ArrayBuffer, since a Blob is refused in private WebKit windows.
pub(crate) fn photo_row(parcel: &str, photo: &crate::Photo) -> JsValue {
    let fields = Fields::new();
    fields
        .text("parcel", parcel)
        .text("hash", photo.hash.as_str())
        .text("mime", "image/jpeg")
        .set("bytes", &photo.bytes);
    fields.done()
}
