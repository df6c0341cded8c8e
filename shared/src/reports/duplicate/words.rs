//! What a report says, as far as that tells it from another: the things it names, where, and its other words.
//!
//! Does not understand sentences: it looks words up ([`super::lexicon`]) and measures how alike the rest is written, by
//! trigrams of letters without accents, so that "tobogan" meets "toboggan".

use super::lexicon::{ANOTHER, Dimension, EVERYWHERE, IDLE, ONE_WORD, SPOTS, THINGS};
use crate::text;

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
    /// What is left when idle words are gone.
    telling: Vec<String>,
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
        for (n, line) in THINGS.iter().enumerate() {
            if means(word, line) {
                self.things |= 1 << n;
            }
        }
        for (dimension, values) in SPOTS {
            if let Some(value) = values.iter().find(|line| means(word, line)) {
                self.spots.push((*dimension, (*value).to_owned()));
            }
        }
        let numbered = matches!(before, "salle" | "classe" | "porte" | "bureau")
            && word.starts_with(|c: char| c.is_ascii_digit());
        if numbered || (before.starts_with("bat") && word.len() == 1) {
            self.spots.push((Dimension::Number, word.to_owned()));
        }
        if !IDLE.split(' ').any(|idle| idle == word) {
            self.telling.push(word.to_owned());
        }
    }

    /// Whether they say anything at all.
    pub fn is_silent(&self) -> bool {
        self.telling.is_empty() && self.things == 0 && self.spots.is_empty()
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
            percent: percent(&self.telling, &other.telling),
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

/// Whether `word` is one of those that `line` of the lexicon stands for.
fn means(word: &str, line: &str) -> bool {
    line.split(' ').any(|stem| match stem.strip_suffix('.') {
        Some(whole) => word == whole || word.strip_suffix(['s', 'x']) == Some(whole),
        None => word.starts_with(stem),
    })
}

/// Trigrams in common (Dice), each word with a blank before and behind.
fn percent(one: &[String], other: &[String]) -> usize {
    let (one, mut other) = (trigrams(one), trigrams(other));
    let all = one.len() + other.len();
    let mut shared = 0_usize;
    for trigram in one {
        if let Some(at) = other.iter().position(|candidate| *candidate == trigram) {
            other.swap_remove(at);
            shared += 1;
        }
    }
    (200 * shared).checked_div(all).unwrap_or(0)
}

fn trigrams(words: &[String]) -> Vec<[char; 3]> {
    let mut found = Vec::new();
    for word in words {
        let letters: Vec<char> = [" ", word, " "].concat().chars().collect();
        found.extend(letters.windows(3).map(|window| [window[0], window[1], window[2]]));
    }
    found
}
