//! Weeks that go by, on a clock that is moved.

use super::{MAIL, OTHER, agreed, follow, instant, mails_to, report, until};
use crate::app::{MORNING, SCHOOL, TestApp, parcel, swing};
use crate::both_engines;
use crate::push::{subscribed, told};
use serde_json::json;
use shared::instant::DAY;
use shared::reports::status::Status;
use testkit::mail::Mail;
use testkit::push_service::PushService;
use vigie::rooms::digest::{jobs, week};
use vigie::rooms::journal::seal;
use vigie::rooms::reports::{Change, change_status};

both_engines!(
    a_week_in_which_something_happened_is_one_message,
    holidays_are_told_of_when_they_are_over,
    phones_are_told_instead_of_an_address,
    a_digest_goes_through_everybody_however_many,
);

async fn a_week_in_which_something_happened_is_one_message(app: TestApp) {
    let app = app.with_city().await;
    jobs::plan(&app.app).await.unwrap();
    agreed(&app, &parcel(50), SCHOOL).await;
    report(&app, 1, SCHOOL).await;
    seal::all(&app.app).await.unwrap();
    let mut noise = swing();
    noise["category"] = json!("securite-intrusion");
    app.report(&parcel(2), &noise).await;
    let digests = || mails_to(&app, MAIL).split_off(1);
    until(&app, instant("2026-09-10T14:00:00Z")).await;
    assert_eq!(digests().len(), 0, "it is not five yet");
    until(&app, instant("2026-09-10T15:00:00Z")).await;
    let [first] = &digests()[..] else { panic!("one message") };
    assert_eq!(first.subject(), "Cette semaine, École maternelle les Goélands");
    for body in [first.text(), first.html()] {
        for words in [
            "1 nouveau signalement",
            "Jeu cassé",
            &format!("/demandes/{}", parcel(1).id),
            "Attend depuis le plus longtemps",
            "Sceau n°",
        ] {
            assert!(body.contains(words), "{words}: {body}");
        }
        assert!(
            !body.contains(parcel(2).id.as_str()) && !body.contains("réglé") && !body.contains("réponse"),
            "{body}"
        );
    }
    assert!(first.header("List-Unsubscribe").unwrap().contains("/abonnements/"));
    assert_eq!(first.header("List-Unsubscribe-Post").unwrap(), "List-Unsubscribe=One-Click");

    until(&app, instant("2026-09-24T15:00:00Z")).await;
    assert_eq!(digests().len(), 1, "two weeks in which nothing happened");
    change_status(&app.app, 1001, Change { to: Status::Planned, reason: None }).await.unwrap();
    until(&app, instant("2026-10-01T15:00:00Z")).await;
    let second = digests().split_off(1);
    assert_eq!(second.len(), 1);
    assert!(second[0].text().contains("1 signalement a reçu une réponse"), "{}", second[0].text());
    assert!(
        second[0].text().contains("24 jours") && !second[0].text().contains("nouveau"),
        "{}",
        second[0].text()
    );
}

async fn holidays_are_told_of_when_they_are_over(app: TestApp) {
    let app = app.with_city().await;
    jobs::plan(&app.app).await.unwrap();
    agreed(&app, &parcel(50), SCHOOL).await;
    report(&app, 1, SCHOOL).await;
    let digests = || mails_to(&app, MAIL).split_off(1);
    until(&app, instant("2026-10-16T08:00:00Z")).await;
    assert_eq!(digests().len(), 1);
    // Toussaint: from 17 October to 1 November nobody is written to; then they hear of all of it at once.
    until(&app, instant("2026-10-20T08:00:00Z")).await;
    change_status(&app.app, 1001, Change { to: Status::Done, reason: None }).await.unwrap();
    until(&app, instant("2026-11-05T15:59:00Z")).await;
    assert_eq!(digests().len(), 1, "holidays");
    until(&app, instant("2026-11-05T16:00:00Z")).await;
    let second = digests().split_off(1);
    assert_eq!(second.len(), 1, "at five on the wall, in winter too");
    assert!(second[0].text().contains("1 signalement réglé"), "{}", second[0].text());
    assert!(!second[0].text().contains("Attend depuis"), "nothing waits: {}", second[0].text());
    let ids: std::collections::BTreeSet<_> = digests().iter().map(Mail::message_id).collect();
    assert_eq!(ids.len(), 2);

    // The server was down on Thursday: it makes up for it on Friday.
    report(&app, 3, SCHOOL).await;
    until(&app, instant("2026-11-12T10:00:00Z")).await;
    app.app.clock.advance(DAY);
    app.run_jobs().await;
    assert_eq!(digests().len(), 3);
    // And not on a Sunday.
    report(&app, 4, SCHOOL).await;
    change_status(&app.app, 1002, Change { to: Status::InProgress, reason: None }).await.unwrap();
    until(&app, instant("2026-11-19T10:00:00Z")).await;
    app.app.clock.advance(3 * DAY);
    app.run_jobs().await;
    assert_eq!(digests().len(), 3);
    until(&app, instant("2026-11-23T16:00:00Z")).await;
    assert_eq!(digests().len(), 4);
}

async fn phones_are_told_instead_of_an_address(app: TestApp) {
    let service = PushService::start();
    let app = app.with_city().await;
    jobs::plan(&app.app).await.unwrap();
    follow(&app, &parcel(50), &json!({ "place": SCHOOL })).await;
    follow(&app, &parcel(51), &json!({ "place": OTHER })).await;
    agreed(&app, &parcel(52), SCHOOL).await;
    let phone = subscribed(&app, &service, 101, &[50, 51]).await;
    let by_address = subscribed(&app, &service, 102, &[52]).await;
    report(&app, 1, SCHOOL).await;
    until(&app, week::next(&app.app.days, MORNING)).await;
    let [shown] = &told(&service, &phone)[..] else { panic!("one message") };
    assert_eq!(shown["title"], "Cette semaine, École maternelle les Goélands");
    assert_eq!(shown["body"], "1 nouveau, 0 réponse, 0 réglé.");
    assert_eq!(shown["navigate"], format!("https://vigie.example.org/ecoles/{SCHOOL}"));
    assert!(told(&service, &by_address).is_empty(), "they have a mail");
    assert_eq!(mails_to(&app, MAIL).len(), 2);
    report(&app, 2, OTHER).await;
    change_status(&app.app, 1001, Change { to: Status::Planned, reason: None }).await.unwrap();
    until(&app, week::next(&app.app.days, app.app.clock.now())).await;
    let shown = told(&service, &phone);
    assert_eq!(shown.len(), 2, "{shown:?}");
    assert_eq!(shown[1]["title"], "Cette semaine dans vos écoles");
    assert_eq!(shown[1]["tag"], shown[0]["tag"], "the newer takes the place of the older");
    until(&app, week::next(&app.app.days, app.app.clock.now())).await;
    assert_eq!(told(&service, &phone).len(), 2, "nothing happened");
}

async fn a_digest_goes_through_everybody_however_many(app: TestApp) {
    let app = app.with_city().await;
    jobs::plan(&app.app).await.unwrap();
    let mut tx = app.app.db.write().await.unwrap();
    for n in 0..450 {
        let reader = format!("reader-{n:04}");
        sqlx::query("INSERT INTO digest_readers (id, mail, secret, lang, refused, made_at) VALUES ($1, $2, 'x', 'fr', 0, 0)")
            .bind(&reader).bind(format!("n{n}@example.org")).execute(&mut *tx).await.unwrap();
        sqlx::query("INSERT INTO place_follows (id, key_hash, place_id, by_mail, reader_id, asked_at, confirmed_at, made_at) VALUES ($1, $1, $2, 1, $1, 0, 0, 0)")
            .bind(&reader).bind(SCHOOL).execute(&mut *tx).await.unwrap();
    }
    tx.commit().await.unwrap();
    report(&app, 1, SCHOOL).await;
    let before = app.mails().len();
    until(&app, week::next(&app.app.days, MORNING)).await;
    let mails = app.mails().split_off(before);
    let to: std::collections::BTreeSet<_> = mails.iter().flat_map(|mail| mail.to.clone()).collect();
    assert_eq!((mails.len(), to.len()), (450, 450));
}
