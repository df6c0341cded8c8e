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

/// Templates and words, ready to use.
pub struct Pages {
    environment: Environment<'static>,
    catalogs: Catalogs,
}

impl Pages {
    /// Reads templates and languages; a broken one stops the start.
    pub fn load(public_url: &str) -> Result<Self> {
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

fn load_catalogs() -> Result<BTreeMap<String, Catalog>> {
    let files = Sources::iter().filter_map(|path| {
        Some((path.clone(), path.strip_prefix("lang/")?.strip_suffix(".toml")?.to_owned()))
    });
    files
        .map(|(path, lang)| {
            let messages = toml::from_str(&source(&path)?).with_context(|| path.to_string())?;
            Ok((lang.clone(), Catalog::new(&lang, messages)))
        })
        .collect()
}

fn source(path: &str) -> Result<String> {
    let file = Sources::get(path).with_context(|| format!("{path} is missing"))?;
    String::from_utf8(file.data.into_owned()).with_context(|| path.to_owned())
}
