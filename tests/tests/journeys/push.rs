//! Being told: asked for after a report was received, shown while the app is closed, and one tap from the report, also
//! without a network.

use serde_json::{Value, json};
use testkit::browser::Browser;
use testkit::phone::Phone;
use testkit::photo;
use testkit::push_service::PushService;
use testkit::wait::until;

use crate::world::{GOELANDS, Hands, World, install};

/// What the page can ask of the notifications on the screen.
const SHOWN: &str = "return navigator.serviceWorker.ready.then(async (worker) => (await worker.getNotifications())\
    .map(({ title, body, tag, icon, badge, lang }) => ({ title, body, tag, icon, badge, lang })))";

/// A world whose server sends pushes to a service beside it.
pub async fn telling(browser: Browser) -> (World, PushService) {
    let mut world = World::with(browser).await;
    let service = PushService::start_on(world.network.server());
    world.server.stop().await;
    world.server.set("VIGIE_PUSH_SUBJECT", "mailto:vigie@example.org");
    world.server.set("VIGIE_PUSH_ALLOW_LOOPBACK", "true");
    world.server.start().await;
    (world, service)
}

/// A zone in which it is about noon now: nobody is told at night.
pub fn noon() -> String {
    #[expect(clippy::disallowed_methods, reason = "browser and server go by the machine's clock")]
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let hour = i64::try_from(now.as_secs() / 3_600 % 24).expect("an hour");
    // Etc/GMT-3 is three hours ahead.
    match 12 - hour {
        0 => "Etc/GMT".to_owned(),
        ahead @ 1.. => format!("Etc/GMT-{ahead}"),
        behind => format!("Etc/GMT+{}", -behind),
    }
}

#[tokio::test]
async fn firefox_is_told_with_its_page_closed_and_a_tap_opens_the_report_without_network() {
    let (world, service) = telling(Browser::Firefox).await;
    let phone = Phone::unlock_told(&world.server.url(), service.web_socket(), &noon()).await;
    install(&phone).await;
    phone.report_a_broken_game(&photo::small(GOELANDS.playground, 41).path, &GOELANDS).await;
    phone.find("sent").await;
    phone.tap("news-yes").await;
    phone.find("news [data-state=\"on\"]").await;
    let report = world.the_report(&GOELANDS).await;
    let id = report["brief"]["id"].as_str().expect("an id").to_owned();
    let kept = format!("return caches.match('/api/v1/reports/{id}').then((found) => !!found)");
    phone.wait_for_script("the report to be kept for reading offline", &kept).await;
    phone.close_page().await;

    world.server.command(&["status", "1001", "in_progress", "--reason", "Technicien prévu jeudi."]).await;
    service.wait_for(1).await;
    until("Firefox to have opened the message", async || {
        let acks = service.acks();
        if acks.iter().any(|ack| ack["updates"][0]["code"] == 100) { Ok(()) } else { Err(acks) }
    })
    .await;
    assert_eq!(service.posts()[0].status, 201, "{:?}", service.posts());

    world.network.cut();
    phone.tap_notification().await;
    let tabs = open_tabs(&phone, &id).await;
    phone.find("report-page").await;
    phone.wait_for_text("Jeu cassé").await;

    // The app is open elsewhere: the next tap leads that window to the report.
    world.network.restore().await;
    phone.open("/moi").await;
    phone.find("news [data-state=\"on\"]").await;
    world.server.command(&["status", "1001", "done"]).await;
    service.wait_for(2).await;
    phone.tap_notification().await;
    assert_eq!(open_tabs(&phone, &id).await, tabs, "no other window");
}

/// How many tabs there are, once one of them shows the report; it is looked at.
async fn open_tabs(phone: &Phone, id: &str) -> usize {
    until("the report in a tab", async || {
        let tabs = phone.client().windows().await.map_err(|error| error.to_string())?;
        for tab in &tabs {
            phone.client().switch_to_window(tab.clone()).await.map_err(|error| error.to_string())?;
            let url = phone.client().current_url().await.map_err(|error| error.to_string())?;
            if url.path() == format!("/demandes/{id}") {
                return Ok(tabs.len());
            }
        }
        Err("no tab of ours".to_owned())
    })
    .await
}

#[tokio::test]
async fn chromium_shows_the_newest_of_one_report_only() {
    let (world, _service) = telling(Browser::Chromium).await;
    let phone = world.installed_phone().await;
    let allowed = json!({ "permission": { "name": "notifications" }, "setting": "granted", "origin": world.server.url() });
    phone.devtools("Browser.setPermission", allowed).await;
    phone.devtools("ServiceWorker.enable", json!({})).await;
    let icon = format!("{}/favicon.ico", world.server.url());
    let push = async |title: &str, tag: &str| {
        let told = json!({ "web_push": 8030, "notification": {
            "title": title, "body": "École maternelle les Goélands", "tag": tag, "lang": "fr", "dir": "ltr",
            "navigate": format!("{}/suivi", world.server.url()), "icon": icon, "badge": icon,
        }});
        let delivery =
            json!({ "origin": world.server.url(), "registrationId": "0", "data": told.to_string() });
        phone.devtools("ServiceWorker.deliverPushMessage", delivery).await;
    };
    let shows = async |titles: &[&str]| {
        until("the notifications", async || {
            let shown = phone.wait_for_script("notifications", SHOWN).await;
            let mut seen: Vec<_> =
                shown.as_array().expect("a list").iter().map(|one| one["title"].clone()).collect();
            seen.sort_by_key(Value::to_string);
            if seen == titles { Ok(shown) } else { Err(seen) }
        })
        .await
    };
    push("Jeu cassé : en cours", "a").await;
    let shown = shows(&["Jeu cassé : en cours"]).await;
    assert_eq!(
        (&shown[0]["icon"], &shown[0]["badge"], &shown[0]["lang"]),
        (&json!(icon), &json!(icon), &json!("fr"))
    );
    push("Jeu cassé : réglé", "a").await;
    shows(&["Jeu cassé : réglé"]).await;
    push("Pas de chauffage", "b").await;
    shows(&["Jeu cassé : réglé", "Pas de chauffage"]).await;
    // What nobody understands is shown all the same: a browser takes a push that shows nothing ill.
    let delivery = json!({ "origin": world.server.url(), "registrationId": "0", "data": "???" });
    phone.devtools("ServiceWorker.deliverPushMessage", delivery).await;
    shows(&["Jeu cassé : réglé", "Pas de chauffage", "Vigie"]).await;
}

/// What the notifications on the screen say.
async fn titles(phone: &Phone) -> Vec<String> {
    let shown = phone.wait_for_script("notifications", SHOWN).await;
    let shown = shown.as_array().expect("a list").iter();
    shown.map(|one| one["title"].as_str().unwrap_or_default().to_owned()).collect()
}

async fn shows_only(phone: &Phone, title: &str) {
    until("the notification", async || {
        let shown = titles(phone).await;
        if shown == [title] { Ok(()) } else { Err(shown) }
    })
    .await;
}

#[tokio::test]
async fn a_button_of_a_notification_tapped_without_network_counts_once_it_is_back() {
    let (world, _service) = telling(Browser::Chromium).await;
    let phone = world.installed_phone().await;
    let allowed = json!({ "permission": { "name": "notifications" }, "setting": "granted", "origin": world.server.url() });
    phone.devtools("Browser.setPermission", allowed).await;
    phone.devtools("ServiceWorker.enable", json!({})).await;
    phone.report_a_broken_game(&photo::small(GOELANDS.playground, 43).path, &GOELANDS).await;
    phone.find("sent").await;
    phone.find("outbox-chip [data-state=\"idle\"]").await;
    let report = world.the_report(&GOELANDS).await;
    let id = report["brief"]["id"].as_str().expect("an id").to_owned();
    let page = format!("{}/demandes/{id}", world.server.url());
    // Headless, Chromium forgets a notification whose picture does not come: this one lies in its cache.
    let icon = "return fetch('/manifest.webmanifest').then((it) => it.json()).then(({ icons }) => new URL(icons[0].src, location).href)";
    let icon = phone.wait_for_script("the app's icon", icon).await;
    let button = |action: &str, title: &str| json!({ "action": action, "title": title, "navigate": format!("{page}?wish={action}") });
    let told = json!({ "web_push": 8030, "notification": {
        "title": "Jeu cassé", "body": "Est-ce réglé ?", "tag": "a", "lang": "fr", "dir": "ltr", "navigate": page, "icon": icon, "badge": icon,
        "actions": [button("fixed", "Réglé"), button("remind", "Relancer")], "data": { "report": id },
    }});
    let delivery = json!({ "origin": world.server.url(), "registrationId": "0", "data": told.to_string() });
    phone.devtools("ServiceWorker.deliverPushMessage", delivery).await;
    shows_only(&phone, "Jeu cassé").await;
    phone.open("/healthz").await;
    world.network.cut();
    phone.wait_for_network(false).await;
    phone.tap_notification_button("fixed").await;
    shows_only(&phone, "Noté, merci.").await;

    // No page of the app is open: the worker sends it by itself.
    world.network.restore().await;
    until("the report to be closed", async || {
        let page = world.server.json(&format!("/api/v1/reports/{id}")).await;
        if page["brief"]["status"] == "done" { Ok(()) } else { Err(page["brief"]["status"].clone()) }
    })
    .await;
    phone.open("/suivi").await;
    phone.wait_for_text("Le signalement est clos").await;
}

#[tokio::test]
async fn a_button_that_no_worker_can_note_opens_the_report_and_asks_for_one_tap() {
    let world = World::start().await;
    let phone = world.installed_phone().await;
    phone.report_a_broken_game(&photo::small(GOELANDS.playground, 44).path, &GOELANDS).await;
    phone.find("sent").await;
    let report = world.the_report(&GOELANDS).await;
    let id = report["brief"]["id"].as_str().expect("an id").to_owned();
    phone.open(&format!("/demandes/{id}?wish=relance")).await;
    phone.find_css("[data-test=answer-relance].primary").await;
    phone.screenshot("wished").await;
    phone.tap("answer-relance").await;
    phone.find("said [data-state=\"here\"]").await;
}

#[tokio::test]
async fn who_says_no_is_not_asked_again() {
    let (world, _service) = telling(Browser::Chromium).await;
    let phone = world.installed_phone().await;
    phone.open("/suivi").await;
    phone.wait_for_text("Rien à suivre").await;
    assert!(phone.all("news").await.is_empty(), "nothing was received: nothing is asked");
    phone.open("/").await;
    phone.report_a_broken_game(&photo::small(GOELANDS.playground, 42).path, &GOELANDS).await;
    phone.find("sent").await;
    phone.tap("news-no").await;
    phone.open("/suivi").await;
    phone.find("mine-row").await;
    phone.open("/moi").await;
    phone.find("news [data-state=\"ready\"]").await;
    phone.open("/suivi").await;
    phone.find("mine-row").await;
    assert!(phone.all("news").await.is_empty(), "who said no finds it in Moi");
}

/// The page of the school, once it says how its week stands on this phone.
async fn week(phone: &Phone, state: &str) {
    phone.open(&format!("/ecoles/{}", GOELANDS.id)).await;
    phone.find(&format!("week [data-state=\"{state}\"]")).await;
}

/// The secrets under which the server tells this phone, as it was told itself.
const FOLLOWED: &str = "return caches.open('push').then((push) => push.match('/push/device')).then((kept) => kept?.json())\
    .then((kept) => JSON.parse(kept?.told || '{}').follows)";

#[tokio::test]
async fn firefox_is_told_the_week_of_a_school_until_it_is_turned_off() {
    let (world, service) = telling(Browser::Firefox).await;
    let phone = Phone::unlock_told(&world.server.url(), service.web_socket(), &noon()).await;
    install(&phone).await;
    week(&phone, "off").await;
    phone.tap("week-start").await;
    phone.find("week [data-state=\"on\"]").await;
    let follows = phone.wait_for_script("the secret among those followed", FOLLOWED).await;
    assert_eq!(follows.as_array().map(Vec::len), Some(1), "{follows}");
    let kept = phone.wait_for_script("the follow", "return localStorage['vigie.weeks']").await;
    let kept: Vec<_> = kept.as_str().expect("a follow").trim_end_matches(',').split(' ').collect();
    let [place, id, key] = kept[..] else { panic!("a school, an id, a secret: {kept:?}") };
    assert_eq!((place, json!([key])), (GOELANDS.id, follows));
    let address = format!("{}/api/v1/place-follows/{id}", world.server.url());
    let client = reqwest::Client::new();
    let standing = async || client.get(&address).bearer_auth(key).send().await.expect("an answer");
    let following: Value = standing().await.json().await.expect("how it stands");
    assert_eq!((&following["place"], &following["mail"]), (&json!(GOELANDS.id), &json!("no")));
    phone.screenshot("week").await;

    // It is known after a reload, and does not go without a network.
    week(&phone, "on").await;
    world.network.cut();
    phone.tap("week-stop").await;
    phone.find("week [data-state=\"failed\"]").await;
    world.network.restore().await;
    week(&phone, "on").await;
    phone.tap("week-stop").await;
    phone.find("week [data-state=\"off\"]").await;
    assert_eq!(standing().await.status(), 404);
    let none = format!("{FOLLOWED}.then((follows) => follows.length === 0)");
    phone.wait_for_script("nothing to be followed", &none).await;
}

#[tokio::test]
async fn who_cannot_be_told_here_is_led_to_the_form_for_mail() {
    // This server sends no push.
    let world = World::start().await;
    let phone = world.installed_phone().await;
    week(&phone, "by-mail").await;
    phone.tap_css("[data-test=week] a").await;
    phone.find_css("form [name=mail]").await;
    phone.wait_for_text(GOELANDS.name).await;
}
