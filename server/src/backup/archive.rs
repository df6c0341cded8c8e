//! The file: a tar of `tables/NAME.jsonl`, then `photos/NAME`, then `manifest.json`, which holds one digest of all that
//! stands before it. A file that was cut or altered has no manifest, or one that does not fit.

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// The form described above.
const FORMAT: u32 = 1;
const MANIFEST: &str = "manifest.json";
const TABLES: &str = "tables/";
const PHOTOS: &str = "photos/";

/// What the file says of itself, at its end.
#[derive(Debug, Serialize, Deserialize)]
pub struct Manifest {
    format: u32,
    /// The `vigie` that wrote it.
    made_by: String,
    /// The migration at which its tables are.
    pub migration: i64,
    sha256: String,
}

/// A file being written.
pub struct Writer {
    tar: tar::Builder<File>,
    digest: Sha256,
}

impl Writer {
    /// Begins to write into `file`.
    pub fn new(file: File) -> Self {
        Self { tar: tar::Builder::new(file), digest: Sha256::new() }
    }

    /// The rows of a table.
    pub fn table(&mut self, name: &str, rows: &mut File) -> Result<()> {
        let length = rows.seek(SeekFrom::End(0))?;
        rows.seek(SeekFrom::Start(0))?;
        self.append(&format!("{TABLES}{name}.jsonl"), length, rows)
    }

    /// A file of a photo.
    pub fn photo(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.append(&format!("{PHOTOS}{name}"), bytes.len() as u64, bytes)
    }

    fn append(&mut self, name: &str, length: u64, content: impl Read) -> Result<()> {
        begin(&mut self.digest, name, length);
        let content = Tee { content, digest: &mut self.digest };
        self.tar.append_data(&mut header(length), name, content)?;
        Ok(())
    }

    /// Writes the manifest, and all of it to the disk.
    pub fn finish(mut self, migration: i64) -> Result<()> {
        let sha256 = crate::rooms::photos::hex(&self.digest.finalize());
        let made_by = env!("CARGO_PKG_VERSION").to_owned();
        let manifest = serde_json::to_vec(&Manifest { format: FORMAT, made_by, migration, sha256 })?;
        self.tar.append_data(&mut header(manifest.len() as u64), MANIFEST, &manifest[..])?;
        Ok(self.tar.into_inner()?.sync_all()?)
    }
}

fn header(length: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_size(length);
    header.set_mode(0o600);
    header
}

/// Names and lengths count too: a file that changed its name is another.
fn begin(digest: &mut Sha256, name: &str, length: u64) {
    digest.update(name.as_bytes());
    digest.update([0]);
    digest.update(length.to_be_bytes());
}

/// Digests what is read.
struct Tee<'a, R> {
    content: R,
    digest: &'a mut Sha256,
}

impl<R: Read> Read for Tee<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.content.read(buffer)?;
        self.digest.update(&buffer[..read]);
        Ok(read)
    }
}

/// An entry being read.
pub type Entry<'a> = tar::Entry<'a, File>;

/// A part of the file.
#[derive(Debug, PartialEq, Eq)]
pub enum Part {
    /// The rows of this table.
    Table(String),
    /// The photo's file of this name.
    Photo(String),
}

impl Part {
    fn named(name: &str) -> Result<Self> {
        let plain = |text: &str, more: &str| {
            !text.is_empty()
                && !text.contains("..")
                && text
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || more.as_bytes().contains(&b))
        };
        let table = name.strip_prefix(TABLES).and_then(|rest| rest.strip_suffix(".jsonl"));
        if let Some(table) = table.filter(|table| plain(table, "_")) {
            return Ok(Self::Table(table.to_owned()));
        }
        match name.strip_prefix(PHOTOS).filter(|photo| plain(photo, "/-.")) {
            Some(photo) => Ok(Self::Photo(photo.to_owned())),
            None => bail!("it holds “{name}”, which is no part of a backup"),
        }
    }
}

/// Reads all of `file` and says whether it is a whole backup.
pub fn check(file: &Path) -> Result<Manifest> {
    let mut digest = Sha256::new();
    let mut archive = tar::Archive::new(open(file)?);
    let mut manifest = None;
    for entry in archive.entries()? {
        let mut entry = entry.context("it is no tar file, or was cut")?;
        ensure!(manifest.is_none(), "something follows its manifest");
        let name = name(&entry)?;
        if name == MANIFEST {
            let mut text = String::new();
            entry.take(64 * 1024).read_to_string(&mut text)?;
            manifest = Some(serde_json::from_str::<Manifest>(&text).context("its manifest cannot be read")?);
            continue;
        }
        Part::named(&name)?;
        begin(&mut digest, &name, entry.size());
        let mut content = Tee { content: &mut entry, digest: &mut digest };
        std::io::copy(&mut content, &mut std::io::sink()).context("it was cut")?;
    }
    let manifest = manifest.context("it has no manifest: it was cut, or vigie backup did not write it")?;
    ensure!(manifest.format == FORMAT, "it was written by a newer vigie ({})", manifest.made_by);
    let sound = manifest.sha256 == crate::rooms::photos::hex(&digest.finalize());
    ensure!(sound, "it was altered after it was written");
    Ok(manifest)
}

/// Opens `file`; [`part`] says what its entries are.
pub fn read(file: &Path) -> Result<tar::Archive<File>> {
    Ok(tar::Archive::new(open(file)?))
}

/// What an entry is; nothing for the manifest.
pub fn part(entry: &Entry<'_>) -> Result<Option<Part>> {
    let name = name(entry)?;
    if name == MANIFEST { Ok(None) } else { Part::named(&name).map(Some) }
}

fn open(file: &Path) -> Result<File> {
    File::open(file).with_context(|| format!("cannot read {}", file.display()))
}

fn name(entry: &Entry<'_>) -> Result<String> {
    let path = entry.path().context("it is no tar file, or was cut")?;
    Ok(path.to_str().context("a name in it is no text")?.to_owned())
}
