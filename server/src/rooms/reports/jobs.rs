//! What leaves after a report came in: one mail per desk, and one to the reporter who asked for news.
//!
//! The mail is built when it leaves, so that it counts everybody who waits by then. Sending, then recording: a worker
//! that dies in between sends once more, under the same Message-ID (the job's), and nothing is ever lost.

use super::intake::Parcel;
use super::{note, store, view, voices};
use crate::app::App;
use crate::db::Tx;
use crate::edges::ids;
use crate::edges::mail::NotSent;
use crate::error::{Error, Result};
use crate::jobs::{self, Failed, Job};
use crate::mail::{Letter, Picture};
use crate::rooms::{photos, places, routing};
use crate::web::words;
use anyhow::Context;
use minijinja::value::{Serde, Value};
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::ids::{Key, ParcelId};
use shared::instant::Instant;
use shared::problem::Code;
use shared::reports::Event;
use shared::routing::Desk;
use sqlx::Row;

/// Those in charge work in French.
const LANG_OF_DESKS: &str = "fr";

/// Kind of [`tell_desk`].
pub const TELL_DESK: &str = "report.tell_desk";
/// Kind of [`tell_reporter`].
pub const TELL_REPORTER: &str = "report.tell_reporter";

#[derive(Serialize, Deserialize)]
struct ToDesk {
    report: ParcelId,
    desk: String,
}

#[derive(Serialize, Deserialize)]
struct ToReporter {
    parcel: ParcelId,
}

/// Puts the job that writes to `desk`, from `leave_at` on.
pub async fn put_tell_desk(tx: &mut Tx, parcel: &Parcel, desk: &Desk, leave_at: Instant) -> Result<()> {
    let payload = serde_json::to_string(&ToDesk { report: parcel.id.clone(), desk: desk.id.clone() })?;
    let about = Some(parcel.id.as_str());
    let new = jobs::New { kind: TELL_DESK, about, payload: &payload, run_at: leave_at };
    jobs::store::put(tx, ids::id(parcel.at).as_str(), &new).await?;
    Ok(())
}

/// Lets the mails about `report` leave that waited for its photos.
pub async fn release(app: &App, report: &ParcelId) -> Result<()> {
    let mut tx = app.db.write().await?;
    let hurried = jobs::store::hurry(&mut tx, TELL_DESK, report.as_str(), app.clock.now()).await?;
    tx.commit().await?;
    if hurried > 0 {
        app.jobs_put.notify_one();
    }
    Ok(())
}

/// Puts the job that writes to the reporter.
pub async fn put_tell_reporter(tx: &mut Tx, parcel: &Parcel) -> Result<()> {
    let payload = serde_json::to_string(&ToReporter { parcel: parcel.id.clone() })?;
    let new = jobs::New { kind: TELL_REPORTER, about: None, payload: &payload, run_at: parcel.at };
    jobs::store::put(tx, ids::id(parcel.at).as_str(), &new).await?;
    Ok(())
}

/// Writes to a desk about a new report, then says so in the journal.
pub async fn tell_desk(app: &App, job: &Job) -> Result<(), Failed> {
    let to: ToDesk = serde_json::from_str(&job.payload).context("a job's payload")?;
    let desk = routing::store::desk_named(app.db.read(), &to.desk).await?;
    let (function, name) = desk.ok_or_else(|| Failed::Drop("the desk is gone".into()))?;
    let mails = routing::store::mailboxes(app.db.read(), &to.desk, app.clock.now()).await?;
    if mails.is_empty() {
        return finish(app, job, &to.report, Event::NoMailbox { function }).await;
    }
    let letter = desk_letter(app, job, &to, mails).await?;
    send(app, job, letter).await?;
    finish(app, job, &to.report, Event::NoticeSent { function, name }).await
}

/// Writes to the reporter that the report was received, with their follow link.
pub async fn tell_reporter(app: &App, job: &Job) -> Result<(), Failed> {
    let to: ToReporter = serde_json::from_str(&job.payload).context("a job's payload")?;
    let row = sqlx::query(
        "SELECT c.mail, c.follow_key, c.lang, p.report_id FROM contacts c JOIN parcels p ON p.id = c.parcel_id
         WHERE c.parcel_id = $1",
    );
    if let Some(row) = row.bind(to.parcel.as_str()).fetch_optional(app.db.read()).await? {
        let key = Key::parse(row.try_get("follow_key")?).map_err(anyhow::Error::from)?;
        let report = store::parse_id(row.try_get("report_id")?)?;
        let page = view::page(app, &report, Some(&key)).await.map_err(internal)?;
        let lang: String = row.try_get("lang")?;
        let title = words::title(app.pages.catalog(&lang), &page.brief);
        let link = format!("{}/demandes/{report}#{}", app.config.public_url, key.reveal());
        let letter = Letter {
            template: "report_received",
            lang,
            to: vec![row.try_get("mail")?],
            values: Value::from(Serde(
                json!({ "page": page, "title": title, "link": link, "joined": report != to.parcel }),
            )),
            picture: None,
        };
        send(app, job, letter).await?;
    }
    let mut tx = app.db.write().await?;
    jobs::store::done(&mut tx, &job.id).await?;
    tx.commit().await.map_err(Failed::from)
}

async fn desk_letter(app: &App, job: &Job, to: &ToDesk, mails: Vec<String>) -> Result<Letter, Failed> {
    let page = view::for_desks(app, &to.report).await.map_err(internal)?;
    let place = places::page(app, &page.brief.place).await.map_err(internal)?.place;
    let title = words::title(app.pages.catalog(LANG_OF_DESKS), &page.brief);
    let photo = page.voices.iter().flat_map(|voice| &voice.photos).next();
    let picture = match photo {
        Some(photo) => app.blobs.get(&photos::blob_name(&photo.hash, 960)).await?,
        None => None,
    };
    Ok(Letter {
        template: "report_new",
        lang: LANG_OF_DESKS.into(),
        to: mails,
        values: Value::from(Serde(json!({
            "link": format!("{}/demandes/{}", app.config.public_url, to.report), "page": page, "place": place, "title": title,
            "has_picture": picture.is_some(), "caption": photo.map(|photo| &photo.caption),
            "awaited": voices::awaited(&page),
        }))),
        picture: picture.map(|jpeg| Picture { name: format!("photo-{}.jpg", job.id), jpeg: jpeg.to_vec() }),
    })
}

async fn send(app: &App, job: &Job, letter: Letter) -> Result<(), Failed> {
    let message =
        letter.write(app, &job.id).map_err(|error| Failed::Drop(format!("cannot be written: {error:#}")))?;
    app.mailer.send(&job.id, message).await.map_err(|error| match error {
        NotSent::Later(reason) => Failed::Retry(reason),
        NotSent::Never(reason) => Failed::Drop(reason),
    })
}

/// Records what the job did, and removes it, at once.
async fn finish(app: &App, job: &Job, report: &ParcelId, event: Event) -> Result<(), Failed> {
    let mut tx = app.db.write().await?;
    if matches!(event, Event::NoticeSent { .. }) {
        store::mark_sent(&mut tx, report).await?;
    }
    note(&mut tx, report, app.clock.now(), &event).await.map_err(internal)?;
    jobs::store::done(&mut tx, &job.id).await?;
    tx.commit().await.map_err(Failed::from)
}

fn internal(error: Error) -> Failed {
    match error {
        Error::Problem(problem) if problem.code == Code::ReportUnknown => {
            Failed::Drop("the report is gone".into())
        }
        Error::Problem(problem) | Error::Under(_, problem) => Failed::Retry(problem.to_string()),
        Error::Internal(error) => error.into(),
    }
}
