//! What the API says of itself: OpenAPI 3.1, for strangers and for those who try to break it.
//!
//! Shapes come from the types of `shared`, addresses from the handlers. Written here: what types cannot say (limits, from
//! the constants that check them; refusals by their codes) and what holds everywhere.

use crate::error::Told;
use crate::rooms::reports::filter::{LONGEST, MOST, PAGE};
use crate::rooms::{digest, follow, journal, photos, places, push, reports, uploads};
use axum::response::{IntoResponse, Response};
use http::header;
use serde_json::{Value, json};
use shared::problem::{Code, MEDIA_TYPE};
use shared::reports::category::{ALL, GROUPS};
use shared::reports::status::Status;
use shared::reports::{MAX_CAPTION, MAX_PHOTOS, MAX_SPOT, MAX_TEXT, URGENCIES};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use utoipa::OpenApi;

/// Words before the list of addresses.
const ABOUT: &str = include_str!("openapi.md");
/// Methods that an address may be described with.
const METHODS: [&str; 6] = ["get", "put", "post", "patch", "delete", "head"];

#[derive(OpenApi)]
#[openapi(
    info(title = "Vigie", version = "1", description = ABOUT, license(name = "AGPL-3.0-or-later", identifier = "AGPL-3.0-or-later")),
    components(schemas(Told)),
    paths(
        places::http::list,
        places::http::search,
        places::http::page,
        reports::http::list,
        reports::http::page,
        reports::http::put,
        reports::http::forget_contact,
        reports::http::put_support,
        follow::http::put,
        digest::http::put,
        digest::http::get,
        digest::http::delete,
        journal::http::list,
        journal::http::seals,
        journal::http::seal,
        push::http::offer,
        push::http::put,
        push::http::get,
        push::http::delete,
        push::http::others,
        push::http::delete_other,
        photos::http::put,
        uploads::http::create,
        uploads::http::head,
        uploads::http::patch,
        uploads::http::terminate,
        uploads::http::overridden,
    )
)]
struct Described;

/// `GET /api/openapi.json`
pub async fn show() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], TEXT.as_str()).into_response()
}

static TEXT: LazyLock<String> = LazyLock::new(|| document().to_string());

/// The whole description.
pub fn document() -> Value {
    let mut document = serde_json::to_value(Described::openapi()).unwrap_or_default();
    document["components"]["securitySchemes"]["key"] = json!({
        "type": "http", "scheme": "bearer",
        "description": "The secret that was minted with a report: 32 hexadecimal digits, 128 random bits."
    });
    limit_bodies(&mut document["components"]["schemas"]);
    for (path, item) in document["paths"].as_object_mut().into_iter().flatten() {
        for method in METHODS {
            if let Some(operation) = item.get_mut(method) {
                finish(path, method, operation);
            }
        }
    }
    document
}

/// What the types cannot say of bodies.
fn limit_bodies(schemas: &mut Value) {
    let slugs: Vec<_> = ALL.iter().map(|category| category.slug).collect();
    let report = &mut schemas["NewReport"]["properties"];
    // Counted once blanks at the ends and control characters are gone, which no schema says.
    for (name, most) in [("description", MAX_TEXT), ("spot", MAX_SPOT), ("captions", MAX_CAPTION)] {
        let words = report[name]["description"].as_str().unwrap_or_default();
        report[name]["description"] = json!(format!("{words} At most {most} characters each."));
    }
    report["photos"]["maxItems"] = json!(MAX_PHOTOS);
    report["urgency"]["minimum"] = json!(URGENCIES.start());
    report["urgency"]["maximum"] = json!(URGENCIES.end());
    report["category"] = json!({
        "description": "What, if the person said.",
        "enum": slugs.iter().map(|slug| json!(slug)).chain([json!(""), Value::Null]).collect::<Vec<_>>()
    });
    schemas["NewReport"]["example"] = json!({
        "place": "9990001X", "category": "cour-jeux", "description": "La chaîne de la balançoire a lâché.",
        "observed_at": 1_788_768_000_000_i64, "lang": "fr"
    });
    for tagged in ["Rhythm", "Wish"] {
        for choice in schemas[tagged]["oneOf"].as_array_mut().into_iter().flatten() {
            if choice["type"] == "object" {
                choice["additionalProperties"] = json!(false);
            }
        }
    }
    // All of what was said, or nothing of it.
    let unsaid = json!({ "not": { "required": ["report"] } });
    schemas["SealedLine"]["allOf"][0] = json!({ "oneOf": [{ "$ref": "#/components/schemas/Said" }, unsaid] });
    schemas["FollowUp"]["example"] =
        json!({ "report": "01920000-0000-7000-8000-000000000000", "wish": { "ask": { "in": 15 } } });
    for (bound, value) in [("minimum", i64::MIN), ("maximum", i64::MAX)] {
        for whole in ["Instant", "Day"] {
            schemas[whole][bound] = json!(value);
        }
        for choice in schemas["Rhythm"]["oneOf"].as_array_mut().into_iter().flatten() {
            if let Some(span) = choice.pointer_mut("/properties/in") {
                span[bound] = json!(value);
            }
        }
    }
}

/// What holds for every operation: who refuses it, how reading is compared, what its parameters can say.
fn finish(path: &str, method: &str, operation: &mut Value) {
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        if parameter["in"] == "query" {
            let name = parameter["name"].as_str().unwrap_or_default().to_owned();
            parameter["schema"] =
                if path.contains("/journal") { asked_of_journal(&name) } else { asked(&name) };
            if name == "limit" && path.contains("/places") {
                parameter["schema"]["default"] = json!(places::http::USUAL);
            }
        }
    }
    let bodies = operation.pointer_mut("/requestBody/content").and_then(Value::as_object_mut);
    for (kind, content) in bodies.into_iter().flatten() {
        if !kind.ends_with("json") {
            content["schema"] = json!({ "type": "string", "format": "binary" });
        }
    }
    if method == "get" {
        compared(operation);
    }
    let name = operation["operationId"].as_str().unwrap_or_default().to_owned();
    // What a body takes has room made for it, and so has an upload.
    let is_sent = operation.get("requestBody").is_some() || name == "beginUpload";
    let anywhere = [Code::Internal, Code::TooManyRequests].into_iter().chain(is_sent.then_some(Code::Busy));
    let anywhere = anywhere.map(|code| (code.status(), vec![code]));
    for (status, codes) in refusals(&name).into_iter().chain(anywhere) {
        let codes: Vec<_> = codes.iter().map(|code| format!("`{}`", code.as_str())).collect();
        let mut refused = json!({ "description": codes.join(", ") });
        if method != "head" {
            refused["content"][MEDIA_TYPE]["schema"]["$ref"] = json!("#/components/schemas/Problem");
        }
        if [429, 503].contains(&status) {
            let seconds = json!({ "type": "integer", "minimum": 1 });
            refused["headers"]["Retry-After"] = json!({ "schema": seconds, "description": "Seconds." });
        }
        operation["responses"][status.to_string()] = refused;
    }
    operation["responses"]["408"] = json!({ "description": "Not done within two minutes." });
    if path.contains("/uploads") {
        spoken(operation);
    }
}

/// The schema of a list's parameter.
fn asked(name: &str) -> Value {
    const LAT: &str = r"-?[0-8]?[0-9](\.[0-9]{1,9})?";
    const LON: &str = r"-?1?[0-7]?[0-9](\.[0-9]{1,9})?";
    match name {
        "place" => json!({ "$ref": "#/components/schemas/PlaceId" }),
        "zone" => {
            json!({ "type": "string", "pattern": "^[a-z]{1,30}:[0-9A-Za-z-]{1,80}$", "example": "city:13055" })
        }
        "category" => {
            let slugs: Vec<_> = ALL.iter().map(|category| category.slug).collect();
            let groups = GROUPS.iter().copied().filter(|group| !slugs.contains(group));
            json!({ "type": "string", "enum": groups.chain(slugs.iter().copied()).collect::<Vec<_>>() })
        }
        "status" => {
            let statuses: Vec<_> = ["open", "closed"]
                .into_iter()
                .chain(Status::ALL.iter().map(|status| status.as_str()))
                .collect();
            json!({ "type": "string", "enum": statuses })
        }
        "bbox" => {
            json!({ "type": "string", "pattern": format!("^{LON},{LAT},{LON},{LAT}$"), "example": "5.36,43.28,5.40,43.31" })
        }
        "near" => {
            // 0,0 is what devices say that do not know where they are.
            let nowhere = json!({ "pattern": r"^-?0+(\.0+)?,-?0+(\.0+)?$" });
            json!({ "type": "string", "pattern": format!("^{LAT},{LON}$"), "not": nowhere, "example": "43.2965,5.3698" })
        }
        "radius" => json!({ "type": "integer", "minimum": 1, "maximum": 50_000, "default": 500 }),
        "since" => json!({ "type": "string", "format": "date-time", "example": "2026-09-07T08:00:00Z" }),
        "q" => json!({ "type": "string", "minLength": 1, "maxLength": LONGEST, "example": "balan cassee" }),
        "limit" => json!({ "type": "integer", "minimum": 1, "maximum": MOST, "default": PAGE }),
        // `before`: an instant and an id.
        _ => {
            json!({ "type": "string", "pattern": r"^-?[0-9]{1,18}-[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$" })
        }
    }
}

/// The same of the journal's lists, whose lines are numbered through.
fn asked_of_journal(name: &str) -> Value {
    match name {
        "before" | "after" => json!({ "type": "string", "pattern": "^[0-9]{1,18}$" }),
        "report" => json!({ "$ref": "#/components/schemas/ParcelId" }),
        "kind" => json!({ "type": "string", "pattern": "^[a-z_]{1,40}$", "example": "notice_sent" }),
        _ => asked(name),
    }
}

/// Reading compares.
fn compared(operation: &mut Value) {
    let known = json!({
        "name": "If-None-Match", "in": "header", "required": false, "schema": { "type": "string" },
        "description": "An `ETag` of this address: 304 while it still is."
    });
    match operation.get_mut("parameters").and_then(Value::as_array_mut) {
        Some(parameters) => parameters.push(known),
        None => operation["parameters"] = json!([known]),
    }
    let etag = json!({ "ETag": { "schema": { "type": "string" }, "required": true } });
    operation["responses"]["200"]["headers"] = etag.clone();
    operation["responses"]["304"] = json!({ "description": "Unchanged.", "headers": etag });
}

/// Uploads say in every answer which version they speak.
fn spoken(operation: &mut Value) {
    let version = json!({
        "name": "Tus-Resumable", "in": "header", "required": true, "schema": { "type": "string", "const": "1.0.0" }
    });
    for parameter in operation["parameters"].as_array_mut().into_iter().flatten() {
        match parameter["name"].as_str() {
            Some("Upload-Metadata") => {
                parameter["schema"] = json!({ "type": "string", "pattern": "^hash [0-9A-Za-z+/]{86}==$" });
            }
            Some("X-HTTP-Method-Override") => {
                parameter["schema"] = json!({ "type": "string", "const": "PATCH" });
            }
            _ => {}
        }
    }
    if let Some(parameters) = operation["parameters"].as_array_mut() {
        parameters.push(version);
    }
    for (_, response) in operation["responses"].as_object_mut().into_iter().flatten() {
        response["headers"]["Tus-Resumable"] = json!({ "schema": { "type": "string", "const": "1.0.0" } });
    }
}

/// Every "no" of an operation, by its status.
fn refusals(operation: &str) -> BTreeMap<u16, Vec<Code>> {
    use Code::{
        BodyInvalid, CategoryUnknown, EndpointRefused, IdInvalid, IdTaken, KeyMissing, MailInvalid,
        MediaType, MethodNotAllowed, NotFound, NotPublic, PhotoHashMismatch, PhotoUnreadable, PlaceClosed,
        PlaceUnknown, QueryInvalid, ReopenTooLate, ReportUnknown, TextTooLong, TooLarge, TooManyPhotos,
        UnsupportedPhoto, UploadOffset, UploadUnknown, UrgencyUnknown,
    };
    let parcel = [BodyInvalid, IdInvalid, KeyMissing, IdTaken, TooLarge, MediaType];
    let report =
        [CategoryUnknown, MailInvalid, PlaceClosed, PlaceUnknown, TextTooLong, TooManyPhotos, UrgencyUnknown];
    let photo = [PhotoHashMismatch, TooLarge, UnsupportedPhoto, PhotoUnreadable];
    let codes = match operation {
        "listReports" | "listPlaces" | "searchPlaces" => vec![QueryInvalid],
        "listJournal" => vec![QueryInvalid, NotPublic, ReportUnknown],
        "followPlace" => [&parcel[..], &[MailInvalid, PlaceClosed, PlaceUnknown]].concat(),
        "readPlaceFollow" => vec![IdInvalid, KeyMissing, NotFound],
        "unfollowPlace" => vec![IdInvalid, KeyMissing],
        "tellPhone" => [&parcel[..], &[EndpointRefused, NotFound, TextTooLong]].concat(),
        "readPhone" => vec![IdInvalid, KeyMissing, NotFound],
        "forgetPhone" | "listOtherPhones" | "forgetOtherPhone" => vec![IdInvalid, KeyMissing],
        "listSeals" => vec![QueryInvalid],
        "readSeal" => vec![IdInvalid, NotFound],
        "readPlace" => vec![IdInvalid, NotFound],
        "readReport" => vec![IdInvalid, KeyMissing, NotPublic, ReportUnknown],
        "sendReport" => [&parcel[..], &report].concat(),
        "sendSupport" => [&parcel[..], &[ReportUnknown]].concat(),
        "sendFollowUp" => [&parcel[..], &[ReportUnknown, ReopenTooLate]].concat(),
        "forgetContact" => vec![IdInvalid, KeyMissing, NotPublic, ReportUnknown],
        "sendPhoto" => [&photo[..], &[IdInvalid, BodyInvalid]].concat(),
        "beginUpload" => vec![BodyInvalid, IdInvalid, TooLarge, UnsupportedPhoto],
        "sendPiece" => [&photo[..], &[BodyInvalid, UploadUnknown, UploadOffset]].concat(),
        "sendPieceByPost" => {
            [&photo[..], &[BodyInvalid, UploadUnknown, UploadOffset, MethodNotAllowed]].concat()
        }
        "readUpload" | "endUpload" => vec![UploadUnknown],
        _ => vec![],
    };
    let mut refusals: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in codes {
        refusals.entry(code.status()).or_default().push(code);
    }
    // Statuses that are the protocol's, not ours.
    let protocols: &[(u16, Code)] = match operation {
        "sendPiece" | "sendPieceByPost" => {
            &[(412, BodyInvalid), (415, BodyInvalid), (460, PhotoHashMismatch)]
        }
        "beginUpload" | "readUpload" | "endUpload" => &[(412, BodyInvalid)],
        _ => &[],
    };
    for (status, code) in protocols {
        refusals.entry(*status).or_default().push(*code);
    }
    refusals
}
