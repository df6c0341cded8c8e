//! Two thousand people who are due in one minute.

use super::events;
use crate::app::TestApp;
use crate::both_engines;
use futures_util::StreamExt as _;
use serde_json::json;
use shared::ids::{Key, ParcelId, mint};
use std::collections::BTreeSet;
use testkit::push_service::PushService;
use vigie::jobs::LEASE;
use vigie::rooms::follow;

both_engines!(two_thousand_who_are_due_in_one_minute_are_asked_once_each);

/// People on one report each, due in the same minute: all asked, none twice, while others read and write.
async fn two_thousand_who_are_due_in_one_minute_are_asked_once_each(app: TestApp) {
    const PEOPLE: usize = 2_000;
    let service = PushService::start();
    let app = app.with_city().await;
    let now = app.app.clock.now();
    let people: Vec<_> = (0..PEOPLE)
        .map(|n| {
            let mut random = [0; 10];
            random[..8].copy_from_slice(&n.to_be_bytes());
            let mut secret = [0xaa; 16];
            secret[..8].copy_from_slice(&n.to_be_bytes());
            (mint(now, random), Key::from_bytes(secret))
        })
        .collect();
    seed(&app, &people).await;
    subscribe(&app, &service, &people).await;
    let stop = tokio::sync::Notify::new();
    let asking = async {
        // Two workers and more, as where several servers share one database.
        tokio::join!(app.run_jobs(), app.run_jobs(), app.run_jobs());
        stop.notify_one();
    };
    let others = async {
        let mut answers = 0;
        let pages = futures_util::stream::iter(people.iter().cycle()).map(|(id, _)| {
            let get = app.get(&format!("/api/v1/reports/{id}"));
            async move { get.send().await.unwrap().status().as_u16() }
        });
        let mut pages = std::pin::pin!(pages.buffered(2));
        loop {
            tokio::select! {
                () = stop.notified() => break answers,
                Some(status) = pages.next() => { assert_eq!(status, 200); answers += 1; }
            }
        }
    };
    let ((), answers) = tokio::join!(asking, others);
    assert!(answers > 10, "the app answers meanwhile: {answers}");
    let posts = service.taken();
    assert_eq!(posts.len(), PEOPLE, "all are asked, none twice");
    let topics: BTreeSet<_> = posts.iter().map(|post| post.headers["topic"].clone()).collect();
    assert_eq!(topics.len(), PEOPLE);
    let asked: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM follows WHERE asked_times = 1 AND asked_at IS NOT NULL")
            .fetch_one(app.app.db.read())
            .await
            .unwrap();
    assert_eq!(asked, i64::try_from(PEOPLE).unwrap());
    let told: Vec<i64> =
        sqlx::query_scalar("SELECT COUNT(*) FROM journal WHERE event LIKE '%asked%' GROUP BY report_id")
            .fetch_all(app.app.db.read())
            .await
            .unwrap();
    assert_eq!((told.len(), told.iter().sum::<i64>()), (PEOPLE, asked), "one line each");
    assert_eq!(events(&app.page(&people[0].0).await), ["asked"]);
    // A worker that met messages in another's hands looks after them once more, when those hands would have let them go.
    app.app.clock.advance(LEASE);
    app.run_jobs().await;
    assert_eq!((service.taken().len(), app.jobs().await), (PEOPLE, (0, 0)));
}

/// A phone for each of them.
async fn subscribe(app: &TestApp, service: &PushService, people: &[(ParcelId, Key)]) {
    let (key, now) = (crate::push::public_key(app).await, app.app.clock.now());
    let mut tx = app.app.db.write().await.unwrap();
    for (id, secret) in people {
        let device = serde_json::from_value(json!({
            "subscription": service.subscribe(Some(&key)).to_json(), "lang": "fr", "zone": "Europe/Paris",
            "follows": [secret.reveal()],
        }))
        .unwrap();
        let proof = vigie::rooms::reports::key_hash(secret);
        assert!(vigie::rooms::push::store::put_device(&mut tx, id, &proof, &device, now).await.unwrap());
        vigie::rooms::push::store::follow(&mut tx, id, std::iter::once(proof)).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// Reports as they lie in the database, all due now.
async fn seed(app: &TestApp, people: &[(ParcelId, Key)]) {
    let now = app.app.clock.now();
    let mut tx = app.app.db.write().await.unwrap();
    for (n, (id, secret)) in (5_000_i64..).zip(people) {
        sqlx::query(
            "INSERT INTO parcels (id, key_hash, report_id, claimed_at, about) VALUES ($1, $2, $1, $3, $1)",
        )
        .bind(id.as_str())
        .bind(vigie::rooms::reports::key_hash(secret))
        .bind(now.0)
        .execute(&mut *tx)
        .await
        .unwrap();
        sqlx::query(
            "INSERT INTO reports (id, number, place_id, category, urgency, description, private, status, people, lang,
                                  observed_at, received_at)
             VALUES ($1, $2, $3, 'cour-jeux', 3, '', 0, 'sent', 1, 'fr', $4, $4)",
        )
        .bind(id.as_str())
        .bind(n)
        .bind(crate::app::SCHOOL)
        .bind(now.0)
        .execute(&mut *tx)
        .await
        .unwrap();
        follow::store::begin(&mut tx, id, (shared::followup::Rhythm::In(7), Some(now)), now).await.unwrap();
    }
    follow::ask::alarm(&mut tx, now, now).await.unwrap();
    tx.commit().await.unwrap();
}
