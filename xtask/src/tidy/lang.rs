//! Rules about `assets/lang`: each language has the same keys, each key says where it shows.

use super::Source;
use anyhow::{Context, Result};
use std::collections::BTreeSet;

const FOLDER: &str = "assets/lang/";
const PLURALS: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// Missing keys, and keys without a comment.
pub fn check(sources: &[Source]) -> Result<Vec<String>> {
    let mut complaints = Vec::new();
    let mut languages = Vec::new();
    for source in languages_in(sources) {
        languages.push((&source.path, keys(source)?));
        complaints.extend(uncommented(source));
    }
    for (path, have) in &languages {
        for (other, wanted) in &languages {
            for key in wanted.difference(have) {
                complaints.push(format!("{path}: no {key}, which {other} has"));
            }
        }
    }
    Ok(complaints)
}

/// Keys that no source names. A guess, hence a warning: some are put together at run time.
pub fn unused(sources: &[Source]) -> Result<Option<String>> {
    let code: Vec<&Source> = sources
        .iter()
        .filter(|source| ["rs", "html", "js", "txt"].iter().any(|kind| source.is(kind)))
        .collect();
    let named = |text: &str| code.iter().any(|source| source.text.contains(text));
    // `format!("age_{unit}")` and `"age_" + unit` name the whole family.
    let family =
        |start: &str| ["\"{}\"", "'{}'", "\"{}{"].iter().any(|form| named(&form.replacen("{}", start, 1)));
    let used = |key: &str| named(key) || key.match_indices(['.', '_']).any(|(at, _)| family(&key[..=at]));
    let Some(first) = languages_in(sources).next() else { return Ok(None) };
    let idle: Vec<String> = keys(first)?.into_iter().filter(|key| !used(key)).collect();
    Ok((!idle.is_empty()).then(|| format!("{}: nothing names {}", first.path, idle.join(", "))))
}

fn languages_in(sources: &[Source]) -> impl Iterator<Item = &Source> {
    sources.iter().filter(|source| source.path.starts_with(FOLDER) && source.is("toml"))
}

fn keys(source: &Source) -> Result<BTreeSet<String>> {
    let table: toml::Table = toml::from_str(&source.text).with_context(|| source.path.clone())?;
    let mut keys = BTreeSet::new();
    flatten("", &table, &mut keys);
    Ok(keys)
}

/// A table of plural forms is one key.
fn flatten(prefix: &str, table: &toml::Table, keys: &mut BTreeSet<String>) {
    for (name, value) in table {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            toml::Value::Table(inner) if !inner.keys().all(|form| PLURALS.contains(&form.as_str())) => {
                flatten(&key, inner, keys);
            }
            _ => drop(keys.insert(key)),
        }
    }
}

/// Keys with no comment above them in their block (lines without an empty one between).
fn uncommented(source: &Source) -> Vec<String> {
    let mut complaints = Vec::new();
    let (mut explained, mut inside) = (false, None);
    for (n, line) in source.text.lines().enumerate() {
        let line = line.trim();
        if let Some(end) = inside {
            inside = if line.contains(end) { None } else { Some(end) };
        } else if line.is_empty() {
            explained = false;
        } else if line.starts_with('#') {
            explained = true;
        } else if let Some((key, value)) = line.split_once('=') {
            let opened = ["\"\"\"", "'''"].into_iter().find(|mark| value.matches(mark).count() == 1);
            inside = opened;
            if !explained {
                complaints.push(format!(
                    "{}:{}: no comment says where {} shows",
                    source.path,
                    n + 1,
                    key.trim()
                ));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_have_the_same_keys_each_with_a_comment() {
        let fr = "# The button.\n\"snap.send\" = \"Envoyer\"\n\"n\" = { one = \"un\", other = \"des\" }\n";
        let en = "# The button.\n\"snap.send\" = \"Send\"\n\n\"extra\" = \"x\"\n";
        let set = [Source::of("assets/lang/en.toml", en), Source::of("assets/lang/fr.toml", fr)];
        let complaints = check(&set).unwrap();
        assert_eq!(
            complaints,
            [
                "assets/lang/en.toml:4: no comment says where \"extra\" shows",
                "assets/lang/en.toml: no n, which assets/lang/fr.toml has",
                "assets/lang/fr.toml: no extra, which assets/lang/en.toml has",
            ]
        );
    }

    #[test]
    fn a_key_named_by_its_family_is_used() {
        let set = [
            Source::of("assets/lang/fr.toml", "# x\na.b = \"1\"\na.c = \"2\"\nd = \"3\"\n"),
            Source::of("pwa/src/main.rs", "t(&format!(\"a.{name}\"))"),
        ];
        assert_eq!(unused(&set).unwrap().as_deref(), Some("assets/lang/fr.toml: nothing names d"));
    }
}
