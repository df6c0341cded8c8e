//! All that a server keeps, as text: every row that the walk wrote or changed, every file, every mail. What chance and
//! the clock give is replaced, so that two walks of one report read the same.

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Column, Row};
use std::collections::{BTreeMap, BTreeSet};
use testkit::mail::Mail;
use vigie::app::App;
use vigie::db::Engine;
use vigie::edges::blobs::Place;

/// Rows of every table, as text; what stands there twice does so here.
pub async fn rows(app: &App, names: &BTreeMap<String, String>) -> Vec<String> {
    let mut lines = Vec::new();
    for table in tables(app).await {
        let sql = AssertSqlSafe(format!("SELECT * FROM {table}"));
        for row in sqlx::query(sql).fetch_all(app.db.read()).await.unwrap() {
            let columns: Vec<_> = (0..row.len())
                .filter(|column| !is_order(&table, row.column(*column).name()))
                .map(|column| format!("{}={}", row.column(column).name(), text(&row, column)))
                .collect();
            lines.push(plain(&format!("{table}: {}", columns.join(" ")), names));
        }
    }
    lines.sort();
    lines
}

/// What is in `after` and was not in `before`.
pub fn new_rows(before: &[String], mut after: Vec<String>) -> Vec<String> {
    for row in before {
        if let Ok(at) = after.binary_search(row) {
            after.remove(at);
        }
    }
    after
}

/// Every table of ours.
pub async fn tables(app: &App) -> Vec<String> {
    let sql = match app.db.engine() {
        Engine::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_sqlx%' ESCAPE '\\' AND name <> 'touched' ORDER BY name"
        }
        Engine::Postgres => {
            "SELECT CAST(table_name AS TEXT) FROM information_schema.tables
             WHERE table_schema = current_schema() AND table_name NOT LIKE '\\_sqlx%' AND table_name <> 'touched' ORDER BY 1"
        }
    };
    sqlx::query_scalar(sql).fetch_all(app.db.read()).await.unwrap()
}

/// Every file, also those that the store does not list.
pub fn files(app: &App, names: &BTreeMap<String, String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let Place::Folder(folder) = &app.config.blobs else { panic!("photos are not in a folder") };
    let mut folders = vec![folder.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                let bytes = std::fs::metadata(&path).unwrap().len();
                found.insert(plain(&format!("file: {name} of {bytes} bytes"), names));
            }
        }
    }
    found
}

/// Each mail that was received; those of one Message-ID are one. The second number counts the others.
pub fn mails(raw: &[Vec<u8>], names: &BTreeMap<String, String>) -> (Vec<String>, usize) {
    let mut by_id = BTreeMap::new();
    for raw in raw {
        let mail = Mail { from: String::new(), to: vec![], raw: raw.clone() };
        let to = mail.header("To").unwrap_or_default();
        let photo = if mail.photo().is_some() { "with" } else { "without" };
        let line = plain(&format!("mail: to {to}, “{}”, {photo} photo", mail.subject()), names);
        by_id.insert(mail.message_id(), line);
    }
    let doubles = raw.len() - by_id.len();
    let mut lines: Vec<_> = by_id.into_values().collect();
    lines.sort();
    (lines, doubles)
}

/// The order in which mails left is chance.
fn is_order(table: &str, column: &str) -> bool {
    table == "journal" && column == "position"
}

fn text(row: &AnyRow, column: usize) -> String {
    if let Ok(text) = row.try_get::<Option<String>, _>(column) {
        return text.map_or_else(|| "-".into(), |text| format!("“{text}”"));
    }
    if let Ok(number) = row.try_get::<Option<i64>, _>(column) {
        return number.map_or_else(|| "-".into(), |number| number.to_string());
    }
    row.try_get::<Option<f64>, _>(column).unwrap().map_or_else(|| "-".into(), |number| number.to_string())
}

/// Names for known ids; `ID` for other ids, `HEX` for other digests, `AT` for instants.
fn plain(line: &str, names: &BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while !rest.is_empty() {
        let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        let end = rest.find(|letter| !is_word(letter)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        out += &name(word, names);
        let gap = after.find(is_word).unwrap_or(after.len());
        out += &after[..gap];
        rest = &after[gap..];
    }
    out
}

fn name(word: &str, names: &BTreeMap<String, String>) -> String {
    let long = names.iter().find(|(known, _)| word.starts_with(known.as_str()));
    if let Some((known, name)) = long {
        return format!("{name}{}", &word[known.len()..]);
    }
    let hex = |word: &str| word.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    match word.len() {
        13 if word.bytes().all(|byte| byte.is_ascii_digit()) => "AT".into(),
        36 if hex(word) => "ID".into(),
        32.. if hex(word) => "HEX".into(),
        _ => word.to_owned(),
    }
}
