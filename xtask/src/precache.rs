//! The service worker's script and the two manifests: the files that name all the others.

use crate::bundle::{Bundle, DEFAULT_LANGUAGE, OF_PAGES, read};
use crate::split::is_part;
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::path::Path;

/// A PNG above this serves the installation, once: no need for every phone to keep it.
const BIG_ICON: usize = 8 * 1024;

/// The words that a tapped button of a notification is answered with.
const NOTED: &str = "told_noted";

/// What only those see who do without the app, and those who only hear of it.
const NOT_KEPT: [&str; 2] = [OF_PAGES, "preview.png"];

/// Adds `sw.js`, `manifest.webmanifest` and `manifest.json`.
pub fn finish(bundle: &mut Bundle, root: &Path) -> Result<()> {
    let manifest = webmanifest(bundle, &read(&root.join("assets/manifest.webmanifest"))?)?;
    bundle.files.insert("manifest.webmanifest".into(), manifest);
    let script = String::from_utf8(read(&root.join("service-worker/sw.js"))?)?;
    // The shell and the page for what is not here are precached too, and their layout is the server's: another layout is
    // another version.
    let mut more = script.clone().into_bytes();
    for page in crate::places::files_under(&root.join("assets/pages"))? {
        more.extend(read(&page)?);
    }
    let noted = noted(root)?;
    more.extend(noted.to_string().into_bytes());
    let version = bundle.version(&more);
    bundle.files.insert("sw.js".into(), worker_script(bundle, script, (&version, &noted))?.into_bytes());
    let names = json!({ "files": bundle.names, "version": version });
    bundle.files.insert("manifest.json".into(), serde_json::to_vec_pretty(&names)?);
    Ok(())
}

/// What the worker itself says, by language: it has no words but these.
fn noted(root: &Path) -> Result<Value> {
    let mut noted = serde_json::Map::new();
    for path in crate::places::files_under(&root.join("assets/lang"))? {
        let words: toml::Table = toml::from_str(&String::from_utf8(read(&path)?)?)?;
        let said = words.get(NOTED).and_then(toml::Value::as_str);
        let lang = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        noted.insert(lang, said.with_context(|| format!("{}: no {NOTED}", path.display()))?.into());
    }
    Ok(noted.into())
}

fn worker_script(bundle: &Bundle, script: String, (version, noted): (&str, &Value)) -> Result<String> {
    let fill = [
        ("/*PRECACHE*/[]", serde_json::to_string(&precached(bundle))?),
        ("/*VERSION*/\"\"", serde_json::to_string(version)?),
        ("/*NOTED*/{}", noted.to_string()),
        ("/*PARTS*/[]", serde_json::to_string(&parts(bundle))?),
        ("/*WORKER_JS*/\"\"", serde_json::to_string(&bundle.url("worker.js")?)?),
        ("/*WORKER_WASM*/\"\"", serde_json::to_string(&bundle.url("worker.wasm")?)?),
    ];
    let mut filled = script;
    for (place, value) in fill {
        if !filled.contains(place) {
            bail!("service-worker/sw.js has no {place} to fill in");
        }
        filled = filled.replace(place, &value);
    }
    Ok(filled)
}

/// Each URL once: `cache.addAll` refuses a list with a duplicate.
fn precached(bundle: &Bundle) -> Vec<String> {
    let wanted = |logical: &str, hashed: &str| {
        let size = bundle.files.get(&format!("assets/{hashed}")).map_or(0, Vec::len);
        let once = logical.ends_with(".txt") || logical.ends_with(".png") && size > BIG_ICON;
        !is_other_language(logical) && !once && !is_part(logical) && !NOT_KEPT.contains(&logical)
    };
    let assets = bundle.names.iter().filter(|(logical, hashed)| wanted(logical, hashed));
    let mut urls: Vec<String> = assets.map(|(_, hashed)| format!("/assets/{hashed}")).collect();
    urls.extend(["/shell", "/hors-ligne", "/manifest.webmanifest"].map(String::from));
    urls.sort();
    urls.dedup();
    urls
}

/// A language, or the words of a part in one, that comes when it is asked for.
fn is_other_language(logical: &str) -> bool {
    let lang = logical.strip_prefix("lang-").map(|rest| rest.strip_prefix(DEFAULT_LANGUAGE));
    lang.is_some_and(|rest| !rest.is_some_and(|rest| rest.starts_with(".json") || rest.starts_with("-part-")))
}

/// What the worker keeps once it has all of the first screen.
fn parts(bundle: &Bundle) -> Vec<String> {
    let parts = bundle.names.iter().filter(|(logical, _)| is_part(logical) && !is_other_language(logical));
    parts.map(|(_, hashed)| format!("/assets/{hashed}")).collect()
}

/// The icons by their hashed URLs.
fn webmanifest(bundle: &Bundle, source: &[u8]) -> Result<Vec<u8>> {
    let mut manifest: Value = serde_json::from_slice(source).context("assets/manifest.webmanifest")?;
    rewrite(bundle, &mut manifest).context("assets/manifest.webmanifest")?;
    Ok(serde_json::to_vec(&manifest)?)
}

fn rewrite(bundle: &Bundle, value: &mut Value) -> Result<()> {
    match value {
        Value::Array(items) => items.iter_mut().try_for_each(|item| rewrite(bundle, item)),
        Value::Object(fields) => fields.iter_mut().try_for_each(|(name, field)| match field {
            Value::String(src) if name == "src" => {
                *src = bundle.url(src.rsplit('/').next().unwrap_or(src))?;
                Ok(())
            }
            _ => rewrite(bundle, field),
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle() -> Bundle {
        let mut bundle = Bundle::default();
        for (name, size) in [
            ("worker.js", 1),
            ("worker.wasm", 2),
            ("app-part-a.wasm", 2),
            ("a.png", 3),
            ("b.png", BIG_ICON + 1),
        ] {
            bundle.add(name, vec![b' '; size]);
        }
        bundle.add("lang-fr.json", b"fr".to_vec());
        bundle.add("lang-en.json", b"en".to_vec());
        bundle
    }

    #[test]
    fn the_worker_keeps_the_shell_but_neither_big_icons_nor_other_languages() {
        let urls = precached(&bundle());
        assert_eq!(urls.len(), 7, "{urls:?}");
        assert!(urls.contains(&"/shell".to_owned()) && urls.contains(&"/manifest.webmanifest".to_owned()));
        assert!(
            !urls.iter().any(|url| url.contains("lang-en") || url.contains("b-") || url.contains("part"))
        );
        assert_eq!(parts(&bundle()), [bundle().url("app-part-a.wasm").unwrap()]);
    }

    #[test]
    fn a_script_without_a_place_for_the_version_is_refused() {
        let said = worker_script(&bundle(), "const LIST = /*PRECACHE*/[];".into(), ("v1", &Value::Null))
            .unwrap_err()
            .to_string();
        assert!(said.contains("/*VERSION*/"), "{said}");
    }

    #[test]
    fn icons_of_the_manifest_get_their_hashed_urls() {
        let source = br#"{"icons":[{"src":"icons/a.png"},{"src":"/assets/icons/a.png"}]}"#;
        let out: Value = serde_json::from_slice(&webmanifest(&bundle(), source).unwrap()).unwrap();
        assert_eq!(out["icons"][0]["src"], bundle().url("a.png").unwrap());
        assert_eq!(out["icons"][1]["src"], out["icons"][0]["src"]);
        assert!(webmanifest(&bundle(), br#"{"icons":[{"src":"icons/none.png"}]}"#).is_err());
    }
}
