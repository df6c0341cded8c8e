//! The SQL of follows: one row for the parcel by which a person is part of a report, or by which they follow it.

use crate::db::Tx;
use crate::db::bundle::Bundle;
use crate::rooms::reports::store::{parse_id, parse_place, parse_status};
use shared::followup::{Follow, Rhythm, Said, SaidFixed};
use shared::ids::{ParcelId, PlaceId};
use shared::instant::Instant;
use shared::reports::status::Status;
use sqlx::any::AnyRow;
use sqlx::{Any, Executor, Row};

/// A report that a wish is about, its row locked.
pub struct Standing {
    /// Its id.
    pub id: ParcelId,
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
    /// When it was closed.
    pub closed_at: Option<Instant>,
    /// When it came.
    pub received_at: Instant,
    /// Whether it is kept from the public.
    pub private: bool,
}

/// The parcel by which the owner of a proof is part of a report.
pub struct Part {
    /// Its id.
    pub parcel: ParcelId,
    /// What it was about when it came.
    pub about: Option<String>,
    /// Whether its sender waits, not only follows.
    pub waits: bool,
}

/// The report that `id` is or was merged into, its row locked.
pub async fn lock(tx: &mut Tx, id: &ParcelId) -> sqlx::Result<Option<Standing>> {
    let mut id = id.clone();
    // One that is put under another meanwhile leads there.
    loop {
        let row = sqlx::query(
            "UPDATE reports SET people = people WHERE id = (SELECT COALESCE(merged_into, id) FROM reports WHERE id = $1)
             RETURNING id, COALESCE(number, 0) AS number, people, place_id, category, urgency, status, closed_at,
                       received_at, private, merged_into",
        );
        let Some(row) = row.bind(id.as_str()).fetch_optional(&mut **tx).await? else { return Ok(None) };
        match row.try_get::<Option<&str>, _>("merged_into")? {
            Some(main) => id = parse_id(main)?,
            None => return standing(&row).map(Some),
        }
    }
}

fn standing(row: &AnyRow) -> sqlx::Result<Standing> {
    Ok(Standing {
        id: parse_id(row.try_get("id")?)?,
        number: row.try_get("number")?,
        people: row.try_get("people")?,
        place: parse_place(row.try_get("place_id")?)?,
        category: row.try_get("category")?,
        urgency: row.try_get("urgency")?,
        status: parse_status(row.try_get("status")?)?,
        closed_at: row.try_get::<Option<i64>, _>("closed_at")?.map(Instant),
        received_at: Instant(row.try_get("received_at")?),
        private: row.try_get::<i16, _>("private")? != 0,
    })
}

/// The parcel by which the owner of `proof` is part of `report`: the reporter's first, one that waits before one that
/// follows.
pub async fn part<'c>(
    db: impl Executor<'c, Database = Any>,
    report: &ParcelId,
    proof: &str,
) -> sqlx::Result<Option<Part>> {
    let row = sqlx::query(
        "SELECT id, about, waits FROM parcels WHERE report_id = $1 AND key_hash = $2
         ORDER BY CASE WHEN id = $1 THEN 0 ELSE 1 END, waits DESC, claimed_at, id LIMIT 1",
    );
    let row = row.bind(report.as_str()).bind(proof).fetch_optional(db).await?;
    let read = |row: AnyRow| {
        let waits = row.try_get::<i16, _>("waits")? != 0;
        Ok(Part { parcel: parse_id(row.try_get("id")?)?, about: row.try_get("about")?, waits })
    };
    row.map(read).transpose()
}

/// The parcel only says a wish; where its sender is part of a report already, it goes wherever that part goes.
pub async fn only_wishes(
    tx: &mut Tx,
    (parcel, report): (&ParcelId, &ParcelId),
    about: Option<&str>,
) -> sqlx::Result<()> {
    sqlx::query("UPDATE parcels SET waits = 0, about = $2, report_id = $3 WHERE id = $1")
        .bind(parcel.as_str())
        .bind(about)
        .bind(report.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// All that somebody sent about a report makes them wait: they are counted, once.
pub async fn waits(tx: &mut Tx, own: Own<'_>) -> sqlx::Result<()> {
    sqlx::query("UPDATE parcels SET waits = 1 WHERE report_id = $1 AND key_hash = $2 AND waits = 0")
        .bind(own.report.as_str())
        .bind(own.proof)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The follows `f` of one person: their parcels of one report.
macro_rules! own {
    () => {
        "parcel_id IN (SELECT id FROM parcels WHERE report_id = $1 AND key_hash = $2)"
    };
}

/// How the owner of `proof` follows `report`.
pub async fn follow<'c>(
    db: impl Executor<'c, Database = Any>,
    report: &ParcelId,
    proof: &str,
) -> sqlx::Result<Option<Follow>> {
    let row = sqlx::query(concat!(
        "SELECT rhythm, ask_at, asked_at FROM follows WHERE ",
        own!(),
        " ORDER BY changed_at DESC, parcel_id LIMIT 1"
    ));
    row.bind(report.as_str()).bind(proof).fetch_optional(db).await?.as_ref().map(read_follow).transpose()
}

fn read_follow(row: &AnyRow) -> sqlx::Result<Follow> {
    let instant = |name: &str| Ok::<_, sqlx::Error>(row.try_get::<Option<i64>, _>(name)?.map(Instant));
    Ok(Follow {
        rhythm: read_rhythm(row.try_get("rhythm")?)?,
        ask_at: instant("ask_at")?,
        asked_at: instant("asked_at")?,
    })
}

/// Reads a rhythm that we wrote.
pub fn read_rhythm(text: &str) -> sqlx::Result<Rhythm> {
    serde_json::from_str(text).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// A rhythm as it is kept.
fn text(rhythm: Rhythm) -> sqlx::Result<String> {
    serde_json::to_string(&rhythm).map_err(|error| sqlx::Error::Encode(error.into()))
}

/// Begins the follow of `parcel`; one that is there stays as it is.
pub async fn begin(
    tx: &mut Tx,
    parcel: &ParcelId,
    planned: (Rhythm, Option<Instant>),
    at: Instant,
) -> sqlx::Result<()> {
    let mut writes = Bundle::default();
    add(&mut writes, parcel, planned, at)?;
    writes.run(tx).await
}

/// The same, among other writes.
pub fn add(
    writes: &mut Bundle,
    parcel: &ParcelId,
    (rhythm, ask_at): (Rhythm, Option<Instant>),
    at: Instant,
) -> sqlx::Result<()> {
    let begun = writes.add(
        "INSERT INTO follows (parcel_id, rhythm, ask_at, asked_times, changed_at) VALUES ($1, $2, $3, 0, $4)
         ON CONFLICT (parcel_id) DO NOTHING",
    );
    begun.bind(parcel.as_str()).bind(text(rhythm)?).bind(ask_at.map(|at| at.0)).bind(at.0);
    Ok(())
}

/// Whom a change is about: somebody, by a report and a proof.
#[derive(Clone, Copy)]
pub struct Own<'a> {
    /// The report.
    pub report: &'a ParcelId,
    /// Their secret's.
    pub proof: &'a str,
    /// When.
    pub at: Instant,
}

/// They answered, or chose anew: no question waits, the next one comes at `ask_at`.
pub async fn plan(tx: &mut Tx, own: Own<'_>, rhythm: Rhythm, ask_at: Option<Instant>) -> sqlx::Result<()> {
    sqlx::query(concat!(
        "UPDATE follows SET rhythm = $3, ask_at = $4, asked_at = NULL, asked_times = 0, changed_at = $5 WHERE ",
        own!()
    ))
    .bind(own.report.as_str())
    .bind(own.proof)
    .bind(text(rhythm)?)
    .bind(ask_at.map(|at| at.0))
    .bind(own.at.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// They say whether it is fixed; false where they said the same before.
pub async fn say(tx: &mut Tx, own: Own<'_>, fixed: bool) -> sqlx::Result<bool> {
    let said = sqlx::query(concat!(
        "UPDATE follows SET said = $3, said_at = $4, changed_at = $4 WHERE (said IS NULL OR said <> $3) AND ",
        own!()
    ));
    let said = said.bind(own.report.as_str()).bind(own.proof).bind(i16::from(fixed)).bind(own.at.0);
    Ok(said.execute(&mut **tx).await?.rows_affected() > 0)
}

/// They want the next relance.
pub async fn wish(tx: &mut Tx, own: Own<'_>) -> sqlx::Result<()> {
    sqlx::query(concat!(
        "UPDATE follows SET wished_at = $3, changed_at = $3 WHERE wished_at IS NULL AND ",
        own!()
    ))
    .bind(own.report.as_str())
    .bind(own.proof)
    .bind(own.at.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The follows of everybody who is part of a report.
macro_rules! all {
    () => {
        "parcel_id IN (SELECT id FROM parcels WHERE report_id = $1)"
    };
}

/// What those who wait say since somebody said that it is fixed.
pub async fn said<'c>(db: impl Executor<'c, Database = Any>, report: &ParcelId) -> sqlx::Result<Said> {
    let row = sqlx::query(
        "SELECT CAST(MAX(CASE WHEN p.id = $1 THEN f.said END) AS BIGINT) AS reporter,
                COUNT(DISTINCT CASE WHEN p.id <> $1 AND f.said = 1 THEN p.key_hash END) AS fixed,
                COUNT(DISTINCT CASE WHEN p.id <> $1 AND f.said = 0 THEN p.key_hash END) AS denied
         FROM parcels p JOIN follows f ON f.parcel_id = p.id WHERE p.report_id = $1",
    );
    let row = row.bind(report.as_str()).fetch_one(db).await?;
    let reporter = row.try_get::<Option<i64>, _>("reporter")?.map(|said| said != 0);
    Ok(Said { reporter, fixed: row.try_get("fixed")?, not: row.try_get("denied")? })
}

/// How many say that it is fixed, and since when.
pub async fn said_fixed<'c>(
    db: impl Executor<'c, Database = Any>,
    report: &ParcelId,
) -> sqlx::Result<Option<SaidFixed>> {
    let row = sqlx::query(
        "SELECT COUNT(DISTINCT p.key_hash) AS people, MIN(f.said_at) AS since
         FROM parcels p JOIN follows f ON f.parcel_id = p.id WHERE p.report_id = $1 AND f.said = 1",
    );
    let row = row.bind(report.as_str()).fetch_one(db).await?;
    let since: Option<i64> = row.try_get("since")?;
    since.map(|at| Ok(SaidFixed { people: row.try_get("people")?, at: Instant(at) })).transpose()
}

/// Forgets what was said of `report`: it is decided, or begins anew.
pub async fn unsay(tx: &mut Tx, report: &ParcelId) -> sqlx::Result<()> {
    sqlx::query(concat!(
        "UPDATE follows SET said = NULL, said_at = NULL WHERE said IS NOT NULL AND ",
        all!()
    ))
    .bind(report.as_str())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Nobody is asked about `report` any more, and no relance is waited for.
pub async fn quiet(tx: &mut Tx, report: &ParcelId) -> sqlx::Result<()> {
    sqlx::query(concat!(
        "UPDATE follows SET ask_at = NULL, asked_at = NULL, asked_times = 0, said = NULL, said_at = NULL, wished_at = NULL WHERE ",
        all!()
    ))
    .bind(report.as_str())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Everybody who waits for `report` and wants to be asked, other than the owner of `except` and those who said whether it
/// is fixed, is asked at `at` unless they are earlier.
pub async fn hurry(tx: &mut Tx, report: &ParcelId, except: &str, at: Instant) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE follows SET ask_at = CASE WHEN ask_at < $3 THEN ask_at ELSE $3 END, asked_times = 0
         WHERE said IS NULL AND rhythm <> '\"never\"'
           AND parcel_id IN (SELECT id FROM parcels WHERE report_id = $1 AND key_hash <> $2 AND waits = 1)",
    )
    .bind(report.as_str())
    .bind(except)
    .bind(at.0)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Parcel and rhythm of everybody who follows `report`.
pub async fn rhythms(tx: &mut Tx, report: &ParcelId) -> sqlx::Result<Vec<(ParcelId, Rhythm)>> {
    let rows: Vec<(String, String)> = sqlx::query_as(concat!(
        "SELECT parcel_id, rhythm FROM follows WHERE ",
        all!(),
        " ORDER BY parcel_id"
    ))
    .bind(report.as_str())
    .fetch_all(&mut **tx)
    .await?;
    read_rhythms(rows)
}

fn read_rhythms(rows: Vec<(String, String)>) -> sqlx::Result<Vec<(ParcelId, Rhythm)>> {
    rows.into_iter().map(|(parcel, rhythm)| Ok((parse_id(&parcel)?, read_rhythm(&rhythm)?))).collect()
}

/// Parcel and rhythm of whoever follows `report` and is neither to be asked nor answered.
pub async fn unplanned(tx: &mut Tx, report: &ParcelId) -> sqlx::Result<Vec<(ParcelId, Rhythm)>> {
    let rows: Vec<(String, String)> = sqlx::query_as(concat!(
        "SELECT parcel_id, rhythm FROM follows WHERE ask_at IS NULL AND asked_at IS NULL AND said IS NULL AND ",
        all!(),
        " ORDER BY parcel_id"
    ))
    .bind(report.as_str())
    .fetch_all(&mut **tx)
    .await?;
    read_rhythms(rows)
}

/// The follow of `parcel` is asked at `ask_at`, as if for the first time.
pub async fn replan(tx: &mut Tx, parcel: &ParcelId, ask_at: Option<Instant>) -> sqlx::Result<()> {
    sqlx::query("UPDATE follows SET ask_at = $2, asked_at = NULL, asked_times = 0 WHERE parcel_id = $1")
        .bind(parcel.as_str())
        .bind(ask_at.map(|at| at.0))
        .execute(&mut **tx)
        .await?;
    Ok(())
}
