//! Public reports for those who go through all of them: feeds, search engines.

use crate::web::sitemap::Listed;
use shared::ids::ParcelId;
use shared::instant::Instant;
use sqlx::{AnyPool, Row};

/// When something last happened to a report.
pub async fn changed_at(db: &AnyPool, id: &ParcelId) -> sqlx::Result<Option<Instant>> {
    let at: Option<i64> = sqlx::query_scalar("SELECT changed_at FROM reports WHERE id = $1")
        .bind(id.as_str())
        .fetch_optional(db)
        .await?;
    Ok(at.map(Instant))
}

/// The highest number given so far.
pub async fn last_number(db: &AnyPool) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT value FROM counters WHERE name = 'report'").fetch_one(db).await
}

/// The pages of public reports numbered `from` and the `most - 1` next ones.
pub async fn addresses(db: &AnyPool, from: i64, most: i64) -> sqlx::Result<Vec<Listed>> {
    let rows = sqlx::query(
        "SELECT r.id, r.changed_at AS changed FROM reports r
         WHERE r.number >= $1 AND r.number < $2 AND r.merged_into IS NULL AND r.private = 0 ORDER BY r.number",
    );
    let rows = rows.bind(from).bind(from + most).fetch_all(db).await?;
    let listed = |row: &sqlx::any::AnyRow| {
        let id: String = row.try_get("id")?;
        let changed = row.try_get::<Option<i64>, _>("changed")?.map(Instant);
        Ok(Listed { address: format!("/demandes/{id}"), changed })
    };
    rows.iter().map(listed).collect()
}
