//! A second phone reports the same: one more who waits, no second mail.

use testkit::photo;

use crate::world::{GOELANDS, Hands, World};

#[tokio::test]
async fn a_second_phone_that_reports_the_same_joins_those_who_wait() {
    let world = World::start().await;
    let first = world.installed_phone().await;
    first.report_a_broken_game(&photo::small(GOELANDS.playground, 21).path, &GOELANDS).await;
    first.find("sent").await;
    world.one_mail_each(&GOELANDS).await;

    let second = world.installed_phone().await;
    second.report_a_broken_game(&photo::small(GOELANDS.playground, 22).path, &GOELANDS).await;
    second.find("sent").await;
    second.wait_for_text("Vous êtes maintenant 2 à attendre").await;
    second.find("outbox-chip [data-state=\"idle\"]").await;

    let report = world.the_report(&GOELANDS).await;
    assert_eq!(report["brief"]["people"], 2);
    assert_eq!(report["voices"].as_array().unwrap().len(), 2, "{report:#}");
    for voice in report["voices"].as_array().unwrap() {
        assert_eq!(voice["photos"].as_array().unwrap().len(), 1, "{report:#}");
    }
    first.open(&format!("/demandes/{}", report["brief"]["id"].as_str().unwrap())).await;
    first.wait_for_people(2).await;
    world.no_more_mails_than(2).await;
}
