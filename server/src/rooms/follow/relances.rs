//! Relances: at most one a week for a report, asked by however many.
//!
//! A wish waits on the follow of who has it. [`ask`] lets the relance leave, or makes the job ([`NEXT`]) that lets it leave
//! once the week is over, if anybody still waits for it then.

use super::store::{self, Standing};
use crate::app::App;
use crate::db::Tx;
use crate::edges::ids;
use crate::error::Result;
use crate::jobs::{self, Failed, Job};
use crate::rooms::answers::hands;
use crate::rooms::reports::jobs::put_relance;
use crate::rooms::reports::notices::About;
use crate::rooms::reports::{intake, internal, note};
use crate::rooms::{journal, routing};
use anyhow::Context;
use serde::{Deserialize, Serialize};
use shared::ids::ParcelId;
use shared::instant::Instant;
use shared::relance::{Decision, Facts, Tone, decide};
use shared::reports::Event;
use sqlx::any::AnyRow;
use sqlx::{Any, AnyPool, Executor, Row};

/// Kind of [`next`].
pub const NEXT: &str = "follow.relance";

#[derive(Serialize, Deserialize)]
struct Next {
    report: ParcelId,
}

/// When each relance of `report` left, oldest first.
pub async fn sent<'c>(
    db: impl Executor<'c, Database = Any>,
    report: &ParcelId,
) -> sqlx::Result<Vec<Instant>> {
    let sent: Vec<i64> =
        sqlx::query_scalar("SELECT sent_at FROM relances WHERE report_id = $1 ORDER BY number")
            .bind(report.as_str())
            .fetch_all(db)
            .await?;
    Ok(sent.into_iter().map(Instant).collect())
}

/// How many people wait for the next relance of `report`.
pub async fn wishes<'c>(db: impl Executor<'c, Database = Any>, report: &ParcelId) -> sqlx::Result<i64> {
    sqlx::query_scalar(
        "SELECT COUNT(DISTINCT p.key_hash) FROM parcels p JOIN follows f ON f.parcel_id = p.id
         WHERE p.report_id = $1 AND f.wished_at IS NOT NULL",
    )
    .bind(report.as_str())
    .fetch_one(db)
    .await
}

/// When a desk was first told of `report`.
pub async fn told_at<'c>(
    db: impl Executor<'c, Database = Any>,
    report: &ParcelId,
) -> sqlx::Result<Option<Instant>> {
    let told: Option<i64> =
        sqlx::query_scalar("SELECT MIN(sent_at) FROM notices WHERE report_id = $1 AND relance = 0")
            .bind(report.as_str())
            .fetch_one(db)
            .await?;
    Ok(told.map(Instant))
}

/// Lets the relance that people wait for leave, or makes the job that lets it leave when it may.
pub async fn ask(tx: &mut Tx, report: &Standing, now: Instant) -> Result<()> {
    let sent = sent(&mut **tx, &report.id).await?;
    let answered_at = journal::answered_at(&mut **tx, &report.id).await?;
    let told_at = told_at(&mut **tx, &report.id).await?.unwrap_or(report.received_at);
    let (urgency, is_open) = (report.urgency, report.status.is_open());
    let facts = Facts { told_at, urgency, sent: &sent, answered_at, is_open };
    match decide(&facts, now) {
        Decision::Send { tone, wider } => {
            let number = i64::try_from(sent.len()).unwrap_or(0) + 1;
            leave(tx, report, (number, tone, wider), now).await
        }
        Decision::Counted { next_at } => put(tx, report, sent.len(), (now, next_at)).await,
        Decision::Closed => Ok(()),
    }
}

/// The job of the next relance: one, however many ask for it.
async fn put(tx: &mut Tx, report: &Standing, sent: usize, (now, at): (Instant, Instant)) -> Result<()> {
    let id = format!("relance-{}-{sent}", report.id);
    // One that is due may be running already.
    let id = if at > now { id } else { ids::id(now).to_string() };
    let payload = serde_json::to_string(&Next { report: report.id.clone() })?;
    let new = jobs::New { kind: NEXT, about: Some(report.id.as_str()), payload: &payload, run_at: at };
    Ok(jobs::store::put(tx, &id, &new).await?)
}

/// The week is over: lets the relance leave that people wait for, if any still do.
pub async fn next(app: &App, job: &Job) -> Result<(), Failed> {
    let Next { report } = serde_json::from_str(&job.payload).context("a job's payload")?;
    let mut tx = app.db.write().await?;
    jobs::store::done(&mut tx, &job.id).await?;
    if let Some(standing) = store::lock(&mut tx, &report).await? {
        resume(&mut tx, &standing, app.clock.now()).await.map_err(internal)?;
    }
    tx.commit().await?;
    app.jobs_put.notify_one();
    Ok(())
}

/// Asks for the relance that people wait for, if any do.
pub async fn resume(tx: &mut Tx, report: &Standing, now: Instant) -> Result<()> {
    if wishes(&mut **tx, &report.id).await? == 0 {
        return Ok(());
    }
    ask(tx, report, now).await
}

/// It leaves: a job for each mailbox of those in charge, and of those further up that are put in copy.
async fn leave(
    tx: &mut Tx,
    report: &Standing,
    (number, tone, wider): (i64, Tone, usize),
    now: Instant,
) -> Result<()> {
    let people = wishes(&mut **tx, &report.id).await?;
    let route = intake::in_charge(tx, &report.id, now).await?;
    let told: Vec<_> =
        route.choices.iter().filter_map(|choice| choice.desk.as_ref()).map(|desk| desk.id.clone()).collect();
    let mut copies = routing::wider(tx, &report.place, &told, wider, now).await?;
    let (away, _) = hands::elsewhere(&mut **tx, &report.id).await?;
    copies.retain(|desk| !away.contains(&desk.id));
    let about = About { report: &report.id, relance: number };
    for desk in &told {
        put_relance(tx, about, (desk, Some(&route.why)), now).await?;
    }
    for desk in &copies {
        put_relance(tx, about, (&desk.id, None), now).await?;
    }
    let wider = i64::try_from(copies.len()).unwrap_or(0);
    insert(tx, about, (people, tone, wider), now).await?;
    note(tx, &report.id, now, &Event::Relance { people, tone, wider }).await
}

/// Writes a relance down; nobody waits for it any more.
async fn insert(
    tx: &mut Tx,
    about: About<'_>,
    (people, tone, wider): (i64, Tone, i64),
    at: Instant,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO relances (report_id, number, sent_at, people, tone, wider) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(about.report.as_str())
    .bind(about.relance)
    .bind(at.0)
    .bind(people)
    .bind(tone.as_str())
    .bind(wider)
    .execute(&mut **tx)
    .await?;
    sqlx::query(
        "UPDATE follows SET wished_at = NULL WHERE wished_at IS NOT NULL
           AND parcel_id IN (SELECT id FROM parcels WHERE report_id = $1)",
    )
    .bind(about.report.as_str())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A relance that left.
pub struct Relance {
    /// 1, 2, 3… within the report.
    pub number: i64,
    /// When.
    pub sent_at: Instant,
    /// Who asked for it.
    pub people: i64,
    /// How it speaks.
    pub tone: Tone,
}

/// The relances of `report` up to that number, oldest first.
pub async fn until(db: &AnyPool, report: &ParcelId, number: i64) -> sqlx::Result<Vec<Relance>> {
    let rows = sqlx::query(
        "SELECT number, sent_at, people, tone FROM relances WHERE report_id = $1 AND number <= $2 ORDER BY number",
    );
    let relance = |row: &AnyRow| {
        let tone: &str = row.try_get("tone")?;
        let unknown = || sqlx::Error::Decode(format!("unknown tone {tone}").into());
        Ok(Relance {
            number: row.try_get("number")?,
            sent_at: Instant(row.try_get("sent_at")?),
            people: row.try_get("people")?,
            tone: Tone::parse(tone).ok_or_else(unknown)?,
        })
    };
    rows.bind(report.as_str()).bind(number).fetch_all(db).await?.iter().map(relance).collect()
}

/// A desk that a relance is written to.
#[derive(Debug, Serialize)]
pub struct Told {
    /// Its id.
    #[serde(skip)]
    pub id: String,
    /// What it does.
    pub function: String,
    /// Its name for people.
    pub name: String,
    /// Whether it only hears of it.
    pub in_copy: bool,
}

/// The desks that a relance is written to: those in charge, then those in copy.
pub async fn told(db: &AnyPool, about: About<'_>) -> sqlx::Result<Vec<Told>> {
    let rows = sqlx::query(
        "SELECT d.id, d.function, CASE WHEN d.name = '' THEN z.name ELSE d.name END AS name, MAX(n.in_copy) AS in_copy
         FROM notices n JOIN desks d ON d.id = n.desk_id JOIN zones z ON z.id = d.zone_id
         WHERE n.report_id = $1 AND n.relance = $2 GROUP BY d.id, d.function, d.name, z.name
         ORDER BY MAX(n.in_copy), d.function, d.id",
    );
    let told = |row: &AnyRow| {
        Ok(Told {
            id: row.try_get("id")?,
            function: row.try_get("function")?,
            name: row.try_get("name")?,
            in_copy: row.try_get::<i16, _>("in_copy")? != 0,
        })
    };
    rows.bind(about.report.as_str()).bind(about.relance).fetch_all(db).await?.iter().map(told).collect()
}
