//! A line of 40 kbit/s that is cut every ten seconds: the words are there at once, the photo arrives piece by piece.

use std::time::Duration;

use testkit::phone::Phone;
use testkit::photo;
use testkit::wait::{until, until_within};

use crate::tap::Tap;
use crate::world::{GOELANDS, Hands, World};

/// How long the line holds, and how long it is gone.
const UP: Duration = Duration::from_secs(10);
const DOWN: Duration = Duration::from_secs(2);
/// 300 kB at 40 kbit/s are a minute; cuts and what they cost come on top.
const PATIENCE: Duration = Duration::from_secs(240);

#[tokio::test]
async fn on_a_slow_line_cut_every_ten_seconds_the_words_arrive_at_once_and_no_byte_is_sent_thrice() {
    let world = World::start().await;
    let tap = Tap::open(world.network.server(), world.server.port());
    let phone = world.installed_phone_at(&tap.url()).await;
    world.network.cut();
    phone.wait_for_network(false).await;
    phone.report_a_broken_game(&photo::twelve_megapixels(GOELANDS.playground).path, &GOELANDS).await;
    phone.find("kept").await;

    world.network.slow_down("40kbit");
    world.network.restore().await;
    let back = phone.wait_for_script("the hour", "return Date.now()").await.as_i64().expect("an hour");
    let report = until("the words on the public page", async || {
        let found = world.the_report(&GOELANDS).await;
        if found["voices"][0]["awaited"] == 1 { Ok(found) } else { Err(found) }
    })
    .await;
    let waited = report["brief"]["received_at"].as_i64().expect("an instant") - back;
    assert!(waited < 1_000, "the words took {waited} ms");
    assert_eq!(report["voices"][0]["photos"].as_array().unwrap().len(), 0, "{report:#}");

    let cuts = async {
        loop {
            tokio::time::sleep(UP).await;
            world.network.cut();
            tokio::time::sleep(DOWN).await;
            world.network.restore().await;
        }
    };
    tokio::select! {
        () = cuts => {}
        () = everything_left(&phone) => {}
    }
    let counted = tap.counted();
    assert!(counted.len() > 150_000, "{} bytes", counted.len());
    assert!(counted.iter().all(|times| *times > 0), "bytes are missing");
    let thrice = counted.iter().filter(|times| **times > 2).count();
    assert_eq!(thrice, 0, "bytes of {} sent more than twice", counted.len());
    world.network.restore().await;
    let report = world.the_report(&GOELANDS).await;
    assert_eq!(report["voices"][0]["photos"].as_array().unwrap().len(), 1, "{report:#}");
    world.no_more_mails_than(2).await;
}

async fn everything_left(phone: &Phone) {
    until_within(PATIENCE, "everything to have left", async || {
        let idle = phone.all("outbox-chip [data-state=\"idle\"]").await;
        if idle.is_empty() { Err(phone.text("outbox-chip").await) } else { Ok(()) }
    })
    .await;
}
