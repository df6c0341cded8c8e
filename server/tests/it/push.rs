//! Phones that are told: what a push service gets, what a browser reads of it, and every way in which it fails.

use crate::app::{TestApp, parcel, problem, swing};
use crate::both_engines;
use serde_json::{Value, json};
use shared::instant::{DAY, HOUR};
use shared::push::endpoint::Policy;
use shared::reports::status::Status;
use std::time::Duration;
use testkit::push_service::receiver::Receiver;
use testkit::push_service::{Post, PushService};
use vigie::jobs::LEASE;
use vigie::rooms::push::settings::Push;
use vigie::rooms::push::store;
use vigie::rooms::reports::{Change, change_status};

mod failing;

both_engines!(
    a_change_of_status_is_told_to_everybody_who_waits,
    a_private_report_shows_nothing_on_a_locked_phone,
    nobody_is_woken_and_what_is_newer_takes_the_place_of_what_is_older,
    a_phone_says_again_what_it_follows_and_a_replay_is_harmless,
    a_phone_that_forgot_its_name_is_told_once,
    who_says_no_more_gets_no_more,
    an_entry_belongs_to_who_made_it,
    a_person_sees_and_removes_the_phones_that_share_a_secret,
    a_worker_that_dies_with_messages_in_hand_loses_none,
    the_key_is_made_once_and_kept_with_the_data,
);

/// How the servers of tests send: to this machine too.
pub fn settings() -> Push {
    let policy = Policy { loopback: true, ..Policy::default() };
    Push { subject: Some("mailto:vigie@example.org".into()), policy, patience: Duration::from_secs(2) }
}

/// The public key that phones subscribe with.
pub async fn public_key(app: &TestApp) -> String {
    let offer: Value = app.get("/api/v1/push").send().await.unwrap().json().await.unwrap();
    offer["public_key"].as_str().unwrap().to_owned()
}

/// A phone that follows what `parcels` became; its own id and secret come of `seed`.
pub async fn subscribed(app: &TestApp, service: &PushService, seed: u8, parcels: &[u8]) -> Receiver {
    let receiver = service.subscribe(Some(&public_key(app).await));
    assert_eq!(put(app, seed, &body(&receiver, parcels)).await.status(), 200);
    receiver
}

fn body(receiver: &Receiver, parcels: &[u8]) -> Value {
    let follows: Vec<_> = parcels.iter().map(|seed| parcel(*seed).key.reveal().to_owned()).collect();
    json!({ "subscription": receiver.to_json(), "lang": "fr", "zone": "Europe/Paris", "follows": follows })
}

async fn put(app: &TestApp, seed: u8, body: &Value) -> reqwest::Response {
    let device = parcel(seed);
    let request = app.put(&format!("/api/v1/push/{}", device.id)).bearer_auth(device.key.reveal());
    request.json(body).send().await.unwrap()
}

async fn change(app: &TestApp, number: i64, to: Status, reason: Option<&str>) {
    let change = Change { to, reason: reason.map(str::to_owned) };
    change_status(&app.app, number, change).await.unwrap();
}

/// A report by parcel 1, its mails gone, and a phone that follows it.
async fn followed(app: TestApp, service: &PushService) -> (TestApp, Receiver) {
    let app = app.with_city().await;
    app.report(&parcel(1), &swing()).await;
    app.run_jobs().await;
    let phone = subscribed(&app, service, 101, &[1]).await;
    (app, phone)
}

/// What a phone was told, in order.
pub fn told(service: &PushService, phone: &Receiver) -> Vec<Value> {
    let own = |post: &Post| phone.is_for(post).then(|| phone.read(&post.body)["notification"].clone());
    service.taken().iter().filter_map(own).collect()
}

async fn a_change_of_status_is_told_to_everybody_who_waits(app: TestApp) {
    let service = PushService::start();
    let app = app.with_city().await;
    let mut report = swing();
    let photo = app.photo(&testkit::photo::tiny().bytes).await;
    report["photos"] = json!([photo]);
    app.report(&parcel(1), &report).await;
    app.report(&parcel(2), &swing()).await;
    app.support(&parcel(3), parcel(1).id.as_str()).await;
    app.run_jobs().await;
    let reporter = subscribed(&app, &service, 101, &[1]).await;
    let joined = subscribed(&app, &service, 102, &[2]).await;
    let second_phone = subscribed(&app, &service, 103, &[9, 2]).await;
    let supporter = service.subscribe(Some(&public_key(&app).await));
    let mut english = body(&supporter, &[3]);
    english["lang"] = json!("en");
    put(&app, 104, &english).await;
    let stranger = subscribed(&app, &service, 105, &[8]).await;

    change(&app, 1001, Status::InProgress, Some("Technicien prévu jeudi.")).await;
    assert_eq!(app.run_jobs().await, 1, "one job for all of them");
    assert_eq!(service.taken().len(), 4, "{:?}", service.posts());
    assert!(told(&service, &stranger).is_empty());
    for phone in [&reporter, &joined, &second_phone] {
        let [shown] = &told(&service, phone)[..] else { panic!("one message") };
        let (report, photos) = (parcel(1).id, format!("https://vigie.example.org/photos/{photo}"));
        let tag = report.as_str().replace('-', "");
        assert_eq!(
            (&shown["title"], &shown["body"], &shown["lang"], &shown["dir"], &shown["tag"]),
            (
                &json!("Jeu cassé"),
                &json!("Quelqu’un s’en occupe. Technicien prévu jeudi.\nÉcole maternelle les Goélands"),
                &json!("fr"),
                &json!("ltr"),
                &json!(tag)
            )
        );
        assert_eq!(shown["navigate"], format!("https://vigie.example.org/demandes/{report}"));
        assert_eq!(shown["icon"], format!("{photos}/320.jpg"));
        assert_eq!(shown["image"], format!("{photos}/960.jpg"));
        assert!(shown["badge"].as_str().unwrap().starts_with("https://vigie.example.org/assets/badge-96"));
        assert_eq!(shown["actions"], Value::Null, "no button that does nothing");
    }
    assert_eq!(
        told(&service, &supporter)[0]["body"],
        "Somebody is on it. Technicien prévu jeudi.\nÉcole maternelle les Goélands"
    );
    let post = service.taken().into_iter().find(|post| reporter.is_for(post)).unwrap();
    assert_eq!(reporter.read(&post.body)["web_push"], 8030);
    let header = |name: &str| post.headers[name].as_str();
    assert_eq!((header("ttl"), header("urgency")), ("604800", "normal"));
    assert_eq!(header("topic"), parcel(1).id.as_str().replace('-', ""));
    assert_eq!(post.claims["aud"], service.origin(), "with its port");
    assert_eq!(post.claims["sub"], "mailto:vigie@example.org");
    let hours = (post.claims["exp"].as_i64().unwrap() * 1_000 - app.app.clock.now().0) / HOUR;
    assert!((1..24).contains(&hours), "{hours}");
}

async fn a_private_report_shows_nothing_on_a_locked_phone(app: TestApp) {
    let service = PushService::start();
    let app = app.with_city().await;
    let private = shared::reports::category::ALL
        .iter()
        .find(|category| shared::reports::category::is_private(Some(category.slug)));
    let mut report = swing();
    report["category"] = json!(private.expect("a private category").slug);
    report["photos"] = json!([app.photo(&testkit::photo::tiny().bytes).await]);
    app.report(&parcel(1), &report).await;
    app.run_jobs().await;
    let phone = subscribed(&app, &service, 101, &[1]).await;
    change(&app, 1001, Status::Done, None).await;
    app.run_jobs().await;
    let shown = &told(&service, &phone)[0];
    assert_eq!(shown["title"], "Signalement n°\u{a0}1001");
    assert_eq!(shown["image"], Value::Null);
    assert!(!shown.to_string().contains("chaîne") && !shown.to_string().contains("/photos/"), "{shown}");
}

async fn nobody_is_woken_and_what_is_newer_takes_the_place_of_what_is_older(app: TestApp) {
    let service = PushService::start();
    let (app, phone) = followed(app, &service).await;
    let far = service.subscribe(None);
    let mut elsewhere = body(&far, &[1]);
    elsewhere["zone"] = json!("America/Martinique");
    put(&app, 102, &elsewhere).await;
    // 22:00 in Paris, 16:00 in Fort-de-France.
    app.app.clock.advance(12 * HOUR);
    change(&app, 1001, Status::InProgress, None).await;
    app.run_jobs().await;
    assert_eq!((told(&service, &phone).len(), told(&service, &far).len()), (0, 1));
    app.app.clock.advance(HOUR);
    change(&app, 1001, Status::Done, None).await;
    app.run_jobs().await;
    app.app.clock.advance(8 * HOUR - 1);
    app.run_jobs().await;
    assert_eq!(told(&service, &phone).len(), 0, "a second before seven");
    app.app.clock.advance(1);
    app.run_jobs().await;
    let told = told(&service, &phone);
    assert_eq!(told.len(), 1, "the first was replaced while it waited");
    assert_eq!(told[0]["body"], "C’est réglé.\nÉcole maternelle les Goélands");
    assert_eq!(app.jobs().await, (0, 0));
}

async fn a_phone_says_again_what_it_follows_and_a_replay_is_harmless(app: TestApp) {
    let service = PushService::start();
    let (app, phone) = followed(app, &service).await;
    for _ in 0..2 {
        let answer: Value = put(&app, 101, &body(&phone, &[1, 2])).await.json().await.unwrap();
        assert_eq!(answer, json!({ "since": app.app.clock.now().0, "follows": 2 }));
    }
    // The browser made another subscription.
    let renewed = service.subscribe(Some(&public_key(&app).await));
    put(&app, 101, &body(&renewed, &[1])).await;
    change(&app, 1001, Status::InProgress, None).await;
    app.run_jobs().await;
    assert_eq!((told(&service, &phone).len(), told(&service, &renewed).len()), (0, 1));
    // It follows nothing any more.
    put(&app, 101, &body(&renewed, &[])).await;
    change(&app, 1001, Status::Done, None).await;
    assert_eq!(app.run_jobs().await, 0);
}

async fn a_phone_that_forgot_its_name_is_told_once(app: TestApp) {
    let service = PushService::start();
    let (app, phone) = followed(app, &service).await;
    put(&app, 102, &body(&phone, &[1])).await;
    change(&app, 1001, Status::Done, None).await;
    app.run_jobs().await;
    assert_eq!(told(&service, &phone).len(), 1);
}

async fn who_says_no_more_gets_no_more(app: TestApp) {
    let service = PushService::start();
    let (app, phone) = followed(app, &service).await;
    change(&app, 1001, Status::InProgress, None).await;
    let device = parcel(101);
    let path = format!("/api/v1/push/{}", device.id);
    for _ in 0..2 {
        let delete = app.client.delete(format!("{}{path}", app.url)).bearer_auth(device.key.reveal());
        assert_eq!(delete.send().await.unwrap().status(), 204);
    }
    app.run_jobs().await;
    assert_eq!(told(&service, &phone).len(), 0, "not even what waited");
    let gone = app.get(&path).bearer_auth(device.key.reveal()).send().await.unwrap();
    assert_eq!(problem(gone).await, (404, "not_found".into(), Some("id".into())));
}

async fn an_entry_belongs_to_who_made_it(app: TestApp) {
    let service = PushService::start();
    let (app, phone) = followed(app, &service).await;
    let path = format!("/api/v1/push/{}", parcel(101).id);
    let other = parcel(9).key;
    let taken = app.put(&path).bearer_auth(other.reveal()).json(&body(&phone, &[9])).send().await.unwrap();
    assert_eq!(problem(taken).await, (409, "id_taken".into(), Some("id".into())));
    let read = app.get(&path).bearer_auth(other.reveal()).send().await.unwrap();
    assert_eq!(problem(read).await.0, 404);
    let delete =
        app.client.delete(format!("{}{path}", app.url)).bearer_auth(other.reveal()).send().await.unwrap();
    assert_eq!(problem(delete).await, (401, "key_missing".into(), Some("authorization".into())));
    let unnamed = app.put(&path).json(&body(&phone, &[1])).send().await.unwrap();
    assert_eq!(problem(unnamed).await.0, 401);
    change(&app, 1001, Status::Done, None).await;
    app.run_jobs().await;
    assert_eq!(told(&service, &phone).len(), 1, "it is told as before");
}

async fn a_person_sees_and_removes_the_phones_that_share_a_secret(app: TestApp) {
    let service = PushService::start();
    let (app, _) = followed(app, &service).await;
    let old = subscribed(&app, &service, 102, &[1, 2]).await;
    subscribed(&app, &service, 103, &[2]).await;
    subscribed(&app, &service, 104, &[8]).await;
    let others = async |seed: u8, key: u8| -> Value {
        let path = format!("/api/v1/push/{}/others", parcel(seed).id);
        app.get(&path).bearer_auth(parcel(key).key.reveal()).send().await.unwrap().json().await.unwrap()
    };
    let since = app.app.clock.now().0;
    let listed = |seeds: &[u8]| {
        let one = |seed: &u8| json!({ "id": parcel(*seed).id, "family": "other", "since": since });
        json!({ "devices": seeds.iter().map(one).collect::<Vec<_>>() })
    };
    assert_eq!(others(101, 101).await, listed(&[102]), "not who shares nothing, nor the endpoint");
    assert_eq!(others(102, 102).await, listed(&[101, 103]));
    assert_eq!(others(101, 9).await, listed(&[]), "nothing without its secret");

    let remove = async |seed: u8, key: u8, other: u8| {
        let path = format!("{}/api/v1/push/{}/others/{}", app.url, parcel(seed).id, parcel(other).id);
        app.client.delete(path).bearer_auth(parcel(key).key.reveal()).send().await.unwrap().status().as_u16()
    };
    for (seed, key, other) in [(101, 101, 103), (101, 101, 104), (101, 9, 102), (101, 101, 101)] {
        assert_eq!(remove(seed, key, other).await, 204);
    }
    assert_eq!(
        others(102, 102).await,
        listed(&[101, 103]),
        "no stranger's phone, and not one's own, was removed"
    );
    for _ in 0..2 {
        assert_eq!(remove(101, 101, 102).await, 204);
    }
    assert_eq!(others(101, 101).await, listed(&[]));
    change(&app, 1001, Status::Done, None).await;
    app.run_jobs().await;
    assert!(told(&service, &old).is_empty(), "it is told nothing more");
}

async fn a_worker_that_dies_with_messages_in_hand_loses_none(app: TestApp) {
    let service = PushService::start();
    let (app, phone) = followed(app, &service).await;
    change(&app, 1001, Status::Done, None).await;
    let now = app.app.clock.now();
    let mut tx = app.app.db.write().await.unwrap();
    let batch = store::claim(&mut tx, "dead", (now, now.plus(LEASE)), 10).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(batch.len(), 1, "this worker has it in hand, and is never seen again");
    app.run_jobs().await;
    assert_eq!(told(&service, &phone).len(), 0, "the lease protects it from the others");
    app.app.clock.advance(LEASE);
    app.run_jobs().await;
    assert_eq!(told(&service, &phone).len(), 1);
    // It was not dead, only slow: what it records undoes nothing.
    let mut tx = app.app.db.write().await.unwrap();
    store::put_back(&mut tx, "dead", &batch[0], app.app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    app.app.clock.advance(DAY);
    app.run_jobs().await;
    assert_eq!(told(&service, &phone).len(), 1);
}

async fn the_key_is_made_once_and_kept_with_the_data(app: TestApp) {
    let key = public_key(&app).await;
    let again = vigie::rooms::push::open(&app.app.db, &settings()).await.unwrap().unwrap();
    assert_eq!(again.public_key(), key);
    let off = vigie::rooms::push::open(&app.app.db, &Push::default()).await.unwrap();
    assert!(off.is_none(), "nobody signs");
}
