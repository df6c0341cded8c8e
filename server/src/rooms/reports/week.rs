//! What happened to the public reports of a school in a while: for those who follow it.

use super::view::{EXCERPT, public};
use crate::error::Result;
use serde::Serialize;
use shared::ids::PlaceId;
use shared::instant::{DAY, Instant};
use shared::text;
use sqlx::any::AnyRow;
use sqlx::{AnyPool, Row};

/// New reports that are named.
const NAMED: i64 = 5;

/// A while at a school.
#[derive(Debug, Default, Serialize)]
pub struct Week {
    /// Reports that came in.
    pub new: i64,
    /// The newest of them.
    pub named: Vec<Named>,
    /// Reports that those in charge answered about.
    pub answered: i64,
    /// Reports that were solved.
    pub solved: i64,
    /// The one that has waited longest.
    pub longest: Option<Named>,
}

impl Week {
    /// Whether there is something to tell.
    pub fn is_eventful(&self) -> bool {
        self.new + self.answered + self.solved > 0
    }
}

/// A report by its name.
#[derive(Debug, Serialize)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Its number.
    pub number: i64,
    /// What.
    pub category: Option<String>,
    /// Its first words.
    pub excerpt: String,
    /// Whole days it had waited at the end of the while.
    pub days: i64,
}

/// What happened at `place` after the first instant, until the second.
///
/// # Errors
/// The database's.
pub async fn of(db: &AnyPool, place: &PlaceId, (since, until): (Instant, Instant)) -> Result<Week> {
    let count = async |sql: &'static str| -> sqlx::Result<i64> {
        sqlx::query_scalar(sql).bind(place.as_str()).bind(since.0).bind(until.0).fetch_one(db).await
    };
    let named = sqlx::query(NEW).bind(place.as_str()).bind(since.0).bind(until.0).bind(NAMED);
    let longest = sqlx::query(LONGEST).bind(place.as_str()).bind(until.0).fetch_optional(db).await?;
    let read = |row: &AnyRow| read(row, until);
    Ok(Week {
        new: count(COUNT_NEW).await?,
        named: named.fetch_all(db).await?.iter().map(read).collect::<sqlx::Result<_>>()?,
        answered: count(COUNT_ANSWERED).await?,
        solved: count(COUNT_SOLVED).await?,
        longest: longest.as_ref().map(read).transpose()?,
    })
}

fn read(row: &AnyRow, until: Instant) -> sqlx::Result<Named> {
    Ok(Named {
        id: row.try_get("id")?,
        number: row.try_get::<Option<i64>, _>("number")?.unwrap_or_default(),
        category: row.try_get("category")?,
        excerpt: text::excerpt(row.try_get("description")?, EXCERPT),
        days: (until.0 - row.try_get::<i64, _>("received_at")?).max(0) / DAY,
    })
}

const NEW: &str = concat!(
    "SELECT r.id, r.number, r.category, r.description, r.received_at FROM reports r
     WHERE r.place_id = $1 AND r.received_at > $2 AND r.received_at <= $3 AND ",
    public!(),
    " ORDER BY r.received_at DESC, r.id DESC LIMIT $4"
);
const LONGEST: &str = concat!(
    "SELECT r.id, r.number, r.category, r.description, r.received_at FROM reports r
     WHERE r.place_id = $1 AND r.closed_at IS NULL AND r.received_at <= $2 AND ",
    public!(),
    " ORDER BY r.received_at, r.id LIMIT 1"
);
const COUNT_NEW: &str = concat!(
    "SELECT COUNT(*) FROM reports r WHERE r.place_id = $1 AND r.received_at > $2 AND r.received_at <= $3 AND ",
    public!()
);
const COUNT_SOLVED: &str = concat!(
    "SELECT COUNT(*) FROM reports r
     WHERE r.place_id = $1 AND r.status = 'done' AND r.closed_at > $2 AND r.closed_at <= $3 AND ",
    public!()
);
/// A status that only those in charge give, or their own words.
const COUNT_ANSWERED: &str = concat!(
    r#"SELECT COUNT(*) FROM reports r
       WHERE r.place_id = $1 AND r.changed_at > $2 AND EXISTS
         (SELECT 1 FROM journal j WHERE j.report_id = r.id AND j.at > $2 AND j.at <= $3
            AND (j.event LIKE '{"event":"answered"%' OR j.event LIKE '{"event":"status_changed","to":"in_progress"%'
                 OR j.event LIKE '{"event":"status_changed","to":"planned"%'
                 OR j.event LIKE '{"event":"status_changed","to":"refused"%'))
         AND "#,
    public!()
);
