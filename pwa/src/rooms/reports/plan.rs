//! What of a draft is to be written now. Pure; `drafts.rs` writes it.
//!
//! Promises: a photo that still rests, or that is being blurred, is not written; its caption and the words are. What was
//! written once stays until the draft no longer names it.

use super::draft::REST;
use shared::ids::PhotoHash;
use shared::instant::Instant;
use shared::reports::draft::Draft;

/// How the person stands to the draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Working on it.
    Calm,
    /// Leaving it, the page or the phone: nothing rests any more.
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
    /// When a resting photo may be written.
    pub again_at: Option<Instant>,
}

/// The plan for `draft`, of which `written` is on the phone; `resting` are its photos that rest, and until when.
pub fn plan(
    draft: &Draft,
    resting: &[(PhotoHash, Instant)],
    written: Option<&Draft>,
    mood: Mood,
    now: Instant,
) -> Plan {
    let is_written = |hash: &PhotoHash| written.is_some_and(|row| has(row, hash));
    let rest = |hash: &PhotoHash| {
        let until = resting.iter().find(|(resting, _)| resting == hash).map(|(_, until)| *until);
        // A clock set back must not hold a photo for ever.
        until.filter(|until| (1..=REST).contains(&(until.0 - now.0)))
    };
    let held = |hash: &PhotoHash| match mood {
        Mood::Calm => rest(hash).is_some(),
        Mood::Leaving => false,
        Mood::Blurring => true,
    };
    let mut row = draft.clone();
    row.photos.retain(|photo| is_written(&photo.hash) || !held(&photo.hash));
    let waiting = draft.photos.iter().filter(|photo| !has(&row, &photo.hash));
    let again_at = waiting.filter_map(|photo| rest(&photo.hash)).min();
    let new = row.photos.iter().map(|photo| photo.hash.clone()).filter(|hash| !is_written(hash)).collect();
    let differs = match written {
        Some(written) => !is_same(&row, written),
        None => !row.is_empty(),
    };
    Plan { row: differs.then_some(row), new, again_at }
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
    fn a_photo_rests_before_it_is_written_and_words_do_not_wait_for_it() {
        let (photo, words) = (draft(&[1], ""), draft(&[1], "cassé"));
        let resting = [(hash(1), NOW.plus(1_000))];
        for (draft, mood, now, row, new) in [
            (&photo, Mood::Calm, NOW, None, vec![]),
            (&words, Mood::Calm, NOW, Some(vec![]), vec![]),
            (&words, Mood::Blurring, NOW.plus(9_000), Some(vec![]), vec![]),
            (&photo, Mood::Leaving, NOW, Some(vec![hash(1)]), vec![hash(1)]),
            (&photo, Mood::Calm, NOW.plus(1_000), Some(vec![hash(1)]), vec![hash(1)]),
            // The phone's clock was set back by a year.
            (&photo, Mood::Calm, NOW.plus(-31_536_000_000), Some(vec![hash(1)]), vec![hash(1)]),
        ] {
            let plan = plan(draft, &resting, None, mood, now);
            assert_eq!(written(&plan), (row, new), "{mood:?} {now:?}");
        }
        assert_eq!(plan(&photo, &resting, None, Mood::Calm, NOW).again_at, Some(NOW.plus(1_000)));
    }

    #[test]
    fn what_is_written_already_is_not_written_again() {
        let before = draft(&[1], "cassé");
        let later = Draft { changed_at: NOW.plus(5), ..before.clone() };
        assert_eq!(plan(&later, &[], Some(&before), Mood::Leaving, NOW), Plan::default());
        assert_eq!(plan(&draft(&[], ""), &[], None, Mood::Leaving, NOW), Plan::default());
        let more = plan(&draft(&[1, 2], "cassé"), &[], Some(&before), Mood::Calm, NOW);
        assert_eq!(written(&more), (Some(vec![hash(1), hash(2)]), vec![hash(2)]));
    }

    #[test]
    fn a_photo_blurred_takes_the_place_of_the_one_written() {
        let blurred = plan(&draft(&[2], ""), &[], Some(&draft(&[1], "")), Mood::Calm, NOW);
        assert_eq!(written(&blurred), (Some(vec![hash(2)]), vec![hash(2)]));
        // While the next one is blurred, the written one stays.
        let blurring = plan(&draft(&[1], ""), &[], Some(&draft(&[1], "")), Mood::Blurring, NOW);
        assert_eq!(blurring, Plan::default());
    }

    #[test]
    fn a_draft_emptied_is_written_as_such() {
        let emptied = plan(&draft(&[], ""), &[], Some(&draft(&[1], "")), Mood::Calm, NOW);
        assert_eq!(written(&emptied), (Some(vec![]), vec![]));
    }
}
