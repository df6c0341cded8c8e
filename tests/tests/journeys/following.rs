//! Following a report: asked whether it is fixed, answering in one tap, with and without a network.

use serde_json::{Value, json};
use testkit::browser::Browser;
use testkit::in_browsers;
use testkit::phone::Phone;
use testkit::photo;
use testkit::wait::until;

use crate::world::{GOELANDS, Hands, MAIRIE, World};

/// Words of the relance's mail that the first message does not have.
const AGAIN: &str = "attend";

/// A report of a broken game, received; its id.
async fn reported(world: &World, phone: &Phone, seed: u32) -> String {
    phone.report_a_broken_game(&photo::small(GOELANDS.playground, seed).path, &GOELANDS).await;
    received(world, phone).await
}

/// The report that was just sent, once it is received and kept for reading offline; its id.
async fn received(world: &World, phone: &Phone) -> String {
    phone.find("sent").await;
    phone.find("outbox-chip [data-state=\"idle\"]").await;
    let report = world.the_report(&GOELANDS).await;
    let id = report["brief"]["id"].as_str().expect("an id").to_owned();
    let kept = format!("return caches.match('/api/v1/reports/{id}').then((found) => !!found)");
    phone.wait_for_script("the report to be kept for reading offline", &kept).await;
    id
}

/// Opens one's own report from Suivi, as one does.
async fn open_mine(phone: &Phone) {
    phone.open("/suivi").await;
    phone.tap_css("[data-test=mine-row][data-state=received] a").await;
    phone.find("follow").await;
}

/// What the server knows of how the person follows, once it is `wanted`: asked with the secret of the address.
async fn follows(phone: &Phone, id: &str, wanted: &Value) {
    let script = format!(
        "return fetch('/api/v1/reports/{id}', {{ headers: {{ authorization: 'Bearer ' + location.hash.slice(1) }} }}) \
           .then((answer) => answer.json()) \
           .then(({{ mine }}) => JSON.stringify(mine?.follow?.rhythm) === {})",
        json!(wanted.to_string())
    );
    phone.wait_for_script("the server to know", &script).await;
}

/// From the next page of this tab on, its clock is ahead by so many days.
async fn days_later(phone: &Phone, days: i64) {
    let script = format!(
        "(() => {{
           const Real = Date, ahead = {days} * 86400000;
           globalThis.Date = class extends Real {{
             constructor(...of) {{ if (of.length) super(...of); else super(Real.now() + ahead); }}
             static now() {{ return Real.now() + ahead; }}
           }};
         }})()"
    );
    phone.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await;
}

async fn gone(phone: &Phone) {
    phone.find("outbox-chip [data-state=\"idle\"]").await;
}

in_browsers!(chromium, firefox => a_rhythm_changed_without_network_is_the_servers_once_it_is_back);

async fn a_rhythm_changed_without_network_is_the_servers_once_it_is_back(browser: Browser) {
    let world = World::with(browser).await;
    let phone = world.installed_phone().await;
    let id = reported(&world, &phone, 91).await;
    open_mine(&phone).await;
    let before = phone.text("follow-next").await;
    world.network.cut();
    phone.wait_for_network(false).await;
    open_mine(&phone).await;
    phone.tap("follow-change").await;
    phone.tap("ask-7").await;
    phone.tap("ask-monthly").await;
    phone.find("follow-next [data-unsent]").await;
    phone.wait_for_text("chaque mois").await;
    assert_ne!(phone.text("follow-next").await, before);
    phone.open("/file").await;
    phone.wait_for_text("Quand me redemander").await;
    // The report, and one wish: the later word takes the place of the earlier.
    assert_eq!(phone.all("parcel").await.len(), 2);
    open_mine(&phone).await;
    phone.find("follow-next [data-unsent]").await;

    world.network.restore().await;
    gone(&phone).await;
    follows(&phone, &id, &json!("monthly")).await;
    phone.find("follow-next :not([data-unsent])").await;
    phone.wait_for_text("chaque mois").await;

    // Those in charge were told this very moment.
    phone.wait_for_text("la première relance part à partir du").await;
    phone.tap("say-relance").await;
    gone(&phone).await;
    phone.wait_for_text("Elle partira le").await;
    world.no_more_mails_than(2).await;
}

#[tokio::test]
async fn who_is_asked_without_network_sends_a_relance_with_one_tap() {
    let world = World::start().await;
    let phone = world.installed_phone().await;
    // Of a danger: for anything else those in charge first have three days to act.
    phone.snap(&photo::small(GOELANDS.playground, 92).path).await;
    phone.proposed(&GOELANDS).await;
    phone.choose(&GOELANDS).await;
    phone.tap("details").await;
    phone.tap("urgency-4").await;
    phone.tap("send").await;
    let id = received(&world, &phone).await;
    world.one_mail_each(&GOELANDS).await;
    phone.open(&format!("/demandes/{id}")).await;
    phone.find("follow").await;
    days_later(&phone, 40).await;
    world.network.cut();
    phone.wait_for_network(false).await;
    phone.open("/").await;
    phone.find("ask").await;
    phone.screenshot("asked-home").await;
    phone.open("/suivi").await;
    phone.find("ask").await;
    phone.screenshot("asked-mine").await;
    phone.tap("answer-relance").await;
    phone.find("said [data-state=\"here\"]").await;
    phone.screenshot("asked-said").await;
    // Second thoughts, then again.
    phone.tap("take-back").await;
    phone.tap("answer-relance").await;
    phone.find("said [data-state=\"here\"]").await;

    world.network.restore().await;
    gone(&phone).await;
    // Another tab: the clock is right again.
    phone.open_another_tab("/suivi").await;
    phone.wait_for_text("Elle part à ceux qui en sont chargés.").await;
    phone.screenshot("asked-heard").await;
    let again = |to: &'static str| {
        move |mails: &[testkit::mail::Mail]| mails.iter().filter(|mail| mail.is_to(to)).count() == 2
    };
    let mails = world.trap.wait_until("a second mail to the mairie", again(MAIRIE)).await;
    let second = mails.iter().rfind(|mail| mail.is_to(MAIRIE)).expect("just counted");
    assert!(second.text().contains(AGAIN), "{}", second.text());
    world.trap.wait_until("and to the direction", again(GOELANDS.mail)).await;
    world.no_more_mails_than(4).await;
}

#[tokio::test]
async fn who_only_waits_says_that_it_is_fixed_and_the_reporter_decides() {
    let world = World::start().await;
    let reporter = world.installed_phone().await;
    let id = reported(&world, &reporter, 93).await;
    let page = format!("/demandes/{id}");
    let neighbour = world.installed_phone().await;
    neighbour.open(&page).await;
    neighbour.find("follow-bell").await;
    neighbour.screenshot("follow-bell").await;
    neighbour.tap("me-too").await;
    gone(&neighbour).await;
    neighbour.tap("say-fixed").await;
    neighbour.find("said [data-state=\"here\"]").await;
    neighbour.find("said [data-state=\"heard\"]").await;
    neighbour.wait_for_text("vont être interrogées").await;
    // A photo of it is asked for, and one tap says no for good.
    neighbour.tap("repaired-skip").await;
    neighbour.open(&page).await;
    neighbour.wait_for_text("vont être interrogées").await;
    assert!(neighbour.all("repaired").await.is_empty(), "asked once");

    reporter.open(&page).await;
    reporter.find("others-say").await;
    assert!(reporter.text("state").await.contains("Envoyé"), "it is open until its reporter says so");
    reporter.screenshot("others-say").await;
    reporter.tap("say-fixed").await;
    reporter.find("state [data-state=\"done\"]").await;
    reporter.wait_for_text("Le signalement est clos").await;
    reporter.screenshot("closed").await;
}

#[tokio::test]
async fn what_is_not_fixed_after_all_is_opened_again_with_one_tap_that_may_be_taken_back() {
    let world = World::start().await;
    let phone = world.installed_phone().await;
    reported(&world, &phone, 94).await;
    world.server.command(&["status", "1001", "done"]).await;
    open_closed(&phone).await;
    phone.tap("reopen").await;
    phone.find("said [data-state=\"here\"]").await;
    phone.tap("take-back").await;
    phone.find("reopen").await;
    gone(&phone).await;
    phone.find("state [data-state=\"done\"]").await;
    phone.screenshot("reopen").await;
    phone.tap("reopen").await;
    phone.find("state [data-state=\"sent\"]").await;
    phone.find("follow").await;
    let page = world.the_report(&GOELANDS).await;
    let events: Vec<_> =
        page["journal"].as_array().expect("a journal").iter().map(|line| &line["event"]["event"]).collect();
    assert!(
        events.contains(&&json!("reopened")) && events.contains(&&json!("status_changed")),
        "history stays: {events:?}"
    );
}

#[tokio::test]
async fn who_said_that_it_is_fixed_shows_it_without_network() {
    let world = World::start().await;
    let phone = world.installed_phone().await;
    let id = reported(&world, &phone, 96).await;
    open_mine(&phone).await;
    phone.tap("say-fixed").await;
    phone.find("follow-closed").await;
    phone.find("repaired-input").await;
    phone.screenshot("repaired-asked").await;
    world.network.cut();
    phone.wait_for_network(false).await;
    phone.hand_over("repaired-input", &photo::small(GOELANDS.playground, 97).path).await;
    let clear = phone.find("repaired-look").await.attr("src").await.expect("a photo");
    phone.screenshot("repaired-look").await;
    phone.tap("photo-blur").await;
    phone.find_css("[data-test=blur]:not([aria-busy])").await;
    phone.find("blur-canvas").await.send_keys(" ").await.expect("a dab");
    phone.tap("blur-keep").await;
    let clear = clear.expect("an address");
    let blurred = format!("return document.querySelector('[data-test=repaired-look]')?.src !== '{clear}'");
    phone.wait_for_script("the blurred photo", &blurred).await;
    phone.screenshot("repaired-blurred").await;
    phone.tap("repaired-send").await;
    phone.find("repaired [data-state=\"waiting\"]").await;
    phone.open("/file").await;
    phone.wait_for_text("Photo de la réparation").await;
    phone.open(&format!("/demandes/{id}")).await;
    phone.find("repaired [data-state=\"waiting\"]").await;
    phone.screenshot("repaired-kept").await;

    world.network.restore().await;
    gone(&phone).await;
    let photos = until("the photo to be told of", async || {
        let page = world.server.json(&format!("/api/v1/reports/{id}")).await;
        let mut events = page["journal"].as_array().expect("a journal").iter().map(|line| &line["event"]);
        let shown = events.find(|event| event["event"] == "repaired").cloned();
        shown.map(|shown| shown["photos"].clone()).ok_or(page)
    });
    let hash = photos.await[0].as_str().expect("one photo").to_owned();
    phone.open(&format!("/demandes/{id}")).await;
    phone.find("repaired [data-state=\"received\"]").await;
    phone.find_css(&format!("[data-test=journal] img[src='/photos/{hash}/320.jpg']")).await;
    phone.screenshot("repaired-shown").await;
}

async fn open_closed(phone: &Phone) {
    phone.open("/suivi").await;
    phone.tap_css("[data-test=mine-row][data-state=received] a").await;
    phone.find("follow-closed").await;
}

#[tokio::test]
async fn whoever_only_wants_to_know_follows_and_is_not_counted() {
    let world = World::start().await;
    let reporter = world.installed_phone().await;
    let id = reported(&world, &reporter, 95).await;
    let curious = world.installed_phone().await;
    curious.open(&format!("/demandes/{id}")).await;
    curious.wait_for_people(1).await;
    curious.tap("follow-bell").await;
    gone(&curious).await;
    curious.find("follow-change").await;
    assert!(curious.all("say-fixed").await.is_empty(), "who only follows has no say");
    curious.screenshot("follower").await;
    curious.wait_for_people(1).await;
    // Who follows and then waits too stays one person.
    curious.tap("me-too").await;
    curious.wait_for_people(2).await;
    gone(&curious).await;
    curious.find("say-fixed").await;
    let people = until("two people", async || {
        let report = world.the_report(&GOELANDS).await;
        if report["brief"]["people"] == 2 { Ok(2) } else { Err(report) }
    });
    assert_eq!(people.await, 2);
}
