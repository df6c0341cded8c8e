//! Photos arriving in pieces (tus 1.0): what the protocol asks. What happens to lines and servers is in `cuts.rs`.

mod cuts;

use crate::app::{MORNING, TestApp, parcel, problem, sha256, swing};
use crate::every_store;
use crate::reports::receipt;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::json;
use sha2::Digest as _;
use shared::instant::{DAY, HOUR};
use testkit::photo;
use vigie::edges::blobs::Place;

every_store!(
    what_we_can_do_is_announced,
    another_version_is_refused,
    a_photo_arrives_in_pieces_and_its_report_hears_of_it,
    wrong_words_are_refused_and_change_nothing,
    a_piece_that_is_not_what_its_checksum_says_is_forgotten,
    what_is_no_photo_ends_its_upload,
    a_photo_that_is_known_is_at_its_end_at_once,
    an_upload_expires_a_day_after_its_last_piece,
    an_upload_is_terminated,
    too_much_under_way_is_too_much,
    an_old_proxy_lets_post_pass_only,
);

pub fn tus(app: &TestApp, method: &str, address: &str) -> RequestBuilder {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    app.client.request(method, format!("{}{address}", app.url)).header("tus-resumable", "1.0.0")
}

fn metadata(hash: &str) -> String {
    format!("filename cGhvdG8=,hash {},flag", BASE64_STANDARD.encode(hash))
}

async fn create(app: &TestApp, photo: &[u8]) -> Response {
    let request = tus(app, "POST", "/api/v1/uploads").header("upload-length", photo.len());
    request.header("upload-metadata", metadata(&sha256(photo))).send().await.unwrap()
}

/// Begins the upload of a photo; gives its address.
pub async fn begin(app: &TestApp, photo: &[u8]) -> String {
    let created = create(app, photo).await;
    assert_eq!(created.status(), 201, "{created:?}");
    created.headers()["location"].to_str().unwrap().to_owned()
}

pub fn piece(app: &TestApp, address: &str, offset: usize, bytes: &[u8]) -> RequestBuilder {
    tus(app, "PATCH", address)
        .header("content-type", "application/offset+octet-stream")
        .header("upload-offset", offset)
        .body(bytes.to_vec())
}

/// Sends a piece that is taken; gives the new offset.
pub async fn send(app: &TestApp, address: &str, offset: usize, bytes: &[u8]) -> u64 {
    let answer = piece(app, address, offset, bytes).send().await.unwrap();
    assert_eq!(answer.status(), 204, "{answer:?}");
    number(&answer, "upload-offset")
}

pub async fn offset(app: &TestApp, address: &str) -> u64 {
    number(&tus(app, "HEAD", address).send().await.unwrap(), "upload-offset")
}

fn number(answer: &Response, header: &str) -> u64 {
    assert!(answer.status().is_success(), "{answer:?}");
    answer.headers()[header].to_str().unwrap().parse().unwrap()
}

/// Some hundred kilobytes.
pub fn swing_photo() -> Vec<u8> {
    photo::small((43.05, 5.02), 200).bytes
}

/// What lies in the blob store of uploads.
async fn pieces(app: &TestApp) -> usize {
    app.app.blobs.list("uploads").await.unwrap().len()
}

async fn what_we_can_do_is_announced(app: TestApp) {
    let url = format!("{}/api/v1/uploads", app.url);
    let told = app.client.request(Method::OPTIONS, url).send().await.unwrap();
    assert_eq!(told.status(), 204);
    for (name, value) in [
        ("tus-resumable", "1.0.0"),
        ("tus-version", "1.0.0"),
        ("tus-extension", "creation,checksum,expiration,termination"),
        ("tus-checksum-algorithm", "sha1,sha256"),
        ("tus-max-size", "8388608"),
    ] {
        assert_eq!(told.headers()[name], value);
    }
}

async fn another_version_is_refused(app: TestApp) {
    let address = begin(&app, &swing_photo()).await;
    let url = format!("{}{address}", app.url);
    for request in [app.client.head(&url), app.client.head(&url).header("tus-resumable", "0.2.2")] {
        let refused = request.send().await.unwrap();
        assert_eq!(
            (refused.status().as_u16(), &refused.headers()["tus-version"]),
            (412, &"1.0.0".parse().unwrap())
        );
        assert!(!refused.headers().contains_key("upload-offset"));
    }
}

async fn a_photo_arrives_in_pieces_and_its_report_hears_of_it(app: TestApp) {
    let app = app.with_city().await;
    let photo = swing_photo();
    let hash = sha256(&photo);
    let mut body = swing();
    body["photos"] = json!([hash]);
    assert_eq!(receipt(&app, &parcel(1), &body).await["missing"], json!([hash]));
    let address = begin(&app, &photo).await;
    assert_eq!(offset(&app, &address).await, 0);
    let mut at = 0;
    for bytes in photo.chunks(40_000) {
        assert_eq!(app.run_jobs().await, 0);
        assert_eq!(send(&app, &address, at, bytes).await, (at + bytes.len()) as u64);
        at += bytes.len();
        let standing = tus(&app, "HEAD", &address).send().await.unwrap();
        assert_eq!(number(&standing, "upload-offset"), at as u64);
        assert_eq!(number(&standing, "upload-length"), photo.len() as u64);
        assert_eq!(standing.headers()["upload-metadata"], metadata(&hash).as_str());
        assert_eq!(standing.headers()["upload-expires"], "Tue, 08 Sep 2026 08:00:00 GMT");
        assert_eq!(standing.headers()["cache-control"], "no-store");
        assert_eq!(standing.headers()["tus-resumable"], "1.0.0");
    }
    assert_eq!(app.get(&format!("/photos/{hash}/320.jpg")).send().await.unwrap().status(), 404);
    assert_eq!(app.run_jobs().await, 3);
    assert!(app.mails().iter().all(|mail| mail.photo().is_some()));
    assert_eq!(receipt(&app, &parcel(1), &body).await.get("missing"), None);
    assert_eq!(app.get(&format!("/photos/{hash}/320.jpg")).send().await.unwrap().status(), 200);
    assert_eq!(pieces(&app).await, 0);
    if let Place::Folder(photos) = &app.config.blobs {
        assert!(!photos.join("uploads").exists(), "no empty folders stay");
    }
}

async fn wrong_words_are_refused_and_change_nothing(app: TestApp) {
    let photo = swing_photo();
    let address = begin(&app, &photo).await;
    send(&app, &address, 0, &photo[..1000]).await;
    let post = |length: &str, words: &str| {
        let request = tus(&app, "POST", "/api/v1/uploads");
        request.header("upload-length", length).header("upload-metadata", words)
    };
    let (good, name) = (metadata(&sha256(&photo)), "0".repeat(32));
    let unknown = format!("/api/v1/uploads/{name}");
    let more = vec![0; photo.len()];
    let text =
        tus(&app, "PATCH", &address).header("content-type", "text/plain").header("upload-offset", 1000);
    for (request, status, code, field) in [
        (post("-1", &good), 400, "body_invalid", Some("upload-length")),
        (post("10", "hash"), 400, "id_invalid", Some("photo")),
        (post("10", "name eA=="), 400, "body_invalid", Some("upload-metadata")),
        (post("8388609", &good), 413, "too_large", Some("photo")),
        (post("0", &good), 415, "unsupported_photo", Some("photo")),
        (piece(&app, &address, 0, b"x"), 409, "upload_offset", None),
        (piece(&app, &address, 1001, b"x"), 409, "upload_offset", None),
        (piece(&app, &address, 1000, &more), 413, "too_large", Some("photo")),
        (text, 415, "body_invalid", Some("content-type")),
        (piece(&app, &unknown, 0, b"x"), 404, "upload_unknown", None),
        (tus(&app, "DELETE", &unknown), 404, "upload_unknown", None),
        (tus(&app, "DELETE", "/api/v1/uploads/..%2f"), 404, "upload_unknown", None),
    ] {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.headers()["tus-resumable"], "1.0.0");
        assert_eq!(answer.headers().contains_key("tus-max-size"), status == 413);
        assert_eq!(problem(answer).await, (status, code.into(), field.map(str::to_owned)));
    }
    let standing = tus(&app, "HEAD", &unknown).send().await.unwrap();
    assert_eq!(standing.status(), 404);
    assert!(!standing.headers().contains_key("upload-offset"));
    assert_eq!(offset(&app, &address).await, 1000);
    assert_eq!(send(&app, &address, 1000, b"").await, 1000, "an empty piece is a piece");
}

async fn a_piece_that_is_not_what_its_checksum_says_is_forgotten(app: TestApp) {
    let photo = swing_photo();
    let address = begin(&app, &photo).await;
    let (first, second) = photo.split_at(50_000);
    let sha1 = format!("sha1 {}", BASE64_STANDARD.encode(sha1::Sha1::digest(first)));
    let sha256 = format!("sha256 {}", BASE64_STANDARD.encode(sha2::Sha256::digest(second)));
    let checked =
        |offset, bytes, sum: &str| piece(&app, &address, offset, bytes).header("upload-checksum", sum);
    let refused = checked(0, second, &sha1).send().await.unwrap();
    assert_eq!(problem(refused).await, (460, "photo_hash_mismatch".into(), Some("upload-checksum".into())));
    let unknown = checked(0, first, "md5 XrY7u+Ae7tCTyyK7j1rNww==").send().await.unwrap();
    assert_eq!(problem(unknown).await, (400, "body_invalid".into(), Some("upload-checksum".into())));
    assert_eq!(offset(&app, &address).await, 0);
    for (at, bytes, sum) in [(0, first, &sha1), (first.len(), second, &sha256)] {
        let taken = checked(at, bytes, sum).send().await.unwrap();
        assert_eq!(number(&taken, "upload-offset"), (at + bytes.len()) as u64);
    }
    assert_eq!(app.run_jobs().await, 1);
}

async fn what_is_no_photo_ends_its_upload(app: TestApp) {
    let text = photo::renamed_text().bytes;
    let photo = photo::tiny().bytes;
    let altered: Vec<u8> = photo.iter().map(|byte| byte ^ 1).collect();
    for (announced, sent, status, code) in
        [(&text, &text, 415, "unsupported_photo"), (&photo, &altered, 400, "photo_hash_mismatch")]
    {
        let address = begin(&app, announced).await;
        send(&app, &address, 0, &sent[..100]).await;
        let refused = piece(&app, &address, 100, &sent[100..]).send().await.unwrap();
        assert_eq!(problem(refused).await, (status, code.into(), Some("photo".into())));
        assert_eq!(tus(&app, "HEAD", &address).send().await.unwrap().status(), 404);
        assert_eq!(pieces(&app).await, 0);
    }
}

async fn a_photo_that_is_known_is_at_its_end_at_once(app: TestApp) {
    let photo = swing_photo();
    app.photo(&photo).await;
    let created = create(&app, &photo).await;
    assert_eq!(created.status(), 201);
    assert_eq!(number(&created, "upload-offset"), photo.len() as u64);
    let address = created.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(offset(&app, &address).await, photo.len() as u64);
}

async fn an_upload_expires_a_day_after_its_last_piece(app: TestApp) {
    let photo = swing_photo();
    let [left, gone_on] = [begin(&app, &photo).await, begin(&app, &photo).await];
    for address in [&left, &gone_on] {
        send(&app, address, 0, &photo[..1_000]).await;
    }
    app.app.clock.advance(DAY - HOUR);
    send(&app, &gone_on, 1_000, &photo[1_000..2_000]).await;
    app.app.clock.advance(HOUR);
    assert_eq!(tus(&app, "HEAD", &left).send().await.unwrap().status(), 404, "also before it is swept");
    assert_eq!(problem(piece(&app, &left, 1_000, b"x").send().await.unwrap()).await.1, "upload_unknown");
    // Left by a server that died between two steps: a piece of no upload.
    let orphan = format!("uploads/{}/0-0", "f".repeat(32));
    app.app.blobs.put(&orphan, b"x".to_vec()).await.unwrap();
    assert_eq!(pieces(&app).await, 4);
    assert_eq!(app.run_jobs().await, 1);
    assert_eq!(pieces(&app).await, 2);
    assert_eq!(app.jobs().await, (0, 0), "the next sweep keeps nobody waiting");
    assert_eq!(send(&app, &gone_on, 2_000, &photo[2_000..]).await, photo.len() as u64);
    app.app.clock.advance(2 * DAY);
    assert_eq!(app.run_jobs().await, 2);
    let left: i64 = sqlx::query_scalar("SELECT (SELECT COUNT(*) FROM uploads) + (SELECT COUNT(*) FROM jobs)")
        .fetch_one(app.app.db.read())
        .await
        .unwrap();
    assert_eq!((left, pieces(&app).await), (0, 0));
}

async fn an_upload_is_terminated(app: TestApp) {
    let photo = swing_photo();
    let address = begin(&app, &photo).await;
    send(&app, &address, 0, &photo[..1_000]).await;
    assert_eq!(tus(&app, "DELETE", &address).send().await.unwrap().status(), 204);
    assert_eq!(tus(&app, "HEAD", &address).send().await.unwrap().status(), 404);
    assert_eq!(pieces(&app).await, 0);
}

async fn too_much_under_way_is_too_much(app: TestApp) {
    let photo = swing_photo();
    let address = begin(&app, &photo).await;
    sqlx::query("UPDATE uploads SET received = 2147483648, length = 2147483649")
        .execute(app.app.db.read())
        .await
        .unwrap();
    assert_eq!(problem(create(&app, &photo).await).await, (503, "busy".into(), None));
    assert_eq!(tus(&app, "DELETE", &address).send().await.unwrap().status(), 204);
    begin(&app, &photo).await;
    assert!(app.app.clock.now() == MORNING);
}

async fn an_old_proxy_lets_post_pass_only(app: TestApp) {
    let photo = photo::tiny().bytes;
    let address = begin(&app, &photo).await;
    let sent = tus(&app, "POST", &address)
        .header("x-http-method-override", "PATCH")
        .header("content-type", "application/offset+octet-stream")
        .header("upload-offset", 0)
        .body(photo.clone());
    assert_eq!(number(&sent.send().await.unwrap(), "upload-offset"), photo.len() as u64);
    assert_eq!(app.run_jobs().await, 1);
    assert_eq!(tus(&app, "POST", &address).send().await.unwrap().status(), 405);
    let gone = tus(&app, "POST", &address).header("x-http-method-override", "DELETE");
    assert_eq!(gone.send().await.unwrap().status(), 204);
}
