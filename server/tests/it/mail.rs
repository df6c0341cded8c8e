//! Mails: what they say and to whom. How they leave is in `mail_delivery.rs`.

use crate::app::{TestApp, parcel, swing};
use crate::both_engines;
use serde_json::{Value, json};
use shared::ids::ParcelId;
use testkit::mail::Mail;
use vigie::rooms::routing::file;

both_engines!(
    the_direction_and_the_mairie_get_one_mail_each_with_everything,
    the_reporter_is_told_and_can_stop_it,
    no_address_ever_shows,
    a_letter_is_what_big_receivers_take_and_what_people_read,
    a_photo_in_a_letter_is_light,
    one_press_or_a_mail_program_stops_the_mails_and_a_look_does_not,
    workers_side_by_side_tell_of_a_desk_once,
    a_mailbox_closed_while_its_mail_waits_leads_to_the_one_that_is_open,
);

/// The fixture's mairie, at these addresses.
pub async fn mairie_at(app: &TestApp, addresses: &[&str]) {
    let mailboxes: String = addresses.iter().map(|mail| format!("{{ mail = \"{mail}\" }},")).collect();
    let text = format!("[[desk]]\nfunction = \"mairie\"\nzone = \"city:99901\"\nmailboxes = [{mailboxes}]\n");
    let path = app.folder.path().join("mairie.toml");
    std::fs::write(&path, text).unwrap();
    file::import(&app.app, &path, false).await.unwrap();
}

/// What the journal of a report says of the mairie.
pub async fn journal_of_mairie(app: &TestApp, id: &ParcelId) -> Vec<Value> {
    let page = app.page(id).await;
    assert!(!page.to_string().contains("@example.org"), "{page}");
    let events = page["journal"].as_array().unwrap().iter().map(|entry| entry["event"].clone());
    events.filter(|event| event["function"] == "mairie").collect()
}

async fn the_direction_and_the_mairie_get_one_mail_each_with_everything(app: TestApp) {
    let app = app.with_city().await;
    let mut body = swing();
    body["photos"] = json!([app.photo(&testkit::photo::tiny().bytes).await]);
    app.report(&parcel(1), &body).await;
    app.report(&parcel(2), &swing()).await;
    app.support(&parcel(3), parcel(1).id.as_str()).await;
    assert_eq!(app.run_jobs().await, 2);
    let mails = app.mails();
    for address in ["goelands.maternelle@example.org", "mairie@example.org"] {
        let [mail] = &mails.iter().filter(|mail| mail.is_to(address)).collect::<Vec<_>>()[..] else {
            panic!("one mail for {address}")
        };
        assert_eq!(mail.subject(), "Jeu cassé, École maternelle les Goélands (n°\u{a0}1001)");
        for words in
            ["École maternelle les Goélands", "4 rue des Mâts", "3 personnes attendent", "La chaîne a lâché."]
        {
            assert!(mail.text().contains(words) && mail.html().contains(words), "{words}: {}", mail.text());
        }
        assert!(mail.text().contains(&format!("https://vigie.example.org/demandes/{}", parcel(1).id)));
        assert!(mail.photo().is_some());
        assert_eq!(mail.header("Auto-Submitted").as_deref(), Some("auto-generated"));
        assert!(mail.message_id().ends_with("@vigie.example.org"), "{}", mail.message_id());
    }
}

async fn a_letter_is_what_big_receivers_take_and_what_people_read(app: TestApp) {
    let app = app.with_city().await;
    let mut body = swing();
    body["mail"] = json!("parent@example.org");
    app.report(&parcel(1), &body).await;
    body["category"] = json!("hygiene-toilettes");
    body["description"] = json!("Plus de verrou.");
    app.report(&parcel(2), &body).await;
    app.run_jobs().await;
    let mails = app.mails();
    assert_eq!(mails.len(), 6);
    for mail in &mails {
        let is_reporters = mail.is_to("parent@example.org");
        assert_eq!(mail.to.len(), 1, "nobody reads who else was written to");
        assert_eq!(mail.header("Auto-Submitted").as_deref(), Some("auto-generated"));
        let thread = mail.header("References").unwrap();
        assert_eq!(mail.header("In-Reply-To").unwrap(), thread);
        assert!(thread.starts_with('<') && thread.ends_with("@vigie.example.org>"), "{thread}");
        assert!(mail.raw.split(|byte| *byte == b'\n').all(|line| line.len() < 200), "short lines");
        let html = mail.html();
        let (_, before_words) = html.split_once("display:none").unwrap();
        let shown = if is_reporters { "Gardez ce message" } else { "Goélands, 1 personne attend." };
        assert!(
            before_words.split("</div>").next().unwrap().contains(shown),
            "the line beside the subject: {html}"
        );
        assert!(html.contains("prefers-color-scheme: dark") && html.contains("max-width:560px"), "{html}");
        assert!(
            !html.contains("src=\"http") && !html.contains("@import") && !html.contains("url("),
            "{html}"
        );
        assert!(mail.text().lines().all(|line| !line.contains('<')), "{}", mail.text());
        assert_eq!(mail.header("List-Unsubscribe").is_some(), is_reporters);
        assert_eq!(mail.header("List-Unsubscribe-Post").is_some(), is_reporters);
    }
    // A thread for each report and reader; a Message-ID for each mail.
    let mut threads: Vec<_> = mails.iter().map(|mail| mail.header("References").unwrap()).collect();
    let mut ids: Vec<_> = mails.iter().map(Mail::message_id).collect();
    for distinct in [&mut threads, &mut ids] {
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), 6, "{distinct:?}");
    }
}

async fn a_photo_in_a_letter_is_light(app: TestApp) {
    let app = app.with_city().await;
    for (seed, school, photo) in
        [(1, "9990001X", testkit::photo::without_exif()), (2, "9990002Y", testkit::photo::noise())]
    {
        let mut body = swing();
        body["place"] = json!(school);
        body["photos"] = json!([app.photo(&photo.bytes).await]);
        app.report(&parcel(seed), &body).await;
    }
    app.run_jobs().await;
    let mails = app.mails();
    let width = |mail: &Mail| {
        let photo = mail.photo().unwrap();
        assert!(photo.len() < 300_000, "{} bytes", photo.len());
        testkit::jpeg::dimensions(&photo).unwrap()
    };
    let of = |address: &str| mails.iter().find(|mail| mail.is_to(address)).unwrap();
    assert_eq!(width(of("goelands.maternelle@example.org")), (720, 960));
    assert_eq!(width(of("goelands.elementaire@example.org")), (320, 320), "the larger size weighs too much");
    let html = of("goelands.maternelle@example.org").html();
    assert!(html.contains("cid:photo.jpg"), "{html}");
}

async fn one_press_or_a_mail_program_stops_the_mails_and_a_look_does_not(app: TestApp) {
    let app = app.with_city().await;
    let mut body = swing();
    body["mail"] = json!("parent@example.org");
    for seed in [1, 2] {
        app.report(&parcel(seed), &body).await;
    }
    app.run_jobs().await;
    let mails = app.mails();
    let mail = mails.iter().find(|mail| mail.is_to("parent@example.org")).unwrap();
    assert_eq!(mail.header("List-Unsubscribe-Post").as_deref(), Some("List-Unsubscribe=One-Click"));
    let header = mail.header("List-Unsubscribe").unwrap();
    let url = header.trim_matches(['<', '>']);
    assert!(mail.links().contains(&url.to_owned()) && mail.text().contains(url), "{url}");
    let path = url.strip_prefix("https://vigie.example.org").unwrap();
    let of = |seed: u8| format!("/api/v1/reports/{}", parcel(seed).id);
    let has_mail = async |seed: u8| {
        let page: Value = app
            .get(&of(seed))
            .bearer_auth(parcel(seed).key.reveal())
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        page["mine"]["has_mail"].clone()
    };
    let seed = if path.contains(parcel(1).id.as_str()) { 1 } else { 2 };
    let look = app.get(path).send().await.unwrap();
    assert_eq!(look.status(), 200);
    assert!(look.text().await.unwrap().contains("<form method=\"post\">"));
    assert_eq!(has_mail(seed).await, true, "programs look at links before people do");
    for forged in [
        path.replace("/desabonnement/", "/desabonnement/x"),
        format!("{path}0"),
        path[..path.len() - 2].to_owned(),
    ] {
        for answer in [app.get(&forged).send(), app.client.post(format!("{}{forged}", app.url)).send()] {
            assert_eq!(answer.await.unwrap().status(), 404, "{forged}");
        }
    }
    for _ in 0..2 {
        let post = app.client.post(format!("{}{path}", app.url)).body("List-Unsubscribe=One-Click");
        let answer = post.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert!(answer.text().await.unwrap().contains("C’est fait"));
    }
    assert_eq!(has_mail(seed).await, false);
    assert_eq!(has_mail(3 - seed).await, true, "one address stops one report's mails");
}

async fn workers_side_by_side_tell_of_a_desk_once(app: TestApp) {
    let app = app.with_city().await;
    mairie_at(&app, &["a@example.org", "b@example.org", "c@example.org"]).await;
    for seed in 1..6 {
        let mut body = swing();
        body["unlike"] = json!((1..seed).map(|earlier| parcel(earlier).id).collect::<Vec<_>>());
        app.report(&parcel(seed), &body).await;
    }
    tokio::join!(app.run_jobs(), app.run_jobs(), app.run_jobs());
    let mails = app.mails();
    assert_eq!(mails.len(), 5 * 4);
    for seed in 1..6 {
        assert_eq!(journal_of_mairie(&app, &parcel(seed).id).await.len(), 1);
    }
}

async fn a_mailbox_closed_while_its_mail_waits_leads_to_the_one_that_is_open(app: TestApp) {
    let app = app.with_city().await;
    mairie_at(&app, &["old@example.org", "other@example.org"]).await;
    app.report(&parcel(1), &swing()).await;
    mairie_at(&app, &["new@example.org", "other@example.org"]).await;
    app.run_jobs().await;
    let mails = app.mails();
    let to = |address| mails.iter().filter(|mail| mail.is_to(address)).count();
    assert_eq!((to("old@example.org"), to("new@example.org"), to("other@example.org")), (0, 1, 1));
    assert_eq!(journal_of_mairie(&app, &parcel(1).id).await.len(), 1);
}

async fn the_reporter_is_told_and_can_stop_it(app: TestApp) {
    let app = app.with_city().await;
    let mut body = swing();
    body["mail"] = json!("parent@example.org");
    app.report(&parcel(1), &body).await;
    app.run_jobs().await;
    let mails = app.mails();
    let mail = mails.iter().find(|mail| mail.is_to("parent@example.org")).expect("a mail to the reporter");
    let key = parcel(1).key;
    let link = format!("https://vigie.example.org/demandes/{}#{}", parcel(1).id, key.reveal());
    assert!(mail.text().contains(&link), "{}", mail.text());
    assert!(
        mails
            .iter()
            .filter(|mail| !mail.is_to("parent@example.org"))
            .all(|mail| !mail.text().contains(key.reveal()))
    );
    let path = format!("/api/v1/reports/{}", parcel(1).id);
    let mine = async || {
        app.get(&path).bearer_auth(key.reveal()).send().await.unwrap().json::<Value>().await.unwrap()
    };
    assert_eq!(mine().await["mine"]["has_mail"], true);
    for _ in 0..2 {
        let forget = app.client.delete(format!("{}{path}/contact", app.url)).bearer_auth(key.reveal());
        assert_eq!(forget.send().await.unwrap().status(), 204);
    }
    assert_eq!(mine().await["mine"]["has_mail"], false);
}

async fn no_address_ever_shows(app: TestApp) {
    let app = app.with_city().await;
    let mut body = swing();
    body["mail"] = json!("parent@example.org");
    app.report(&parcel(1), &body).await;
    app.run_jobs().await;
    for path in [
        format!("/api/v1/reports/{}", parcel(1).id),
        format!("/demandes/{}", parcel(1).id),
        "/api/v1/places".into(),
    ] {
        let text = app.get(&path).send().await.unwrap().text().await.unwrap();
        assert!(!text.contains("@example.org"), "{path}: {text}");
    }
}
