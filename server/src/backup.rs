//! `vigie backup FILE`: database and photos in one tar file, also while serving.
//!
//! The database is copied first, then the photos: every photo it names is in the folder before the row that names it,
//! so the copy is whole. PostgreSQL is copied by its own `pg_dump`.

use crate::app::App;
use crate::db::{Db, Engine};
use crate::rooms::uploads;
use anyhow::{Context, Result, bail, ensure};
use std::fs::File;
use std::path::{Path, PathBuf};

/// Writes the copy; gives the sentence to print.
pub async fn write(app: &App, file: &Path) -> Result<String> {
    ensure!(!file.exists(), "{} exists already", file.display());
    let scratch = tempfile::tempdir()?;
    let database = copy_database(&app.db, &app.config.database_url, scratch.path()).await?;
    let partial = file.with_extension("partial");
    let mut tar = tar::Builder::new(
        File::create(&partial).with_context(|| format!("cannot write {}", partial.display()))?,
    );
    let name = database.file_name().context("a copy has no name")?.to_owned();
    tar.append_path_with_name(&database, name)?;
    append_photos(&mut tar, &app.config.blobs)?;
    tar.into_inner()?.sync_all()?;
    std::fs::rename(&partial, file)?;
    let bytes = std::fs::metadata(file)?.len();
    Ok(format!("{} written, {:.1} MB", file.display(), bytes as f64 / 1e6))
}

/// Every photo; not what is still on its way, which comes and goes while we look, and which its phone has.
fn append_photos(tar: &mut tar::Builder<File>, folder: &Path) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for shelf in std::fs::read_dir(folder)? {
        let shelf = shelf?;
        if shelf.file_type()?.is_dir() && shelf.file_name() != uploads::SHELF {
            tar.append_dir_all(Path::new("photos").join(shelf.file_name()), shelf.path())?;
        }
    }
    Ok(())
}

async fn copy_database(db: &Db, url: &str, scratch: &Path) -> Result<PathBuf> {
    match db.engine() {
        Engine::Sqlite => {
            let copy = scratch.join("vigie.db");
            sqlx::query("VACUUM INTO $1")
                .bind(copy.to_string_lossy().into_owned())
                .execute(db.read())
                .await?;
            Ok(copy)
        }
        Engine::Postgres => {
            let copy = scratch.join("vigie.sql");
            let dumped =
                tokio::process::Command::new("pg_dump").arg("--file").arg(&copy).arg(url).status().await;
            match dumped.context("pg_dump is needed to copy PostgreSQL: install the PostgreSQL client")? {
                status if status.success() => Ok(copy),
                status => bail!("pg_dump ended with {status}"),
            }
        }
    }
}
