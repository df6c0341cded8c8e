//! What the machine judged, and what a human makes of it: links, reports put together and taken apart, urgency.

use crate::app::{MORNING, Parcel, SCHOOL, TestApp, parcel, swing};
use crate::both_engines;
use crate::reports::receipt;
use futures_util::future::join;
use serde_json::{Value, json};
use shared::instant::DAY;
use shared::reports::status::Status;
use testkit::{photo, wait};
use vigie::rooms::reports::merging::{merge, split};
use vigie::rooms::reports::{Change, change_status, store};

both_engines!(
    two_swings_stand_and_are_linked_for_a_human,
    what_was_solved_lately_is_linked_and_not_joined,
    who_joined_is_heard_when_another_comes,
    photos_that_come_later_link_what_looks_alike,
    what_concerns_the_safety_of_people_is_put_beside_nothing,
    a_report_taken_apart_stands_on_its_own,
    what_a_human_put_together_comes_apart_as_it_was,
    what_cannot_be_put_together_is_said,
    a_supporter_who_says_it_is_urgent_is_heard,
    immediate_danger_said_by_a_supporter_is_told_at_once,
);

fn saying(words: &str) -> Value {
    let mut body = swing();
    body["description"] = json!(words);
    body
}

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

/// The names of a journal's events, and the numbers they tell.
fn told(page: &Value) -> Vec<(String, Option<i64>)> {
    let entries = page["journal"].as_array().unwrap().iter().map(|entry| &entry["event"]);
    entries.map(|event| (event["event"].as_str().unwrap().to_owned(), event["number"].as_i64())).collect()
}

fn last(page: &Value) -> Value {
    page["journal"].as_array().unwrap().last().unwrap()["event"].clone()
}

async fn html(app: &TestApp, parcel: &Parcel) -> String {
    app.get(&format!("/demandes/{}", parcel.id)).send().await.unwrap().text().await.unwrap()
}

async fn owned(app: &TestApp, id: &str, parcel: &Parcel) -> Value {
    let request = app.get(&format!("/api/v1/reports/{id}")).bearer_auth(parcel.key.reveal());
    request.send().await.unwrap().json().await.unwrap()
}

async fn two_swings_stand_and_are_linked_for_a_human(app: TestApp) {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &saying("La balançoire de gauche est cassée.")).await;
    let second = receipt(&app, &parcel(2), &saying("Balançoire de droite cassée.")).await;
    assert_eq!((&second["outcome"], &second["number"]), (&json!("new"), &json!(1002)));
    app.run_jobs().await;
    let why = json!(["same_place", "same_category", "same_thing", "alike_words", "other_spot"]);
    for (mine, other, number) in [(1, 2, 1002), (2, 1, 1001)] {
        let page = app.page(&parcel(mine).id).await;
        assert_eq!(page["alike"], json!([{ "id": parcel(other).id, "number": number, "why": why }]));
        assert_eq!(told(&page).contains(&("resembles".into(), Some(number))), mine == 2, "{page}");
        let html = html(&app, &parcel(mine)).await;
        let said = format!("Peut-être le même signalement que n° {number}");
        assert!(html.contains(&said) && html.contains(&format!("/demandes/{}", parcel(other).id)), "{html}");
        assert!(html.contains("même catégorie"), "{html}");
    }
}

async fn what_was_solved_lately_is_linked_and_not_joined(app: TestApp) {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &swing()).await;
    app.run_jobs().await;
    change_status(&app.app, 1001, Change { to: Status::Done, reason: None }).await.unwrap();
    app.app.clock.advance(60 * DAY);
    assert_eq!(receipt(&app, &parcel(2), &swing()).await["outcome"], "new");
    assert_eq!(app.page(&parcel(2).id).await["alike"][0]["number"], 1001);
    change_status(&app.app, 1002, Change { to: Status::Done, reason: None }).await.unwrap();
    app.app.clock.advance(91 * DAY);
    receipt(&app, &parcel(3), &swing()).await;
    assert_eq!(app.page(&parcel(3).id).await.get("alike"), None, "that was long ago");
    app.run_jobs().await;
}

async fn who_joined_is_heard_when_another_comes(app: TestApp) {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &saying("")).await;
    assert_eq!(receipt(&app, &parcel(2), &saying("La balançoire")).await["outcome"], "supporter");
    let third = receipt(&app, &parcel(3), &saying("Le toboggan est coupant")).await;
    assert_eq!(third["outcome"], "new", "the report is about a swing since the second spoke");
    app.run_jobs().await;
}

async fn photos_that_come_later_link_what_looks_alike(app: TestApp) {
    let app = app.with_city().await;
    let scene = photo::small((43.05, 5.02), 21).bytes;
    // The same picture under another name: a comment at its end.
    let mut again = scene.clone();
    again.splice(2..2, [0xff, 0xfe, 0, 6, 1, 2, 3, 4]);
    let named = |photo: &[u8]| json!([crate::app::sha256(photo)]);
    let unsaid = |photos| json!({ "place": SCHOOL, "observed_at": MORNING.0, "photos": photos });
    receipt(&app, &parcel(1), &unsaid(named(&scene))).await;
    receipt(&app, &parcel(2), &unsaid(named(&again))).await;
    assert_eq!(app.page(&parcel(2).id).await.get("alike"), None);
    app.photo(&scene).await;
    app.photo(&again).await;
    app.photo(&again).await;
    assert_eq!(app.page(&parcel(1).id).await["alike"][0]["number"], 1002);
    let page = app.page(&parcel(2).id).await;
    assert_eq!(page["alike"][0]["why"], json!(["same_place", "alike_photo"]), "{page}");
    assert_eq!(told(&page).iter().filter(|(event, _)| event == "resembles").count(), 1, "said once");
    app.run_jobs().await;
    // Photos that are there when the words come are judged with them.
    let third = receipt(&app, &parcel(3), &unsaid(named(&scene))).await;
    assert_eq!(third["outcome"], "supporter");
    app.run_jobs().await;
}

async fn what_concerns_the_safety_of_people_is_put_beside_nothing(app: TestApp) {
    let app = app.with_city().await;
    let private = || with(saying("Menaces au portail."), "category", json!("securite-intrusion"));
    for seed in [1, 2] {
        assert_eq!(receipt(&app, &parcel(seed), &private()).await["outcome"], "new");
    }
    app.run_jobs().await;
    let page = owned(&app, parcel(2).id.as_str(), &parcel(2)).await;
    assert_eq!((page.get("alike"), page["voices"].as_array().unwrap().len()), (None, 1));
    // Nor by a stranger's word; who mends their own is one person all the same.
    let mended = with(private(), "same_as", json!(parcel(2).id));
    assert_eq!(receipt(&app, &parcel(3), &mended).await["outcome"], "new");
    let again = receipt(&app, &Parcel { key: parcel(2).key, ..parcel(4) }, &mended).await;
    assert_eq!((&again["report"], &again["people"]), (&json!(parcel(2).id), &json!(1)));
    app.run_jobs().await;
}

async fn a_report_taken_apart_stands_on_its_own(app: TestApp) {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &swing()).await;
    let joined = with(saying("Elle pend."), "mail", json!("moi@exemple.fr"));
    assert_eq!(receipt(&app, &parcel(2), &joined).await["outcome"], "supporter");
    app.support(&parcel(3), parcel(1).id.as_str()).await;
    assert_eq!(app.run_jobs().await, 3);
    let listed = split(&app.app, 1001, None).await.unwrap();
    assert!(listed.starts_with(parcel(2).id.as_str()) && listed.contains("Elle pend."), "{listed}");
    for _ in 0..2 {
        let said = split(&app.app, 1001, Some(parcel(2).id.as_str())).await.unwrap();
        assert!(said.contains("number 1002") || said.contains("1002"), "{said}");
    }
    assert_eq!(app.run_jobs().await, 2, "its desks are told, once");
    let (first, second) = (app.page(&parcel(1).id).await, app.page(&parcel(2).id).await);
    assert_eq!((&first["brief"]["people"], &second["brief"]["people"]), (&json!(2), &json!(1)));
    assert_eq!((&second["brief"]["number"], &second["brief"]["status"]), (&json!(1002), &json!("sent")));
    assert_eq!(last(&first), json!({ "event": "parted", "number": 1002 }));
    let events: Vec<_> = told(&second).into_iter().map(|(event, _)| event).collect();
    assert_eq!(events, ["received", "parted", "notice_sent", "notice_sent"]);
    assert_eq!((first.get("alike"), second.get("alike")), (None, None), "a human said that they are two");
    // The link in the mail of before, and a phone that asks again.
    let followed = owned(&app, parcel(1).id.as_str(), &parcel(2)).await;
    assert_eq!(followed["brief"]["id"], parcel(2).id.as_str());
    assert_eq!((&followed["mine"]["has_mail"], &followed["mine"]["private"]), (&json!(true), &json!(false)));
    let again = receipt(&app, &parcel(2), &joined).await;
    let parts = ["report", "number", "outcome", "people"].map(|name| again[name].clone());
    assert_eq!(parts, [json!(parcel(2).id), json!(1002), json!("new"), json!(1)]);
}

async fn what_a_human_put_together_comes_apart_as_it_was(app: TestApp) {
    let app = app.with_city().await;
    let gate = || with(saying("Portail bloqué."), "category", json!("cour-cloture-portail"));
    receipt(&app, &parcel(1), &swing()).await;
    receipt(&app, &parcel(2), &gate()).await;
    receipt(&app, &parcel(3), &gate()).await;
    app.support(&parcel(4), parcel(2).id.as_str()).await;
    // One who waits for both counts once.
    app.support(&Parcel { key: parcel(4).key, ..parcel(5) }, parcel(1).id.as_str()).await;
    app.run_jobs().await;
    for _ in 0..2 {
        merge(&app.app, 1002, 1001).await.unwrap();
    }
    let whole = app.page(&parcel(2).id).await;
    assert_eq!((&whole["brief"]["number"], &whole["brief"]["people"]), (&json!(1001), &json!(4)));
    assert_eq!(told(&whole).into_iter().filter(|(event, _)| event == "joined").count(), 1);
    assert_eq!(whole["voices"].as_array().unwrap().len(), 3);
    assert!(change_status(&app.app, 1002, Change { to: Status::Done, reason: None }).await.is_err());
    split(&app.app, 1001, Some(parcel(2).id.as_str())).await.unwrap();
    assert_eq!(app.run_jobs().await, 0, "its desks knew of it");
    let (first, second) = (app.page(&parcel(1).id).await, app.page(&parcel(3).id).await);
    assert_eq!((&first["brief"]["people"], &second["brief"]["people"]), (&json!(2), &json!(3)));
    assert_eq!(second["brief"]["number"], 1002);
    let events: Vec<_> = told(&second).into_iter().rev().take(2).collect();
    assert_eq!(events, [("parted".into(), Some(1001)), ("joined".into(), Some(1001))]);
}

async fn what_cannot_be_put_together_is_said(app: TestApp) {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &swing()).await;
    receipt(&app, &parcel(2), &with(swing(), "category", json!("securite-violence"))).await;
    receipt(&app, &parcel(3), &with(swing(), "place", json!("9990002Y"))).await;
    app.run_jobs().await;
    for (one, other) in [(1001, 1002), (1002, 1001), (1001, 1099), (1099, 1001)] {
        assert!(merge(&app.app, one, other).await.is_err(), "{one} {other}");
    }
    assert!(split(&app.app, 1001, Some(parcel(3).id.as_str())).await.unwrap().contains("already"));
    assert!(split(&app.app, 1001, Some("nonsense")).await.is_err());
    assert!(split(&app.app, 1001, Some(parcel(9).id.as_str())).await.is_err());
    merge(&app.app, 1003, 1001).await.unwrap();
    assert!(merge(&app.app, 1001, 1003).await.unwrap().contains("already"));
    assert!(split(&app.app, 1002, Some(parcel(3).id.as_str())).await.is_err(), "not part of that one");
}

async fn a_supporter_who_says_it_is_urgent_is_heard(app: TestApp) {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &with(swing(), "urgency", json!(1))).await;
    app.run_jobs().await;
    receipt(&app, &parcel(2), &with(swing(), "urgency", json!(3))).await;
    receipt(&app, &parcel(3), &with(swing(), "urgency", json!(2))).await;
    assert_eq!(app.run_jobs().await, 0);
    let page = app.page(&parcel(1).id).await;
    assert_eq!(page["urgency"], 3);
    let raised: Vec<_> = told(&page).into_iter().filter(|(event, _)| event == "urgency_raised").collect();
    assert_eq!(raised.len(), 1, "{page}");
    assert!(html(&app, &parcel(1)).await.contains("Plus urgent"));
}

async fn immediate_danger_said_by_a_supporter_is_told_at_once(app: TestApp) {
    let app = app.with_city().await;
    // The first mails wait for a photo: now they do not.
    let photo = crate::app::sha256(b"never comes");
    receipt(&app, &parcel(1), &with(swing(), "photos", json!([photo]))).await;
    assert_eq!(app.run_jobs().await, 0);
    receipt(&app, &parcel(2), &with(swing(), "urgency", json!(4))).await;
    assert_eq!(app.run_jobs().await, 2, "one for each desk, not two");
    assert!(app.mails().iter().all(|mail| mail.text().contains("Danger immédiat")));
    // Desks that were told already are told again.
    let gate = || with(saying("Portail bloqué."), "category", json!("cour-cloture-portail"));
    receipt(&app, &parcel(3), &gate()).await;
    let told_first = app.run_jobs().await;
    receipt(&app, &parcel(4), &with(gate(), "urgency", json!(4))).await;
    assert_eq!(app.run_jobs().await, told_first);
    assert!(app.mails().last().unwrap().text().contains("Danger immédiat"));
}

/// Transactions that wait for the one of backend `held`, or for one that waits for it.
const WAITING: &str =
    "SELECT COUNT(*) FROM pg_stat_activity a WHERE CAST($1 AS INT) = ANY(pg_blocking_pids(a.pid))
    OR EXISTS (SELECT 1 FROM unnest(pg_blocking_pids(a.pid)) AS b (pid)
               WHERE CAST($1 AS INT) = ANY(pg_blocking_pids(b.pid)))";

/// On SQLite one writes at a time; PostgreSQL lets both begin.
#[tokio::test(flavor = "multi_thread")]
async fn who_supports_a_report_while_it_is_put_under_another_counts_there() {
    let app = TestApp::postgres().await.with_city().await;
    receipt(&app, &parcel(1), &saying("La balançoire de gauche est cassée.")).await;
    receipt(&app, &parcel(2), &saying("Balançoire de droite cassée.")).await;
    app.run_jobs().await;
    let mut holding = app.app.db.write().await.unwrap();
    store::lock(&mut holding, &parcel(1).id).await.unwrap();
    let held: i64 =
        sqlx::query_scalar("SELECT CAST(pg_backend_pid() AS BIGINT)").fetch_one(&mut *holding).await.unwrap();
    let waiting = async |many: i64| {
        wait::until(&format!("{many} who wait"), async || {
            let now: i64 = sqlx::query_scalar(WAITING).bind(held).fetch_one(app.app.db.read()).await.unwrap();
            if now == many { Ok(()) } else { Err(now) }
        })
        .await;
    };
    let merging = tokio::spawn({
        let app = app.app.clone();
        async move { merge(&app, 1001, 1002).await }
    });
    waiting(1).await;
    let (supporter, report) = (parcel(3), parcel(1).id);
    let (supported, ()) = join(app.support(&supporter, report.as_str()), async {
        waiting(2).await;
        // Nothing changed: PostgreSQL lets those who wait go on in the order in which they came.
        holding.rollback().await.unwrap();
    })
    .await;
    merging.await.unwrap().unwrap();
    let counted: Value = supported.json().await.unwrap();
    assert_eq!((&counted["report"], &counted["people"]), (&json!(parcel(2).id), &json!(3)));
    assert_eq!(app.page(&parcel(2).id).await["brief"]["people"], 3);
    app.run_jobs().await;
}
