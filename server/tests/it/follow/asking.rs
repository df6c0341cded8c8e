//! The question: by which way it comes, and when it does not.

use super::{at, heard, owned};
use crate::app::{TestApp, parcel, problem, swing};
use crate::both_engines;
use crate::push::{subscribed, told};
use crate::reports::receipt;
use serde_json::{Value, json};
use shared::ids::Key;
use shared::instant::{DAY, HOUR, Instant};
use shared::reports::status::Status;
use testkit::mail_trap::{Behaviour, MailTrap};
use testkit::push_service::PushService;
use vigie::rooms::follow;
use vigie::rooms::reports::merging::merge;
use vigie::rooms::reports::{Change, change_status};

both_engines!(
    a_question_comes_by_push_else_by_mail_else_as_a_card,
    an_answer_ends_the_question_and_a_day_has_one_line,
    who_says_nothing_is_asked_once_more,
    nobody_is_asked_at_night_nor_in_holidays_that_were_not_known,
    what_is_closed_merged_or_refused_is_not_asked_about,
    a_private_report_is_asked_about_without_a_word,
    who_only_follows_is_told_and_has_no_answer_to_give,
    the_doctor_says_how_many_wait_and_whether_any_is_late,
    who_unsubscribes_while_a_reminder_is_sent_gets_none,
);

/// Moves the clock to that instant.
pub fn go_to(app: &TestApp, text: &str) {
    let ahead = at(text) - app.app.clock.now().0;
    assert!(ahead >= 0, "{text} is over");
    app.app.clock.advance(ahead);
}

/// A report by parcel 1, asked about on 22 September at 17 h in Paris; its mails have left.
async fn reported(app: TestApp, mail: Option<&str>) -> TestApp {
    let app = app.with_city().await;
    let mut body = swing();
    body["mail"] = json!(mail);
    receipt(&app, &parcel(1), &body).await;
    app.run_jobs().await;
    app
}

fn asked(page: &Value) -> Vec<Value> {
    let entries = page["journal"].as_array().unwrap().iter().map(|entry| entry["event"].clone());
    entries.filter(|event| event["event"] == "asked").collect()
}

async fn a_question_comes_by_push_else_by_mail_else_as_a_card(app: TestApp) {
    let service = PushService::start();
    let app = reported(app, Some("parent@example.org")).await;
    for seed in [2, 3] {
        app.support(&parcel(seed), parcel(1).id.as_str()).await;
    }
    let phone = subscribed(&app, &service, 102, &[2]).await;
    let before = app.mails().len();
    go_to(&app, "2026-09-22T14:59:59Z");
    assert_eq!(app.run_jobs().await, 0, "a second before the hour");
    go_to(&app, "2026-09-22T15:00:00Z");
    app.run_jobs().await;
    // Parcel 2 by push, with its two answers.
    let [shown] = &told(&service, &phone)[..] else { panic!("one question") };
    assert_eq!(shown["title"], "Jeu cassé");
    assert_eq!(shown["body"], "Est-ce réglé\u{202f}?\nÉcole maternelle les Goélands");
    let page = format!("https://vigie.example.org/demandes/{}", parcel(1).id);
    assert_eq!(
        shown["actions"],
        json!([
            { "action": "fixed", "title": "Réglé", "navigate": format!("{page}?wish=fixed") },
            { "action": "remind", "title": "Relancer", "navigate": format!("{page}?wish=relance") },
        ])
    );
    assert_eq!(shown["data"], json!({ "report": parcel(1).id }));
    assert!(!shown.to_string().contains(parcel(2).key.reveal()), "secrets stay on the phone");
    // Parcel 1 by mail.
    let mails = app.mails();
    let [mail] = &mails[before..] else { panic!("one mail") };
    assert!(mail.is_to("parent@example.org"));
    assert_eq!(mail.subject(), "Est-ce réglé\u{202f}? Jeu cassé (n°\u{a0}1001)");
    for words in ["Signalé il y a 15 jours", "École maternelle les Goélands"] {
        assert!(mail.text().contains(words) && mail.html().contains(words), "{words}: {}", mail.text());
    }
    let key = parcel(1).key;
    for link in ["", "?wish=fixed", "?wish=relance"] {
        let link = format!("{page}{link}#{}", key.reveal());
        assert!(mail.text().contains(&link) && mail.links().contains(&link), "{link}: {}", mail.text());
    }
    assert_eq!(mail.header("List-Unsubscribe-Post").as_deref(), Some("List-Unsubscribe=One-Click"));
    let received = mails.iter().find(|mail| mail.subject().starts_with("Reçu")).unwrap();
    assert_eq!(mail.header("References"), received.header("References"), "one thread");
    // Parcel 3 sees it on the page.
    for seed in 1..4 {
        let mine = owned(&app, &parcel(1), &parcel(seed)).await["mine"]["follow"].clone();
        assert_eq!(mine["asked_at"], at("2026-09-22T15:00:00Z"), "{seed}");
        assert_eq!(mine["ask_at"], at("2026-10-07T15:00:00Z"), "{seed}: once more, if they say nothing");
    }
    assert_eq!(asked(&app.page(&parcel(1).id).await), [json!({ "event": "asked", "people": 3 })]);
}

async fn an_answer_ends_the_question_and_a_day_has_one_line(app: TestApp) {
    let app = reported(app, None).await;
    app.support(&parcel(3), parcel(1).id.as_str()).await;
    go_to(&app, "2026-09-22T15:00:00Z");
    app.run_jobs().await;
    // An answer ends the question.
    heard(&app, 11, 3, json!("not_yet")).await;
    let mine = owned(&app, &parcel(1), &parcel(3)).await["mine"]["follow"].clone();
    assert_eq!((mine.get("asked_at"), &mine["ask_at"]), (None, &json!(at("2026-10-07T15:00:00Z"))));
    // Somebody who is asked later on the same day is no second line.
    let day = at("2026-09-22T15:00:00Z") / DAY;
    let mut late = parcel(4);
    late.key = Key::from_bytes([4; 16]);
    app.support(&late, parcel(1).id.as_str()).await;
    let mut tx = app.app.db.write().await.unwrap();
    let due = Instant(day * DAY + 16 * HOUR);
    follow::store::replan(&mut tx, &late.id, Some(due)).await.unwrap();
    follow::ask::alarm(&mut tx, due, app.app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    go_to(&app, "2026-09-22T16:00:00Z");
    app.run_jobs().await;
    assert!(owned(&app, &parcel(1), &late).await["mine"]["follow"]["asked_at"].is_i64());
    assert_eq!(asked(&app.page(&parcel(1).id).await).len(), 1);
}

async fn who_says_nothing_is_asked_once_more(app: TestApp) {
    let app = reported(app, Some("parent@example.org")).await;
    let before = app.mails().len();
    for (hour, mails) in [
        ("2026-09-22T15:00:00Z", 1),
        ("2026-10-07T15:00:00Z", 2),
        ("2026-10-22T15:00:00Z", 2),
        ("2027-02-01T15:00:00Z", 2),
    ] {
        go_to(&app, hour);
        app.run_jobs().await;
        assert_eq!(app.mails().len() - before, mails, "{hour}");
    }
    let page = owned(&app, &parcel(1), &parcel(1)).await;
    assert_eq!(page["mine"]["follow"].get("ask_at"), None);
    assert!(page["mine"]["follow"]["asked_at"].is_i64(), "the card stays");
    assert_eq!(asked(&page).len(), 2);
    let html = app.get(&format!("/demandes/{}", parcel(1).id)).send().await.unwrap().text().await.unwrap();
    assert!(html.contains("demandé 2 fois, dernière fois le 7 octobre 2026"), "one line for both: {html}");
    assert_eq!(
        html.matches(
            "« Est-ce réglé ? »".replace("« ", "«\u{a0}").replace(" ? »", "\u{202f}?\u{a0}»").as_str()
        )
        .count(),
        1
    );
}

async fn nobody_is_asked_at_night_nor_in_holidays_that_were_not_known(app: TestApp) {
    let app = reported(app, Some("parent@example.org")).await;
    let before = app.mails().len();
    // The server was down until two in the morning.
    go_to(&app, "2026-09-23T00:00:00Z");
    app.run_jobs().await;
    assert_eq!(app.mails().len(), before);
    go_to(&app, "2026-09-23T05:00:00Z");
    app.run_jobs().await;
    assert_eq!(app.mails().len(), before + 1);
    // Holidays that the day chosen did not know: planned by an earlier calendar.
    let mut tx = app.app.db.write().await.unwrap();
    let due = Instant(at("2026-10-20T15:00:00Z"));
    follow::store::replan(&mut tx, &parcel(1).id, Some(due)).await.unwrap();
    follow::ask::alarm(&mut tx, due, app.app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    go_to(&app, "2026-10-20T15:00:00Z");
    app.run_jobs().await;
    assert_eq!(app.mails().len(), before + 1);
    let page = owned(&app, &parcel(1), &parcel(1)).await;
    assert_eq!(page["mine"]["follow"]["ask_at"], at("2026-11-02T16:00:00Z"), "winter time by then");
}

async fn what_is_closed_merged_or_refused_is_not_asked_about(app: TestApp) {
    let app = reported(app, Some("parent@example.org")).await;
    let other = |seeds: &[u8], mail: &str| {
        let mut body = swing();
        body["unlike"] = json!(seeds.iter().map(|seed| parcel(*seed).id).collect::<Vec<_>>());
        body["mail"] = json!(mail);
        body
    };
    receipt(&app, &parcel(2), &other(&[1], "refused@example.org")).await;
    receipt(&app, &parcel(3), &other(&[1, 2], "done@example.org")).await;
    receipt(&app, &parcel(4), &other(&[1, 2, 3], "joined@example.org")).await;
    app.run_jobs().await;
    change_status(&app.app, 1002, Change { to: Status::Refused, reason: Some("Autre chose.".into()) })
        .await
        .unwrap();
    change_status(&app.app, 1003, Change { to: Status::Done, reason: None }).await.unwrap();
    merge(&app.app, 1004, 1001).await.unwrap();
    let before = app.mails().len();
    go_to(&app, "2026-09-22T15:00:00Z");
    app.run_jobs().await;
    let mails = app.mails();
    let mut to: Vec<_> = mails[before..].iter().flat_map(|mail| mail.to.clone()).collect();
    to.sort();
    assert_eq!(to, ["joined@example.org", "parent@example.org"]);
    let joined = mails[before..].iter().find(|mail| mail.is_to("joined@example.org")).unwrap();
    assert!(joined.subject().contains("1001"), "about what it is part of: {}", joined.subject());
    assert_eq!(asked(&app.page(&parcel(1).id).await), [json!({ "event": "asked", "people": 2 })]);
    // Closed between the question and its mail.
    app.app.clock.advance(15 * DAY);
    change_status(&app.app, 1001, Change { to: Status::Done, reason: None }).await.unwrap();
    let before = app.mails().len();
    app.run_jobs().await;
    assert_eq!(app.mails().len(), before);
}

async fn who_only_follows_is_told_and_has_no_answer_to_give(app: TestApp) {
    let service = PushService::start();
    let app = reported(app, None).await;
    heard(&app, 11, 11, json!({ "ask": { "in": 7 } })).await;
    let phone = subscribed(&app, &service, 111, &[11]).await;
    go_to(&app, "2026-09-14T15:00:00Z");
    app.run_jobs().await;
    let [shown] = &told(&service, &phone)[..] else { panic!("one message") };
    assert_eq!(shown["body"], "Pas encore réglé.\nÉcole maternelle les Goélands");
    assert_eq!((shown.get("actions"), shown.get("data")), (None, None));
    assert!(asked(&app.page(&parcel(1).id).await).is_empty(), "the journal counts those who wait");
    // News reach them as well.
    change_status(&app.app, 1001, Change { to: Status::Done, reason: None }).await.unwrap();
    app.run_jobs().await;
    assert_eq!(told(&service, &phone).len(), 2);
}

async fn a_private_report_is_asked_about_without_a_word(app: TestApp) {
    let service = PushService::start();
    let app = app.with_city().await;
    let mut body = swing();
    body["category"] = json!("securite-violence");
    body["photos"] = json!([app.photo(&testkit::photo::tiny().bytes).await]);
    receipt(&app, &parcel(1), &body).await;
    app.run_jobs().await;
    let phone = subscribed(&app, &service, 101, &[1]).await;
    go_to(&app, "2026-09-14T15:00:00Z");
    app.run_jobs().await;
    let [shown] = &told(&service, &phone)[..] else { panic!("one question") };
    assert_eq!(shown["title"], "Signalement n°\u{a0}1001");
    assert!(!shown.to_string().contains("chaîne") && !shown.to_string().contains("/photos/"), "{shown}");
    assert_eq!(
        problem(app.get(&format!("/api/v1/reports/{}", parcel(1).id)).send().await.unwrap()).await.1,
        "not_public"
    );
}

async fn the_doctor_says_how_many_wait_and_whether_any_is_late(app: TestApp) {
    let app = reported(app, None).await;
    let examined = async || follow::examine(&app.app).await.unwrap();
    assert_eq!(examined().await, ("people who wait to be asked: 1".to_owned(), vec![]));
    for (hour, late) in [
        ("2026-09-22T15:30:00Z", vec![]),
        (
            "2026-09-22T18:00:00Z",
            vec!["people who should have been asked: 1, the first 3 h ago: is Vigie serving?"],
        ),
        // At night nobody is late.
        ("2026-09-23T01:00:00Z", vec![]),
    ] {
        go_to(&app, hour);
        assert_eq!(examined().await.1, late, "{hour}");
    }
    go_to(&app, "2027-08-01T10:00:00Z");
    app.run_jobs().await;
    let advice = examined().await.1.concat();
    assert!(advice.contains("the school calendar ends on 2027-09-01"), "{advice}");
    go_to(&app, "2027-09-01T15:00:00Z");
    app.run_jobs().await;
}

async fn who_unsubscribes_while_a_reminder_is_sent_gets_none(app: TestApp) {
    let app = reported(app, Some("parent@example.org")).await;
    let before = app.mails();
    let url = before.iter().find_map(|mail| mail.header("List-Unsubscribe")).unwrap();
    let path = url.trim_matches(['<', '>']).strip_prefix("https://vigie.example.org").unwrap().to_owned();
    go_to(&app, "2026-09-22T15:00:00Z");
    // The question is put, its mail is in the queue.
    let mut tx = app.app.db.write().await.unwrap();
    let job = vigie::jobs::store::claim(&mut tx, None, app.app.clock.now()).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    vigie::rooms::run_job(&app.app, &job).await.unwrap();
    assert!(owned(&app, &parcel(1), &parcel(1)).await["mine"]["follow"]["asked_at"].is_i64());
    assert_eq!(app.client.post(format!("{}{path}", app.url)).send().await.unwrap().status(), 200);
    assert_eq!(app.run_jobs().await, 1);
    assert_eq!(app.mails().len(), before.len());
    assert_eq!(app.jobs().await, (0, 0), "nothing failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_recipient_keeps_nothing_from_the_others() {
    for postgres in [false, true] {
        let trap = MailTrap::start();
        trap.behave(Behaviour::RefuseRecipient("gone@example.org".into()));
        let set = |config: &mut vigie::config::Config| config.smtp_url = Some(trap.url());
        let app = if postgres { TestApp::postgres_with(set).await } else { TestApp::with(set).await };
        let app = reported(app, Some("gone@example.org")).await;
        let mut joined = swing();
        joined["mail"] = json!("parent@example.org");
        receipt(&app, &parcel(2), &joined).await;
        app.run_jobs().await;
        go_to(&app, "2026-09-22T15:00:00Z");
        app.run_jobs().await;
        let asked = trap.mails().into_iter().filter(|mail| mail.subject().starts_with("Est-ce"));
        assert_eq!(asked.flat_map(|mail| mail.to).collect::<Vec<_>>(), ["parent@example.org"]);
        assert_eq!(app.jobs().await, (0, 2), "what was refused for good is set aside, for the doctor");
    }
}
