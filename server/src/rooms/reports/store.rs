//! The SQL of writing reports. Reading for people is in `view.rs`.

use super::intake::{Parcel, standing};
use super::words;
use crate::cells;
use crate::db::bundle::Bundle;
use crate::db::{ABSENT, Tx, rows};
use shared::ids::{ParcelId, PhotoHash, PlaceId};
use shared::instant::Instant;
use shared::reports::status::Status;
use shared::reports::{NewReport, Receipt};
use sqlx::{Any, AnyPool, AssertSqlSafe, Executor, Row as _};

/// A report about to be written.
pub struct Row<'a> {
    /// The parcel it came in.
    pub parcel: &'a Parcel,
    /// Its words.
    pub report: &'a NewReport,
    /// Its number; none when merged.
    pub number: Option<i64>,
    /// The report it joins.
    pub merged_into: Option<&'a ParcelId>,
    /// Lines of its journal, which begins with it.
    pub told: usize,
}

/// What counting one more person tells of the report.
pub struct Counted {
    /// Its number.
    pub number: i64,
    /// People who wait.
    pub people: i64,
    /// Where.
    pub place: PlaceId,
    /// What.
    pub category: Option<String>,
    /// How urgent.
    pub urgency: i16,
    /// How far it is.
    pub status: Status,
}

/// Inserts the claim; false when the id was claimed before.
pub async fn claim(tx: &mut Tx, id: &ParcelId, key_hash: &str, at: Instant) -> sqlx::Result<bool> {
    let inserted = sqlx::query(
        "INSERT INTO parcels (id, key_hash, claimed_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING",
    )
    .bind(id.as_str())
    .bind(key_hash)
    .bind(at.0)
    .execute(&mut **tx)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// The owner's proof and the receipt of a claimed id.
pub async fn claimed(tx: &mut Tx, id: &ParcelId) -> sqlx::Result<Option<(String, Option<String>)>> {
    sqlx::query_as("SELECT key_hash, receipt FROM parcels WHERE id = $1")
        .bind(id.as_str())
        .fetch_optional(&mut **tx)
        .await
}

/// Stores the receipt with the claim.
pub fn settle(writes: &mut Bundle, receipt: &Receipt, text: &str) {
    let settled = writes.add(
        "UPDATE parcels SET report_id = $2, receipt = $3,
           about = COALESCE(about, CASE WHEN EXISTS (SELECT 1 FROM reports WHERE id = $1) THEN $1 ELSE $2 END)
         WHERE id = $1",
    );
    settled.bind(receipt.id.as_str()).bind(receipt.report.as_str()).bind(text);
}

/// The next number for people.
pub async fn next_number(tx: &mut Tx) -> sqlx::Result<i64> {
    sqlx::query_scalar("UPDATE counters SET value = value + 1 WHERE name = 'report' RETURNING value")
        .fetch_one(&mut **tx)
        .await
}

/// Writes a report and names its photos, be they there or not.
pub fn insert(writes: &mut Bundle, row: &Row<'_>) {
    let (report, parcel) = (row.report, row.parcel);
    let (urgency, private) = standing(report);
    let folded = words::folded(report);
    let insert = writes.add(
        "INSERT INTO reports (id, number, merged_into, place_id, category, urgency, description, private, status,
                              people, lang, observed_at, received_at, spot, lat, lon, ask_at, joined, cell, changed_at,
                              folded, lines)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, $11, $12, $13, NULLIF($14, 1e300),
                 NULLIF($15, 1e300), $16, $3, $17, $12, $18, $19)",
    );
    insert
        .bind(parcel.id.as_str())
        .bind(row.number)
        .bind(row.merged_into.map(ParcelId::as_str))
        .bind(report.place.as_str())
        .bind(report.category.as_deref())
        .bind(urgency)
        .bind(report.description.as_str())
        .bind(i16::from(private))
        .bind(Status::New.as_str())
        .bind(report.lang.as_str())
        .bind(report.observed_at.0)
        .bind(parcel.at.0)
        .bind(report.spot.as_str())
        .bind(report.position.map_or(ABSENT, |position| position.lat))
        .bind(report.position.map_or(ABSENT, |position| position.lon))
        .bind(report.ask_at.map(|at| at.0))
        .bind(report.position.map(|position| cells::cell(position, cells::FINE)))
        .bind(folded.as_str())
        .bind(i64::try_from(row.told).unwrap_or(i64::MAX));
    words::add(writes, &folded, parcel.at);
    let captions = report.captions.iter().map(String::as_str).chain(std::iter::repeat(""));
    for ((position, hash), caption) in (0_i16..).zip(&report.photos).zip(captions) {
        let insert = writes
            .add("INSERT INTO report_photos (report_id, hash, position, caption) VALUES ($1, $2, $3, $4)");
        insert.bind(parcel.id.as_str()).bind(hash.as_str()).bind(position).bind(caption);
    }
}

/// Photos that `report` names and that have not arrived, in its order.
pub async fn missing<'c>(
    db: impl Executor<'c, Database = Any>,
    report: &ParcelId,
) -> sqlx::Result<Vec<PhotoHash>> {
    let hashes: Vec<String> = sqlx::query_scalar(
        "SELECT rp.hash FROM report_photos rp
         WHERE rp.report_id = $1 AND NOT EXISTS (SELECT 1 FROM photos f WHERE f.hash = rp.hash)
           AND NOT EXISTS (SELECT 1 FROM originals o WHERE o.hash = rp.hash) ORDER BY rp.position",
    )
    .bind(report.as_str())
    .fetch_all(db)
    .await?;
    hashes.iter().map(|hash| parse_hash(hash)).collect()
}

/// Whether `report` names a photo that may still be shown and is not yet.
pub async fn waits_for_photos<'c>(
    db: impl Executor<'c, Database = Any>,
    report: &ParcelId,
) -> sqlx::Result<bool> {
    let count: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM report_photos rp
         WHERE rp.report_id = $1 AND NOT EXISTS (SELECT 1 FROM photos f WHERE f.hash = rp.hash)
           AND NOT EXISTS (SELECT 1 FROM refused_photos gone WHERE gone.hash = rp.hash)",
    )
    .bind(report.as_str())
    .fetch_one(db)
    .await?;
    Ok(count > 0)
}

/// Whether one of `photos` may still be shown and is not yet.
pub async fn waits_for_any(tx: &mut Tx, photos: &[PhotoHash]) -> sqlx::Result<bool> {
    if photos.is_empty() {
        return Ok(false);
    }
    let text = format!(
        "SELECT hash FROM photos WHERE hash IN {these} UNION SELECT hash FROM refused_photos WHERE hash IN {these}",
        these = rows(1, photos.len())
    );
    let mut settled = sqlx::query_scalar(AssertSqlSafe(text));
    for hash in photos {
        settled = settled.bind(hash.as_str());
    }
    let settled: Vec<String> = settled.fetch_all(&mut **tx).await?;
    Ok(photos.iter().any(|hash| !settled.iter().any(|known| known == hash.as_str())))
}

/// The reports that name a photo.
pub async fn naming(db: &AnyPool, hash: &PhotoHash) -> sqlx::Result<Vec<ParcelId>> {
    let ids: Vec<String> = sqlx::query_scalar("SELECT report_id FROM report_photos WHERE hash = $1")
        .bind(hash.as_str())
        .fetch_all(db)
        .await?;
    ids.iter().map(|id| parse_id(id)).collect()
}

/// Keeps where the reporter wants news.
pub fn add_contact(writes: &mut Bundle, parcel: &Parcel, mail: &str, lang: &str) {
    let kept = writes.add("INSERT INTO contacts (parcel_id, mail, follow_key, lang) VALUES ($1, $2, $3, $4)");
    kept.bind(parcel.id.as_str()).bind(mail).bind(parcel.key.reveal()).bind(lang);
}

/// Forgets where the owner of `key` wanted news about `report`; how many addresses that were.
pub async fn forget_contact(tx: &mut Tx, report: &ParcelId, proof: &str) -> sqlx::Result<u64> {
    let deleted = sqlx::query(
        "DELETE FROM contacts WHERE parcel_id IN
           (SELECT id FROM parcels WHERE report_id = $1 AND key_hash = $2)",
    );
    Ok(deleted.bind(report.as_str()).bind(proof).execute(&mut **tx).await?.rows_affected())
}

/// Whether the reporter of `parcel` wants news.
pub async fn has_contact(db: &AnyPool, parcel: &ParcelId) -> sqlx::Result<bool> {
    let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM contacts WHERE parcel_id = $1")
        .bind(parcel.as_str())
        .fetch_one(db)
        .await?;
    Ok(count > 0)
}

/// Forgets where the reporter of `parcel` wanted news.
pub async fn delete_contact(tx: &mut Tx, parcel: &ParcelId) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM contacts WHERE parcel_id = $1").bind(parcel.as_str()).execute(&mut **tx).await?;
    Ok(())
}

/// The proof of the owner of `parcel`.
pub async fn proof(db: &AnyPool, parcel: &ParcelId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("SELECT key_hash FROM parcels WHERE id = $1")
        .bind(parcel.as_str())
        .fetch_optional(db)
        .await
}

/// Whether the owner of `proof` waits for `report`.
pub async fn waits<'c>(
    db: impl Executor<'c, Database = Any>,
    report: &ParcelId,
    proof: &str,
) -> sqlx::Result<bool> {
    let count: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM parcels WHERE report_id = $1 AND key_hash = $2 AND waits = 1",
    )
    .bind(report.as_str())
    .bind(proof)
    .fetch_one(db)
    .await?;
    Ok(count > 0)
}

/// Whether `proof` belongs to the reporter of `report`, to somebody whose parcel became part of it, or to a follower.
pub async fn owns<'c>(
    db: impl Executor<'c, Database = Any>,
    report: &ParcelId,
    proof: &str,
) -> sqlx::Result<bool> {
    let count: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM parcels WHERE report_id = $1 AND key_hash = $2")
            .bind(report.as_str())
            .bind(proof)
            .fetch_one(db)
            .await?;
    Ok(count > 0)
}

/// The report that `id` is, or was merged into, and whether it is private.
async fn main_of(tx: &mut Tx, id: &ParcelId) -> sqlx::Result<Option<(ParcelId, bool)>> {
    let main: Option<(String, i16)> = sqlx::query_as(
        "SELECT main.id, main.private FROM reports r JOIN reports main ON main.id = COALESCE(r.merged_into, r.id)
         WHERE r.id = $1",
    )
    .bind(id.as_str())
    .fetch_optional(&mut **tx)
    .await?;
    main.map(|(main, private)| Ok((parse_id(&main)?, private != 0))).transpose()
}

/// The report that `id` is, or was merged into, and whether it is private: whoever puts it under another one, or takes
/// it apart, waits for this transaction.
pub async fn lock_main(tx: &mut Tx, id: &ParcelId) -> sqlx::Result<Option<(ParcelId, bool)>> {
    let mut known = main_of(tx, id).await?;
    while let Some((main, _)) = &known {
        lock(tx, main).await?;
        // While the lock was waited for, somebody may have put it under another one.
        let now = main_of(tx, id).await?;
        if now == known {
            break;
        }
        known = now;
    }
    Ok(known)
}

/// Raises the urgency of a report to `to`; false where it is as high already.
pub async fn raise(tx: &mut Tx, id: &ParcelId, to: i16) -> sqlx::Result<bool> {
    let raised = sqlx::query("UPDATE reports SET urgency = $2 WHERE id = $1 AND urgency < $2");
    Ok(raised.bind(id.as_str()).bind(to).execute(&mut **tx).await?.rows_affected() == 1)
}

/// Counts `more` people on a report.
pub async fn count_people(tx: &mut Tx, main: &ParcelId, more: i64) -> sqlx::Result<Counted> {
    let row = sqlx::query(
        "UPDATE reports SET people = people + $2 WHERE id = $1 RETURNING number, people, place_id, category, urgency, status",
    );
    let row = row.bind(main.as_str()).bind(more).fetch_one(&mut **tx).await?;
    Ok(Counted {
        number: row.try_get("number")?,
        people: row.try_get("people")?,
        place: parse_place(row.try_get("place_id")?)?,
        category: row.try_get("category")?,
        urgency: row.try_get("urgency")?,
        status: parse_status(row.try_get("status")?)?,
    })
}

/// Makes transactions about a report wait for each other.
pub async fn lock(tx: &mut Tx, id: &ParcelId) -> sqlx::Result<()> {
    sqlx::query("UPDATE reports SET people = people WHERE id = $1")
        .bind(id.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Id and status of report `number`, its row locked.
pub async fn lock_numbered(tx: &mut Tx, number: i64) -> sqlx::Result<Option<(ParcelId, Status)>> {
    let row = sqlx::query(
        "UPDATE reports SET people = people WHERE number = $1 AND merged_into IS NULL RETURNING id, status",
    );
    let row = row.bind(number).fetch_optional(&mut **tx).await?;
    row.map(|row| Ok((parse_id(row.try_get("id")?)?, parse_status(row.try_get("status")?)?))).transpose()
}

/// Writes the new status.
pub async fn set_status(tx: &mut Tx, id: &ParcelId, to: Status, at: Instant) -> sqlx::Result<()> {
    sqlx::query("UPDATE reports SET status = $2, closed_at = $3 WHERE id = $1")
        .bind(id.as_str())
        .bind(to.as_str())
        .bind((!to.is_open()).then_some(at.0))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Those in charge have been told: a new report becomes a sent one; any other status stays. Whether it did.
pub async fn mark_sent(tx: &mut Tx, id: &ParcelId) -> sqlx::Result<bool> {
    let sent = sqlx::query("UPDATE reports SET status = $2 WHERE id = $1 AND status = $3");
    let sent = sent.bind(id.as_str()).bind(Status::Sent.as_str()).bind(Status::New.as_str());
    Ok(sent.execute(&mut **tx).await?.rows_affected() == 1)
}

/// A photo that reports name is there: they have changed.
pub async fn photo_came(tx: &mut Tx, hash: &PhotoHash, at: Instant) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE reports SET changed_at = $2 WHERE changed_at < $2 AND id IN
           (SELECT COALESCE(r.merged_into, r.id) FROM report_photos rp JOIN reports r ON r.id = rp.report_id
            WHERE rp.hash = $1)",
    )
    .bind(hash.as_str())
    .bind(at.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Public reports of `place` that are open.
pub async fn count_open(db: &AnyPool, place: &PlaceId) -> sqlx::Result<i64> {
    sqlx::query_scalar(
        "SELECT COUNT(*) FROM reports WHERE place_id = $1 AND merged_into IS NULL AND private = 0 AND closed_at IS NULL",
    )
    .bind(place.as_str())
    .fetch_one(db)
    .await
}

/// Milliseconds from report to solution of each public report of `place` that was solved.
pub async fn solved_after(db: &AnyPool, place: &PlaceId) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar(
        "SELECT closed_at - received_at FROM reports
         WHERE place_id = $1 AND merged_into IS NULL AND private = 0 AND status = $2 AND closed_at IS NOT NULL",
    )
    .bind(place.as_str())
    .bind(Status::Done.as_str())
    .fetch_all(db)
    .await
}

/// Reads an id that we wrote.
pub fn parse_id(text: &str) -> sqlx::Result<ParcelId> {
    ParcelId::parse(text).map_err(|problem| sqlx::Error::Decode(problem.into()))
}

/// Reads a place that we wrote.
pub fn parse_place(text: &str) -> sqlx::Result<PlaceId> {
    PlaceId::parse(text).map_err(|problem| sqlx::Error::Decode(problem.into()))
}

/// Reads a photo's name that we wrote.
pub fn parse_hash(text: &str) -> sqlx::Result<PhotoHash> {
    PhotoHash::parse(text).map_err(|problem| sqlx::Error::Decode(problem.into()))
}

/// Reads a status that we wrote.
pub fn parse_status(word: &str) -> sqlx::Result<Status> {
    Status::parse(word).ok_or_else(|| sqlx::Error::Decode(format!("unknown status {word}").into()))
}
