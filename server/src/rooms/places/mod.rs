//! Places: the official register, the zones it implies, and where people find a school.

pub mod bulk;
pub mod http;
pub mod import;
pub mod index;
pub mod listed;
pub mod shapes;
pub mod site;
pub mod store;
mod vocabulary;

use crate::app::App;
use crate::db::Tx;
use crate::error::Result;
use crate::rooms::{reports, routing};
use index::Index;
use shared::ids::PlaceId;
use shared::instant::Instant;
use shared::places::{Place, PlaceFound, PlaceList, PlacePage};
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

/// Places found, with how far they are where that is known; in the order of `found`.
async fn listed(app: &App, index: &Index, found: &[index::Found]) -> Result<PlaceList> {
    let ids: Vec<PlaceId> = found.iter().filter_map(|(number, _)| index.id(*number)).collect();
    let mut places = store::of(app.db.read(), &ids).await?;
    let metres = |metres: f64| metres.round() as i64;
    let listed = ids.iter().zip(found).filter_map(|(id, (_, far))| {
        // Closed since the index was made: no longer proposed.
        let place = places.remove(id)?;
        Some(PlaceFound { place, metres: far.map(metres) })
    });
    Ok(PlaceList { places: listed.collect() })
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
