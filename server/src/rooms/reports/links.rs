//! The SQL of links: reports that may be the same, for a human to say.

use super::store::parse_id;
use crate::db::bundle::Bundle;
use crate::db::{Tx, rows};
use anyhow::Context;
use shared::ids::ParcelId;
use shared::instant::Instant;
use shared::reports::Resembling;
use sqlx::any::AnyRow;
use sqlx::{Any, AnyPool, AssertSqlSafe, Executor, Row};

/// Links `report` with `other`, unless it is already or a human took them apart. True when it is new.
pub async fn insert(
    tx: &mut Tx,
    report: &ParcelId,
    other: &ParcelId,
    why: &str,
    at: Instant,
) -> sqlx::Result<bool> {
    let inserted = sqlx::query(
        "INSERT INTO alike (report_id, other_id, why, at) SELECT $1, $2, $3, $4
         WHERE NOT EXISTS (SELECT 1 FROM alike WHERE report_id = $2 AND other_id = $1) ON CONFLICT DO NOTHING",
    )
    .bind(report.as_str())
    .bind(other.as_str())
    .bind(why)
    .bind(at.0)
    .execute(&mut **tx)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Links a report that is being written, and linked with none yet, with `other`.
pub fn add(writes: &mut Bundle, report: &ParcelId, other: &ParcelId, why: &str, at: Instant) {
    let insert = writes.add(
        "INSERT INTO alike (report_id, other_id, why, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    );
    insert.bind(report.as_str()).bind(other.as_str()).bind(why).bind(at.0);
}

/// A human says that they are two: they are linked no more, whatever else comes in.
pub async fn part(tx: &mut Tx, report: &ParcelId, other: &ParcelId, at: Instant) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO alike (report_id, other_id, why, at, parted_at) VALUES ($1, $2, '[]', $3, $3)
         ON CONFLICT (report_id, other_id) DO UPDATE SET parted_at = excluded.parted_at",
    )
    .bind(report.as_str())
    .bind(other.as_str())
    .bind(at.0)
    .execute(&mut **tx)
    .await?;
    sqlx::query("UPDATE alike SET parted_at = $3 WHERE report_id = $2 AND other_id = $1")
        .bind(report.as_str())
        .bind(other.as_str())
        .bind(at.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// A human says that they are one: what was said of their being two is forgotten.
pub async fn forget(tx: &mut Tx, report: &ParcelId, other: &ParcelId) -> sqlx::Result<()> {
    sqlx::query(
        "DELETE FROM alike WHERE parted_at IS NOT NULL AND report_id IN ($1, $2) AND other_id IN ($1, $2)",
    )
    .bind(report.as_str())
    .bind(other.as_str())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The number of a report that has one.
pub async fn number(tx: &mut Tx, id: &ParcelId) -> sqlx::Result<Option<i64>> {
    let number: Option<Option<i64>> = sqlx::query_scalar("SELECT number FROM reports WHERE id = $1")
        .bind(id.as_str())
        .fetch_optional(&mut **tx)
        .await?;
    Ok(number.flatten())
}

/// The numbers of those of `reports` that have one, with their ids.
pub async fn numbers(
    tx: &mut Tx,
    reports: impl ExactSizeIterator<Item = &ParcelId>,
) -> sqlx::Result<Vec<(String, i64)>> {
    if reports.len() == 0 {
        return Ok(vec![]);
    }
    let text = "SELECT id, number FROM reports WHERE number IS NOT NULL AND id IN ".to_owned();
    let mut asked = sqlx::query_as(AssertSqlSafe(text + &rows(1, reports.len())));
    for report in reports {
        asked = asked.bind(report.as_str());
    }
    asked.fetch_all(&mut **tx).await
}

/// The public reports that `report` may be the same as, or those they have become part of.
pub async fn shown(db: &AnyPool, report: &ParcelId) -> anyhow::Result<Vec<Resembling>> {
    let rows = sqlx::query(
        "SELECT main.id, main.number, a.why FROM alike a
         JOIN reports other ON other.id = CASE WHEN a.report_id = $1 THEN a.other_id ELSE a.report_id END
         JOIN reports main ON main.id = COALESCE(other.merged_into, other.id)
         WHERE (a.report_id = $1 OR a.other_id = $1) AND a.parted_at IS NULL AND main.private = 0 AND main.id <> $1
         ORDER BY main.number",
    );
    let rows = rows.bind(report.as_str()).fetch_all(db).await?;
    let read = |row: &AnyRow| {
        let why =
            serde_json::from_str(row.try_get("why")?).context("the reasons of a link cannot be read")?;
        Ok(Resembling { id: parse_id(row.try_get("id")?)?, number: row.try_get("number")?, why })
    };
    let mut shown = rows.iter().map(read).collect::<anyhow::Result<Vec<Resembling>>>()?;
    shown.dedup_by_key(|resembling| resembling.number);
    Ok(shown)
}

/// The report that the owner of `proof` has among those that were taken out of `main`.
pub async fn parted_from<'c>(
    db: impl Executor<'c, Database = Any>,
    main: &ParcelId,
    proof: &str,
) -> sqlx::Result<Option<ParcelId>> {
    let id: Option<String> = sqlx::query_scalar(
        "SELECT a.report_id FROM alike a JOIN parcels p ON p.report_id = a.report_id
         WHERE a.other_id = $1 AND a.parted_at IS NOT NULL AND p.key_hash = $2 LIMIT 1",
    )
    .bind(main.as_str())
    .bind(proof)
    .fetch_optional(db)
    .await?;
    id.as_deref().map(parse_id).transpose()
}
