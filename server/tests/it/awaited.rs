//! Words that come before their photos.

use crate::app::{TestApp, parcel, sha256, swing};
use crate::both_engines;
use crate::reports::receipt;
use serde_json::{Value, json};
use shared::ids::PhotoHash;
use shared::photos::{EXPECTED_FOR, PhotoReceipt};
use testkit::photo;
use vigie::rooms::photos::store;
use vigie::rooms::reports::awaited::PATIENCE;

both_engines!(
    words_are_taken_and_shown_before_their_photos,
    mails_leave_when_the_last_photo_is_there,
    mails_leave_without_a_photo_that_does_not_come,
    what_is_immediate_waits_for_no_photo,
    words_and_photo_that_cross_find_each_other,
    a_server_that_dies_with_a_photo_in_hand_keeps_no_mail_back,
    a_supporters_photo_comes_later_too,
    a_photo_in_preparation_is_said_and_mails_wait_for_it,
    a_photo_that_is_refused_keeps_nobody_waiting,
    a_photo_that_cannot_be_developed_keeps_nobody_waiting,
    a_photo_that_never_comes_ends_and_is_welcome_later,
);

fn with_photos(photos: &[&[u8]]) -> Value {
    let mut body = swing();
    body["photos"] = photos.iter().map(|photo| json!(sha256(photo))).collect();
    body
}

/// A report of something else for each `n`, which joins none of the others.
fn another(n: usize, photo: &[u8]) -> Value {
    let things = ["Un portail", "Un toboggan", "Un radiateur", "Un extincteur", "Une vitre", "Un robinet"];
    let mut body = with_photos(&[photo]);
    body["category"] = Value::Null;
    body["description"] = json!(things[n]);
    body
}

async fn words_are_taken_and_shown_before_their_photos(app: TestApp) {
    let app = app.with_city().await;
    let (one, two) = (photo::tiny().bytes, photo::without_exif().bytes);
    let hashes = [app.photo(&one).await, sha256(&two)];
    let body = with_photos(&[&one, &two]);
    let first = receipt(&app, &parcel(1), &body).await;
    assert_eq!(first["missing"], json!([hashes[1]]));
    assert_eq!(receipt(&app, &parcel(1), &body).await, first, "a replay says the same");
    let page = app.page(&parcel(1).id).await;
    assert_eq!(page["voices"][0]["awaited"], 1);
    assert_eq!(page["voices"][0]["photos"].as_array().unwrap().len(), 1);
    let html =
        async || app.get(&format!("/demandes/{}", parcel(1).id)).send().await.unwrap().text().await.unwrap();
    assert!(html().await.contains("1 photo en route"));

    app.photo(&two).await;
    let mut whole = first.clone();
    whole.as_object_mut().unwrap().remove("missing");
    assert_eq!(receipt(&app, &parcel(1), &body).await, whole, "said anew with each answer");
    let page = app.page(&parcel(1).id).await;
    let shown: Vec<_> =
        page["voices"][0]["photos"].as_array().unwrap().iter().map(|photo| &photo["hash"]).collect();
    assert_eq!(shown, hashes.each_ref(), "in the person's order");
    assert_eq!((&page["voices"][0]["awaited"], &page["brief"]["photo"]), (&json!(0), &json!(hashes[0])));
    assert!(!html().await.contains("en route"));
    app.run_jobs().await;
}

async fn mails_leave_when_the_last_photo_is_there(app: TestApp) {
    let app = app.with_city().await;
    let (one, two) = (photo::tiny().bytes, photo::without_exif().bytes);
    receipt(&app, &parcel(1), &with_photos(&[&one, &two])).await;
    assert_eq!(app.jobs().await, (2, 0));
    assert_eq!(app.page(&parcel(1).id).await["brief"]["photo"], Value::Null);
    app.photo(&two).await;
    assert_eq!(app.run_jobs().await, 0, "one is still on its way");
    app.photo(&one).await;
    app.photo(&one).await;
    assert_eq!(app.run_jobs().await, 2);
    let mails = app.mails();
    assert!(mails.iter().all(|mail| mail.photo().is_some() && !mail.text().contains("en route")));
    app.app.clock.advance(PATIENCE);
    assert_eq!(app.run_jobs().await, 0);
}

async fn mails_leave_without_a_photo_that_does_not_come(app: TestApp) {
    let app = app.with_city().await;
    let photo = photo::tiny().bytes;
    receipt(&app, &parcel(1), &with_photos(&[&photo])).await;
    app.app.clock.advance(PATIENCE - 1);
    assert_eq!(app.run_jobs().await, 0);
    app.app.clock.advance(1);
    assert_eq!(app.run_jobs().await, 2);
    assert!(app.mails().iter().all(|mail| mail.photo().is_none() && mail.text().contains("en route")));
    app.photo(&photo).await;
    assert_eq!(app.run_jobs().await, 0, "nobody is written to twice");
    assert_eq!(app.page(&parcel(1).id).await["brief"]["photo"], sha256(&photo));
}

async fn what_is_immediate_waits_for_no_photo(app: TestApp) {
    let app = app.with_city().await;
    let mut body = with_photos(&[&photo::tiny().bytes]);
    body["urgency"] = json!(4);
    receipt(&app, &parcel(1), &body).await;
    assert_eq!(app.run_jobs().await, 2);
}

async fn words_and_photo_that_cross_find_each_other(app: TestApp) {
    let app = app.with_city().await;
    for seed in 0..6 {
        let photo = photo::small((43.05, 5.02), 100 + u32::from(seed)).bytes;
        let body = another(usize::from(seed), &photo);
        let mine = parcel(seed);
        // The same photo, known or new, and its words: any of them may be first.
        tokio::join!(receipt(&app, &mine, &body), app.photo(&photo), receipt(&app, &mine, &body));
        assert_eq!(app.run_jobs().await, 2);
    }
}

async fn a_server_that_dies_with_a_photo_in_hand_keeps_no_mail_back(app: TestApp) {
    let app = app.with_city().await;
    let photos = [photo::tiny().bytes, photo::without_exif().bytes];
    let bodies = [another(0, &photos[0]), another(1, &photos[1])];
    for (seed, (photo, body)) in (1..).zip(photos.iter().zip(&bodies)) {
        receipt(&app, &parcel(seed), body).await;
        // The photo is kept, and then the server dies: nobody was told.
        let mut tx = app.app.db.write().await.unwrap();
        let hash = PhotoHash::parse(&sha256(photo)).unwrap();
        let kept = PhotoReceipt { hash, width: 1, height: 1 };
        store::insert(&mut tx, &kept, app.app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(app.run_jobs().await, 0);
    }
    app.photo(&photos[0]).await;
    assert_eq!(app.run_jobs().await, 2, "the photo is sent again");
    receipt(&app, &parcel(2), &bodies[1]).await;
    assert_eq!(app.run_jobs().await, 2, "or the words are");
}

async fn a_supporters_photo_comes_later_too(app: TestApp) {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &swing()).await;
    app.run_jobs().await;
    let photo = photo::tiny().bytes;
    let mut body = with_photos(&[&photo]);
    body["description"] = json!("");
    let joined = receipt(&app, &parcel(2), &body).await;
    assert_eq!((&joined["outcome"], &joined["missing"]), (&json!("supporter"), &json!([sha256(&photo)])));
    assert_eq!(app.page(&parcel(1).id).await["voices"][1]["awaited"], 1);
    app.photo(&photo).await;
    let page = app.page(&parcel(1).id).await;
    assert_eq!(page["voices"][1]["photos"][0]["hash"], sha256(&photo));
    assert_eq!(app.run_jobs().await, 0);
}

async fn html(app: &TestApp) -> String {
    app.get(&format!("/demandes/{}", parcel(1).id)).send().await.unwrap().text().await.unwrap()
}

async fn a_photo_in_preparation_is_said_and_mails_wait_for_it(app: TestApp) {
    let app = app.with_city().await;
    let photo = photo::small((43.05, 5.02), 330).bytes;
    receipt(&app, &parcel(1), &with_photos(&[&photo])).await;
    app.original(&photo).await;
    assert_eq!(
        receipt(&app, &parcel(1), &with_photos(&[&photo])).await.get("missing"),
        None,
        "it has arrived"
    );
    let voice = app.page(&parcel(1).id).await["voices"][0].clone();
    assert_eq!(
        (&voice["awaited"], &voice["preparing"], &voice["photos"]),
        (&json!(0), &json!(1), &json!([]))
    );
    assert!(html(&app).await.contains("1 photo en préparation"));
    assert_eq!(app.run_jobs().await, 3);
    assert!(app.mails().iter().all(|mail| mail.photo().is_some() && !mail.text().contains("en route")));
    assert!(!html(&app).await.contains("en préparation"));
}

async fn a_photo_that_is_refused_keeps_nobody_waiting(app: TestApp) {
    let app = app.with_city().await;
    let cut = photo::truncated().bytes;
    let body = with_photos(&[&cut]);
    receipt(&app, &parcel(1), &body).await;
    assert!(html(&app).await.contains("1 photo en route"));
    let hash = sha256(&cut);
    let refused = app.put(&format!("/api/v1/photos/{hash}")).body(cut).send().await.unwrap();
    assert_eq!(refused.status(), 422);
    assert!(!html(&app).await.contains("en route"));
    assert_eq!(app.run_jobs().await, 2);
    assert!(app.mails().iter().all(|mail| mail.photo().is_none() && !mail.text().contains("en route")));
    let again = receipt(&app, &parcel(1), &body).await;
    assert_eq!(again["missing"], json!([hash]), "so that its phone tells its owner");
}

async fn a_photo_that_cannot_be_developed_keeps_nobody_waiting(app: TestApp) {
    let app = app.with_city().await;
    // Whole at a glance; but nothing says how finely its pixels were measured.
    let mut photo = photo::tiny().bytes;
    while let Some(at) = photo.windows(2).position(|pair| pair == [0xff, 0xdb]) {
        let length = usize::from(u16::from_be_bytes([photo[at + 2], photo[at + 3]]));
        photo.drain(at..at + 2 + length);
    }
    receipt(&app, &parcel(1), &with_photos(&[&photo])).await;
    app.original(&photo).await;
    assert_eq!(app.run_jobs().await, 3);
    assert!(app.mails().iter().all(|mail| mail.photo().is_none()));
    assert!(!html(&app).await.contains("en préparation") && !html(&app).await.contains("en route"));
    assert_eq!(app.app.blobs.list("originals").await.unwrap().len(), 0);
}

async fn a_photo_that_never_comes_ends_and_is_welcome_later(app: TestApp) {
    let app = app.with_city().await;
    let photo = photo::tiny().bytes;
    receipt(&app, &parcel(1), &with_photos(&[&photo])).await;
    app.app.clock.advance(EXPECTED_FOR - 1);
    app.run_jobs().await;
    assert!(html(&app).await.contains("1 photo en route"));
    app.app.clock.advance(1);
    assert!(!html(&app).await.contains("en route"));
    app.photo(&photo).await;
    assert!(html(&app).await.contains(&format!("/photos/{}/960.jpg", sha256(&photo))));
}
