//! The SQL of uploads.

use super::{MOST_PENDING, Upload, UploadId};
use crate::db::Tx;
use crate::extract::Named;
use shared::ids::PhotoHash;
use shared::instant::Instant;
use sqlx::any::AnyRow;
use sqlx::{AnyPool, Row};

/// Inserts an upload, unless too many bytes are under way; whether it did.
pub async fn insert(tx: &mut Tx, upload: &Upload, now: Instant) -> sqlx::Result<bool> {
    let inserted = sqlx::query(
        "INSERT INTO uploads (id, hash, length, received, parts, metadata, expires_at)
         SELECT $1, $2, $3, $4, '', $5, $6
         WHERE (SELECT CAST(COALESCE(SUM(received), 0) AS BIGINT) FROM uploads
                WHERE received < length AND expires_at > $7) < $8",
    )
    .bind(upload.id.as_str())
    .bind(upload.hash.as_str())
    .bind(signed(upload.length))
    .bind(signed(upload.received))
    .bind(&upload.metadata)
    .bind(upload.expires_at.0)
    .bind(now.0)
    .bind(MOST_PENDING)
    .execute(&mut **tx)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// The upload of that name, if it has not expired.
pub async fn find(db: &AnyPool, id: &UploadId, now: Instant) -> sqlx::Result<Option<Upload>> {
    let row = sqlx::query(
        "SELECT id, hash, length, received, parts, metadata, expires_at FROM uploads
         WHERE id = $1 AND expires_at > $2",
    );
    let row = row.bind(id.as_str()).bind(now.0).fetch_optional(db).await?;
    row.as_ref().map(read).transpose()
}

/// Moves an upload from where it was to where it is, if it is still where it was.
pub async fn advance(tx: &mut Tx, from: &Upload, to: &Upload, now: Instant) -> sqlx::Result<bool> {
    let moved = sqlx::query(
        "UPDATE uploads SET received = $3, parts = $4, expires_at = $5
         WHERE id = $1 AND received = $2 AND expires_at > $6",
    )
    .bind(from.id.as_str())
    .bind(signed(from.received))
    .bind(signed(to.received))
    .bind(to.parts.join(" "))
    .bind(to.expires_at.0)
    .bind(now.0)
    .execute(&mut **tx)
    .await?;
    Ok(moved.rows_affected() == 1)
}

/// Forgets an upload; whether there was one.
pub async fn delete(tx: &mut Tx, id: &UploadId) -> sqlx::Result<bool> {
    let deleted = sqlx::query("DELETE FROM uploads WHERE id = $1").bind(id.as_str()).execute(&mut **tx);
    Ok(deleted.await?.rows_affected() == 1)
}

/// Forgets every upload that expired.
pub async fn delete_expired(tx: &mut Tx, now: Instant) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM uploads WHERE expires_at <= $1").bind(now.0).execute(&mut **tx).await?;
    Ok(())
}

/// The names of all uploads.
pub async fn names(db: &AnyPool) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar("SELECT id FROM uploads").fetch_all(db).await
}

/// When the next upload expires, if there is one.
pub async fn next_expiry(tx: &mut Tx) -> sqlx::Result<Option<Instant>> {
    let at: Option<i64> =
        sqlx::query_scalar("SELECT MIN(expires_at) FROM uploads").fetch_one(&mut **tx).await?;
    Ok(at.map(Instant))
}

fn read(row: &AnyRow) -> sqlx::Result<Upload> {
    let wrong = |problem: shared::problem::Problem| sqlx::Error::Decode(problem.into());
    let bytes = |name: &str| row.try_get::<i64, _>(name).map(|bytes| u64::try_from(bytes).unwrap_or(0));
    let parts: String = row.try_get("parts")?;
    Ok(Upload {
        id: UploadId::read(row.try_get("id")?).map_err(wrong)?,
        hash: PhotoHash::parse(row.try_get("hash")?).map_err(wrong)?,
        length: bytes("length")?,
        received: bytes("received")?,
        parts: parts.split_whitespace().map(str::to_owned).collect(),
        metadata: row.try_get("metadata")?,
        expires_at: Instant(row.try_get("expires_at")?),
    })
}

/// Lengths are far below what either type holds.
fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
