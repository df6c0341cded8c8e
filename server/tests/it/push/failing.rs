//! What a push service may do instead of taking a message, and addresses that are no push service.

use super::{body, change, followed, public_key, put, settings, told};
use crate::app::{TestApp, parcel, problem};
use crate::both_engines;
use serde_json::json;
use shared::instant::{DAY, HOUR, MINUTE};
use shared::push::endpoint::Policy;
use shared::reports::status::Status;
use testkit::push_service::{Behaviour, PushService};
use vigie::doctor::examine;
use vigie::rooms::push::settings::Push;

both_engines!(
    a_subscription_that_is_gone_is_forgotten,
    what_is_refused_for_good_is_dropped_and_the_doctor_says_so,
    what_is_too_long_is_shrunk,
    a_service_says_when_to_come_back,
    a_service_that_fails_or_says_nothing_is_tried_again,
    news_that_nobody_wants_any_more_are_dropped,
);

async fn a_subscription_that_is_gone_is_forgotten(app: TestApp) {
    let service = PushService::start();
    let (app, phone) = followed(app, &service).await;
    for (seed, status) in [(101, 404), (102, 410)] {
        put(&app, seed, &body(&phone, &[1])).await;
        service.behave(Behaviour::Status(status));
        let to = if status == 404 { Status::InProgress } else { Status::Done };
        change(&app, 1001, to, None).await;
        app.run_jobs().await;
        let path = format!("/api/v1/push/{}", parcel(seed).id);
        let gone = app.get(&path).bearer_auth(parcel(seed).key.reveal()).send().await.unwrap();
        assert_eq!(problem(gone).await.0, 404, "after {status}");
    }
    app.app.clock.advance(DAY);
    app.run_jobs().await;
    assert_eq!(service.posts().len(), 2, "one each");
    service.give_up(&phone);
}

async fn what_is_refused_for_good_is_dropped_and_the_doctor_says_so(app: TestApp) {
    let service = PushService::start();
    let (app, phone) = followed(app, &service).await;
    for (status, to) in [(400, Status::InProgress), (403, Status::Planned)] {
        service.behave(Behaviour::Status(status));
        change(&app, 1001, to, None).await;
        app.run_jobs().await;
        let (findings, sound) = examine(&app.config).await.unwrap();
        let hint = if status == 403 { ": look at VIGIE_PUSH_SUBJECT" } else { "" };
        let advice = format!("phones that are not told, since their service says {status}: 1{hint}");
        assert!(findings.contains(&advice) && sound, "{findings}");
    }
    app.app.clock.advance(DAY);
    app.run_jobs().await;
    assert_eq!(service.posts().len(), 2, "not tried again");
    service.behave(Behaviour::Honest);
    change(&app, 1001, Status::Done, None).await;
    app.run_jobs().await;
    assert_eq!(told(&service, &phone).len(), 1);
    let (findings, _) = examine(&app.config).await.unwrap();
    assert!(!findings.contains("that are not told"), "{findings}");
    assert!(findings.contains("VIGIE_PUSH_ALLOW_LOOPBACK IS SET"), "{findings}");
}

async fn what_is_too_long_is_shrunk(app: TestApp) {
    let service = PushService::start();
    let (app, phone) = followed(app, &service).await;
    service.behave(Behaviour::TakesUpTo(400));
    change(&app, 1001, Status::InProgress, Some(&"Longtemps. ".repeat(20))).await;
    app.run_jobs().await;
    let shown = &told(&service, &phone)[0];
    assert_eq!((shown["title"].as_str(), shown["body"].as_str()), (Some("Jeu cassé"), None));
    assert!(shown["navigate"].is_string() && shown["tag"].is_string(), "{shown}");
    service.behave(Behaviour::Status(413));
    change(&app, 1001, Status::Done, None).await;
    app.run_jobs().await;
    let (findings, _) = examine(&app.config).await.unwrap();
    assert!(findings.contains("their service says 413: 1"), "{findings}");
    assert_eq!(app.jobs().await, (0, 0));
}

async fn a_service_says_when_to_come_back(app: TestApp) {
    let service = PushService::start();
    let (app, phone) = followed(app, &service).await;
    for status in [429, 503] {
        let before = service.posts().len();
        service.behave(Behaviour::RetryAfter(status, "1800"));
        change(&app, 1001, if status == 429 { Status::InProgress } else { Status::Done }, None).await;
        app.run_jobs().await;
        app.app.clock.advance(30 * MINUTE - 1);
        app.run_jobs().await;
        assert_eq!(service.posts().len(), before + 1, "not before it said");
        service.behave(Behaviour::Honest);
        app.app.clock.advance(1);
        app.run_jobs().await;
        assert_eq!(service.posts().len(), before + 2);
    }
    assert_eq!(told(&service, &phone).len(), 2);
    // A day that never comes.
    service.behave(Behaviour::RetryAfter(429, "31536000"));
    change(&app, 1001, Status::Sent, None).await;
    app.run_jobs().await;
    service.behave(Behaviour::Honest);
    app.app.clock.advance(4 * HOUR);
    app.run_jobs().await;
    let told = told(&service, &phone);
    assert_eq!(
        told[2]["body"],
        "Rouvert\u{a0}: une réponse est de nouveau attendue.\nÉcole maternelle les Goélands"
    );
}

async fn a_service_that_fails_or_says_nothing_is_tried_again(app: TestApp) {
    let service = PushService::start();
    let (app, phone) = followed(app, &service).await;
    change(&app, 1001, Status::Done, None).await;
    for behaviour in [Behaviour::Status(500), Behaviour::Hang] {
        let before = service.posts().len();
        service.behave(behaviour.clone());
        let (_, answer) = tokio::join!(app.run_jobs(), app.get("/healthz").send());
        assert_eq!(answer.unwrap().status(), 200);
        assert_eq!(service.posts().len(), before + 1, "{behaviour:?}");
        app.app.clock.advance(2 * MINUTE);
    }
    service.behave(Behaviour::Honest);
    app.run_jobs().await;
    assert_eq!(told(&service, &phone).len(), 1);
    assert_eq!(app.jobs().await, (0, 0));
}

async fn news_that_nobody_wants_any_more_are_dropped(app: TestApp) {
    let service = PushService::start();
    let (app, phone) = followed(app, &service).await;
    change(&app, 1001, Status::Done, None).await;
    app.app.clock.advance(8 * DAY);
    app.run_jobs().await;
    assert!(told(&service, &phone).is_empty() && service.posts().is_empty());
    let (findings, _) = examine(&app.config).await.unwrap();
    assert!(
        findings.contains("phones told: 1, messages waiting: 0") && !findings.contains("not told"),
        "{findings}"
    );
    assert_eq!(app.jobs().await, (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed() {
    let (service, inside) = (PushService::start(), PushService::start());
    let (app, _) = followed(TestApp::sqlite().await, &service).await;
    service.behave(Behaviour::Redirect(format!("{}/p/secret", inside.origin())));
    change(&app, 1001, Status::Done, None).await;
    app.run_jobs().await;
    assert_eq!((service.posts().len(), inside.posts().len()), (1, 0));
    let (findings, _) = examine(&app.config).await.unwrap();
    assert!(findings.contains("their service says 307: 1"), "{findings}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_cannot_name_what_is_no_push_service() {
    let app = TestApp::sqlite().await;
    let service = PushService::start();
    let phone = service.subscribe(Some(&public_key(&app).await));
    for endpoint in [
        "https://169.254.169.254/latest/meta-data",
        "https://vigie.example.org/x",
        "https://fcm.googleapis.com:8443/x",
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com@evil.example/x",
        "x",
    ] {
        let mut body = body(&phone, &[1]);
        body["subscription"]["endpoint"] = json!(endpoint);
        let refused = problem(put(&app, 101, &body).await).await;
        assert_eq!(refused, (422, "endpoint_refused".into(), Some("endpoint".into())), "{endpoint}");
    }
    for (key, value) in [("p256dh", "AAAA"), ("p256dh", "é"), ("auth", "AAAA"), ("auth", "")] {
        let mut body = body(&phone, &[1]);
        body["subscription"]["keys"][key] = json!(value);
        let refused = problem(put(&app, 101, &body).await).await;
        assert_eq!(refused, (400, "body_invalid".into(), Some("keys".into())), "{key} {value}");
    }
}

/// The setting was there when the phone came, and is no longer.
#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_is_judged_again_when_something_leaves() {
    let service = PushService::start();
    let (app, phone) = followed(TestApp::sqlite().await, &service).await;
    change(&app, 1001, Status::Done, None).await;
    let strict = Push { policy: Policy::default(), ..settings() };
    let pusher = vigie::rooms::push::open(&app.app.db, &strict).await.unwrap().unwrap();
    let subscription = serde_json::from_value(phone.to_json()).unwrap();
    let envelope = vigie::edges::webpush::Envelope {
        topic: shared::push::payload::Topic::parse("t").unwrap(),
        urgency: vigie::edges::webpush::Urgency::Normal,
        ttl: 1,
    };
    let answer = pusher.send(&subscription, &envelope, "{}", app.app.clock.now()).await;
    assert_eq!(answer, vigie::edges::webpush::Answer::Refused("endpoint Form".into()));
    assert!(service.posts().is_empty());
    app.run_jobs().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_say_who_it_is_offers_nothing() {
    let app = TestApp::sqlite().await;
    let mut config = app.config.clone();
    config.push = Push::default();
    let (findings, sound) = examine(&config).await.unwrap();
    assert!(findings.contains("push: off") && findings.contains("VIGIE_PUSH_SUBJECT") && sound, "{findings}");
}
