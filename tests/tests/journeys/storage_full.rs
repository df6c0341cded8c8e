//! The phone's room ends within the photo: it is said, the report stays on the screen, and leaves once there is room.

use serde_json::json;
use testkit::phone::Phone;
use testkit::photo;

use crate::lying::lies;
use crate::world::{GOELANDS, Hands, World};

/// Room for words, not for a photo.
const BYTES: u64 = 20_000;

/// So many more bytes than what lies there already; nothing: as many as there are.
async fn leave_room(phone: &Phone, origin: &str, bytes: Option<u64>) {
    let mut wish = json!({ "origin": origin });
    if let Some(bytes) = bytes {
        let used = "return navigator.storage.estimate().then((all) => all.usage)";
        let used = phone.wait_for_script("what lies there", used).await.as_u64().unwrap();
        wish["quotaSize"] = json!(used + bytes);
    }
    phone.devtools("Storage.overrideQuotaForOrigin", wish).await;
}

#[tokio::test]
async fn a_photo_without_room_stays_on_the_screen_until_there_is_some() {
    let world = World::start().await;
    let phone = world.installed_phone().await;
    let origin = world.server.url();
    leave_room(&phone, &origin, Some(BYTES)).await;
    phone.snap(&photo::small(GOELANDS.playground, 85).path).await;
    phone.proposed(&GOELANDS).await;
    phone.choose(&GOELANDS).await;
    phone.tap("category-cour-jeux").await;
    phone.find("draft-state [data-state=\"refused\"]").await;
    phone.wait_for_text("ce téléphone n’a plus de place").await;
    phone.tap("send").await;
    phone.wait_for_text("Votre photo n’est pas gardée.").await;
    phone.find("photo-open").await;
    phone.find_css("[data-test=category-cour-jeux][aria-pressed=true]").await;

    leave_room(&phone, &origin, None).await;
    phone.tap("send").await;
    phone.find("sent").await;
    lies(&phone, (1, 0, 0)).await;
    let report = world.the_report(&GOELANDS).await;
    assert_eq!(report["voices"][0]["photos"].as_array().map(Vec::len), Some(1), "{report:#}");
    assert_eq!(report["brief"]["category"], "cour-jeux");
}
