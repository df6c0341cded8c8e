//! The phone against a page of its own, across a real network.

use super::*;
use crate::in_browsers;
use crate::network::Network;
use crate::photo;
use crate::portal::{Page, Portal};

const ORIGIN: &str = "http://127.77.0.1:8080";

const PAGE: &str = r#"<!doctype html><meta charset="utf-8"><title>Kit</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<h1>Le kit</h1><p data-test="size"></p><p data-test="where"></p>
<label>Photo <input type="file" accept="image/*" capture data-test="snap-input"></label>
<button data-test="send" style="width:200px;height:48px">Envoyer</button>
<script>
  const say = (name, text) => document.querySelector(`[data-test=${name}]`).textContent = text;
  say('size', `${innerWidth}x${innerHeight}@${devicePixelRatio}`);
  document.querySelector('input').onchange = async (e) => {
    const picture = await createImageBitmap(e.target.files[0]);
    say('where', `${picture.width}x${picture.height}`);
  };
  document.querySelector('button').onclick = () => navigator.geolocation.getCurrentPosition(
    (here) => say('where', `${here.coords.latitude} ${here.coords.longitude}`), (no) => say('where', no.message));
  window.worker = navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready);
  window.boom = () => setTimeout(() => { throw new Error('planted') });
</script>"#;

/// Keeps the page for the dead spot, and tells the server about itself when there is a network again. With a
/// patience of its own: only Chromium drops the connections of a lost network at once.
const WORKER: Page = (
    "/sw.js",
    "text/javascript",
    "self.oninstall = (e) => e.waitUntil(caches.open('kit').then((kit) => kit.add('/')).then(() => skipWaiting()));
     self.onactivate = (e) => e.waitUntil(clients.claim());
     const patience = () => ({ signal: AbortSignal.timeout(1000) });
     self.onfetch = (e) => e.respondWith(fetch(e.request, patience()).catch(() => caches.match('/')));
     self.onsync = self.onmessage =
       (e) => e.waitUntil(fetch('/delivered', { method: 'PUT', body: 'x'.repeat(200000) }));",
);

in_browsers!(chromium, firefox, webkit =>
    the_browser_knows_when_the_network_is_cut_and_restored,
    it_is_a_phone_with_a_camera_and_a_position,
    a_script_error_is_seen_and_a_failed_request_is_not_one,
    an_installed_page_opens_in_the_dead_spot_and_its_worker_delivers_when_it_is_over,
);

/// A laid network, a site at its far end, and a phone that has visited it once.
async fn visited(browser: Browser) -> (Network, Portal, Phone) {
    let network = Network::lay().await;
    let portal = Portal::with_pages(network.server(), 8080, PAGE, &[WORKER]);
    let phone = Phone::unlock_in(browser, ORIGIN).await;
    phone.open("/").await;
    phone.wait_for_text("Le kit").await;
    (network, portal, phone)
}

async fn the_browser_knows_when_the_network_is_cut_and_restored(browser: Browser) {
    let (network, _portal, phone) = visited(browser).await;
    phone.wait_for_network(true).await;
    network.cut();
    phone.wait_for_network(false).await;
    network.restore().await;
    phone.wait_for_network(true).await;
    network.swallow();
    // WebKit gives every abort one name.
    let script = "return fetch('/', { signal: AbortSignal.timeout(500) }) \
                  .then(() => false, (error) => ['TimeoutError', 'AbortError'].includes(error.name))";
    phone.wait_for_script("silence", script).await;
    phone.wait_for_network(true).await;
}

async fn it_is_a_phone_with_a_camera_and_a_position(browser: Browser) {
    let (_network, _portal, phone) = visited(browser).await;
    assert_eq!(phone.text("size").await, "360x740@2");
    assert_eq!(phone.client().execute("return navigator.language", vec![]).await.unwrap(), "fr-FR");
    phone.hand_over("snap-input", &photo::twelve_megapixels((43.3, -5.4)).path).await;
    phone.wait_for_text("3024x4032").await;
    phone.stand_at((43.25, 5.5)).await;
    phone.tap("send").await;
    if browser.can_be_placed() {
        phone.wait_for_text("43.25 5.5").await;
    }
    assert!(phone.screenshot("kit").await.exists());
}

async fn a_script_error_is_seen_and_a_failed_request_is_not_one(browser: Browser) {
    let (_network, _portal, phone) = visited(browser).await;
    phone.client().execute("fetch('http://127.77.0.1:9/').catch(() => {}); boom();", vec![]).await.unwrap();
    let mut seen = Vec::new();
    crate::wait::until("the planted error", async || {
        seen.extend(phone.script_errors().await);
        if seen.is_empty() { Err("nothing") } else { Ok(()) }
    })
    .await;
    assert_eq!(seen.len(), 1, "{seen:#?}");
    assert!(seen[0].message.contains("planted"));
}

async fn an_installed_page_opens_in_the_dead_spot_and_its_worker_delivers_when_it_is_over(browser: Browser) {
    let (network, portal, phone) = visited(browser).await;
    phone
        .wait_for_script(
            "the worker",
            "return window.worker.then(() => !!navigator.serviceWorker.controller)",
        )
        .await;
    network.cut();
    phone.wait_for_network(false).await;
    phone.open("/").await;
    phone.wait_for_text("Le kit").await;
    if browser.sends_without_a_page() {
        let sync = "return window.worker.then((worker) => worker.sync.register('outbox')).then(() => true)";
        phone.wait_for_script("a sync", sync).await;
    }
    phone.close_page().await;
    assert!(!portal.requests().iter().any(|line| line.starts_with("PUT")));
    network.restore().await;
    if !browser.sends_without_a_page() {
        phone.open("/").await;
        let nudge = "return window.worker.then((worker) => (worker.active.postMessage(''), true))";
        phone.wait_for_script("a nudge", nudge).await;
    }
    portal.wait_for("PUT /delivered").await;
}

#[tokio::test]
async fn two_phones_know_nothing_of_each_other() {
    let (_network, _portal, phone) = visited(Browser::Chromium).await;
    let other = Phone::unlock(ORIGIN).await;
    other.open("/").await;
    phone.client().execute("localStorage.name = 'one'", vec![]).await.unwrap();
    let name = other.client().execute("return localStorage.name ?? 'nobody'", vec![]).await.unwrap();
    assert_eq!(name, "nobody");
}
