//! Wishes over HTTP.

use super::wishes;
use crate::app::App;
use crate::error::Result;
use crate::extract::{Bearer, Body, Id};
use crate::rooms::reports::intake::Parcel;
use axum::Json;
use axum::extract::State;
use shared::followup::FollowUp;
use shared::ids::ParcelId;
use shared::reports::Receipt;

/// What somebody who waits wishes: to be asked, or an answer to "is it fixed?".
///
/// Sent under the secret of the report or support by which they are part of the report. Whoever is not part of it may ask
/// to be asked, under a secret of their own: they follow it, and are not counted.
///
/// "It is fixed" may come with photos of the repaired thing, then or later (`repaired`), also where the report is closed.
/// They are sent as those of reports are; the receipt names those that are missing.
#[utoipa::path(
    put, path = "/api/v1/follow-ups/{id}", operation_id = "sendFollowUp", tag = "reports", security(("key" = [])),
    params(("id" = ParcelId, Path, description = "Yours: mint it.")),
    request_body = FollowUp,
    responses((
        status = 200, body = Receipt, description = "Heard, now or before.",
        links(("the report" = (operation_id = "readReport", parameters(("id" = "$response.body#/report")))))
    ))
)]
pub async fn put(
    State(app): State<App>,
    Id(id): Id<ParcelId>,
    Bearer(key): Bearer,
    Body(wish): Body<FollowUp>,
) -> Result<Json<Receipt>> {
    let parcel = Parcel { id, key, at: app.clock.now() };
    Ok(Json(wishes::take(&app, &parcel, wish).await?))
}
