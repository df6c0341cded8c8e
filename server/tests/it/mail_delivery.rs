//! How mails leave: real SMTP conversations with a server that is down, refuses, hangs, cuts, asks for TLS and a login.

use crate::app::{TestApp, parcel, swing};
use crate::mail::{journal_of_mairie, mairie_at};
use serde_json::json;
use shared::instant::{DAY, HOUR};
use std::path::Path;
use testkit::dkim;
use testkit::mail::Mail;
use testkit::mail_trap::{Behaviour, MailTrap, Tls};
use vigie::edges::mail::Mailer;
use vigie::jobs::command;
use vigie::mail::dkim::Signer;

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
    for postgres in [false, true] {
        let trap = MailTrap::start();
        let set = |config: &mut vigie::config::Config| config.smtp_url = Some(trap.url());
        let app = if postgres { TestApp::postgres_with(set).await } else { TestApp::with(set).await };
        one_refused_of_three(&trap, &app.with_city().await).await;
    }
}

async fn one_refused_of_three(trap: &MailTrap, app: &TestApp) {
    mairie_at(app, &["a@example.org", "gone@example.org", "z@example.org"]).await;
    trap.behave(Behaviour::RefuseRecipient("gone@example.org".into()));
    app.report(&parcel(1), &swing()).await;
    for _ in 0..3 {
        app.run_jobs().await;
        app.app.clock.advance(DAY);
    }
    assert_eq!(trap.mails().len(), 3, "each of the others once");
    let events = journal_of_mairie(app, &parcel(1).id).await;
    assert_eq!(events.len(), 1, "one line for the desk: {events:?}");
    assert_eq!(events[0]["event"], "notice_sent");
    assert_eq!(events[0]["why"], json!({ "category": "cour-jeux" }));
    // Set aside, seen, mended, sent again.
    assert_eq!(app.jobs().await, (0, 1));
    let (findings, _) = vigie::doctor::examine(&app.config).await.unwrap();
    for finding in [
        "1 set aside: report.mail_desk, SMTP 550, the oldest ",
        "1 mails refused by a mailbox of mairie@city:99901 (SMTP 550)",
    ] {
        assert!(findings.contains(finding), "{findings}");
    }
    let listed = command::list(&app.app).await.unwrap();
    let said = format!("report.mail_desk {}  SMTP 550  1 attempts  set aside 3 days ago", parcel(1).id);
    assert!(listed.contains(&said), "{listed}");
    assert!(!findings.contains("@example.org") && !listed.contains("@example.org"));
    assert!(command::retry(&app.app, None, false).await.is_err());
    assert!(command::retry(&app.app, Some("nonsense"), false).await.is_err());
    let id = listed.split_whitespace().next().unwrap();
    command::retry(&app.app, Some(id), false).await.unwrap();
    app.run_jobs().await;
    assert_eq!(app.jobs().await, (0, 1), "refused again");
    mairie_at(app, &["a@example.org", "right@example.org", "z@example.org"]).await;
    command::retry(&app.app, None, true).await.unwrap();
    app.run_jobs().await;
    assert_eq!((app.jobs().await, trap.mails().len()), ((0, 0), 4));
    assert_eq!(trap.mails_to("right@example.org").len(), 1);
    assert_eq!(journal_of_mairie(app, &parcel(1).id).await.len(), 1);
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
    assert_eq!(journal_of_mairie(&app, &parcel(1).id).await, std::slice::from_ref(&refused));
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

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_for_nothing_stops_the_start() {
    let trap = MailTrap::guarded(Tls::Implicit, None);
    let patience = std::time::Duration::from_secs(2);
    let start = |url: &str, ca: &Path| match Mailer::smtp(url, Some(ca), patience) {
        Ok(_) => panic!("{url} starts"),
        Err(error) => format!("{error:#}"),
    };
    let ca = trap.ca().unwrap();
    let refused = start("smtp://127.0.0.1:25", &ca);
    assert!(refused.starts_with("VIGIE_SMTP_CA: VIGIE_SMTP_URL asks for no TLS"), "{refused}");
    let refused = start("smtps://127.0.0.1", Path::new("no-such-file.pem"));
    assert!(refused.starts_with("VIGIE_SMTP_CA: cannot read no-such-file.pem"), "{refused}");
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
