//! What the API says of itself, against what is there: neither an address nor a method that nobody was told of.

use crate::app::TestApp;
use http::Method;
use std::collections::{BTreeMap, BTreeSet};
use vigie::api::openapi::document;
use vigie::router::router;

/// Path, methods.
type Addresses = BTreeMap<String, BTreeSet<String>>;

/// Ids that fit wherever one is asked for.
const SOME: &str = "00000000-0000-7000-8000-000000000000";

/// The addresses of the API as the router itself knows them. It lists them nowhere but in its `Debug`.
fn routed(app: &TestApp) -> BTreeSet<String> {
    let text = format!("{:?}", router(app.app.clone()));
    let words = text.split('"').filter(|word| word.starts_with("/api/v1/") && !word.contains('*'));
    words.map(str::to_owned).collect()
}

/// What a "not for this method" says may be asked for. Reading goes without its header, and asking what may be asked.
async fn allowed(app: &TestApp, path: &str) -> BTreeSet<String> {
    let method = Method::from_bytes(b"PROPFIND").unwrap();
    let filled =
        path.split('/').map(|part| if part.starts_with('{') { SOME } else { part }).collect::<Vec<_>>();
    let request = app.client.request(method, format!("{}{}", app.url, filled.join("/")));
    let answer = request.header("tus-resumable", "1.0.0").send().await.unwrap();
    assert_eq!(answer.status(), 405, "{path}");
    let said = answer.headers()["allow"].to_str().unwrap().to_lowercase();
    let mut methods: BTreeSet<_> = said.split(',').map(|word| word.trim().to_owned()).collect();
    methods.remove("options");
    if methods.contains("get") {
        methods.remove("head");
    }
    methods
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_of_the_api_is_described_and_every_description_is_of_one() {
    let app = TestApp::sqlite().await;
    let mut there = Addresses::new();
    for path in routed(&app) {
        let methods = allowed(&app, &path).await;
        there.insert(path, methods);
    }
    let document = document();
    let items = document["paths"].as_object().unwrap().iter();
    let described: Addresses = items
        .map(|(path, item)| (path.clone(), item.as_object().unwrap().keys().cloned().collect()))
        .collect();
    assert_eq!(there, described);
}

#[test]
fn every_operation_says_that_it_may_be_asked_too_often() {
    let document = document();
    let operations =
        document["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap());
    for (_, operation) in operations {
        let refused = &operation["responses"]["429"];
        assert_eq!(refused["description"], "`too_many_requests`", "{}", operation["operationId"]);
        assert_eq!(refused["headers"]["Retry-After"]["schema"]["type"], "integer");
    }
}
