//! Databases as earlier versions left them, and one that a later version wrote.

use crate::app::{MORNING, SCHOOL, TestApp, parcel};
use serde_json::json;
use sqlx::{AnyConnection, AssertSqlSafe, Connection};
use tempfile::TempDir;
use testkit::engine::postgres_schema;
use vigie::db::Db;
use vigie::rooms::reports::key_hash;

/// A row for each table there is once migration `until` ran, as it was then.
#[expect(clippy::too_many_lines, reason = "one entry for each table")]
fn rows(until: i64) -> Vec<String> {
    let (report, secret, hash) = (parcel(1).id, parcel(1).key, "ab".repeat(32));
    let proof = key_hash(&secret);
    let at = MORNING.0;
    let receipt = json!({ "id": report, "report": report, "number": 1001, "outcome": "new", "people": 1, "sent_to": [], "at": at });
    let named =
        if until < 7 { "(report_id, hash, position)" } else { "(report_id, hash, caption, position)" };
    let caption = if until < 7 { "" } else { "'Le siège', " };
    let all = [
        (1, format!("INSERT INTO zones VALUES ('place:{SCHOOL}', 'place', 'Les Goélands')")),
        (
            1,
            format!(
                "INSERT INTO places (id, name, kind, address, postcode, city, city_code, circonscription, mail, lat, lon, approximate, source, closed_at, read_at, touched_at) VALUES ('{SCHOOL}', 'Les Goélands', 'maternelle', '4 rue des Mâts', '99001', 'Port-Vigie', '99001', '', '', 43.05, 5.020000000000001, 0, 'essai.csv', NULL, {at}, 0)"
            ),
        ),
        (1, format!("INSERT INTO place_zones VALUES ('{SCHOOL}', 'place:{SCHOOL}', 0)")),
        (
            2,
            format!(
                "INSERT INTO desks (id, function, zone_id, name) VALUES ('desk', 'direction', 'place:{SCHOOL}', '')"
            ),
        ),
        (
            2,
            format!(
                "INSERT INTO mailboxes (id, desk_id, mail, source, from_at, until_at) VALUES ('box', 'desk', 'goelands@example.org', 'desks', {at}, NULL)"
            ),
        ),
        (
            3,
            format!(
                "INSERT INTO photos (hash, width, height, received_at) VALUES ('{hash}', 1200, 900, {at})"
            ),
        ),
        (
            4,
            format!(
                "INSERT INTO parcels (id, key_hash, report_id, receipt, claimed_at) VALUES ('{report}', '{proof}', '{report}', '{receipt}', {at})"
            ),
        ),
        (
            4,
            format!(
                "INSERT INTO reports (id, number, place_id, category, urgency, description, private, status, people, lang, observed_at, received_at) VALUES ('{report}', 1001, '{SCHOOL}', 'cour-jeux', 2, 'La chaîne a lâché.', 0, 'sent', 1, 'fr', {at}, {at})"
            ),
        ),
        (4, format!("INSERT INTO report_photos {named} VALUES ('{report}', '{hash}', {caption}0)")),
        (
            4,
            format!(
                "INSERT INTO contacts (parcel_id, mail, follow_key, lang) VALUES ('{report}', 'camille@example.org', '{}', 'fr')",
                secret.reveal()
            ),
        ),
        (
            5,
            format!(
                "INSERT INTO journal (report_id, position, at, event) VALUES ('{report}', 1, {at}, '{{\"event\":\"received\"}}')"
            ),
        ),
        (
            6,
            format!(
                "INSERT INTO jobs (id, kind, payload, run_at, leased_until, attempts, created_at) VALUES ('job', 'report.tell_desk', '{{}}', {}, 0, 0, {at})",
                at + 1_000_000_000
            ),
        ),
        (9, format!("INSERT INTO uploads VALUES ('{}', '{hash}', 10, 5, '', '', {at})", "0".repeat(32))),
    ];
    all.into_iter().filter(|(made, _)| *made <= until).map(|(_, sql)| sql).collect()
}

/// Runs the migrations up to `number` and fills what is there then.
async fn as_of(url: &str, number: i64) {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(url).await.unwrap();
    Db::migrate(&mut connection, Some(number)).await.unwrap();
    for sql in rows(number) {
        sqlx::query(AssertSqlSafe(sql.clone()))
            .execute(&mut connection)
            .await
            .unwrap_or_else(|e| panic!("{sql}: {e}"));
    }
    connection.close().await.unwrap();
}

async fn holds_what_was_there(app: &TestApp, number: i64) {
    let place = app.get(&format!("/api/v1/places/{SCHOOL}")).send().await.unwrap();
    assert_eq!(place.status(), 200, "migration {number}");
    if number < 4 {
        return;
    }
    let page = app.page(&parcel(1).id).await;
    assert_eq!(page["brief"]["number"], 1001);
    assert_eq!(page["voices"][0]["description"], "La chaîne a lâché.");
    assert_eq!(page["voices"][0]["photos"][0]["hash"], "ab".repeat(32));
    let caption = page["voices"][0]["photos"][0].get("caption");
    assert_eq!(caption, (number >= 7).then(|| json!("Le siège")).as_ref());
    assert_eq!(page["journal"].as_array().unwrap().len(), usize::from(number >= 5));
    let receipt = app.report(&parcel(1), &crate::app::swing()).await;
    assert_eq!(receipt.json::<serde_json::Value>().await.unwrap()["number"], 1001, "a replay is recognised");
    if number >= 6 {
        assert_eq!(app.jobs().await, (0, 0), "it waits for its hour");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_earlier_sqlite_database_is_brought_up_to_date() {
    for number in 1..=Db::newest() {
        let folder = TempDir::new().unwrap();
        as_of(&format!("sqlite://{}?mode=rwc", folder.path().join("vigie.db").display()), number).await;
        holds_what_was_there(&TestApp::open(folder, None, |_| ()).await, number).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_earlier_postgres_database_is_brought_up_to_date() {
    for number in 1..=Db::newest() {
        let schema = postgres_schema().await;
        as_of(schema.url(), number).await;
        let folder = TempDir::new().unwrap();
        holds_what_was_there(&TestApp::open(folder, Some(schema), |_| ()).await, number).await;
    }
}

crate::both_engines!(a_newer_database_is_refused_and_left_alone);

async fn a_newer_database_is_refused_and_left_alone(app: TestApp) {
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 SELECT 9999, 'to come', success, checksum, execution_time FROM _sqlx_migrations WHERE version = 1";
    let mut tx = app.app.db.write().await.unwrap();
    sqlx::query(newer).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    let sentence = format!("{:#}", Db::open(&app.config.database_url).await.unwrap_err());
    assert!(
        sentence.starts_with("the database was written by a newer vigie: it is at migration 9999"),
        "{sentence}"
    );
    let known: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM _sqlx_migrations")
        .fetch_one(app.app.db.read())
        .await
        .unwrap();
    assert!(known > 9);
}
