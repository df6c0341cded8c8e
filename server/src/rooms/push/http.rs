//! Push over HTTP: what a phone needs to subscribe, and its own entry under the id and the secret that it minted.

use super::{store, zone_name};
use crate::app::App;
use crate::edges::webpush::Unusable;
use crate::error::Result;
use crate::extract::{Bearer, Body, Id, Ids};
use crate::rooms::reports::key_hash;
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::ids::ParcelId;
use shared::problem::{Code, Problem};
use shared::push::{Device, Offer, Others, Told};

/// The key with which a browser subscribes to what this server sends.
#[utoipa::path(
    get, path = "/api/v1/push", operation_id = "readPushOffer", tag = "push",
    responses((status = 200, body = Offer, description = "The key, if this server sends."))
)]
pub async fn offer(State(app): State<App>) -> Json<Offer> {
    Json(Offer { public_key: app.push.as_ref().map(|push| push.public_key().to_owned()) })
}

/// Tell this phone from now on, of what the secrets it names belong to. The last word holds, a replay changes nothing.
///
/// Endpoints of services that browsers do not use are refused.
#[utoipa::path(
    put, path = "/api/v1/push/{id}", operation_id = "tellPhone", tag = "push", security(("key" = [])),
    params(("id" = ParcelId, Path, description = "Yours: mint it.")),
    request_body = Device,
    responses((
        status = 200, body = Told, description = "It is told, now or before.",
        links(
            ("how it stands" = (operation_id = "readPhone", parameters(("id" = "$request.path.id")))),
            ("the others" = (operation_id = "listOtherPhones", parameters(("id" = "$request.path.id"))))
        )
    ))
)]
pub async fn put(
    State(app): State<App>,
    Id(id): Id<ParcelId>,
    Bearer(key): Bearer,
    Body(device): Body<Device>,
) -> Result<Json<Told>> {
    let device = device.checked()?;
    let device = Device { zone: zone_name(&device.zone, app.days.zone()), ..device };
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

/// How it stands with a phone, for itself: `not_found` once it was forgotten.
#[utoipa::path(
    get, path = "/api/v1/push/{id}", operation_id = "readPhone", tag = "push", security(("key" = [])),
    params(("id" = ParcelId, Path, description = "Yours.")),
    responses((status = 200, body = Told, description = "It is told."))
)]
pub async fn get(State(app): State<App>, Id(id): Id<ParcelId>, Bearer(key): Bearer) -> Result<Json<Told>> {
    told(&app, &id, &key_hash(&key)).await
}

/// Tell this phone nothing more, not even what waits. Repeating it is harmless.
#[utoipa::path(
    delete, path = "/api/v1/push/{id}", operation_id = "forgetPhone", tag = "push", security(("key" = [])),
    params(("id" = ParcelId, Path, description = "Yours.")),
    responses((status = 204, description = "Told no longer."))
)]
pub async fn delete(State(app): State<App>, Id(id): Id<ParcelId>, Bearer(key): Bearer) -> Result<StatusCode> {
    let mut tx = app.db.write().await?;
    let deleted = store::forget(&mut tx, &id, &key_hash(&key)).await?;
    if !deleted && store::is_known(&mut tx, &id).await? {
        return Err(Problem::of(Code::KeyMissing, "authorization").into());
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The other phones of the same person.
///
/// Without accounts, a person is who holds the secret of a report: these are the phones that are told by one which this
/// phone is told by too. None where this phone is not told, or the secret is another's.
#[utoipa::path(
    get, path = "/api/v1/push/{id}/others", operation_id = "listOtherPhones", tag = "push", security(("key" = [])),
    params(("id" = ParcelId, Path, description = "Yours.")),
    responses((status = 200, body = Others, description = "All of them."))
)]
pub async fn others(
    State(app): State<App>,
    Id(id): Id<ParcelId>,
    Bearer(key): Bearer,
) -> Result<Json<Others>> {
    let devices = store::others(app.db.read(), &id, &key_hash(&key)).await?;
    Ok(Json(Others { devices }))
}

/// Tell another phone of the same person nothing more. Repeating it is harmless, and what is no phone of theirs stays.
#[utoipa::path(
    delete, path = "/api/v1/push/{id}/others/{other}", operation_id = "forgetOtherPhone", tag = "push",
    security(("key" = [])),
    params(("id" = ParcelId, Path, description = "Yours."), ("other" = ParcelId, Path, description = "Theirs.")),
    responses((status = 204, description = "Told no longer, if it was one of theirs."))
)]
pub async fn delete_other(
    State(app): State<App>,
    Ids(id, other): Ids<ParcelId>,
    Bearer(key): Bearer,
) -> Result<StatusCode> {
    let mut tx = app.db.write().await?;
    store::forget_other(&mut tx, (&id, &key_hash(&key)), &other).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn told(app: &App, id: &ParcelId, proof: &str) -> Result<Json<Told>> {
    let told = store::told(app.db.read(), id, proof).await?;
    Ok(Json(told.ok_or_else(|| Problem::of(Code::NotFound, "id"))?))
}
