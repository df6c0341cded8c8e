//! The journal of everything: for people, for programs, for those who check.

use super::{found, run, told};
use crate::app::{MORNING, SCHOOL, TestApp, parcel, problem, swing};
use crate::both_engines;
use crate::reports::receipt;
use serde_json::{Value, json};
use shared::instant::{DAY, HOUR};
use shared::reports::status::Status;
use std::io::Write as _;
use std::process::{Command, Stdio};
use vigie::rooms::journal::list::WINDOW;
use vigie::rooms::journal::{seal, sealed};
use vigie::rooms::reports::merging::merge;
use vigie::rooms::reports::{Change, change_status};

both_engines!(
    lines_of_all_reports_are_one_list,
    a_list_is_read_to_its_end_whatever_is_asked,
    a_rare_kind_is_found_behind_a_thousand_others,
    one_report_is_exported_with_its_hashes,
    what_is_private_is_a_hash_and_nothing_else,
    anybody_can_check_with_what_the_readme_says,
    the_page_says_it_without_script,
);

async fn get(app: &TestApp, path: &str) -> Value {
    let answer = app.get(path).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.json().await.unwrap()
}

/// Number of the report and name of the event, newest first.
fn said(list: &Value) -> Vec<(i64, String)> {
    let line = |line: &Value| {
        (line["number"].as_i64().unwrap(), line["event"]["event"].as_str().unwrap().to_owned())
    };
    list["lines"].as_array().unwrap().iter().map(line).collect()
}

async fn lines_of_all_reports_are_one_list(app: TestApp) {
    let app = told(app).await;
    assert_eq!(said(&get(&app, "/api/v1/journal").await), [], "a line is there once it is sealed");
    seal::all(&app.app).await.unwrap();
    app.app.clock.advance(HOUR);
    change_status(&app.app, 1002, Change { to: Status::InProgress, reason: None }).await.unwrap();
    app.run_jobs().await;
    seal::all(&app.app).await.unwrap();
    let all = get(&app, "/api/v1/journal").await;
    let said_all = said(&all);
    assert_eq!(said_all.len(), 9);
    assert_eq!(said_all[0], (1002, "status_changed".into()));
    let seqs: Vec<_> =
        all["lines"].as_array().unwrap().iter().map(|line| line["seq"].as_i64().unwrap()).collect();
    assert_eq!(seqs, (1..=9).rev().collect::<Vec<_>>());
    for (asked, count) in [
        (format!("place={SCHOOL}"), 5),
        ("place=9990006C".into(), 4),
        ("place=9990003Z".into(), 0),
        ("zone=city:99901".into(), 9),
        ("zone=city:99902".into(), 0),
        ("zone=place:9990006C".into(), 4),
        ("kind=status_changed".into(), 2),
        ("kind=received".into(), 2),
        (format!("kind=received&place={SCHOOL}"), 1),
        ("kind=nothing".into(), 0),
        ("since=2026-09-07T09:00:00Z".into(), 1),
        ("since=2026-09-07T08:00:00Z".into(), 9),
        ("since=2026-09-07T10:00:00Z".into(), 0),
        (format!("report={}", parcel(1).id), 5),
    ] {
        assert_eq!(said(&get(&app, &format!("/api/v1/journal?{asked}")).await).len(), count, "{asked}");
    }
    for (asked, answer) in [
        ("place=..".to_owned(), (400, "query_invalid".into(), Some("place".into()))),
        ("before=x".to_owned(), (400, "query_invalid".into(), Some("before".into()))),
        ("number=5".to_owned(), (400, "query_invalid".into(), Some("number".into()))),
        (format!("report={}", parcel(9).id), (404, "report_unknown".into(), Some("report".into()))),
    ] {
        let got = app.get(&format!("/api/v1/journal?{asked}")).send().await.unwrap();
        assert_eq!(problem(got).await, answer, "{asked}");
    }
    let first = app.get("/api/v1/journal").send().await.unwrap();
    let etag = first.headers()["etag"].clone();
    let again = app.get("/api/v1/journal").header("if-none-match", etag).send().await.unwrap();
    assert_eq!(again.status(), 304);
    merge(&app.app, 1002, 1001).await.unwrap();
    app.run_jobs().await;
    seal::all(&app.app).await.unwrap();
    let merged = said(&get(&app, "/api/v1/journal").await);
    assert!(
        merged.contains(&(1002, "received".into())),
        "what was put together is told all the same: {merged:?}"
    );
}

async fn a_list_is_read_to_its_end_whatever_is_asked(app: TestApp) {
    let app = told(app).await;
    seal::all(&app.app).await.unwrap();
    for asked in [
        "",
        "&zone=city:99901",
        "&kind=notice_sent",
        "&since=2026-09-01T00:00:00Z",
        &format!("&report={}", parcel(1).id),
    ] {
        let whole = get(&app, &format!("/api/v1/journal?limit=100{asked}")).await;
        let (mut pages, mut before) = (vec![], String::new());
        loop {
            let page = get(&app, &format!("/api/v1/journal?limit=2{asked}{before}")).await;
            pages.extend(page["lines"].as_array().unwrap().clone());
            let Some(next) = page["next"].as_str() else { break };
            before = format!("&before={next}");
        }
        assert_eq!(json!(pages), whole["lines"], "{asked}");
        assert_eq!(whole["next"], Value::Null, "{asked}");
        assert!(pages.len() > 3, "{asked}");
    }
}

async fn a_rare_kind_is_found_behind_a_thousand_others(app: TestApp) {
    let app = told(app).await;
    seal::all(&app.app).await.unwrap();
    // More than a page looks at, written as a catch-up finds them.
    run(
        &app,
        &format!(
            "INSERT INTO journal (report_id, position, at, event)
         WITH RECURSIVE n (n) AS (SELECT 6 UNION ALL SELECT n + 1 FROM n WHERE n < {})
         SELECT '{}', n, {}, '{{\"event\":\"supported\",\"people\":2}}' FROM n",
            WINDOW + 1000,
            parcel(1).id,
            MORNING.0
        ),
    )
    .await;
    seal::catch_up(&app.app).await.unwrap();
    assert_eq!(found(&app).await.broken, None);
    let page = get(&app, "/api/v1/journal?kind=received").await;
    assert_eq!(said(&page), [], "not within one page's look");
    let next = page["next"].as_str().unwrap();
    let page = get(&app, &format!("/api/v1/journal?kind=received&before={next}")).await;
    assert_eq!((said(&page).len(), &page["next"]), (2, &Value::Null));
}

async fn one_report_is_exported_with_its_hashes(app: TestApp) {
    use sha2::{Digest, Sha256};
    let app = told(app).await;
    let list = get(&app, &format!("/api/v1/journal?report={}", parcel(1).id)).await;
    let mut before = "0".repeat(64);
    let lines = list["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 5, "also what is not sealed yet");
    for line in lines.iter().rev() {
        assert_eq!(line["seq"], Value::Null);
        let [report, text, hash] = ["report", "text", "hash"].map(|name| line[name].as_str().unwrap());
        let hashed = format!("{before}\n{report}\n{}\n{}\n{text}\n", line["position"], line["at"]);
        assert_eq!(vigie::rooms::photos::hex(&Sha256::digest(hashed)), hash);
        assert_eq!(serde_json::from_str::<Value>(text).unwrap(), line["event"]);
        before = hash.to_owned();
    }
    let page = app.page(&parcel(1).id).await;
    assert_eq!(page["journal"][0].get("hash"), None, "phones do not pay for it");
}

async fn what_is_private_is_a_hash_and_nothing_else(app: TestApp) {
    let app = told(app).await;
    let mut private = swing();
    private["category"] = json!("securite-intrusion");
    private["mail"] = json!("camille@example.org");
    receipt(&app, &parcel(7), &private).await;
    app.run_jobs().await;
    seal::all(&app.app).await.unwrap();
    let public = said(&get(&app, "/api/v1/journal?limit=100").await);
    assert!(public.len() == 8 && public.iter().all(|(number, _)| *number != 1003), "{public:?}");
    let sealed = app.get("/api/v1/journal/seals/1").send().await.unwrap().text().await.unwrap();
    let lines = serde_json::from_str::<Value>(&sealed).unwrap()["lines"].as_array().unwrap().clone();
    let bare = lines.iter().filter(|line| line.get("report").is_none());
    assert!(bare.clone().count() >= 1 && lines.len() == 8 + bare.clone().count(), "{sealed}");
    assert!(bare.clone().all(|line| line.as_object().unwrap().len() == 2), "{sealed}");
    let private = parcel(7).id;
    for path in ["/journal", "/journal/flux.atom", "/api/v1/journal"] {
        let text = app.get(path).send().await.unwrap().text().await.unwrap();
        assert!(!text.contains(private.as_str()) && !text.contains('@'), "{path}: {text}");
    }
    assert!(!sealed.contains(private.as_str()) && !sealed.contains('@'), "{sealed}");
    let refused = app.get(&format!("/api/v1/journal?report={private}")).send().await.unwrap();
    assert_eq!(problem(refused).await, (403, "not_public".into(), None));
    let page = app.get(&format!("/journal?report={private}")).send().await.unwrap();
    assert_eq!(page.status(), 403);
}

/// The checker of the README, fed with seals.
fn check(seals: &str) -> (bool, String) {
    let readme = include_str!("../../../../README.md");
    let code = readme.split("```python\n").nth(1).unwrap().split("```").next().unwrap();
    let mut python = Command::new("python3");
    python.args(["-c", code]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut python = python.spawn().unwrap();
    python.stdin.take().unwrap().write_all(seals.as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

async fn anybody_can_check_with_what_the_readme_says(app: TestApp) {
    let app = told(app).await;
    let mut private = swing();
    private["category"] = json!("securite-intrusion");
    receipt(&app, &parcel(7), &private).await;
    app.run_jobs().await;
    seal::all(&app.app).await.unwrap();
    app.app.clock.advance(DAY);
    let change = Change { to: Status::Done, reason: Some("« Réparé » 🎉 \"hier\"\n\u{1}".into()) };
    change_status(&app.app, 1001, change).await.unwrap();
    app.run_jobs().await;
    let file = app.folder.path().join("journal.jsonl");
    sealed::export(&app.app, &file).await.unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    let lines = found(&app).await.lines;
    let (sound, answer) = check(&text);
    let hash = found(&app).await.sealed.unwrap().2;
    assert!(sound && answer.contains(&format!("{lines} lines")) && answer.contains(&hash), "{answer}");
    let mut read = String::new();
    for seal in get(&app, "/api/v1/journal/seals").await["seals"].as_array().unwrap() {
        let answer = app.get(&format!("/api/v1/journal/seals/{}", seal["seal"])).send().await.unwrap();
        read += &(answer.text().await.unwrap() + "\n");
    }
    assert_eq!(read, text, "what is read from afar is what is exported");
    for (from, to) in [
        ("Lundi", "Mardi"),
        ("\"position\":2", "\"position\":3"),
        ("\"seq\":4", "\"seq\":5"),
        ("\"last\":", "\"last\":1"),
        ("\"root\":\"", "\"root\":\"0"),
    ] {
        let (sound, answer) = check(&text.replacen(from, to, 1));
        assert!(!sound && text.contains(from), "{from}: {answer}");
    }
    let (_, second) = text.split_once('\n').unwrap();
    assert!(!check(second).0, "the first seal is missing");
    assert_eq!(get(&app, "/api/v1/journal/seals?after=1").await["seals"].as_array().unwrap().len(), 1);
    let none = app.get("/api/v1/journal/seals/3").send().await.unwrap();
    assert_eq!(problem(none).await, (404, "not_found".into(), Some("number".into())));
}

async fn the_page_says_it_without_script(app: TestApp) {
    let app = told(app).await;
    seal::all(&app.app).await.unwrap();
    let page = |path: String| {
        let app = &app;
        async move {
            let answer = app.get(&path).send().await.unwrap();
            assert_eq!(answer.status(), 200, "{path}");
            answer.text().await.unwrap()
        }
    };
    let all = page("/journal".into()).await;
    let (_, _, hash) = found(&app).await.sealed.unwrap();
    for words in [
        "7 septembre 2026",
        "Signalement reçu",
        "École maternelle les Goélands",
        "10:00",
        "Lundi",
        &hash,
        "/journal/flux.atom",
    ] {
        assert!(all.contains(words), "{words}: {all}");
    }
    assert_eq!(all.matches("<li data-kind").count(), 8);
    assert!(all.contains(&format!("/demandes/{}", parcel(1).id)));
    let of_school = page(format!("/journal?place={SCHOOL}&kind=received")).await;
    assert_eq!(of_school.matches("<li data-kind").count(), 1);
    assert!(
        of_school.contains("value=\"received\" selected")
            && of_school.contains("Journal public · École maternelle les Goélands")
    );
    assert!(
        of_school.contains(&format!("name=\"place\" value=\"{SCHOOL}\"")),
        "a form keeps the school: {of_school}"
    );
    assert!(
        of_school.contains("/journal?zone=city%3A99901") || of_school.contains("/journal?zone=city:99901"),
        "{of_school}"
    );
    let school = page(format!("/ecoles/{SCHOOL}")).await;
    assert!(
        school.contains(&format!("/journal?place={SCHOOL}"))
            && school.contains(&format!("/journal/flux.atom?place={SCHOOL}"))
    );
    let wrong = app.get("/journal?place=..").send().await.unwrap();
    assert_eq!(wrong.status(), 400);
}
