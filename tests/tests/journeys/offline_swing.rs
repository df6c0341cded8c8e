//! The main job: a swing snapped in a dead spot reaches those in charge, once.

use testkit::browser::Browser;
use testkit::in_browsers;
use testkit::jpeg::{dimensions, metadata, stands_upright};
use testkit::photo;

use crate::world::{CRIEE, GOELANDS, Hands, World};

in_browsers!(chromium, firefox, webkit => a_swing_snapped_without_network_reaches_those_in_charge_once);

async fn a_swing_snapped_without_network_reaches_those_in_charge_once(browser: Browser) {
    let world = World::with(browser).await;
    let phone = world.installed_phone().await;
    phone.close_page().await;

    world.network.cut();
    phone.open("/").await;
    phone.wait_for_network(false).await;
    // The phone itself believes to be at the other end of the city: the photo knows better.
    phone.stand_at(CRIEE.playground).await;
    phone.snap(&photo::twelve_megapixels(GOELANDS.playground).path).await;
    let proposed = phone.proposed(&GOELANDS).await;
    assert!(proposed[0].1 < 30.0 && proposed.len() >= 3, "{proposed:?}");
    assert!(proposed.is_sorted_by(|near, far| near.1 <= far.1), "{proposed:?}");
    phone.choose(&GOELANDS).await;
    phone.tap("category-cour-jeux").await;
    phone.tap("send").await;
    phone.find("kept").await;
    let errors = phone.script_errors().await;
    assert!(errors.is_empty(), "{errors:#?}");
    phone.close_page().await;
    assert!(world.trap.mails().is_empty());

    world.network.restore().await;
    if !browser.sends_without_a_page() {
        phone.open("/").await;
    }
    let (direction, mairie) = world.one_mail_each(&GOELANDS).await;
    let report = world.the_report(&GOELANDS).await;
    let link = format!("{}/demandes/{}", world.server.url(), report["brief"]["id"].as_str().unwrap());
    for mail in [&direction, &mairie] {
        assert!(mail.text().contains(&link), "{}", mail.text());
        assert!(mail.links().contains(&link), "{}", mail.html());
        assert!(mail.text().contains("1 personne"), "{}", mail.text());
        let photo = mail.photo().expect("the photo comes with the mail");
        assert_eq!(metadata(&photo), Vec::<String>::new());
        assert!(stands_upright(&photo));
    }
    assert_ne!(direction.message_id(), mairie.message_id());

    let kept = report["voices"][0]["photos"][0]["hash"].as_str().unwrap();
    let largest = world.server.bytes(&format!("/photos/{kept}/2048.jpg")).await;
    assert_eq!(dimensions(&largest), Some((1536, 2048)));
    assert!(stands_upright(&largest) && metadata(&largest).is_empty());

    phone.open(&format!("/demandes/{}", report["brief"]["id"].as_str().unwrap())).await;
    let journal = phone.text("journal").await.to_lowercase();
    assert!(journal.contains("direction") && journal.contains("mairie"), "{journal}");
    world.no_more_mails_than(2).await;
}
