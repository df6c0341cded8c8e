//! No photo, no position: a school found by its name, words, and an address for news.

use testkit::wait::until;

use crate::world::{CRIEE, Hands, World};

const REPORTER: &str = "parent@example.org";
const WORDS: &str = "Plus d'eau chaude aux lavabos du rez-de-chaussée.";

#[tokio::test]
async fn a_report_without_photo_finds_its_school_by_name_and_its_reporter_gets_a_secret_link() {
    let world = World::start().await;
    let phone = world.installed_phone().await;
    phone.tap("without-photo").await;
    phone.choose_by_search("criee", &CRIEE).await;
    phone.tap("category-hygiene-toilettes").await;
    phone.write("description", WORDS).await;
    phone.tap("details").await;
    phone.write("mail", REPORTER).await;
    phone.tap("send").await;
    phone.find("sent").await;

    let (direction, _) = world.one_mail_each(&CRIEE).await;
    assert!(direction.text().contains(WORDS) && direction.photo().is_none(), "{}", direction.text());
    assert!(!direction.text().contains(REPORTER) && !direction.html().contains(REPORTER));
    world
        .trap
        .wait_until("a mail to the reporter", |mails| mails.iter().any(|mail| mail.is_to(REPORTER)))
        .await;
    let letter = world.trap.mails_to(REPORTER).remove(0);
    let start = format!("{}/demandes/", world.server.url());
    let secret = letter.links().into_iter().find(|link| link.starts_with(&start) && link.contains('#'));
    let secret = secret.unwrap_or_else(|| panic!("no follow link in {}", letter.html()));

    let other = world.installed_phone().await;
    other.open(secret.trim_start_matches(&world.server.url())).await;
    other.tap("forget-mail").await;
    let forgotten = until("the address to be forgotten", async || {
        let shown = other.all("forget-mail").await;
        if shown.is_empty() { Ok(()) } else { Err(shown.len()) }
    });
    forgotten.await;
    world.no_more_mails_than(3).await;
}
