//! `vigie import pupils`: the official numbers of pupils and classes per school and school year (DOMAIN 2.4).
//!
//! Promises: each year of a school is kept beside the others; reading a file again changes nothing; lines that cannot be
//! used are listed. Deliberately shows nothing yet: the numbers are kept for the vintages to come.

use super::file::{self, Record};
use crate::app::App;
use crate::rooms::places::{bulk, store};
use anyhow::{Result, ensure};
use indicatif::ProgressBar;
use shared::places::is_uai;
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::path::PathBuf;

/// Rows written at once.
const BATCH: usize = 500;
/// School years that a file can be about.
const YEARS: std::ops::RangeInclusive<i16> = 1950..=2100;
/// Columns of the school's code.
const CODE: [&str; 4] = ["numero ecole", "numero de l ecole", "numero uai", "uai"];
/// Columns of the numbers, technical and label; in the order of the table's.
const NUMBERS: [[&str; 2]; 10] = [
    ["nombre total classes", "nombre total de classes"],
    ["nombre total eleves", "nombre total d eleves"],
    ["nombre eleves preelementaire hors ulis", "nombre d eleves en pre elementaire hors ulis"],
    ["nombre eleves elementaire hors ulis", "nombre d eleves en elementaire hors ulis"],
    ["nombre eleves ulis", "nombre d eleves en ulis"],
    ["nombre eleves cp hors ulis", "nombre d eleves en cp hors ulis"],
    ["nombre eleves ce1 hors ulis", "nombre d eleves en ce1 hors ulis"],
    ["nombre eleves ce2 hors ulis", "nombre d eleves en ce2 hors ulis"],
    ["nombre eleves cm1 hors ulis", "nombre d eleves en cm1 hors ulis"],
    ["nombre eleves cm2 hors ulis", "nombre d eleves en cm2 hors ulis"],
];

/// The school, and the year in which the school year begins.
pub type Key = (String, i16);

/// What was counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// As the columns of the table; nothing where the file does not say.
    pub numbers: [Option<i64>; NUMBERS.len()],
    /// "REP", "REP+" or nothing.
    pub priority: &'static str,
}

/// What an import did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Years of schools that were not known.
    pub new: u64,
    /// Those of which something changed.
    pub changed: u64,
    /// Those already known so.
    pub unchanged: u64,
    /// Lines about schools that are not here.
    pub set_aside: u64,
    /// The years of the file.
    pub years: BTreeMap<i16, u64>,
    /// Lines that cannot be used: file, number, reason.
    pub refused: Vec<String>,
}

/// Reads `files` and applies them as they are read, in short transactions: nobody who reports waits for the numbers of a
/// country. Ended in the middle, it is run again.
pub async fn run(app: &App, files: &[PathBuf], bar: &ProgressBar) -> Result<Summary> {
    let mut summary = Summary::default();
    let here = store::ids(app.db.read()).await?;
    file::measure(files, bar);
    for path in files {
        let (mut records, name) = (file::records(path, bar), file::name(path));
        let mut batch = BTreeMap::new();
        let mut first = true;
        while let Some(numbered) = records.recv().await {
            let (number, record) = numbered?;
            if let Ok(record) = &record {
                let fits = !first || record.has(&CODE) && record.has(&["rentree scolaire"]);
                ensure!(
                    fits,
                    "{name} is no list of pupils: it has no column of codes, or none of school years"
                );
                first = false;
            }
            match record.and_then(|record| read(&record)) {
                Ok((key, counted)) if here.contains(&key.0) => drop(batch.insert(key, counted)),
                Ok(_) => summary.set_aside += 1,
                Err(reason) => summary.refused.push(format!("{name}, line {number}: {reason}")),
            }
            if batch.len() >= BATCH {
                apply(app, std::mem::take(&mut batch), &name, &mut summary).await?;
            }
        }
        apply(app, batch, &name, &mut summary).await?;
    }
    bar.finish_and_clear();
    Ok(summary)
}

async fn apply(
    app: &App,
    mut batch: BTreeMap<Key, Counted>,
    source: &str,
    summary: &mut Summary,
) -> Result<()> {
    let ids: HashSet<&str> = batch.keys().map(|(id, _)| id.as_str()).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let mut tx = app.db.write().await?;
    let known = bulk::pupils(&mut tx, &ids.into_iter().collect::<Vec<_>>()).await?;
    batch.retain(|key, counted| {
        *summary.years.entry(key.1).or_default() += 1;
        let count = match known.get(key) {
            None => &mut summary.new,
            Some(before) if before == counted => &mut summary.unchanged,
            Some(_) => &mut summary.changed,
        };
        *count += 1;
        known.get(key) != Some(counted)
    });
    let rows: Vec<_> = batch.into_iter().collect();
    for part in rows.chunks(BATCH) {
        bulk::count_pupils(&mut tx, part, source, app.clock.now()).await?;
    }
    tx.commit().await?;
    Ok(())
}

fn read(record: &Record) -> Result<(Key, Counted), String> {
    let id = record.get(&CODE).to_uppercase();
    if !is_uai(&id) {
        return Err(format!("“{id}” is not a UAI: seven digits and their check letter"));
    }
    let written = record.get(&["rentree scolaire"]);
    // "2022", or "2022-2023" of which the first counts.
    let year = written.get(..4).and_then(|year| year.parse().ok()).filter(|year| YEARS.contains(year));
    let year = year.ok_or_else(|| format!("“{written}” is no school year"))?;
    let mut numbers = [None; NUMBERS.len()];
    for (number, columns) in numbers.iter_mut().zip(&NUMBERS) {
        *number =
            count(record.get(columns)).map_err(|text| format!("“{text}” is no number ({})", columns[0]))?;
    }
    let yes = |column| matches!(record.get(&[column]), "1" | "1.0" | "OUI" | "Oui" | "true");
    let priority = if yes("rep plus") {
        "REP+"
    } else if yes("rep") {
        "REP"
    } else {
        ""
    };
    Ok(((id, year), Counted { numbers, priority }))
}

/// A count, also one that passed through a spreadsheet: "12.0".
fn count(text: &str) -> Result<Option<i64>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let whole = text.strip_suffix(".0").unwrap_or(text);
    whole.parse().ok().filter(|count| *count >= 0).map(Some).ok_or_else(|| text.to_owned())
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { new, changed, unchanged, set_aside, years, refused } = self;
        writeln!(
            f,
            "{new} new, {changed} changed, {unchanged} unchanged, {set_aside} of schools that are not here, {} refused",
            refused.len()
        )?;
        years.iter().try_for_each(|(year, count)| writeln!(f, "  {year}-{}: {count} schools", year + 1))?;
        refused.iter().try_for_each(|line| writeln!(f, "  refused: {line}"))
    }
}
