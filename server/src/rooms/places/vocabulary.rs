//! Every word of every place, once, sorted; where each occurs; and which places hold all that was asked.

use shared::places::finding::{fit, meant};
use shared::text::errors;
use std::collections::HashMap;

/// Marks an occurrence outside the name.
const ELSEWHERE: u32 = 1 << 31;

/// Words being gathered, place by place.
#[derive(Default)]
pub struct Making {
    numbers: HashMap<Box<str>, u32>,
    /// Words of all places, one place after the other.
    held: Vec<u32>,
    /// Where each place's words end.
    ends: Vec<u32>,
    elsewhere: u32,
}

impl Making {
    /// A word of the place in hand, and what it costs to be found there.
    pub fn add(&mut self, word: &str, cost: u32) {
        let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        let number = match self.numbers.get(word) {
            Some(number) => *number,
            None => *self.numbers.entry(word.into()).or_insert(next),
        };
        self.elsewhere = self.elsewhere.max(cost);
        self.held.push(if cost == 0 { number } else { number | ELSEWHERE });
    }

    /// The place in hand is complete.
    pub fn end(&mut self) {
        self.ends.push(u32::try_from(self.held.len()).unwrap_or(u32::MAX));
    }

    /// The vocabulary, with the places in this order.
    pub fn finish(self, order: &[u32]) -> Vocabulary {
        let mut sorted: Vec<(Box<str>, u32)> = self.numbers.into_iter().collect();
        sorted.sort_unstable();
        let mut rank = vec![0; sorted.len()];
        for (at, (_, number)) in (0..).zip(&sorted) {
            if let Some(rank) = rank.get_mut(*number as usize) {
                *rank = at;
            }
        }
        let mut of_places = Lists::default();
        for place in order {
            let end = |place: u32| self.ends.get(place as usize).map_or(0, |end| *end as usize);
            let from = place.checked_sub(1).map_or(0, end);
            for word in self.held.get(from..end(*place)).unwrap_or_default() {
                let at = rank.get((word & !ELSEWHERE) as usize).copied().unwrap_or_default();
                of_places.items.push(at | word & ELSEWHERE);
            }
            of_places.close();
        }
        let words: Vec<Box<str>> = sorted.into_iter().map(|(word, _)| word).collect();
        let letters = words.iter().map(|word| letters(word)).collect();
        let places = of_places.turned(words.len());
        Vocabulary { words, letters, of_places, places, elsewhere: self.elsewhere }
    }
}

/// Lists of numbers, end to end.
#[derive(Default)]
struct Lists {
    items: Vec<u32>,
    ends: Vec<u32>,
}

impl Lists {
    fn close(&mut self) {
        self.ends.push(u32::try_from(self.items.len()).unwrap_or(u32::MAX));
    }

    fn get(&self, at: usize) -> &[u32] {
        let end = |at: usize| self.ends.get(at).map_or(0, |end| *end as usize);
        self.items.get(at.checked_sub(1).map_or(0, end)..end(at)).unwrap_or_default()
    }

    /// From "the words of a place" to "the places of a word", each place once.
    fn turned(&self, words: usize) -> Self {
        let mut pairs: Vec<(u32, u32)> = Vec::with_capacity(self.items.len());
        for (place, at) in (0..).zip(0..self.ends.len()) {
            pairs.extend(self.get(at).iter().map(|word| (word & !ELSEWHERE, place)));
        }
        pairs.sort_unstable();
        pairs.dedup();
        let mut turned = Self::default();
        let mut pairs = pairs.into_iter().peekable();
        for word in (0..).take(words) {
            while let Some((_, place)) = pairs.next_if(|(at, _)| *at == word) {
                turned.items.push(place);
            }
            turned.close();
        }
        turned
    }
}

/// Which words of the vocabulary a typed word may mean.
struct Meaning {
    /// Those it begins, in a row.
    first: u32,
    last: u32,
    /// The one it is, or stands for.
    exact: [Option<u32>; 2],
    /// Those it is likely meant for: word and cost, by word.
    likely: Vec<(u32, u32)>,
}

impl Meaning {
    /// What it costs to find it in that word; as `finding::fit`.
    fn cost(&self, word: u32) -> Option<u32> {
        if self.exact.contains(&Some(word)) {
            Some(0)
        } else if (self.first..self.last).contains(&word) {
            Some(1)
        } else {
            let at = self.likely.binary_search_by_key(&word, |(word, _)| *word).ok()?;
            self.likely.get(at).map(|(_, cost)| *cost)
        }
    }

    fn words(&self) -> impl Iterator<Item = u32> + '_ {
        let outside = move |word: &u32| !(self.first..self.last).contains(word);
        let exact = self.exact.into_iter().flatten().filter(outside);
        (self.first..self.last).chain(exact).chain(self.likely.iter().map(|(word, _)| *word))
    }
}

/// The words.
pub struct Vocabulary {
    words: Vec<Box<str>>,
    /// Which letters each has, as bits: tells at once most words that cannot be meant.
    letters: Vec<u64>,
    /// The words of each place.
    of_places: Lists,
    /// The places of each word.
    places: Lists,
    elsewhere: u32,
}

impl Vocabulary {
    /// The places that hold all that was asked, with their rank, as `finding::rank` gives it; those of likely words too
    /// where `likely`. Nothing asked: all of them.
    pub fn fitting(&self, asked: &[String], likely: bool) -> Vec<(u32, u32)> {
        let mut meanings = Vec::with_capacity(asked.len());
        for typed in asked {
            let meaning = self.meaning(typed, likely);
            // A word that is nowhere: the others need not be looked for.
            if meaning.words().next().is_none() {
                return Vec::new();
            }
            meanings.push(meaning);
        }
        let weight = |meaning: &&Meaning| {
            meaning.words().map(|word| self.places.get(word as usize).len()).sum::<usize>()
        };
        let Some(rarest) = meanings.iter().min_by_key(weight) else {
            return (0..).take(self.of_places.ends.len()).map(|place| (0, place)).collect();
        };
        let mut candidates: Vec<u32> =
            rarest.words().flat_map(|word| self.places.get(word as usize)).copied().collect();
        candidates.sort_unstable();
        candidates.dedup();
        candidates.into_iter().filter_map(|place| Some((self.rank(place, &meanings)?, place))).collect()
    }

    fn rank(&self, place: u32, meanings: &[Meaning]) -> Option<u32> {
        let words = self.of_places.get(place as usize);
        let best = |meaning: &Meaning| {
            let cost = |word: &u32| {
                let elsewhere = if word & ELSEWHERE == 0 { 0 } else { self.elsewhere };
                meaning.cost(word & !ELSEWHERE).map(|cost| cost + elsewhere)
            };
            words.iter().filter_map(cost).min()
        };
        meanings.iter().map(best).sum()
    }

    fn meaning(&self, typed: &str, likely: bool) -> Meaning {
        let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let first = self.words.partition_point(|word| &**word < typed);
        let rest = self.words.get(first..).unwrap_or_default();
        let last = first + rest.partition_point(|word| word.starts_with(typed));
        let at = |text: &str| self.words.binary_search_by(|word| (**word).cmp(text)).ok().map(number);
        let mut meaning = Meaning {
            first: number(first),
            last: number(last),
            exact: [at(typed), at(meant(typed))],
            likely: Vec::new(),
        };
        let errors = u32::from(errors(typed));
        if likely && errors > 0 {
            let mine = letters(typed);
            // Each error spoils one letter: no more of those typed may be missing from what was meant.
            let alike = self
                .letters
                .iter()
                .enumerate()
                .filter(|(_, theirs)| (mine & !**theirs).count_ones() <= errors);
            let costs = alike.filter(|(at, _)| !(first..last).contains(at)).filter_map(|(at, _)| {
                let cost = fit(typed, self.words.get(at)?, true)?;
                (cost > 0).then_some((number(at), cost))
            });
            meaning.likely = costs.collect();
        }
        meaning
    }
}

/// The letters of a word as bits, and in bits of their own those that it has twice.
fn letters(word: &str) -> u64 {
    word.bytes().filter(u8::is_ascii_lowercase).fold(0, |bits, letter| {
        let once = 1 << (letter - b'a');
        bits | if bits & once == 0 { once } else { once << 26 }
    })
}
