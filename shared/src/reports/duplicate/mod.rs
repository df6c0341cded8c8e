//! Judging whether two reports are about the same thing: on the phone to suggest, on the server to merge.
//!
//! What the person said comes first. Without their word: the same place, the same kind of trouble, still open and not
//! too long ago, and nothing said or seen that speaks against it. A wrong merge is worse than a missed one: what is
//! doubtful is linked for a human, and who reports what concerns the safety of people is never put beside anybody.
//! How alike two of them are is decided in `compare.rs`, from `words.rs` (and its `lexicon.rs`) and `kinds.rs`.

mod compare;
mod kinds;
mod lexicon;
mod words;

pub use compare::{Comparison, NEAR, Outcome};
pub use kinds::{is_outdoors, lasts, lately};

use crate::geo::Position;
use crate::ids::{ParcelId, PlaceId};
use crate::instant::Instant;
use crate::reports::category;
use serde::{Deserialize, Serialize};
use words::Words;

/// Most reports that one is linked with.
const MOST_LINKS: usize = 2;

/// What the judge knows of a report.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// Its id.
    pub id: ParcelId,
    /// Where; none for what stands in no place of the register.
    pub place: Option<PlaceId>,
    /// Where exactly, if a photo said.
    pub position: Option<Position>,
    /// What.
    pub category: Option<String>,
    /// In their words, with where in the school they say it is.
    pub words: String,
    /// When it came.
    pub at: Instant,
    /// When it was solved or refused.
    pub closed_at: Option<Instant>,
    /// What its photos look like: 64 bits each, of which those of pictures alike differ in few.
    pub looks: Vec<u64>,
}

/// What the person said when the reports already there were shown to them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Said<'a> {
    /// "It is this one."
    pub same_as: Option<&'a ParcelId>,
    /// "Not these."
    pub unlike: &'a [ParcelId],
}

/// What speaks for or against two reports being the same; `because_<slug>` in `assets/lang` says it.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The person said so.
    Said,
    /// On the same place.
    SamePlace,
    /// Within [`NEAR`] metres.
    Near,
    /// The same category.
    SameCategory,
    /// Both name the same thing.
    SameThing,
    /// Both say the same of where in the school.
    SameSpot,
    /// Written alike.
    AlikeWords,
    /// Photos alike.
    AlikePhoto,
    /// Each names another thing.
    OtherThing,
    /// Each says another spot.
    OtherSpot,
    /// The later one says that it is one more.
    Another,
    /// The earlier one was closed lately.
    ClosedLately,
    /// The earlier one is older than such a trouble lasts.
    LongAgo,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 13] = [
        Self::Said,
        Self::SamePlace,
        Self::Near,
        Self::SameCategory,
        Self::SameThing,
        Self::SameSpot,
        Self::AlikeWords,
        Self::AlikePhoto,
        Self::OtherThing,
        Self::OtherSpot,
        Self::Another,
        Self::ClosedLately,
        Self::LongAgo,
    ];

    /// Its wire form, also the end of its message's key.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Said => "said",
            Self::SamePlace => "same_place",
            Self::Near => "near",
            Self::SameCategory => "same_category",
            Self::SameThing => "same_thing",
            Self::SameSpot => "same_spot",
            Self::AlikeWords => "alike_words",
            Self::AlikePhoto => "alike_photo",
            Self::OtherThing => "other_thing",
            Self::OtherSpot => "other_spot",
            Self::Another => "another",
            Self::ClosedLately => "closed_lately",
            Self::LongAgo => "long_ago",
        }
    }

    /// Reads [`Self::as_str`] back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}

/// The judgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nobody has said this yet.
    New,
    /// It may be the same as these, most alike first: all stand, linked for a human.
    Perhaps(Vec<Link>),
    /// The same as this report, whose supporter the newcomer becomes.
    Same(Link),
}

/// A report that another is like, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The report.
    pub with: ParcelId,
    /// Why.
    pub why: Vec<Reason>,
}

/// Judges `draft` against `candidates`, oldest first: the first that matches is the one people already follow.
pub fn judge<'a>(draft: &Facts, said: Said<'_>, candidates: impl IntoIterator<Item = &'a Facts>) -> Verdict {
    let words = Words::of(&draft.words);
    let (mut same, mut perhaps) = (None, vec![]);
    for known in candidates {
        // Their word counts whatever the words say; not for another place, nor for what is closed.
        let open_here = known.closed_at.is_none() && known.id != draft.id && known.place == draft.place;
        if said.same_as == Some(&known.id) && open_here {
            return Verdict::Same(Link { with: known.id.clone(), why: vec![Reason::Said] });
        }
        if said.unlike.contains(&known.id) {
            continue;
        }
        let Comparison { outcome, why } = compare::compare(draft, &words, known);
        let link = Link { with: known.id.clone(), why };
        match outcome {
            Outcome::Same if same.is_none() => same = Some(link),
            Outcome::Perhaps => perhaps.push(link),
            _ => {}
        }
    }
    perhaps.sort_by_key(|link| usize::MAX - link.why.len());
    perhaps.truncate(MOST_LINKS);
    match same {
        Some(link) => Verdict::Same(link),
        None if perhaps.is_empty() => Verdict::New,
        None => Verdict::Perhaps(perhaps),
    }
}

/// The reports to show to who is about to send `draft`, most alike first and, among equals, in the order given; at most
/// `most`, and none that was said to be another. Shows more than would be merged: the person decides.
pub fn suggest<'a>(
    draft: &Facts,
    said: Said<'_>,
    candidates: impl IntoIterator<Item = &'a Facts>,
    most: usize,
) -> Vec<ParcelId> {
    let words = Words::of(&draft.words);
    let mut alike: Vec<_> = candidates
        .into_iter()
        .filter(|known| known.closed_at.is_none() && known.place == draft.place && known.id != draft.id)
        .filter(|known| !said.unlike.contains(&known.id))
        .filter_map(|known| {
            let Comparison { outcome, .. } = compare::compare(draft, &words, known);
            let kin = outcome != Outcome::New || kin(draft, known);
            kin.then(|| (outcome, known.category.is_none(), known.id.clone()))
        })
        .collect();
    alike.sort_by_key(|(outcome, unsaid, _)| (*outcome, *unsaid));
    alike.into_iter().take(most).map(|(.., id)| id).collect()
}

/// Whether their categories leave it open: the same group, or one that was not said.
fn kin(draft: &Facts, known: &Facts) -> bool {
    let group =
        |facts: &Facts| facts.category.as_deref().and_then(category::find).map(|category| category.group);
    match (group(draft), group(known)) {
        (Some(mine), Some(theirs)) => mine == theirs,
        _ => true,
    }
}

#[cfg(test)]
mod tests;
