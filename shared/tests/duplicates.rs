//! The judge of duplicates against pairs that a careful human judged: precision and recall, printed.
//!
//! `cargo xtask test careful_human` shows them, and every pair that was judged otherwise.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails here")]

use shared::geo::Position;
use shared::ids::{PlaceId, mint};
use shared::instant::{DAY, Instant};
use shared::reports::category;
use shared::reports::duplicate::{Facts, Said, Verdict, judge};

const PAIRS: &str = include_str!("duplicates.tsv");
const NOW: Instant = Instant(1_800_000_000_000);
/// Metres of a degree of latitude.
const DEGREE: f64 = 111_195.0;

struct Pair {
    line: &'static str,
    same: bool,
    sure: bool,
    known: Facts,
    draft: Facts,
}

/// The pairs, those held out of tuning (every third) or the others.
fn pairs(held_out: bool) -> Vec<Pair> {
    let lines = PAIRS.lines().filter(|line| !line.starts_with('#'));
    lines.enumerate().filter(|(n, _)| (n % 3 == 2) == held_out).map(|(_, line)| pair(line)).collect()
}

fn pair(line: &'static str) -> Pair {
    let fields: Vec<&str> = line.split('\t').collect();
    let &[label, sure, place, days, status, photo, before, now, said, says] = fields.as_slice() else {
        panic!("ten fields: {line}")
    };
    assert!(["same", "different"].contains(&label) && ["sure", "perhaps"].contains(&sure), "{line}");
    let (place, metres) =
        place.split_once(' ').map_or((place, None), |(place, m)| (place, Some(m.parse::<f64>().unwrap())));
    let days: i64 = days.parse().unwrap();
    let closed = status.split_once(' ').map(|(_, days)| NOW.plus(-days.parse::<i64>().unwrap() * DAY));
    let bits: Option<u32> = (photo != "-").then(|| photo.parse().unwrap());
    let facts = |seed: u8, at, category: &str, words: &str| {
        assert!(category == "-" || category::find(category).is_some(), "{line}");
        let place = if place == "none" { None } else { PlaceId::parse("A01").ok() };
        let category = (category != "-").then(|| category.to_owned());
        let position = metres.and(Position::new(43.3, 5.4));
        Facts {
            id: mint(at, [seed; 10]),
            place,
            position,
            category,
            words: words.into(),
            at,
            closed_at: None,
            looks: bits.map(|_| 0).into_iter().collect(),
        }
    };
    let known = Facts { closed_at: closed, ..facts(1, NOW.plus(-days * DAY), before, said) };
    let mut draft = facts(2, NOW, now, says);
    if matches!(place, "other" | "near") {
        draft.place = PlaceId::parse("A02").ok();
    }
    draft.position = metres.and_then(|metres| Position::new(43.3 + metres / DEGREE, 5.4));
    draft.looks = bits.map(|bits| (1_u64 << bits) - 1).into_iter().collect();
    Pair { line, same: label == "same", sure: sure == "sure", known, draft }
}

#[derive(Default)]
struct Tally {
    merged: usize,
    wrongly: usize,
    same: usize,
    found: usize,
    linked: usize,
    different: usize,
    linked_wrongly: usize,
}

impl Tally {
    fn of(pairs: &[Pair]) -> Self {
        let mut tally = Self::default();
        for pair in pairs {
            let verdict = judge(&pair.draft, Said::default(), [&pair.known]);
            let (merged, apart) = (matches!(verdict, Verdict::Same(_)), verdict == Verdict::New);
            tally.merged += usize::from(merged);
            tally.wrongly += usize::from(merged && !pair.same);
            tally.same += usize::from(pair.same);
            tally.found += usize::from(pair.same && merged);
            tally.linked += usize::from(pair.same && !apart);
            let surely_different = pair.sure && !pair.same;
            tally.different += usize::from(surely_different);
            tally.linked_wrongly += usize::from(surely_different && !apart);
            let right =
                if pair.same { merged || !pair.sure && !apart } else { !merged && (apart || !pair.sure) };
            if !right {
                println!("  {}: {verdict:?}", pair.line);
            }
        }
        tally
    }

    fn plus(&self, other: &Self) -> Self {
        Self {
            merged: self.merged + other.merged,
            wrongly: self.wrongly + other.wrongly,
            same: self.same + other.same,
            found: self.found + other.found,
            linked: self.linked + other.linked,
            different: self.different + other.different,
            linked_wrongly: self.linked_wrongly + other.linked_wrongly,
        }
    }

    fn precision(&self) -> f64 {
        share(self.merged - self.wrongly, self.merged)
    }

    fn print(&self, what: &str) {
        println!(
            "{what}: merged {}, precision {:.3}; of {} that are the same, merged {:.3}, at least linked {:.3}; of {} surely different, linked {}",
            self.merged,
            self.precision(),
            self.same,
            share(self.found, self.same),
            share(self.linked, self.same),
            self.different,
            self.linked_wrongly,
        );
    }
}

#[expect(clippy::cast_precision_loss, reason = "hundreds")]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

#[test]
fn the_judge_merges_as_a_careful_human_would() {
    let (tuned_on, held_out) = (Tally::of(&pairs(false)), Tally::of(&pairs(true)));
    let all = tuned_on.plus(&held_out);
    tuned_on.print("pairs it was tuned on");
    held_out.print("pairs held out");
    all.print("all pairs");
    assert!(all.same + all.different >= 200 && all.precision() >= 0.98, "{}", all.precision());
}
