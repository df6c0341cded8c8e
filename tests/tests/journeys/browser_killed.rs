//! The battery dies while the phone prepares a photo, while it queues, while it sends: one report, with its photo.

use testkit::browser::Browser;
use testkit::in_browsers;
use testkit::phone::Phone;
use testkit::photo;

use crate::lying::lies;
use crate::world::{GOELANDS, Hands, School, World};

in_browsers!(chromium, firefox =>
    killed_while_a_photo_is_prepared_the_rest_of_the_report_is_there,
    killed_at_the_tap_on_send_the_report_is_a_draft_or_in_the_queue,
    killed_while_it_waits_for_an_answer_the_report_leaves_again_and_arrives_once,
);

/// The only report at a school came with its photo, and only its receipt lies on the phone.
async fn arrived_once(world: &World, phone: &Phone, school: &School) {
    lies(phone, (1, 0, 0)).await;
    let report = world.the_report(school).await;
    assert_eq!(report["brief"]["people"], 1);
    assert_eq!(report["voices"][0]["photos"].as_array().map(Vec::len), Some(1), "{report:#}");
    phone.open("/file").await;
    phone.find("parcel [data-state=\"received\"]").await;
    world.one_mail_each(school).await;
    world.no_more_mails_than(2).await;
}

/// All but the tap on "send".
async fn ready_to_send(phone: &Phone, seed: u32) {
    phone.snap(&photo::small(GOELANDS.playground, seed).path).await;
    phone.proposed(&GOELANDS).await;
    phone.choose(&GOELANDS).await;
    phone.tap("category-cour-jeux").await;
    phone.find("photo-open").await;
}

async fn killed_while_a_photo_is_prepared_the_rest_of_the_report_is_there(browser: Browser) {
    let world = World::with(browser).await;
    let phone = world.installed_phone().await;
    phone.tap("without-photo").await;
    phone.choose_by_search("goelands maternelle", &GOELANDS).await;
    phone.write("description", "La balançoire pend.").await;
    phone.find("draft-state [data-state=\"kept\"]").await;
    phone.hand_over("photo-add", &photo::panorama().path).await;
    phone.find_css(".photo.busy").await;

    let phone = phone.killed_and_opened_again().await;
    phone.open("/").await;
    phone.tap("draft-resume").await;
    phone.find(&format!("place-option [data-place=\"{}\"] input:checked", GOELANDS.id)).await;
    assert!(phone.all("photo").await.is_empty());
    phone.hand_over("photo-add", &photo::small(GOELANDS.playground, 82).path).await;
    phone.find("photo-open").await;
    phone.tap("send").await;
    phone.find("sent").await;
    arrived_once(&world, &phone, &GOELANDS).await;
    assert_eq!(world.the_report(&GOELANDS).await["voices"][0]["description"], "La balançoire pend.");
}

async fn killed_at_the_tap_on_send_the_report_is_a_draft_or_in_the_queue(browser: Browser) {
    let world = World::with(browser).await;
    let phone = world.installed_phone().await;
    ready_to_send(&phone, 83).await;
    phone.find("draft-state [data-state=\"kept\"]").await;
    // No driver waits for what the tap begins.
    phone.client().execute("document.querySelector('[data-test=send]').click()", vec![]).await.unwrap();

    let phone = phone.killed_and_opened_again().await;
    phone.open("/").await;
    phone.find("snap-input").await;
    let found = format!(
        "return !!document.querySelector('[data-test=draft]') || fetch('/api/v1/reports?place={}') \
           .then((all) => all.json()).then((all) => all.reports.length)",
        GOELANDS.id
    );
    phone.wait_for_script("the report, begun or arrived", &found).await;
    if !phone.all("draft").await.is_empty() {
        phone.tap("draft-resume").await;
        phone.find("photo-open").await;
        phone.tap("send").await;
        phone.find("sent").await;
    }
    arrived_once(&world, &phone, &GOELANDS).await;
}

async fn killed_while_it_waits_for_an_answer_the_report_leaves_again_and_arrives_once(browser: Browser) {
    let world = World::with(browser).await;
    let phone = world.installed_phone().await;
    ready_to_send(&phone, 84).await;
    world.server.freeze();
    phone.tap("send").await;
    phone.find("kept").await;
    phone.find("outbox-chip [data-state=\"sending\"]").await;

    let phone = phone.killed_and_opened_again().await;
    world.server.thaw();
    phone.open("/").await;
    arrived_once(&world, &phone, &GOELANDS).await;
}
