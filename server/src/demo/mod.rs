//! The demonstration city: plainly fictional, made through the same doors as a real one.
//!
//! Schools and desks go through the importers, reports through the intake, at the hours of a clock that is moved through
//! half a year; mails go to memory. `vigie serve` never calls this.

mod answers;
mod city;
mod pictures;
mod stories;

use crate::app::{App, Edges};
use crate::config::Config;
use crate::edges::clock::Clock;
use crate::edges::faults::Faults;
use crate::edges::ids;
use crate::edges::mail::Mailer;
use crate::jobs::runner;
use crate::rooms::answers::{self as room, Taken, form, link, store};
use crate::rooms::reports::intake::{self, Parcel};
use crate::rooms::{photos, places, reports, routing};
use anyhow::{Context, Result, anyhow};
use sha2::{Digest, Sha256};
use shared::ids::{ParcelId, PhotoHash, PlaceId};
use shared::instant::{DAY, HOUR};
use shared::reports::{NewReport, NewSupport};
use std::collections::BTreeMap;
use std::sync::Mutex;
use stories::{Story, Turn};

/// Loads the city into an empty database; leaves any other alone. Gives the sentence to print.
pub async fn load(config: Config) -> Result<String> {
    let now = Clock::System.now();
    let begin = now.plus(-stories::DAYS * DAY);
    let clock = Clock::manual(begin);
    let app = App::build(
        config,
        Edges { clock, mailer: Mailer::Memory(Mutex::new(Vec::new())), faults: Faults::default() },
    )
    .await?;
    if places::store::count(app.db.read()).await? > 0 {
        return Ok("the database holds places already: no demonstration is loaded".into());
    }
    city::found(&app).await?;
    let photos = develop(&app).await?;
    let mut ids = BTreeMap::new();
    for turn in stories::timeline() {
        app.clock.advance(begin.plus(turn.at).0 - app.clock.now().0);
        play(&app, &turn, &photos, &mut ids).await?;
        runner::run_due(&app).await?;
    }
    Ok(format!("{}: {} schools, {} stories", city::NAME, city::SCHOOLS.len(), stories::STORIES.len()))
}

/// Draws every picture and keeps it as a photo.
async fn develop(app: &App) -> Result<Vec<PhotoHash>> {
    let mut hashes = Vec::new();
    for scene in pictures::SCENES {
        let jpeg = photos::codec::encode(&pictures::draw(scene)?)?;
        let hash = PhotoHash::parse(&photos::hex(&Sha256::digest(&jpeg)))?;
        photos::keep(app, &hash, jpeg.into()).await.map_err(|error| anyhow!("{error:?}"))?;
        photos::darkroom::develop(app, &hash).await?;
        hashes.push(hash);
    }
    Ok(hashes)
}

/// A story's report, by its place in the list: id and number.
type Told = BTreeMap<usize, (ParcelId, i64)>;

async fn play(app: &App, turn: &stories::Turned, photos: &[PhotoHash], told: &mut Told) -> Result<()> {
    let story = stories::STORIES.get(turn.story).context("no such story")?;
    let parcel = Parcel { id: ids::id(app.clock.now()), key: ids::key(), at: app.clock.now() };
    match &turn.turn {
        Turn::Report => {
            let receipt = intake::take(app, &parcel, report(story, app, photos)?).await;
            let receipt = receipt.map_err(|error| anyhow!("{error:?}"))?;
            told.insert(turn.story, (receipt.report, receipt.number));
        }
        Turn::Support => {
            let (id, _) = told.get(&turn.story).context("a story is supported before it is told")?;
            let support = NewSupport { report: id.clone(), follow: None };
            intake::support(app, &parcel, &support).await.map_err(|error| anyhow!("{error:?}"))?;
        }
        Turn::Status(to, reason) => {
            let (_, number) = told.get(&turn.story).context("a story ends before it is told")?;
            let reason = (!reason.is_empty()).then(|| (*reason).to_owned());
            reports::change_status(app, *number, reports::Change { to: *to, reason }).await?;
        }
        Turn::Answer(said) => {
            let (id, _) = told.get(&turn.story).context("a story is answered before it is told")?;
            answer(app, id, said, photos).await?;
        }
    }
    Ok(())
}

/// A desk speaks, as through the link in its mail.
async fn answer(app: &App, report: &ParcelId, said: &answers::Answer, photos: &[PhotoHash]) -> Result<()> {
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    let place = store::lock(&mut tx, report).await?.place;
    tx.rollback().await?;
    let near = routing::store::desks_of(app.db.read(), &place, now).await?;
    let desk = |function| {
        let mut held: Vec<_> = near.iter().filter(|desk| desk.function == function).collect();
        held.sort_by_key(|desk| desk.rank);
        held.first().map(|desk| desk.id.clone()).context("nobody holds that function")
    };
    let grant = link::Grant { report: report.clone(), desk: desk(said.desk)? };
    let on = |days: i64| app.days.day(now).plus(days);
    let answer = form::Answer {
        id: ids::id(now),
        words: said.words.to_owned(),
        internal: said.internal.to_owned(),
        intervention: (!said.intervention.is_empty()).then(|| said.intervention.to_owned()),
        step: match (said.step, said.to) {
            (Some((to, days)), _) => Some(form::Step::To(to, (days > 0).then(|| on(days)))),
            (None, Some(to)) => Some(form::Step::Elsewhere(form::Whom::Desk(desk(to)?))),
            (None, None) if said.whom.is_empty() => None,
            (None, None) => Some(form::Step::Elsewhere(form::Whom::Words(said.whom.to_owned()))),
        },
        photos: said.picture.and_then(|scene| photos.get(scene as usize)).cloned().into_iter().collect(),
        document: None,
    };
    match room::take(app, &grant, &answer).await.map_err(|error| anyhow!("{error:?}"))? {
        Taken::Said => Ok(()),
        Taken::Not(wrong) => Err(anyhow!("{wrong:?}")),
    }
}

fn report(story: &Story, app: &App, photos: &[PhotoHash]) -> Result<NewReport> {
    let school = city::SCHOOLS.get(story.school).context("no such school")?;
    Ok(NewReport {
        place: PlaceId::parse(&city::uai(school))?,
        category: (!story.category.is_empty()).then(|| story.category.to_owned()),
        description: story.words.to_owned(),
        photos: story.picture.and_then(|scene| photos.get(scene as usize)).cloned().into_iter().collect(),
        captions: vec![],
        urgency: None,
        spot: String::new(),
        position: None,
        ask_at: None,
        follow: None,
        same_as: None,
        unlike: vec![],
        mail: None,
        observed_at: app.clock.now().plus(-HOUR),
        lang: "fr".into(),
    })
}
