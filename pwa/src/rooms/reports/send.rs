//! From a draft to a parcel in the queue. What returns `Ok` is kept; nothing else may be shown as kept.

use super::draft::Draft;
use super::sentence;
use crate::{session, wake};
use outbox::{Photo, Trouble, edges};
use shared::ids::{Key, ParcelId, mint};
use shared::lang::Catalog;
use shared::outbox::{Content, Parcel};
use shared::problem::Problem;
use shared::reports::NewReport;

/// Why a draft is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No school was chosen.
    Place,
    /// Neither photo nor category nor words.
    Empty,
    /// A field says something the server would refuse.
    Field(Problem),
    /// No room on this phone.
    Full,
    /// The browser keeps nothing.
    Storage,
}

impl Refusal {
    /// Its sentence, and the id of the field to go to.
    pub fn said(&self, words: &Catalog) -> (String, &'static str) {
        match self {
            Self::Place => (words.say("compose_need_place"), "place"),
            Self::Empty => (words.say("compose_need_something"), "what"),
            Self::Full => (words.say("storage_full"), ""),
            Self::Storage => (words.say("storage_none"), ""),
            Self::Field(problem) => {
                let field = match problem.field.as_deref() {
                    Some("mail") => "mail",
                    Some("description") => "description",
                    _ => "",
                };
                (sentence::why(words, problem), field)
            }
        }
    }
}

/// Seals the draft and keeps it. The mail and the school are remembered for the next time.
pub async fn keep(draft: &Draft, lang: &str) -> Result<ParcelId, Refusal> {
    let now = edges::now();
    let Some(place) = draft.place.clone() else { return Err(Refusal::Place) };
    if draft.is_empty() {
        return Err(Refusal::Empty);
    }
    let mail = draft.mail.clone().unwrap_or_else(session::mail);
    let report = NewReport {
        place: place.clone(),
        category: draft.category.map(str::to_owned),
        description: draft.description.clone(),
        photos: draft.shots().map(|shot| shot.hash.clone()).collect(),
        mail: Some(mail.clone()),
        observed_at: draft.taken_at().unwrap_or(now),
        lang: lang.to_owned(),
    };
    let report = report.checked().map_err(Refusal::Field)?;
    let photos = draft.shots().map(|shot| Photo { hash: shot.hash.clone(), bytes: shot.bytes.clone() });
    let id = mint(now, edges::random());
    let parcel = Parcel::seal(Content::Report(report), id.clone(), Key::from_bytes(edges::random()), now);
    outbox::put(&parcel, photos.collect()).await.map_err(|trouble| match trouble {
        Trouble::Full => Refusal::Full,
        Trouble::Storage(_) => Refusal::Storage,
    })?;
    session::remember_place(&place);
    session::set_mail(mail.trim());
    wake::after_put();
    Ok(id)
}
