//! The SQL of photos.

use crate::db::Tx;
use shared::ids::PhotoHash;
use shared::instant::Instant;
use shared::photos::PhotoReceipt;
use sqlx::{AnyPool, Row};

/// The photo of that name.
pub async fn find(db: &AnyPool, hash: &PhotoHash) -> sqlx::Result<Option<PhotoReceipt>> {
    let row = sqlx::query("SELECT width, height FROM photos WHERE hash = $1").bind(hash.as_str());
    row.fetch_optional(db)
        .await?
        .map(|row| {
            let side = |name: &str| row.try_get::<i64, _>(name).map(|side| u32::try_from(side).unwrap_or(0));
            Ok(PhotoReceipt { hash: hash.clone(), width: side("width")?, height: side("height")? })
        })
        .transpose()
}

/// Says that a photo is there; harmless when repeated.
pub async fn insert(tx: &mut Tx, photo: &PhotoReceipt, at: Instant) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO photos (hash, width, height, received_at) VALUES ($1, $2, $3, $4) ON CONFLICT (hash) DO NOTHING")
        .bind(photo.hash.as_str())
        .bind(i64::from(photo.width))
        .bind(i64::from(photo.height))
        .bind(at.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Keeps what a photo looks like.
pub async fn set_look(tx: &mut Tx, hash: &PhotoHash, look: Option<i64>) -> sqlx::Result<()> {
    sqlx::query("UPDATE photos SET look = $2 WHERE hash = $1")
        .bind(hash.as_str())
        .bind(look)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
