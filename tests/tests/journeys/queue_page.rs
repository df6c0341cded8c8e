//! What lies on the phone: a long queue, one of an earlier version, a refusal that is mended.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::phone::Phone;
use testkit::photo;
use testkit::wait::until_within;

use crate::world::{CRIEE, GOELANDS, Hands, School, World};

/// A parcel's row as the first version of the app kept it.
pub fn row(n: u32, state: &str, content: &Value) -> Value {
    json!({
        "id": format!("01900000-0000-7000-8000-{n:012}"), "key": format!("{n:032x}"),
        "sealed_at": 1_800_000_000_000_u64 + u64::from(n), "content": content, "state": state,
        "attempts": 0, "not_before": 1_800_000_000_000_u64,
    })
}

pub fn report(place: &str, words: &str, photos: &[String]) -> Value {
    json!({ "report": {
        "place": place, "description": words, "photos": photos, "observed_at": 1_800_000_000_000_u64, "lang": "fr",
    } })
}

/// A received "moi aussi" on the report of that id, whose person should have been asked long ago.
pub fn asked(n: u32, report: &str) -> Value {
    let mut parcel = row(n, "waiting", &json!({ "support": { "report": report } }));
    parcel["state"] = json!({ "received": { "receipt": {
        "id": parcel["id"], "report": report, "number": 1042, "outcome": "supporter", "people": 2, "sent_to": [],
        "at": 1_780_000_000_000_u64, "ask_at": 1_790_000_000_000_u64,
    } } });
    parcel
}

/// Puts rows into the queue behind the app's back, on a page without the app; `version` that of the database.
async fn seed(phone: &Phone, version: u32, rows: &[Value], photos: &[Value]) {
    phone.open("/healthz").await;
    let script = format!(
        "return new Promise((done, failed) => {{
           const opening = indexedDB.open('outbox', {version});
           opening.onerror = () => failed(opening.error);
           opening.onupgradeneeded = () => {{
             opening.result.createObjectStore('parcels', {{ keyPath: 'id' }});
             opening.result.createObjectStore('photos', {{ keyPath: ['parcel', 'hash'] }});
             if ({version} > 1) opening.result.createObjectStore('drafts', {{ keyPath: 'id' }});
           }};
           opening.onsuccess = () => {{
             const tx = opening.result.transaction(['parcels', 'photos'], 'readwrite');
             for (const row of {}) tx.objectStore('parcels').put(row);
             for (const row of {}) tx.objectStore('photos').put({{ ...row, bytes: new Uint8Array(row.bytes).buffer }});
             tx.oncomplete = () => {{ opening.result.close(); done(true); }};
           }};
         }})",
        json!(rows),
        json!(photos)
    );
    phone.wait_for_script("the queue to be seeded", &script).await;
}

async fn everything_left(phone: &Phone, patience: Duration) {
    until_within(patience, "everything to have left", async || {
        let idle = phone.all("outbox-chip [data-state=\"idle\"]").await;
        if idle.is_empty() { Err(phone.text("outbox-chip").await) } else { Ok(()) }
    })
    .await;
}

#[tokio::test]
async fn a_queue_of_the_version_before_is_sent_by_this_one() {
    let world = World::start().await;
    let phone = Phone::unlock(&world.server.url()).await;
    phone.open("/healthz").await;
    let bytes = std::fs::read(&photo::small(GOELANDS.playground, 61).path).expect("a photo");
    let script = format!(
        "return crypto.subtle.digest('SHA-256', new Uint8Array({})) \
           .then((hash) => [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join(''))",
        json!(bytes)
    );
    let hash = phone.wait_for_script("the photo's name", &script).await.as_str().unwrap().to_owned();
    let waiting = row(1, "waiting", &report(GOELANDS.id, "La balançoire pend.", std::slice::from_ref(&hash)));
    let sending = row(2, "sending", &report(CRIEE.id, "Il fait froid.", &[]));
    let photo = json!({ "parcel": waiting["id"], "hash": hash, "mime": "image/jpeg", "bytes": bytes });
    seed(&phone, 1, &[waiting, sending], &[photo]).await;

    phone.open("/file").await;
    everything_left(&phone, testkit::wait::PATIENCE).await;
    let with_photo = world.the_report(&GOELANDS).await;
    assert_eq!(with_photo["voices"][0]["description"], "La balançoire pend.");
    assert_eq!(with_photo["voices"][0]["photos"][0]["hash"], hash, "{with_photo:#}");
    assert_eq!(world.the_report(&CRIEE).await["voices"][0]["description"], "Il fait froid.");
    assert_eq!(phone.all("parcel [data-state=\"received\"]").await.len(), 2);
}

#[tokio::test]
async fn a_thousand_parcels_leave_and_the_page_stays_usable() {
    let world = World::start().await;
    let phone = world.installed_phone().await;
    let first = row(1, "waiting", &report(GOELANDS.id, "La balançoire pend.", &[]));
    let id = first["id"].clone();
    seed(&phone, 2, &[first], &[]).await;
    phone.open("/file").await;
    everything_left(&phone, testkit::wait::PATIENCE).await;

    world.network.cut();
    phone.wait_for_network(false).await;
    let supports: Vec<Value> =
        (2..=1001).map(|n| row(n, "waiting", &json!({ "support": { "report": id } }))).collect();
    phone.open("/file").await;
    phone.find("parcel").await;
    seed_here(&phone, &supports).await;
    let all = "return document.querySelector('[data-test=outbox-chip]').textContent.includes('1000')";
    phone.wait_for_script("a thousand to be counted", all).await;
    assert_eq!(phone.all("parcel").await.len(), 50);
    phone.tap("more").await;
    phone.find_css("[data-test=parcel]:nth-of-type(100)").await;

    world.network.restore().await;
    everything_left(&phone, Duration::from_secs(150)).await;
    assert_eq!(world.the_report(&GOELANDS).await["brief"]["people"], 1001);
}

/// As another tab would: rows, then the message that something changed.
pub async fn seed_here(phone: &Phone, rows: &[Value]) {
    let script = format!(
        "return new Promise((done) => {{
           const opening = indexedDB.open('outbox');
           opening.onsuccess = () => {{
             const tx = opening.result.transaction('parcels', 'readwrite');
             for (const row of {}) tx.objectStore('parcels').put(row);
             tx.oncomplete = () => {{
               opening.result.close(); new BroadcastChannel('outbox').postMessage(true); done(true);
             }};
           }};
         }})",
        json!(rows)
    );
    phone.wait_for_script("the queue to be seeded", &script).await;
}

#[tokio::test]
async fn a_refused_report_says_why_and_is_mended_where_it_lies() {
    let gone = School { id: "9999999Z", ..GOELANDS };
    let world = World::start().await;
    let phone = world.installed_phone().await;
    seed(&phone, 2, &[row(1, "waiting", &report(gone.id, "La balançoire pend.", &[]))], &[]).await;
    phone.open("/file").await;
    phone.find("parcel [data-state=\"refused\"]").await;
    phone.wait_for_text("Choisir une autre école").await;

    phone.tap("delete").await;
    phone.tap("undo").await;
    phone.tap("edit").await;
    phone.find("compose").await;
    phone.choose_by_search("goelands maternelle", &GOELANDS).await;
    phone.tap("send").await;
    phone.find("sent").await;
    let report = world.the_report(&GOELANDS).await;
    assert_eq!(report["voices"][0]["description"], "La balançoire pend.");
    phone.open("/file").await;
    phone.find("parcel [data-state=\"received\"]").await;
    assert_eq!(phone.all("parcel").await.len(), 1);
}
