//! Whether the journal is what was written: every line by the chain of its report, every seal by its lines.
//!
//! Reads the database as it is at one instant, row after row, and keeps none. Of a report it says the first line that is
//! wrong, since what comes after it follows from it; never an address, never an event's words.

use super::chain::{self, Line, NONE, Root};
use super::store::{self, Seal};
use crate::app::App;
use crate::db::Tx;
use anyhow::Result;
use futures_util::TryStreamExt;
use shared::instant::Instant;
use sqlx::Row;
use sqlx::any::AnyRow;

/// Seals that are read together.
const BATCH: i64 = 500;

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Lines there are.
    pub lines: i64,
    /// Reports that have some.
    pub reports: i64,
    /// The newest seal: its number, its last line, its hash.
    pub sealed: Option<(i64, i64, String)>,
    /// Lines that no seal closes yet, and since when one has waited for its place.
    pub waiting: (i64, Option<Instant>),
    /// The first thing that is not as it was written, for people.
    pub broken: Option<String>,
    /// How many others there are.
    pub others: i64,
}

impl Findings {
    fn broken(&mut self, what: String) {
        match self.broken {
            Some(_) => self.others += 1,
            None => self.broken = Some(what),
        }
    }
}

/// Checks every line and every seal.
///
/// # Errors
/// The database's.
pub async fn examine(app: &App) -> Result<Findings> {
    let mut found = Findings::default();
    let mut tx = app.db.snapshot().await?;
    lines(&mut tx, &mut found).await?;
    seals(&mut tx, &mut found).await?;
    found.waiting = store::waiting(&mut *tx).await?;
    Ok(found)
}

/// A report whose lines are being read.
struct Journal {
    id: String,
    /// How people call it.
    name: String,
    /// Lines it says it has.
    counted: i64,
    /// Lines read so far.
    read: i64,
    /// The hash of the last.
    before: String,
    /// One of them was wrong.
    broken: bool,
}

impl Journal {
    fn of(row: &AnyRow) -> sqlx::Result<Self> {
        let id: String = row.try_get("id")?;
        let number: Option<i64> = row.try_get("number")?;
        Ok(Self {
            name: number.map_or_else(|| id.clone(), |number| number.to_string()),
            counted: row.try_get("lines")?,
            read: 0,
            before: NONE.to_owned(),
            broken: false,
            id,
        })
    }

    /// What is wrong with the next line.
    fn next(&mut self, row: &AnyRow) -> sqlx::Result<Option<String>> {
        let position: i64 = row.try_get("position")?;
        let hash: Option<String> = row.try_get("hash")?;
        let line = Line { report: &self.id, position, at: row.try_get("at")?, event: row.try_get("event")? };
        let (expected, ours) = (self.read + 1, line.hash(&self.before));
        self.read = expected;
        if self.broken {
            return Ok(None);
        }
        let name = &self.name;
        let wrong = if position > expected {
            Some(format!("line {expected} of report {name} is missing"))
        } else if expected > self.counted {
            Some(format!("line {position} of report {name} was slipped in"))
        } else if hash.as_deref() != Some(&ours) {
            Some(format!("line {position} of report {name} is not what was written"))
        } else {
            None
        };
        self.broken = wrong.is_some();
        self.before = ours;
        Ok(wrong)
    }

    /// What is wrong once all lines were read.
    fn end(&self) -> Option<String> {
        let missing = !self.broken && self.read < self.counted;
        missing.then(|| format!("line {} of report {} is missing", self.read + 1, self.name))
    }
}

async fn lines(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let rows = sqlx::query(
        "SELECT r.id, r.number, r.lines, j.position, j.at, j.event, j.hash
         FROM reports r LEFT JOIN journal j ON j.report_id = r.id ORDER BY r.id, j.position",
    );
    let mut rows = rows.fetch(&mut **tx);
    let mut journal: Option<Journal> = None;
    while let Some(row) = rows.try_next().await? {
        let id: &str = row.try_get("id")?;
        if journal.as_ref().is_none_or(|journal| journal.id != id) {
            journal.iter().filter_map(Journal::end).for_each(|wrong| found.broken(wrong));
            journal = Some(Journal::of(&row)?);
            found.reports += i64::from(row.try_get::<Option<i64>, _>("position")?.is_some());
        }
        if let (Some(journal), Some(_)) = (&mut journal, row.try_get::<Option<i64>, _>("position")?) {
            found.lines += 1;
            journal.next(&row)?.into_iter().for_each(|wrong| found.broken(wrong));
        }
    }
    journal.iter().filter_map(Journal::end).for_each(|wrong| found.broken(wrong));
    Ok(())
}

async fn seals(tx: &mut Tx, found: &mut Findings) -> Result<()> {
    let mut before = Seal { number: 0, last: 0, at: 0, root: String::new(), hash: NONE.to_owned() };
    loop {
        let seals = store::seals(&mut **tx, before.number, BATCH).await?;
        if seals.is_empty() {
            break;
        }
        for seal in seals {
            if let Some(wrong) = wrong(tx, &before, &seal).await? {
                found.broken(wrong);
            }
            before = seal;
        }
    }
    let made = store::seals_made(tx).await?;
    if made > before.number {
        found.broken(format!("seal {} is missing", before.number + 1));
    }
    found.sealed = (before.number > 0).then_some((before.number, before.last, before.hash));
    Ok(())
}

/// What is wrong with `seal`, which comes after `before`.
async fn wrong(tx: &mut Tx, before: &Seal, seal: &Seal) -> Result<Option<String>> {
    let Seal { number, last, at, root, hash } = seal;
    if *number != before.number + 1 {
        return Ok(Some(format!("seal {} is missing", before.number + 1)));
    }
    if chain::seal(&before.hash, (*number, *last, *at), root) != *hash {
        return Ok(Some(format!("seal {number} is not what was made")));
    }
    let sealed = store::sealed(tx, before.last, *last).await?;
    let mut ours = Root::default();
    sealed.iter().for_each(|hash| ours.add(hash));
    let (there, were) = (i64::try_from(sealed.len())?, last - before.last);
    Ok(if there != were {
        Some(format!("seal {number} closed {were} lines, of which {there} are there"))
    } else if ours.end() != *root {
        Some(format!("the lines under seal {number} are not those that it closed"))
    } else {
        None
    })
}
