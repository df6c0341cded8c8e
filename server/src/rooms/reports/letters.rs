//! What leaves about a report, as letters: written when they leave, so that they count everybody who waits by then.

use super::{store, unsubscribe, view, voices};
use crate::app::App;
use crate::error::Result;
use crate::mail::{Letter, Picture};
use crate::rooms::answers::link;
use crate::rooms::answers::telling::Cause;
use crate::rooms::routing::store::Mailbox;
use crate::rooms::{photos, places, routing};
use crate::web::words;
use anyhow::Context;
use minijinja::context;
use minijinja::value::{Serde, Value};
use serde_json::json;
use shared::ids::{Key, ParcelId, PhotoHash};
use shared::reports::{Event, category};
use sqlx::Row;

/// Those in charge work in French.
pub const LANG_OF_DESKS: &str = "fr";
/// Sizes of a photo that a letter may show, the best first.
const SIDES: [u32; 2] = [960, 320];
/// A photo in a letter weighs less than this: some receivers keep no more than a few megabytes a day.
const MOST_BYTES: usize = 300_000;

/// To one mailbox of a desk, about a new report.
pub async fn to_desk(app: &App, report: &ParcelId, desk: &Desk, mailbox: &Mailbox) -> Result<Letter> {
    let page = view::for_desks(app, report).await?;
    let place = places::page(app, &page.brief.place).await?.place;
    let title = words::title(app.pages.catalog(LANG_OF_DESKS), &page.brief);
    let photo = page.voices.iter().flat_map(|voice| &voice.photos).next();
    let picture = match photo {
        Some(photo) => picture(app, &photo.hash).await?,
        None => None,
    };
    let private = category::is_private(page.brief.category.as_deref());
    let holders = routing::store::holders(app.db.read(), &desk.id, app.clock.now()).await?;
    Ok(Letter {
        template: "report_new",
        lang: LANG_OF_DESKS.into(),
        to: mailbox.mail.clone(),
        name: Some(desk.name.clone()),
        thread: format!("{report}.{}", desk.id),
        unsubscribe: None,
        values: Value::from(Serde(json!({
            "link": format!("{}/demandes/{}", app.config.public_url, page.brief.id), "page": page, "place": place,
            "answer": link::address(app, report, &desk.id, &mailbox.id).await?, "private": private, "title": title, "caption": photo.map(|photo| &photo.caption), "holders": holders,
            "awaited": voices::awaited(&page) + voices::preparing(&page), "portrait": photo.is_some_and(|photo| photo.height > photo.width),
        }))),
        picture,
    })
}

/// A desk as a letter names it.
pub struct Desk {
    /// Its id.
    pub id: String,
    /// Its name for people.
    pub name: String,
}

/// To the same, once more or for the first time, because of `cause`: in the same thread, with all that was said since.
pub async fn to_desk_again(
    app: &App,
    report: &ParcelId,
    (desk, mailbox): (&Desk, &Mailbox),
    cause: &Cause,
) -> Result<Letter> {
    let letter = to_desk(app, report, desk, mailbox).await?;
    let values = context! { cause => Value::from(Serde(json!(cause))), ..letter.values };
    Ok(Letter { template: "report_again", values, ..letter })
}

/// To the person of `parcel`, that a desk answered; none when they want no news.
pub async fn of_answer(app: &App, parcel: &ParcelId, said: &[Event]) -> Result<Option<Letter>> {
    let Some(letter) = to_reporter(app, parcel).await? else { return Ok(None) };
    let values = context! { said => Value::from(Serde(json!(said))), ..letter.values };
    Ok(Some(Letter { template: "report_answered", values, ..letter }))
}

/// To the reporter of `parcel`, that it was received; none when they want no news.
pub async fn to_reporter(app: &App, parcel: &ParcelId) -> Result<Option<Letter>> {
    let row = sqlx::query(
        "SELECT c.mail, c.follow_key, c.lang, p.report_id FROM contacts c JOIN parcels p ON p.id = c.parcel_id
         WHERE c.parcel_id = $1",
    );
    let Some(row) = row.bind(parcel.as_str()).fetch_optional(app.db.read()).await? else { return Ok(None) };
    let key = Key::parse(row.try_get("follow_key")?).context("a kept secret")?;
    let report = store::parse_id(row.try_get("report_id")?)?;
    let page = view::page(app, &report, Some(&key)).await?;
    let lang: String = row.try_get("lang")?;
    let title = words::title(app.pages.catalog(&lang), &page.brief);
    let link = format!("{}/demandes/{report}#{}", app.config.public_url, key.reveal());
    let stop = unsubscribe::url(app, parcel, &key);
    Ok(Some(Letter {
        template: "report_received",
        lang,
        to: row.try_get("mail")?,
        name: None,
        thread: format!("{report}.{parcel}"),
        values: Value::from(Serde(
            json!({ "page": page, "title": title, "link": link, "stop": stop, "joined": report != *parcel }),
        )),
        unsubscribe: Some(stop),
        picture: None,
    }))
}

/// The largest size that a letter may carry.
pub async fn picture(app: &App, hash: &PhotoHash) -> Result<Option<Picture>> {
    for side in SIDES {
        let jpeg = app.blobs.get(&photos::blob_name(hash, side)).await?;
        if let Some(jpeg) = jpeg.filter(|jpeg| jpeg.len() < MOST_BYTES) {
            return Ok(Some(Picture { jpeg: jpeg.to_vec() }));
        }
    }
    Ok(None)
}
