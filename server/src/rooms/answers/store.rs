//! The SQL of answers, links and what is told; `hands.rs` has that of who is in charge.

use crate::db::Tx;
use crate::rooms::reports::store::{parse_id, parse_status};
use crate::rooms::routing::store::function;
use shared::ids::{ParcelId, PhotoHash, PlaceId};
use shared::instant::Instant;
use shared::reports::status::Status;
use shared::reports::{DeskName, Document};
use sqlx::any::AnyRow;
use sqlx::{Any, AnyPool, Executor, Row};

/// A mailbox as links know it.
pub struct Mailbox {
    /// Its desk.
    pub desk: String,
    /// Whether it is open.
    pub open: bool,
}

/// A report that answers are about.
pub struct About {
    /// How far it is.
    pub status: Status,
    /// Where.
    pub place: PlaceId,
}

/// A word for the desks of a report.
#[derive(serde::Serialize)]
pub struct Internal {
    /// When.
    pub at: Instant,
    /// The desk that wrote it.
    pub by: DeskName,
    /// The word.
    pub words: String,
}

/// The server's secret of that name: the one that is kept, else `new` from now on.
pub async fn secret(tx: &mut Tx, name: &str, new: &str) -> sqlx::Result<String> {
    sqlx::query("INSERT INTO server_secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
        .bind(name)
        .bind(new)
        .execute(&mut **tx)
        .await?;
    sqlx::query_scalar("SELECT value FROM server_secrets WHERE name = $1")
        .bind(name)
        .fetch_one(&mut **tx)
        .await
}

/// The generation of a desk's links to a report.
pub async fn generation(db: &AnyPool, report: &ParcelId, desk: &str) -> sqlx::Result<i64> {
    let kept: Option<i64> =
        sqlx::query_scalar("SELECT generation FROM answer_links WHERE report_id = $1 AND desk_id = $2")
            .bind(report.as_str())
            .bind(desk)
            .fetch_optional(db)
            .await?;
    Ok(kept.unwrap_or(0))
}

/// Begins a new generation: the links of the earlier ones open no more, nor those to what was merged into `report`.
pub async fn revoke(tx: &mut Tx, report: &ParcelId, desk: &str) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO answer_links (report_id, desk_id, generation)
         SELECT id, CAST($2 AS TEXT), 1 FROM reports WHERE id = $1 OR merged_into = $1
         ON CONFLICT (report_id, desk_id) DO UPDATE SET generation = answer_links.generation + 1",
    )
    .bind(report.as_str())
    .bind(desk)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The mailbox of that id, as it stands at `now`.
pub async fn mailbox(db: &AnyPool, id: &str, now: Instant) -> sqlx::Result<Option<Mailbox>> {
    let row = sqlx::query(
        "SELECT desk_id, (SELECT COUNT(*) FROM mailboxes o WHERE o.id = m.id
           AND o.from_at <= $2 AND (o.until_at IS NULL OR o.until_at > $2)) AS open
         FROM mailboxes m WHERE m.id = $1",
    );
    let row = row.bind(id).bind(now.0).fetch_optional(db).await?;
    row.map(|row| Ok(Mailbox { desk: row.try_get("desk_id")?, open: row.try_get::<i64, _>("open")? > 0 }))
        .transpose()
}

/// The report that `id` is or was merged into, where `desk` may read it: it is public, or the desk was written to about
/// that very one.
pub async fn readable(db: &AnyPool, id: &ParcelId, desk: &str) -> sqlx::Result<Option<ParcelId>> {
    let main: Option<String> = sqlx::query_scalar(
        "SELECT main.id FROM reports r JOIN reports main ON main.id = COALESCE(r.merged_into, r.id)
         WHERE r.id = $1 AND (main.id = r.id OR main.private = 0
           OR EXISTS (SELECT 1 FROM notices n WHERE n.report_id = main.id AND n.desk_id = $2))",
    )
    .bind(id.as_str())
    .bind(desk)
    .fetch_optional(db)
    .await?;
    main.as_deref().map(parse_id).transpose()
}

/// Whether a first message about `report` left for `desk`, or waits to.
pub async fn is_written_to(tx: &mut Tx, report: &ParcelId, desk: &str) -> sqlx::Result<bool> {
    let count: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM notices WHERE report_id = $1 AND desk_id = $2 AND relance = 0",
    )
    .bind(report.as_str())
    .bind(desk)
    .fetch_one(&mut **tx)
    .await?;
    Ok(count > 0)
}

/// The report, its row locked.
pub async fn lock(tx: &mut Tx, id: &ParcelId) -> sqlx::Result<About> {
    let row = sqlx::query("UPDATE reports SET people = people WHERE id = $1 RETURNING status, place_id");
    let row = row.bind(id.as_str()).fetch_one(&mut **tx).await?;
    let place = PlaceId::parse(row.try_get("place_id")?);
    Ok(About {
        status: parse_status(row.try_get("status")?)?,
        place: place.map_err(|problem| sqlx::Error::Decode(problem.into()))?,
    })
}

/// Id and number of report `number`, where it stands alone.
pub async fn numbered(tx: &mut Tx, number: i64) -> sqlx::Result<Option<ParcelId>> {
    let id: Option<String> = sqlx::query_scalar(
        "UPDATE reports SET people = people WHERE number = $1 AND merged_into IS NULL RETURNING id",
    )
    .bind(number)
    .fetch_optional(&mut **tx)
    .await?;
    id.as_deref().map(parse_id).transpose()
}

/// Claims a form; false when it was sent before.
pub async fn claim(
    tx: &mut Tx,
    id: &ParcelId,
    (report, desk): (&ParcelId, &str),
    internal: &str,
    at: Instant,
) -> sqlx::Result<bool> {
    let claimed = sqlx::query(
        "INSERT INTO answers (id, report_id, desk_id, at, internal) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (id) DO NOTHING",
    );
    let claimed = claimed.bind(id.as_str()).bind(report.as_str()).bind(desk).bind(at.0).bind(internal);
    Ok(claimed.execute(&mut **tx).await?.rows_affected() == 1)
}

/// Whether that form is of this desk, about this report.
pub async fn is_of<'c>(
    db: impl Executor<'c, Database = Any>,
    id: &ParcelId,
    (report, desk): (&ParcelId, &str),
) -> sqlx::Result<bool> {
    let count: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM answers WHERE id = $1 AND report_id = $2 AND desk_id = $3")
            .bind(id.as_str())
            .bind(report.as_str())
            .bind(desk)
            .fetch_one(db)
            .await?;
    Ok(count > 0)
}

/// How many forms a desk sent about a report since `since`.
pub async fn said_since(tx: &mut Tx, (report, desk): (&ParcelId, &str), since: Instant) -> sqlx::Result<i64> {
    sqlx::query_scalar("SELECT COUNT(*) FROM answers WHERE report_id = $1 AND desk_id = $2 AND at > $3")
        .bind(report.as_str())
        .bind(desk)
        .bind(since.0)
        .fetch_one(&mut **tx)
        .await
}

/// Names the photos of an answer.
pub async fn insert_photos(tx: &mut Tx, answer: &ParcelId, photos: &[PhotoHash]) -> sqlx::Result<()> {
    for (position, hash) in (0_i16..).zip(photos) {
        sqlx::query("INSERT INTO answer_photos (answer_id, hash, position) VALUES ($1, $2, $3)")
            .bind(answer.as_str())
            .bind(hash.as_str())
            .bind(position)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// Says that a document is there.
pub async fn insert_document(tx: &mut Tx, document: &Document, at: Instant) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO documents (hash, bytes, received_at) VALUES ($1, $2, $3) ON CONFLICT (hash) DO NOTHING",
    )
    .bind(document.hash.as_str())
    .bind(document.bytes)
    .bind(at.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whether there is such a document.
pub async fn is_document(db: &AnyPool, hash: &PhotoHash) -> sqlx::Result<bool> {
    let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM documents WHERE hash = $1")
        .bind(hash.as_str())
        .fetch_one(db)
        .await?;
    Ok(count > 0)
}

/// The words that the desks of `report` wrote for each other, oldest first.
pub async fn internals(db: &AnyPool, report: &ParcelId) -> sqlx::Result<Vec<Internal>> {
    let rows = sqlx::query(
        "SELECT a.at, a.internal, d.function, CASE WHEN d.name = '' THEN z.name ELSE d.name END AS name
         FROM answers a JOIN desks d ON d.id = a.desk_id JOIN zones z ON z.id = d.zone_id
         WHERE a.report_id = $1 AND a.internal <> '' ORDER BY a.at, a.id",
    );
    let internal = |row: &AnyRow| {
        Ok(Internal {
            at: Instant(row.try_get("at")?),
            by: DeskName { function: function(row)?, name: row.try_get("name")? },
            words: row.try_get("internal")?,
        })
    };
    rows.bind(report.as_str()).fetch_all(db).await?.iter().map(internal).collect()
}

/// Says that `desk` is about to be told because of `cause`; false when it was before.
pub async fn open_telling(
    tx: &mut Tx,
    (report, desk): (&ParcelId, &str),
    cause: &str,
    at: Instant,
) -> sqlx::Result<bool> {
    let opened = sqlx::query(
        "INSERT INTO desk_told (report_id, desk_id, cause, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    );
    let opened = opened.bind(report.as_str()).bind(desk).bind(cause).bind(at.0);
    Ok(opened.execute(&mut **tx).await?.rows_affected() == 1)
}

/// Says that a mailbox of `desk` took the message; false when another did before.
pub async fn told(
    tx: &mut Tx,
    (report, desk): (&ParcelId, &str),
    cause: &str,
    at: Instant,
) -> sqlx::Result<bool> {
    let told = sqlx::query(
        "UPDATE desk_told SET told_at = $4
         WHERE report_id = $1 AND desk_id = $2 AND cause = $3 AND told_at IS NULL",
    );
    let told = told.bind(report.as_str()).bind(desk).bind(cause).bind(at.0);
    Ok(told.execute(&mut **tx).await?.rows_affected() == 1)
}

/// Whether no mailbox of `desk` took the message yet.
pub async fn is_untold(tx: &mut Tx, (report, desk): (&ParcelId, &str), cause: &str) -> sqlx::Result<bool> {
    let count: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM desk_told
         WHERE report_id = $1 AND desk_id = $2 AND cause = $3 AND told_at IS NULL",
    )
    .bind(report.as_str())
    .bind(desk)
    .bind(cause)
    .fetch_one(&mut **tx)
    .await?;
    Ok(count > 0)
}

/// Whether `desk` was told because of `cause`, or is about to be.
pub async fn is_opened(tx: &mut Tx, (report, desk): (&ParcelId, &str), cause: &str) -> sqlx::Result<bool> {
    let count: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM desk_told WHERE report_id = $1 AND desk_id = $2 AND cause = $3",
    )
    .bind(report.as_str())
    .bind(desk)
    .bind(cause)
    .fetch_one(&mut **tx)
    .await?;
    Ok(count > 0)
}

/// How many words of their own people sent about `report` since `since`.
pub async fn words_since(tx: &mut Tx, report: &ParcelId, since: Instant) -> sqlx::Result<i64> {
    sqlx::query_scalar(
        "SELECT COUNT(*) FROM desk_told WHERE report_id = $1 AND cause LIKE 'word:%' AND at > $2",
    )
    .bind(report.as_str())
    .bind(since.0)
    .fetch_one(&mut **tx)
    .await
}

/// The parcels whose senders want news of `report` by mail.
pub async fn readers(tx: &mut Tx, report: &ParcelId) -> sqlx::Result<Vec<ParcelId>> {
    let ids: Vec<String> = sqlx::query_scalar(
        "SELECT c.parcel_id FROM contacts c JOIN parcels p ON p.id = c.parcel_id WHERE p.report_id = $1
         ORDER BY c.parcel_id",
    )
    .bind(report.as_str())
    .fetch_all(&mut **tx)
    .await?;
    ids.iter().map(|id| parse_id(id)).collect()
}
