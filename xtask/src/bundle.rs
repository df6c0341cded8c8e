//! What the server embeds, gathered in memory.
//!
//! Owns the names: a file under `assets/` carries the hash of its content, so it can be cached for ever.

use crate::bindgen::{Base16, Module, bare};
use crate::words::Speakers;
use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The language in every first load; the others come when asked for.
pub const DEFAULT_LANGUAGE: &str = "fr";

/// How the keys begin that only mails, notifications and server-written pages say.
const OF_THE_SERVER: [&str; 8] =
    ["answer_", "ask_act_", "ask_push", "letter_", "month_", "shell_", "site_", "told_"];

/// The sheet of pages that the server writes: no part of the first load.
pub const OF_PAGES: &str = "pages.css";

/// Files by their path below `target/app`, and the hashed path of each logical name.
#[derive(Default)]
pub struct Bundle {
    /// Path below `target/app` → content.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Logical name → path below `assets/`.
    pub names: BTreeMap<String, String>,
}

impl Bundle {
    /// Everything but the service worker's script and the manifests, which need the names of all the others.
    pub fn gather(root: &Path, app: Module, worker: Module, dev: bool) -> Result<Self> {
        let mut bundle = Self::default();
        let speakers = Speakers::of(&app);
        bundle.module("app", app);
        bundle.module("worker", worker);
        for path in crate::places::files_under(&root.join("assets/icons"))? {
            bundle.add(&path.file_name().unwrap_or_default().to_string_lossy(), fs::read(&path)?);
        }
        for path in crate::places::files_under(&root.join("assets/lang"))? {
            bundle.language(&path, &speakers).with_context(|| format!("{}", path.display()))?;
        }
        bundle.styles(&root.join("assets/css"), dev)?;
        bundle.add("boot.js", lean(&read(&root.join("pwa/boot.js"))?));
        bundle.add("offline.js", lean(&read(&root.join("service-worker/offline.js"))?));
        Ok(bundle)
    }

    /// Adds a file under a name that carries its hash.
    pub fn add(&mut self, logical: &str, content: Vec<u8>) {
        let hash = &hash(&content)[..12];
        let hashed = match logical.rsplit_once('.') {
            Some((stem, extension)) => format!("{stem}-{hash}.{extension}"),
            None => format!("{logical}-{hash}"),
        };
        self.files.insert(format!("assets/{hashed}"), content);
        self.names.insert(logical.to_owned(), hashed);
    }

    /// The URL of a logical name.
    pub fn url(&self, logical: &str) -> Result<String> {
        let hashed = self.names.get(logical).with_context(|| format!("no file called {logical}"))?;
        Ok(format!("/assets/{hashed}"))
    }

    /// One hash over everything and over `more`.
    pub fn version(&self, more: &[u8]) -> String {
        let mut digest = Sha256::new();
        for (path, content) in &self.files {
            digest.update(path);
            digest.update(content);
        }
        digest.update(more);
        format!("{:x}", Base16(&digest.finalize()))[..16].to_owned()
    }

    fn module(&mut self, name: &str, module: Module) {
        let mut js = module.js;
        for (path, content) in module.snippets {
            let logical = format!("{name}-{}", path.rsplit('/').next().unwrap_or(&path));
            self.add(&logical, if logical.ends_with(".js") { lean(&content) } else { content });
            js = js.replace(&path, &format!("./{}", self.names[&logical]));
        }
        self.add(&format!("{name}.js"), js.into_bytes());
        self.add(&format!("{name}.wasm"), module.wasm);
    }

    /// Keys stay as they are written: strings, or tables of plural forms. What only the server says stays with it.
    fn language(&mut self, path: &Path, speakers: &Speakers) -> Result<()> {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let mut table: toml::Table = toml::from_str(&fs::read_to_string(path)?)?;
        table.retain(|key, _| !OF_THE_SERVER.iter().any(|start| key.starts_with(start)));
        self.pieces(&stem, &table, speakers)?;
        if stem == DEFAULT_LANGUAGE {
            self.pieces(crate::mirrored::TAG, &crate::mirrored::mirrored(&table), speakers)?;
        }
        Ok(())
    }

    /// The words of the first part, which say where those of the others lie.
    fn pieces(&mut self, lang: &str, words: &toml::Table, speakers: &Speakers) -> Result<()> {
        let (mut first, pieces) = speakers.pieces(words);
        for (part, piece) in pieces {
            let logical = format!("lang-{lang}-part-{part}.json");
            self.add(&logical, serde_json::to_vec(&piece)?);
            first.insert(format!("words_of_{part}"), self.url(&logical)?.into());
        }
        self.add(&format!("lang-{lang}.json"), serde_json::to_vec(&first)?);
        Ok(())
    }

    /// All sheets in the order of their names, as one; that of the styleguide in development builds only. Apart: what only
    /// pages to read and to print need.
    fn styles(&mut self, dir: &Path, dev: bool) -> Result<()> {
        let mut sheet = String::new();
        for path in crate::places::files_under(dir)?
            .iter()
            .filter(|path| path.extension().is_some_and(|e| e == "css"))
            .filter(|path| !path.ends_with(OF_PAGES))
            .filter(|path| dev || !path.ends_with("90-styleguide.css"))
        {
            let source = fs::read_to_string(path)?;
            sheet += &crate::css::minify(&source).with_context(|| format!("{}", path.display()))?;
        }
        for (logical, hashed) in &self.names {
            sheet = sheet.replace(&format!("/assets/{logical}"), &format!("/assets/{hashed}"));
        }
        if sheet.is_empty() {
            bail!("no style sheet in {}", dir.display());
        }
        self.add("vigie.css", sheet.into_bytes());
        let of_pages = String::from_utf8_lossy(&read(&dir.join(OF_PAGES))?).into_owned();
        self.add(OF_PAGES, crate::css::minify(&of_pages).context(OF_PAGES)?.into_bytes());
        Ok(())
    }
}

/// A script of ours without what is for readers only.
fn lean(script: &[u8]) -> Vec<u8> {
    bare(&String::from_utf8_lossy(script)).into_bytes()
}

/// Reads a source, naming it when it is absent.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

fn hash(content: &[u8]) -> String {
    format!("{:x}", Base16(&Sha256::digest(content)))
}
