//! Reading requests: every rejection is a [`Problem`] with a code and a field.

use crate::error::{Error, Result};
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use http::header;
use http::request::Parts;
use serde::de::DeserializeOwned;
use shared::ids::{Key, ParcelId, PhotoHash, PlaceId};
use shared::problem::{Code, Problem};

/// A JSON body.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let bytes = Bytes::from_request(request, state).await.map_err(|error| unread(&error, "body"))?;
        match serde_json::from_slice(&bytes) {
            Ok(value) => Ok(Self(value)),
            Err(_) => Err(Problem::of(Code::BodyInvalid, "body").into()),
        }
    }
}

/// Why a body could not be read. One that did not arrive whole may yet, so that is never a refusal for good: the line
/// broke, and somebody on it who closed our half only may carry the answer all the same.
pub fn unread(rejection: &BytesRejection, field: &str) -> Problem {
    match rejection {
        BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
            Problem::of(Code::TooLarge, field)
        }
        _ => Code::Busy.into(),
    }
}

/// The secret in `Authorization: Bearer …`.
pub struct Bearer(pub Key);

impl<S: Sync> FromRequestParts<S> for Bearer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        key(parts)?.map(Self).ok_or_else(|| Problem::of(Code::KeyMissing, "authorization").into())
    }
}

/// The secret, if one is shown; one that is malformed is refused.
pub struct MaybeBearer(pub Option<Key>);

impl<S: Sync> FromRequestParts<S> for MaybeBearer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        Ok(Self(key(parts)?))
    }
}

fn key(parts: &Parts) -> Result<Option<Key>> {
    let Some(value) = parts.headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let text = value.to_str().ok().and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    Ok(Some(Key::parse(text)?))
}

/// The one id in the address.
pub struct Id<T>(pub T);

/// Names that an address can hold.
pub trait Named: Sized {
    /// Checks the text.
    fn read(text: &str) -> Result<Self, Problem>;
}

impl Named for ParcelId {
    fn read(text: &str) -> Result<Self, Problem> {
        Self::parse(text)
    }
}

impl Named for PhotoHash {
    fn read(text: &str) -> Result<Self, Problem> {
        Self::parse(text)
    }
}

impl Named for PlaceId {
    fn read(text: &str) -> Result<Self, Problem> {
        Self::parse(text)
    }
}

impl<S: Send + Sync, T: Named> FromRequestParts<S> for Id<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let Path(text) =
            Path::<String>::from_request_parts(parts, state).await.map_err(|_| Code::IdInvalid)?;
        Ok(Self(T::read(&text)?))
    }
}
