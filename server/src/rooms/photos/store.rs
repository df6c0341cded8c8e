//! The SQL of photos.

use crate::db::Tx;
use shared::ids::PhotoHash;
use shared::instant::Instant;
use shared::photos::PhotoReceipt;
use shared::problem::Code;
use sqlx::any::AnyRow;
use sqlx::{AnyPool, Row};
use std::collections::BTreeSet;

const INTO_ORIGINALS: &str = "INSERT INTO originals (hash, width, height, received_at) VALUES ($1, $2, $3, $4) ON CONFLICT (hash) DO NOTHING";
const INTO_PHOTOS: &str = "INSERT INTO photos (hash, width, height, received_at) VALUES ($1, $2, $3, $4) ON CONFLICT (hash) DO NOTHING";

/// The photo of that name, once its sizes are there.
pub async fn find(db: &AnyPool, hash: &PhotoHash) -> sqlx::Result<Option<PhotoReceipt>> {
    let row = sqlx::query("SELECT hash, width, height FROM photos WHERE hash = $1").bind(hash.as_str());
    row.fetch_optional(db).await?.as_ref().map(read).transpose()
}

/// The photo of that name, while its sizes are not there.
pub async fn original(db: &AnyPool, hash: &PhotoHash) -> sqlx::Result<Option<PhotoReceipt>> {
    let row = sqlx::query("SELECT hash, width, height FROM originals WHERE hash = $1").bind(hash.as_str());
    row.fetch_optional(db).await?.as_ref().map(read).transpose()
}

/// Says that a photo has arrived; harmless when repeated.
pub async fn insert_original(tx: &mut Tx, photo: &PhotoReceipt, at: Instant) -> sqlx::Result<()> {
    put(tx, INTO_ORIGINALS, photo, at).await
}

/// Says that a photo is there; harmless when repeated.
pub async fn insert(tx: &mut Tx, photo: &PhotoReceipt, at: Instant) -> sqlx::Result<()> {
    put(tx, INTO_PHOTOS, photo, at).await?;
    sqlx::query("DELETE FROM refused_photos WHERE hash = $1")
        .bind(photo.hash.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Says that there is no original of that name any more.
pub async fn delete_original(tx: &mut Tx, hash: &PhotoHash) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM originals WHERE hash = $1").bind(hash.as_str()).execute(&mut **tx).await?;
    Ok(())
}

/// Says that a photo was refused for good, if a report names it.
pub async fn refuse(tx: &mut Tx, hash: &PhotoHash, code: Code, at: Instant) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO refused_photos (hash, code, refused_at)
         SELECT $1, $2, $3 WHERE EXISTS (SELECT 1 FROM report_photos WHERE hash = $1)
         ON CONFLICT (hash) DO NOTHING",
    )
    .bind(hash.as_str())
    .bind(code.as_str())
    .bind(at.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The photos whose name begins with `shelf`, of the table `photos` or `originals`.
pub async fn on_shelf(db: &AnyPool, table: &str, shelf: &str) -> sqlx::Result<BTreeSet<PhotoHash>> {
    let sql = match table {
        "originals" => "SELECT hash FROM originals WHERE hash >= $1 AND hash < $2",
        _ => "SELECT hash FROM photos WHERE hash >= $1 AND hash < $2",
    };
    let hashes: Vec<String> = sqlx::query_scalar(sql).bind(shelf).bind(after(shelf)).fetch_all(db).await?;
    hashes.iter().map(|hash| parse(hash)).collect()
}

/// Shelves on which there are photos.
pub async fn shelves(db: &AnyPool) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar("SELECT SUBSTR(hash, 1, 2) FROM photos UNION SELECT SUBSTR(hash, 1, 2) FROM originals")
        .fetch_all(db)
        .await
}

/// The photos on `shelf` that came before `before` and that no report, no answer and no wish names.
pub async fn unnamed(db: &AnyPool, shelf: &str, before: Instant) -> sqlx::Result<Vec<PhotoHash>> {
    let hashes: Vec<String> = sqlx::query_scalar(
        "SELECT hash FROM photos f WHERE hash >= $1 AND hash < $2 AND received_at < $3
           AND NOT EXISTS (SELECT 1 FROM report_photos rp WHERE rp.hash = f.hash)
           AND NOT EXISTS (SELECT 1 FROM answer_photos ap WHERE ap.hash = f.hash)
           AND NOT EXISTS (SELECT 1 FROM repaired_photos fixed WHERE fixed.hash = f.hash)",
    )
    .bind(shelf)
    .bind(after(shelf))
    .bind(before.0)
    .fetch_all(db)
    .await?;
    hashes.iter().map(|hash| parse(hash)).collect()
}

/// Forgets a photo, unless one of them has named it meanwhile; whether it did.
pub async fn forget_unnamed(tx: &mut Tx, hash: &PhotoHash) -> sqlx::Result<bool> {
    let deleted = sqlx::query(
        "DELETE FROM photos WHERE hash = $1 AND NOT EXISTS (SELECT 1 FROM report_photos WHERE hash = $1)
           AND NOT EXISTS (SELECT 1 FROM answer_photos WHERE hash = $1)
           AND NOT EXISTS (SELECT 1 FROM repaired_photos WHERE hash = $1)",
    );
    Ok(deleted.bind(hash.as_str()).execute(&mut **tx).await?.rows_affected() == 1)
}

/// Keeps what a photo looks like.
pub async fn set_look(tx: &mut Tx, hash: &PhotoHash, look: i64) -> sqlx::Result<()> {
    sqlx::query("UPDATE photos SET look = $2 WHERE hash = $1")
        .bind(hash.as_str())
        .bind(look)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

async fn put(tx: &mut Tx, into: &'static str, photo: &PhotoReceipt, at: Instant) -> sqlx::Result<()> {
    sqlx::query(into)
        .bind(photo.hash.as_str())
        .bind(i64::from(photo.width))
        .bind(i64::from(photo.height))
        .bind(at.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The first name after all that begin with `shelf`: `g` follows every hexadecimal digit.
fn after(shelf: &str) -> String {
    format!("{shelf}g")
}

fn parse(hash: &str) -> sqlx::Result<PhotoHash> {
    PhotoHash::parse(hash).map_err(|problem| sqlx::Error::Decode(problem.into()))
}

fn read(row: &AnyRow) -> sqlx::Result<PhotoReceipt> {
    let side = |name: &str| row.try_get::<i64, _>(name).map(|side| u32::try_from(side).unwrap_or(0));
    Ok(PhotoReceipt { hash: parse(row.try_get("hash")?)?, width: side("width")?, height: side("height")? })
}
