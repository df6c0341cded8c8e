//! What is typed on the page, read and checked. What is wrong is said beside its field, and what was typed stays.

use super::documents;
use crate::app::App;
use crate::error::{Error, Result};
use crate::rooms::photos::{self, darkroom, hex};
use axum::extract::Multipart;
use axum::extract::multipart::Field;
use bytes::Bytes;
use serde::Serialize;
use sha2::{Digest, Sha256};
use shared::calendar::Day;
use shared::ids::{ParcelId, PhotoHash};
use shared::problem::Code;
use shared::reports::status::Status;
use shared::reports::{Document, MAX_TEXT};
use shared::text;

/// Most photos of an answer.
pub const MAX_PHOTOS: usize = 4;
/// Most bytes of a form: its photos, its document, its words.
pub const MAX_BYTES: usize = MAX_PHOTOS * shared::photos::MAX_BYTES + documents::MAX_BYTES + 256 * 1024;
/// Longest number of an intervention, longest "who else".
const MAX_LINE: usize = 80;
/// Longest word to another desk.
const MAX_WORD: usize = 1_000;
/// How far ahead work is planned, in days.
const FARTHEST: i64 = 3 * 366;
/// What is typed as the step when it is another's.
const ELSEWHERE: &str = "elsewhere";
/// What is chosen as the desk when it is none of the list.
const OTHER: &str = "other";

/// What cannot be, and beside which field that is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The field.
    pub field: &'static str,
    /// The end of its message's key.
    pub why: &'static str,
}

impl Wrong {
    /// Said beside `field`.
    pub fn new(field: &'static str, why: &'static str) -> Self {
        Self { field, why }
    }
}

/// Whom a desk means by "not us".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    /// The desk of that id.
    Desk(String),
    /// In words.
    Words(String),
}

/// What a desk decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A new status, and the day for which it is planned.
    To(Status, Option<Day>),
    /// It is not theirs.
    Elsewhere(Whom),
}

/// What was typed, as it was typed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Typed {
    /// The form's id.
    pub form: String,
    /// Public words.
    pub words: String,
    /// Words for the other desks.
    pub internal: String,
    /// A status, "elsewhere", or nothing.
    pub step: String,
    /// The day for which it is planned.
    pub on: String,
    /// The desk in whose charge it is.
    pub to: String,
    /// Whom else, in words.
    pub whom: String,
    /// Number of the intervention.
    pub intervention: String,
    /// Photos that came with an earlier try.
    pub kept: Vec<PhotoHash>,
}

/// Files that were chosen.
#[derive(Default)]
pub struct Files {
    photos: Vec<Bytes>,
    document: Option<Bytes>,
}

/// An answer that can be taken.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The form's id.
    pub id: ParcelId,
    /// Public words; may be empty.
    pub words: String,
    /// Words for the other desks; may be empty.
    pub internal: String,
    /// Number of the intervention.
    pub intervention: Option<String>,
    /// What is decided.
    pub step: Option<Step>,
    /// Photos, which are there.
    pub photos: Vec<PhotoHash>,
    /// A document, which is there.
    pub document: Option<Document>,
}

impl Answer {
    /// Whether it says something in public beside the status.
    pub fn is_public(&self) -> bool {
        !self.words.is_empty()
            || self.intervention.is_some()
            || !self.photos.is_empty()
            || self.document.is_some()
    }

    /// Whether nobody but the other desks hears of it.
    pub fn is_quiet(&self) -> bool {
        !self.is_public() && self.step.is_none()
    }
}

/// Reads a form.
///
/// # Errors
/// More than is taken, or not to the end.
pub async fn read(mut form: Multipart) -> Result<(Typed, Files), Wrong> {
    let (mut typed, mut files) = (Typed::default(), Files::default());
    while let Some(field) = form.next_field().await.map_err(|_| Wrong::new("form", "size"))? {
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "photos" | "document" => {
                let bytes = bytes(field, if name == "photos" { "photos" } else { "document" }).await?;
                match name.as_str() {
                    _ if bytes.is_empty() => {}
                    "photos" => files.photos.push(bytes),
                    _ => files.document = Some(bytes),
                }
            }
            _ => put(&mut typed, &name, &String::from_utf8_lossy(&bytes(field, "form").await?)),
        }
    }
    Ok((typed, files))
}

async fn bytes(field: Field<'_>, name: &'static str) -> Result<Bytes, Wrong> {
    field.bytes().await.map_err(|_| Wrong::new(name, "size"))
}

fn put(typed: &mut Typed, name: &str, value: &str) {
    let value = text::clean(value);
    match name {
        "form" => typed.form = value,
        "words" => typed.words = value,
        "internal" => typed.internal = value,
        "step" => typed.step = value,
        "on" => typed.on = value,
        "to" => typed.to = value,
        "whom" => typed.whom = value,
        "intervention" => typed.intervention = value,
        "kept" => typed.kept.extend(PhotoHash::parse(&value).ok()),
        _ => {}
    }
}

/// Checks what was typed and keeps its files; `steps` may be taken now. What came and is well stays in `typed`.
///
/// # Errors
/// All that is wrong, at once.
pub async fn check(
    app: &App,
    typed: &mut Typed,
    files: Files,
    steps: &[Status],
) -> Result<Result<Answer, Vec<Wrong>>> {
    let mut wrongs = vec![];
    let step = step(typed, steps, app.days.day(app.clock.now())).unwrap_or_else(|wrong| {
        wrongs.push(wrong);
        None
    });
    for (field, value, most) in [
        ("words", &typed.words, MAX_TEXT),
        ("internal", &typed.internal, MAX_TEXT),
        ("intervention", &typed.intervention, MAX_LINE),
    ] {
        if value.chars().count() > most {
            wrongs.push(Wrong::new(field, "long"));
        }
    }
    if let Some(wrong) = keep_photos(app, typed, files.photos).await? {
        wrongs.push(wrong);
    }
    let document = files.document.filter(|bytes| {
        let wrong = match bytes.len() {
            length if length > documents::MAX_BYTES => Some("large"),
            _ => (!documents::is_pdf(bytes)).then_some("pdf"),
        };
        wrongs.extend(wrong.map(|why| Wrong::new("document", why)));
        wrong.is_none()
    });
    let Ok(id) = ParcelId::parse(&typed.form) else {
        wrongs.push(Wrong::new("form", "again"));
        return Ok(Err(wrongs));
    };
    let intervention = Some(typed.intervention.clone()).filter(|number| !number.is_empty());
    let says = !typed.words.is_empty()
        || !typed.internal.is_empty()
        || intervention.is_some()
        || !typed.kept.is_empty()
        || document.is_some();
    if wrongs.is_empty() && !says && step.is_none() {
        wrongs.push(Wrong::new("words", "nothing"));
    }
    if !wrongs.is_empty() {
        if document.is_some() {
            wrongs.push(Wrong::new("document", "once_more"));
        }
        return Ok(Err(wrongs));
    }
    Ok(Ok(Answer {
        id,
        words: typed.words.clone(),
        internal: typed.internal.clone(),
        intervention,
        step,
        photos: typed.kept.clone(),
        document: match document {
            Some(bytes) => Some(documents::keep(app, bytes).await?),
            None => None,
        },
    }))
}

/// The step that was chosen.
fn step(typed: &Typed, steps: &[Status], today: Day) -> Result<Option<Step>, Wrong> {
    match typed.step.as_str() {
        "" => Ok(None),
        ELSEWHERE => whom(typed).map(|whom| Some(Step::Elsewhere(whom))),
        word => {
            let to =
                Status::parse(word).filter(|to| steps.contains(to)).ok_or(Wrong::new("step", "moved"))?;
            let on = if to == Status::Planned { Some(planned(&typed.on, today)?) } else { None };
            Ok(Some(Step::To(to, on)))
        }
    }
}

fn whom(typed: &Typed) -> Result<Whom, Wrong> {
    match typed.to.as_str() {
        "" => Err(Wrong::new("to", "whom")),
        OTHER if typed.whom.is_empty() => Err(Wrong::new("whom", "who_else")),
        OTHER if typed.whom.chars().count() > MAX_LINE => Err(Wrong::new("whom", "long")),
        OTHER => Ok(Whom::Words(typed.whom.clone())),
        id => Ok(Whom::Desk(id.to_owned())),
    }
}

/// The day that was typed: as a date field says it, or as people write it where there is none.
pub fn day(typed: &str) -> Option<Day> {
    let date = |form| jiff::civil::Date::strptime(form, typed);
    let date = date("%Y-%m-%d").or_else(|_| date("%d/%m/%Y")).ok()?;
    Some(Day::of(date.year().into(), date.month().into(), date.day().into()))
}

/// The same, from today on and in sight.
fn planned(typed: &str, today: Day) -> Result<Day, Wrong> {
    let day = day(typed).ok_or(Wrong::new("on", "day"))?;
    match day {
        day if day < today => Err(Wrong::new("on", "past")),
        day if day > today.plus(FARTHEST) => Err(Wrong::new("on", "far")),
        day => Ok(day),
    }
}

/// Keeps the photos that came, after those of an earlier try. Their sizes are made at once: nobody comes back to hear that
/// one could not be read, and an answer shows them from its first moment on.
async fn keep_photos(app: &App, typed: &mut Typed, came: Vec<Bytes>) -> Result<Option<Wrong>> {
    let mut kept = vec![];
    for hash in typed.kept.drain(..) {
        if !kept.contains(&hash) && photos::store::find(app.db.read(), &hash).await?.is_some() {
            kept.push(hash);
        }
    }
    let mut wrong = None;
    for bytes in came {
        match photo(app, bytes).await? {
            Ok(hash) if kept.contains(&hash) => {}
            Ok(_) if kept.len() >= MAX_PHOTOS => wrong = Some(Wrong::new("photos", "many")),
            Ok(hash) => kept.push(hash),
            Err(found) => wrong = Some(found),
        }
    }
    typed.kept = kept;
    typed.kept.truncate(MAX_PHOTOS);
    Ok(wrong)
}

async fn photo(app: &App, bytes: Bytes) -> Result<Result<PhotoHash, Wrong>> {
    if bytes.len() > shared::photos::MAX_BYTES {
        return Ok(Err(Wrong::new("photos", "heavy")));
    }
    let hash = PhotoHash::parse(&hex(&Sha256::digest(&bytes)))?;
    match photos::keep(app, &hash, bytes).await {
        Ok(_) => darkroom::develop(app, &hash).await?,
        Err(Error::Problem(problem)) => {
            let why = if problem.code == Code::UnsupportedPhoto { "jpeg" } else { "unreadable" };
            return Ok(Err(Wrong::new("photos", why)));
        }
        Err(error) => return Err(error),
    }
    let there = photos::store::find(app.db.read(), &hash).await?.is_some();
    Ok(if there { Ok(hash) } else { Err(Wrong::new("photos", "unreadable")) })
}

/// The word for another desk: who it is for, and what it says.
///
/// # Errors
/// No desk, no word, or one that is too long.
pub fn word(typed: &Typed) -> Result<(ParcelId, &str, &str), Wrong> {
    let id = ParcelId::parse(&typed.form).map_err(|_| Wrong::new("form", "again"))?;
    match (typed.to.as_str(), typed.words.as_str()) {
        ("", _) => Err(Wrong::new("word_to", "whom")),
        (_, "") => Err(Wrong::new("word", "word")),
        (_, words) if words.chars().count() > MAX_WORD => Err(Wrong::new("word", "long")),
        (to, words) => Ok((id, to, words)),
    }
}
