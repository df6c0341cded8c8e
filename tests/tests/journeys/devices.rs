//! The other devices of a person: listed in Moi, and taken away there. Without accounts a person is who holds the secret
//! of a report: the second phone has it from the link that the first one keeps.

use serde_json::Value;
use testkit::browser::Browser;
use testkit::phone::Phone;
use testkit::photo;
use testkit::wait::until;

use crate::push::{noon, telling};
use crate::world::{GOELANDS, Hands, World, install};

/// The address of one's own report, with its secret.
const LINK: &str = "return document.querySelector('[data-test=mine-row] a')?.getAttribute('href')";

/// How a phone is told, as it keeps it.
const KEPT: &str =
    "return caches.open('push').then((cache) => cache.match('/push/device')).then((found) => found?.json())";

/// Says yes to being told, among the settings.
async fn be_told(phone: &Phone) {
    phone.open("/moi").await;
    phone.tap("news-yes").await;
    phone.find("news [data-state=\"on\"]").await;
}

/// How many reports of its own the server tells this phone of.
async fn follows(world: &World, phone: &Phone, count: i64) {
    let kept = phone.wait_for_script("what the phone keeps", KEPT).await;
    let (id, key) = (kept["id"].as_str().expect("an id"), kept["key"].as_str().expect("a secret"));
    let address = format!("{}/api/v1/push/{id}", world.server.url());
    until("the server to know what the phone follows", async || {
        let asked = reqwest::Client::new().get(&address).bearer_auth(key).send().await;
        let told: Value =
            asked.map_err(|error| error.to_string())?.json().await.map_err(|error| error.to_string())?;
        if told["follows"] == count { Ok(()) } else { Err(told.to_string()) }
    })
    .await;
}

#[tokio::test]
async fn a_person_sees_their_other_phone_and_takes_it_away() {
    let (world, service) = telling(Browser::Firefox).await;
    let phone = Phone::unlock_told(&world.server.url(), service.web_socket(), &noon()).await;
    install(&phone).await;
    phone.report_a_broken_game(&photo::small(GOELANDS.playground, 45).path, &GOELANDS).await;
    phone.find("sent").await;
    phone.find("outbox-chip [data-state=\"idle\"]").await;
    be_told(&phone).await;
    assert!(phone.all("devices").await.is_empty(), "this one is no other");
    phone.open("/suivi").await;
    let link = phone.wait_for_script("the link to one's report", LINK).await;

    let second = Phone::unlock_told(&world.server.url(), service.web_socket(), &noon()).await;
    install(&second).await;
    second.open(link.as_str().expect("an address")).await;
    second.tap("follow-change").await;
    second.tap("ask-7").await;
    second.find("follow-next :not([data-unsent])").await;
    be_told(&second).await;
    follows(&world, &second, 1).await;

    phone.open("/moi").await;
    phone.find("device").await;
    phone.wait_for_text("Vos autres appareils").await;
    let there = "document.querySelector('[data-test=devices]').scrollIntoView({ block: 'end' }); return true";
    phone.wait_for_script("the list on the screen", there).await;
    phone.screenshot("devices").await;
    assert_eq!(phone.all("device").await.len(), 1);
    phone.tap("device-remove").await;
    until("the list to be gone", async || {
        if phone.all("devices").await.is_empty() { Ok(()) } else { Err("still there") }
    })
    .await;

    // Nothing more goes to it, and it knows.
    world.server.command(&["status", "1001", "done"]).await;
    service.wait_for(1).await;
    second.open("/moi").await;
    second.find("news [data-state=\"ready\"]").await;
    let kept =
        "return caches.open('push').then((cache) => cache.match('/push/device')).then((found) => !found)";
    second.wait_for_script("the phone to have forgotten itself", kept).await;
    phone.open("/moi").await;
    phone.find("news [data-state=\"on\"]").await;
    assert_eq!(service.posts().len(), 1, "{:?}", service.posts());
}
