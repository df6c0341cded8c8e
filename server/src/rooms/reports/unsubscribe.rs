//! "No more mails", without logging in: the address in each mail to a reporter (RFC 8058, and the link people press).
//!
//! The address is signed by what only the server and the reporter know of the parcel, so nobody makes one up, and holding
//! one opens nothing else. A mail program posts to it; a person gets a page with a button, since programs that look at
//! links must not unsubscribe anybody. Repeating it is harmless.

use super::{key_hash, store};
use crate::app::App;
use crate::error::Result;
use crate::rooms::photos::hex;
use crate::web::site::{missing, render};
use crate::web::visit::Visit;
use axum::extract::{FromRequestParts, Path, State};
use axum::response::{IntoResponse, Response};
use hmac::{Hmac, KeyInit, Mac};
use http::StatusCode;
use http::request::Parts;
use serde_json::json;
use sha2::Sha256;
use shared::ids::{Key, ParcelId};

/// Bytes of a signature that stand in the address.
const SIGNED: usize = 16;

/// The address that ends the mails about `parcel`, whose reporter holds `key`.
pub fn url(app: &App, parcel: &ParcelId, key: &Key) -> String {
    let tag = mac(&key_hash(key), parcel).map(|mac| mac.finalize().into_bytes());
    let signed = tag.as_ref().and_then(|tag| tag.get(..SIGNED)).map(hex).unwrap_or_default();
    format!("{}/desabonnement/{parcel}/{signed}", app.config.public_url)
}

/// `GET /desabonnement/{parcel}/{signed}`: asks, or says that it is done.
pub async fn page(State(app): State<App>, Signed(parcel): Signed, visit: Visit) -> Result<Response> {
    let wanted = store::has_contact(app.db.read(), &parcel).await?;
    render(&app, &visit, "pages/unsubscribe.html", json!({ "done": !wanted }))
}

/// `POST /desabonnement/{parcel}/{signed}`: forgets where news went. Mail programs send a body that says nothing new.
pub async fn stop(State(app): State<App>, Signed(parcel): Signed, visit: Visit) -> Result<Response> {
    let mut tx = app.db.write().await?;
    store::delete_contact(&mut tx, &parcel).await?;
    tx.commit().await?;
    render(&app, &visit, "pages/unsubscribe.html", json!({ "done": true }))
}

/// The parcel in an address that we signed; of any other there is no page.
pub struct Signed(ParcelId);

impl FromRequestParts<App> for Signed {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let Ok(visit) = Visit::from_request_parts(parts, app).await;
        let path = Path::<(String, String)>::from_request_parts(parts, app).await;
        let verified = match path {
            Ok(Path((parcel, signed))) => verified(app, &parcel, &signed).await,
            Err(_) => Ok(None),
        };
        match verified {
            Ok(Some(parcel)) => Ok(Self(parcel)),
            Ok(None) => Err(missing(app, &visit, StatusCode::NOT_FOUND).into_response()),
            Err(error) => Err(error.into_response()),
        }
    }
}

/// The parcel, if the signature is ours.
async fn verified(app: &App, parcel: &str, signed: &str) -> Result<Option<ParcelId>> {
    let Ok(parcel) = ParcelId::parse(parcel) else { return Ok(None) };
    let Some(proof) = store::proof(app.db.read(), &parcel).await? else { return Ok(None) };
    let ours = bytes(signed)
        .zip(mac(&proof, &parcel))
        .is_some_and(|(signed, mac)| signed.len() == SIGNED && mac.verify_truncated_left(&signed).is_ok());
    Ok(ours.then_some(parcel))
}

fn mac(proof: &str, parcel: &ParcelId) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(proof.as_bytes()).ok()?;
    mac.update(b"unsubscribe ");
    mac.update(parcel.as_str().as_bytes());
    Some(mac)
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let pairs =
        hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2));
    pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}
