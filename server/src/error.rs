//! The two ways a request fails: a [`Problem`] its sender can read, or a fault of ours, logged once and never shown.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use shared::problem::{Code, MEDIA_TYPE, Problem};

/// Why a request failed.
#[derive(Debug)]
pub enum Error {
    /// The sender's to mend; goes out as it is.
    Problem(Problem),
    /// The same, under the status that a protocol of others wants.
    Under(StatusCode, Problem),
    /// Ours; goes out as `internal`.
    Internal(anyhow::Error),
}

/// What rooms return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self::Problem(code.into())
    }
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        match error.downcast::<Problem>() {
            Ok(problem) => Self::Problem(problem),
            Err(error) => Self::Internal(error),
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Internal(error.into())
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(error.into())
    }
}

/// A problem as an HTTP answer (RFC 9457).
pub fn answer(problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    answer_under(status, problem)
}

fn answer_under(status: StatusCode, problem: &Problem) -> Response {
    let mut response = (status, Json(problem)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    response
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match self {
            Self::Problem(problem) => answer(&problem),
            Self::Under(status, problem) => answer_under(status, &problem),
            Self::Internal(error) => {
                tracing::error!(error = format!("{error:#}"), "a request failed");
                answer(&Code::Internal.into())
            }
        }
    }
}
