//! The app is renewed while people use it: taken when they want, and nothing is lost on the way.

use testkit::browser::Browser;
use testkit::in_browsers;
use testkit::phone::Phone;
use testkit::photo;

use crate::releases::Releases;
use crate::world::{CRIEE, GOELANDS, Hands, World};

in_browsers!(chromium, firefox => an_update_is_offered_and_taken_between_drains);

async fn an_update_is_offered_and_taken_between_drains(browser: Browser) {
    let world = World::with(browser).await;
    let releases = Releases::open(world.network.server(), &world.server.url()).await;
    let phone = world.installed_phone_at(releases.url()).await;
    releases.set_busy(true);
    phone.report_a_broken_game(&photo::small(GOELANDS.playground, 91).path, &GOELANDS).await;
    phone.find("kept").await;
    phone.tap("close").await;

    releases.publish(true);
    look_for_an_update(&phone).await;
    phone.find("update").await;
    assert!(!is_renewed(&phone, &releases).await, "nobody asked for it");
    releases.set_busy(false);
    phone.tap("update-take").await;
    phone.wait_for_script("the newer version", &renewed(&releases)).await;
    phone.find("outbox-chip [data-state=\"idle\"]").await;
    assert!(phone.all("update").await.is_empty());
    let report = world.the_report(&GOELANDS).await;
    assert_eq!(report["voices"][0]["photos"].as_array().map(Vec::len), Some(1), "{report:#}");
    world.no_more_mails_than(2).await;
}

#[tokio::test]
async fn a_newer_page_with_an_older_worker_and_the_reverse_lose_nothing() {
    let world = World::start().await;
    let releases = Releases::open(world.network.server(), &world.server.url()).await;
    let phone = world.installed_phone_at(releases.url()).await;
    releases.publish(false);
    phone.open("/").await;
    phone.wait_for_script("the newer page", &renewed(&releases)).await;
    phone.report_a_broken_game(&photo::small(GOELANDS.playground, 92).path, &GOELANDS).await;
    phone.find("sent").await;
    phone.find("outbox-chip [data-state=\"idle\"]").await;

    let world_before = Releases::open(world.network.server(), &world.server.url()).await;
    let phone = world.installed_phone_at(world_before.url()).await;
    let old_tab = phone.client().window().await.expect("the older page");
    world_before.publish(true);
    phone.open_another_tab("/").await;
    let taken = "return navigator.serviceWorker.getRegistration().then(async (one) => !one.waiting && \
                 !one.installing && (await caches.keys()).some((name) => /^shell-(?!before)/.test(name)))";
    phone.wait_for_script("the newer worker to be at work", taken).await;
    phone.client().switch_to_window(old_tab).await.expect("the older page");
    assert!(!is_renewed(&phone, &world_before).await, "the older page was left alone");
    phone.find("update").await;
    phone.report_a_broken_game(&photo::small(CRIEE.playground, 93).path, &CRIEE).await;
    phone.find("sent").await;
    phone.find("outbox-chip [data-state=\"idle\"]").await;

    for school in [&GOELANDS, &CRIEE] {
        let report = world.the_report(school).await;
        assert_eq!(report["voices"][0]["photos"].as_array().map(Vec::len), Some(1), "{report:#}");
    }
}

async fn look_for_an_update(phone: &Phone) {
    let look =
        "return navigator.serviceWorker.getRegistration().then((one) => one.update()).then(() => true)";
    phone.wait_for_script("a look for an update", look).await;
}

fn renewed(releases: &Releases) -> String {
    format!(
        "return document.querySelector('[data-app]')?.dataset.app === '{}' && !!navigator.serviceWorker.controller",
        releases.app()
    )
}

async fn is_renewed(phone: &Phone, releases: &Releases) -> bool {
    let script = format!("return document.querySelector('[data-app]').dataset.app === '{}'", releases.app());
    phone.client().execute(&script, vec![]).await.expect("a page").as_bool() == Some(true)
}
