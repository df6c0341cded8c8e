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

/// Every answer says the version; a request in another is refused, where the protocol knows its method.
pub async fn speak(request: Request, next: Next) -> Response {
    let version = request.headers().get(protocol::RESUMABLE);
    let ours = [Method::POST, Method::HEAD, Method::PATCH, Method::DELETE].contains(request.method());
    let spoken = !ours || version.is_some_and(|v| v == protocol::VERSION);
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

/// Begins the upload of the photo that the metadata names by `hash`.
#[utoipa::path(
    post, path = "/api/v1/uploads", operation_id = "beginUpload", tag = "uploads",
    params(
        ("Upload-Length" = u64, Header, description = "Bytes of the whole."),
        ("Upload-Metadata" = String, Header, description = "`hash` and, after a space, the photo's name in base64."),
    ),
    responses((
        status = 201, description = "Begun; at its end where the photo is known.",
        headers(
            ("Location" = String, description = "Where its pieces go."),
            ("Upload-Offset" = u64, description = "Bytes that are there."),
            ("Upload-Expires" = String, description = "When it is forgotten, if nothing comes.")
        )
    ))
)]
pub async fn create(State(app): State<App>, headers: HeaderMap) -> Result<Response> {
    let length = protocol::number(&headers, protocol::LENGTH)?;
    let metadata = protocol::metadata(&headers)?;
    let hash = PhotoHash::parse(&protocol::said(metadata, "hash")?)?;
    let upload = super::begin(&app, hash, length, metadata.to_owned()).await?;
    let address = [(header::LOCATION, format!("/api/v1/uploads/{}", upload.id.as_str()))];
    Ok((StatusCode::CREATED, address, standing(&upload)).into_response())
}

/// How far it is.
#[utoipa::path(
    head, path = "/api/v1/uploads/{id}", operation_id = "readUpload", tag = "uploads",
    params(("id" = String, Path, description = "From the `Location` that the upload was given.")),
    responses((
        status = 200, description = "How far it is.",
        headers(
            ("Upload-Length" = u64, description = "Bytes of the whole."),
            ("Upload-Offset" = u64, description = "Bytes that are there."),
            ("Upload-Expires" = String, description = "When it is forgotten, if nothing comes.")
        )
    ))
)]
pub async fn head(State(app): State<App>, Id(id): Id<UploadId>) -> Result<Response> {
    let upload = super::find(&app, &id).await?;
    let length = [(protocol::LENGTH, upload.length.to_string())];
    let mut response = (length, standing(&upload)).into_response();
    if let Ok(metadata) = HeaderValue::from_str(&upload.metadata) {
        response.headers_mut().insert(protocol::METADATA, metadata);
    }
    Ok(response)
}

/// The next piece.
#[utoipa::path(
    patch, path = "/api/v1/uploads/{id}", operation_id = "sendPiece", tag = "uploads",
    params(
        ("id" = String, Path, description = "From the `Location` that the upload was given."),
        ("Upload-Offset" = u64, Header, description = "Where the piece begins: what is there."),
        ("Upload-Checksum" = Option<String>, Header, description = "`sha1` or `sha256`, a space, and the piece's digest in base64."),
    ),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    responses((
        status = 204, description = "Kept. At the end: the photo is.",
        headers(
            ("Upload-Offset" = u64, description = "Bytes that are there."),
            ("Upload-Expires" = String, description = "When it is forgotten, if nothing comes.")
        )
    ))
)]
pub async fn patch(State(app): State<App>, Id(id): Id<UploadId>, headers: HeaderMap, body: Body) -> Response {
    let mut stream = body.into_data_stream();
    match piece(&app, &id, &headers, &mut stream).await {
        Ok(upload) => (StatusCode::NO_CONTENT, standing(&upload)).into_response(),
        Err(refused) => refused.into_response(),
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

/// The client no longer wants it.
#[utoipa::path(
    delete, path = "/api/v1/uploads/{id}", operation_id = "endUpload", tag = "uploads",
    params(("id" = String, Path, description = "From the `Location` that the upload was given.")),
    responses((status = 204, description = "Forgotten."))
)]
pub async fn terminate(State(app): State<App>, Id(id): Id<UploadId>) -> Result<StatusCode> {
    if super::discard(&app, &id).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Code::UploadUnknown.into())
    }
}

/// The next piece, from where `PATCH` cannot pass.
#[utoipa::path(
    post, path = "/api/v1/uploads/{id}", operation_id = "sendPieceByPost", tag = "uploads",
    params(
        ("id" = String, Path, description = "From the `Location` that the upload was given."),
        ("Upload-Offset" = u64, Header, description = "Where the piece begins: what is there."),
        ("Upload-Checksum" = Option<String>, Header, description = "`sha1` or `sha256`, a space, and the piece's digest in base64."),
        ("X-HTTP-Method-Override" = String, Header, description = "What is meant: `PATCH`. `HEAD` and `DELETE`, too, say so here where they cannot pass."),
    ),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    responses((
        status = 204, description = "Kept. At the end: the photo is.",
        headers(
            ("Upload-Offset" = u64, description = "Bytes that are there."),
            ("Upload-Expires" = String, description = "When it is forgotten, if nothing comes.")
        )
    ))
)]
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
        _ => Err(Code::MethodNotAllowed.into()),
    }
}

fn standing(upload: &Upload) -> [(&'static str, String); 2] {
    [(protocol::OFFSET, upload.received.to_string()), (protocol::EXPIRES, protocol::date(upload.expires_at))]
}
