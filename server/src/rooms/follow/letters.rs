//! Letters of the follow-up: the question to whoever left an address, the relance to a desk.

use super::relances;
use crate::app::App;
use crate::db::Tx;
use crate::edges::ids;
use crate::edges::mail::NotSent;
use crate::error::Result;
use crate::jobs::{self, Failed, Job};
use crate::mail::Letter;
use crate::rooms::answers::link;
use crate::rooms::reports::letters::{Desk, LANG_OF_DESKS, picture};
use crate::rooms::reports::notices::About;
use crate::rooms::reports::{internal, store as reports, unsubscribe, view};
use crate::rooms::routing::store::Mailbox;
use crate::rooms::{places, routing};
use crate::web::words;
use anyhow::Context;
use minijinja::value::{Serde, Value};
use serde::{Deserialize, Serialize};
use serde_json::json;
use shared::ids::{Key, ParcelId};
use shared::instant::{DAY, Instant};
use shared::push::payload::Act;
use shared::reports::category;
use sqlx::Row;

/// Kind of [`mail`].
pub const MAIL: &str = "follow.mail";

#[derive(Serialize, Deserialize)]
struct To {
    /// The parcel with which the address was left.
    parcel: ParcelId,
}

/// Puts the job that asks by mail whoever left an address with `parcel`.
pub async fn put(tx: &mut Tx, parcel: &ParcelId, report: &ParcelId, now: Instant) -> anyhow::Result<()> {
    let payload = serde_json::to_string(&To { parcel: parcel.clone() })?;
    let new = jobs::New { kind: MAIL, about: Some(report.as_str()), payload: &payload, run_at: now };
    Ok(jobs::store::put(tx, ids::id(now).as_str(), &new).await?)
}

/// Asks one person by mail, unless there is nothing to ask any more: no address, an answer, a report that is closed.
pub async fn mail(app: &App, job: &Job) -> Result<(), Failed> {
    let to: To = serde_json::from_str(&job.payload).context("a job's payload")?;
    if let Some(letter) = question(app, &to.parcel).await.map_err(internal)? {
        let message = letter.write(app, &job.id);
        let message = message.map_err(|error| Failed::Drop(format!("cannot be written: {error:#}")))?;
        app.send(&job.id, message).await.map_err(|error| match error {
            NotSent::Later(reason) => Failed::Retry(reason),
            NotSent::Never(reason) => Failed::Drop(reason),
        })?;
    }
    let mut tx = app.db.write().await?;
    jobs::store::done(&mut tx, &job.id).await?;
    tx.commit().await.map_err(Failed::from)
}

async fn question(app: &App, parcel: &ParcelId) -> Result<Option<Letter>> {
    let row = sqlx::query(
        "SELECT c.mail, c.follow_key, c.lang, p.report_id FROM contacts c JOIN parcels p ON p.id = c.parcel_id
         WHERE c.parcel_id = $1",
    );
    let Some(row) = row.bind(parcel.as_str()).fetch_optional(app.db.read()).await? else { return Ok(None) };
    let key = Key::parse(row.try_get("follow_key")?).context("a kept secret")?;
    let report = reports::parse_id(row.try_get("report_id")?)?;
    let page = view::page(app, &report, Some(&key)).await?;
    let mine = page.mine.as_ref();
    let waits = mine.and_then(|mine| mine.follow).is_some_and(|follow| follow.asked_at.is_some());
    if !waits || !page.brief.status.is_open() {
        return Ok(None);
    }
    let lang: String = row.try_get("lang")?;
    let link =
        |wish: &str| format!("{}/demandes/{}{wish}#{}", app.config.public_url, page.brief.id, key.reveal());
    let answer = |act: Act| link(&format!("?wish={}", act.as_str()));
    let stop = unsubscribe::url(app, parcel, &key);
    let values = json!({
        "title": words::title(app.pages.catalog(&lang), &page.brief), "page": page, "stop": stop, "link": link(""),
        "fixed": answer(Act::Fixed), "relance": answer(Act::Remind), "reporter": mine.is_some_and(|mine| mine.reporter),
        "days": days(page.brief.received_at, app.clock.now()),
    });
    Ok(Some(Letter {
        template: "follow_ask",
        lang,
        to: row.try_get("mail")?,
        name: None,
        thread: format!("{report}.{parcel}"),
        values: Value::from(Serde(values)),
        unsubscribe: Some(stop),
        picture: None,
    }))
}

/// Whole days from one instant to a later one.
fn days(from: Instant, to: Instant) -> i64 {
    (to.0 - from.0).max(0) / DAY
}

/// The relance of that number to one mailbox of a desk: the facts, in its tone, in the thread of the first message. Nothing
/// when the report was closed meanwhile.
pub async fn relance(app: &App, about: About<'_>, desk: &Desk, mailbox: &Mailbox) -> Result<Option<Letter>> {
    let now = app.clock.now();
    let page = view::for_desks(app, about.report).await?;
    let mut sent = relances::until(app.db.read(), about.report, about.relance).await?;
    let Some(this) = sent.pop().filter(|_| page.brief.status.is_open()) else { return Ok(None) };
    let place = places::page(app, &page.brief.place).await?.place;
    let title = words::title(app.pages.catalog(LANG_OF_DESKS), &page.brief);
    let since = sent.last().map_or(page.brief.received_at, |last| last.sent_at);
    let fresh = page.voices.iter().skip(1).filter(|voice| voice.at > since);
    let fresh: Vec<_> = fresh.flat_map(|voice| &voice.photos).collect();
    let photo = fresh.last().copied().or_else(|| page.voices.iter().flat_map(|voice| &voice.photos).next());
    let picture = match photo {
        Some(photo) => picture(app, &photo.hash).await?,
        None => None,
    };
    let earlier: Vec<_> = sent.iter().map(|relance| relance.sent_at).collect();
    let told = relances::told(app.db.read(), about).await?;
    let copied = told.iter().any(|told| told.id == desk.id && told.in_copy);
    let others: Vec<_> = told.iter().filter(|told| told.id != desk.id).collect();
    let values = json!({
        "answer": link::address(app, about.report, &desk.id, &mailbox.id).await?,
        "private": category::is_private(page.brief.category.as_deref()),
        "link": format!("{}/demandes/{}", app.config.public_url, page.brief.id), "place": place, "title": title,
        "caption": photo.map(|photo| &photo.caption), "portrait": photo.is_some_and(|photo| photo.height > photo.width),
        "holders": routing::store::holders(app.db.read(), &desk.id, now).await?,
        "days": days(page.brief.received_at, now), "asked": this.people, "tone": this.tone, "earlier": earlier,
        "fresh": fresh.len(), "others": others, "copied": copied, "page": page,
    });
    Ok(Some(Letter {
        template: "report_relance",
        lang: LANG_OF_DESKS.into(),
        to: mailbox.mail.clone(),
        name: Some(desk.name.clone()),
        thread: format!("{}.{}", about.report, desk.id),
        unsubscribe: None,
        values: Value::from(Serde(values)),
        picture,
    }))
}
