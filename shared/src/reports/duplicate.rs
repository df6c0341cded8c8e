//! Judging whether two reports are about the same thing.
//!
//! Today: same place, same category, still open. A wrong merge is worse than a missed one, so a report without
//! category is never merged.

use crate::ids::{ParcelId, PlaceId};
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

/// The judgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nobody has said this yet.
    New,
    /// The same as this report, whose supporter the newcomer becomes.
    Same(ParcelId),
}

/// Judges `draft` against `candidates`, oldest first: the first that matches is the one people already follow.
pub fn judge<'a>(draft: &Facts, candidates: impl IntoIterator<Item = &'a Facts>) -> Verdict {
    let same = |known: &&Facts| {
        known.status.is_open()
            && known.id != draft.id
            && known.place == draft.place
            && draft.category.is_some()
            && known.category == draft.category
    };
    candidates.into_iter().find(same).map_or(Verdict::New, |known| Verdict::Same(known.id.clone()))
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
            assert_eq!(judge(&draft, [&known]), expected, "{known:?}");
        }
    }

    #[test]
    fn without_category_nothing_is_merged() {
        let draft = facts(0, "A01", None, Status::New);
        assert_eq!(judge(&draft, [&facts(1, "A01", None, Status::New)]), Verdict::New);
    }
}
