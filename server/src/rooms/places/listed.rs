//! Places for those who go through all of them: pages by links, search engines.

use crate::web::sitemap::Listed;
use serde::Serialize;
use shared::ids::PlaceId;
use sqlx::{AnyPool, Row};

/// Schools on one page.
const PAGE: i64 = 100;

/// A school in a list of pages.
#[derive(Serialize)]
pub struct Line {
    id: String,
    name: String,
    postcode: String,
    city: String,
}

/// Open places by name, after the one of that name and code; and what to ask for to read on.
pub async fn page(db: &AnyPool, after: (&str, &str)) -> sqlx::Result<(Vec<Line>, Option<(String, String)>)> {
    let rows = sqlx::query(
        "SELECT id, name, postcode, city FROM places WHERE closed_at IS NULL AND (name, id) > ($1, $2)
         ORDER BY name, id LIMIT $3",
    );
    let rows = rows.bind(after.0).bind(after.1).bind(PAGE + 1).fetch_all(db).await?;
    let line = |row: &sqlx::any::AnyRow| {
        Ok(Line {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            postcode: row.try_get("postcode")?,
            city: row.try_get("city")?,
        })
    };
    let mut lines = rows.iter().map(line).collect::<sqlx::Result<Vec<_>>>()?;
    let full = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = lines.len() > full;
    lines.truncate(full);
    let next = lines.last().filter(|_| more).map(|last| (last.name.clone(), last.id.clone()));
    Ok((lines, next))
}

/// The place of the last open one among all, counted from 0.
pub async fn last(db: &AnyPool) -> sqlx::Result<i64> {
    let count: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM places WHERE closed_at IS NULL").fetch_one(db).await?;
    Ok((count - 1).max(0))
}

/// The pages of `most` open places, from the one in that place on.
pub async fn addresses(db: &AnyPool, from: i64, most: i64) -> sqlx::Result<Vec<Listed>> {
    let ids: Vec<String> =
        sqlx::query_scalar("SELECT id FROM places WHERE closed_at IS NULL ORDER BY id LIMIT $2 OFFSET $1")
            .bind(from)
            .bind(most)
            .fetch_all(db)
            .await?;
    Ok(ids.into_iter().map(|id| Listed { address: format!("/ecoles/{id}"), changed: None }).collect())
}

/// A zone that a place stands in.
#[derive(Serialize)]
pub struct Zone {
    id: String,
    name: String,
}

/// The zones of a place, from the nearest outwards; not the place itself.
pub async fn zones(db: &AnyPool, place: &PlaceId) -> sqlx::Result<Vec<Zone>> {
    let rows = sqlx::query(
        "SELECT z.id, z.name FROM place_zones pz JOIN zones z ON z.id = pz.zone_id
         WHERE pz.place_id = $1 AND pz.rank > 0 ORDER BY pz.rank, z.id",
    );
    let rows = rows.bind(place.as_str()).fetch_all(db).await?;
    rows.iter().map(|row| Ok(Zone { id: row.try_get("id")?, name: row.try_get("name")? })).collect()
}

/// What a zone is called.
pub async fn zone_name(db: &AnyPool, id: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("SELECT name FROM zones WHERE id = $1").bind(id).fetch_optional(db).await
}
