//! `vigie backup FILE` and `vigie restore FILE`: database and photos in one tar file.
//!
//! Neutral: tables as JSON lines, photos under their names; what one engine and one store wrote, another reads. Written
//! while serving, from one snapshot of the database; restored as a whole or not at all. Does not keep photos still on
//! their way in pieces: their phones have them.

mod archive;
mod restore;
mod tables;

pub use restore::restore;

use crate::app::App;
use crate::db::Db;
use crate::rooms::answers::documents;
use crate::rooms::photos::{blob_name, original_name};
use anyhow::{Context, Result, ensure};
use archive::Writer;
use shared::ids::PhotoHash;
use shared::photos::SIZES;
use std::fs::File;
use std::path::Path;

/// Writes the copy; gives the sentence to print.
pub async fn write(app: &App, file: &Path) -> Result<String> {
    ensure!(!file.exists(), "{} exists already", file.display());
    let partial = file.with_extension("partial");
    let tar = File::create(&partial).with_context(|| format!("cannot write {}", partial.display()))?;
    let written = fill(app, tar).await;
    if written.is_err() {
        let _ = std::fs::remove_file(&partial);
    }
    let (photos, lost) = written?;
    std::fs::rename(&partial, file)?;
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        File::open(folder)?.sync_all()?;
    }
    let size = std::fs::metadata(file)?.len() as f64 / 1e6;
    let lost =
        if lost > 0 { format!("; {lost} photos have no files: see vigie doctor") } else { String::new() };
    Ok(format!("{} written, {size:.1} MB, {photos} photos{lost}", file.display()))
}

/// The tables first, then every photo and document that they name: its files were there before its row was.
async fn fill(app: &App, tar: File) -> Result<(usize, usize)> {
    let mut archive = Writer::new(tar);
    let mut tx = app.db.snapshot().await?;
    for table in tables::all(&mut tx, app.db.engine()).await? {
        let mut rows = tempfile::tempfile()?;
        tables::dump(&mut tx, &table, &mut rows).await?;
        archive.table(&table.name, &mut rows)?;
    }
    let shown = names(&mut tx, "SELECT hash FROM photos ORDER BY hash").await?;
    let arrived = names(&mut tx, "SELECT hash FROM originals ORDER BY hash").await?;
    let documents = names(&mut tx, "SELECT hash FROM documents ORDER BY hash").await?;
    drop(tx);
    let (mut photos, mut lost) = (0, 0);
    for (hash, original) in
        shown.iter().map(|hash| (hash, false)).chain(arrived.iter().map(|hash| (hash, true)))
    {
        let whole = (original && copy(app, &mut archive, &original_name(hash)).await?)
            || copy_sizes(app, &mut archive, hash).await?;
        *(if whole { &mut photos } else { &mut lost }) += 1;
    }
    for hash in &documents {
        let whole = copy(app, &mut archive, &documents::blob_name(hash)).await?;
        *(if whole { &mut photos } else { &mut lost }) += 1;
    }
    archive.finish(Db::newest())?;
    Ok((photos, lost))
}

async fn names(tx: &mut crate::db::Tx, sql: &'static str) -> Result<Vec<PhotoHash>> {
    let hashes: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut **tx).await?;
    hashes.iter().map(|hash| PhotoHash::parse(hash).map_err(anyhow::Error::from)).collect()
}

/// Every size. An original of the snapshot may have become sizes since.
async fn copy_sizes(app: &App, archive: &mut Writer, hash: &PhotoHash) -> Result<bool> {
    let mut whole = true;
    for side in SIZES {
        whole &= copy(app, archive, &blob_name(hash, side)).await?;
    }
    Ok(whole)
}

async fn copy(app: &App, archive: &mut Writer, name: &str) -> Result<bool> {
    let Some(bytes) = app.blobs.get(name).await? else { return Ok(false) };
    archive.photo(name, &bytes)?;
    Ok(true)
}
