//! What an address is written: whether it wants to be, and its week.

use super::store::{Reader, School};
use super::{links, store};
use crate::app::App;
use crate::error::Result;
use crate::mail::Letter;
use crate::rooms::journal;
use crate::rooms::reports::week::{self, Week};
use minijinja::value::{Serde, Value};
use serde::Serialize;
use serde_json::json;
use shared::ids::ParcelId;
use shared::instant::Instant;

/// A school with what happened there.
#[derive(Debug, Serialize)]
pub struct Told {
    /// Its code.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What happened.
    pub week: Week,
}

/// The schools where something happened, in the same order.
pub async fn told(app: &App, schools: &[School], during: (Instant, Instant)) -> Result<Vec<Told>> {
    let mut told = Vec::new();
    for school in schools {
        let week = week::of(app.db.read(), &school.id, during).await?;
        if week.is_eventful() {
            told.push(Told { id: school.id.to_string(), name: school.name.clone(), week });
        }
    }
    Ok(told)
}

/// To an address, whether it wants to follow; none when it does already, or nobody asks any more.
pub async fn to_confirm(app: &App, follow: &ParcelId) -> Result<Option<Letter>> {
    let Some((school, reader, false)) = store::asked(app.db.read(), follow).await? else { return Ok(None) };
    let link = links::confirm(app, &reader, follow.as_str());
    let values = json!({ "place": school.name, "link": link });
    Ok(Some(letter("place_confirm", reader, None, Value::from(Serde(values)))))
}

/// To an address, its week; none where nothing happened.
pub async fn of_week(app: &App, reader: Reader, during: (Instant, Instant)) -> Result<Option<Letter>> {
    let schools = store::schools(app.db.read(), &reader.id).await?;
    let told = told(app, &schools, during).await?;
    if told.is_empty() {
        return Ok(None);
    }
    let stop = links::manage(app, &reader);
    let seal = journal::newest_seal(app.db.read()).await?;
    let values = json!({ "schools": told, "stop": stop, "seal": seal });
    Ok(Some(letter("place_digest", reader, Some(stop), Value::from(Serde(values)))))
}

fn letter(template: &'static str, reader: Reader, unsubscribe: Option<String>, values: Value) -> Letter {
    Letter {
        template,
        lang: reader.lang,
        to: reader.mail,
        name: None,
        thread: format!("digest.{}", reader.id),
        unsubscribe,
        values,
        picture: None,
    }
}
