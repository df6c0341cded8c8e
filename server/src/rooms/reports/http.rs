//! Reports over HTTP.

use super::{intake, key_hash, store, view};
use crate::app::App;
use crate::error::Result;
use crate::extract::{Bearer, Body, Id, MaybeBearer};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use http::StatusCode;
use shared::ids::ParcelId;
use shared::problem::{Code, Problem};
use shared::reports::{NewReport, NewSupport, Receipt, ReportList, ReportPage};

/// `PUT /api/v1/reports/{id}`: takes a report in; a replay gets the stored receipt.
pub async fn put(
    State(app): State<App>,
    Id(id): Id<ParcelId>,
    Bearer(key): Bearer,
    Body(report): Body<NewReport>,
) -> Result<Json<Receipt>> {
    let parcel = intake::Parcel { id, key, at: app.clock.now() };
    Ok(Json(intake::take(&app, &parcel, report).await?))
}

/// `PUT /api/v1/supports/{id}`: "moi aussi".
pub async fn put_support(
    State(app): State<App>,
    Id(id): Id<ParcelId>,
    Bearer(key): Bearer,
    Body(support): Body<NewSupport>,
) -> Result<Json<Receipt>> {
    let parcel = intake::Parcel { id, key, at: app.clock.now() };
    Ok(Json(intake::support(&app, &parcel, &support.report).await?))
}

/// `GET /api/v1/reports`: public reports, newest first.
pub async fn list(
    State(app): State<App>,
    query: std::result::Result<Query<view::Query>, QueryRejection>,
) -> Result<Json<ReportList>> {
    let Query(query) = query.map_err(|_| Problem::of(Code::BodyInvalid, "query"))?;
    Ok(Json(view::list(&app, &query).await?))
}

/// `GET /api/v1/reports/{id}`: a report's page; with its key also what only its owner sees.
pub async fn page(
    State(app): State<App>,
    Id(id): Id<ParcelId>,
    MaybeBearer(key): MaybeBearer,
) -> Result<Json<ReportPage>> {
    Ok(Json(view::page(&app, &id, key.as_ref()).await?))
}

/// `DELETE /api/v1/reports/{id}/contact`: no more mails to the owner of the key. Repeating it is harmless.
pub async fn forget_contact(
    State(app): State<App>,
    Id(id): Id<ParcelId>,
    Bearer(key): Bearer,
) -> Result<StatusCode> {
    let page = view::page(&app, &id, Some(&key)).await?;
    if page.mine.is_none() {
        return Err(Problem::of(Code::KeyMissing, "authorization").into());
    }
    let mut tx = app.db.write().await?;
    store::forget_contact(&mut tx, &page.brief.id, &key_hash(&key)).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
