//! `vigie restore FILE`: the file is checked as a whole, then photos are put, then, in one transaction, the schema of the
//! file is made anew, filled, and brought up to date. A crash before the end of it leaves the old database and some photos
//! that nobody names, which the sweep finds; after it, the new one.

use super::archive::{self, Part};
use super::tables;
use crate::app::App;
use crate::db::{Db, Engine};
use anyhow::{Context, Result, bail, ensure};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row};
use std::io::{BufReader, Read};
use std::path::Path;

/// Reads `file` into the installation of `app`, which is empty unless it may `replace` what is there. Gives the sentence
/// to print.
pub async fn restore(app: &App, file: &Path, replace: bool) -> Result<String> {
    let manifest = archive::check(file).with_context(|| format!("{} is no sound backup", file.display()))?;
    ensure!(
        manifest.migration <= Db::newest(),
        "{} was written by a newer vigie, at migration {}; this one knows {}",
        file.display(),
        manifest.migration,
        Db::newest()
    );
    if !replace && !is_empty(app).await? {
        bail!("this installation is not empty: --replace forgets what is there");
    }
    let photos = put_photos(app, file).await?;
    let rows = match app.db.engine() {
        Engine::Sqlite => on_sqlite(app, file, manifest.migration).await?,
        Engine::Postgres => on_postgres(app, file, manifest.migration).await?,
    };
    Ok(format!("{} restored: {rows} rows, {photos} files of photos", file.display()))
}

async fn is_empty(app: &App) -> Result<bool> {
    let rows: i64 = sqlx::query_scalar(
        "SELECT (SELECT COUNT(*) FROM places) + (SELECT COUNT(*) FROM parcels) + (SELECT COUNT(*) FROM photos)
              + (SELECT COUNT(*) FROM originals)",
    )
    .fetch_one(app.db.read())
    .await?;
    Ok(rows == 0)
}

async fn put_photos(app: &App, file: &Path) -> Result<u64> {
    let mut photos = 0;
    for entry in archive::read(file)?.entries()? {
        let mut entry = entry?;
        if let Some(Part::Photo(name)) = archive::part(&entry)? {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes)?;
            app.blobs.put(&name, bytes).await?;
            photos += 1;
        }
    }
    Ok(photos)
}

/// References are checked at the end, since rows come in no order; SQLite lets that be set outside a transaction only.
async fn on_sqlite(app: &App, file: &Path, migration: i64) -> Result<u64> {
    let mut connection = app.db.writer().await?;
    sqlx::query("PRAGMA foreign_keys = OFF").execute(&mut *connection).await?;
    let filled = async {
        let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
        let tables =
            names(&mut tx, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'");
        for table in tables.await? {
            sqlx::query(AssertSqlSafe(format!("DROP TABLE \"{table}\""))).execute(&mut *tx).await?;
        }
        let rows = fill(&mut tx, file, migration).await?;
        let astray = sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut *tx).await?.len();
        ensure!(astray == 0, "{astray} rows refer to what is not there");
        tx.commit().await?;
        Ok(rows)
    }
    .await;
    // Whoever comes next gets a connection with its settings.
    connection.close_on_drop();
    filled
}

/// References are taken away while rows come, and put back, which checks them.
async fn on_postgres(app: &App, file: &Path, migration: i64) -> Result<u64> {
    let mut tx = app.db.write().await?;
    let tables = "SELECT CAST(table_name AS TEXT) FROM information_schema.tables
                  WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'";
    for table in names(&mut tx, tables).await? {
        sqlx::query(AssertSqlSafe(format!("DROP TABLE \"{table}\" CASCADE"))).execute(&mut *tx).await?;
    }
    Db::migrate(&mut tx, Some(migration)).await?;
    let references = sqlx::query(
        "SELECT CAST(CAST(conrelid AS regclass) AS TEXT) AS place, CAST(conname AS TEXT) AS name,
                pg_get_constraintdef(oid) AS text
         FROM pg_constraint WHERE contype = 'f' AND connamespace = CAST(current_schema() AS regnamespace)",
    );
    let references = references.fetch_all(&mut *tx).await?;
    let mut back = Vec::new();
    for row in &references {
        let (place, name): (&str, &str) = (row.try_get("place")?, row.try_get("name")?);
        let text: &str = row.try_get("text")?;
        back.push(format!("ALTER TABLE {place} ADD CONSTRAINT \"{name}\" {text}"));
        let away = format!("ALTER TABLE {place} DROP CONSTRAINT \"{name}\"");
        sqlx::query(AssertSqlSafe(away)).execute(&mut *tx).await?;
    }
    let rows = load(&mut tx, file).await?;
    for reference in back {
        sqlx::query(AssertSqlSafe(reference)).execute(&mut *tx).await?;
    }
    Db::migrate(&mut tx, None).await?;
    tx.commit().await?;
    Ok(rows)
}

async fn fill(connection: &mut AnyConnection, file: &Path, migration: i64) -> Result<u64> {
    Db::migrate(connection, Some(migration)).await?;
    let rows = load(connection, file).await?;
    Db::migrate(connection, None).await?;
    Ok(rows)
}

/// What migrations put there themselves is in the file as well, as it was later.
async fn load(connection: &mut AnyConnection, file: &Path) -> Result<u64> {
    let mut rows = 0;
    for entry in archive::read(file)?.entries()? {
        let entry = entry?;
        if let Some(Part::Table(name)) = archive::part(&entry)? {
            sqlx::query(AssertSqlSafe(format!("DELETE FROM \"{name}\""))).execute(&mut *connection).await?;
            rows += tables::load(connection, &name, BufReader::new(entry)).await?;
        }
    }
    Ok(rows)
}

async fn names(connection: &mut AnyConnection, sql: &'static str) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar(sql).fetch_all(connection).await?)
}
