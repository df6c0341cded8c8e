//! Feeds and sitemaps, read by parsers that are not ours.

use crate::app::{SCHOOL, TestApp, parcel, swing};
use crate::both_engines;
use atom_syndication::Feed;
use serde_json::json;
use shared::instant::HOUR;
use shared::reports::status::Status;
use vigie::rooms::reports::{Change, change_status};

both_engines!(
    a_list_is_followed_as_a_feed,
    a_report_is_followed_as_a_feed,
    every_step_at_a_school_or_in_a_zone_is_followed_as_a_feed,
    an_empty_feed_is_a_feed,
    words_that_are_no_xml_are_no_danger,
    a_sitemap_names_every_public_page,
);

async fn feed(app: &TestApp, path: &str) -> Feed {
    let answer = app.get(path).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    assert_eq!(answer.headers()["content-type"], "application/atom+xml; charset=utf-8");
    let text = answer.text().await.unwrap();
    let feed: Feed = text.parse().unwrap_or_else(|error| panic!("{path}: {error}\n{text}"));
    // RFC 4287 §4.1.1, §4.1.2: what each must have.
    assert!(!feed.id.is_empty() && !feed.title.value.is_empty() && !feed.authors.is_empty(), "{text}");
    assert!(feed.links.iter().any(|link| link.rel == "self"));
    let mut ids: Vec<_> = feed.entries.iter().map(|entry| entry.id.clone()).collect();
    assert!(feed.entries.iter().all(|entry| !entry.title.value.is_empty() && !entry.links.is_empty()));
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), feed.entries.len(), "each id once");
    feed
}

async fn a_list_is_followed_as_a_feed(app: TestApp) {
    let app = app.with_city().await;
    let mut body = swing();
    body["photos"] = json!([app.photo(&testkit::photo::tiny().bytes).await]);
    app.report(&parcel(1), &body).await;
    app.run_jobs().await;
    app.app.clock.advance(HOUR);
    let change = Change { to: Status::Planned, reason: Some("Lundi".into()) };
    change_status(&app.app, 1001, change).await.unwrap();
    let elsewhere = json!({ "place": "9990006C", "category": "cour-jeux", "observed_at": 0 });
    app.report(&parcel(2), &elsewhere).await;
    app.run_jobs().await;
    for path in [
        "/demandes/flux.atom",
        &format!("/demandes/flux.atom?place={SCHOOL}"),
        &format!("/ecoles/{SCHOOL}/flux.atom"),
    ] {
        let feed = feed(&app, path).await;
        assert_eq!(feed.entries.len(), if path == "/demandes/flux.atom" { 2 } else { 1 }, "{path}");
        let entry = feed.entries.last().unwrap();
        assert_eq!(entry.id, format!("urn:uuid:{}", parcel(1).id));
        assert_eq!(entry.title.value, "Jeu cassé, École maternelle les Goélands");
        assert_eq!(entry.published.unwrap().to_rfc3339(), "2026-09-07T08:00:00+00:00");
        assert_eq!(entry.updated.to_rfc3339(), "2026-09-07T09:00:00+00:00");
        assert_eq!(feed.updated, feed.entries.iter().map(|entry| entry.updated).max().unwrap());
        assert_eq!(entry.links[0].href, format!("https://vigie.example.org/demandes/{}", parcel(1).id));
        assert!(entry.summary.as_ref().unwrap().value.contains("Prévu"));
        assert!(entry.links.iter().any(|link| link.rel == "enclosure" && link.href.ends_with("/960.jpg")));
        assert_eq!(entry.categories[0].term, "cour-jeux");
    }
}

async fn a_report_is_followed_as_a_feed(app: TestApp) {
    let app = app.with_city().await;
    app.report(&parcel(1), &swing()).await;
    app.report(&parcel(2), &swing()).await;
    app.run_jobs().await;
    let path = format!("/demandes/{}/flux.atom", parcel(1).id);
    let feed = feed(&app, &path).await;
    let said: Vec<_> = feed.entries.iter().map(|entry| entry.title.value.as_str()).collect();
    assert_eq!(said.last(), Some(&"Signalement reçu"));
    assert!(said.iter().any(|line| line.starts_with("Envoyé à la mairie")), "{said:?}");
    let merged = app.get(&format!("/demandes/{}/flux.atom", parcel(2).id)).send().await.unwrap();
    assert_eq!(merged.headers()["location"], path.as_str());
}

async fn every_step_at_a_school_or_in_a_zone_is_followed_as_a_feed(app: TestApp) {
    let app = app.with_city().await;
    app.report(&parcel(1), &swing()).await;
    app.report(&parcel(2), &json!({ "place": "9990006C", "category": "cour-jeux", "observed_at": 0 })).await;
    app.run_jobs().await;
    vigie::rooms::journal::seal::all(&app.app).await.unwrap();
    app.app.clock.advance(HOUR);
    change_status(&app.app, 1001, Change { to: Status::Planned, reason: Some("Lundi".into()) })
        .await
        .unwrap();
    app.run_jobs().await;
    vigie::rooms::journal::seal::all(&app.app).await.unwrap();
    let own = feed(&app, &format!("/demandes/{}/flux.atom", parcel(1).id)).await;
    let mut ids: Vec<_> = own.entries.iter().map(|entry| entry.id.clone()).collect();
    ids.sort();
    for (path, page, entries) in [
        (format!("/journal/flux.atom?place={SCHOOL}"), format!("/ecoles/{SCHOOL}"), 4),
        ("/journal/flux.atom?zone=city%3A99901".into(), "/demandes?zone=city%3A99901".into(), 7),
        ("/journal/flux.atom".into(), "/journal".into(), 7),
    ] {
        let feed = feed(&app, &path).await;
        assert_eq!(feed.entries.len(), entries, "{path}");
        let newest = &feed.entries[0];
        assert_eq!(newest.updated.to_rfc3339(), "2026-09-07T09:00:00+00:00");
        assert_eq!(feed.updated, newest.updated);
        assert_eq!(newest.title.value, "Jeu cassé, École maternelle les Goélands");
        assert_eq!(newest.summary.as_ref().unwrap().value, "Nouvel état\u{a0}: Prévu. Lundi");
        assert_eq!(newest.id, format!("urn:uuid:{}#4", parcel(1).id));
        let mut of_it: Vec<_> = feed.entries.iter().map(|entry| entry.id.clone()).collect();
        of_it.retain(|id| id.contains(parcel(1).id.as_str()));
        of_it.sort();
        assert_eq!(of_it, ids, "a step has one name, wherever it is read");
        let html = app.get(&page).send().await.unwrap().text().await.unwrap();
        let link = format!(
            "<link rel=\"alternate\" type=\"application/atom+xml\" href=\"https://vigie.example.org{path}\""
        );
        assert!(html.contains(&link), "{link}: {html}");
    }
}

async fn an_empty_feed_is_a_feed(app: TestApp) {
    let app = app.with_city().await;
    assert_eq!(feed(&app, &format!("/ecoles/{SCHOOL}/flux.atom?lang=en")).await.entries.len(), 0);
    assert_eq!(feed(&app, "/journal/flux.atom").await.entries.len(), 0);
    assert_eq!(app.get("/ecoles/9990099Z/flux.atom").send().await.unwrap().status(), 404);
}

async fn words_that_are_no_xml_are_no_danger(app: TestApp) {
    let app = app.with_city().await;
    let mut body = swing();
    body["category"] = json!(null);
    body["description"] = json!("]]> <b>&amp; \u{7}\u{fffe}\"l’arbre\" 🙈");
    app.report(&parcel(1), &body).await;
    app.run_jobs().await;
    let title = feed(&app, "/demandes/flux.atom").await.entries[0].title.value.clone();
    assert!(title.starts_with("]]> <b>&amp; \"l’arbre\" 🙈"), "{title}");
}

async fn a_sitemap_names_every_public_page(app: TestApp) {
    let app = app.with_city().await;
    app.report(&parcel(1), &swing()).await;
    app.run_jobs().await;
    let mut pages = Vec::new();
    for part in locations(&app, "/sitemap.xml").await {
        let path = part.strip_prefix("https://vigie.example.org").unwrap();
        let found = locations(&app, path).await;
        assert!(found.len() <= 50_000);
        pages.extend(found);
    }
    let expected = [
        "/",
        "/ecoles",
        "/demandes",
        "/journal",
        &format!("/ecoles/{SCHOOL}"),
        &format!("/demandes/{}", parcel(1).id),
    ]
    .map(|path| format!("https://vigie.example.org{path}"));
    assert!(expected.iter().all(|page| pages.contains(page)), "{pages:#?}");
    let robots = app.get("/robots.txt").send().await.unwrap().text().await.unwrap();
    assert!(robots.contains("Sitemap: https://vigie.example.org/sitemap.xml"));
}

/// The `loc` of a sitemap, or of a list of them.
async fn locations(app: &TestApp, path: &str) -> Vec<String> {
    use quick_xml::events::Event;
    let text = app.get(path).send().await.unwrap().text().await.unwrap();
    let mut reader = quick_xml::Reader::from_str(&text);
    let (mut found, mut inside) = (Vec::new(), false);
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{path}: {error}\n{text}")) {
            Event::Start(tag) => inside = tag.name().as_ref() == b"loc",
            Event::Text(words) if inside => found.push(words.decode().unwrap().into_owned()),
            Event::End(_) => inside = false,
            Event::Eof => return found,
            _ => {}
        }
    }
}
