//! Pages that browsers open, without the app's help.

use crate::app::{SCHOOL, TestApp, parcel, swing};
use crate::both_engines;
use serde_json::{Value, json};
use shared::instant::DAY;

both_engines!(
    pages_are_complete_without_script,
    a_page_says_what_others_need_to_speak_of_it,
    a_page_is_sent_once_and_again_when_it_changed,
    a_page_is_in_the_language_asked_for,
    what_is_private_stands_nowhere,
    lists_are_read_page_by_page_by_links,
    lists_are_narrowed_by_what_a_reader_wants,
    every_answer_says_that_it_is_ours,
    a_refusal_is_a_page_where_a_page_was_asked_for,
    what_is_not_there_has_a_way_out,
    what_was_shared_with_no_worker_there_is_said_to_be_lost
);

async fn text(app: &TestApp, path: &str) -> String {
    app.get(path).send().await.unwrap().text().await.unwrap()
}

/// What a page tells search engines.
fn about(page: &str) -> Value {
    let data = page.split_once("<script type=\"application/ld+json\">").unwrap().1;
    serde_json::from_str(data.split_once("</script>").unwrap().0).unwrap()
}

async fn pages_are_complete_without_script(app: TestApp) {
    let app = app.with_city().await;
    app.report(&parcel(1), &swing()).await;
    app.report(&parcel(2), &swing()).await;
    app.run_jobs().await;
    let id = parcel(1).id;
    for (path, words) in [
        (
            format!("/demandes/{id}"),
            &[
                "Jeu cassé",
                "2 personnes",
                "Journal public",
                "La chaîne a lâché.",
                "og:title",
                "7 septembre 2026",
            ][..],
        ),
        ("/demandes".into(), &["Jeu cassé", "Goélands"]),
        (format!("/ecoles/{SCHOOL}"), &["les Goélands", "Jeu cassé", "4 rue des Mâts"]),
        ("/ecoles".into(), &["les Goélands"]),
        ("/".into(), &["Vigie", "<noscript>", "href=\"/ecoles\""]),
        ("/suivi".into(), &["besoin de JavaScript"]),
        ("/moi".into(), &["besoin de JavaScript"]),
        ("/file".into(), &["besoin de JavaScript"]),
    ] {
        let answer = app.get(&path).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        let page = answer.text().await.unwrap();
        for word in words {
            assert!(page.contains(word), "{path} lacks {word}: {page}");
        }
    }
    let english = app.get(&format!("/demandes/{id}")).header("accept-language", "en-GB,en;q=0.8,fr;q=0.5");
    assert!(english.send().await.unwrap().text().await.unwrap().contains("lang=\"en\""));
    let merged = app.get(&format!("/demandes/{}", parcel(2).id)).send().await.unwrap();
    assert_eq!(merged.headers()["location"], format!("/demandes/{id}").as_str());
}

async fn every_answer_says_that_it_is_ours(app: TestApp) {
    let app = app.with_city().await;
    app.report(&parcel(1), &swing()).await;
    app.run_jobs().await;
    let report = format!("/demandes/{}", parcel(1).id);
    for path in [
        "/",
        "/suivi",
        "/moi",
        "/file",
        "/signaler",
        "/shell",
        "/ecoles",
        &format!("/ecoles/{SCHOOL}"),
        &format!("/ecoles/{SCHOOL}/flux.atom"),
        "/demandes",
        "/demandes/flux.atom",
        &report,
        &format!("{report}/flux.atom"),
        "/sitemap.xml",
        "/robots.txt",
        "/healthz",
        "/readyz",
        "/sw.js",
        "/manifest.webmanifest",
        "/favicon.ico",
        "/assets/x.js",
        "/api/v1/places",
        "/api/v1/reports",
        "/api/v1/nothing",
        "/nothing",
        "/photos/x/y",
    ] {
        let answer = app.get(path).header("cookie", "a=b").send().await.unwrap();
        let headers = answer.headers();
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'self'") && !policy.contains("unsafe-inline"), "{path}");
        for (name, value) in [
            ("x-vigie", "1"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("strict-transport-security", "max-age=31536000"),
        ] {
            assert_eq!(headers[name], value, "{path}");
        }
        assert!(headers.contains_key("permissions-policy") && headers.contains_key("x-request-id"), "{path}");
        assert!(!headers.contains_key("set-cookie"), "{path}");
    }
    let write = app.report(&parcel(2), &swing()).await;
    assert!(!write.headers().contains_key("set-cookie"));
    app.run_jobs().await;
}

async fn a_page_says_what_others_need_to_speak_of_it(app: TestApp) {
    let app = app.with_city().await;
    let mut body = swing();
    body["photos"] = json!([app.photo(&testkit::photo::tiny().bytes).await]);
    body["description"] = json!("La chaîne a lâché. </script><b>");
    app.report(&parcel(1), &body).await;
    app.run_jobs().await;
    let address = format!("https://vigie.example.org/demandes/{}", parcel(1).id);
    let page = text(&app, &format!("/demandes/{}", parcel(1).id)).await;
    let photo = body["photos"][0].as_str().unwrap();
    for said in [
        "<title>Jeu cassé, École maternelle les Goélands · Vigie</title>".to_owned(),
        format!("<link rel=\"canonical\" href=\"{address}\">"),
        format!("<meta property=\"og:image\" content=\"https://vigie.example.org/photos/{photo}/960.jpg\">"),
        "<meta property=\"og:image:width\" content=\"".to_owned(),
        "<meta name=\"description\" content=\"Signalé le 7".to_owned(),
        "<meta name=\"twitter:card\"".to_owned(),
        format!("hreflang=\"en\" href=\"{address}?lang=en\""),
        format!("type=\"application/atom+xml\" href=\"{address}/flux.atom\""),
        "class=\"qr\"".to_owned(),
    ] {
        assert!(page.contains(&said), "lacks {said}: {page}");
    }
    let data = about(&page);
    assert_eq!((&data["@type"], &data["url"]), (&json!("DiscussionForumPosting"), &json!(address)));
    assert_eq!(data["text"], "La chaîne a lâché. </script><b>");
    assert_eq!(data["datePublished"], "2026-09-07T08:00:00Z");
    assert_eq!(
        about(&text(&app, &format!("/ecoles/{SCHOOL}")).await)["address"]["streetAddress"],
        "4 rue des Mâts"
    );
    // Scripts in a page are files of ours, or data that nothing runs.
    for path in ["/", "/ecoles", "/demandes", &format!("/demandes/{}", parcel(1).id)] {
        let page = text(&app, path).await;
        for script in page.split("<script").skip(1) {
            assert!(
                script.starts_with(" type=\"module\" src=")
                    || script.starts_with(" type=\"application/ld+json\">"),
                "{script}"
            );
        }
        assert!(
            !page.contains(" style=") && !page.contains("<style") && !page.contains(" onclick"),
            "{path}"
        );
    }
}

async fn a_page_is_sent_once_and_again_when_it_changed(app: TestApp) {
    let app = app.with_city().await;
    app.report(&parcel(1), &swing()).await;
    app.run_jobs().await;
    let report = format!("/demandes/{}", parcel(1).id);
    let feed = format!("{report}/flux.atom");
    for path in [
        "/",
        "/demandes",
        "/demandes/flux.atom",
        "/journal",
        "/journal/flux.atom",
        &report,
        &feed,
        &format!("/ecoles/{SCHOOL}"),
        "/sitemap.xml",
    ] {
        let first = app.get(path).send().await.unwrap();
        let tag = first.headers()["etag"].clone();
        app.app.clock.advance(40 * DAY);
        let again = app
            .get(path)
            .header("if-none-match", format!("\"x\", {}", tag.to_str().unwrap()))
            .send()
            .await
            .unwrap();
        assert_eq!((again.status().as_u16(), &again.headers()["etag"]), (304, &tag), "{path}");
        assert_eq!(again.text().await.unwrap(), "");
        let other =
            app.get(path).header("if-none-match", &tag).header("accept-language", "en").send().await.unwrap();
        assert_eq!(other.status(), 200, "{path}: in another language it is another page");
    }
    let tag = app.get(&report).send().await.unwrap().headers()["etag"].clone();
    app.support(&parcel(2), parcel(1).id.as_str()).await;
    for path in [&report, &feed, "/demandes"] {
        let changed = app.get(path).header("if-none-match", &tag).send().await.unwrap();
        assert_eq!(changed.status(), 200, "{path}");
    }
    app.run_jobs().await;
}

async fn a_page_is_in_the_language_asked_for(app: TestApp) {
    let app = app.with_city().await;
    let lang = async |path: &str, accepted: &str| {
        let page =
            app.get(path).header("accept-language", accepted).send().await.unwrap().text().await.unwrap();
        page.split_once("<html lang=\"").unwrap().1[..2].to_owned()
    };
    for (path, accepted, expected) in [
        ("/ecoles", "", "fr"),
        ("/ecoles", "en-GB,en;q=0.8,fr;q=0.5", "en"),
        ("/ecoles", "fr;q=0.5, en;q=0.8", "en"),
        ("/ecoles", "de, en;q=0", "fr"),
        ("/ecoles?lang=en", "fr", "en"),
        ("/ecoles?lang=xx", "fr", "fr"),
        ("/nothing?lang=en", "fr", "en"),
    ] {
        assert_eq!(lang(path, accepted).await, expected, "{path} {accepted}");
    }
    let page = text(&app, "/ecoles?lang=en").await;
    assert!(page.contains(&format!("href=\"/ecoles/{SCHOOL}?lang=en\"")), "links keep it: {page}");
    assert!(page.contains("rel=\"canonical\" href=\"https://vigie.example.org/ecoles?lang=en\""));
}

async fn what_is_private_stands_nowhere(app: TestApp) {
    let app = app.with_city().await;
    let secret = json!({ "place": SCHOOL, "category": "securite-violence", "description": "Secret.", "observed_at": 0 });
    app.report(&parcel(1), &secret).await;
    app.report(&parcel(2), &swing()).await;
    app.run_jobs().await;
    let id = parcel(1).id;
    for path in [format!("/demandes/{id}"), format!("/demandes/{id}/flux.atom")] {
        assert_eq!(app.get(&path).send().await.unwrap().status(), 403, "{path}");
        assert!(!text(&app, &path).await.contains("Secret."));
    }
    for path in [
        "/demandes",
        "/demandes/flux.atom",
        &format!("/ecoles/{SCHOOL}"),
        &format!("/ecoles/{SCHOOL}/flux.atom"),
        "/sitemap.xml?part=reports-0",
    ] {
        let page = text(&app, path).await;
        assert!(page.contains(parcel(2).id.as_str()), "{path} lists what is public");
        assert!(!page.contains(id.as_str()) && !page.contains("Secret."), "{path}");
    }
}

async fn lists_are_read_page_by_page_by_links(app: TestApp) {
    let app = app.with_city().await;
    for n in 1..=35 {
        let mut body = swing();
        body["category"] = json!(shared::reports::category::ALL[usize::from(n)].slug);
        body["description"] = json!("");
        app.app.clock.advance(1000);
        assert_eq!(app.report(&parcel(n), &body).await.status(), 200);
    }
    app.run_jobs().await;
    let first = text(&app, &format!("/demandes?status=open&place={SCHOOL}&lang=en")).await;
    let next =
        first.split_once("rel=\"next\" href=\"").unwrap().1.split_once('"').unwrap().0.replace("&amp;", "&");
    assert!(next.contains("lang=en") && next.contains("status=open") && next.contains("place="), "{next}");
    let second = text(&app, &next).await;
    assert_eq!(
        (first.matches("class=\"report-row\"").count(), second.matches("class=\"report-row\"").count()),
        (30, 5)
    );
    assert!(!second.contains("rel=\"next\"") && second.contains("The newest"));
    let found = text(&app, "/ecoles?q=goelands").await;
    assert!(found.contains(SCHOOL) && !found.contains("9990006C"), "{found}");
}

async fn lists_are_narrowed_by_what_a_reader_wants(app: TestApp) {
    let app = app.with_city().await;
    app.report(&parcel(1), &swing()).await;
    let cold = json!({ "place": "9990006C", "category": "energie-chauffage", "description": "Radiateur froid.", "observed_at": 0 });
    app.report(&parcel(2), &cold).await;
    app.run_jobs().await;
    let page = text(&app, &format!("/ecoles/{SCHOOL}")).await;
    let zone = page.split_once("/demandes?zone=").unwrap().1.split_once('"').unwrap().0;
    for (asked, shown) in [
        ("".to_owned(), [true, true]),
        ("?category=cour".into(), [true, false]),
        ("?category=energie-chauffage&q=".into(), [false, true]),
        ("?q=radiateur".into(), [false, true]),
        (format!("?place={SCHOOL}"), [true, false]),
        (format!("?zone={zone}&category=cour-jeux"), [true, false]),
        ("?status=closed".into(), [false, false]),
    ] {
        for path in ["/demandes", "/demandes/flux.atom"] {
            let page = text(&app, &format!("{path}{asked}")).await;
            let found = [1, 2].map(|n| page.contains(parcel(n).id.as_str()));
            assert_eq!(found, shown, "{path}{asked}");
        }
    }
    let page = text(&app, &format!("/demandes?place={SCHOOL}&category=cour&lang=en")).await;
    for kept in [
        format!("<input type=\"hidden\" name=\"place\" value=\"{SCHOOL}\">"),
        "<input type=\"hidden\" name=\"lang\" value=\"en\">".into(),
        "<option value=\"cour\" selected>".into(),
    ] {
        assert!(page.contains(&kept), "{kept}: {page}");
    }
    assert!(!page.contains("securite"), "what is never public is not offered");
}

async fn a_refusal_is_a_page_where_a_page_was_asked_for(app: TestApp) {
    for path in ["/demandes?before=nonsense", "/demandes?status=lost", "/sitemap.xml?part=reports-x"] {
        let answer = app.get(path).send().await.unwrap();
        assert!(answer.status().is_client_error(), "{path}");
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/html"), "{path}");
        assert!(answer.text().await.unwrap().contains("href=\"/demandes\""), "{path}");
    }
}

async fn what_is_not_there_has_a_way_out(app: TestApp) {
    for path in ["/nothing", "/demandes/42", "/ecoles/9990099Z", &format!("/demandes/{}", parcel(1).id)] {
        let answer = app.get(path).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
        assert!(answer.text().await.unwrap().contains("href=\"/suivi\""), "{path}");
    }
    let api = app.get("/api/v1/nothing").send().await.unwrap();
    assert_eq!(crate::app::problem(api).await, (404, "not_found".into(), None));
}

async fn what_was_shared_with_no_worker_there_is_said_to_be_lost(app: TestApp) {
    let share = app.client.post(format!("{}/partage", app.url)).body(vec![0; 3 * 1024 * 1024]);
    let answer = share.send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["location"]),
        (303, &"/?shared=lost".parse().unwrap())
    );
}
