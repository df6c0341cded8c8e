//! Reports coming in.

use crate::app::{MORNING, Parcel, SCHOOL, TestApp, parcel, problem, swing};
use crate::both_engines;
use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::ids::Key;
use shared::instant::DAY;
use shared::reports::Event;
use shared::reports::status::Status;
use testkit::photo;
use vigie::db::Engine;
use vigie::rooms::reports::{Change, change_status, note};

both_engines!(
    a_report_gets_its_number_and_its_desks,
    a_replayed_report_returns_the_same_receipt,
    two_deliveries_at_once_make_one_report,
    somebody_elses_id_is_refused,
    the_second_report_becomes_a_supporter_and_keeps_its_words,
    reports_on_one_swing_at_once_make_one_report,
    what_a_person_says_of_it_shows_and_where_they_stood_does_not,
    a_solved_report_takes_no_supporters_from_new_ones,
    moi_aussi_counts_once_per_parcel,
    two_writers_of_one_journal_wait_for_each_other,
    what_cannot_be_taken_is_refused_and_leaves_nothing,
    nobody_to_write_to_is_said_in_public,
    a_private_report_shows_only_to_its_owner,
    a_list_is_read_page_by_page,
    the_status_machine_holds_and_the_journal_tells,
    who_stood_somewhere_and_who_did_not_are_both_taken_in,
);

pub async fn receipt(app: &TestApp, parcel: &Parcel, body: &Value) -> Value {
    let answer = app.report(parcel, body).await;
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    answer.json().await.unwrap()
}

async fn a_report_gets_its_number_and_its_desks(app: TestApp) {
    let app = app.with_city().await;
    let receipt = receipt(&app, &parcel(1), &swing()).await;
    assert_eq!(receipt["number"], 1001);
    assert_eq!(receipt["outcome"], "new");
    assert_eq!(receipt["people"], 1);
    let functions: Vec<_> =
        receipt["sent_to"].as_array().unwrap().iter().map(|desk| &desk["function"]).collect();
    assert_eq!(functions, ["direction", "mairie"]);
    app.run_jobs().await;
    let page = app.page(&parcel(1).id).await;
    assert_eq!(page["brief"]["status"], "sent");
    let events: Vec<_> =
        page["journal"].as_array().unwrap().iter().map(|entry| &entry["event"]["event"]).collect();
    assert_eq!(events, ["received", "notice_sent", "notice_sent"]);
}

async fn a_replayed_report_returns_the_same_receipt(app: TestApp) {
    let app = app.with_city().await;
    let first = receipt(&app, &parcel(1), &swing()).await;
    app.app.clock.advance(DAY);
    assert_eq!(receipt(&app, &parcel(1), &swing()).await, first);
    assert_eq!(app.run_jobs().await, 2);
    assert_eq!(app.mails().len(), 2);
}

async fn two_deliveries_at_once_make_one_report(app: TestApp) {
    let app = app.with_city().await;
    let (mine, body) = (parcel(1), swing());
    let answers = join_all((0..8).map(|_| receipt(&app, &mine, &body))).await;
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(app.run_jobs().await, 2);
    assert_eq!(app.page(&mine.id).await["brief"]["people"], 1);
}

async fn somebody_elses_id_is_refused(app: TestApp) {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &swing()).await;
    let thief = Parcel { key: Key::from_bytes([99; 16]), ..parcel(1) };
    let refused = problem(app.report(&thief, &swing()).await).await;
    assert_eq!(refused, (409, "id_taken".into(), Some("id".into())));
    app.run_jobs().await;
}

async fn the_second_report_becomes_a_supporter_and_keeps_its_words(app: TestApp) {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &swing()).await;
    app.run_jobs().await;
    let photo = app.photo(&testkit::photo::tiny().bytes).await;
    let mut second = swing();
    second["description"] = json!("Elle pend depuis lundi.");
    second["photos"] = json!([photo]);
    let joined = receipt(&app, &parcel(2), &second).await;
    assert_eq!(joined["outcome"], "supporter");
    assert_eq!(joined["report"], parcel(1).id.as_str());
    assert_eq!((&joined["number"], &joined["people"]), (&json!(1001), &json!(2)));
    assert_eq!(app.run_jobs().await, 0, "no second mail leaves");
    let page = app.page(&parcel(1).id).await;
    assert_eq!(page["voices"][1]["description"], "Elle pend depuis lundi.");
    assert_eq!(page["voices"][1]["photos"][0]["hash"], photo.as_str());
    assert_eq!(app.page(&parcel(2).id).await["brief"]["id"], parcel(1).id.as_str());
}

async fn reports_on_one_swing_at_once_make_one_report(app: TestApp) {
    let app = app.with_city().await;
    let (phones, body): (Vec<_>, _) = ((1..=10).map(parcel).collect(), swing());
    let answers = join_all(phones.iter().map(|phone| receipt(&app, phone, &body))).await;
    assert_eq!(answers.iter().filter(|answer| answer["outcome"] == "new").count(), 1);
    assert_eq!(app.run_jobs().await, 2);
    let list: Value = app.get("/api/v1/reports").send().await.unwrap().json().await.unwrap();
    assert_eq!(list["reports"].as_array().unwrap().len(), 1);
    assert_eq!(list["reports"][0]["people"], 10);
}

async fn what_a_person_says_of_it_shows_and_where_they_stood_does_not(app: TestApp) {
    let app = app.with_city().await;
    let photos = [app.photo(&photo::tiny().bytes).await, app.photo(&photo::without_exif().bytes).await];
    let mut body = swing();
    body["photos"] = json!(photos);
    body["captions"] = json!(["", "Le siège <au sol>"]);
    body["spot"] = json!("Cour du haut");
    body["urgency"] = json!(4);
    body["position"] = json!({ "lat": 43.05123, "lon": 5.02123 });
    body["ask_at"] = json!(MORNING.plus(7 * DAY).0);
    receipt(&app, &parcel(1), &body).await;
    app.run_jobs().await;
    let page = app.page(&parcel(1).id).await;
    assert_eq!((&page["urgency"], &page["voices"][0]["spot"]), (&json!(4), &json!("Cour du haut")));
    assert_eq!(page["voices"][0]["photos"][0].get("caption"), None);
    assert_eq!(page["voices"][0]["photos"][1]["caption"], "Le siège <au sol>");
    let html = app.get(&format!("/demandes/{}", parcel(1).id)).send().await.unwrap().text().await.unwrap();
    assert!(html.contains("Cour du haut") && html.contains("Le siège &lt;au sol&gt;"), "{html}");
    for text in [page.to_string(), html] {
        assert!(!text.contains("43.05123") && !text.contains("ask_at"), "{text}");
    }
    let mails = app.mails();
    for said in [mails[0].text(), mails[0].html()] {
        assert!(said.contains("Cour du haut") && said.contains("Danger immédiat"), "{said}");
    }
    let kept: (f64, f64, i64) =
        sqlx::query_as("SELECT lat, lon, ask_at FROM reports").fetch_one(app.app.db.read()).await.unwrap();
    assert_eq!(kept, (43.05123, 5.02123, MORNING.plus(7 * DAY).0));
}

async fn a_solved_report_takes_no_supporters_from_new_ones(app: TestApp) {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &swing()).await;
    app.run_jobs().await;
    change_status(&app.app, 1001, Change { to: Status::Done, reason: None }).await.unwrap();
    assert_eq!(receipt(&app, &parcel(2), &swing()).await["outcome"], "new");
    app.run_jobs().await;
}

async fn moi_aussi_counts_once_per_parcel(app: TestApp) {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &swing()).await;
    let report = parcel(1).id;
    for _ in 0..2 {
        let answer: Value = app.support(&parcel(2), report.as_str()).await.json().await.unwrap();
        assert_eq!((&answer["people"], &answer["outcome"]), (&json!(2), &json!("supporter")));
    }
    let unknown = problem(app.support(&parcel(3), parcel(9).id.as_str()).await).await;
    assert_eq!(unknown, (404, "report_unknown".into(), Some("report".into())));
    app.run_jobs().await;
}

async fn two_writers_of_one_journal_wait_for_each_other(app: TestApp) {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &swing()).await;
    app.run_jobs().await;
    let (db, id) = (&app.app.db, parcel(1).id);
    let supported = |people| Event::Supported { people, why: vec![] };
    let mut first = db.write().await.unwrap();
    note(&mut first, &id, MORNING, &supported(2)).await.unwrap();
    let second = tokio::spawn({
        let (db, id) = (db.clone(), id.clone());
        async move {
            let mut second = db.write().await.unwrap();
            note(&mut second, &id, MORNING, &supported(3)).await.unwrap();
            second.commit().await.unwrap();
        }
    });
    if db.engine() == Engine::Postgres {
        let waiting = "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
        while sqlx::query_scalar::<_, i64>(waiting).fetch_one(db.read()).await.unwrap() == 0 {
            tokio::task::yield_now().await;
        }
    }
    first.commit().await.unwrap();
    second.await.unwrap();
    let page = app.page(&id).await;
    let people: Vec<_> = page["journal"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|entry| entry["event"]["people"].as_i64())
        .collect();
    assert_eq!(people, [2, 3]);
}

async fn what_cannot_be_taken_is_refused_and_leaves_nothing(app: TestApp) {
    let app = app.with_city().await;
    let with = |field: &str, value: Value| {
        let mut body = swing();
        body[field] = value;
        body
    };
    for (body, status, code, field) in [
        (with("place", json!("9990099Z")), 422, "place_unknown", "place"),
        (with("description", json!("a".repeat(5001))), 422, "text_too_long", "description"),
        (with("mail", json!("moi@")), 422, "mail_invalid", "mail"),
        (with("category", json!("licorne")), 422, "category_unknown", "category"),
        (with("spot", json!("a".repeat(121))), 422, "text_too_long", "spot"),
        (with("urgency", json!(5)), 422, "urgency_unknown", "urgency"),
        (json!({ "place": 5 }), 400, "body_invalid", "body"),
    ] {
        let refused = problem(app.report(&parcel(1), &body).await).await;
        assert_eq!(refused, (status, code.into(), Some(field.into())));
    }
    let keyless = app.put(&format!("/api/v1/reports/{}", parcel(1).id)).json(&swing()).send().await.unwrap();
    assert_eq!(problem(keyless).await.1, "key_missing");
    let nameless = app
        .put("/api/v1/reports/42")
        .bearer_auth(parcel(1).key.reveal())
        .json(&swing())
        .send()
        .await
        .unwrap();
    assert_eq!(problem(nameless).await.1, "id_invalid");
    receipt(&app, &parcel(1), &swing()).await;
    app.run_jobs().await;
}

async fn nobody_to_write_to_is_said_in_public(app: TestApp) {
    let app = app.with_city().await;
    let mut body = swing();
    body["category"] = json!("abords-trottoir-chaussee");
    receipt(&app, &parcel(1), &body).await;
    app.run_jobs().await;
    let page = app.page(&parcel(1).id).await;
    let said = json!({ "event": "no_mailbox", "function": "metropole" });
    assert!(page["journal"].as_array().unwrap().iter().any(|entry| entry["event"] == said), "{page}");
    assert_eq!(page["desks"][1], json!({ "function": "metropole", "name": "", "has_mailbox": false }));
}

async fn a_private_report_shows_only_to_its_owner(app: TestApp) {
    let app = app.with_city().await;
    let mut body = swing();
    body["category"] = json!("securite-intrusion");
    receipt(&app, &parcel(1), &body).await;
    app.run_jobs().await;
    let path = format!("/api/v1/reports/{}", parcel(1).id);
    assert_eq!(problem(app.get(&path).send().await.unwrap()).await.1, "not_public");
    let stranger = app.get(&path).bearer_auth(parcel(2).key.reveal()).send().await.unwrap();
    assert_eq!(problem(stranger).await.1, "not_public");
    let owner: Value =
        app.get(&path).bearer_auth(parcel(1).key.reveal()).send().await.unwrap().json().await.unwrap();
    assert_eq!((&owner["mine"]["has_mail"], &owner["mine"]["private"]), (&json!(false), &json!(true)));
    let list: Value = app.get("/api/v1/reports").send().await.unwrap().json().await.unwrap();
    assert_eq!(list["reports"], json!([]));
    assert_eq!(problem(app.support(&parcel(2), parcel(1).id.as_str()).await).await.1, "report_unknown");
    assert_eq!(app.get(&format!("/demandes/{}", parcel(1).id)).send().await.unwrap().status(), 403);
}

async fn a_list_is_read_page_by_page(app: TestApp) {
    let app = app.with_city().await;
    for seed in 0..65 {
        // No category: nothing is merged. All at one instant: the id decides the order.
        let body = json!({ "place": SCHOOL, "observed_at": MORNING.0 });
        receipt(&app, &parcel(seed), &body).await;
    }
    app.run_jobs().await;
    let (mut seen, mut before) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/reports?place={SCHOOL}&status=open{before}");
        let page: Value = app.get(&path).send().await.unwrap().json().await.unwrap();
        seen.extend(
            page["reports"]
                .as_array()
                .unwrap()
                .iter()
                .map(|report| report["id"].as_str().unwrap().to_owned()),
        );
        match page["next"].as_str() {
            Some(next) => before = format!("&before={next}"),
            None => break,
        }
    }
    let mut expected: Vec<_> = (0..65).map(|seed| parcel(seed).id.to_string()).collect();
    expected.sort_by(|a, b| b.cmp(a));
    assert_eq!(seen, expected);
    for wrong in ["status=lost", "before=yesterday", "place=.."] {
        let answer = app.get(&format!("/api/v1/reports?{wrong}")).send().await.unwrap();
        assert_eq!(answer.status(), 400, "{wrong}");
    }
}

async fn the_status_machine_holds_and_the_journal_tells(app: TestApp) {
    let app = app.with_city().await;
    receipt(&app, &parcel(1), &swing()).await;
    app.run_jobs().await;
    let change = |to, reason: Option<&str>| Change { to, reason: reason.map(str::to_owned) };
    assert!(change_status(&app.app, 1001, change(Status::Refused, None)).await.is_err());
    assert!(change_status(&app.app, 1001, change(Status::New, None)).await.is_err());
    assert!(change_status(&app.app, 7, change(Status::Done, None)).await.is_err());
    change_status(&app.app, 1001, change(Status::Refused, Some("Déjà réglé."))).await.unwrap();
    let page = app.page(&parcel(1).id).await;
    assert_eq!(page["brief"]["status"], "refused");
    let last = &page["journal"].as_array().unwrap().last().unwrap()["event"];
    assert_eq!(*last, json!({ "event": "status_changed", "to": "refused", "reason": "Déjà réglé." }));
    let closed: Value = app.get("/api/v1/reports?status=closed").send().await.unwrap().json().await.unwrap();
    assert_eq!(closed["reports"].as_array().unwrap().len(), 1);
}

async fn who_stood_somewhere_and_who_did_not_are_both_taken_in(app: TestApp) {
    let app = app.with_city().await;
    let (nowhere, mut there) = (swing(), swing());
    there["position"] = json!({ "lat": 43.05, "lon": 5.02 });
    for seed in 0..20 {
        receipt(&app, &parcel(seed), if seed % 7 < 4 { &nowhere } else { &there }).await;
    }
    app.run_jobs().await;
    let kept: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM reports WHERE lat = 43.05 AND lon = 5.02")
        .fetch_one(app.app.db.read())
        .await
        .unwrap();
    assert_eq!(kept, 8);
}
