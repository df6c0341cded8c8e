//! The phone's position is denied, then given, then wrong by kilometres: schools are proposed, never decided.

use fantoccini::Locator;
use serde_json::json;
use testkit::phone::Phone;

use crate::world::{CRIEE, GOELANDS, Hands, World};

/// Five kilometres north of the school.
const ASTRAY: (f64, f64) = (GOELANDS.playground.0 + 0.045, GOELANDS.playground.1);

async fn position(phone: &Phone, origin: &str, answer: &str) {
    let wish = json!({ "permission": { "name": "geolocation" }, "setting": answer, "origin": origin });
    phone.devtools("Browser.setPermission", wish).await;
}

async fn stands_at(phone: &Phone, (latitude, longitude): (f64, f64), accuracy: u32) {
    let here = json!({ "latitude": latitude, "longitude": longitude, "accuracy": accuracy });
    phone.devtools("Emulation.setGeolocationOverride", here).await;
}

async fn nothing_is_chosen(phone: &Phone) {
    let chosen = phone.client().find_all(Locator::Css("[data-test=place-option] :checked")).await.unwrap();
    assert!(chosen.is_empty());
}

#[tokio::test]
async fn a_position_denied_then_given_then_wrong_never_chooses_for_the_person() {
    let world = World::start().await;
    let phone = world.installed_phone().await;
    let origin = world.server.url();

    position(&phone, &origin, "denied").await;
    phone.open("/").await;
    phone.tap("locate").await;
    phone.wait_for_text("Votre téléphone ne donne pas la position à Vigie.").await;
    phone.tap("without-photo").await;
    phone.wait_for_text("Votre téléphone ne donne pas la position à Vigie.").await;
    phone.find("place-search").await;
    assert!(phone.all("place-option").await.is_empty());
    phone.write("description", "La balançoire pend.").await;
    phone.tap("compose-close").await;

    stands_at(&phone, GOELANDS.playground, 15).await;
    position(&phone, &origin, "granted").await;
    phone.wait_for_text(GOELANDS.name).await;
    phone.tap("draft-resume").await;
    phone.proposed(&GOELANDS).await;
    nothing_is_chosen(&phone).await;
    phone.choose(&GOELANDS).await;
    phone.tap("send").await;
    phone.find("sent").await;

    // Sure of a place where no school is: the one used last stays, with how far it would be.
    stands_at(&phone, ASTRAY, 20).await;
    phone.open("/").await;
    phone.find_css("[data-test=here] .dist").await;
    let here = phone.text("here").await;
    assert!(here.contains(GOELANDS.name) && here.contains("5 km"), "{here}");
    assert!(phone.all("elsewhere").await.is_empty());

    // Sure of another school, and wrong: it asks.
    stands_at(&phone, CRIEE.playground, 20).await;
    phone.open("/").await;
    assert!(phone.text("elsewhere").await.contains(CRIEE.name));
    phone.tap("elsewhere-no").await;
    assert!(phone.text("here").await.contains(GOELANDS.name));
    assert!(phone.all("elsewhere").await.is_empty());

    // Unsure by five kilometres: the school used last leads, and nothing is chosen.
    stands_at(&phone, CRIEE.playground, 5_000).await;
    phone.open("/").await;
    phone.tap("without-photo").await;
    phone.find_css("[data-test=place-option][data-distance]").await;
    phone.proposed(&GOELANDS).await;
    nothing_is_chosen(&phone).await;
    phone.choose(&GOELANDS).await;
    phone.write("description", "Il fait froid.").await;
    phone.tap("send").await;
    phone.find("sent").await;
    assert_eq!(world.open_reports(&GOELANDS).await.len(), 2);
    assert!(world.open_reports(&CRIEE).await.is_empty());
}
