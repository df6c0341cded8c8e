//! What of a draft is to be written now. Pure; `drafts.rs` writes it.
//!
//! Promises: a photo from which the person has not gone on, or that is being blurred, is not written; the words are. What
//! was written once stays until the draft no longer names it.

use shared::ids::PhotoHash;
use shared::reports::draft::Draft;

/// How the person stands to the draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Working on it.
    Calm,
    /// Leaving it, the page or the phone: nothing is fresh any more.
    Leaving,
    /// Blurring a photo: none is written until that is done.
    Blurring,
}

/// What is to be done about a draft now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The row to write, when it says something else than the one written.
    pub row: Option<Draft>,
    /// Photos whose bytes go with it.
    pub new: Vec<PhotoHash>,
}

/// The plan for `draft`, of which `written` is on the phone; from its `fresh` photos the person has not gone on.
pub fn plan(draft: &Draft, fresh: &[PhotoHash], written: Option<&Draft>, mood: Mood) -> Plan {
    let is_written = |hash: &PhotoHash| written.is_some_and(|row| has(row, hash));
    let held = |hash: &PhotoHash| match mood {
        Mood::Calm => fresh.contains(hash),
        Mood::Leaving => false,
        Mood::Blurring => true,
    };
    let mut row = draft.clone();
    row.photos.retain(|photo| is_written(&photo.hash) || !held(&photo.hash));
    let new = row.photos.iter().map(|photo| photo.hash.clone()).filter(|hash| !is_written(hash)).collect();
    let differs = match written {
        Some(written) => !is_same(&row, written),
        None => !row.is_empty(),
    };
    Plan { row: differs.then_some(row), new }
}

/// Whether two rows say the same, whenever they were written.
pub fn is_same(one: &Draft, other: &Draft) -> bool {
    *one == Draft { changed_at: one.changed_at, ..other.clone() }
}

fn has(draft: &Draft, hash: &PhotoHash) -> bool {
    draft.photos.iter().any(|photo| photo.hash == *hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::ids::{Key, mint};
    use shared::instant::Instant;
    use shared::reports::draft::DraftPhoto;

    const NOW: Instant = Instant(1_800_000_000_000);

    fn hash(n: u8) -> PhotoHash {
        PhotoHash::parse(&format!("{n:064x}")).unwrap()
    }

    fn draft(photos: &[u8], words: &str) -> Draft {
        let photo =
            |n: &u8| DraftPhoto { hash: hash(*n), caption: String::new(), position: None, taken_at: None };
        let begun = Draft::begin(mint(NOW, [1; 10]), Key::from_bytes([2; 16]), NOW);
        Draft { photos: photos.iter().map(photo).collect(), description: words.to_owned(), ..begun }
    }

    /// Photos of the row to write, and those whose bytes go with it.
    fn written(plan: &Plan) -> (Option<Vec<PhotoHash>>, Vec<PhotoHash>) {
        let named = |row: &Draft| row.photos.iter().map(|photo| photo.hash.clone()).collect();
        (plan.row.as_ref().map(named), plan.new.clone())
    }

    #[test]
    fn a_fresh_photo_is_written_when_the_person_goes_on_and_words_do_not_wait_for_it() {
        let (photo, words) = (draft(&[1], ""), draft(&[1], "cassé"));
        let fresh = [hash(1)];
        for (draft, fresh, mood, row, new) in [
            (&photo, &fresh[..], Mood::Calm, None, vec![]),
            (&words, &fresh, Mood::Calm, Some(vec![]), vec![]),
            (&words, &[], Mood::Blurring, Some(vec![]), vec![]),
            (&photo, &fresh, Mood::Leaving, Some(vec![hash(1)]), vec![hash(1)]),
            (&photo, &[], Mood::Calm, Some(vec![hash(1)]), vec![hash(1)]),
        ] {
            let plan = plan(draft, fresh, None, mood);
            assert_eq!(written(&plan), (row, new), "{mood:?} {fresh:?}");
        }
    }

    #[test]
    fn what_is_written_already_is_not_written_again() {
        let before = draft(&[1], "cassé");
        let later = Draft { changed_at: NOW.plus(5), ..before.clone() };
        assert_eq!(plan(&later, &[], Some(&before), Mood::Leaving), Plan::default());
        assert_eq!(plan(&draft(&[], ""), &[], None, Mood::Leaving), Plan::default());
        let more = plan(&draft(&[1, 2], "cassé"), &[], Some(&before), Mood::Calm);
        assert_eq!(written(&more), (Some(vec![hash(1), hash(2)]), vec![hash(2)]));
    }

    #[test]
    fn a_photo_blurred_takes_the_place_of_the_one_written() {
        let blurred = plan(&draft(&[2], ""), &[], Some(&draft(&[1], "")), Mood::Calm);
        assert_eq!(written(&blurred), (Some(vec![hash(2)]), vec![hash(2)]));
        // While the next one is blurred, the written one stays.
        let blurring = plan(&draft(&[1], ""), &[], Some(&draft(&[1], "")), Mood::Blurring);
        assert_eq!(blurring, Plan::default());
    }

    #[test]
    fn a_draft_emptied_is_written_as_such() {
        let emptied = plan(&draft(&[], ""), &[], Some(&draft(&[1], "")), Mood::Calm);
        assert_eq!(written(&emptied), (Some(vec![]), vec![]));
    }
}
