//! `vigie import places`: the official exports as published (DOMAIN 2.2 and 2.3).
//!
//! Promises: lines that cannot be used are listed with their number and the reason, never dropped silently; what one
//! file does not know, another completes; reading the same files again changes nothing.

pub mod facts;
mod file;
mod names;
mod zones;

use super::store;
use crate::app::App;
use anyhow::{Result, ensure};
use facts::{Facts, Line};
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// Which establishments are taken.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Private ones too.
    pub private: bool,
    /// Collèges and lycées too.
    pub secondary: bool,
    /// Beginning of the INSEE code of the commune; empty for all.
    pub commune: String,
}

/// What an import did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Places that were not known.
    pub new: usize,
    /// Places of which something changed.
    pub changed: usize,
    /// Places already known so.
    pub unchanged: usize,
    /// Lines not asked for: private, secondary, another commune, not a school.
    pub set_aside: usize,
    /// Lines that cannot be used: file, number, reason.
    pub refused: Vec<String>,
}

/// Reads `files` in order and applies them in one transaction.
pub async fn run(app: &App, files: &[PathBuf], choice: &Choice) -> Result<Summary> {
    let mut summary = Summary::default();
    let mut read: BTreeMap<String, Facts> = BTreeMap::new();
    let mut inspections = Vec::new();
    for path in files {
        for (number, record) in file::records(path)? {
            match facts::read(&record?, choice) {
                Line::Place(found) => match read.get_mut(&found.id) {
                    Some(known) => known.complete(&found),
                    None => drop(read.insert(found.id.clone(), *found)),
                },
                Line::Inspection { name, mail } => inspections.push((name, mail)),
                Line::SetAside => summary.set_aside += 1,
                Line::Refused(reason) => {
                    summary.refused.push(format!("{}, line {number}: {reason}", file::name(path)));
                }
            }
        }
    }
    let source = files.iter().map(|path| file::name(path)).collect::<Vec<_>>().join(", ");
    ensure!(!read.is_empty() || summary.refused.is_empty(), "nothing could be read:\n{summary}");
    apply(app, read, &source, &mut summary).await?;
    zones::inspections(app, &inspections).await?;
    Ok(summary)
}

async fn apply(app: &App, read: BTreeMap<String, Facts>, source: &str, summary: &mut Summary) -> Result<()> {
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    let known: BTreeMap<String, Facts> =
        store::all_facts(&mut tx).await?.into_iter().map(|facts| (facts.id.clone(), facts)).collect();
    for (id, mut facts) in read {
        match known.get(&id) {
            Some(before) => {
                facts.complete(before);
                if facts == *before {
                    summary.unchanged += 1;
                    continue;
                }
                summary.changed += 1;
            }
            None => summary.new += 1,
        }
        store::upsert(&mut tx, &facts, source, now).await?;
        zones::settle(&mut tx, &facts, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { new, changed, unchanged, set_aside, refused } = self;
        writeln!(
            f,
            "{new} new, {changed} changed, {unchanged} unchanged, {set_aside} not asked for, {} refused",
            refused.len()
        )?;
        refused.iter().try_for_each(|line| writeln!(f, "  {line}"))
    }
}
