//! Mails leaving: in memory for what they say, by a real SMTP conversation for how they leave.

use crate::app::{TestApp, parcel, swing};
use crate::both_engines;
use serde_json::{Value, json};
use shared::instant::{DAY, HOUR};
use testkit::mail_trap::{Behaviour, MailTrap};

both_engines!(
    the_direction_and_the_mairie_get_one_mail_each_with_everything,
    the_reporter_is_told_and_can_stop_it,
    no_address_ever_shows,
);

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
async fn a_mail_refused_for_good_is_set_aside_for_the_doctor() {
    let trap = MailTrap::start();
    let app = TestApp::with_smtp(&trap.url()).await.with_city().await;
    trap.behave(Behaviour::RefuseRecipient("mairie@example.org".into()));
    app.report(&parcel(1), &swing()).await;
    app.run_jobs().await;
    app.app.clock.advance(DAY);
    app.run_jobs().await;
    assert_eq!(app.jobs().await, (0, 1));
    assert_eq!(trap.mails().len(), 1);
    let (findings, _) = vigie::doctor::examine(&app.config).await.unwrap();
    assert!(findings.contains("1 set aside"), "{findings}");
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
