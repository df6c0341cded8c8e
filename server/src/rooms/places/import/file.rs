//! Reading the files: CSV (`;`, `,` or tabs, with or without BOM), GeoJSON and JSON, each as it is or compressed by gzip;
//! columns by name.
//!
//! Promises: a file is never held as a whole. A thread of its own reads it and waits for whoever takes its records.

use anyhow::{Context, Result, bail};
use csv::StringRecord;
use flate2::bufread::MultiGzDecoder;
use indicatif::ProgressBar;
use shared::text::fold;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::json;

/// Records that wait to be taken.
const AHEAD: usize = 256;
/// Bytes read at once; the line of the columns' names fits.
const BUFFER: usize = 256 * 1024;

/// One line of a file: values by the folded names of their columns.
pub struct Record {
    /// Where each column is.
    pub columns: Arc<HashMap<String, usize>>,
    /// The values.
    pub values: StringRecord,
}

impl Record {
    /// The first of `names` that has a value; names are written folded (`code postal`).
    pub fn get(&self, names: &[&str]) -> &str {
        let value = |name: &&str| self.values.get(*self.columns.get(*name)?).map(str::trim);
        names.iter().filter_map(value).find(|value| !value.is_empty()).unwrap_or_default()
    }

    /// Whether the file has a column of one of these names.
    pub fn has(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.columns.contains_key(*name))
    }
}

/// A record, or why it is none, with the number of its line (for JSON: of its feature), counted as a person would.
pub type Numbered = (u64, Result<Record, String>);

/// A column's name as [`Record::get`] wants it; "REP +" is not "REP".
pub fn column(name: &str) -> String {
    fold(&name.replace('+', " plus"))
}

/// The file's own name.
pub fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// A bar as long as `files` together.
pub fn measure(files: &[PathBuf], bar: &ProgressBar) {
    let size = |path: &PathBuf| std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    bar.set_length(files.iter().map(size).sum());
}

/// Every record of `path`, as they are read; an error ends them.
pub fn records(path: &Path, bar: &ProgressBar) -> Receiver<Result<Numbered>> {
    let (sender, receiver) = channel(AHEAD);
    let (path, bar) = (path.to_owned(), bar.clone());
    std::thread::spawn(move || {
        if let Err(error) = read(&path, &bar, &sender) {
            // Nobody who waits for it: nobody to tell.
            let _ = sender.blocking_send(Err(error.context(path.display().to_string())));
        }
    });
    receiver
}

/// The text of a file, decompressed where it is compressed, without BOM.
pub fn open(path: &Path) -> Result<Box<dyn BufRead>> {
    let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    opened(file)
}

fn opened(file: impl Read + 'static) -> Result<Box<dyn BufRead>> {
    let mut input = BufReader::with_capacity(BUFFER, file);
    let mut text: Box<dyn BufRead> = if input.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
        Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(input)))
    } else {
        Box::new(input)
    };
    if text.fill_buf()?.starts_with("\u{feff}".as_bytes()) {
        text.consume(3);
    }
    Ok(text)
}

fn read(path: &Path, bar: &ProgressBar, sender: &Sender<Result<Numbered>>) -> Result<()> {
    let file = File::open(path).context("cannot be read")?;
    let mut input = opened(bar.wrap_read(file))?;
    match input.fill_buf()?.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{' | b'[') => json::records(input, sender),
        Some(_) => csv_records(input, sender),
        None => bail!("is empty"),
    }
}

fn csv_records(mut input: impl BufRead, sender: &Sender<Result<Numbered>>) -> Result<()> {
    let head = input.fill_buf()?.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let delimiter = [b';', b'\t', b','].into_iter().find(|delimiter| head.contains(delimiter));
    // Lines end at LF alone, so that the reader counts them as a person does; the CR of CRLF is trimmed with blanks.
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter.unwrap_or(b';'))
        .terminator(csv::Terminator::Any(b'\n'))
        .flexible(true)
        .from_reader(input);
    let columns = reader.headers().context("the names of its columns cannot be read")?;
    let mut places = HashMap::new();
    for (at, name) in columns.iter().enumerate() {
        places.entry(column(name)).or_insert(at);
    }
    let columns = Arc::new(places);
    let mut values = StringRecord::new();
    loop {
        let record = match reader.read_record(&mut values) {
            Ok(false) => return Ok(()),
            Ok(true) => {
                let line = values.position().map_or(0, csv::Position::line);
                (line, Ok(Record { columns: Arc::clone(&columns), values: values.clone() }))
            }
            Err(error) => match error.kind() {
                csv::ErrorKind::Utf8 { pos, .. } => {
                    (pos.as_ref().map_or(0, csv::Position::line), Err("is not UTF-8".to_owned()))
                }
                _ => return Err(error.into()),
            },
        };
        if sender.blocking_send(Ok(record)).is_err() {
            return Ok(());
        }
    }
}
