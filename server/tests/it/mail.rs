//! Mails leaving: in memory for what they say, by a real SMTP conversation for how they leave.

use crate::app::{TestApp, parcel, swing};
use crate::both_engines;
use serde_json::{Value, json};
use shared::ids::ParcelId;
use shared::instant::{DAY, HOUR};
use std::path::Path;
use testkit::dkim;
use testkit::mail::Mail;
use testkit::mail_trap::{Behaviour, MailTrap, Tls};
use vigie::jobs::command;
use vigie::mail::dkim::Signer;
use vigie::rooms::routing::file;

both_engines!(
    the_direction_and_the_mairie_get_one_mail_each_with_everything,
    the_reporter_is_told_and_can_stop_it,
    no_address_ever_shows,
    a_letter_is_what_big_receivers_take_and_what_people_read,
    a_photo_in_a_letter_is_light,
    one_press_or_a_mail_program_stops_the_mails_and_a_look_does_not,
    a_mailbox_closed_while_its_mail_waits_leads_to_the_one_that_is_open,
);

/// The fixture's mairie, at these addresses.
async fn mairie_at(app: &TestApp, addresses: &[&str]) {
    let mailboxes: String = addresses.iter().map(|mail| format!("{{ mail = \"{mail}\" }},")).collect();
    let text = format!("[[desk]]\nfunction = \"mairie\"\nzone = \"city:99901\"\nmailboxes = [{mailboxes}]\n");
    let path = app.folder.path().join("mairie.toml");
    std::fs::write(&path, text).unwrap();
    file::import(&app.app, &path, false).await.unwrap();
}

/// What the journal of a report says of the mairie.
async fn journal_of_mairie(app: &TestApp, id: &ParcelId) -> Vec<Value> {
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
    assert_eq!(app.mails_left().await, 2);
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
    app.report(&parcel(2), &body).await;
    app.run_jobs().await;
    let mails = app.mails();
    assert_eq!(mails.len(), 6);
    for mail in &mails {
        assert_eq!(mail.to.len(), 1, "nobody reads who else was written to");
        assert_eq!(mail.header("Auto-Submitted").as_deref(), Some("auto-generated"));
        let thread = mail.header("References").unwrap();
        assert_eq!(mail.header("In-Reply-To").unwrap(), thread);
        assert!(thread.starts_with('<') && thread.ends_with("@vigie.example.org>"), "{thread}");
        assert!(mail.raw.split(|byte| *byte == b'\n').all(|line| line.len() < 200), "short lines");
        let html = mail.html();
        assert!(html.contains("prefers-color-scheme: dark") && html.contains("max-width:560px"), "{html}");
        assert!(
            !html.contains("src=\"http") && !html.contains("@import") && !html.contains("url("),
            "{html}"
        );
        assert!(mail.text().lines().all(|line| !line.contains('<')), "{}", mail.text());
        let is_reporters = mail.is_to("parent@example.org");
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

async fn a_mailbox_closed_while_its_mail_waits_leads_to_the_one_that_is_open(app: TestApp) {
    let app = app.with_city().await;
    mairie_at(&app, &["old@example.org", "other@example.org"]).await;
    app.report(&parcel(1), &swing()).await;
    // The notices are opened, their mails are in another worker's hands.
    let mut tx = app.app.db.write().await.unwrap();
    while let Some(job) = vigie::jobs::store::claim(&mut tx, app.app.clock.now()).await.unwrap() {
        if job.kind == vigie::rooms::reports::jobs::TELL_DESK {
            tx.commit().await.unwrap();
            vigie::rooms::run_job(&app.app, &job).await.unwrap();
            tx = app.app.db.write().await.unwrap();
        }
    }
    tx.commit().await.unwrap();
    mairie_at(&app, &["new@example.org", "other@example.org"]).await;
    app.app.clock.advance(HOUR);
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

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_down_for_a_day_loses_nothing() {
    let trap = MailTrap::start();
    trap.stop_listening().await;
    let app = TestApp::with_smtp(&trap.url()).await.with_city().await;
    app.report(&parcel(1), &swing()).await;
    for _ in 0..24 {
        app.run_jobs().await;
        app.app.clock.advance(HOUR);
    }
    assert_eq!(app.page(&parcel(1).id).await["brief"]["status"], "new");
    trap.listen_again();
    app.app.clock.advance(4 * HOUR);
    app.run_jobs().await;
    assert_eq!(trap.wait_for(2).await.len(), 2);
    assert_eq!(app.jobs().await, (0, 0));
    assert_eq!(app.page(&parcel(1).id).await["brief"]["status"], "sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_cut_after_the_mail_doubles_it_recognisably() {
    let trap = MailTrap::start();
    let app = TestApp::with_smtp(&trap.url()).await.with_city().await;
    trap.behave(Behaviour::DropAfterData);
    app.report(&parcel(1), &swing()).await;
    app.run_jobs().await;
    trap.behave(Behaviour::Accept);
    app.app.clock.advance(HOUR);
    app.run_jobs().await;
    let mails = trap.mails_to("mairie@example.org");
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].message_id(), mails[1].message_id());
    let page = app.page(&parcel(1).id).await;
    let sent =
        page["journal"].as_array().unwrap().iter().filter(|entry| entry["event"]["event"] == "notice_sent");
    assert_eq!(sent.count(), 2, "each desk is recorded once: {page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_recipient_refused_of_three_keeps_nothing_from_the_others() {
    let trap = MailTrap::start();
    let app = TestApp::with_smtp(&trap.url()).await.with_city().await;
    mairie_at(&app, &["a@example.org", "gone@example.org", "z@example.org"]).await;
    trap.behave(Behaviour::RefuseRecipient("gone@example.org".into()));
    app.report(&parcel(1), &swing()).await;
    for _ in 0..3 {
        app.run_jobs().await;
        app.app.clock.advance(DAY);
    }
    assert_eq!(trap.mails().len(), 3, "each of the others once");
    let events = journal_of_mairie(&app, &parcel(1).id).await;
    assert_eq!(events.len(), 1, "one line for the desk: {events:?}");
    assert_eq!(events[0]["event"], "notice_sent");
    assert_eq!(events[0]["why"], json!({ "category": "cour-jeux" }));
    // Set aside, seen, mended, sent again.
    assert_eq!(app.jobs().await, (0, 1));
    let (findings, _) = vigie::doctor::examine(&app.config).await.unwrap();
    for finding in [
        "1 set aside: report.mail_desk, SMTP 550, the oldest ",
        "a mailbox of mairie@city:99901 refused 1 mails (SMTP 550)",
    ] {
        assert!(findings.contains(finding), "{findings}");
    }
    let listed = command::list(&app.app).await.unwrap();
    assert!(listed.contains("report.mail_desk  SMTP 550  1 attempts  set aside 3 days ago"), "{listed}");
    assert!(!findings.contains("@example.org") && !listed.contains("@example.org"));
    assert!(command::retry(&app.app, None, false).await.is_err());
    assert!(command::retry(&app.app, Some("nonsense"), false).await.is_err());
    let id = listed.split_whitespace().next().unwrap();
    command::retry(&app.app, Some(id), false).await.unwrap();
    app.run_jobs().await;
    assert_eq!(app.jobs().await, (0, 1), "refused again");
    mairie_at(&app, &["a@example.org", "right@example.org", "z@example.org"]).await;
    command::retry(&app.app, None, true).await.unwrap();
    app.run_jobs().await;
    assert_eq!((app.jobs().await, trap.mails().len()), ((0, 0), 4));
    assert_eq!(trap.mails_to("right@example.org").len(), 1);
    assert_eq!(journal_of_mairie(&app, &parcel(1).id).await.len(), 1);
    assert_eq!(command::list(&app.app).await.unwrap(), "no job failed\n");
    let (findings, _) = vigie::doctor::examine(&app.config).await.unwrap();
    assert!(!findings.contains("refused"), "{findings}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_refuses_everything_is_said_to_in_public() {
    let trap = MailTrap::start();
    let app = TestApp::with_smtp(&trap.url()).await.with_city().await;
    trap.behave(Behaviour::RefuseRecipient("mairie@example.org".into()));
    app.report(&parcel(1), &swing()).await;
    app.run_jobs().await;
    let refused = json!({ "event": "no_mailbox", "function": "mairie", "refused": true });
    assert_eq!(journal_of_mairie(&app, &parcel(1).id).await, [refused.clone()]);
    let page = app.get(&format!("/demandes/{}", parcel(1).id)).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("son adresse refuse nos messages"), "{page}");
    command::retry(&app.app, None, true).await.unwrap();
    app.run_jobs().await;
    assert_eq!(journal_of_mairie(&app, &parcel(1).id).await, [refused], "said once");
    trap.behave(Behaviour::Accept);
    command::retry(&app.app, None, true).await.unwrap();
    app.run_jobs().await;
    let events = journal_of_mairie(&app, &parcel(1).id).await;
    assert_eq!(events.last().unwrap()["event"], "notice_sent");
    assert_eq!((app.jobs().await, trap.mails().len()), ((0, 0), 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_temporary_refusal_is_tried_again_and_keeps_nothing_from_the_others() {
    let trap = MailTrap::start();
    let app = TestApp::with_smtp(&trap.url()).await.with_city().await;
    mairie_at(&app, &["a@example.org", "full@example.org"]).await;
    trap.behave(Behaviour::RefuseRecipientForNow("full@example.org".into()));
    app.report(&parcel(1), &swing()).await;
    for _ in 0..5 {
        app.run_jobs().await;
        app.app.clock.advance(HOUR);
    }
    assert_eq!((trap.mails().len(), app.jobs().await), (2, (1, 0)));
    let listed = command::list(&app.app).await.unwrap();
    assert!(listed.contains("SMTP 451  5 attempts  again in "), "{listed}");
    trap.behave(Behaviour::Accept);
    app.app.clock.advance(4 * HOUR);
    app.run_jobs().await;
    assert_eq!(
        (trap.mails_to("full@example.org").len(), trap.mails().len(), app.jobs().await),
        (1, 3, (0, 0))
    );
    assert_eq!(journal_of_mairie(&app, &parcel(1).id).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_leave_under_tls_with_a_login() {
    for tls in [Tls::StartTls, Tls::Implicit] {
        let trap = MailTrap::guarded(tls, Some(("vigie", "s3cret")));
        let app = guarded(&trap, "vigie:s3cret@", true).await;
        app.report(&parcel(1), &swing()).await;
        app.run_jobs().await;
        assert_eq!((trap.mails().len(), app.jobs().await), (2, (0, 0)), "{tls:?}");
        app.app.mailer.check().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_our_account_keeps_mails_waiting_and_loses_none() {
    for (tls, login, trusted, reason) in [
        (Tls::StartTls, "vigie:wrong@", true, "SMTP 535"),
        (Tls::Implicit, "", true, "SMTP 530"),
        (Tls::StartTls, "vigie:s3cret@", false, "SMTP TLS"),
        (Tls::Implicit, "vigie:s3cret@", false, "SMTP TLS"),
    ] {
        let trap = MailTrap::guarded(tls, Some(("vigie", "s3cret")));
        let app = guarded(&trap, login, trusted).await;
        app.report(&parcel(1), &swing()).await;
        app.run_jobs().await;
        assert_eq!((trap.mails().len(), app.jobs().await), (0, (2, 0)), "{login}");
        let listed = command::list(&app.app).await.unwrap();
        assert!(listed.contains(reason), "{reason}: {listed}");
    }
}

async fn guarded(trap: &MailTrap, login: &str, trusted: bool) -> TestApp {
    let set = |config: &mut vigie::config::Config| {
        config.smtp_url = Some(trap.url_as(login));
        config.smtp_ca = trap.ca().filter(|_| trusted);
    };
    TestApp::with(set).await.with_city().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_holds_for_whoever_verifies_it() {
    let key = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/dkim-throw-away.pem");
    let signer = Signer::read(Path::new(key), "vigie", "example.org").unwrap();
    let record = signer.record.clone();
    let trap = MailTrap::start();
    let set = |config: &mut vigie::config::Config| {
        config.smtp_url = Some(trap.url());
        config.dkim = Some(signer);
    };
    let app = TestApp::with(set).await.with_city().await;
    let mut body = swing();
    body["mail"] = json!("parent@example.org");
    body["description"] = json!("Trop  long : \u{e9}\u{e0} \n\n. Fin.  ");
    body["photos"] = json!([app.photo(&testkit::photo::without_exif().bytes).await]);
    app.report(&parcel(1), &body).await;
    app.run_jobs().await;
    let mails = trap.wait_for(3).await;
    for mail in &mails {
        let signed = dkim::verify(mail, &record).unwrap();
        assert_eq!(signed.key_name, "vigie._domainkey.example.org");
        for header in
            ["from", "to", "subject", "date", "message-id", "list-unsubscribe", "list-unsubscribe-post"]
        {
            assert!(signed.headers.iter().any(|signed| signed == header), "{header}");
        }
    }
    let altered = |from: &str, to: &str| {
        let text = String::from_utf8(mails[0].raw.clone()).unwrap();
        assert!(text.contains(from), "{text}");
        Mail { raw: text.replacen(from, to, 1).into_bytes(), ..mails[0].clone() }
    };
    for (from, to) in [
        ("Subject: ", "Subject: Re: "),
        ("Content-Type: text/html", "Content-Type: text/plain"),
        ("From: Vigie", "List-Unsubscribe: <https://evil.example.org>\r\nFrom: Evil"),
    ] {
        assert!(dkim::verify(&altered(from, to), &record).is_err(), "{from}");
    }
    let (findings, _) = vigie::doctor::examine(&app.config).await.unwrap();
    assert!(findings.contains("TXT vigie._domainkey.example.org “v=DKIM1; k=rsa; p=MI"), "{findings}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_says_nothing_holds_nothing() {
    let trap = MailTrap::start();
    let app = TestApp::with_smtp(&trap.url()).await.with_city().await;
    trap.behave(Behaviour::Hang);
    app.report(&parcel(1), &swing()).await;
    let (_, answer) = tokio::join!(app.run_jobs(), app.get("/healthz").send());
    assert_eq!(answer.unwrap().status(), 200);
    trap.behave(Behaviour::Accept);
    app.app.clock.advance(HOUR);
    app.run_jobs().await;
    assert_eq!(trap.wait_for(2).await.len(), 2);
}
