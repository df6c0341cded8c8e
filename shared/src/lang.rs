//! Words on screen, in a person's language.
//!
//! A catalog is one file of `assets/lang`: a key, and a sentence or its plural forms. Adding a language is adding a file:
//! its own name and direction are words in it, and the plural category of a number (unicode.org/cldr, "Language Plural
//! Rules") is told by whoever makes the catalog, since browser and server each carry the rules of every language.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Sentences by their key.
pub type Messages = BTreeMap<String, Message>;

/// How many times more words may come.
const LATER: usize = 2;

/// A sentence, or one per plural category.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Message {
    /// The same words for every number.
    Plain(String),
    /// Words by plural category (`one`, `other`, …).
    Forms(BTreeMap<String, String>),
}

/// The CLDR plural category (`zero`, `one`, `two`, `few`, `many`, `other`) of a number in a language (BCP 47).
pub type Plural = fn(&str, i64) -> String;

/// The messages of one language.
#[derive(Clone, Debug)]
pub struct Catalog {
    lang: String,
    messages: Messages,
    later: [OnceLock<Messages>; LATER],
    plural: Plural,
}

impl Default for Catalog {
    /// No words at all: every key is said as it is.
    fn default() -> Self {
        Self::new("", BTreeMap::new(), |_, _| "other".to_owned())
    }
}

impl Catalog {
    /// A catalog of `lang` (BCP 47, e.g. `fr`).
    pub fn new(lang: &str, messages: Messages, plural: Plural) -> Self {
        Self { lang: lang.to_owned(), messages, later: Default::default(), plural }
    }

    /// More words: those of a part of the app that comes later. Beyond what there may be of these, they are forgotten.
    pub fn learn(&self, more: Messages) {
        let _ = self.later.iter().try_fold(more, |more, place| place.set(more).map_or_else(Ok, Err));
    }

    /// The language's tag.
    pub fn lang(&self) -> &str {
        &self.lang
    }

    /// Whether there are words for `key`.
    pub fn has(&self, key: &str) -> bool {
        self.find(key).is_some()
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
        self.pick(key, &(self.plural)(&self.lang, n), &[("n", &n.to_string())])
    }

    /// "a, b et c": the words `list_comma` and `list_and` stand between.
    pub fn list(&self, items: &[String]) -> String {
        let Some((last, rest)) = items.split_last() else { return String::new() };
        if rest.is_empty() {
            return last.clone();
        }
        format!("{}{}{last}", rest.join(&self.say("list_comma")), self.say("list_and"))
    }

    fn find(&self, key: &str) -> Option<&Message> {
        let later = self.later.iter().filter_map(OnceLock::get);
        std::iter::once(&self.messages).chain(later).find_map(|messages| messages.get(key))
    }

    fn pick(&self, key: &str, form: &str, values: &[(&str, &str)]) -> String {
        let words = match self.find(key) {
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
        let plural =
            |lang: &str, n: i64| if n == 1 || (lang == "fr" && n == 0) { "one" } else { "other" }.to_owned();
        Catalog::new(lang, messages.unwrap(), plural)
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
    fn words_that_come_later_are_said_too() {
        let words = catalog("fr");
        for key in ["first", "second"] {
            assert!(!words.has(key));
            words.learn([(key.to_owned(), Message::Plain("Ah !".to_owned()))].into());
            assert_eq!(words.say(key), "Ah !");
        }
        assert_eq!(words.with("hello", &[("name", "Ana")]), "Bonjour Ana");
    }

    #[test]
    fn lists_read_as_a_sentence() {
        let items = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(catalog("fr").list(&items), "a, b et c");
        assert_eq!(catalog("fr").list(&items[..1]), "a");
        assert_eq!(catalog("fr").list(&[]), "");
    }
}
