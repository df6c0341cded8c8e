//! Judging whether two reports are about the same thing: on the phone to suggest, on the server to merge.
//!
//! What the person said comes first. Without their word, only the same category at the same place merges, while the
//! report is open: a wrong merge is worse than a missed one, so a report without category is never merged, only suggested.

use crate::ids::{ParcelId, PlaceId};
use crate::reports::category;
use crate::reports::status::Status;

/// What the judge knows of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Its id.
    pub id: ParcelId,
    /// Where.
    pub place: PlaceId,
    /// What.
    pub category: Option<String>,
    /// How far it is.
    pub status: Status,
}

/// What the person said when the reports already open were shown to them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Said<'a> {
    /// "It is this one."
    pub same_as: Option<&'a ParcelId>,
    /// "Not these."
    pub unlike: &'a [ParcelId],
}

/// How much two reports look alike, the most alike first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// The same trouble at the same place.
    Same,
    /// The same group of troubles at the same place.
    Near,
    /// The same place; one of the two does not say what.
    Unsaid,
}

/// The judgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nobody has said this yet.
    New,
    /// The same as this report, whose supporter the newcomer becomes.
    Same(ParcelId),
}

/// How much `draft` looks like `known`; nothing where they cannot be the same.
pub fn likeness(draft: &Facts, known: &Facts) -> Option<Likeness> {
    if !could_be(draft, known) {
        return None;
    }
    let group = |slug: &str| category::find(slug).map(|category| category.group);
    match (&draft.category, &known.category) {
        (Some(mine), Some(theirs)) if mine == theirs => Some(Likeness::Same),
        (Some(mine), Some(theirs)) => (group(mine) == group(theirs)).then_some(Likeness::Near),
        _ => Some(Likeness::Unsaid),
    }
}

/// Whether anything could make them the same: one open report on one place, and another.
fn could_be(draft: &Facts, known: &Facts) -> bool {
    known.status.is_open() && known.id != draft.id && known.place == draft.place
}

/// Judges `draft` against `candidates`, oldest first: the first that matches is the one people already follow.
pub fn judge<'a>(draft: &Facts, said: Said<'_>, candidates: impl IntoIterator<Item = &'a Facts>) -> Verdict {
    let mut first = None;
    for known in candidates {
        // Their word counts whatever the categories say; not for another place, nor for what is closed.
        if said.same_as == Some(&known.id) && could_be(draft, known) {
            return Verdict::Same(known.id.clone());
        }
        if likeness(draft, known) == Some(Likeness::Same) && !said.unlike.contains(&known.id) {
            first.get_or_insert(known);
        }
    }
    first.map_or(Verdict::New, |known| Verdict::Same(known.id.clone()))
}

/// The reports to show to who is about to send `draft`, most alike first and, among equals, in the order given; at most
/// `most`, and none that was said to be another.
pub fn suggest<'a>(
    draft: &Facts,
    said: Said<'_>,
    candidates: impl IntoIterator<Item = &'a Facts>,
    most: usize,
) -> Vec<ParcelId> {
    let mut alike: Vec<_> = candidates
        .into_iter()
        .filter(|known| !said.unlike.contains(&known.id))
        .filter_map(|known| likeness(draft, known).map(|likeness| (likeness, known.id.clone())))
        .collect();
    alike.sort_by_key(|(likeness, _)| *likeness);
    alike.into_iter().take(most).map(|(_, id)| id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::mint;
    use crate::instant::Instant;

    fn facts(seed: u8, place: &str, category: Option<&str>, status: Status) -> Facts {
        Facts {
            id: mint(Instant(1_800_000_000_000), [seed; 10]),
            place: PlaceId::parse(place).unwrap(),
            category: category.map(str::to_owned),
            status,
        }
    }

    #[test]
    fn the_same_swing_is_the_same_report() {
        let draft = facts(0, "A01", Some("cour-jeux"), Status::New);
        for (known, same) in [
            (facts(1, "A01", Some("cour-jeux"), Status::Sent), true),
            (facts(1, "A02", Some("cour-jeux"), Status::Sent), false),
            (facts(1, "A01", Some("cour-sol-arbre"), Status::Sent), false),
            (facts(1, "A01", Some("cour-jeux"), Status::Done), false),
            (facts(1, "A01", None, Status::New), false),
            (facts(0, "A01", Some("cour-jeux"), Status::New), false),
        ] {
            let expected = if same { Verdict::Same(known.id.clone()) } else { Verdict::New };
            assert_eq!(judge(&draft, Said::default(), [&known]), expected, "{known:?}");
        }
    }

    #[test]
    fn without_category_nothing_is_merged() {
        let draft = facts(0, "A01", None, Status::New);
        assert_eq!(judge(&draft, Said::default(), [&facts(1, "A01", None, Status::New)]), Verdict::New);
    }

    #[test]
    fn the_persons_word_comes_first() {
        let draft = facts(0, "A01", Some("cour-jeux"), Status::New);
        let swing = facts(1, "A01", Some("cour-jeux"), Status::Sent);
        let gate = facts(2, "A01", Some("bati-porte-fenetre-store"), Status::Sent);
        let elsewhere = facts(3, "A02", Some("cour-jeux"), Status::Sent);
        let known = [&swing, &gate, &elsewhere];
        let same = |id: &ParcelId| judge(&draft, Said { same_as: Some(id), unlike: &[] }, known);
        assert_eq!(same(&gate.id), Verdict::Same(gate.id.clone()));
        assert_eq!(same(&elsewhere.id), Verdict::Same(swing.id.clone()), "another place is never the same");
        let unlike = [swing.id.clone()];
        assert_eq!(judge(&draft, Said { same_as: None, unlike: &unlike }, known), Verdict::New);
    }

    #[test]
    fn the_most_alike_are_suggested_first() {
        let known = [
            facts(1, "A01", None, Status::New),
            facts(2, "A01", Some("cour-sol-arbre"), Status::Sent),
            facts(3, "A01", Some("cour-jeux"), Status::Sent),
            facts(4, "A01", Some("energie-eau"), Status::Sent),
            facts(5, "A01", Some("cour-jeux"), Status::Done),
        ];
        let ids = |category: Option<&str>, unlike: &[ParcelId]| {
            let draft = facts(0, "A01", category, Status::New);
            suggest(&draft, Said { same_as: None, unlike }, &known, 3)
        };
        let id = |n: usize| known[n - 1].id.clone();
        assert_eq!(ids(Some("cour-jeux"), &[]), [id(3), id(2), id(1)]);
        assert_eq!(ids(Some("cour-jeux"), &[id(3)]), [id(2), id(1)]);
        assert_eq!(ids(None, &[]), [id(1), id(2), id(3)]);
    }
}
