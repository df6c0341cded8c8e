//! The server dies after it said yes and before a mail left.

use testkit::photo;

use crate::world::{GOELANDS, Hands, World};

#[tokio::test]
async fn a_server_killed_between_receipt_and_mail_still_sends_each_mail_once() {
    let mut world = World::start().await;
    let phone = world.installed_phone().await;
    world.trap.stop_listening().await;
    phone.report_a_broken_game(&photo::small(GOELANDS.playground, 31).path, &GOELANDS).await;
    phone.find("sent").await;
    world.server.kill9();
    assert!(world.trap.mails().is_empty());

    world.trap.listen_again();
    world.server.start().await;
    world.one_mail_each(&GOELANDS).await;
    world.no_more_mails_than(2).await;
}
