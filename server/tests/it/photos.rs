//! Photos coming in.

use crate::app::{TestApp, problem, sha256};
use crate::both_engines;
use serde_json::Value;
use testkit::{jpeg, photo};

both_engines!(
    a_photo_loses_its_metadata_and_stands_upright,
    a_replayed_photo_answers_the_same,
    what_is_no_photo_is_refused,
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
    let bytes = photo::tiny().bytes;
    let put = || async {
        let request = app.put(&format!("/api/v1/photos/{}", sha256(&bytes))).body(bytes.clone());
        request.send().await.unwrap().json::<Value>().await.unwrap()
    };
    assert_eq!(put().await, put().await);
}

async fn what_is_no_photo_is_refused(app: TestApp) {
    let put = async |hash: &str, bytes: Vec<u8>| {
        problem(app.put(&format!("/api/v1/photos/{hash}")).body(bytes).send().await.unwrap()).await
    };
    for (bytes, status, code) in [
        (photo::renamed_text().bytes, 415, "unsupported_photo"),
        (photo::bomb().bytes, 413, "too_large"),
        (vec![0xff; 9 * 1024 * 1024], 413, "too_large"),
    ] {
        assert_eq!(put(&sha256(&bytes), bytes).await, (status, code.into(), Some("photo".into())));
    }
    let cut = photo::tiny().bytes;
    let (status, code, _) = put(&sha256(&cut), cut[..cut.len() / 2].to_vec()).await;
    assert_eq!((status, code.as_str()), (400, "photo_hash_mismatch"));
    assert_eq!(put("not-a-hash", cut).await.1, "id_invalid");
}
