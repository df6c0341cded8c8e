//! Following a school over HTTP: an entry of one's own, under the id and the secret that a phone minted.

use super::{Own, follow, store};
use crate::app::App;
use crate::error::Result;
use crate::extract::{Bearer, Body, Id};
use crate::rooms::reports::key_hash;
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::digest::{Following, PlaceFollow};
use shared::ids::ParcelId;
use shared::problem::{Code, Problem};

/// Follow a school: one message a week, where something happened. The last word holds, a replay changes nothing.
///
/// Phones are told that name this follow's secret among what they follow; with an address, it is asked by mail whether it
/// wants to be written to, and is written to instead once it agreed.
#[utoipa::path(
    put, path = "/api/v1/place-follows/{id}", operation_id = "followPlace", tag = "places", security(("key" = [])),
    params(("id" = ParcelId, Path, description = "Yours: mint it.")),
    request_body = PlaceFollow,
    responses((
        status = 200, body = Following, description = "Followed, now or before.",
        links(("the place" = (operation_id = "readPlace", parameters(("id" = "$response.body#/place")))))
    ))
)]
pub async fn put(
    State(app): State<App>,
    Id(id): Id<ParcelId>,
    Bearer(key): Bearer,
    Body(wish): Body<PlaceFollow>,
) -> Result<Json<Following>> {
    let proof = key_hash(&key);
    let own = Own { id: &id, proof: &proof, by_mail: false, at: app.clock.now() };
    follow(&app, &own, &wish.checked()?).await?;
    standing(&app, &id, &proof).await
}

/// How a follow stands, for who made it.
#[utoipa::path(
    get, path = "/api/v1/place-follows/{id}", operation_id = "readPlaceFollow", tag = "places", security(("key" = [])),
    params(("id" = ParcelId, Path, description = "Yours.")),
    responses((status = 200, body = Following, description = "It stands."))
)]
pub async fn get(
    State(app): State<App>,
    Id(id): Id<ParcelId>,
    Bearer(key): Bearer,
) -> Result<Json<Following>> {
    standing(&app, &id, &key_hash(&key)).await
}

/// Follow a school no longer. Repeating it is harmless.
#[utoipa::path(
    delete, path = "/api/v1/place-follows/{id}", operation_id = "unfollowPlace", tag = "places",
    security(("key" = [])),
    params(("id" = ParcelId, Path, description = "Yours.")),
    responses((status = 204, description = "Followed no longer; its address is forgotten."))
)]
pub async fn delete(State(app): State<App>, Id(id): Id<ParcelId>, Bearer(key): Bearer) -> Result<StatusCode> {
    let mut tx = app.db.write().await?;
    let deleted = store::delete(&mut tx, &id, &key_hash(&key)).await?;
    if !deleted && store::is_known(&mut tx, &id).await? {
        return Err(Problem::of(Code::KeyMissing, "authorization").into());
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn standing(app: &App, id: &ParcelId, proof: &str) -> Result<Json<Following>> {
    let standing = store::standing(app.db.read(), id, proof).await?;
    Ok(Json(standing.ok_or_else(|| Problem::of(Code::NotFound, "id"))?))
}
