//! Photos of the repaired thing, which come with "it is fixed" or after it.
//!
//! A wish names them, like a report its own; they arrive when they can. The journal tells of them once they can be seen.
//! Wish and photo are separate deliveries and may cross: each looks, after its own commit, whether all is there now, so
//! the last to commit sees the whole, and what a crash left out is made up for by repeating either.

use super::store::Own;
use crate::app::App;
use crate::db::Tx;
use crate::error::Result;
use crate::rooms::reports::note;
use crate::rooms::reports::store::{parse_hash, parse_id};
use shared::ids::{ParcelId, PhotoHash};
use shared::instant::Instant;
use shared::problem::{Code, Problem};
use shared::reports::{Event, MAX_PHOTOS};
use sqlx::AnyPool;

/// Names the photos of `parcel`, of whoever it is about.
///
/// # Errors
/// `too_many_photos`: more of one person's than a report has.
pub async fn name(tx: &mut Tx, parcel: &ParcelId, own: Own<'_>, photos: &[PhotoHash]) -> Result<()> {
    for (position, hash) in (0_i16..).zip(photos) {
        sqlx::query("INSERT INTO repaired_photos (parcel_id, hash, position) VALUES ($1, $2, $3)")
            .bind(parcel.as_str())
            .bind(hash.as_str())
            .bind(position)
            .execute(&mut **tx)
            .await?;
    }
    let named: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM repaired_photos
         WHERE parcel_id IN (SELECT id FROM parcels WHERE report_id = $1 AND key_hash = $2)",
    )
    .bind(own.report.as_str())
    .bind(own.proof)
    .fetch_one(&mut **tx)
    .await?;
    if usize::try_from(named).unwrap_or(usize::MAX) > MAX_PHOTOS {
        return Err(Problem::of(Code::TooManyPhotos, "photos").into());
    }
    Ok(())
}

/// The photos of `parcel` that its phone has still to send; those that are there are told of.
pub async fn missing(app: &App, parcel: &ParcelId) -> Result<Vec<PhotoHash>> {
    let named: Vec<(String, i16)> = sqlx::query_as(
        "SELECT rp.hash, CAST(CASE WHEN EXISTS (SELECT 1 FROM photos f WHERE f.hash = rp.hash)
                  OR EXISTS (SELECT 1 FROM originals o WHERE o.hash = rp.hash) THEN 1 ELSE 0 END AS SMALLINT)
         FROM repaired_photos rp WHERE rp.parcel_id = $1 ORDER BY rp.position",
    )
    .bind(parcel.as_str())
    .fetch_all(app.db.read())
    .await?;
    let mut missing = vec![];
    for (hash, arrived) in named {
        let hash = parse_hash(&hash)?;
        if arrived == 0 {
            missing.push(hash);
        } else {
            came(app, &hash).await?;
        }
    }
    Ok(missing)
}

/// Where a photo can be seen now, the journals of the reports say so whose people show it.
pub async fn came(app: &App, hash: &PhotoHash) -> Result<()> {
    let reports = untold(app.db.read(), hash).await?;
    if reports.is_empty() {
        return Ok(());
    }
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    for report in reports {
        tell(&mut tx, &report, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The reports, in the order of their ids, whose journal has still to tell of a photo that can be seen.
async fn untold(db: &AnyPool, hash: &PhotoHash) -> sqlx::Result<Vec<ParcelId>> {
    let reports: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT p.report_id FROM repaired_photos rp
         JOIN parcels p ON p.id = rp.parcel_id JOIN photos f ON f.hash = rp.hash
         WHERE rp.hash = $1 AND rp.told_at IS NULL AND p.report_id IS NOT NULL ORDER BY p.report_id",
    )
    .bind(hash.as_str())
    .fetch_all(db)
    .await?;
    reports.iter().map(|report| parse_id(report)).collect()
}

/// One line for what can be seen since the last. Two who tell at once wait for each other at the rows.
async fn tell(tx: &mut Tx, report: &ParcelId, now: Instant) -> Result<()> {
    let mut shown: Vec<(String, i16, String)> = sqlx::query_as(
        "UPDATE repaired_photos SET told_at = $2 WHERE told_at IS NULL
           AND parcel_id IN (SELECT id FROM parcels WHERE report_id = $1)
           AND EXISTS (SELECT 1 FROM photos f WHERE f.hash = repaired_photos.hash)
         RETURNING parcel_id, position, hash",
    )
    .bind(report.as_str())
    .bind(now.0)
    .fetch_all(&mut **tx)
    .await?;
    shown.sort_unstable();
    let mut photos = vec![];
    for (_, _, hash) in &shown {
        let hash = parse_hash(hash)?;
        if !photos.contains(&hash) {
            photos.push(hash);
        }
    }
    if !photos.is_empty() {
        note(tx, report, now, &Event::Repaired { photos }).await?;
    }
    Ok(())
}
