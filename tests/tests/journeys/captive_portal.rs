//! A station's portal says 200 to everything: nothing counts as delivered.

use testkit::browser::Browser;
use testkit::in_browsers;
use testkit::photo;
use testkit::portal::Portal;

use crate::world::{GOELANDS, Hands, World};

const PAGE: &str = "<!doctype html><title>Wi-Fi</title><h1>Bienvenue, acceptez nos conditions</h1>";

in_browsers!(chromium, firefox, webkit => behind_a_captive_portal_a_report_waits_and_then_arrives);

async fn behind_a_captive_portal_a_report_waits_and_then_arrives(browser: Browser) {
    let mut world = World::with(browser).await;
    let phone = world.installed_phone().await;
    world.server.stop().await;
    let portal = Portal::open(world.network.server(), world.server.port(), PAGE);

    phone.open("/").await;
    phone.report_a_broken_game(&photo::small(GOELANDS.playground, 41).path, &GOELANDS).await;
    phone.find("kept").await;
    portal.wait_for("PUT /api/v1/").await;
    phone.open("/file").await;
    phone.find("parcel [data-state=\"waiting\"]").await;

    portal.close().await;
    world.server.start().await;
    world.one_mail_each(&GOELANDS).await;
    let report = world.the_report(&GOELANDS).await;
    assert_eq!(report["voices"][0]["photos"].as_array().unwrap().len(), 1, "{report:#}");
    world.no_more_mails_than(2).await;
}
