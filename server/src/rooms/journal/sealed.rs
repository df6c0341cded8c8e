//! Seals with the lines that they close, for those who check: over HTTP one by one, and all of them as a file.
//!
//! Whoever keeps them has the whole journal, and proof of it. Of what is not public a line's hash is given and nothing
//! else, so that the root can be computed all the same; a hash tells nothing, since a report's id is no guess.

use super::{seal, store};
use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::rooms::reports::store::{parse_id, parse_place};
use crate::rooms::reports::view::told;
use anyhow::Context;
use serde::Serialize;
use shared::ids::{ParcelId, PlaceId};
use shared::instant::Instant;
use shared::problem::{Code, Problem};
use sqlx::Row;
use sqlx::any::AnyRow;
use std::io::Write;
use std::path::Path;
use utoipa::ToSchema;

/// Most seals in a list.
pub const MOST: i64 = 1_000;

/// A seal.
#[derive(Debug, Serialize, ToSchema)]
pub struct Seal {
    /// 1, 2, 3…
    pub seal: i64,
    /// Place of its last line in the order of all; its first comes after the last of the seal before.
    pub last: i64,
    /// When it was made.
    pub at: Instant,
    /// SHA-256 of the hashes of its lines in their order, each followed by a line feed.
    pub root: String,
    /// SHA-256 of the hash of the seal before (64 zeros before the first), its number, last, instant and root, each
    /// followed by a line feed.
    pub hash: String,
}

/// Seals without their lines.
#[derive(Debug, Serialize, ToSchema)]
pub struct Seals {
    /// In their order.
    pub seals: Vec<Seal>,
}

/// A seal with all that it closes.
#[derive(Debug, Serialize, ToSchema)]
pub struct Sealed {
    /// The seal.
    #[serde(flatten)]
    pub seal: Seal,
    /// Its lines, in their order.
    pub lines: Vec<SealedLine>,
}

/// A line under a seal. All but `seq` and `hash` is absent where the report is not public.
#[derive(Debug, Serialize, ToSchema)]
pub struct SealedLine {
    /// Its place in the order of all lines.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
    /// What was hashed.
    #[serde(flatten)]
    pub said: Option<Said>,
}

/// What a public line says.
#[derive(Debug, Serialize, ToSchema)]
pub struct Said {
    /// The report.
    pub report: ParcelId,
    /// Its number.
    pub number: i64,
    /// Its place.
    pub place: PlaceId,
    /// 1, 2, 3… within the report.
    pub position: i64,
    /// When it was written.
    pub at: Instant,
    /// What happened, to the byte: JSON.
    pub text: String,
}

impl From<store::Seal> for Seal {
    fn from(seal: store::Seal) -> Self {
        let store::Seal { number, last, at, root, hash } = seal;
        Self { seal: number, last, at: Instant(at), root, hash }
    }
}

/// The seals after number `after`.
///
/// # Errors
/// The database's.
pub async fn list(app: &App, after: i64) -> Result<Seals> {
    let seals = store::seals(app.db.read(), after, MOST).await?;
    Ok(Seals { seals: seals.into_iter().map(Seal::from).collect() })
}

/// Seal `number` with its lines.
///
/// # Errors
/// `not_found`.
pub async fn one(app: &App, number: i64) -> Result<Sealed> {
    let mut tx = app.db.snapshot().await?;
    let seal = store::seal(&mut *tx, number).await?;
    with_lines(&mut tx, seal.ok_or_else(|| Problem::of(Code::NotFound, "number"))?).await
}

async fn with_lines(tx: &mut Tx, seal: store::Seal) -> Result<Sealed> {
    let first: Option<i64> = sqlx::query_scalar("SELECT last FROM seals WHERE number = $1")
        .bind(seal.number - 1)
        .fetch_optional(&mut **tx)
        .await?;
    let rows = sqlx::query(concat!(
        "SELECT j.seq, j.hash, j.report_id, j.position, j.at, j.event, r.number, r.place_id, CAST(CASE WHEN ",
        told!(),
        " THEN 1 ELSE 0 END AS BIGINT) AS told
         FROM journal j JOIN reports r ON r.id = j.report_id JOIN reports m ON m.id = COALESCE(r.merged_into, r.id)
         WHERE j.seq > $1 AND j.seq <= $2 ORDER BY j.seq"
    ));
    let rows = rows.bind(first.unwrap_or_default()).bind(seal.last).fetch_all(&mut **tx).await?;
    Ok(Sealed { lines: rows.iter().map(line).collect::<Result<_>>()?, seal: seal.into() })
}

fn line(row: &AnyRow) -> Result<SealedLine> {
    let said = || -> Result<Said> {
        Ok(Said {
            report: parse_id(row.try_get("report_id")?)?,
            number: row.try_get::<Option<i64>, _>("number")?.unwrap_or_default(),
            place: parse_place(row.try_get("place_id")?)?,
            position: row.try_get("position")?,
            at: Instant(row.try_get("at")?),
            text: row.try_get("event")?,
        })
    };
    let public = row.try_get::<i64, _>("told")? != 0;
    Ok(SealedLine {
        seq: row.try_get("seq")?,
        hash: row.try_get("hash")?,
        said: public.then(said).transpose()?,
    })
}

/// Writes every seal with its lines to `file`, a JSON text a line, after sealing what waits. Gives the sentence to print,
/// unless the journal itself is printed (`-`).
///
/// # Errors
/// The database's, the disk's.
pub async fn export(app: &App, file: &Path) -> anyhow::Result<Option<String>> {
    seal::all(app).await?;
    let printed = file.as_os_str() == "-";
    let mut to: Box<dyn Write + Send> = if printed {
        Box::new(std::io::BufWriter::new(std::io::stdout()))
    } else {
        let made = std::fs::File::create_new(file);
        Box::new(std::io::BufWriter::new(made.with_context(|| format!("cannot write {}", file.display()))?))
    };
    let mut tx = app.db.snapshot().await?;
    let (mut number, mut lines) = (0, 0);
    while let Some(seal) = store::seal(&mut *tx, number + 1).await? {
        number = seal.number;
        let sealed = with_lines(&mut tx, seal).await.map_err(plain)?;
        lines += sealed.lines.len();
        serde_json::to_writer(&mut to, &sealed)?;
        to.write_all(b"\n")?;
    }
    to.flush()?;
    let said = || format!("{} written: {lines} lines under {number} seals", file.display());
    Ok((!printed).then(said))
}

fn plain(error: Error) -> anyhow::Error {
    match error {
        Error::Internal(error) => error,
        Error::Problem(problem) | Error::Under(_, problem) => problem.into(),
    }
}
