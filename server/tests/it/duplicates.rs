//! What a person says of the reports already there: "it is this one", "not these"; and the same person twice.

use crate::app::{MORNING, Parcel, SCHOOL, TestApp, parcel, sha256, swing};
use crate::both_engines;
use crate::reports::receipt;
use serde_json::{Value, json};
use testkit::photo;

both_engines!(
    the_persons_word_joins_what_the_category_would_not,
    the_word_leads_to_the_report_that_the_named_one_joined,
    a_word_about_what_is_not_public_or_elsewhere_is_not_heard,
    what_is_private_is_never_put_under_what_is_public,
    the_persons_word_keeps_apart_what_the_category_would_join,
    one_person_counts_once_and_no_photo_shows_twice,
);

/// A report of something else at the same school.
fn gate() -> Value {
    json!({ "place": SCHOOL, "category": "cour-cloture-portail", "description": "Portail bloqué.", "observed_at": MORNING.0 })
}

fn saying(mut body: Value, word: &str, about: Value) -> Value {
    body[word] = about;
    body
}

fn outcome(receipt: &Value) -> (&str, &str, i64) {
    let text = |name: &str| receipt[name].as_str().unwrap();
    (text("outcome"), text("report"), receipt["people"].as_i64().unwrap())
}

async fn the_persons_word_joins_what_the_category_would_not(app: TestApp) {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &swing()).await;
    let said = saying(gate(), "same_as", json!(parcel(1).id));
    assert_eq!(outcome(&receipt(&app, &parcel(2), &said).await), ("supporter", parcel(1).id.as_str(), 2));
    let nothing = json!({ "place": SCHOOL, "observed_at": MORNING.0, "same_as": parcel(1).id });
    assert_eq!(outcome(&receipt(&app, &parcel(3), &nothing).await).2, 3, "also without a category");
    app.run_jobs().await;
    assert_eq!(app.page(&parcel(1).id).await["voices"][1]["description"], "Portail bloqué.");
}

async fn the_word_leads_to_the_report_that_the_named_one_joined(app: TestApp) {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &swing()).await;
    receipt(&app, &parcel(2), &swing()).await;
    let said = saying(gate(), "same_as", json!(parcel(2).id));
    assert_eq!(outcome(&receipt(&app, &parcel(3), &said).await), ("supporter", parcel(1).id.as_str(), 3));
    app.run_jobs().await;
}

async fn a_word_about_what_is_not_public_or_elsewhere_is_not_heard(app: TestApp) {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &saying(swing(), "category", json!("securite-intrusion"))).await;
    receipt(&app, &parcel(2), &saying(swing(), "place", json!("9990002Y"))).await;
    let named = [("Portail", parcel(1).id), ("Radiateur", parcel(2).id), ("Extincteur", parcel(99).id)];
    for (seed, (words, named)) in (3..).zip(named) {
        let said = saying(saying(gate(), "same_as", json!(named)), "category", Value::Null);
        let said = saying(said, "description", json!(words));
        assert_eq!(outcome(&receipt(&app, &parcel(seed), &said).await).0, "new");
    }
    app.run_jobs().await;
}

async fn what_is_private_is_never_put_under_what_is_public(app: TestApp) {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &swing()).await;
    let private = saying(gate(), "category", json!("securite-violence"));
    let private = saying(private, "same_as", json!(parcel(1).id));
    assert_eq!(outcome(&receipt(&app, &parcel(2), &private).await).0, "new");
    app.run_jobs().await;
    assert!(!app.page(&parcel(1).id).await.to_string().contains("Portail"));
}

async fn the_persons_word_keeps_apart_what_the_category_would_join(app: TestApp) {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &swing()).await;
    let said = saying(swing(), "unlike", json!([parcel(1).id, parcel(98).id]));
    assert_eq!(outcome(&receipt(&app, &parcel(2), &said).await).0, "new");
    app.run_jobs().await;
}

/// Somebody sends a report, never sees the answer, mends it and sends it again under another id.
async fn one_person_counts_once_and_no_photo_shows_twice(app: TestApp) {
    let app = app.with_city().await;
    let photos = [photo::tiny().bytes, photo::without_exif().bytes];
    let hashes = photos.each_ref().map(|photo| sha256(photo));
    let first = saying(swing(), "photos", json!([hashes[0]]));
    receipt(&app, &parcel(1), &first).await;
    let mended = saying(saying(gate(), "same_as", json!(parcel(1).id)), "photos", json!(hashes));
    let again = |seed| Parcel { key: parcel(1).key, ..parcel(seed) };
    for seed in [2, 3] {
        let answer = receipt(&app, &again(seed), &mended).await;
        assert_eq!(outcome(&answer), ("supporter", parcel(1).id.as_str(), 1));
        assert_eq!(answer["missing"], json!(hashes));
    }
    for photo in &photos {
        app.photo(photo).await;
    }
    app.run_jobs().await;
    let page = app.page(&parcel(1).id).await;
    let voices: Vec<_> = page["voices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|voice| (voice["description"].as_str().unwrap(), voice["photos"][0]["hash"].as_str().unwrap()))
        .collect();
    assert_eq!(voices, [("La chaîne a lâché.", &*hashes[0]), ("Portail bloqué.", &*hashes[1])]);
    assert!(!page["journal"].to_string().contains("supported"), "{page}");
    let other = receipt(&app, &parcel(4), &swing()).await;
    assert_eq!(outcome(&other).2, 2, "somebody else counts");
}
