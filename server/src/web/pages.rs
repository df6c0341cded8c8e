//! Templates and languages: HTML pages of `assets/pages`, mails of `assets/mail`, words of `assets/lang`.

use crate::web::assets::Manifest;
use crate::web::words::{self, Catalogs};
use anyhow::{Context, Result, anyhow};
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Value};
use rust_embed::RustEmbed;
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
}

impl Pages {
    /// Reads templates and languages; a broken one stops the start. `mirrored`: offers the language that is made to be
    /// tried.
    pub fn load(public_url: &str, mirrored: bool) -> Result<Self> {
        let catalogs = Arc::new(load_catalogs()?);
        let mut environment = Environment::new();
        environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
        for path in Sources::iter().filter(|path| !path.ends_with(".toml")) {
            let source = source(&path)?;
            environment.add_template_owned(path.to_string(), source).with_context(|| path.to_string())?;
        }
        let manifest = Manifest::load();
        environment.add_function("asset", move |name: &str| Value::from_safe_string(manifest.url(name)));
        environment.add_global("public_url", public_url);
        environment.add_global("langs", Value::from(minijinja::value::Serde(offered(&catalogs, mirrored))));
        words::add(&mut environment, &catalogs);
        Ok(Self { environment, catalogs })
    }

    /// Renders `template` in `lang` with `values`.
    pub fn render(&self, template: &str, lang: &str, values: Value) -> Result<String> {
        let lang = self.catalog(lang).lang();
        let context = minijinja::context! { lang => lang, ..values };
        let template = self.environment.get_template(template)?;
        template.render(context).map_err(|error| anyhow!("{error:#}"))
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
