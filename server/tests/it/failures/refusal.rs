//! A table that refuses a write, by a trigger: the failures between two statements of one transaction, which the edges do
//! not see.

use super::dump;
use sqlx::AssertSqlSafe;
use vigie::app::App;
use vigie::db::Engine;

const VERBS: [&str; 3] = ["INSERT", "UPDATE", "DELETE"];

/// From now on every verb that touches a table is noted.
pub async fn watch(app: &App) {
    run(app, "CREATE TABLE touched (what TEXT)".into()).await;
    if app.db.engine() == Engine::Postgres {
        let note = "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS \
                    $$ BEGIN INSERT INTO touched VALUES (TG_OP || ' ' || TG_TABLE_NAME); RETURN NULL; END $$";
        run(app, note.into()).await;
    }
    for table in dump::tables(app).await {
        for verb in VERBS {
            let note = match app.db.engine() {
                Engine::Sqlite => format!("BEGIN INSERT INTO touched VALUES ('{verb} {table}'); END"),
                Engine::Postgres => "FOR EACH ROW EXECUTE FUNCTION touch()".into(),
            };
            run(app, format!("CREATE TRIGGER touch_{verb}_{table} AFTER {verb} ON {table} {note}")).await;
        }
    }
}

/// Which verbs touched which tables.
pub async fn touched(app: &App) -> Vec<String> {
    let sql = "SELECT DISTINCT what FROM touched ORDER BY what";
    sqlx::query_scalar(sql).fetch_all(app.db.read()).await.unwrap()
}

/// From now on `what` (a verb and a table) is refused.
pub async fn refuse(app: &App, what: &str) {
    let (verb, table) = what.split_once(' ').unwrap();
    let refusal = match app.db.engine() {
        Engine::Sqlite => "BEGIN SELECT RAISE(ABORT, 'planned refusal'); END",
        Engine::Postgres => {
            let refusal = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
                           $$ BEGIN RAISE EXCEPTION 'planned refusal'; END $$";
            run(app, refusal.into()).await;
            "FOR EACH ROW EXECUTE FUNCTION refuse()"
        }
    };
    run(app, format!("CREATE TRIGGER refuse BEFORE {verb} ON {table} {refusal}")).await;
}

/// Nothing is refused any more.
pub async fn relent(app: &App, what: &str) {
    let on = match (app.db.engine(), what.split_once(' ')) {
        (Engine::Postgres, Some((_, table))) => format!(" ON {table}"),
        _ => String::new(),
    };
    run(app, format!("DROP TRIGGER refuse{on}")).await;
}

async fn run(app: &App, sql: String) {
    let mut tx = app.db.write().await.unwrap();
    let done = sqlx::query(AssertSqlSafe(sql.clone())).execute(&mut *tx).await;
    done.unwrap_or_else(|error| panic!("{sql}: {error}"));
    tx.commit().await.unwrap();
}
