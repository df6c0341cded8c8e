//! Copies: written while reports come in, read into another installation, compared.

use crate::app::{TestApp, bucket, parcel, sha256, swing};
use crate::every_store;
use crate::reports::receipt;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use testkit::photo;
use vigie::backup;
use vigie::db::Db;
use vigie::edges::blobs::Place;
use vigie::rooms::photos::sweep;

every_store!(
    what_was_backed_up_in_a_storm_comes_back_whole,
    a_copy_is_never_overwritten,
    only_an_empty_installation_is_filled_unless_told,
    what_was_cut_or_altered_is_refused_and_changes_nothing,
    a_restore_that_fails_leaves_what_was_there,
    an_older_copy_is_brought_up_to_date,
    a_copy_of_a_newer_version_is_refused,
);

/// The parts of an archive by name; the rows of a table in an order of their own.
fn parts(file: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut archive = tar::Archive::new(std::fs::File::open(file).unwrap());
    let part = |entry: std::io::Result<tar::Entry<'_, std::fs::File>>| {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().to_string_lossy().into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        if name.ends_with(".jsonl") {
            let text = String::from_utf8(bytes).unwrap();
            let mut rows: Vec<&str> = text.lines().collect();
            rows[1..].sort_unstable();
            bytes = rows.join("\n").into_bytes();
        }
        (name, bytes)
    };
    archive.entries().unwrap().map(part).filter(|(name, _)| name != "manifest.json").collect()
}

async fn copy(app: &TestApp, name: &str) -> PathBuf {
    let file = app.folder.path().join(name);
    backup::write(&app.app, &file).await.unwrap();
    file
}

async fn on_postgres_and_s3() -> TestApp {
    let bucket = bucket().await;
    TestApp::postgres_with(|config| config.blobs = Place::S3(bucket)).await
}

/// Eight phones at once, each with a photo; some of the photos are developed meanwhile.
async fn storm(app: &TestApp, first: u8) {
    let phone = async |seed: u8| {
        let photo = photo::small((43.05, 5.02), 400 + u32::from(seed)).bytes;
        let mut body = swing();
        body["category"] = Value::Null;
        body["description"] = json!(format!("« L’été », n° {seed} : 100 % cassé\n\"ici\""));
        body["position"] = json!({ "lat": 43.050_000_000_000_004, "lon": 5.02 });
        body["photos"] = json!([sha256(&photo)]);
        receipt(app, &parcel(seed), &body).await;
        if seed.is_multiple_of(2) {
            app.photo(&photo).await
        } else {
            app.original(&photo).await
        };
    };
    let phones = (first..first + 8).map(phone);
    futures_util::future::join_all(phones).await;
}

async fn what_was_backed_up_in_a_storm_comes_back_whole(app: TestApp) {
    let app = app.with_city().await;
    let (_, early) = tokio::join!(storm(&app, 1), copy(&app, "early.tar"));
    let late = copy(&app, "late.tar").await;
    app.run_jobs().await;
    // Into the other engine and the other store as well.
    let elsewhere = [TestApp::sqlite().await, TestApp::postgres().await, on_postgres_and_s3().await];
    for other in &elsewhere {
        let said = backup::restore(&other.app, &late, false).await.unwrap();
        assert!(said.contains("restored"), "{said}");
        assert_eq!(parts(&copy(other, "again.tar").await), parts(&late));
        assert_eq!(other.run_jobs().await, 4 + 16, "photos are developed there, and mails leave");
        for seed in 1..9 {
            let there = other.page(&parcel(seed).id).await;
            assert_eq!(there["voices"], app.page(&parcel(seed).id).await["voices"]);
            let photo = there["brief"]["photo"].as_str().unwrap();
            assert_eq!(other.get(&format!("/photos/{photo}/960.jpg")).send().await.unwrap().status(), 200);
        }
    }
    // One of the middle of the storm lacks what came later, and nothing of what it holds.
    let other = TestApp::sqlite().await;
    backup::restore(&other.app, &early, false).await.unwrap();
    other.run_jobs().await;
    let (found, _) = sweep::look_everywhere(&other.app).await.unwrap();
    assert_eq!((found.lost.len(), found.waiting.len()), (0, 0));
}

async fn a_copy_is_never_overwritten(app: TestApp) {
    let file = copy(&app, "one.tar").await;
    assert!(backup::write(&app.app, &file).await.is_err());
}

async fn only_an_empty_installation_is_filled_unless_told(app: TestApp) {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &swing()).await;
    let file = copy(&app, "one.tar").await;
    receipt(
        &app,
        &parcel(2),
        &json!({ "place": crate::app::SCHOOL, "description": "Autre chose", "observed_at": 1, "lang": "fr" }),
    )
    .await;
    app.run_jobs().await;
    let refused = backup::restore(&app.app, &file, false).await.unwrap_err().to_string();
    assert!(refused.contains("--replace"), "{refused}");
    assert_eq!(app.page(&parcel(2).id).await["brief"]["number"], 1002);
    backup::restore(&app.app, &file, true).await.unwrap();
    assert_eq!(app.page(&parcel(1).id).await["brief"]["number"], 1001);
    assert_eq!(app.page(&parcel(2).id).await["code"], "report_unknown");
    assert_eq!(parts(&copy(&app, "again.tar").await), parts(&file));
    assert_eq!(app.run_jobs().await, 2);
    receipt(
        &app,
        &parcel(3),
        &json!({ "place": crate::app::SCHOOL, "description": "Et après", "observed_at": 1, "lang": "fr" }),
    )
    .await;
    assert_eq!(app.page(&parcel(3).id).await["brief"]["number"], 1002, "numbers go on from there");
    app.run_jobs().await;
}

async fn what_was_cut_or_altered_is_refused_and_changes_nothing(app: TestApp) {
    let app = app.with_city().await;
    app.photo(&photo::tiny().bytes).await;
    let file = copy(&app, "whole.tar").await;
    let whole = std::fs::read(&file).unwrap();
    let school = whole.windows(8).position(|bytes| bytes == "Goéland".as_bytes()).unwrap();
    let mut altered = whole.clone();
    altered[school] = b'g';
    let other = TestApp::sqlite().await;
    for (what, bytes) in [
        ("cut", whole[..whole.len() / 2].to_vec()),
        ("without its end", whole[..whole.len() - 4096].to_vec()),
        ("altered", altered),
        ("words", b"Ceci n'est pas une archive.".repeat(100)),
        ("nothing", vec![]),
    ] {
        let broken = other.folder.path().join("broken.tar");
        std::fs::write(&broken, bytes).unwrap();
        let refused = format!("{:#}", backup::restore(&other.app, &broken, true).await.unwrap_err());
        assert!(refused.contains("is no sound backup"), "{what}: {refused}");
    }
    assert!(other.app.blobs.list("").await.unwrap().is_empty());
    backup::restore(&other.app, &file, false).await.unwrap();
}

/// Writes the archive anew, its manifest true.
fn sealed(parts: &BTreeMap<String, Vec<u8>>, migration: i64, file: &Path) {
    let mut tar = tar::Builder::new(std::fs::File::create(file).unwrap());
    let mut digest = Sha256::new();
    let mut append = |name: &str, bytes: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        tar.append_data(&mut header, name, bytes).unwrap();
    };
    for (name, bytes) in parts {
        append(name, bytes);
        digest.update(name.as_bytes());
        digest.update([0]);
        digest.update((bytes.len() as u64).to_be_bytes());
        digest.update(bytes);
    }
    let sha256 = vigie::rooms::photos::hex(&digest.finalize());
    let manifest = json!({ "format": 1, "made_by": "0.1.0", "migration": migration, "sha256": sha256 });
    append("manifest.json", manifest.to_string().as_bytes());
    tar.finish().unwrap();
}

async fn a_restore_that_fails_leaves_what_was_there(app: TestApp) {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &swing()).await;
    app.run_jobs().await;
    let file = copy(&app, "sound.tar").await;
    let before = parts(&file);
    let mut astray = before.clone();
    // Every school is gone, and reports still name them.
    let places = astray.get_mut("tables/places.jsonl").unwrap();
    places.truncate(places.iter().position(|byte| *byte == b'\n').unwrap());
    let broken = app.folder.path().join("astray.tar");
    sealed(&astray, Db::newest(), &broken);
    backup::restore(&app.app, &broken, true).await.unwrap_err();
    assert_eq!(parts(&copy(&app, "after.tar").await), before);
    assert_eq!(app.page(&parcel(1).id).await["brief"]["number"], 1001);
}

async fn an_older_copy_is_brought_up_to_date(app: TestApp) {
    // As the first release wrote it: its tables, and their columns then.
    let zone = r#"{"name":"zones","columns":[["id","text"],["kind","text"],["name","text"]]}
["place:9990009Z","place","Les Oursins"]"#;
    let place = r#"{"name":"places","columns":[["id","text"],["name","text"],["kind","text"],["address","text"],["postcode","text"],["city","text"],["city_code","text"],["circonscription","text"],["mail","text"],["lat","real"],["lon","real"],["approximate","whole"],["source","text"],["closed_at","whole"],["read_at","whole"],["touched_at","whole"]]}
["9990009Z","Les Oursins","maternelle","4 rue des Mâts","99001","Port-Vigie","99001","","","43.05","5.020000000000001",0,"essai.csv",null,1,0]"#;
    let older = [("tables/places.jsonl", place), ("tables/zones.jsonl", zone)];
    let older = older.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())).into();
    let file = app.folder.path().join("older.tar");
    sealed(&older, 9, &file);
    backup::restore(&app.app, &file, false).await.unwrap();
    assert_eq!(app.get("/api/v1/places/9990009Z").send().await.unwrap().status(), 200);
    assert!(parts(&copy(&app, "again.tar").await).contains_key("tables/originals.jsonl"));
}

async fn a_copy_of_a_newer_version_is_refused(app: TestApp) {
    let file = copy(&app, "new.tar").await;
    let newer = app.folder.path().join("newer.tar");
    sealed(&parts(&file), 9999, &newer);
    let refused = backup::restore(&app.app, &newer, false).await.unwrap_err().to_string();
    assert!(refused.contains("newer vigie, at migration 9999"), "{refused}");
}
