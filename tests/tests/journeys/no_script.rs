//! Somebody whose browser runs no scripts reads all there is to read: each page leads on, none ends.

use serde_json::json;
use testkit::browser::Browser;
use testkit::phone::{Phone, Screen};
use testkit::wait;

use crate::city::City;

/// A click on the first of these that is seen, and where it led once it led elsewhere.
async fn follow(phone: &Phone, css: &str) -> String {
    let here = phone.client().current_url().await.expect("an address");
    phone.find_css(css).await.click().await.unwrap_or_else(|error| panic!("a click on {css}: {error}"));
    wait::until(&format!("{css} to lead away from {here}"), async || {
        let now = phone.client().current_url().await.expect("an address");
        if now == here { Err(now) } else { Ok(now.path().to_owned()) }
    })
    .await
}

async fn a_reader_without_scripts(screen: Screen) {
    let city = City::start().await;
    // Chromium waits for ever for a finger's tap where no script runs: it is a mouse, on any screen.
    let phone = Phone::with_screen(Browser::Chromium, &city.server.url(), Screen::DESK).await;
    phone.turn_into(screen).await;
    phone.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
    phone.open("/?lang=fr").await;
    phone.wait_for_text("Pour signaler, Vigie a besoin de JavaScript").await;
    assert_eq!(follow(&phone, "main a[href^='/ecoles']").await, "/ecoles");
    phone
        .find_css("input[name=q]")
        .await
        .send_keys("mouettes\u{e007}")
        .await
        .expect("a field that takes words");
    let found = phone.text_css("main:has([name=q][value=mouettes]) .list-row").await;
    assert!(found.contains("Mouettes"), "{found}");
    assert!(follow(&phone, ".list-row").await.starts_with("/ecoles/"));
    phone.wait_for_text("Qui s’en occupe").await;
    assert!(follow(&phone, ".report-link").await.starts_with("/demandes/"));
    phone.wait_for_text("Journal public").await;
    phone.wait_for_text("Signalé le").await;
    assert!(follow(&phone, "main .bar a").await.starts_with("/ecoles/"), "back to the school");
    phone.open("/demandes?lang=fr").await;
    assert_eq!(follow(&phone, ".chips a[href*='status=closed']").await, "/demandes");
    phone.wait_for_text("Réglé").await;
    for (path, button) in [
        ("/suivi", ".btn.primary"),
        ("/moi", ".btn.quiet"),
        ("/file", ".btn.primary"),
        ("/rien", ".btn.quiet"),
    ] {
        phone.open(&format!("{path}?lang=fr")).await;
        let led = follow(&phone, &format!("main {button}")).await;
        assert!(["/demandes", "/ecoles"].contains(&led.as_str()), "{path} led to {led}");
    }
    let errors: Vec<_> = phone.script_errors().await;
    assert!(errors.is_empty(), "{errors:?}");
}

#[tokio::test]
async fn reads_it_all_on_a_phone() {
    a_reader_without_scripts(Screen::PHONE).await;
}

#[tokio::test]
async fn reads_it_all_at_a_desk() {
    a_reader_without_scripts(Screen::DESK).await;
}
