//! The page is left again and again in the middle of its work: the queue opens each time, and nothing is lost.

use testkit::browser::Browser;
use testkit::in_browsers;
use testkit::photo;
use testkit::portal::Portal;

use crate::world::{GOELANDS, Hands, World};

in_browsers!(chromium, firefox, webkit => a_page_left_while_it_writes_leaves_the_queue_open_to_the_next);

async fn a_page_left_while_it_writes_leaves_the_queue_open_to_the_next(browser: Browser) {
    let mut world = World::with(browser).await;
    let phone = world.installed_phone().await;
    world.server.stop().await;
    // Answers at once and in vain: every start writes what became of the attempt.
    let portal = Portal::open(world.network.server(), world.server.port(), "<h1>Wi-Fi</h1>");
    phone.report_a_broken_game(&photo::small(GOELANDS.playground, 71).path, &GOELANDS).await;
    phone.find("kept").await;
    for _ in 0..8 {
        phone.open("/file").await;
        phone.tap("retry").await;
    }

    portal.close().await;
    world.server.start().await;
    phone.open("/file").await;
    phone.find("parcel [data-state=\"received\"]").await;
    world.one_mail_each(&GOELANDS).await;
    world.no_more_mails_than(2).await;
}
