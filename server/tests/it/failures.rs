//! A process that dies between two steps: repeating the step mends it.

use crate::app::{TestApp, parcel, swing};
use crate::both_engines;
use serde_json::{Value, json};
use vigie::jobs::{LEASE, store};

both_engines!(
    a_worker_that_dies_with_a_job_in_hand_loses_nothing,
    a_photo_that_never_came_is_asked_for_again
);

async fn a_worker_that_dies_with_a_job_in_hand_loses_nothing(app: TestApp) {
    let app = app.with_city().await;
    app.report(&parcel(1), &swing()).await;
    let mut tx = app.app.db.write().await.unwrap();
    let claimed = store::claim(&mut tx, app.app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(claimed.is_some(), "this worker claims a job, and is never seen again");
    assert_eq!(app.run_jobs().await, 1, "the lease protects the job from the others");
    app.app.clock.advance(LEASE);
    assert_eq!(app.run_jobs().await, 1);
    assert_eq!(app.mails().len(), 2);
}

async fn a_photo_that_never_came_is_asked_for_again(app: TestApp) {
    let app = app.with_city().await;
    let photo = testkit::photo::tiny().bytes;
    let mut body = swing();
    body["photos"] = json!([crate::app::sha256(&photo)]);
    let missing =
        async || app.report(&parcel(1), &body).await.json::<Value>().await.unwrap()["missing"].clone();
    assert_eq!(missing().await, body["photos"]);
    app.photo(&photo).await;
    assert_eq!(missing().await, Value::Null);
    app.run_jobs().await;
    let page = app.page(&parcel(1).id).await;
    assert_eq!(page["voices"][0]["photos"].as_array().unwrap().len(), 1);
}
