//! Words as people paste them: emoji, right to left, five thousand characters, a NUL. They arrive as they were meant.

use serde_json::json;
use testkit::browser::Browser;
use testkit::in_browsers;
use testkit::phone::Phone;

use crate::lying::lies;
use crate::world::{GOELANDS, Hands, World};

/// A family of four joined into one sign, a flag, Arabic and Hebrew among French, a mark that turns the direction.
const ODD: &str = "🛝💥 👨‍👩‍👧‍👦 🇫🇷 المرجوحة مكسورة, הנדנדה שבורה, « cassée » \u{202e}vraiment\u{202c} ﷽";

/// The most that a report takes.
const MOST: usize = 5_000;

in_browsers!(chromium, firefox, webkit => whatever_is_pasted_arrives_as_it_was_meant);

/// Pastes into the field named so.
async fn paste(phone: &Phone, name: &str, text: &str) {
    let script = format!(
        "const field = document.querySelector('[data-test={name}]'); \
         field.value = {}; field.dispatchEvent(new InputEvent('input', {{ bubbles: true }})); return true",
        json!(text)
    );
    phone.find(name).await;
    phone.wait_for_script("a paste", &script).await;
}

async fn whatever_is_pasted_arrives_as_it_was_meant(browser: Browser) {
    let world = World::with(browser).await;
    let phone = world.installed_phone().await;
    let long: String =
        ODD.chars().chain(" La balançoire pend.".chars().cycle()).take(MOST - 1).chain(['.']).collect();
    assert_eq!(long.chars().count(), MOST);
    let (start, end) = long.split_at(ODD.len());
    phone.tap("without-photo").await;
    phone.choose_by_search("goelands maternelle", &GOELANDS).await;
    // One character too many is said before anything leaves.
    paste(&phone, "description", &format!("{long}!")).await;
    phone.tap("send").await;
    phone.wait_for_text("Le texte est trop long.").await;
    paste(&phone, "description", &format!("{start}\0{end}\0")).await;
    phone.tap("send").await;
    phone.find("sent").await;
    lies(&phone, (1, 0, 0)).await;

    let report = world.the_report(&GOELANDS).await;
    assert_eq!(report["voices"][0]["description"].as_str(), Some(long.as_str()));
    let (direction, mairie) = world.one_mail_each(&GOELANDS).await;
    for mail in [&direction, &mairie] {
        assert!(mail.text().contains(ODD) && mail.subject().chars().count() < 200, "{}", mail.subject());
    }
    phone.open(&format!("/demandes/{}", report["brief"]["id"].as_str().unwrap())).await;
    phone.find("report-page").await;
    let read = format!("return document.body.textContent.includes({})", json!(long));
    phone.wait_for_script("all of it on its page", &read).await;
    let narrow = "return document.documentElement.scrollWidth <= innerWidth";
    phone.wait_for_script("nothing wider than the screen", narrow).await;
    let errors = phone.script_errors().await;
    assert!(errors.is_empty(), "{errors:#?}");
}
