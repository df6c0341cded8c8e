//! Places over HTTP.

use super::store;
use crate::app::App;
use crate::error::Result;
use crate::extract::Id;
use axum::Json;
use axum::extract::State;
use shared::ids::PlaceId;
use shared::places::{PlacePack, PlacePage};

/// What the phone keeps to find a school without network.
#[utoipa::path(
    get, path = "/api/v1/places", operation_id = "listPlaces", tag = "places",
    responses((
        status = 200, body = PlacePack, description = "Every open place.",
        links(("the first place" = (operation_id = "readPlace", parameters(("id" = "$response.body#/places/0/id")))))
    ))
)]
pub async fn pack(State(app): State<App>) -> Result<Json<PlacePack>> {
    Ok(Json(PlacePack { places: store::open(app.db.read()).await? }))
}

/// A place: figures, and who is in charge.
#[utoipa::path(
    get, path = "/api/v1/places/{id}", operation_id = "readPlace", tag = "places",
    params(("id" = PlaceId, Path, description = "A school: its UAI.")),
    responses((status = 200, body = PlacePage, description = "The place."))
)]
pub async fn page(State(app): State<App>, Id(id): Id<PlaceId>) -> Result<Json<PlacePage>> {
    Ok(Json(super::page(&app, &id).await?))
}
