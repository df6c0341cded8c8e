//! Lists of reports: what they hold, for every question; and how any answer of the API behaves.

use crate::app::{MORNING, SCHOOL, TestApp, parcel, problem, swing};
use crate::both_engines;
use crate::reports::receipt;
use http::Method;
use serde_json::{Value, json};
use shared::instant::{DAY, HOUR};
use shared::reports::status::Status;
use testkit::photo;
use vigie::rooms::reports::{Change, change_status, words};

both_engines!(
    every_filter_takes_away_and_all_combine,
    words_are_found_by_their_beginnings_whoever_of_those_merged_said_them,
    whoever_asks_since_when_sees_what_changed_the_latest_first,
    what_is_private_is_found_by_no_question,
    pages_follow_each_other_whatever_is_asked,
    a_walk_that_finds_little_says_where_to_read_on,
    what_an_earlier_version_took_in_is_found_by_its_words,
    a_question_that_cannot_be_read_is_named,
    an_answer_that_did_not_change_is_not_sent_again,
    reading_is_open_to_every_site_and_nothing_else_is,
    a_no_is_a_problem_wherever_it_comes_from,
);

/// The other schools of the fixture: at 80 m of [`SCHOOL`], and at 800 m in the south.
const BESIDE: &str = "9990002Y";
const SOUTH: &str = "9990005B";

/// Seeds of the reports that are found, in the order of the list.
async fn found(app: &TestApp, question: &str) -> Vec<u8> {
    let answer = app.get(&format!("/api/v1/reports?{question}")).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{question}");
    let list: Value = answer.json().await.unwrap();
    assert_eq!(list["next"], Value::Null, "{question}");
    seeds(&list)
}

fn seeds(list: &Value) -> Vec<u8> {
    let seed = |report: &Value| {
        (0..=255).find(|seed| report["id"] == parcel(*seed).id.as_str()).expect("a report of this test")
    };
    list["reports"].as_array().unwrap().iter().map(seed).collect()
}

/// A report an hour after the last one.
async fn said(app: &TestApp, seed: u8, place: &str, category: &str, words: &str) {
    app.app.clock.advance(HOUR);
    let body =
        json!({ "place": place, "category": category, "description": words, "observed_at": MORNING.0 });
    receipt(app, &parcel(seed), &body).await;
    app.run_jobs().await;
}

/// Five reports on three schools.
async fn city(app: TestApp) -> TestApp {
    let app = app.with_city().await;
    said(&app, 1, SCHOOL, "cour-jeux", "La chaîne de la balançoire a lâché.").await;
    said(&app, 2, SCHOOL, "hygiene-toilettes", "Toilettes bouchées").await;
    said(&app, 3, BESIDE, "cour-sol-arbre", "Une grosse branche").await;
    said(&app, 4, SOUTH, "cour-jeux", "Balançoire cassée").await;
    said(&app, 5, SOUTH, "securite-intrusion", "Balançoire, quelqu’un est entré").await;
    change_status(&app.app, 1002, Change { to: Status::Done, reason: None }).await.unwrap();
    app
}

async fn every_filter_takes_away_and_all_combine(app: TestApp) {
    let app = city(app).await;
    for (question, expected) in [
        ("", vec![4, 3, 2, 1]),
        ("place=9990001X", vec![2, 1]),
        ("zone=city:99901", vec![4, 3, 2, 1]),
        ("zone=place:9990002Y", vec![3]),
        ("zone=city:99902", vec![]),
        ("category=cour", vec![4, 3, 1]),
        ("category=cour-jeux", vec![4, 1]),
        ("status=open", vec![4, 3, 1]),
        ("status=closed", vec![2]),
        ("status=done", vec![2]),
        ("status=sent", vec![4, 3, 1]),
        ("bbox=5.02,43.05,5.021,43.051", vec![3, 2, 1]),
        ("bbox=5.0202,43.05,5.0204,43.0502", vec![2, 1]),
        ("bbox=5.02,43.051,5.021,43.05", vec![3, 2, 1]),
        // Everything but a strip that holds the northern schools.
        ("bbox=5.022,43,5.019,44", vec![4]),
        ("near=43.0501,5.0203&radius=20", vec![2, 1]),
        ("near=43.0501,5.0203&radius=100", vec![3, 2, 1]),
        ("near=43.0501,5.0203&bbox=5.0207,43,5.03,44", vec![3]),
        ("near=43.0501,5.0203&bbox=5,44,6,45", vec![]),
        ("q=balan", vec![4, 1]),
        ("q=CHA%C3%8ENE+balan", vec![1]),
        ("q=anglais", vec![]),
        ("q=!", vec![4, 3, 2, 1]),
        ("q=b&category=cour&status=open&zone=city:99901", vec![4, 3, 1]),
        ("place=9990001X&category=cour&status=open&q=balan&near=43.05,5.02&bbox=5,43,6,44", vec![1]),
    ] {
        assert_eq!(found(&app, question).await, expected, "{question}");
    }
}

async fn words_are_found_by_their_beginnings_whoever_of_those_merged_said_them(app: TestApp) {
    let app = app.with_city().await;
    said(&app, 1, SCHOOL, "cour-jeux", "La chaîne a lâché.").await;
    let mut body = swing();
    body["description"] = json!("Le siège pend");
    body["spot"] = json!("Cour du haut");
    body["photos"] = json!([app.photo(&photo::tiny().bytes).await]);
    body["captions"] = json!(["Vis rouillée"]);
    assert_eq!(receipt(&app, &parcel(2), &body).await["outcome"], "supporter");
    for (question, expected) in [
        ("q=si%C3%A8ge", vec![1]),
        ("q=haut+sieg", vec![1]),
        ("q=rouille", vec![1]),
        // One said the one, another the other.
        ("q=chaine+siege", vec![]),
        ("q=jeux", vec![1]),
        ("q=eux", vec![]),
    ] {
        assert_eq!(found(&app, question).await, expected, "{question}");
    }
}

async fn whoever_asks_since_when_sees_what_changed_the_latest_first(app: TestApp) {
    let app = app.with_city().await;
    for seed in 1..=3 {
        said(&app, seed, SCHOOL, ["cour-jeux", "cantine-repas", "energie-eau"][usize::from(seed) - 1], "")
            .await;
    }
    // 08:00 and an hour for each.
    assert_eq!(found(&app, "since=2026-09-07T10:00:00Z").await, [3, 2]);
    assert_eq!(found(&app, "since=2026-09-07T13:00:00%2B02:00").await, [3]);
    app.app.clock.advance(DAY);
    app.support(&parcel(9), parcel(1).id.as_str()).await;
    assert_eq!(found(&app, "since=2026-09-08T00:00:00Z").await, [1]);
    app.app.clock.advance(DAY);
    let mut late = swing();
    let bytes = photo::tiny().bytes;
    (late["category"], late["photos"]) = (json!("energie-chaleur"), json!([crate::app::sha256(&bytes)]));
    receipt(&app, &parcel(4), &late).await;
    app.app.clock.advance(DAY);
    app.photo(&bytes).await;
    app.run_jobs().await;
    assert_eq!(found(&app, "since=2026-09-10T00:00:00Z").await, [4], "its photo came, its mails left");
    assert_eq!(found(&app, "since=2026-09-07T00:00:00Z&place=9990001X").await, [4, 1, 3, 2]);
    assert_eq!(found(&app, "since=2026-09-07T00:00:00Z&q=cour").await, [1]);
}

async fn what_is_private_is_found_by_no_question(app: TestApp) {
    let app = app.with_city().await;
    said(&app, 5, SOUTH, "securite-intrusion", "Balançoire").await;
    for question in [
        "",
        "place=9990005B",
        "zone=place:9990005B",
        "zone=city:99901",
        "category=securite-intrusion",
        "category=securite",
        "status=open",
        "status=sent",
        "bbox=5,43,6,44",
        "near=43.0379,5.02655",
        "since=2026-01-01T00:00:00Z",
        "q=balancoire",
        "q=b",
    ] {
        assert_eq!(found(&app, question).await, Vec::<u8>::new(), "{question}");
    }
    let place: Value = app.get("/api/v1/places/9990005B").send().await.unwrap().json().await.unwrap();
    assert_eq!(place["open"], 0);
}

async fn pages_follow_each_other_whatever_is_asked(app: TestApp) {
    let app = app.with_city().await;
    for seed in 0..12 {
        app.app.clock.advance(HOUR);
        let others: Vec<_> = (0..seed).map(|seed| parcel(seed).id).collect();
        let body = json!({
            "place": SCHOOL, "description": "Balançoire", "observed_at": MORNING.0, "unlike": others
        });
        receipt(&app, &parcel(seed), &body).await;
        app.run_jobs().await;
    }
    let expected: Vec<u8> = (0..12).rev().collect();
    for question in
        ["q=balan", "zone=city:99901", "bbox=5,43,6,44", "status=sent", "since=2026-01-01T00:00:00Z"]
    {
        let (mut seen, mut before) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/v1/reports?{question}&limit=5{before}");
            let list: Value = app.get(&path).send().await.unwrap().json().await.unwrap();
            assert!(list["reports"].as_array().unwrap().len() <= 5);
            seen.extend(seeds(&list));
            let Some(next) = list["next"].as_str() else { break };
            before = format!("&before={next}");
        }
        assert_eq!(seen, expected, "{question}");
    }
}

/// As many reports as one page may look at, written by hand, and the one that is meant beyond them.
async fn a_walk_that_finds_little_says_where_to_read_on(app: TestApp) {
    let app = app.with_city().await;
    said(&app, 1, SCHOOL, "cour-jeux", "").await;
    let mut tx = app.app.db.write().await.unwrap();
    sqlx::query(
        "INSERT INTO reports (id, number, place_id, category, urgency, description, private, status, people, lang,
                              observed_at, received_at, changed_at, folded)
         WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 6000)
         SELECT '01a00000-0000-7000-8000-00000001' || CAST(1000 + n AS TEXT), 10000 + n, $1, 'cantine-repas', 2, '', 0,
                'sent', 1, '', $2, $2 + n, $2 + n, ' cantine repas ' FROM n",
    )
    .bind(SOUTH)
    .bind(MORNING.plus(DAY).0)
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let path = "/api/v1/reports?category=cour-jeux&status=open&bbox=5,43,6,44";
    let list: Value = app.get(path).send().await.unwrap().json().await.unwrap();
    assert_eq!(seeds(&list), [1], "begun at its category");
    let path = "/api/v1/reports?category=cour&status=open";
    let list: Value = app.get(path).send().await.unwrap().json().await.unwrap();
    assert_eq!(list["reports"], json!([]));
    let next = list["next"].as_str().expect("more to read");
    assert_eq!(found(&app, &format!("category=cour&status=open&before={next}")).await, [1]);
}

async fn what_an_earlier_version_took_in_is_found_by_its_words(app: TestApp) {
    let app = app.with_city().await;
    said(&app, 1, SCHOOL, "cour-jeux", "La chaîne a lâché.").await;
    let mut tx = app.app.db.write().await.unwrap();
    sqlx::query("UPDATE reports SET folded = NULL").execute(&mut *tx).await.unwrap();
    sqlx::query("DELETE FROM report_words").execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(found(&app, "q=chaine").await, Vec::<u8>::new());
    words::catch_up(&app.app).await.unwrap();
    assert_eq!(found(&app, "q=chaine").await, [1]);
}

async fn a_question_that_cannot_be_read_is_named(app: TestApp) {
    for (question, field) in [
        ("colour=red", "colour"),
        ("place=", "place"),
        ("place=a&place=b", "place"),
        ("status=lost", "status"),
        ("bbox=5,43,6", "bbox"),
        ("since=yesterday", "since"),
        ("zone=%00", "zone"),
        ("before=5-x", "before"),
    ] {
        let refused = problem(app.get(&format!("/api/v1/reports?{question}")).send().await.unwrap()).await;
        assert_eq!(refused, (400, "query_invalid".into(), Some(field.into())), "{question}");
    }
}

async fn an_answer_that_did_not_change_is_not_sent_again(app: TestApp) {
    let app = city(app).await;
    let page = format!("/api/v1/reports/{}", parcel(1).id);
    for path in [
        "/api/v1/reports?status=open",
        "/api/v1/places",
        "/api/v1/places/9990001X",
        &page,
        "/api/openapi.json",
    ] {
        let first = app.get(path).send().await.unwrap();
        let etag = first.headers()["etag"].to_str().unwrap().to_owned();
        let head = app.client.head(format!("{}{path}", app.url)).send().await.unwrap();
        assert_eq!(
            (head.headers()["etag"].to_str().unwrap(), head.status()),
            (etag.as_str(), first.status())
        );
        let again = app.get(path).header("if-none-match", format!("\"old\", {etag}")).send().await.unwrap();
        assert_eq!(
            (again.status(), again.headers()["etag"].to_str().unwrap()),
            (http::StatusCode::NOT_MODIFIED, etag.as_str())
        );
        assert!(again.bytes().await.unwrap().is_empty());
    }
    let before = app.get(&page).send().await.unwrap().headers()["etag"].clone();
    app.support(&parcel(9), parcel(1).id.as_str()).await;
    let changed = app.get(&page).header("if-none-match", before).send().await.unwrap();
    assert_eq!(changed.status(), 200);
}

async fn reading_is_open_to_every_site_and_nothing_else_is(app: TestApp) {
    let app = city(app).await;
    let ask = |method: &str, path: &str| {
        let request = app.client.request(Method::OPTIONS, format!("{}{path}", app.url));
        request
            .header("origin", "https://else.example")
            .header("access-control-request-method", method)
            .send()
    };
    let page = format!("/api/v1/reports/{}", parcel(1).id);
    let read = app.get(&page).header("origin", "https://else.example").send().await.unwrap();
    assert_eq!(read.headers()["access-control-allow-origin"], "*");
    let leave = ask("GET", &page).await.unwrap();
    assert_eq!(
        (leave.status().as_u16(), &leave.headers()["access-control-allow-headers"]),
        (204, &"if-none-match".parse().unwrap())
    );
    for method in ["PUT", "DELETE", "POST", "PATCH"] {
        for path in [page.as_str(), "/api/v1/uploads"] {
            let refused = ask(method, path).await.unwrap();
            assert!(!refused.headers().contains_key("access-control-allow-origin"), "{method} {path}");
        }
    }
}

async fn a_no_is_a_problem_wherever_it_comes_from(app: TestApp) {
    let app = app.with_city().await;
    let report = format!("/api/v1/reports/{}", parcel(1).id);
    let key = parcel(1).key;
    let sent = |method: Method, path: &str| {
        app.client.request(method, format!("{}{path}", app.url)).bearer_auth(key.reveal())
    };
    let words = swing().to_string();
    let mut cut = words.clone().into_bytes();
    cut[10] = 0xff;
    for (request, expected) in [
        (sent(Method::GET, "/api/v1/nothing"), (404, "not_found", None)),
        (sent(Method::GET, "/api/v2"), (404, "not_found", None)),
        (sent(Method::POST, "/api/v1/places"), (405, "method_not_allowed", None)),
        (sent(Method::GET, "/api/v1/uploads"), (405, "method_not_allowed", None)),
        (sent(Method::DELETE, "/api/openapi.json"), (405, "method_not_allowed", None)),
        (sent(Method::GET, "/api/v1/reports/%FF"), (400, "id_invalid", None)),
        (sent(Method::GET, "/api/v1/reports/1042"), (400, "id_invalid", Some("id"))),
        (sent(Method::PUT, &report).body(words.clone()), (415, "media_type", Some("content-type"))),
        (
            sent(Method::PUT, &report).header("content-type", "text/plain").body(words),
            (415, "media_type", Some("content-type")),
        ),
        (
            sent(Method::PUT, &report).header("content-type", "application/json").body(cut),
            (400, "body_invalid", Some("body")),
        ),
        (sent(Method::PUT, &report).json(&json!({ "place": SCHOOL })), (400, "body_invalid", Some("body"))),
        (sent(Method::PUT, &report).json(&"x".repeat(70_000)), (413, "too_large", Some("body"))),
        (
            app.client.get(format!("{}{report}", app.url)).bearer_auth("short"),
            (401, "key_missing", Some("key")),
        ),
    ] {
        let answer = request.send().await.unwrap();
        let allowed = answer.headers().get("allow").is_some();
        let asked = answer.headers().get("www-authenticate").is_some();
        let (status, code, field) = problem(answer).await;
        assert_eq!((status, code.as_str(), field.as_deref()), expected);
        assert_eq!((allowed, asked), (status == 405, status == 401));
    }
}
