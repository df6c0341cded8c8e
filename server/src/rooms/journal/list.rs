//! The list of all lines, newest first, a page at a time: what is sealed and public.
//!
//! A page begins where the fewest lines are: at a report, at the few reports of a place or a zone, else along the order of
//! all lines. Such a walk looks at [`WINDOW`] lines at most: a page that found little by then is short, and says where to
//! read on.

use super::filter::Filter;
use super::{read, store};
use crate::error::Result;
use crate::rooms::reports::store::{parse_id, parse_place};
use crate::rooms::reports::view::{self, told};
use serde::Serialize;
use shared::ids::{ParcelId, PlaceId};
use shared::instant::Instant;
use shared::reports::Event;
use shared::text;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyPool, Row};
use utoipa::ToSchema;

/// Reports whose lines are read whole and sorted; of more, the order of all lines is walked.
const FEW: i64 = 1_500;
/// Lines that one page looks at, at most.
pub const WINDOW: i64 = 4_000;

/// A line among those of all reports.
#[derive(Debug, Serialize, ToSchema)]
pub struct Line {
    /// Its place in the order of all lines; none while no seal closes it.
    pub seq: Option<i64>,
    /// The report.
    pub report: ParcelId,
    /// Its number.
    pub number: i64,
    /// Its place.
    pub place: PlaceId,
    /// The place's name.
    pub place_name: String,
    /// What the report is about, if its reporter said.
    pub category: Option<String>,
    /// The first words of its description.
    pub excerpt: String,
    /// 1, 2, 3… within the report.
    pub position: i64,
    /// When it was written.
    pub at: Instant,
    /// What happened.
    pub event: Event,
    /// The same to the byte, as it is hashed.
    pub text: String,
    /// SHA-256 of the hash before, the report, the position, the instant and the text, each followed by a line feed.
    pub hash: String,
}

/// One page of lines.
#[derive(Debug, Serialize, ToSchema)]
pub struct Lines {
    /// Newest first.
    pub lines: Vec<Line>,
    /// Give it as `before` to read on; none at the end.
    pub next: Option<String>,
}

/// The page that `filter` asks for.
///
/// # Errors
/// `report_unknown`, `not_public`.
pub async fn page(db: &AnyPool, filter: &Filter) -> Result<Lines> {
    if let Some(report) = &filter.report {
        view::told_of(db, report).await?;
    }
    let (text, end) = choose(db, filter).await?;
    let rows = bind(text, filter, end).bind(i64::try_from(filter.limit + 1).unwrap_or(i64::MAX));
    let mut lines = rows.fetch_all(db).await?.iter().map(line).collect::<Result<Vec<_>>>()?;
    let more = lines.len() > filter.limit;
    lines.truncate(filter.limit);
    let place = |line: &Line| if filter.report.is_some() { Some(line.position) } else { line.seq };
    let next = if more { lines.last().and_then(place) } else { Some(end).filter(|end| *end > 1) };
    Ok(Lines { lines, next: next.map(|next| next.to_string()) })
}

/// The text to ask, and where a walk ends: 0 where everything is looked at.
async fn choose(db: &AnyPool, filter: &Filter) -> sqlx::Result<(&'static str, i64)> {
    if filter.report.is_some() {
        return Ok((OF_REPORT, 0));
    }
    let (of_few, count) = match (&filter.place, &filter.zone) {
        (Some(_), _) => (Some(OF_PLACE), COUNT_OF_PLACE),
        (None, Some(_)) => (Some(OF_ZONE), COUNT_OF_ZONE),
        (None, None) => (None, COUNT_OF_PLACE),
    };
    if let Some(of_few) = of_few {
        let named = filter.place.as_ref().map(PlaceId::as_str).or(filter.zone.as_deref());
        let count: i64 = sqlx::query_scalar(count).bind(named).bind(FEW).fetch_one(db).await?;
        if count < FEW {
            return Ok((of_few, 0));
        }
    }
    let first = match filter.since {
        Some(since) => store::sealed_before(db, since).await? + 1,
        None => 1,
    };
    let from = match filter.before {
        Some(before) => before,
        None => store::newest(db).await?.map_or(0, |seal| seal.last).saturating_add(1),
    };
    // Nothing is beyond the first: a walk that comes there saw everything.
    let end = from.saturating_sub(WINDOW);
    Ok((OF_ALL, if end > first { end } else { 0 }))
}

/// Gives `text` everything that was asked, `$1` to `$7`; what was not is NULL. `$8` is the caller's.
fn bind<'q>(text: &'static str, filter: &'q Filter, end: i64) -> Query<'q, Any, AnyArguments> {
    sqlx::query(text)
        .bind(filter.before.unwrap_or(i64::MAX))
        .bind(end)
        .bind(filter.report.as_ref().map(ParcelId::as_str))
        .bind(filter.place.as_ref().map(PlaceId::as_str))
        .bind(filter.zone.as_deref())
        .bind(filter.kind.as_deref())
        .bind(filter.since.map(|since| since.0))
}

fn line(row: &AnyRow) -> Result<Line> {
    let text: String = row.try_get("event")?;
    Ok(Line {
        seq: row.try_get("seq")?,
        report: parse_id(row.try_get("report_id")?)?,
        number: row.try_get::<Option<i64>, _>("number")?.unwrap_or_default(),
        place: parse_place(row.try_get("place_id")?)?,
        place_name: row.try_get("name")?,
        category: row.try_get("category")?,
        excerpt: text::excerpt(row.try_get("description")?, view::EXCERPT),
        position: row.try_get("position")?,
        at: Instant(row.try_get("at")?),
        event: read(&text)?,
        text,
        hash: row.try_get("hash")?,
    })
}

/// A page: lines `j` of reports `r`, which are part of `m`, from `$from`; `$key` is their order.
macro_rules! page {
    ($from:literal, $own:literal, $key:literal) => {
        concat!(
            "SELECT j.seq, j.report_id, j.position, j.at, j.event, j.hash, r.number, r.place_id, r.category, r.description,
                    p.name
             FROM ",
            $from,
            " CROSS JOIN reports m CROSS JOIN places p
             WHERE m.id = COALESCE(r.merged_into, r.id) AND p.id = r.place_id AND ",
            told!(),
            $own,
            " AND ",
            $key,
            " < $1 AND ",
            $key,
            " >= $2
             AND (CAST($3 AS TEXT) IS NULL OR j.report_id = $3)
             AND (CAST($4 AS TEXT) IS NULL OR r.place_id = $4)
             AND (CAST($5 AS TEXT) IS NULL
                  OR (SELECT COUNT(*) FROM place_zones z WHERE z.place_id = r.place_id AND z.zone_id = $5) > 0)
             AND (CAST($6 AS TEXT) IS NULL OR SUBSTR(j.event, 1, LENGTH($6)) = $6)
             AND (CAST($7 AS BIGINT) IS NULL OR j.at >= $7)
             ORDER BY ",
            $key,
            " DESC LIMIT $8"
        )
    };
}

const OF_ALL: &str = page!("journal j CROSS JOIN reports r", " AND r.id = j.report_id", "j.seq");
const OF_REPORT: &str =
    page!("reports r CROSS JOIN journal j", " AND r.id = $3 AND j.report_id = r.id", "j.position");
const OF_PLACE: &str =
    page!("reports r CROSS JOIN journal j", " AND r.place_id = $4 AND j.report_id = r.id", "j.seq");
const OF_ZONE: &str = page!(
    "place_zones o CROSS JOIN reports r CROSS JOIN journal j",
    " AND o.zone_id = $5 AND r.place_id = o.place_id AND j.report_id = r.id",
    "j.seq"
);

const COUNT_OF_PLACE: &str =
    "SELECT COUNT(*) FROM (SELECT 1 AS one FROM reports r WHERE r.place_id = $1 LIMIT $2) f";
const COUNT_OF_ZONE: &str = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM place_zones o CROSS JOIN reports r
     WHERE o.zone_id = $1 AND r.place_id = o.place_id LIMIT $2) f";
