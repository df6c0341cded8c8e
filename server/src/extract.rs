//! Reading requests: every rejection is a [`Problem`] with a code and a field.

use crate::error::{Error, Result};
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use http::request::Parts;
use http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::ids::{Key, ParcelId, PhotoHash, PlaceId};
use shared::problem::{Code, Problem};
use std::collections::BTreeMap;
use utoipa::IntoParams;

/// A JSON body.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        if !is_json(request.headers()) {
            return Err(Problem::of(Code::MediaType, "content-type").into());
        }
        let bytes = bytes(request, state, "body").await?;
        let value = serde_json::from_slice(&bytes).map(whole).and_then(serde_json::from_value);
        Ok(Self(value.map_err(|_| Problem::of(Code::BodyInvalid, "body"))?))
    }
}

/// The same with every whole number written as one: `5.0` is an integer for JSON Schema, and for languages that know
/// only one kind of number.
fn whole(value: Value) -> Value {
    match value {
        Value::Number(number) => {
            let float = number.as_f64().filter(|float| number.is_f64() && float.fract() == 0.0);
            // Beyond 2⁵³ a float no longer says which integer it means.
            let exact = float.filter(|float| float.abs() <= 9_007_199_254_740_992.0);
            exact.map_or(Value::Number(number), |float| Value::from(float as i64))
        }
        Value::Array(items) => items.into_iter().map(whole).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, whole(value))).collect(),
        other => other,
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// The whole body, called `name` where it is too large or breaks off.
pub async fn bytes<S: Send + Sync>(request: Request, state: &S, name: &str) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state).await.map_err(|refused| match refused.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::of(Code::TooLarge, name),
        _ => Problem::of(Code::BodyInvalid, name),
    })
}

/// What the address asks behind its `?`: parameters that [`IntoParams`] names, each said once and saying something.
pub struct Asked<T>(pub T);

impl<S: Sync, T: DeserializeOwned + IntoParams> FromRequestParts<S> for Asked<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let text = parts.uri.query().unwrap_or_default();
        let known = T::into_params(|| None);
        let mut said: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            let unknown = !known.iter().any(|known| known.name == name);
            if unknown || value.is_empty() || said.insert(name.to_string(), value.into_owned()).is_some() {
                return Err(Problem::of(Code::QueryInvalid, &name).into());
            }
        }
        let value = serde_json::to_value(said)?;
        serde_json::from_value(value).map(Self).map_err(|_| Code::QueryInvalid.into())
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

/// The two ids in the address.
pub struct Ids<T>(pub T, pub T);

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

impl<S: Send + Sync, T: Named> FromRequestParts<S> for Ids<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let Path((one, other)) =
            Path::<(String, String)>::from_request_parts(parts, state).await.map_err(|_| Code::IdInvalid)?;
        Ok(Self(T::read(&one)?, T::read(&other)?))
    }
}
