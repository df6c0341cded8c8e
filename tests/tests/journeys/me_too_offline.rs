//! "Moi aussi" in a dead spot, on a page seen before.

use testkit::browser::Browser;
use testkit::in_browsers;
use testkit::photo;

use crate::world::{GOELANDS, Hands, World};

in_browsers!(chromium, firefox, webkit => a_me_too_tapped_without_network_counts_once_it_is_back);

async fn a_me_too_tapped_without_network_counts_once_it_is_back(browser: Browser) {
    let world = World::with(browser).await;
    let reporter = world.installed_phone().await;
    reporter.report_a_broken_game(&photo::small(GOELANDS.playground, 61).path, &GOELANDS).await;
    reporter.find("sent").await;
    let report = world.the_report(&GOELANDS).await;
    let page = format!("/demandes/{}", report["brief"]["id"].as_str().unwrap());

    let neighbour = world.installed_phone().await;
    neighbour.open(&page).await;
    neighbour.wait_for_people(1).await;
    world.network.cut();
    neighbour.wait_for_network(false).await;
    neighbour.open(&page).await;
    neighbour.tap("me-too").await;
    neighbour.find("me-too [aria-pressed=\"true\"]").await;
    neighbour.find("outbox-chip [data-state=\"waiting\"]").await;

    world.network.restore().await;
    neighbour.find("outbox-chip [data-state=\"idle\"]").await;
    reporter.open(&page).await;
    reporter.wait_for_people(2).await;
    neighbour.wait_for_people(2).await;
    world.no_more_mails_than(2).await;
}
