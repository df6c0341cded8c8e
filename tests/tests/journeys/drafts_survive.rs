//! A report begun in a dead spot and put away: its page is closed, and nothing of it is lost.

use testkit::browser::Browser;
use testkit::in_browsers;
use testkit::photo;

use crate::lying::lies;
use crate::world::{GOELANDS, Hands, World};

const WORDS: &str = "La chaîne de la balançoire a lâché ce matin.";

in_browsers!(chromium, firefox, webkit => a_report_begun_without_network_is_taken_up_again_and_arrives_once);

async fn a_report_begun_without_network_is_taken_up_again_and_arrives_once(browser: Browser) {
    let world = World::with(browser).await;
    let phone = world.installed_phone().await;
    world.network.cut();
    phone.wait_for_network(false).await;
    phone.snap(&photo::small(GOELANDS.playground, 81).path).await;
    phone.proposed(&GOELANDS).await;
    phone.choose(&GOELANDS).await;
    phone.write("description", WORDS).await;
    phone.find("draft-state [data-state=\"kept\"]").await;
    assert_eq!(phone.text("draft-state").await, "Brouillon gardé");
    phone.close_page().await;

    phone.open("/").await;
    let card = phone.text("draft").await;
    assert!(card.contains(GOELANDS.name) && card.contains("La chaîne de la balançoire"), "{card}");
    phone.tap("draft-resume").await;
    phone.find("photo-open").await;
    phone.find(&format!("place-option [data-place=\"{}\"] input:checked", GOELANDS.id)).await;
    let words = phone.find("description").await.prop("value").await.unwrap();
    assert_eq!(words.as_deref(), Some(WORDS));
    let seen = "return document.querySelector('[data-test=photo-open] img').naturalWidth > 500";
    phone.wait_for_script("the photo to be seen", seen).await;

    world.network.restore().await;
    phone.wait_for_network(true).await;
    phone.tap("send").await;
    phone.find("sent").await;
    lies(&phone, (1, 0, 0)).await;
    let report = world.the_report(&GOELANDS).await;
    assert_eq!(report["voices"][0]["description"], WORDS);
    assert_eq!(report["voices"][0]["photos"].as_array().map(Vec::len), Some(1), "{report:#}");
    phone.open("/").await;
    phone.find("snap-input").await;
    assert!(phone.all("draft").await.is_empty());
    let errors = phone.script_errors().await;
    assert!(errors.is_empty(), "{errors:#?}");
    world.one_mail_each(&GOELANDS).await;
    world.no_more_mails_than(2).await;
}
