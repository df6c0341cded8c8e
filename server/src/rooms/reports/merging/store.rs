//! The SQL of putting reports together and taking them apart.

use crate::db::Tx;
use crate::rooms::reports::store::parse_id;
use shared::ids::ParcelId;
use shared::instant::Instant;
use sqlx::Row;

/// A report and all that joined it, by way of others too.
macro_rules! branch {
    () => {
        "WITH RECURSIVE branch (id) AS (
           SELECT id FROM reports WHERE id = $1 UNION SELECT r.id FROM reports r JOIN branch b ON r.joined = b.id) "
    };
}

/// A report as the human names it.
pub struct Named {
    /// Its id.
    pub id: ParcelId,
    /// The one it is part of; itself where it stands alone.
    pub main: ParcelId,
    /// Whether it is kept from the public.
    pub private: bool,
    /// 1 to 4.
    pub urgency: i16,
}

/// A report that may be part of another.
pub struct Part {
    /// The one it is part of.
    pub merged_into: Option<ParcelId>,
    /// Its number, if it ever stood alone.
    pub number: Option<i64>,
    /// When it came.
    pub at: Instant,
}

/// The report of that number, its place and its row locked: no report that comes in sees it half put together.
pub async fn named(tx: &mut Tx, number: i64) -> sqlx::Result<Option<Named>> {
    sqlx::query("UPDATE places SET touched_at = touched_at WHERE id = (SELECT place_id FROM reports WHERE number = $1)")
        .bind(number)
        .execute(&mut **tx)
        .await?;
    let row = sqlx::query(
        "UPDATE reports SET people = people WHERE number = $1
         RETURNING id, COALESCE(merged_into, id) AS main, private, urgency",
    );
    let row = row.bind(number).fetch_optional(&mut **tx).await?;
    let read = |row: sqlx::any::AnyRow| {
        Ok(Named {
            id: parse_id(row.try_get("id")?)?,
            main: parse_id(row.try_get("main")?)?,
            private: row.try_get::<i16, _>("private")? != 0,
            urgency: row.try_get("urgency")?,
        })
    };
    row.map(read).transpose()
}

/// The report of that id.
pub async fn part(tx: &mut Tx, id: &ParcelId) -> sqlx::Result<Option<Part>> {
    let row = sqlx::query("SELECT merged_into, number, received_at FROM reports WHERE id = $1");
    let row = row.bind(id.as_str()).fetch_optional(&mut **tx).await?;
    let read = |row: sqlx::any::AnyRow| {
        Ok(Part {
            merged_into: row.try_get::<Option<&str>, _>("merged_into")?.map(parse_id).transpose()?,
            number: row.try_get("number")?,
            at: Instant(row.try_get("received_at")?),
        })
    };
    row.map(read).transpose()
}

/// Id, hour and words of each report that is part of `main`.
pub async fn parts(tx: &mut Tx, main: &ParcelId) -> sqlx::Result<Vec<(String, i64, String)>> {
    sqlx::query_as(
        "SELECT id, received_at, description FROM reports WHERE merged_into = $1 ORDER BY received_at, id",
    )
    .bind(main.as_str())
    .fetch_all(&mut **tx)
    .await
}

/// Puts `id`, with all that joined it, under `main`, which stands alone.
pub async fn put_under(tx: &mut Tx, id: &ParcelId, main: &ParcelId) -> sqlx::Result<()> {
    for statement in [
        "UPDATE reports SET joined = $2 WHERE id = $1",
        "UPDATE reports SET merged_into = $2 WHERE id = $1 OR merged_into = $1",
        "UPDATE parcels SET report_id = $2 WHERE report_id = $1",
    ] {
        sqlx::query(statement).bind(id.as_str()).bind(main.as_str()).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Takes `id` out of the report it is part of, with all that joined it.
pub async fn take_apart(tx: &mut Tx, id: &ParcelId) -> sqlx::Result<()> {
    for statement in [
        concat!(branch!(), "UPDATE reports SET merged_into = $1 WHERE id IN (SELECT id FROM branch)"),
        "UPDATE reports SET joined = NULL, merged_into = NULL WHERE id = $1",
        concat!(branch!(), "UPDATE parcels SET report_id = $1 WHERE about IN (SELECT id FROM branch)"),
    ] {
        sqlx::query(statement).bind(id.as_str()).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Counts the people who wait for `main` anew, each once however often they wrote; gives how many.
pub async fn recount(tx: &mut Tx, main: &ParcelId) -> sqlx::Result<i64> {
    sqlx::query_scalar(
        "UPDATE reports SET people = (SELECT COUNT(DISTINCT key_hash) FROM parcels WHERE report_id = $1 AND waits = 1)
         WHERE id = $1 RETURNING people",
    )
    .bind(main.as_str())
    .fetch_one(&mut **tx)
    .await
}

/// Gives a report its number.
pub async fn give_number(tx: &mut Tx, id: &ParcelId, number: i64) -> sqlx::Result<()> {
    sqlx::query("UPDATE reports SET number = $2 WHERE id = $1")
        .bind(id.as_str())
        .bind(number)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The receipts of all who are part of `report`.
pub async fn receipts(tx: &mut Tx, report: &ParcelId) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar("SELECT receipt FROM parcels WHERE report_id = $1 AND receipt IS NOT NULL")
        .bind(report.as_str())
        .fetch_all(&mut **tx)
        .await
}
