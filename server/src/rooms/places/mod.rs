//! Places: the official register, the zones it implies, and where people find a school.

pub mod http;
pub mod import;
pub mod listed;
pub mod site;
pub mod store;

use crate::app::App;
use crate::db::Tx;
use crate::error::Result;
use crate::rooms::{reports, routing};
use shared::ids::PlaceId;
use shared::instant::Instant;
use shared::places::{Place, PlacePage};
use shared::problem::{Code, Problem};

/// The open place of a report that is coming in; the write makes reports on one place wait for each other.
///
/// # Errors
/// `place_unknown`, `place_closed`.
pub async fn lock(tx: &mut Tx, id: &PlaceId, now: Instant) -> Result<Place> {
    let found = store::touch(tx, id, now).await?.ok_or_else(|| Problem::of(Code::PlaceUnknown, "place"))?;
    match found.closed_at {
        Some(_) => Err(Problem::of(Code::PlaceClosed, "place").into()),
        None => Ok(found.place),
    }
}

/// A place's public page.
///
/// # Errors
/// `not_found`.
pub async fn page(app: &App, id: &PlaceId) -> Result<PlacePage> {
    let found = store::find(app.db.read(), id).await?.ok_or_else(|| Problem::of(Code::NotFound, "id"))?;
    let counts = reports::counts(app, id).await?;
    Ok(PlacePage {
        place: found.place,
        closed_at: found.closed_at,
        open: counts.open,
        solved: counts.solved,
        median_days: counts.median_days,
        desks: routing::desks(app, id).await?,
        source: found.source,
        read_at: found.read_at,
    })
}
