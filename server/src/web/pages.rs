//! Templates and languages: HTML pages of `assets/pages`, mails of `assets/mail`, words of `assets/lang`.

use crate::rooms::photos::hex;
use crate::web::assets::Manifest;
use crate::web::words::{self, Catalogs};
use anyhow::{Context, Result, anyhow};
use jiff::tz::TimeZone;
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Output, State, Value, escape_formatter};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};
use shared::lang::Catalog;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The source files that the binary carries.
#[derive(RustEmbed)]
#[folder = "../assets"]
#[include = "pages/*"]
#[include = "mail/**"]
#[include = "lang/*.toml"]
struct Sources;

/// The language of those who chose none.
pub const DEFAULT_LANG: &str = "fr";

/// The language made of the default one by `xtask` for trying screens: the name of its file.
const MIRRORED: &str = "ar-xb";

/// Templates and words, ready to use.
pub struct Pages {
    environment: Environment<'static>,
    catalogs: Catalogs,
    version: String,
}

impl Pages {
    /// Reads templates and languages; a broken one stops the start. `mirrored`: offers the language that is made to be
    /// tried. `zone`: where the schools are.
    pub fn load(public_url: &str, mirrored: bool, zone: &TimeZone) -> Result<Self> {
        let catalogs = Arc::new(load_catalogs()?);
        let mut environment = Environment::new();
        environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
        environment.set_formatter(escaped);
        for path in Sources::iter().filter(|path| !path.ends_with(".toml")) {
            let source = source(&path)?;
            environment.add_template_owned(path.to_string(), source).with_context(|| path.to_string())?;
        }
        let manifest = Manifest::load();
        let version = version(&manifest)?;
        environment.add_function("asset", move |name: &str| Value::from_safe_string(manifest.url(name)));
        environment.add_global("public_url", public_url);
        environment.add_global("spoken", Value::from(minijinja::value::Serde(offered(&catalogs, false))));
        environment.add_global("langs", Value::from(minijinja::value::Serde(offered(&catalogs, mirrored))));
        words::add(&mut environment, &catalogs, zone);
        Ok(Self { environment, catalogs, version })
    }

    /// Renders `template` in `lang` with `values`.
    pub fn render(&self, template: &str, lang: &str, values: Value) -> Result<String> {
        let lang = self.catalog(lang).lang();
        let context = minijinja::context! { lang => lang, ..values };
        let template = self.environment.get_template(template)?;
        template.render(context).map_err(|error| anyhow!("{error:#}"))
    }

    /// Changes with every template, word and file of the app.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Whether there are words in `lang`.
    pub fn speaks(&self, lang: &str) -> bool {
        self.catalogs.contains_key(lang)
    }

    /// The words of `lang`, or of the default language.
    pub fn catalog(&self, lang: &str) -> &Catalog {
        static NONE: std::sync::LazyLock<Catalog> = std::sync::LazyLock::new(Catalog::default);
        self.catalogs.get(lang).or_else(|| self.catalogs.get(DEFAULT_LANG)).unwrap_or(&NONE)
    }
}

fn version(manifest: &Manifest) -> Result<String> {
    let mut digest = Sha256::new();
    for path in Sources::iter() {
        digest.update(source(&path)?);
    }
    for name in manifest.files.values() {
        digest.update(name);
    }
    Ok(hex(&digest.finalize()))
}

/// As HTML and XML want it, no more: addresses stay readable, and what no XML may hold is left out (XML 1.0 §2.2).
fn escaped(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), minijinja::Error> {
    let markup = matches!(state.auto_escape(), AutoEscape::Html) && !value.is_safe();
    let Some(text) = value.as_str().filter(|_| markup) else { return escape_formatter(out, state, value) };
    let entity = |letter: char| match letter {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        '\'' => Some("&#39;"),
        '\t' | '\n' | '\r' => None,
        '\0'..=' ' if letter != ' ' => Some(""),
        '\u{fffe}' | '\u{ffff}' => Some(""),
        _ => None,
    };
    let mut rest = text;
    while let Some((at, letter, entity)) =
        rest.char_indices().find_map(|(at, letter)| Some((at, letter, entity(letter)?)))
    {
        out.write_str(&rest[..at])?;
        out.write_str(entity)?;
        rest = &rest[at + letter.len_utf8()..];
    }
    Ok(out.write_str(rest)?)
}

/// What a page says of the languages there are: tag and own name, the default first.
fn offered(catalogs: &Catalogs, mirrored: bool) -> Vec<BTreeMap<&'static str, String>> {
    let named = |code: &str, name: String| BTreeMap::from([("code", code.to_owned()), ("name", name)]);
    let mut offered: Vec<_> =
        catalogs.iter().map(|(code, words)| named(code, words.say("lang_name"))).collect();
    offered.sort_by_key(|lang| lang["code"] != DEFAULT_LANG);
    if mirrored {
        offered.push(named(MIRRORED, "Mirrored".to_owned()));
    }
    offered
}

fn load_catalogs() -> Result<BTreeMap<String, Catalog>> {
    let files = Sources::iter().filter_map(|path| {
        Some((path.clone(), path.strip_prefix("lang/")?.strip_suffix(".toml")?.to_owned()))
    });
    files
        .map(|(path, lang)| {
            let messages = toml::from_str(&source(&path)?).with_context(|| path.to_string())?;
            Ok((lang.clone(), Catalog::new(&lang, messages, plural)))
        })
        .collect()
}

/// The category of `n` by the rules of ICU4X; a language it does not know has one form.
fn plural(lang: &str, n: i64) -> String {
    use icu_plurals::{PluralCategory, PluralRules};
    let rules = lang
        .parse::<icu_locale_core::Locale>()
        .ok()
        .and_then(|locale| PluralRules::try_new(locale.into(), Default::default()).ok());
    match rules.map(|rules| rules.category_for(n)) {
        Some(PluralCategory::Zero) => "zero",
        Some(PluralCategory::One) => "one",
        Some(PluralCategory::Two) => "two",
        Some(PluralCategory::Few) => "few",
        Some(PluralCategory::Many) => "many",
        _ => "other",
    }
    .to_owned()
}

fn source(path: &str) -> Result<String> {
    let file = Sources::get(path).with_context(|| format!("{path} is missing"))?;
    String::from_utf8(file.data.into_owned()).with_context(|| path.to_owned())
}
