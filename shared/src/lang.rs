//! Words on screen, in a person's language.
//!
//! A catalog is one file of `assets/lang`: a key, and a sentence or its plural forms. The plural category of a number
//! follows the CLDR rules (unicode.org/cldr, "Language Plural Rules") of the languages we have; a new language adds
//! its rule to [`Plural::of`].

use serde::Deserialize;
use std::collections::BTreeMap;

/// A sentence, or one per plural category.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Message {
    /// The same words for every number.
    Plain(String),
    /// Words by plural category (`one`, `other`, …).
    Forms(BTreeMap<String, String>),
}

/// CLDR plural categories in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plural {
    /// "one": in French 0 and 1, in English 1.
    One,
    /// Everything else.
    Other,
}

impl Plural {
    /// The category of `n` in `lang`.
    pub fn of(lang: &str, n: i64) -> Self {
        match (lang, n) {
            ("fr", 0 | 1) | (_, 1) => Self::One,
            _ => Self::Other,
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::Other => "other",
        }
    }
}

/// The messages of one language.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    lang: String,
    messages: BTreeMap<String, Message>,
}

impl Catalog {
    /// A catalog of `lang` (BCP 47, e.g. `fr`).
    pub fn new(lang: &str, messages: BTreeMap<String, Message>) -> Self {
        Self { lang: lang.to_owned(), messages }
    }

    /// The language's tag.
    pub fn lang(&self) -> &str {
        &self.lang
    }

    /// Whether there are words for `key`.
    pub fn has(&self, key: &str) -> bool {
        self.messages.contains_key(key)
    }

    /// The words for `key`; the key itself where they are missing, so that nothing shows as blank.
    pub fn say(&self, key: &str) -> String {
        self.with(key, &[])
    }

    /// The words for `key`, each `{name}` replaced.
    pub fn with(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.pick(key, "other", values)
    }

    /// The words for `key` in the plural form of `n`; `{n}` is the number.
    pub fn count(&self, key: &str, n: i64) -> String {
        self.pick(key, Plural::of(&self.lang, n).key(), &[("n", &n.to_string())])
    }

    /// "a, b et c": the words `list_comma` and `list_and` stand between.
    pub fn list(&self, items: &[String]) -> String {
        let Some((last, rest)) = items.split_last() else { return String::new() };
        if rest.is_empty() {
            return last.clone();
        }
        format!("{}{}{last}", rest.join(&self.say("list_comma")), self.say("list_and"))
    }

    fn pick(&self, key: &str, form: &str, values: &[(&str, &str)]) -> String {
        let words = match self.messages.get(key) {
            Some(Message::Plain(words)) => words,
            Some(Message::Forms(forms)) => match forms.get(form).or_else(|| forms.get("other")) {
                Some(words) => words,
                None => return key.to_owned(),
            },
            None => return key.to_owned(),
        };
        fill(words, values)
    }
}

/// Replaces each `{name}` in one pass, so that a value holding braces is not read again.
fn fill(words: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(words.len());
    let mut rest = words;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let known = after.split_once('}').and_then(|(name, tail)| {
            values.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value, tail))
        });
        match known {
            Some((value, tail)) => {
                out.push_str(value);
                rest = tail;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog(lang: &str) -> Catalog {
        let messages = toml::from_str(
            r#"
            hello = "Bonjour {name}"
            people = { one = "{n} personne", other = "{n} personnes" }
            list_comma = ", "
            list_and = " et "
            "#,
        );
        Catalog::new(lang, messages.unwrap())
    }

    #[test]
    fn plurals_follow_the_language() {
        assert_eq!(catalog("fr").count("people", 0), "0 personne");
        assert_eq!(catalog("en").count("people", 0), "0 personnes");
        assert_eq!(catalog("fr").count("people", 7), "7 personnes");
    }

    #[test]
    fn a_value_is_never_read_as_a_message() {
        assert_eq!(catalog("fr").with("hello", &[("name", "{name} {n}")]), "Bonjour {name} {n}");
        assert_eq!(catalog("fr").say("missing"), "missing");
    }

    #[test]
    fn lists_read_as_a_sentence() {
        let items = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(catalog("fr").list(&items), "a, b et c");
        assert_eq!(catalog("fr").list(&items[..1]), "a");
        assert_eq!(catalog("fr").list(&[]), "");
    }
}
