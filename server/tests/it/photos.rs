//! Photos coming in, and how they are shown.

mod looks;
mod swept;

use crate::app::{TestApp, problem, sha256};
use crate::every_store;
use reqwest::header::HeaderMap;
use serde_json::Value;
use testkit::{jpeg, photo};

every_store!(
    a_photo_loses_its_metadata_and_stands_upright,
    a_replayed_photo_answers_the_same,
    what_is_no_photo_is_refused,
    a_photo_is_answered_for_before_its_sizes_are_made,
    a_part_of_a_photo_can_be_asked_for,
);

async fn a_photo_loses_its_metadata_and_stands_upright(app: TestApp) {
    let original = photo::twelve_megapixels((43.05, 5.02)).bytes;
    assert!(jpeg::has_metadata(&original));
    let hash = app.photo(&original).await;
    for (side, size) in [(2048, (1536, 2048)), (960, (720, 960)), (320, (240, 320))] {
        let answer = app.get(&format!("/photos/{hash}/{side}.jpg")).send().await.unwrap();
        assert_eq!(answer.headers()["cache-control"], "public, max-age=31536000, immutable");
        let kept = answer.bytes().await.unwrap();
        assert!(!jpeg::has_metadata(&kept), "{:?}", jpeg::metadata(&kept));
        assert_eq!(jpeg::dimensions(&kept), Some(size));
        assert!(jpeg::stands_upright(&kept));
    }
    assert_eq!(app.get(&format!("/photos/{hash}/4096.jpg")).send().await.unwrap().status(), 404);
}

async fn a_replayed_photo_answers_the_same(app: TestApp) {
    let bytes = photo::small((43.05, 5.02), 300).bytes;
    let put = || async {
        let request = app.put(&format!("/api/v1/photos/{}", sha256(&bytes))).body(bytes.clone());
        request.send().await.unwrap().json::<Value>().await.unwrap()
    };
    let first = put().await;
    assert_eq!((&first["width"], &first["height"]), (&900.into(), &1200.into()), "upright already");
    assert_eq!(put().await, first);
    assert_eq!(app.run_jobs().await, 1, "it is developed once");
    assert_eq!(put().await, first);
}

async fn what_is_no_photo_is_refused(app: TestApp) {
    let put = async |hash: &str, bytes: Vec<u8>| {
        problem(app.put(&format!("/api/v1/photos/{hash}")).body(bytes).send().await.unwrap()).await
    };
    for (bytes, status, code) in [
        (photo::renamed_text().bytes, 415, "unsupported_photo"),
        (photo::bomb().bytes, 413, "too_large"),
        (photo::truncated().bytes, 422, "photo_unreadable"),
        (vec![0xff; 9 * 1024 * 1024], 413, "too_large"),
    ] {
        assert_eq!(put(&sha256(&bytes), bytes).await, (status, code.into(), Some("photo".into())));
    }
    let cut = photo::tiny().bytes;
    let (status, code, _) = put(&sha256(&cut), cut[..cut.len() / 2].to_vec()).await;
    assert_eq!((status, code.as_str()), (400, "photo_hash_mismatch"));
    assert_eq!(put("not-a-hash", cut).await.1, "id_invalid");
    assert_eq!(app.app.blobs.list("originals").await.unwrap().len(), 0);
}

async fn a_photo_is_answered_for_before_its_sizes_are_made(app: TestApp) {
    let hash = app.original(&photo::small((43.05, 5.02), 301).bytes).await;
    let show = async || app.get(&format!("/photos/{hash}/960.jpg")).send().await.unwrap();
    let early = show().await;
    assert_eq!((early.status().as_u16(), &early.headers()["retry-after"]), (404, &"2".parse().unwrap()));
    assert_eq!(early.headers()["cache-control"], "no-store");
    assert_eq!(app.app.blobs.list("originals").await.unwrap().len(), 1);
    assert_eq!(app.run_jobs().await, 1);
    assert_eq!(show().await.status(), 200);
    assert_eq!(app.app.blobs.list("originals").await.unwrap().len(), 0, "what the camera wrote is gone");
    let unknown = app.get(&format!("/photos/{}/960.jpg", "0".repeat(64))).send().await.unwrap();
    assert_eq!((unknown.status().as_u16(), unknown.headers().get("retry-after")), (404, None));
}

async fn a_part_of_a_photo_can_be_asked_for(app: TestApp) {
    let path = format!("/photos/{}/320.jpg", app.photo(&photo::without_exif().bytes).await);
    let whole = app.get(&path).send().await.unwrap();
    let tag = whole.headers()["etag"].clone();
    assert!(tag.to_str().unwrap().starts_with('"') && whole.headers()["accept-ranges"] == "bytes");
    let whole = whole.bytes().await.unwrap();
    let asked = async |headers: &[(&'static str, &str)]| {
        let headers: HeaderMap =
            headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        app.get(&path).headers(headers).send().await.unwrap()
    };
    let part = asked(&[("range", "bytes=10-19"), ("if-range", tag.to_str().unwrap())]).await;
    assert_eq!(part.status(), 206);
    assert_eq!(part.headers()["content-range"], format!("bytes 10-19/{}", whole.len()).as_str());
    assert_eq!(part.headers()["content-type"], "image/jpeg");
    assert_eq!(part.bytes().await.unwrap(), whole[10..20]);
    let other = asked(&[("range", "bytes=10-19"), ("if-range", "\"other\"")]).await;
    assert_eq!((other.status().as_u16(), other.bytes().await.unwrap()), (200, whole.clone()));
    let beyond = asked(&[("range", "bytes=99999999-")]).await;
    assert_eq!(beyond.status(), 416);
    assert_eq!(beyond.headers()["content-range"], format!("bytes */{}", whole.len()).as_str());
    let known = asked(&[("if-none-match", tag.to_str().unwrap())]).await;
    assert_eq!((known.status().as_u16(), &known.headers()["etag"]), (304, &tag));
    let head = app.client.head(format!("{}{path}", app.url)).send().await.unwrap();
    assert_eq!((head.status().as_u16(), &head.headers()["etag"]), (200, &tag));
    assert_eq!(head.headers()["content-length"], whole.len().to_string().as_str());
    assert!(head.bytes().await.unwrap().is_empty());
}
