//! Push over HTTP: what a phone needs to subscribe, and its own entry under the id and the secret that it minted.

use super::{store, zone_name};
use crate::app::App;
use crate::edges::webpush::Unusable;
use crate::error::Result;
use crate::extract::{Bearer, Body, Id};
use crate::rooms::reports::key_hash;
use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use shared::ids::ParcelId;
use shared::problem::{Code, Problem};
use shared::push::{Device, Offer, Others, Told};

/// `GET /api/v1/push`: the key to subscribe with.
pub async fn offer(State(app): State<App>) -> Json<Offer> {
    Json(Offer { public_key: app.push.as_ref().map(|push| push.public_key().to_owned()) })
}

/// `PUT /api/v1/push/{id}`: tell this phone from now on. The last word holds, a replay changes nothing.
pub async fn put(
    State(app): State<App>,
    Id(id): Id<ParcelId>,
    Bearer(key): Bearer,
    Body(device): Body<Device>,
) -> Result<Json<Told>> {
    let device = device.checked()?;
    let device = Device { zone: zone_name(&device.zone), ..device };
    let push = app.push.as_ref().ok_or(Code::NotFound)?;
    push.accepts(&device.subscription).map_err(|unusable| match unusable {
        Unusable::Endpoint => Problem::of(Code::EndpointRefused, "endpoint"),
        Unusable::Keys => Problem::of(Code::BodyInvalid, "keys"),
    })?;
    let proof = key_hash(&key);
    let mut tx = app.db.write().await?;
    if !store::put_device(&mut tx, &id, &proof, &device, app.clock.now()).await? {
        return Err(Problem::of(Code::IdTaken, "id").into());
    }
    store::follow(&mut tx, &id, device.follows.iter().map(key_hash)).await?;
    tx.commit().await?;
    told(&app, &id, &proof).await
}

/// `GET /api/v1/push/{id}`: how it stands; `not_found` once it was forgotten.
pub async fn get(State(app): State<App>, Id(id): Id<ParcelId>, Bearer(key): Bearer) -> Result<Json<Told>> {
    told(&app, &id, &key_hash(&key)).await
}

/// `DELETE /api/v1/push/{id}`: tell this phone nothing more, not even what waits. Repeating it is harmless.
pub async fn delete(State(app): State<App>, Id(id): Id<ParcelId>, Bearer(key): Bearer) -> Result<StatusCode> {
    let mut tx = app.db.write().await?;
    let deleted = store::forget(&mut tx, &id, &key_hash(&key)).await?;
    if !deleted && store::is_known(&mut tx, &id).await? {
        return Err(Problem::of(Code::KeyMissing, "authorization").into());
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/v1/push/{id}/others`: the other phones of the same person. Without accounts, a person is who holds the secret
/// of a report: these are the phones that are told by one which this phone is told by too.
pub async fn others(
    State(app): State<App>,
    Id(id): Id<ParcelId>,
    Bearer(key): Bearer,
) -> Result<Json<Others>> {
    let devices = store::others(app.db.read(), &id, &key_hash(&key)).await?;
    Ok(Json(Others { devices }))
}

/// `DELETE /api/v1/push/{id}/others/{other}`: tell that phone nothing more. Repeating it is harmless, and what is no phone
/// of the same person stays.
pub async fn delete_other(
    State(app): State<App>,
    Path((id, other)): Path<(String, String)>,
    Bearer(key): Bearer,
) -> Result<StatusCode> {
    let (id, other) = (ParcelId::parse(&id)?, ParcelId::parse(&other)?);
    let mut tx = app.db.write().await?;
    store::forget_other(&mut tx, (&id, &key_hash(&key)), &other).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn told(app: &App, id: &ParcelId, proof: &str) -> Result<Json<Told>> {
    let told = store::told(app.db.read(), id, proof).await?;
    Ok(Json(told.ok_or_else(|| Problem::of(Code::NotFound, "id"))?))
}
