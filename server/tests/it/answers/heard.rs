//! Who hears of an answer by a push, and that what answers leave behind outlives a restore.

use super::*;
use crate::push::{subscribed, told as pushed};
use testkit::push_service::PushService;
use vigie::app::App;
use vigie::backup;
use vigie::rooms::answers::link::{self as links, Worth};

both_engines!(
    phones_of_those_who_wait_are_told_once_with_the_desks_function,
    a_locked_phone_says_nothing_of_a_private_answer,
    links_and_documents_outlive_a_restore,
);

async fn phones_of_those_who_wait_are_told_once_with_the_desks_function(app: TestApp) {
    let service = PushService::start();
    let app = told(app).await;
    let phone = subscribed(&app, &service, 101, &[1]).await;
    let path = link_of(&app, MAIRIE);
    let say = async |fields: &[(&str, &str)]| {
        let form = Form::of(&open(&app, &path).await);
        let form = fields.iter().fold(form, |form, (name, value)| form.with(name, value));
        assert_eq!(form.post(&app, &path).await.status(), 303);
        app.run_jobs().await;
    };
    say(&[("words", "La pièce arrive lundi."), ("step", "planned"), ("on", "2026-10-03")]).await;
    say(&[("words", "Elle est là.")]).await;
    say(&[("internal", "Entre nous.")]).await;
    say(&[("step", "elsewhere"), ("to", "circonscription@circonscription:port-exemple-nord")]).await;
    let bodies: Vec<_> = pushed(&service, &phone).iter().map(|shown| shown["body"].clone()).collect();
    let place = "École maternelle les Goélands";
    assert_eq!(
        bodies[..2],
        [
            json!(format!("la mairie\u{a0}: Travaux prévus. «\u{a0}La pièce arrive lundi.\u{a0}»\n{place}")),
            json!(format!("la mairie\u{a0}: une réponse est arrivée. «\u{a0}Elle est là.\u{a0}»\n{place}")),
        ]
    );
    assert_eq!(bodies.len(), 3, "a word between desks is no news: {bodies:?}");
}

async fn a_locked_phone_says_nothing_of_a_private_answer(app: TestApp) {
    let service = PushService::start();
    let app = app.with_city().await;
    let mut private = swing();
    private["category"] = json!("securite-harcelement-eleve");
    app.report(&parcel(1), &private).await;
    app.run_jobs().await;
    let phone = subscribed(&app, &service, 101, &[1]).await;
    let path = link_of(&app, DIRECTION);
    let form = Form::of(&open(&app, &path).await).with("words", "Nous avons vu Camille.");
    assert_eq!(form.post(&app, &path).await.status(), 303);
    app.run_jobs().await;
    let [shown] = &pushed(&service, &phone)[..] else { panic!("one message") };
    assert!(!shown.to_string().contains("Camille") && !shown.to_string().contains("harcèlement"), "{shown}");
    let own = app.get(&format!("/api/v1/reports/{}", parcel(1).id)).bearer_auth(parcel(1).key.reveal());
    assert!(
        own.send().await.unwrap().text().await.unwrap().contains("Nous avons vu Camille."),
        "its owner reads it"
    );
}

async fn links_and_documents_outlive_a_restore(app: TestApp) {
    let app = told(app).await;
    let path = link_of(&app, MAIRIE);
    let pdf = b"%PDF-1.4\n%%EOF\n";
    let form = Form::of(&open(&app, &path).await).file("document", pdf).with("internal", "Entre nous.");
    assert_eq!(form.post(&app, &path).await.status(), 303);
    app.run_jobs().await;
    let file = app.folder.path().join("copy.tar");
    backup::write(&app.app, &file).await.unwrap();
    let other = TestApp::sqlite().await;
    backup::restore(&other.app, &file, false).await.unwrap();
    let hash = last(&app, 2).await[0]["document"]["hash"].as_str().unwrap().to_owned();
    let served = other.get(&format!("/documents/{hash}.pdf")).send().await.unwrap();
    assert_eq!(served.bytes().await.unwrap()[..], pdf[..]);
    // The next start reads the secret that came with the copy.
    let edges = App::edges(&other.config).unwrap();
    let started = App::build(other.config.clone(), edges).await.unwrap();
    let text = path.strip_prefix("/repondre/").unwrap();
    let worth = |app| async move { links::read(app, text).await.unwrap() };
    assert!(matches!(worth(&other.app).await, Worth::None), "another server's secret");
    assert!(!matches!(worth(&started).await, Worth::None));
}
