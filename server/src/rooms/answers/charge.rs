//! Who is in charge of one report: whom the rules name, but for the desks that passed it on, and those it was passed to.

use super::hands;
use crate::app::App;
use crate::rooms::routing::{self, Route};
use anyhow::Result;
use shared::ids::{ParcelId, PlaceId};
use shared::instant::Instant;
use shared::places::DeskView;
use shared::routing::Desk;
use shared::routing::rules::Subject;
use shared::routing::transfer::apply;
use sqlx::AnyConnection;

/// Where `report`, of `subject` and on `place`, goes today.
pub async fn route(
    db: &mut AnyConnection,
    report: &ParcelId,
    (place, subject): (&PlaceId, &Subject<'_>),
    now: Instant,
) -> Result<Route> {
    let route = routing::route(&mut *db, place, subject, now).await?;
    let (away, added) = hands::elsewhere(&mut *db, report).await?;
    if away.is_empty() && added.is_empty() {
        return Ok(route);
    }
    let mut desks = Vec::with_capacity(added.len());
    for id in added {
        desks.extend(desk_at(&mut *db, place, &id, now).await?);
    }
    Ok(Route { choices: apply(route.choices, &away, desks), why: route.why })
}

/// The same, as the public sees it.
pub async fn view(app: &App, report: &ParcelId, about: (&PlaceId, &Subject<'_>)) -> Result<Vec<DeskView>> {
    let mut connection = app.db.read().acquire().await?;
    let route = route(&mut connection, report, about, app.clock.now()).await?;
    Ok(route.choices.iter().map(routing::view).collect())
}

/// The desk of that id, with how far out it is from `place`.
pub async fn desk_at(
    db: &mut AnyConnection,
    place: &PlaceId,
    id: &str,
    now: Instant,
) -> sqlx::Result<Option<Desk>> {
    let near = routing::store::desks_of(&mut *db, place, now).await?;
    match near.into_iter().find(|desk| desk.id == id) {
        Some(desk) => Ok(Some(desk)),
        None => routing::store::desk_far(db, id, now).await,
    }
}
