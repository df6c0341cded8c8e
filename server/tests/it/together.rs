//! Writers at once: on SQLite they share a transaction, and nobody notices but the disk.

use crate::app::{TestApp, parcel, problem, swing};
use crate::both_engines;
use crate::reports::receipt;
use anyhow::bail;
use futures_util::future::join_all;
use futures_util::poll;
use serde_json::Value;
use std::collections::BTreeSet;
use std::pin::pin;
use vigie::db::{Db, Tx};
use vigie::edges::faults::{Faults, How, Plan};

both_engines!(reports_at_once_are_each_taken_or_refused_for_themselves);

async fn reports_at_once_are_each_taken_or_refused_for_themselves(app: TestApp) {
    let app = app.with_city().await;
    let body = |n: u8| {
        let mut body = swing();
        if n.is_multiple_of(5) {
            body["place"] = "9990099Z".into();
        }
        body
    };
    let sent = (1..=30).map(|n| {
        let (app, body) = (&app, body(n));
        async move { (n, app.report(&parcel(n), &body).await) }
    });
    let mut waiting = BTreeSet::new();
    for (n, answer) in join_all(sent).await {
        if n.is_multiple_of(5) {
            assert_eq!(problem(answer).await, (422, "place_unknown".into(), Some("place".into())), "{n}");
        } else {
            let taken: Value = answer.json().await.unwrap();
            assert_eq!(taken["id"], parcel(n).id.as_str(), "{n}");
            assert_eq!(receipt(&app, &parcel(n), &body(n)).await, taken, "{n}: told again, it is the same");
            waiting.insert(taken["people"].as_u64().unwrap());
        }
    }
    assert_eq!(waiting, (1..=24).collect(), "each saw those before");
    app.run_jobs().await;
}

/// A database, and what it commits.
async fn database() -> (tempfile::TempDir, Db, std::sync::Arc<Plan>) {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", dir.path().join("vigie.db").display());
    let plan = Plan::nothing();
    let db = Db::open(&url).await.unwrap().failing(Faults::from(std::sync::Arc::clone(&plan)));
    (dir, db, plan)
}

/// Writes down that `who` was here; the one called `nobody` fails after it.
async fn write(tx: &mut Tx, who: &'static str) -> anyhow::Result<&'static str> {
    sqlx::query("INSERT INTO counters (name, value) VALUES ($1, 0)").bind(who).execute(&mut **tx).await?;
    if who == "nobody" {
        bail!("not {who}");
    }
    Ok(who)
}

async fn written(db: &Db) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT name FROM counters WHERE value = 0 AND name IN ('anna', 'bruno', 'nobody') ORDER BY name",
    )
    .fetch_all(db.read())
    .await
    .unwrap()
}

/// Tells the story of `who`, with the others who wait.
macro_rules! story {
    ($db:ident, $who:literal) => {
        pin!($db.together(|tx| Box::pin(write(tx, $who))))
    };
}

#[tokio::test]
async fn who_waits_shares_a_transaction_with_who_comes_before() {
    let (_dir, db, plan) = database().await;
    let busy = db.write().await.unwrap();
    plan.begin(None);
    let (mut anna, mut bruno) = (story!(db, "anna"), story!(db, "bruno"));
    assert!(poll!(&mut anna).is_pending() && poll!(&mut bruno).is_pending());
    busy.rollback().await.unwrap();
    assert_eq!((anna.await.unwrap(), bruno.await.unwrap()), ("anna", "bruno"));
    assert_eq!(plan.crossed(), ["begin", "commit", "committed"]);
    assert_eq!(written(&db).await, ["anna", "bruno"]);
}

#[tokio::test]
async fn one_that_fails_takes_nobody_along() {
    let (_dir, db, _) = database().await;
    let busy = db.write().await.unwrap();
    let (mut anna, mut nobody, mut bruno) = (story!(db, "anna"), story!(db, "nobody"), story!(db, "bruno"));
    assert!(
        poll!(&mut anna).is_pending() && poll!(&mut nobody).is_pending() && poll!(&mut bruno).is_pending()
    );
    busy.rollback().await.unwrap();
    assert_eq!(anna.await.unwrap(), "anna");
    assert_eq!(nobody.await.unwrap_err().to_string(), "not nobody");
    assert_eq!(bruno.await.unwrap(), "bruno");
    assert_eq!(written(&db).await, ["anna", "bruno"]);
}

#[tokio::test]
async fn who_leaves_takes_nobody_along() {
    let (_dir, db, _) = database().await;
    let busy = db.write().await.unwrap();
    let mut bruno = story!(db, "bruno");
    {
        let mut anna = story!(db, "anna");
        assert!(poll!(&mut anna).is_pending(), "anna has the turn");
        assert!(poll!(&mut bruno).is_pending(), "bruno waits for it");
    }
    busy.rollback().await.unwrap();
    assert_eq!(bruno.await.unwrap(), "bruno");
    assert!(written(&db).await.contains(&"bruno".to_owned()));
}

#[tokio::test]
async fn one_alone_is_told_what_is_wrong_with_it() {
    let (_dir, db, plan) = database().await;
    plan.begin(Some((1, How::Error)));
    let refused = db.together(|tx| Box::pin(write(tx, "anna"))).await;
    assert!(refused.is_err(), "the commit failed as planned");
    assert!(written(&db).await.is_empty());
    let again: anyhow::Result<&str> = db.together(|tx| Box::pin(write(tx, "anna"))).await;
    assert_eq!(again.unwrap(), "anna");
}
