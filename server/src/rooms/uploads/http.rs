//! Uploads over HTTP: the verbs of tus 1.0. Refusals are problems, under the protocol's own statuses.

use super::protocol::{self, Checksum};
use super::{Upload, UploadId, receive};
use crate::app::App;
use crate::error::{Error, Result};
use crate::extract::Id;
use axum::body::{Body, BodyDataStream};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use shared::ids::PhotoHash;
use shared::photos::MAX_BYTES;
use shared::problem::{Code, Problem};

/// The piece is not what its checksum says.
const CHECKSUM_MISMATCH: u16 = 460;

/// Every answer says the version; a request in another is refused, `OPTIONS` excepted.
pub async fn speak(request: Request, next: Next) -> Response {
    let version = request.headers().get(protocol::RESUMABLE);
    let spoken = request.method() == Method::OPTIONS || version.is_some_and(|v| v == protocol::VERSION);
    let mut response = if spoken {
        next.run(request).await
    } else {
        let problem = Problem::of(Code::BodyInvalid, protocol::RESUMABLE);
        Error::Under(StatusCode::PRECONDITION_FAILED, problem).into_response()
    };
    let status = response.status();
    let headers = response.headers_mut();
    let version = HeaderValue::from_static(protocol::VERSION);
    if status == StatusCode::PRECONDITION_FAILED {
        headers.insert("tus-version", version.clone());
    }
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        headers.insert("tus-max-size", HeaderValue::from(MAX_BYTES));
    }
    headers.insert(protocol::RESUMABLE, version);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// `OPTIONS /api/v1/uploads`: what we can do.
pub async fn options() -> impl IntoResponse {
    let told = [
        ("tus-version", protocol::VERSION.to_owned()),
        ("tus-extension", protocol::EXTENSIONS.to_owned()),
        ("tus-checksum-algorithm", protocol::ALGORITHMS.to_owned()),
        ("tus-max-size", MAX_BYTES.to_string()),
    ];
    (StatusCode::NO_CONTENT, told)
}

/// `POST /api/v1/uploads`: begins the upload of the photo that the metadata names by `hash`.
pub async fn create(State(app): State<App>, headers: HeaderMap) -> Result<Response> {
    let length = protocol::number(&headers, protocol::LENGTH)?;
    let metadata = protocol::metadata(&headers)?;
    let hash = PhotoHash::parse(&protocol::said(metadata, "hash")?)?;
    let upload = super::begin(&app, hash, length, metadata.to_owned()).await?;
    let address = [(header::LOCATION, format!("/api/v1/uploads/{}", upload.id.as_str()))];
    Ok((StatusCode::CREATED, address, standing(&upload)).into_response())
}

/// `HEAD /api/v1/uploads/{id}`: how far it is.
pub async fn head(State(app): State<App>, Id(id): Id<UploadId>) -> Result<Response> {
    let upload = super::find(&app, &id).await?;
    let length = [(protocol::LENGTH, upload.length.to_string())];
    let mut response = (length, standing(&upload)).into_response();
    if let Ok(metadata) = HeaderValue::from_str(&upload.metadata) {
        response.headers_mut().insert(protocol::METADATA, metadata);
    }
    Ok(response)
}

/// `PATCH /api/v1/uploads/{id}`: the next piece.
pub async fn patch(State(app): State<App>, Id(id): Id<UploadId>, headers: HeaderMap, body: Body) -> Response {
    let mut stream = body.into_data_stream();
    match piece(&app, &id, &headers, &mut stream).await {
        Ok(upload) => (StatusCode::NO_CONTENT, standing(&upload)).into_response(),
        Err(refused) => {
            receive::let_pass(stream);
            refused.into_response()
        }
    }
}

async fn piece(app: &App, id: &UploadId, headers: &HeaderMap, stream: &mut BodyDataStream) -> Result<Upload> {
    if headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind != protocol::PIECE) {
        let problem = Problem::of(Code::BodyInvalid, "content-type");
        return Err(Error::Under(StatusCode::UNSUPPORTED_MEDIA_TYPE, problem));
    }
    let offset = protocol::number(headers, protocol::OFFSET)?;
    let checksum = Checksum::read(headers)?;
    let upload = super::find_at(app, id, offset).await?;
    let announced = protocol::number(headers, header::CONTENT_LENGTH.as_str()).unwrap_or(0);
    if announced > upload.room() {
        return Err(Problem::of(Code::TooLarge, "photo").into());
    }
    let Some(checksum) = checksum else { return receive::blocks(app, upload, stream).await };
    let piece = receive::whole(stream, upload.room()).await?;
    if !checksum.holds(&piece) {
        let status = StatusCode::from_u16(CHECKSUM_MISMATCH).unwrap_or(StatusCode::BAD_REQUEST);
        return Err(Error::Under(status, Problem::of(Code::PhotoHashMismatch, protocol::CHECKSUM)));
    }
    super::append(app, upload, piece).await
}

/// `DELETE /api/v1/uploads/{id}`: the client no longer wants it.
pub async fn terminate(State(app): State<App>, Id(id): Id<UploadId>) -> Result<StatusCode> {
    if super::discard(&app, &id).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Code::UploadUnknown.into())
    }
}

/// `POST /api/v1/uploads/{id}` with `X-HTTP-Method-Override`, from where other verbs cannot pass.
pub async fn overridden(
    app: State<App>,
    id: Id<UploadId>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response> {
    match headers.get("x-http-method-override").map(HeaderValue::as_bytes) {
        Some(b"PATCH") => Ok(patch(app, id, headers, body).await),
        Some(b"HEAD") => head(app, id).await,
        Some(b"DELETE") => Ok(terminate(app, id).await?.into_response()),
        _ => Err(Error::Under(StatusCode::METHOD_NOT_ALLOWED, Code::NotFound.into())),
    }
}

fn standing(upload: &Upload) -> [(&'static str, String); 2] {
    [(protocol::OFFSET, upload.received.to_string()), (protocol::EXPIRES, protocol::date(upload.expires_at))]
}
