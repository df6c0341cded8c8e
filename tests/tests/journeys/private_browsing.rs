//! Browsing privately: a report leaves as from any phone, and what such a browser will not keep is said.

use testkit::browser::Browser;
use testkit::in_browsers;
use testkit::phone::Phone;
use testkit::photo;

use crate::world::{GOELANDS, Hands, World};

in_browsers!(chromium, firefox => a_report_leaves_a_private_window);

async fn a_report_leaves_a_private_window(browser: Browser) {
    let world = World::with(browser).await;
    let phone = Phone::unlock_in_private(browser, &world.server.url()).await;
    phone.open("/").await;
    phone.report_a_broken_game(&photo::small(GOELANDS.playground, 89).path, &GOELANDS).await;
    phone.find("sent").await;
    let report = world.the_report(&GOELANDS).await;
    assert_eq!(report["brief"]["category"], "cour-jeux");
    let errors = phone.script_errors().await;
    assert!(errors.is_empty(), "{errors:#?}");
    world.one_mail_each(&GOELANDS).await;
    world.no_more_mails_than(2).await;
}

/// A browser that opens no database at all, as some do in private windows.
#[tokio::test]
async fn a_browser_that_keeps_nothing_says_so_and_sends_while_the_page_stands() {
    let world = World::start().await;
    let phone = Phone::unlock_in_private(Browser::Chromium, &world.server.url()).await;
    let source = "IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError') }";
    phone.devtools("Page.addScriptToEvaluateOnNewDocument", serde_json::json!({ "source": source })).await;
    phone.open("/").await;
    phone.snap(&photo::small(GOELANDS.playground, 90).path).await;
    phone.proposed(&GOELANDS).await;
    phone.choose(&GOELANDS).await;
    phone.find("draft-state [data-state=\"refused\"]").await;
    phone.wait_for_text("Ce navigateur ne garde rien, comme en navigation privée").await;
    world.server.freeze();
    phone.tap("send").await;
    phone.find("leaving").await;
    phone.wait_for_text("laissez cette page ouverte").await;
    world.server.thaw();
    phone.find("sent").await;
    let arrived = "return !document.querySelector('[data-test=photos-left]')";
    phone.wait_for_script("the photo to have arrived", arrived).await;
    let report = world.the_report(&GOELANDS).await;
    assert_eq!(report["voices"][0]["photos"].as_array().map(Vec::len), Some(1), "{report:#}");
    let errors = phone.script_errors().await;
    assert!(errors.is_empty(), "{errors:#?}");
    world.one_mail_each(&GOELANDS).await;
    world.no_more_mails_than(2).await;
}
