//! Photos of the repaired thing: after "it is fixed", also where that closed the report.

use super::{events, heard, owned, wish};
use crate::app::{Parcel, TestApp, parcel, problem, sha256, swing};
use crate::both_engines;
use crate::reports::receipt;
use reqwest::Response;
use serde_json::{Value, json};
use shared::instant::DAY;
use testkit::photo;
use vigie::rooms::photos::sweep;
use vigie::rooms::reports::merging::merge;

both_engines!(
    a_photo_of_the_repaired_thing_is_shown_once_it_is_there,
    it_may_come_with_the_word_or_before_it_and_is_told_once,
    who_is_no_part_of_it_shows_nothing_and_what_is_private_stays_so,
    photos_with_another_wish_or_too_many_are_refused,
    a_photo_follows_its_report_into_another,
    what_a_wish_names_is_not_swept,
);

/// Sends photos as a phone does: `seed` mints the parcel's id, the secret is that of `owner`.
async fn show(app: &TestApp, seed: u8, owner: &Parcel, (said, photos): (&str, Value)) -> Response {
    let request = app.put(&format!("/api/v1/follow-ups/{}", parcel(seed).id));
    let body = json!({ "report": parcel(1).id, "wish": said, "photos": photos });
    request.bearer_auth(owner.key.reveal()).json(&body).send().await.unwrap()
}

/// The same, taken; gives the receipt.
async fn shown(app: &TestApp, seed: u8, owner: u8, photos: Value) -> Value {
    let answer = show(app, seed, &parcel(owner), ("repaired", photos)).await;
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    answer.json().await.unwrap()
}

/// A report by parcel 1, supported by parcel 2, closed by its reporter.
async fn closed(app: TestApp) -> TestApp {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &swing()).await;
    app.support(&parcel(2), parcel(1).id.as_str()).await;
    app.run_jobs().await;
    heard(&app, 11, 1, json!("fixed")).await;
    app
}

/// What the journal shows repaired.
fn repaired(page: &Value) -> Vec<Value> {
    let entries = page["journal"].as_array().unwrap().iter().map(|entry| &entry["event"]);
    entries.filter(|event| event["event"] == "repaired").map(|event| event["photos"].clone()).collect()
}

async fn html(app: &TestApp) -> String {
    app.get(&format!("/demandes/{}", parcel(1).id)).send().await.unwrap().text().await.unwrap()
}

async fn a_photo_of_the_repaired_thing_is_shown_once_it_is_there(app: TestApp) {
    let app = closed(app).await;
    let bytes = photo::tiny().bytes;
    let photos = json!([sha256(&bytes)]);
    let first = shown(&app, 12, 1, photos.clone()).await;
    assert_eq!((&first["missing"], &first["outcome"]), (&photos, &json!("noted")));
    assert_eq!(shown(&app, 12, 1, photos.clone()).await, first, "a replay says the same");
    let page = app.page(&parcel(1).id).await;
    assert_eq!((&page["brief"]["status"], repaired(&page)), (&json!("done"), vec![]), "nothing to see yet");
    app.original(&bytes).await;
    let arrived = shown(&app, 12, 1, photos.clone()).await;
    assert_eq!(arrived.get("missing"), None, "said anew with each answer");
    assert!(repaired(&app.page(&parcel(1).id).await).is_empty(), "its sizes are not there yet");
    app.run_jobs().await;
    for _ in 0..2 {
        let page = app.page(&parcel(1).id).await;
        assert_eq!(repaired(&page), std::slice::from_ref(&photos));
        assert_eq!(events(&page).last(), Some(&"repaired"));
        shown(&app, 12, 1, photos.clone()).await;
        app.photo(&bytes).await;
    }
    let said = html(&app).await;
    let src = format!("/photos/{}/320.jpg", sha256(&bytes));
    assert!(said.contains("<p>Photo de la réparation</p>") && said.contains(&src), "{said}");
    let seen = app.get(&src).send().await.unwrap();
    assert_eq!(seen.status(), 200);
    assert!(!seen.bytes().await.unwrap().windows(4).any(|four| four == b"Exif"), "nothing but pixels");
    let list: Value = app.get("/api/v1/reports?status=closed").send().await.unwrap().json().await.unwrap();
    assert_eq!(list["reports"][0]["photo"], Value::Null, "it does not stand for the report");
    // A day after it was opened again, somebody shows it as it was repaired the first time: that opens and closes nothing.
    heard(&app, 13, 2, json!("not_fixed")).await;
    app.app.clock.advance(DAY);
    let other = app.photo(&photo::without_exif().bytes).await;
    shown(&app, 14, 2, json!([other])).await;
    let page = app.page(&parcel(1).id).await;
    assert_eq!((&page["brief"]["status"], repaired(&page).len()), (&json!("sent"), 2));
    app.run_jobs().await;
}

async fn it_may_come_with_the_word_or_before_it_and_is_told_once(app: TestApp) {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &swing()).await;
    app.run_jobs().await;
    let (one, two) = (photo::tiny().bytes, photo::without_exif().bytes);
    let there = app.photo(&one).await;
    let photos = json!([there, sha256(&two), there]);
    let answer: Value = show(&app, 11, &parcel(1), ("fixed", photos)).await.json().await.unwrap();
    assert_eq!(answer["missing"], json!([sha256(&two)]));
    let page = app.page(&parcel(1).id).await;
    assert_eq!(events(&page)[3..], ["said_fixed", "status_changed", "repaired"]);
    app.photo(&two).await;
    app.run_jobs().await;
    assert_eq!(repaired(&app.page(&parcel(1).id).await), [json!([there]), json!([sha256(&two)])]);
    let checked = vigie::rooms::journal::check::examine(&app.app).await.unwrap();
    assert_eq!(checked.broken, None);
}

async fn who_is_no_part_of_it_shows_nothing_and_what_is_private_stays_so(app: TestApp) {
    let app = closed(app).await;
    let hash = app.photo(&photo::tiny().bytes).await;
    let said = || ("repaired", json!([hash]));
    let stranger = show(&app, 21, &parcel(21), said()).await;
    assert_eq!(problem(stranger).await, (401, "key_missing".into(), Some("authorization".into())));
    assert_eq!(wish(&app, 22, &parcel(22), &parcel(1), json!({ "ask": "monthly" })).await.status(), 200);
    let follower = show(&app, 23, &parcel(22), said()).await;
    assert_eq!(problem(follower).await.1, "key_missing", "who only follows does not wait");
    assert!(repaired(&app.page(&parcel(1).id).await).is_empty());
    let mut private = swing();
    private["category"] = json!("securite-violence");
    receipt(&app, &parcel(3), &private).await;
    app.run_jobs().await;
    let about = |owner: u8| {
        let request = app.put(&format!("/api/v1/follow-ups/{}", parcel(30 + owner).id));
        let body = json!({ "report": parcel(3).id, "wish": "fixed", "photos": [hash] });
        request.bearer_auth(parcel(owner).key.reveal()).json(&body).send()
    };
    assert_eq!(problem(about(4).await.unwrap()).await.1, "report_unknown");
    assert_eq!(about(3).await.unwrap().status(), 200);
    assert_eq!(repaired(&owned(&app, &parcel(3), &parcel(3)).await), [json!([hash])]);
    let closed = app.get(&format!("/api/v1/reports/{}", parcel(3).id)).send().await.unwrap();
    assert_eq!(problem(closed).await.1, "not_public");
    let journal = app.get("/api/v1/journal?kind=repaired").send().await.unwrap().text().await.unwrap();
    assert!(!journal.contains(&hash), "{journal}");
    app.run_jobs().await;
}

async fn photos_with_another_wish_or_too_many_are_refused(app: TestApp) {
    let app = closed(app).await;
    let hash = |n: u8| format!("{n:02x}").repeat(32);
    let many: Vec<_> = (0..7).map(hash).collect();
    for (n, said, photos) in [(31, "relance", json!([hash(1)])), (32, "repaired", json!(many))] {
        let answer = show(&app, n, &parcel(1), (said, photos)).await;
        assert_eq!(problem(answer).await, (422, "too_many_photos".into(), Some("photos".into())));
    }
    // One person shows as many as a report has, however many parcels that takes.
    shown(&app, 34, 1, json!(many[..4])).await;
    let more = show(&app, 35, &parcel(1), ("repaired", json!([hash(10), hash(11), hash(12)]))).await;
    assert_eq!(problem(more).await.1, "too_many_photos");
    shown(&app, 36, 2, json!(many[..1])).await;
    app.run_jobs().await;
}

async fn a_photo_follows_its_report_into_another(app: TestApp) {
    let app = closed(app).await;
    let mut other = swing();
    other["unlike"] = json!([parcel(1).id]);
    receipt(&app, &parcel(5), &other).await;
    app.run_jobs().await;
    let bytes = photo::tiny().bytes;
    shown(&app, 12, 1, json!([sha256(&bytes)])).await;
    merge(&app.app, 1001, 1002).await.unwrap();
    app.photo(&bytes).await;
    app.run_jobs().await;
    assert_eq!(repaired(&app.page(&parcel(5).id).await), [json!([sha256(&bytes)])]);
}

async fn what_a_wish_names_is_not_swept(app: TestApp) {
    let app = closed(app).await;
    let hash = app.photo(&photo::tiny().bytes).await;
    let unnamed = app.photo(&photo::without_exif().bytes).await;
    shown(&app, 12, 1, json!([hash])).await;
    app.app.clock.advance(8 * DAY);
    for shelf in sweep::shelves(&app.app).await.unwrap() {
        sweep::shelf(&app.app, &shelf).await.unwrap();
    }
    let status =
        async |hash: &str| app.get(&format!("/photos/{hash}/320.jpg")).send().await.unwrap().status();
    assert_eq!((status(&hash).await.as_u16(), status(&unnamed).await.as_u16()), (200, 404));
    app.run_jobs().await;
}
