//! Reading the files: CSV (`;` or `,`, with or without BOM) and GeoJSON, record by record, columns by name.

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};
use shared::text::fold;
use std::collections::HashMap;
use std::path::Path;

/// One line of a file: folded column name → text.
pub struct Record(HashMap<String, String>);

impl Record {
    /// The first of `names` that has a value; names are written folded (`code postal`).
    pub fn get(&self, names: &[&str]) -> &str {
        names
            .iter()
            .find_map(|name| self.0.get(*name).map(|v| v.trim()).filter(|v| !v.is_empty()))
            .unwrap_or_default()
    }
}

/// A record with the number of its line (for GeoJSON: of its feature), counted as a person would.
pub type Numbered = (usize, Result<Record>);

/// The file's own name.
pub fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Every record of `path`.
pub fn records(path: &Path) -> Result<Vec<Numbered>> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let text = String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", path.display()))?;
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with('{') { geojson(text) } else { csv_records(text) }
        .with_context(|| path.display().to_string())
}

fn csv_records(text: &str) -> Result<Vec<Numbered>> {
    let header = text.lines().next().unwrap_or_default();
    let delimiter = if header.contains(';') { b';' } else { b',' };
    // Lines end at LF alone, so that the reader counts them as a person does; the CR of CRLF is trimmed with blanks.
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .terminator(csv::Terminator::Any(b'\n'))
        .flexible(true)
        .from_reader(text.as_bytes());
    let columns: Vec<String> = reader.headers()?.iter().map(fold).collect();
    let records = reader.records().map(|record| match record {
        Ok(record) => {
            let line = record.position().map_or(0, csv::Position::line);
            let fields = columns.iter().cloned().zip(record.iter().map(str::to_owned)).collect();
            (usize::try_from(line).unwrap_or(0), Ok(Record(fields)))
        }
        Err(error) => (0, Err(error.into())),
    });
    Ok(records.collect())
}

fn geojson(text: &str) -> Result<Vec<Numbered>> {
    let root: Value = serde_json::from_str(text)?;
    let Some(features) = root.get("features").and_then(Value::as_array) else {
        bail!("no list of features: not GeoJSON");
    };
    let records = features.iter().enumerate().map(|(index, feature)| {
        let empty = Map::new();
        let properties = feature.get("properties").and_then(Value::as_object).unwrap_or(&empty);
        let mut fields: HashMap<String, String> =
            properties.iter().map(|(name, value)| (fold(name), plain(value))).collect();
        if let Some([lon, lat]) =
            feature.pointer("/geometry/coordinates").and_then(Value::as_array).map(Vec::as_slice)
        {
            fields.entry("latitude".into()).or_insert_with(|| plain(lat));
            fields.entry("longitude".into()).or_insert_with(|| plain(lon));
        }
        (index + 1, Ok(Record(fields)))
    });
    Ok(records.collect())
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}
