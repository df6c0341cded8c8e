//! Two reports side by side: the same, perhaps, or not; and why.

use super::kinds::{is_outdoors, is_single, lasts, lately, room, spreads};
use super::words::{Likeness, Words};
use super::{Facts, Reason};
use crate::instant::DAY;
use crate::reports::category;

/// How far apart two reports may be and still be about one thing, in metres.
pub const NEAR: f64 = 50.0;
/// How far apart, within one place, they are no longer: phones indoors are off by as much as a school is wide.
const FAR: f64 = 150.0;
/// Bits of 64 that may differ between two photos of one thing (TECH 5: cut by 5 %: 9; another picture: 30).
const PHOTO_ALIKE: u32 = 10;
/// Bits that may differ between two copies of one photo.
const PHOTO_SAME: u32 = 4;
/// Written alike, in percent of trigrams.
const ALIKE: usize = 40;
/// Written so alike that it decides alone.
const VERY_ALIKE: usize = 60;
/// Written so differently that, where nothing else speaks for it, they are two.
const UNALIKE: usize = 12;

/// What a comparison comes to, the most alike first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// The same trouble.
    Same,
    /// Somebody should look.
    Perhaps,
    /// Two troubles.
    New,
}

/// The comparison of a newcomer with one report that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// What it comes to.
    pub outcome: Outcome,
    /// What speaks for it and against it.
    pub why: Vec<Reason>,
}

/// Where they stand to each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    Here,
    Neighbours,
    Apart,
}

/// How their categories stand to each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Same,
    Group,
    Unsaid,
    Other,
}

/// Compares `draft`, whose words are `said`, with `known`.
pub fn compare(draft: &Facts, said: &Words, known: &Facts) -> Comparison {
    let private = |facts: &Facts| category::is_private(facts.category.as_deref());
    let place = place(draft, known);
    // Who suffers is never put beside somebody else by a machine.
    if known.id == draft.id || place == Where::Apart || private(draft) || private(known) {
        return Comparison { outcome: Outcome::New, why: vec![] };
    }
    let likeness = said.likeness(&Words::of(&known.words), room(known.category.as_deref()));
    let sides = Sides {
        draft,
        known,
        place,
        what: what(draft, known),
        photo: photo(draft, known),
        likeness,
        another: said.another,
    };
    Comparison { outcome: sides.bounded(), why: sides.why() }
}

fn place(draft: &Facts, known: &Facts) -> Where {
    let metres = metres(draft, known);
    let near = metres.is_some_and(|metres| metres <= NEAR);
    match (&draft.place, &known.place) {
        (Some(mine), Some(theirs)) if mine == theirs => Where::Here,
        (Some(_), Some(_)) if near => Where::Neighbours,
        (Some(_), Some(_)) => Where::Apart,
        _ if near => Where::Here,
        _ => Where::Apart,
    }
}

fn metres(draft: &Facts, known: &Facts) -> Option<f64> {
    Some(draft.position?.metres_to(known.position?))
}

fn what(draft: &Facts, known: &Facts) -> What {
    let group = |slug: &str| category::find(slug).map(|category| category.group);
    match (draft.category.as_deref(), known.category.as_deref()) {
        (Some(mine), Some(theirs)) if mine == theirs => What::Same,
        (Some(mine), Some(theirs)) if group(mine) == group(theirs) => What::Group,
        (Some(_), Some(_)) => What::Other,
        _ => What::Unsaid,
    }
}

/// The fewest bits between a photo of one and a photo of the other.
fn photo(draft: &Facts, known: &Facts) -> Option<u32> {
    let pairs = draft
        .looks
        .iter()
        .flat_map(|mine| known.looks.iter().map(move |theirs| (mine ^ theirs).count_ones()));
    pairs.min()
}

struct Sides<'a> {
    draft: &'a Facts,
    known: &'a Facts,
    place: Where,
    what: What,
    photo: Option<u32>,
    likeness: Likeness,
    another: bool,
}

impl Sides<'_> {
    /// What time, status and place leave of the judgement.
    fn bounded(&self) -> Outcome {
        let judged = self.judged();
        if self.place == Where::Neighbours {
            let shared = self.draft.category.as_deref().is_some_and(is_outdoors) && self.what == What::Same;
            return if shared { judged.max(Outcome::Perhaps) } else { Outcome::New };
        }
        match self.known.closed_at {
            None if self.days() > lasts(self.slug()) => judged.max(Outcome::Perhaps),
            None => judged,
            Some(closed) if self.draft.at.0 - closed.0 > lately(self.slug()) * DAY => Outcome::New,
            Some(_) => judged.max(Outcome::Perhaps),
        }
    }

    fn slug(&self) -> Option<&str> {
        self.known.category.as_deref().or(self.draft.category.as_deref())
    }

    fn days(&self) -> i64 {
        (self.draft.at.0 - self.known.at.0).abs() / DAY
    }

    fn judged(&self) -> Outcome {
        let likeness = &self.likeness;
        if likeness.other_thing {
            return if self.photo_within(PHOTO_ALIKE) && self.what != What::Other {
                Outcome::Perhaps
            } else {
                Outcome::New
            };
        }
        if likeness.other_spot || self.another || self.far() {
            let spreads =
                self.slug().is_some_and(spreads) && self.what == What::Same || self.photo_within(PHOTO_ALIKE);
            let related = spreads && (likeness.same_thing || likeness.percent >= ALIKE);
            return if related { Outcome::Perhaps } else { Outcome::New };
        }
        if self.what == What::Same { self.same_category() } else { self.other_category() }
    }

    fn same_category(&self) -> Outcome {
        let likeness = &self.likeness;
        let single = likeness.same_one || self.slug().is_some_and(is_single);
        let named = likeness.same_thing || likeness.percent >= ALIKE;
        if self.photo_within(PHOTO_ALIKE)
            || single && (likeness.vague || named)
            || likeness.same_spot && named
            || (likeness.percent >= VERY_ALIKE || likeness.same_thing && likeness.percent >= ALIKE)
                && !likeness.one_spot
        {
            Outcome::Same
        } else if likeness.silent || named || likeness.same_spot || likeness.percent > UNALIKE {
            Outcome::Perhaps
        } else {
            Outcome::New
        }
    }

    fn other_category(&self) -> Outcome {
        let likeness = &self.likeness;
        if likeness.same_thing && likeness.percent >= ALIKE && (likeness.same_one || !likeness.one_spot)
            || self.what != What::Other && self.photo_within(PHOTO_SAME)
        {
            Outcome::Same
        } else if likeness.same_thing || likeness.percent >= VERY_ALIKE || self.photo_within(PHOTO_ALIKE) {
            Outcome::Perhaps
        } else {
            Outcome::New
        }
    }

    fn photo_within(&self, bits: u32) -> bool {
        self.photo.is_some_and(|distance| distance <= bits)
    }

    fn far(&self) -> bool {
        metres(self.draft, self.known).is_some_and(|metres| metres > FAR)
    }

    fn why(&self) -> Vec<Reason> {
        let likeness = &self.likeness;
        [
            (self.place == Where::Here, Reason::SamePlace),
            (self.place == Where::Neighbours, Reason::Near),
            (self.what == What::Same, Reason::SameCategory),
            (likeness.same_thing, Reason::SameThing),
            (likeness.same_spot, Reason::SameSpot),
            (likeness.percent >= ALIKE, Reason::AlikeWords),
            (self.photo_within(PHOTO_ALIKE), Reason::AlikePhoto),
            (likeness.other_thing, Reason::OtherThing),
            (likeness.other_spot || self.far(), Reason::OtherSpot),
            (self.another, Reason::Another),
            (self.known.closed_at.is_some(), Reason::ClosedLately),
            (self.known.closed_at.is_none() && self.days() > lasts(self.slug()), Reason::LongAgo),
        ]
        .into_iter()
        .filter_map(|(holds, reason)| holds.then_some(reason))
        .collect()
    }
}
