//! Relances: one mail per desk and week, the facts in it, and who hears when nobody answers.

use super::{events, heard, wish};
use crate::app::{MORNING, TestApp, parcel, swing};
use crate::both_engines;
use crate::mail::mairie_at;
use crate::reports::receipt;
use serde_json::{Value, json};
use shared::instant::{DAY, HOUR, Instant};
use shared::relance::GRACE;
use shared::reports::status::Status;
use testkit::mail::Mail;
use vigie::rooms::reports::{Change, change_status};

both_engines!(
    a_hundred_parents_in_one_week_are_one_mail_per_desk,
    a_relance_says_the_facts_in_the_thread_of_the_first_message,
    silence_widens_the_circle_and_an_answer_closes_it_again,
    a_relance_of_what_is_closed_meanwhile_does_not_leave,
    each_mailbox_hears_each_relance_once,
    those_who_were_told_have_three_days_before_the_first_relance,
    what_is_immediate_is_not_waited_for,
    where_nobody_was_told_the_days_count_from_the_report,
);

/// When the first relance of a report of this morning may leave.
const FIRST: Instant = Instant(MORNING.0 + GRACE);

/// A report by parcel 1, its mails gone, and the days over in which no relance leaves.
async fn reported(app: TestApp) -> TestApp {
    let app = told_of(app, swing()).await;
    app.app.clock.advance(GRACE);
    app
}

/// That report by parcel 1, its mails gone.
async fn told_of(app: TestApp, report: Value) -> TestApp {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &report).await;
    app.run_jobs().await;
    app
}

fn relances(mails: &[Mail]) -> Vec<&Mail> {
    mails.iter().filter(|mail| mail.subject().starts_with("Re:")).collect()
}

fn to<'a>(mails: &[&'a Mail], address: &str) -> Vec<&'a Mail> {
    mails.iter().filter(|mail| mail.is_to(address)).copied().collect()
}

/// The journal's lines about relances.
fn lines(page: &Value) -> Vec<Value> {
    let entries = page["journal"].as_array().unwrap().iter().map(|entry| entry["event"].clone());
    entries.filter(|event| event["event"] == "relance").collect()
}

async fn a_hundred_parents_in_one_week_are_one_mail_per_desk(app: TestApp) {
    let app = reported(app).await;
    for seed in 2..101 {
        app.support(&parcel(seed), parcel(1).id.as_str()).await;
    }
    heard(&app, 101, 1, json!("relance")).await;
    app.run_jobs().await;
    for owner in 1..101 {
        app.app.clock.advance(HOUR);
        heard(&app, 101 + owner, owner, json!("relance")).await;
        app.run_jobs().await;
    }
    assert_eq!(app.page(&parcel(1).id).await["relances"]["asked"], 100);
    app.app.clock.advance(FIRST.plus(7 * DAY).0 - app.app.clock.now().0 - 1);
    app.run_jobs().await;
    assert_eq!(relances(&app.mails()).len(), 2, "the first, to two desks");
    app.app.clock.advance(1);
    app.run_jobs().await;
    let page = app.page(&parcel(1).id).await;
    assert_eq!(
        lines(&page),
        [
            json!({ "event": "relance", "people": 1, "tone": "plain" }),
            json!({ "event": "relance", "people": 100, "tone": "firm" }),
        ]
    );
    let mails = app.mails();
    let all = relances(&mails);
    assert_eq!(all.len(), 4);
    assert_eq!(to(&all, "mairie@example.org").len(), 2);
    assert!(all[3].text().contains("100 personnes vous demandent des nouvelles"), "{}", all[3].text());
    assert_eq!(page["relances"], json!({ "sent": 2, "asked": 0, "next_at": FIRST.plus(14 * DAY).0 }));
    // Nobody asked since: the week passes in silence.
    app.app.clock.advance(7 * DAY);
    app.run_jobs().await;
    assert_eq!(relances(&app.mails()).len(), 4);
}

async fn a_relance_says_the_facts_in_the_thread_of_the_first_message(app: TestApp) {
    let app = app.with_city().await;
    let mut body = swing();
    body["photos"] = json!([app.photo(&testkit::photo::tiny().bytes).await]);
    receipt(&app, &parcel(1), &body).await;
    app.run_jobs().await;
    app.app.clock.advance(8 * DAY);
    heard(&app, 11, 1, json!("relance")).await;
    app.run_jobs().await;
    app.app.clock.advance(8 * DAY);
    let mut joined = swing();
    joined["photos"] = json!([app.photo(&testkit::photo::without_exif().bytes).await]);
    receipt(&app, &parcel(2), &joined).await;
    heard(&app, 12, 2, json!("relance")).await;
    app.run_jobs().await;
    let mails = app.mails();
    let all = relances(&mails);
    let both = to(&all, "mairie@example.org");
    let [first, second] = &both[..] else { panic!("two relances: {}", both.len()) };
    assert_eq!(second.subject(), "Re: Jeu cassé, École maternelle les Goélands (n°\u{a0}1001)");
    let original = mails.iter().find(|mail| mail.is_to("mairie@example.org")).unwrap();
    for header in ["References", "In-Reply-To"] {
        assert_eq!(second.header(header), original.header(header), "one thread");
    }
    assert!(first.text().contains("Il attend depuis 8 jours. Où en est-il"), "{}", first.text());
    for words in [
        "1 personne vous demande des nouvelles",
        "Il attend depuis 16 jours, et notre relance est restée sans réponse",
        "2 personnes attendent",
        "Déjà relancé\u{a0}: 15 septembre 2026.",
        "1 nouvelle photo depuis notre dernier message",
        "Écrit aussi\u{a0}: la direction, École maternelle les Goélands.",
    ] {
        assert!(second.text().contains(words) && second.html().contains(words), "{words}: {}", second.text());
    }
    assert!(second.photo().is_some_and(|photo| photo != first.photo().unwrap()), "the newest photo");
    assert!(second.html().contains("prefers-color-scheme: dark"));
    assert!(second.text().lines().all(|line| !line.contains('<')), "{}", second.text());
    let page = app.page(&parcel(1).id).await;
    let sent: Vec<_> =
        events(&page).into_iter().filter(|event| matches!(*event, "relance" | "notice_sent")).collect();
    assert_eq!(
        sent,
        [
            "notice_sent",
            "notice_sent",
            "relance",
            "notice_sent",
            "notice_sent",
            "relance",
            "notice_sent",
            "notice_sent"
        ]
    );
}

async fn silence_widens_the_circle_and_an_answer_closes_it_again(app: TestApp) {
    let app = reported(app).await;
    for n in 0..3 {
        heard(&app, 11 + n, 1, json!("relance")).await;
        app.run_jobs().await;
        app.app.clock.advance(7 * DAY);
    }
    let mails = app.mails();
    let all = relances(&mails);
    let [copy] = to(&all, "inspection.nord@example.org")[..] else { panic!("the third is copied once") };
    assert!(copy.text().contains("adressé en copie"), "{}", copy.text());
    assert!(copy.text().contains("plusieurs relances sont restées sans réponse"), "{}", copy.text());
    let third = to(&all, "mairie@example.org")[2];
    assert!(
        third.text().contains("l’inspection (circonscription), "),
        "told who hears of it: {}",
        third.text()
    );
    assert!(!third.text().contains("adressé en copie"));
    let page = app.page(&parcel(1).id).await;
    assert_eq!(lines(&page)[2], json!({ "event": "relance", "people": 1, "tone": "formal", "wider": 1 }));
    // An answer: the next one is polite again, and nobody's copy.
    change_status(&app.app, 1001, Change { to: Status::InProgress, reason: None }).await.unwrap();
    heard(&app, 21, 1, json!("relance")).await;
    app.run_jobs().await;
    let page = app.page(&parcel(1).id).await;
    assert_eq!(lines(&page)[3], json!({ "event": "relance", "people": 1, "tone": "plain" }));
    assert_eq!(page["brief"]["status"], "in_progress", "writing again takes nothing back");
}

async fn a_relance_of_what_is_closed_meanwhile_does_not_leave(app: TestApp) {
    let app = reported(app).await;
    heard(&app, 11, 1, json!("relance")).await;
    heard(&app, 12, 1, json!("relance")).await;
    change_status(&app.app, 1001, Change { to: Status::Done, reason: None }).await.unwrap();
    app.run_jobs().await;
    app.app.clock.advance(7 * DAY);
    app.run_jobs().await;
    assert_eq!((relances(&app.mails()).len(), app.jobs().await), (0, (0, 0)));
    let notices: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM notices WHERE relance > 0")
        .fetch_one(app.app.db.read())
        .await
        .unwrap();
    assert_eq!(notices, 0);
}

async fn each_mailbox_hears_each_relance_once(app: TestApp) {
    let app = reported(app).await;
    mairie_at(&app, &["a@example.org", "b@example.org"]).await;
    heard(&app, 11, 1, json!("relance")).await;
    // One of them is closed while its mail waits.
    mairie_at(&app, &["b@example.org", "c@example.org"]).await;
    tokio::join!(app.run_jobs(), app.run_jobs());
    let mails = app.mails();
    let all = relances(&mails);
    let count = |address: &str| to(&all, address).len();
    assert_eq!(
        ["a@example.org", "b@example.org", "c@example.org", "goelands.maternelle@example.org"].map(count),
        [0, 1, 1, 1]
    );
}

async fn those_who_were_told_have_three_days_before_the_first_relance(app: TestApp) {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &swing()).await;
    // They are told two hours after it came.
    app.app.clock.advance(2 * HOUR);
    app.run_jobs().await;
    let first = MORNING.plus(2 * HOUR + GRACE);
    heard(&app, 11, 1, json!("relance")).await;
    assert_eq!(
        app.page(&parcel(1).id).await["relances"],
        json!({ "sent": 0, "asked": 1, "next_at": first.0 }),
        "said as a date"
    );
    app.app.clock.advance(first.0 - app.app.clock.now().0 - 1);
    app.run_jobs().await;
    assert!(relances(&app.mails()).is_empty());
    app.app.clock.advance(1);
    app.run_jobs().await;
    assert_eq!(relances(&app.mails()).len(), 2);
    let page = app.page(&parcel(1).id).await;
    assert_eq!(lines(&page), [json!({ "event": "relance", "people": 1, "tone": "plain" })]);
    assert_eq!(page["relances"], json!({ "sent": 1, "asked": 0, "next_at": first.plus(7 * DAY).0 }));
}

async fn what_is_immediate_is_not_waited_for(app: TestApp) {
    let app = told_of(app, swing()).await;
    heard(&app, 11, 1, json!("relance")).await;
    app.run_jobs().await;
    assert!(relances(&app.mails()).is_empty());
    // Somebody says that it is a danger: whoever asked for a relance has it now.
    let mut danger = swing();
    danger["urgency"] = json!(4);
    receipt(&app, &parcel(2), &danger).await;
    app.run_jobs().await;
    assert_eq!(relances(&app.mails()).len(), 2);
    assert_eq!(app.page(&parcel(1).id).await["relances"]["asked"], 0);
    danger["unlike"] = json!([parcel(1).id]);
    receipt(&app, &parcel(3), &danger).await;
    app.run_jobs().await;
    let page = app.page(&parcel(3).id).await;
    assert_eq!(page.get("relances"), None, "no day to wait for");
    let wished = wish(&app, 12, &parcel(3), &parcel(3), json!("relance")).await;
    assert_eq!(wished.status(), 200);
    app.run_jobs().await;
    assert_eq!(relances(&app.mails()).len(), 4);
}

async fn where_nobody_was_told_the_days_count_from_the_report(app: TestApp) {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &swing()).await;
    heard(&app, 11, 1, json!("relance")).await;
    assert_eq!(app.page(&parcel(1).id).await["relances"]["next_at"], FIRST.0);
    // The first message leaves on the second day only: from then on they have their days.
    app.app.clock.advance(DAY);
    app.run_jobs().await;
    assert_eq!(app.page(&parcel(1).id).await["relances"]["next_at"], FIRST.plus(DAY).0);
    app.app.clock.advance(GRACE - DAY);
    app.run_jobs().await;
    assert!(relances(&app.mails()).is_empty(), "planned before they were told");
    app.app.clock.advance(DAY);
    app.run_jobs().await;
    assert_eq!(relances(&app.mails()).len(), 2);
}
