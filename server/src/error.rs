//! The two ways a request fails: a [`Problem`] its sender can read, or a fault of ours, logged once and never shown.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use shared::problem::{Code, MEDIA_TYPE, Problem};
use utoipa::ToSchema;

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

/// A problem on the wire: ours with the members of RFC 9457 for whoever knows only those.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Told<'a> {
    /// Always `about:blank`: what there is to know is in `code`.
    #[schema(example = "about:blank")]
    r#type: &'static str,
    /// The phrase of the status.
    #[schema(example = "Unprocessable Entity")]
    title: &'a str,
    /// The status.
    #[schema(minimum = 400, maximum = 599, example = 422)]
    status: u16,
    /// Why. Never changes its meaning.
    code: Code,
    /// What it is about: a member of the body, a parameter, a header.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
}

fn answer_under(status: StatusCode, problem: &Problem) -> Response {
    let told = Told {
        r#type: "about:blank",
        title: status.canonical_reason().unwrap_or("Refused"),
        status: status.as_u16(),
        code: problem.code,
        field: problem.field.as_deref(),
    };
    let mut response = (status, Json(told)).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
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
