//! From a draft to a parcel in the queue. What returns `Ok` is kept; nothing else may be shown as kept.

use super::draft::Draft;
use super::drafts;
use super::sentence;
use crate::{session, wake};
use outbox::{Photo, Trouble, edges};
use shared::ids::ParcelId;
use shared::lang::Catalog;
use shared::outbox::Content;
use shared::problem::Problem;
use shared::reports::draft::Gap;

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

impl From<Gap> for Refusal {
    fn from(gap: Gap) -> Self {
        match gap {
            Gap::Place => Self::Place,
            Gap::Empty => Self::Empty,
            Gap::Field(problem) => Self::Field(problem),
        }
    }
}

/// Seals the draft and keeps it. The mail and the school are remembered for the next time.
pub async fn keep(draft: &Draft, lang: &str) -> Result<ParcelId, Refusal> {
    let parcel = draft.kept().seal(edges::now(), lang, &session::mail())?;
    let photos = draft.shots().map(|shot| Photo { hash: shot.hash.clone(), bytes: shot.bytes.clone() });
    drafts::hold(&parcel.id);
    let kept = outbox::put(&parcel, photos.collect()).await;
    drafts::let_go(kept.is_ok());
    kept.map_err(|trouble| match trouble {
        Trouble::Full => Refusal::Full,
        Trouble::Storage(_) => Refusal::Storage,
    })?;
    if let Content::Report(report) = &parcel.content {
        session::remember_place(&report.place);
        session::set_mail(report.mail.as_deref().unwrap_or_default());
    }
    wake::after_put();
    Ok(parcel.id)
}
