//! Reports over HTTP.

use super::{filter, intake, key_hash, store, view};
use crate::app::App;
use crate::error::Result;
use crate::extract::{Asked, Bearer, Body, Id, MaybeBearer};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use shared::ids::ParcelId;
use shared::problem::{Code, Problem};
use shared::reports::{NewReport, NewSupport, Receipt, ReportList, ReportPage};

/// Takes a report in; a replay gets the stored receipt.
#[utoipa::path(
    put, path = "/api/v1/reports/{id}", operation_id = "sendReport", tag = "reports", security(("key" = [])),
    params(("id" = ParcelId, Path, description = "Yours: mint it.")),
    request_body = NewReport,
    responses((
        status = 200, body = Receipt, description = "Received, now or before: a report of its own, or part of an earlier one.",
        links(("what it became" = (operation_id = "readReport", parameters(("id" = "$response.body#/report")))))
    ))
)]
pub async fn put(
    State(app): State<App>,
    Id(id): Id<ParcelId>,
    Bearer(key): Bearer,
    Body(report): Body<NewReport>,
) -> Result<Json<Receipt>> {
    let parcel = intake::Parcel { id, key, at: app.clock.now() };
    Ok(Json(intake::take(&app, &parcel, report).await?))
}

/// "moi aussi".
#[utoipa::path(
    put, path = "/api/v1/supports/{id}", operation_id = "sendSupport", tag = "reports", security(("key" = [])),
    params(("id" = ParcelId, Path, description = "Yours: mint it.")),
    request_body = NewSupport,
    responses((status = 200, body = Receipt, description = "Counted, now or before."))
)]
pub async fn put_support(
    State(app): State<App>,
    Id(id): Id<ParcelId>,
    Bearer(key): Bearer,
    Body(support): Body<NewSupport>,
) -> Result<Json<Receipt>> {
    let parcel = intake::Parcel { id, key, at: app.clock.now() };
    Ok(Json(intake::support(&app, &parcel, &support).await?))
}

/// Public reports, newest first.
#[utoipa::path(
    get, path = "/api/v1/reports", operation_id = "listReports", tag = "reports", params(filter::Query),
    responses((
        status = 200, body = ReportList, description = "A page.",
        links(
            ("the first report" = (operation_id = "readReport", parameters(("id" = "$response.body#/reports/0/id")))),
            ("its place" = (operation_id = "readPlace", parameters(("id" = "$response.body#/reports/0/place")))),
            ("the next page" = (operation_id = "listReports", parameters(("before" = "$response.body#/next"))))
        )
    ))
)]
pub async fn list(State(app): State<App>, Asked(query): Asked<filter::Query>) -> Result<Json<ReportList>> {
    Ok(Json(view::list(&app, &query).await?))
}

/// A report's page; with its key also what only its owner sees.
#[utoipa::path(
    get, path = "/api/v1/reports/{id}", operation_id = "readReport", tag = "reports", security((), ("key" = [])),
    params(("id" = ParcelId, Path, description = "A report, or one that was merged: that gives the one it joined.")),
    responses((status = 200, body = ReportPage, description = "The report."))
)]
pub async fn page(
    State(app): State<App>,
    Id(id): Id<ParcelId>,
    MaybeBearer(key): MaybeBearer,
) -> Result<Json<ReportPage>> {
    Ok(Json(view::page(&app, &id, key.as_ref()).await?))
}

/// No more mails to the owner of the key. Repeating it is harmless.
#[utoipa::path(
    delete, path = "/api/v1/reports/{id}/contact", operation_id = "forgetContact", tag = "reports",
    security(("key" = [])),
    params(("id" = ParcelId, Path, description = "A report that the key is of.")),
    responses((status = 204, description = "No mails go there."))
)]
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
