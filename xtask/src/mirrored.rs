//! A language nobody speaks, made of French: to try every screen from right to left and in longer words. The server
//! offers it only when asked to (`--mirrored`).

use toml::{Table, Value};

/// Its tag: CLDR's pseudo-locale for bidirectional text (unicode.org/reports/tr35, "Unicode BCP 47 Extensions").
pub const TAG: &str = "ar-xb";

/// `words` written from right to left, a third longer than they are. What stands between braces stays.
pub fn mirrored(words: &Table) -> Table {
    let mut said: Table = words.iter().map(|(key, value)| (key.clone(), turned(value))).collect();
    said.insert("lang_dir".into(), "rtl".into());
    said.insert("lang_name".into(), "Mirrored".into());
    said
}

fn turned(value: &Value) -> Value {
    match value {
        Value::String(words) => Value::String(turned_words(words)),
        Value::Table(forms) => {
            Value::Table(forms.iter().map(|(form, words)| (form.clone(), turned(words))).collect())
        }
        other => other.clone(),
    }
}

fn turned_words(words: &str) -> String {
    let mut parts = words.split(['{', '}']);
    let mut said = String::new();
    while let Some(plain) = parts.next() {
        if !plain.is_empty() {
            let more = "·".repeat(plain.chars().count() / 3);
            // Right-to-left override, to its end (Unicode Bidirectional Algorithm, UAX 9).
            said += &format!("\u{202e}{plain}{more}\u{202c}");
        }
        if let Some(name) = parts.next() {
            said += &format!("{{{name}}}");
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_turn_and_values_stay() {
        let words: Table = toml::from_str("a = \"abc {n} d\"\nb = { one = \"x\", other = \"y\" }").unwrap();
        let said = mirrored(&words);
        assert_eq!(said["a"].as_str(), Some("\u{202e}abc ·\u{202c}{n}\u{202e} d\u{202c}"));
        assert_eq!(said["b"]["one"].as_str(), Some("\u{202e}x\u{202c}"));
        assert_eq!(said["lang_dir"].as_str(), Some("rtl"));
    }
}
