//! The journal over HTTP.

use super::filter::Query;
use super::list::{self, Lines};
use super::sealed::{self, Sealed, Seals};
use crate::app::App;
use crate::error::Result;
use crate::extract::Asked;
use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use shared::problem::{Code, Problem};
use utoipa::IntoParams;

/// The public journal of everything, newest first: lines that a seal closes.
#[utoipa::path(
    get, path = "/api/v1/journal", operation_id = "listJournal", tag = "journal", params(Query),
    responses((
        status = 200, body = Lines, description = "A page.",
        links(
            ("its report" = (operation_id = "readReport", parameters(("id" = "$response.body#/lines/0/report")))),
            ("the next page" = (operation_id = "listJournal", parameters(("before" = "$response.body#/next"))))
        )
    ))
)]
pub async fn list(State(app): State<App>, Asked(query): Asked<Query>) -> Result<Json<Lines>> {
    Ok(Json(list::page(app.db.read(), &query.read()?).await?))
}

/// After which seal.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct After {
    /// Number of a seal; 0, or nothing, for all.
    after: Option<String>,
}

/// The seals of the journal in their order, a thousand at most. Keep one: it proves what lies before it.
#[utoipa::path(
    get, path = "/api/v1/journal/seals", operation_id = "listSeals", tag = "journal", params(After),
    responses((
        status = 200, body = Seals, description = "The seals after that one.",
        links(("the first of them" = (operation_id = "readSeal", parameters(("number" = "$response.body#/seals/0/seal")))))
    ))
)]
pub async fn seals(State(app): State<App>, Asked(asked): Asked<After>) -> Result<Json<Seals>> {
    let after = match asked.after {
        Some(text) => number(&text).ok_or_else(|| Problem::of(Code::QueryInvalid, "after"))?,
        None => 0,
    };
    Ok(Json(sealed::list(&app, after).await?))
}

/// A seal with the lines that it closes: hashes of all, words of the public ones.
#[utoipa::path(
    get, path = "/api/v1/journal/seals/{number}", operation_id = "readSeal", tag = "journal",
    params(("number" = i64, Path, description = "1 for the first.", minimum = 1)),
    responses((status = 200, body = Sealed, description = "The seal."))
)]
pub async fn seal(State(app): State<App>, Path(text): Path<String>) -> Result<Json<Sealed>> {
    let number = number(&text).ok_or_else(|| Problem::of(Code::IdInvalid, "number"))?;
    Ok(Json(sealed::one(&app, number).await?))
}

fn number(text: &str) -> Option<i64> {
    text.parse().ok().filter(|_| text.len() <= 19 && text.bytes().all(|byte| byte.is_ascii_digit()))
}
