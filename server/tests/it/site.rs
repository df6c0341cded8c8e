//! Pages that browsers open, without the app's help.

use crate::app::{SCHOOL, TestApp, parcel, swing};
use crate::both_engines;

both_engines!(
    pages_are_complete_without_script,
    every_answer_says_that_it_is_ours,
    what_is_not_there_has_a_way_out,
    what_was_shared_with_no_worker_there_is_said_to_be_lost
);

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
        ("/".into(), &["Vigie"]),
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
    for path in ["/", "/healthz", "/api/v1/places", "/api/v1/nothing", "/nothing", "/photos/x/y"] {
        let answer = app.get(path).send().await.unwrap();
        assert_eq!(answer.headers()["x-vigie"], "1", "{path}");
        assert!(answer.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'self'"));
        assert!(answer.headers().get("set-cookie").is_none());
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
