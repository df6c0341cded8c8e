//! The SQL of the digest.

use super::Own;
use crate::db::Tx;
use crate::edges::ids;
use crate::rooms::reports::store::{parse_id, parse_place};
use shared::digest::{ByMail, Following};
use shared::ids::{ParcelId, PlaceId};
use shared::instant::Instant;
use sqlx::any::AnyRow;
use sqlx::{AnyPool, Row};

/// An address that is written to.
#[derive(Debug)]
pub struct Reader {
    /// Its id.
    pub id: String,
    /// The address.
    pub mail: String,
    /// Signs the addresses in its mails.
    pub secret: String,
    /// Language.
    pub lang: String,
}

/// A school that somebody follows.
#[derive(Clone, Debug)]
pub struct School {
    /// Its code.
    pub id: PlaceId,
    /// Its name.
    pub name: String,
}

/// Makes a follow, or finds it again: the address it has so far. None where the id is not theirs or follows another school.
pub async fn put(tx: &mut Tx, own: &Own<'_>, place: &PlaceId) -> sqlx::Result<Option<Option<String>>> {
    sqlx::query_scalar(
        "INSERT INTO place_follows (id, key_hash, place_id, by_mail, made_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (id) DO UPDATE SET made_at = place_follows.made_at
           WHERE place_follows.key_hash = excluded.key_hash AND place_follows.place_id = excluded.place_id
         RETURNING reader_id",
    )
    .bind(own.id.as_str())
    .bind(own.proof)
    .bind(place.as_str())
    .bind(i16::from(own.by_mail))
    .bind(own.at.0)
    .fetch_optional(&mut **tx)
    .await
}

/// The id of an address, new or known.
pub async fn reader(
    tx: &mut Tx,
    id: &ParcelId,
    (mail, lang): (&str, &str),
    at: Instant,
) -> sqlx::Result<String> {
    sqlx::query_scalar(
        "INSERT INTO digest_readers (id, mail, secret, lang, refused, made_at) VALUES ($1, $2, $3, $4, 0, $5)
         ON CONFLICT (mail) DO UPDATE SET mail = excluded.mail RETURNING id",
    )
    .bind(id.as_str())
    .bind(mail)
    .bind(ids::unguessable())
    .bind(lang)
    .bind(at.0)
    .fetch_one(&mut **tx)
    .await
}

/// Gives a follow another address, or none: whoever reads it has not agreed.
pub async fn set_reader(tx: &mut Tx, follow: &ParcelId, reader: Option<&str>) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE place_follows SET reader_id = $2, asked_at = NULL, confirmed_at = NULL WHERE id = $1",
    )
    .bind(follow.as_str())
    .bind(reader)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// How often an address was asked since `at`.
pub async fn asked_since(tx: &mut Tx, reader: &str, at: Instant) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT COUNT(*) FROM place_follows WHERE reader_id = $1 AND asked_at > $2")
        .bind(reader)
        .bind(at.0)
        .fetch_one(&mut **tx)
        .await
}

/// Whether an address follows `place` already, or was asked since `at` whether it wants to.
pub async fn is_followed(db: &AnyPool, mail: &str, place: &PlaceId, at: Instant) -> sqlx::Result<bool> {
    let count: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM digest_readers r JOIN place_follows f ON f.reader_id = r.id
         WHERE r.mail = $1 AND f.place_id = $2 AND (f.confirmed_at IS NOT NULL OR f.asked_at > $3)",
    )
    .bind(mail)
    .bind(place.as_str())
    .bind(at.0)
    .fetch_one(db)
    .await?;
    Ok(count > 0)
}

/// An address is asked whether it wants this follow.
pub async fn mark_asked(tx: &mut Tx, follow: &ParcelId, at: Instant) -> sqlx::Result<()> {
    sqlx::query("UPDATE place_follows SET asked_at = $2 WHERE id = $1")
        .bind(follow.as_str())
        .bind(at.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Forgets an address if nobody follows anything by it any more.
pub async fn forget_idle(tx: &mut Tx, reader: &str) -> sqlx::Result<()> {
    sqlx::query(
        "DELETE FROM digest_readers WHERE id = $1 AND NOT EXISTS
           (SELECT 1 FROM place_follows f WHERE f.reader_id = $1)",
    )
    .bind(reader)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Forgets what was asked before `at` and never answered.
pub async fn forget_unsure(tx: &mut Tx, at: Instant) -> sqlx::Result<()> {
    for statement in [
        "DELETE FROM place_follows WHERE by_mail = 1 AND confirmed_at IS NULL AND COALESCE(asked_at, made_at) < $1",
        "UPDATE place_follows SET reader_id = NULL, asked_at = NULL
         WHERE reader_id IS NOT NULL AND confirmed_at IS NULL AND COALESCE(asked_at, made_at) < $1",
    ] {
        sqlx::query(statement).bind(at.0).execute(&mut **tx).await?;
    }
    sqlx::query(
        "DELETE FROM digest_readers WHERE NOT EXISTS
           (SELECT 1 FROM place_follows f WHERE f.reader_id = digest_readers.id)",
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// How a follow stands, for the owner of `proof`.
pub async fn standing(db: &AnyPool, id: &ParcelId, proof: &str) -> sqlx::Result<Option<Following>> {
    let row = sqlx::query(
        "SELECT place_id, reader_id, confirmed_at, made_at FROM place_follows WHERE id = $1 AND key_hash = $2",
    );
    let read = |row: AnyRow| {
        let address = row.try_get::<Option<&str>, _>("reader_id")?.is_some();
        let agreed = row.try_get::<Option<i64>, _>("confirmed_at")?.is_some();
        Ok(Following {
            place: parse_place(row.try_get("place_id")?)?,
            mail: match (address, agreed) {
                (true, true) => ByMail::Yes,
                (true, false) => ByMail::Asked,
                _ => ByMail::No,
            },
            since: Instant(row.try_get("made_at")?),
        })
    };
    row.bind(id.as_str()).bind(proof).fetch_optional(db).await?.map(read).transpose()
}

/// Ends a follow; false where there is none of theirs.
pub async fn delete(tx: &mut Tx, id: &ParcelId, proof: &str) -> sqlx::Result<bool> {
    let deleted =
        sqlx::query_scalar("DELETE FROM place_follows WHERE id = $1 AND key_hash = $2 RETURNING reader_id");
    let reader: Option<Option<String>> =
        deleted.bind(id.as_str()).bind(proof).fetch_optional(&mut **tx).await?;
    if let Some(Some(reader)) = &reader {
        forget_idle(tx, reader).await?;
    }
    Ok(reader.is_some())
}

/// Whether there is a follow of that id.
pub async fn is_known(tx: &mut Tx, id: &ParcelId) -> sqlx::Result<bool> {
    let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM place_follows WHERE id = $1")
        .bind(id.as_str())
        .fetch_one(&mut **tx)
        .await?;
    Ok(count > 0)
}

/// The school of a follow, the address it waits for or has, and whether that agreed.
pub async fn asked(db: &AnyPool, follow: &ParcelId) -> sqlx::Result<Option<(School, Reader, bool)>> {
    let row = sqlx::query(
        "SELECT r.id, r.mail, r.secret, r.lang, p.id AS place_id, p.name, f.confirmed_at
         FROM place_follows f JOIN digest_readers r ON r.id = f.reader_id JOIN places p ON p.id = f.place_id
         WHERE f.id = $1",
    );
    let read = |row: AnyRow| {
        let agreed = row.try_get::<Option<i64>, _>("confirmed_at")?.is_some();
        Ok((read_school(&row)?, read_reader(&row)?, agreed))
    };
    row.bind(follow.as_str()).fetch_optional(db).await?.map(read).transpose()
}

/// Whoever reads the address wants this follow.
pub async fn confirm(tx: &mut Tx, follow: &ParcelId, at: Instant) -> sqlx::Result<()> {
    sqlx::query("UPDATE place_follows SET confirmed_at = COALESCE(confirmed_at, $2) WHERE id = $1 AND reader_id IS NOT NULL")
        .bind(follow.as_str())
        .bind(at.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The address of that id.
pub async fn find_reader(db: &AnyPool, id: &str) -> sqlx::Result<Option<Reader>> {
    let row = sqlx::query("SELECT id, mail, secret, lang FROM digest_readers WHERE id = $1");
    row.bind(id).fetch_optional(db).await?.as_ref().map(read_reader).transpose()
}

/// The schools that an address agreed to follow, by name.
pub async fn schools(db: &AnyPool, reader: &str) -> sqlx::Result<Vec<School>> {
    let rows = sqlx::query(
        "SELECT DISTINCT p.id AS place_id, p.name FROM place_follows f JOIN places p ON p.id = f.place_id
         WHERE f.reader_id = $1 AND f.confirmed_at IS NOT NULL ORDER BY p.name, p.id",
    );
    rows.bind(reader).fetch_all(db).await?.iter().map(read_school).collect()
}

/// The schools that a phone follows and is told of, by name.
pub async fn schools_of_phone(db: &AnyPool, device: &str) -> sqlx::Result<Vec<School>> {
    let rows = sqlx::query(
        "SELECT DISTINCT p.id AS place_id, p.name FROM push_follows d JOIN place_follows f ON f.key_hash = d.proof
         JOIN places p ON p.id = f.place_id
         WHERE d.device_id = $1 AND f.confirmed_at IS NULL ORDER BY p.name, p.id",
    );
    rows.bind(device).fetch_all(db).await?.iter().map(read_school).collect()
}

/// Ends what an address follows: one school, or all of it.
pub async fn stop(tx: &mut Tx, reader: &str, place: Option<&str>) -> sqlx::Result<()> {
    sqlx::query(
        "DELETE FROM place_follows WHERE reader_id = $1 AND (CAST($2 AS TEXT) IS NULL OR place_id = $2)",
    )
    .bind(reader)
    .bind(place)
    .execute(&mut **tx)
    .await?;
    forget_idle(tx, reader).await
}

/// Addresses that agreed to something, after the one of that id.
pub async fn readers(db: &AnyPool, after: &str, most: i64) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(
        "SELECT r.id FROM digest_readers r WHERE r.id > $1 AND EXISTS
           (SELECT 1 FROM place_follows f WHERE f.reader_id = r.id AND f.confirmed_at IS NOT NULL)
         ORDER BY r.id LIMIT $2",
    )
    .bind(after)
    .bind(most)
    .fetch_all(db)
    .await
}

/// Phones that follow a school and get no mail about it, after the one of that id.
pub async fn phones(db: &AnyPool, after: &str, most: i64) -> sqlx::Result<Vec<ParcelId>> {
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT d.device_id FROM place_follows f JOIN push_follows d ON d.proof = f.key_hash
         WHERE d.device_id > $1 AND f.confirmed_at IS NULL ORDER BY d.device_id LIMIT $2",
    )
    .bind(after)
    .bind(most)
    .fetch_all(db)
    .await?;
    ids.iter().map(|id| parse_id(id)).collect()
}

/// The message of a week was taken, or refused for good; how many weeks in a row it was.
pub async fn taken(tx: &mut Tx, reader: &str, refused: bool) -> sqlx::Result<i64> {
    let weeks: Option<i64> = sqlx::query_scalar(
        "UPDATE digest_readers SET refused = CASE WHEN $2 = 1 THEN refused + 1 ELSE 0 END WHERE id = $1 RETURNING refused",
    )
    .bind(reader)
    .bind(i64::from(refused))
    .fetch_optional(&mut **tx)
    .await?;
    Ok(weeks.unwrap_or_default())
}

fn read_school(row: &AnyRow) -> sqlx::Result<School> {
    Ok(School { id: parse_place(row.try_get("place_id")?)?, name: row.try_get("name")? })
}

fn read_reader(row: &AnyRow) -> sqlx::Result<Reader> {
    Ok(Reader {
        id: row.try_get("id")?,
        mail: row.try_get("mail")?,
        secret: row.try_get("secret")?,
        lang: row.try_get("lang")?,
    })
}
