//! What is shown of reports, and to whom: the one place where "public" is decided on the server.
//!
//! A private report is in no list and its page is refused, except to whoever shows a key of it. A report merged into
//! another has no page of its own: asking for it gives the one it joined.

use super::filter::Query;
use super::store::{self, parse_hash, parse_id, parse_place, parse_status};
use super::{key_hash, links, search, voices};
use crate::app::App;
use crate::error::Result;
use crate::rooms::answers::charge;
use crate::rooms::{follow, journal};
use shared::ids::{Key, ParcelId};
use shared::instant::Instant;
use shared::problem::{Code, Problem};
use shared::reports::{Mine, ReportBrief, ReportList, ReportPage};
use shared::routing::rules::Subject;
use shared::text;
use sqlx::any::AnyRow;
use sqlx::{AnyPool, Row};

/// Characters of an excerpt.
pub const EXCERPT: usize = 120;

/// What a report `r` of a list must be; the indexes of migration 14 hold no others.
macro_rules! public {
    () => {
        "r.merged_into IS NULL AND r.private = 0"
    };
}
pub(super) use public;

/// What a report `r`, which is part of `m`, must be for its journal to be told to everybody.
macro_rules! told {
    () => {
        "r.private = 0 AND m.private = 0"
    };
}
pub(crate) use told;

/// Columns that `read_brief` reads, of a report `r` and its place `p`.
macro_rules! brief {
    () => {
        "r.id, r.number, r.place_id, p.name AS place_name, r.category, r.description, r.status, r.people,
         r.received_at, r.urgency,
         (SELECT rp.hash FROM report_photos rp JOIN photos f ON f.hash = rp.hash
          WHERE rp.report_id = r.id ORDER BY rp.position LIMIT 1) AS photo"
    };
}
pub(super) use brief;

/// Public reports, newest first (by their last change where `since` is asked), a page at a time.
///
/// # Errors
/// `query_invalid` with the parameter, for one that cannot be read.
pub async fn list(app: &App, query: &Query) -> Result<ReportList> {
    let filter = query.read()?;
    let found = search::page(app.db.read(), &filter).await?;
    let mut reports = found.rows.iter().map(read_brief).collect::<sqlx::Result<Vec<_>>>()?;
    let last = reports.len().checked_sub(2).and_then(|last| found.rows.get(last));
    let next = match last {
        Some(last) if reports.len() > filter.limit => Some(search::cursor(last)?),
        _ => found.end,
    };
    reports.truncate(filter.limit);
    Ok(ReportList { reports, next: next.map(|next| next.to_string()) })
}

/// A report's page, for the public or for the owner of `key`.
///
/// # Errors
/// `report_unknown`; `not_public` when it is private and no key of it is shown.
pub async fn page(app: &App, id: &ParcelId, key: Option<&Key>) -> Result<ReportPage> {
    let (mut main, mut private) = standing_of(app.db.read(), id).await?;
    if let Some(own) = own(app.db.read(), &main, key).await? {
        (main, private) = standing_of(app.db.read(), &own).await?;
    }
    let mine = mine(app.db.read(), &main, key, private).await?;
    if private && mine.is_none() {
        return Err(Code::NotPublic.into());
    }
    Ok(ReportPage { mine, ..for_desks(app, &main).await? })
}

/// Whether the journal of `id` is told to everybody.
///
/// # Errors
/// `report_unknown`; `not_public`.
pub async fn told_of(db: &AnyPool, id: &ParcelId) -> Result<()> {
    let public: Option<i64> = sqlx::query_scalar(concat!(
        "SELECT CAST(CASE WHEN ",
        told!(),
        " THEN 1 ELSE 0 END AS BIGINT)
         FROM reports r JOIN reports m ON m.id = COALESCE(r.merged_into, r.id) WHERE r.id = $1"
    ))
    .bind(id.as_str())
    .fetch_optional(db)
    .await?;
    match public {
        Some(0) => Err(Code::NotPublic.into()),
        Some(_) => Ok(()),
        None => Err(Problem::of(Code::ReportUnknown, "report").into()),
    }
}

/// A report as those in charge read it: private ones too, since it is they who act.
///
/// # Errors
/// `report_unknown`.
pub async fn for_desks(app: &App, main: &ParcelId) -> Result<ReportPage> {
    let db = app.db.read();
    let row = sqlx::query(concat!(
        "SELECT ",
        brief!(),
        ", r.closed_at FROM reports r JOIN places p ON p.id = r.place_id WHERE r.id = $1"
    ))
    .bind(main.as_str())
    .fetch_optional(db)
    .await?;
    let row = row.ok_or_else(|| Problem::of(Code::ReportUnknown, "id"))?;
    let brief = read_brief(&row)?;
    let urgency = row.try_get("urgency")?;
    let subject = Subject::simple(brief.category.as_deref(), urgency, brief.status);
    let closed_at = row.try_get::<Option<i64>, _>("closed_at")?.map(Instant);
    let known =
        follow::view::Known { status: brief.status, urgency, received_at: brief.received_at, closed_at };
    let follow::view::Shown { relances, said_fixed, reopen_until } =
        follow::view::shown(db, main, known).await?;
    Ok(ReportPage {
        relances,
        said_fixed,
        reopen_until,
        urgency,
        voices: voices::of(db, main, app.clock.now()).await?,
        desks: charge::view(app, main, (&brief.place, &subject)).await?,
        journal: journal::of_report(db, main).await?,
        alike: links::shown(db, main).await?,
        mine: None,
        brief,
    })
}

/// The report that `id` is or was merged into, and whether it is private: the column that lists go by as well.
async fn standing_of(db: &AnyPool, id: &ParcelId) -> Result<(ParcelId, bool)> {
    let row = sqlx::query(
        "SELECT main.id, main.private FROM reports r JOIN reports main ON main.id = COALESCE(r.merged_into, r.id)
         WHERE r.id = $1",
    );
    let row = row.bind(id.as_str()).fetch_optional(db).await?;
    let row = row.ok_or_else(|| Problem::of(Code::ReportUnknown, "id"))?;
    Ok((parse_id(row.try_get("id")?)?, row.try_get::<i16, _>("private")? != 0))
}

/// Where the owner of `key` finds their own report: it was part of `main` when their link was made, and no more.
async fn own(db: &AnyPool, main: &ParcelId, key: Option<&Key>) -> Result<Option<ParcelId>> {
    let Some(proof) = key.map(key_hash) else { return Ok(None) };
    if store::owns(db, main, &proof).await? {
        return Ok(None);
    }
    Ok(links::parted_from(db, main, &proof).await?)
}

async fn mine(db: &AnyPool, main: &ParcelId, key: Option<&Key>, private: bool) -> Result<Option<Mine>> {
    let Some(proof) = key.map(key_hash) else { return Ok(None) };
    if !store::owns(db, main, &proof).await? {
        return Ok(None);
    }
    let contacts: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM contacts c JOIN parcels p ON p.id = c.parcel_id WHERE p.report_id = $1 AND p.key_hash = $2",
    )
    .bind(main.as_str())
    .bind(&proof)
    .fetch_one(db)
    .await?;
    let (reporter, follow) = follow::view::mine(db, main, &proof).await?;
    Ok(Some(Mine { has_mail: contacts > 0, private, reporter, follow }))
}

/// Reads a row of the macro `brief!`.
fn read_brief(row: &AnyRow) -> sqlx::Result<ReportBrief> {
    let description: String = row.try_get("description")?;
    Ok(ReportBrief {
        id: parse_id(row.try_get("id")?)?,
        number: row.try_get::<Option<i64>, _>("number")?.unwrap_or_default(),
        place: parse_place(row.try_get("place_id")?)?,
        place_name: row.try_get("place_name")?,
        category: row.try_get("category")?,
        excerpt: text::excerpt(&description, EXCERPT),
        status: parse_status(row.try_get("status")?)?,
        people: row.try_get("people")?,
        photo: row.try_get::<Option<&str>, _>("photo")?.map(parse_hash).transpose()?,
        received_at: Instant(row.try_get("received_at")?),
    })
}
