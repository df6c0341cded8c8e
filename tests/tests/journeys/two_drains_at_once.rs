//! Two tabs and the worker see the network come back at the same moment.

use testkit::browser::Browser;
use testkit::in_browsers;
use testkit::photo;

use crate::world::{GOELANDS, Hands, World};

in_browsers!(chromium, firefox, webkit => two_tabs_and_the_worker_deliver_a_report_once_with_its_photo);

async fn two_tabs_and_the_worker_deliver_a_report_once_with_its_photo(browser: Browser) {
    let world = World::with(browser).await;
    let phone = world.installed_phone().await;
    world.network.cut();
    phone.wait_for_network(false).await;
    phone.report_a_broken_game(&photo::small(GOELANDS.playground, 51).path, &GOELANDS).await;
    phone.find("kept").await;
    phone.open_another_tab("/file").await;
    phone.find("parcel [data-state=\"waiting\"]").await;

    world.network.restore().await;
    world.one_mail_each(&GOELANDS).await;
    let report = world.the_report(&GOELANDS).await;
    assert_eq!(report["brief"]["people"], 1, "{report:#}");
    assert_eq!(report["voices"].as_array().unwrap().len(), 1, "{report:#}");
    assert_eq!(report["voices"][0]["photos"].as_array().unwrap().len(), 1, "{report:#}");
    phone.find("outbox-chip [data-state=\"idle\"]").await;
    world.no_more_mails_than(2).await;
}
