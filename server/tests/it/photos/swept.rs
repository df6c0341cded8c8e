//! What crashes leave behind, and how it goes.

use crate::app::{TestApp, parcel, sha256, swing};
use crate::every_store;
use crate::reports::receipt;
use serde_json::json;
use shared::ids::PhotoHash;
use std::time::{Duration, SystemTime};
use testkit::photo;
use vigie::doctor;
use vigie::edges::blobs::Place;
use vigie::rooms::photos::{ORIGINALS, blob_name, darkroom, original_name, store, sweep};

every_store!(
    files_without_a_photo_go_and_those_of_photos_stay,
    photos_that_no_report_names_go_after_a_week,
    a_worker_that_dies_in_the_darkroom_is_followed_by_another,
    a_lost_original_is_asked_for_again,
    a_photo_without_its_files_is_said,
);

fn hash_of(bytes: &[u8]) -> PhotoHash {
    PhotoHash::parse(&sha256(bytes)).unwrap()
}

async fn sweep_all(app: &TestApp) {
    for shelf in sweep::shelves(&app.app).await.unwrap() {
        sweep::shelf(&app.app, &shelf).await.unwrap();
    }
}

async fn files(app: &TestApp) -> Vec<String> {
    app.app.blobs.list("").await.unwrap()
}

async fn files_without_a_photo_go_and_those_of_photos_stay(app: TestApp) {
    app.photo(&photo::tiny().bytes).await;
    app.original(&photo::small((43.05, 5.02), 320).bytes).await;
    let before = files(&app).await;
    assert_eq!(before.len(), 4);
    let unknown = PhotoHash::parse(&"ab".repeat(32)).unwrap();
    app.app.blobs.put(&blob_name(&unknown, 960), vec![1]).await.unwrap();
    app.app.blobs.put("cd/what-is-this", vec![1]).await.unwrap();
    let young = original_name(&unknown);
    app.app.blobs.put(&young, vec![1]).await.unwrap();
    sweep_all(&app).await;
    assert!(files(&app).await.contains(&young), "its request may be under way");
    app.app.blobs.delete(&young).await.unwrap();
    assert_eq!(files(&app).await, before);
    assert_eq!(app.run_jobs().await, 1);
}

/// Times of files are the store's: only a folder's can be turned back.
#[tokio::test(flavor = "multi_thread")]
async fn torn_writes_and_old_originals_go_from_a_folder() {
    let app = TestApp::sqlite().await;
    let Place::Folder(folder) = &app.config.blobs else { panic!("a folder") };
    let unknown = PhotoHash::parse(&"ab".repeat(32)).unwrap();
    app.app.blobs.put(&original_name(&unknown), vec![1]).await.unwrap();
    let torn = folder.join("ab").join(format!("{unknown}-960.jpg#1"));
    std::fs::create_dir_all(torn.parent().unwrap()).unwrap();
    std::fs::write(&torn, b"half").unwrap();
    let fresh = torn.with_file_name("fresh.jpg#2");
    std::fs::write(&fresh, b"half").unwrap();
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    for file in [&torn, &folder.join(original_name(&unknown))] {
        std::fs::File::options().write(true).open(file).unwrap().set_modified(old).unwrap();
    }
    let (found, count) = sweep::look_everywhere(&app.app).await.unwrap();
    assert_eq!((found.orphans, count), (vec![original_name(&unknown)], 1));
    sweep::plan(&app.app).await.unwrap();
    for _ in 0..256 {
        app.app.clock.advance(sweep::PACE);
        assert_eq!(app.run_jobs().await, 1, "a shelf at a time, a round in a day");
    }
    assert!(!torn.exists() && fresh.exists());
    assert_eq!(app.app.blobs.list(ORIGINALS).await.unwrap().len(), 0);
}

async fn photos_that_no_report_names_go_after_a_week(app: TestApp) {
    let app = app.with_city().await;
    let (named, unnamed) = (photo::tiny().bytes, photo::without_exif().bytes);
    app.photo(&named).await;
    let hash = app.photo(&unnamed).await;
    let mut body = swing();
    body["photos"] = json!([sha256(&named)]);
    receipt(&app, &parcel(1), &body).await;
    app.run_jobs().await;
    sweep_all(&app).await;
    assert_eq!(files(&app).await.len(), 6);
    app.app.clock.advance(sweep::UNNAMED_FOR + 1);
    sweep_all(&app).await;
    assert_eq!(files(&app).await.len(), 3);
    let shown = async |hash: &str| app.get(&format!("/photos/{hash}/320.jpg")).send().await.unwrap().status();
    assert_eq!((shown(&sha256(&named)).await.as_u16(), shown(&hash).await.as_u16()), (200, 404));
    app.photo(&unnamed).await;
    assert_eq!(shown(&hash).await, 200, "and is welcome again");
}

async fn a_worker_that_dies_in_the_darkroom_is_followed_by_another(app: TestApp) {
    let app = app.with_city().await;
    let original = photo::small((43.05, 5.02), 321).bytes;
    let hash = hash_of(&original);
    let mut body = swing();
    body["photos"] = json!([hash.as_str()]);
    receipt(&app, &parcel(1), &body).await;
    app.original(&original).await;
    // The sizes are there and the row says so; then the worker dies, and the original is still there.
    let mut tx = app.app.db.write().await.unwrap();
    let kept = store::original(app.app.db.read(), &hash).await.unwrap().unwrap();
    store::insert(&mut tx, &kept, app.app.clock.now()).await.unwrap();
    store::delete_original(&mut tx, &hash).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(app.run_jobs().await, 3, "the job again, and the mails that waited");
    assert_eq!(app.app.blobs.list(ORIGINALS).await.unwrap().len(), 0);

    // The sizes are there, and the original is gone.
    let other = photo::small((43.05, 5.02), 322).bytes;
    app.photo(&other).await;
    let hash = hash_of(&other);
    let mut tx = app.app.db.write().await.unwrap();
    store::insert_original(&mut tx, &kept, app.app.clock.now()).await.unwrap();
    darkroom::put(&mut tx, &hash, app.app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(app.run_jobs().await, 1);
    assert_eq!(app.get(&format!("/photos/{hash}/960.jpg")).send().await.unwrap().status(), 200);
}

async fn a_lost_original_is_asked_for_again(app: TestApp) {
    let app = app.with_city().await;
    let original = photo::small((43.05, 5.02), 323).bytes;
    let hash = hash_of(&original);
    let mut body = swing();
    body["photos"] = json!([hash.as_str()]);
    app.original(&original).await;
    assert_eq!(receipt(&app, &parcel(1), &body).await.get("missing"), None);
    app.app.blobs.delete(&original_name(&hash)).await.unwrap();
    assert_eq!(app.run_jobs().await, 1);
    assert_eq!(receipt(&app, &parcel(1), &body).await["missing"], json!([hash.as_str()]));
    app.photo(&original).await;
    assert_eq!(app.run_jobs().await, 2);
}

async fn a_photo_without_its_files_is_said(app: TestApp) {
    let hash = hash_of(&{
        let bytes = photo::tiny().bytes;
        app.photo(&bytes).await;
        bytes
    });
    let (said, _) = doctor::examine(&app.config).await.unwrap();
    assert!(!said.contains("are not all there"), "{said}");
    app.app.blobs.delete(&blob_name(&hash, 960)).await.unwrap();
    let (said, sound) = doctor::examine(&app.config).await.unwrap();
    assert!(said.contains("the files of 1 are not all there") && !sound, "{said}");
}
