//! `vigie import places`: the official exports as published (DOMAIN 2.2 and 2.3).
//!
//! Promises: lines that cannot be used are listed with their number and the reason, never dropped silently; what one
//! file does not know, another completes; reading the same files again changes nothing; a school that disappears is closed,
//! never deleted (`scope`). Of the files, only the schools taken are held at once.

mod apply;
pub mod borders;
pub mod facts;
pub mod file;
pub mod json;
mod names;
pub mod pupils;
pub mod scope;
pub mod zones;

use crate::app::App;
use anyhow::{Result, ensure};
use facts::{Facts, Line};
use indicatif::ProgressBar;
use scope::Held;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// Complaints shown of a file that holds nothing else.
const SHOWN: usize = 10;

/// Which establishments are taken.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Private ones too.
    pub private: bool,
    /// Collèges and lycées too.
    pub secondary: bool,
    /// Beginning of the INSEE code of the commune; empty for all.
    pub commune: String,
    /// The files hold every such school of the départements they are about.
    pub complete: bool,
}

impl Choice {
    /// Whether such an establishment is asked for.
    pub fn wants(&self, secondary: bool, private: bool, city_code: &str) -> bool {
        (!secondary || self.secondary) && (!private || self.private) && city_code.starts_with(&self.commune)
    }
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
    /// Places closed, because the file says so or no longer holds them: code and name.
    pub closed: Vec<String>,
    /// Places that were closed and are there again: code and name.
    pub reopened: Vec<String>,
    /// Lines not asked for: private, secondary, another commune, not a school.
    pub set_aside: usize,
    /// Lines that cannot be used: file, number, reason.
    pub refused: Vec<String>,
    /// Places taken whose position is only approximate.
    pub approximate: usize,
    /// Places taken without any position.
    pub nowhere: usize,
    /// What was not done because it is not sure.
    pub doubts: Vec<String>,
}

/// What the files say.
#[derive(Default)]
struct Read {
    places: BTreeMap<Box<str>, Box<Facts>>,
    inspections: Vec<(String, String)>,
    held: Held,
    /// The names of the files.
    source: String,
}

/// Reads `files` in order and applies them in one transaction.
pub async fn run(app: &App, files: &[PathBuf], choice: &Choice) -> Result<Summary> {
    run_shown(app, files, choice, &ProgressBar::hidden()).await
}

/// The same, moving a bar as the files are read, then as the places are written.
pub async fn run_shown(app: &App, files: &[PathBuf], choice: &Choice, bar: &ProgressBar) -> Result<Summary> {
    let (mut summary, mut read) = (Summary::default(), Read::default());
    file::measure(files, bar);
    for path in files {
        one_file(path, choice, bar, (&mut read, &mut summary)).await?;
    }
    read.source = files.iter().map(|path| file::name(path)).collect::<Vec<_>>().join(", ");
    ensure!(
        !read.places.is_empty() || summary.refused.is_empty(),
        "nothing could be read:{}",
        first_of(&summary.refused)
    );
    summary.approximate = read.places.values().filter(|facts| facts.approximate).count();
    summary.nowhere = read.places.values().filter(|facts| facts.position.is_none()).count();
    apply::run(app, read, choice, &mut summary, bar).await?;
    bar.finish_and_clear();
    Ok(summary)
}

async fn one_file(
    path: &Path,
    choice: &Choice,
    bar: &ProgressBar,
    (read, summary): (&mut Read, &mut Summary),
) -> Result<()> {
    let mut records = file::records(path, bar);
    let mut list = None;
    while let Some(numbered) = records.recv().await {
        let (number, record) = numbered?;
        let line = match &record {
            Ok(record) => {
                let list = *list.get_or_insert_with(|| facts::list(record));
                ensure!(
                    list != 0,
                    "{} is no list of schools: none of its columns holds codes (numero_uai, Code établissement, \
                     Identifiant_de_l_etablissement)",
                    path.display()
                );
                read.held.note(&facts::code(record), list);
                facts::read(record, choice)
            }
            Err(reason) => Line::Refused(reason.clone()),
        };
        match line {
            Line::Place(found) => {
                read.held.take(&found);
                match read.places.get_mut(found.id.as_str()) {
                    Some(known) => known.complete(&found),
                    None => drop(read.places.insert(found.id.as_str().into(), found)),
                }
            }
            Line::Inspection { name, mail } => read.inspections.push((name, mail)),
            Line::SetAside => summary.set_aside += 1,
            Line::Refused(reason) => {
                summary.refused.push(format!("{}, line {number}: {reason}", file::name(path)));
            }
        }
    }
    Ok(())
}

/// The first of many complaints, where all is wrong with a file.
fn first_of(refused: &[String]) -> String {
    let shown: String = refused.iter().take(SHOWN).map(|line| format!("\n  {line}")).collect();
    let more = refused.len().saturating_sub(SHOWN);
    if more > 0 { format!("{shown}\n  and {more} more") } else { shown }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { new, changed, unchanged, set_aside, .. } = self;
        let (closed, reopened, refused) = (self.closed.len(), self.reopened.len(), self.refused.len());
        writeln!(
            f,
            "{new} new, {changed} changed, {unchanged} unchanged, {closed} closed, {reopened} reopened, \
             {set_aside} not asked for, {refused} refused"
        )?;
        if self.approximate + self.nowhere > 0 {
            let (approximate, nowhere) = (self.approximate, self.nowhere);
            writeln!(f, "{approximate} with an approximate position, {nowhere} without any")?;
        }
        let lines = [("closed", &self.closed), ("reopened", &self.reopened), ("refused", &self.refused)];
        for (what, lines) in lines {
            lines.iter().try_for_each(|line| writeln!(f, "  {what}: {line}"))?;
        }
        self.doubts.iter().try_for_each(|doubt| writeln!(f, "  not closed: {doubt}"))
    }
}
