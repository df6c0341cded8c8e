//! `tidy`: our own rules about the sources, as code.
//!
//! Owns nothing but the list; each rule is a function from the sources to complaints.

mod lang;
mod sources;

use crate::places;
use anyhow::{Result, bail};
use std::fs;
use std::path::{Path, PathBuf};

const KINDS: [&str; 9] = ["css", "html", "js", "md", "rs", "sh", "sql", "toml", "txt"];
const NOT_OURS: [&str; 3] = ["target", "data", "node_modules"];

/// A text file of ours.
pub struct Source {
    /// Below the root.
    pub path: String,
    /// Its content.
    pub text: String,
}

impl Source {
    /// A file that a test makes up.
    #[cfg(test)]
    fn of(path: &str, text: &str) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    fn is(&self, extension: &str) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, found)| found == extension)
    }
}

/// Prints every complaint; an error when there is one.
pub fn run() -> Result<()> {
    let root = places::root();
    let mut found = Vec::new();
    gather(&root, &root, &mut found)?;
    let mut complaints = sources::check(&found);
    complaints.extend(sources::migrations(&found));
    complaints.extend(lang::check(&found)?);
    if let Some(warning) = lang::unused(&found)? {
        eprintln!("warning: {warning}");
    }
    for complaint in &complaints {
        eprintln!("{complaint}");
    }
    match complaints.len() {
        0 => Ok(()),
        1 => bail!("one rule broken"),
        n => bail!("{n} rules broken"),
    }
}

fn gather(root: &Path, dir: &Path, found: &mut Vec<Source>) -> Result<()> {
    let mut entries: Vec<PathBuf> = fs::read_dir(dir)?.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') && name != ".cargo" || dir == root && NOT_OURS.contains(&&*name) {
            continue;
        }
        if path.is_dir() {
            gather(root, &path, found)?;
        } else if path.extension().is_some_and(|e| KINDS.contains(&&*e.to_string_lossy()))
            && let Ok(text) = fs::read_to_string(&path)
        {
            found.push(Source { path: places::below(&path, root), text });
        }
    }
    Ok(())
}
