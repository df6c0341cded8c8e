//! The network goes while a photo is on its way: what has arrived is not sent again.

use testkit::browser::Browser;
use testkit::in_browsers;
use testkit::photo;
use testkit::wait::until;

use crate::tap::Tap;
use crate::world::{GOELANDS, Hands, World};

in_browsers!(chromium, firefox, webkit => a_photo_cut_on_its_way_goes_on_where_it_was);

async fn a_photo_cut_on_its_way_goes_on_where_it_was(browser: Browser) {
    let world = World::with(browser).await;
    let tap = Tap::open(world.network.server(), world.server.port());
    let phone = world.installed_phone_at(&tap.url()).await;
    world.network.slow_down("300kbit");
    phone.report_a_broken_game(&photo::twelve_megapixels(GOELANDS.playground).path, &GOELANDS).await;
    until("a good part of the photo to have passed", async || match tap.counted().len() {
        enough @ 80_000.. => Ok(enough),
        little => Err(little),
    })
    .await;
    world.network.cut();
    phone.wait_for_network(false).await;
    world.network.restore().await;

    phone.find("outbox-chip [data-state=\"idle\"]").await;
    let counted = tap.counted();
    assert!(counted.iter().all(|times| (1..=2).contains(times)), "bytes missing, or sent thrice");
    let again = counted.iter().filter(|times| **times > 1).count();
    assert!(again < counted.len() / 2, "{again} of {} bytes sent again", counted.len());
    world.one_mail_each(&GOELANDS).await;
    let report = world.the_report(&GOELANDS).await;
    assert_eq!(report["voices"][0]["photos"].as_array().unwrap().len(), 1, "{report:#}");
}
