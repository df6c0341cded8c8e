//! Finding a school over HTTP.

use crate::app::{SCHOOL, TestApp, fixture, problem};
use crate::both_engines;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use vigie::rooms::places::import::{Choice, run};

both_engines!(
    words_find_the_schools_that_fit,
    near_is_a_list_with_distances,
    what_cannot_be_asked_is_a_problem_with_its_field,
    what_an_import_changed_is_found_at_once,
    the_page_of_schools_is_searched_without_script,
);

async fn found(app: &TestApp, path: &str) -> Vec<(String, Option<i64>)> {
    let answer = app.get(path).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let list: Value = answer.json().await.unwrap();
    let one = |found: &Value| (found["place"]["name"].as_str().unwrap().to_owned(), found["metres"].as_i64());
    list["places"].as_array().unwrap().iter().map(one).collect()
}

async fn words_find_the_schools_that_fit(app: TestApp) {
    let app = app.with_city().await;
    for (query, expected) in [
        ("goelands", &["École élémentaire les Goélands", "École maternelle les Goélands"][..]),
        ("mat.%20GOÉLANDS", &["École maternelle les Goélands", "École élémentaire les Goélands"]),
        ("goeland%20mats", &["École élémentaire les Goélands", "École maternelle les Goélands"]),
        ("golands", &["École élémentaire les Goélands", "École maternelle les Goélands"]),
        (SCHOOL, &["École maternelle les Goélands"]),
        ("introuvable", &[]),
    ] {
        let names: Vec<_> = found(&app, &format!("/api/v1/places/search?q={query}")).await;
        assert_eq!(names.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), expected, "{query}");
        assert!(names.iter().all(|(_, metres)| metres.is_none()));
    }
    // Beside the nursery school: of two that fit alike, the nearer first.
    let near = found(&app, "/api/v1/places/search?q=goelands&near=43.0501,5.0203&limit=2").await;
    assert_eq!(
        near,
        [
            ("École maternelle les Goélands".into(), Some(0)),
            ("École élémentaire les Goélands".into(), Some(71))
        ]
    );
}

async fn near_is_a_list_with_distances(app: TestApp) {
    let app = app.with_city().await;
    let near = found(&app, "/api/v1/places?near=43.0501,5.0203&limit=3").await;
    assert_eq!(near.len(), 3, "never one silently chosen");
    assert_eq!(near[0], ("École maternelle les Goélands".into(), Some(0)));
    assert!(near.windows(2).all(|pair| pair[0].1 <= pair[1].1), "{near:?}");
    assert_eq!(found(&app, "/api/v1/places?near=43.0501%2C%205.0203").await.len(), 6);
}

async fn what_cannot_be_asked_is_a_problem_with_its_field(app: TestApp) {
    let long = format!("search?q={}", "a".repeat(201));
    for (path, field) in [
        ("search", "q"),
        ("search?q=", "q"),
        ("search?q=%20", "q"),
        (&long, "q"),
        ("search?q=a&near=ici", "near"),
        ("search?q=a&near=91,5", "near"),
        ("search?q=a&near=0,0", "near"),
        ("search?q=a&near=NaN,5", "near"),
        ("search?q=a&limit=0", "limit"),
        ("search?q=a&limit=101", "limit"),
        ("search?q=a&q=b", "q"),
        ("search?q=a&x=1", "x"),
        ("?near=43", "near"),
        ("?near=43,5&limit=x", "limit"),
    ] {
        let path = format!("/api/v1/places/{path}").replace("/?", "?");
        let answer = app.get(&path).send().await.unwrap();
        assert_eq!(problem(answer).await, (400, "query_invalid".into(), Some(field.into())), "{path}");
    }
    assert_eq!(app.get("/api/v1/places/search?q=%ff%00").send().await.unwrap().status(), 200);
}

async fn what_an_import_changed_is_found_at_once(app: TestApp) {
    let search = "/api/v1/places/search?q=goelands";
    assert_eq!(found(&app, search).await, []);
    let app = app.with_city().await;
    assert_eq!(found(&app, search).await.len(), 2);
    let text = std::fs::read_to_string(fixture("places.csv")).unwrap();
    let file = app.folder.path().join("places.csv");
    let kept: Vec<&str> = text.lines().filter(|line| !line.contains(SCHOOL)).collect();
    std::fs::write(&file, kept.join("\n")).unwrap();
    let whole = Choice { complete: true, ..Choice::default() };
    assert_eq!(run(&app.app, &[file], &whole).await.unwrap().closed.len(), 1);
    assert_eq!(found(&app, search).await.len(), 1, "a closed school is not proposed");
    assert_eq!(
        found(&app, "/api/v1/places?near=43.0501,5.0203&limit=1").await[0].0,
        "École élémentaire les Goélands"
    );
}

async fn the_page_of_schools_is_searched_without_script(app: TestApp) {
    let app = app.with_city().await;
    let page = async |path: &str| app.get(path).send().await.unwrap().text().await.unwrap();
    let all = page("/ecoles").await;
    assert!(all.contains("Goélands") && all.contains("du Phare") && all.contains("name=\"q\""), "{all}");
    let some = page("/ecoles?q=goelands%20%22%3E%3Cb%3E").await;
    assert!(!some.contains("du Phare") && !some.contains("<b>"), "{some}");
    let found = page("/ecoles?q=golands").await;
    assert!(
        found.contains("les Goélands") && found.contains("2 écoles trouvées") && !found.contains("du Phare")
    );
    assert!(page("/ecoles?q=introuvable").await.contains("Aucune école de ce nom"));
}

/// The program itself, with all that it and its libraries can log.
#[test]
fn where_somebody_is_and_what_they_look_for_is_never_logged() {
    let folder = tempfile::tempdir().unwrap();
    let vigie = |verb: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vigie"));
        command
            .arg(verb)
            .current_dir(folder.path())
            .env("VIGIE_LISTEN", "127.0.0.1:0")
            .env("VIGIE_LOG", "trace");
        for name in ["VIGIE_DATABASE_URL", "VIGIE_BLOBS", "VIGIE_SMTP_URL"] {
            command.env_remove(name);
        }
        command
    };
    let file = fixture("places.csv");
    assert!(vigie("import").arg("places").arg(file).output().unwrap().status.success());
    let mut serving = vigie("serve").stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let mut log = BufReader::new(serving.stderr.take().unwrap());
    let (mut said, mut address) = (String::new(), None);
    while address.is_none() {
        assert!(log.read_line(&mut said).unwrap() > 0, "{said}");
        let at = said.lines().last().and_then(|line| line.split_once("address="));
        address = at.map(|(_, rest)| rest.split_whitespace().next().unwrap().to_owned());
    }
    let url = format!("http://{}", address.unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let answers = runtime.block_on(async {
        let mut answers = Vec::new();
        for path in [
            "/api/v1/places?near=43.0512345,5.0298765",
            "/api/v1/places/search?q=goelandissime&near=43.0512345,5.0298765",
            "/api/v1/places?near=43.0512345;5.0298765",
            "/ecoles?q=goelandissime",
        ] {
            answers.push(reqwest::get(format!("{url}{path}")).await.unwrap().status().as_u16());
        }
        answers
    });
    assert_eq!(answers, [200, 200, 400, 200]);
    serving.kill().unwrap();
    log.read_to_string(&mut said).unwrap();
    serving.wait().unwrap();
    assert!(said.contains("/api/v1/places/search"), "requests are logged by their pattern: {said}");
    for secret in ["43.05123", "5.02987", "goelandissime"] {
        let line = said.lines().find(|line| line.contains(secret));
        assert_eq!(line, None);
    }
}
