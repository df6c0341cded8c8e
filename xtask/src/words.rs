//! Cuts a language the way the app is cut: a part's words come with the part.
//!
//! Owns which part says which words, read from the compiled parts: a part holds the keys it says, or how they begin where it
//! puts them together. What the first part says, or nobody is seen to say, stays in the first piece: a guess may cost bytes,
//! never a word. A key that one part names whole and another puts together is beyond this; the journeys look for words that
//! are missing on a screen (`tests/tests/journeys/layouts.rs`).

use crate::bindgen::Module;
use crate::split::{bare, part_of};
use toml::Table;

/// The parts that fetch words of their own (`pwa/src/{making,reading}.rs`).
pub const PARTS: [&str; 2] = ["making", "reading"];

/// What of the app says words.
pub struct Speakers {
    /// What the first part, and those that fetch no words, may name.
    first: String,
    /// Part, what it may name; what several parts share is of each.
    parts: Vec<(&'static str, String)>,
}

impl Speakers {
    /// Everything that `app` is made of.
    pub fn of(app: &Module) -> Self {
        let mut first = letters(&app.wasm);
        let mut parts: Vec<_> = PARTS.into_iter().map(|part| (part, String::new())).collect();
        for (path, content) in app.snippets.iter().filter(|(path, _)| path.ends_with(".wasm")) {
            let part = part_of(path).unwrap_or_default();
            let of_each = part.starts_with("chunk_");
            if !of_each && !PARTS.contains(&part) {
                first += &letters(content);
            }
            for (_, said) in parts.iter_mut().filter(|(one, _)| of_each || *one == part) {
                *said += &letters(content);
            }
        }
        Self { first, parts }
    }

    /// The first piece, and one for each part.
    pub fn pieces(&self, words: &Table) -> (Table, Vec<(&'static str, Table)>) {
        let mut first = Table::new();
        let mut pieces: Vec<_> = PARTS.into_iter().map(|part| (part, Table::new())).collect();
        for (key, said) in words {
            let parts = self.who_says(key);
            if parts.is_empty() {
                first.insert(key.clone(), said.clone());
            }
            for (_, piece) in pieces.iter_mut().filter(|(part, _)| parts.contains(part)) {
                piece.insert(key.clone(), said.clone());
            }
        }
        (first, pieces)
    }

    /// The parts whose words these are; none: the first's.
    fn who_says(&self, key: &str) -> Vec<&'static str> {
        let beginnings = key.rmatch_indices('_').map(|(at, _)| &key[..=at]);
        for name in std::iter::once(key).chain(beginnings) {
            let parts: Vec<_> =
                self.parts.iter().filter(|(_, said)| said.contains(name)).map(|(part, _)| *part).collect();
            if self.first.contains(name) {
                return Vec::new();
            } else if !parts.is_empty() {
                return parts;
            }
        }
        Vec::new()
    }
}

/// What in a module may be a key, or several one after another.
fn letters(module: &[u8]) -> String {
    let module = bare(module).unwrap_or_else(|| module.to_vec());
    let is_of_key = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'_';
    let runs = module.split(|byte| !is_of_key(byte)).filter(|run| run.len() > 2);
    runs.flat_map(|run| run.iter().map(|byte| char::from(*byte)).chain([' '])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speakers() -> Speakers {
        let part =
            |name: &str, content: &str| (format!("./snippets/part-{name}.wasm"), content.as_bytes().to_vec());
        let snippets = vec![
            part("making", "\0blur_title\0words_\0"),
            part("reading", "\0journal_title\0because_\0"),
            part("sending", "\0told\0"),
            part("chunk_1", "\0search\0"),
        ];
        Speakers::of(&Module { js: String::new(), wasm: b"\0home_title\0words_short_\0".to_vec(), snippets })
    }

    #[test]
    fn a_word_comes_with_the_part_that_says_it() {
        for (key, parts) in [
            ("home_title", &[][..]),
            ("blur_title", &["making"]),
            ("because_near", &["reading"]),
            ("words_rats", &[]),
            ("words_short_rats", &[]),
            ("search", &["making", "reading"]),
            ("told", &[]),
            ("nobody_says_it", &[]),
        ] {
            assert_eq!(speakers().who_says(key), parts, "{key}");
        }
    }

    #[test]
    fn no_word_is_lost() {
        let words: Table = toml::from_str("home_title = 'a'\nblur_title = 'b'\nsearch = 'c'").unwrap();
        let (first, pieces) = speakers().pieces(&words);
        let keys = |table: &Table| table.keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&first), ["home_title"]);
        assert_eq!(
            pieces.iter().map(|(_, piece)| keys(piece)).collect::<Vec<_>>(),
            [vec!["blur_title", "search"], vec!["search"]]
        );
    }
}
