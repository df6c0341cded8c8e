//! What a report says, as far as that tells it from another: the things it names, where, and its other words.
//!
//! Does not understand sentences: it looks words up ([`super::lexicon`]) and measures how alike the rest is written, by
//! trigrams of letters without accents, so that "tobogan" meets "toboggan".

use super::lexicon::{ANOTHER, Dimension, EVERYWHERE, IDLE, ONE_WORD, SPOTS, THINGS};
use crate::text;
use std::sync::OnceLock;

/// Words looked at; who writes more has said it by then.
const MOST: usize = 80;

/// A room that has a number or a class, and no name.
const CLASSROOM: &str = "classroom";

/// What a report says.
#[derive(Debug, Default)]
pub struct Words {
    /// Lines of [`THINGS`], one bit each.
    things: u128,
    spots: Vec<(Dimension, String)>,
    /// Three letters at a time of what is left when idle words are gone, sorted; each word with a blank before and behind.
    trigrams: Vec<[char; 3]>,
    everywhere: bool,
    /// It says that it is one more.
    pub another: bool,
}

/// How two of them stand to each other.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Likeness {
    /// They name the same thing.
    pub same_thing: bool,
    /// They name the same thing, of which a school has one.
    pub same_one: bool,
    /// Each names things, and none in common.
    pub other_thing: bool,
    /// They name the same spot.
    pub same_spot: bool,
    /// Each says where, and differently.
    pub other_spot: bool,
    /// One says where and the other does not.
    pub one_spot: bool,
    /// At least one says nothing.
    pub silent: bool,
    /// At least one names no thing.
    pub vague: bool,
    /// How alike they are written, in percent.
    pub percent: usize,
}

impl Words {
    /// Reads what somebody wrote.
    pub fn of(written: &str) -> Self {
        let folded =
            ONE_WORD.iter().fold(text::fold(written), |folded, (words, word)| folded.replace(words, word));
        let all: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).take(MOST).collect();
        let mut words = Self {
            everywhere: EVERYWHERE.iter().any(|said| folded.contains(said)),
            another: ANOTHER.iter().any(|said| folded.contains(said)),
            ..Self::default()
        };
        for (n, word) in all.iter().enumerate() {
            let before = if n == 0 { "" } else { all[n - 1] };
            words.read(before, word);
        }
        words.trigrams.sort_unstable();
        let says = |wanted: &[Dimension]| words.spots.iter().any(|(dimension, _)| wanted.contains(dimension));
        if says(&[Dimension::Number, Dimension::Level]) && !says(&[Dimension::Room]) {
            words.spots.push((Dimension::Room, CLASSROOM.to_owned()));
        }
        words
    }

    fn read(&mut self, before: &str, word: &str) {
        // "Mon fils" is no cable.
        if matches!(before, "mon" | "son" | "notre" | "ma" | "sa" | "votre") {
            return;
        }
        let mut idle = false;
        for meaning in meanings(word) {
            match meaning {
                Meaning::Thing(bit) => self.things |= 1 << bit,
                Meaning::Spot(dimension, value) => self.spots.push((*dimension, (*value).to_owned())),
                Meaning::Idle => idle = true,
            }
        }
        let room = matches!(before, "salle" | "classe" | "porte" | "bureau");
        if room && word.starts_with(|c: char| c.is_ascii_digit())
            || before.starts_with("bat") && word.len() == 1
        {
            self.spots.push((Dimension::Number, word.to_owned()));
        }
        if !idle {
            let letters: Vec<char> = [" ", word, " "].concat().chars().collect();
            self.trigrams.extend(letters.windows(3).map(|window| [window[0], window[1], window[2]]));
        }
    }

    /// Whether they say anything at all.
    pub fn is_silent(&self) -> bool {
        self.trigrams.is_empty() && self.things == 0 && self.spots.is_empty()
    }

    /// How `self` stands to `other`, where `implied` (a room of [`SPOTS`]) goes without saying.
    pub fn likeness(&self, other: &Self, implied: &str) -> Likeness {
        let telling = |words: &Self| words.spots.iter().any(|(_, value)| !value.starts_with(implied));
        let shared = self.things & other.things;
        let mut likeness = Likeness {
            same_thing: shared != 0,
            other_thing: shared == 0 && self.things != 0 && other.things != 0,
            same_one: shared & ones() != 0,
            one_spot: telling(self) != telling(other),
            vague: self.things == 0 || other.things == 0,
            silent: self.is_silent() || other.is_silent(),
            percent: percent(&self.trigrams, &other.trigrams),
            ..Likeness::default()
        };
        let mut clash = false;
        for (dimension, _) in &self.spots {
            let of = |words: &Self| -> Vec<String> {
                let here = words.spots.iter().filter(|(which, _)| which == dimension);
                here.map(|(_, value)| value.clone()).collect()
            };
            let (mine, theirs) = (of(self), of(other));
            if let Some(shared) = mine.iter().find(|value| theirs.contains(value)) {
                likeness.same_spot |= shared != CLASSROOM && !shared.starts_with(implied);
            } else if !theirs.is_empty() {
                clash = true;
            }
        }
        likeness.other_spot = clash && !self.everywhere && !other.everywhere;
        likeness
    }
}

/// The lines of [`THINGS`] of which a school has one.
fn ones() -> u128 {
    THINGS.iter().enumerate().filter(|(_, line)| line.starts_with('=')).fold(0, |ones, (n, _)| ones | 1 << n)
}

/// What a word of the lexicon stands for.
enum Meaning {
    /// A line of [`THINGS`].
    Thing(usize),
    /// A value of [`SPOTS`].
    Spot(Dimension, &'static str),
    /// Nothing.
    Idle,
}

/// How a word of the lexicon begins, whether that is the whole of it, and what it stands for.
type Entry = (&'static str, bool, Meaning);

/// What `word` stands for.
fn meanings(word: &str) -> impl Iterator<Item = &'static Meaning> {
    static LEXICON: OnceLock<Vec<Entry>> = OnceLock::new();
    let lexicon = LEXICON.get_or_init(lexicon);
    let letter = word.as_bytes().first().copied();
    let begin = lexicon.partition_point(|(stem, ..)| stem.as_bytes().first().copied() < letter);
    let alike =
        lexicon[begin..].iter().take_while(move |(stem, ..)| stem.as_bytes().first().copied() == letter);
    let fits = |stem: &str, whole: bool| match word.strip_prefix(stem) {
        Some(rest) => !whole || matches!(rest, "" | "s" | "x"),
        None => false,
    };
    let found: Vec<_> =
        alike.filter(|(stem, whole, _)| fits(stem, *whole)).map(|(.., meaning)| meaning).collect();
    found.into_iter()
}

/// Every word of the lexicon, sorted.
fn lexicon() -> Vec<Entry> {
    let mut entries: Vec<Entry> = vec![];
    let stems = |line: &'static str| {
        let words = line.trim_start_matches("= ").split(' ');
        words.map(|stem| (stem.trim_end_matches('.'), stem.ends_with('.')))
    };
    for (bit, line) in THINGS.iter().enumerate() {
        entries.extend(stems(line).map(|(stem, whole)| (stem, whole, Meaning::Thing(bit))));
    }
    for (dimension, values) in SPOTS {
        for line in *values {
            entries.extend(stems(line).map(|(stem, whole)| (stem, whole, Meaning::Spot(*dimension, line))));
        }
    }
    entries.extend(IDLE.split(' ').map(|word| (word, true, Meaning::Idle)));
    entries.sort_by_key(|(stem, ..)| *stem);
    entries
}

/// How much of two sorted lists is in common (Dice).
fn percent(one: &[[char; 3]], other: &[[char; 3]]) -> usize {
    let (mut i, mut j, mut shared) = (0, 0, 0_usize);
    while i < one.len() && j < other.len() {
        match one[i].cmp(&other[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => (i, j, shared) = (i + 1, j + 1, shared + 1),
        }
    }
    (200 * shared).checked_div(one.len() + other.len()).unwrap_or(0)
}
