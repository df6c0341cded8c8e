//! Mailboxes that an administrator gives: one CSV file, `function;zone;name;mail`.
//!
//! `zone` is the id of a zone (`vigie doctor` lists those of desks without a mailbox), `name` what people read (empty:
//! the zone's own name). The whole file is checked before any of it applies; reading it again changes nothing. A mailbox of
//! an earlier file is closed by the next one that gives its desk another.

use super::{GIVEN, store};
use crate::app::App;
use crate::rooms::places;
use anyhow::{Context, Result, bail};
use shared::routing::Function;
use shared::text;
use std::fmt::Write as _;
use std::path::Path;

struct Line {
    function: Function,
    zone: String,
    name: String,
    mail: String,
}

/// Reads `file`; gives the sentence to print.
///
/// # Errors
/// The numbered list of lines that cannot be read; nothing was applied then.
pub async fn run(app: &App, file: &Path) -> Result<String> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut lines = Vec::new();
    let mut refused = String::new();
    let mut reader =
        csv::ReaderBuilder::new().delimiter(b';').from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    for (index, record) in reader.records().enumerate() {
        match record
            .map_err(|_| "not a line of function;zone;name;mail".to_owned())
            .and_then(|record| read(&record))
        {
            Ok(line) if places::store::has_zone(app.db.read(), &line.zone).await? => lines.push(line),
            Ok(line) => writeln!(refused, "  line {}: there is no zone “{}”", index + 2, line.zone)?,
            Err(reason) => writeln!(refused, "  line {}: {reason}", index + 2)?,
        }
    }
    if !refused.is_empty() {
        bail!("nothing was changed:\n{refused}");
    }
    let changed = apply(app, &lines).await?;
    Ok(format!("{} desks read, {changed} changed", lines.len()))
}

fn read(record: &csv::StringRecord) -> Result<Line, String> {
    let field = |index| record.get(index).map(text::clean).unwrap_or_default();
    let function = Function::parse(&field(0)).ok_or_else(|| format!("“{}” is no function", field(0)))?;
    let mail = field(3);
    if !mail.is_empty() && !text::is_mail(&mail) {
        return Err("the mail address cannot be one".into());
    }
    Ok(Line { function, zone: field(1), name: field(2), mail })
}

async fn apply(app: &App, lines: &[Line]) -> Result<usize> {
    let now = app.clock.now();
    let mut changed = 0;
    let mut tx = app.db.write().await?;
    for line in lines {
        let desk = store::ensure_desk(&mut tx, line.function, &line.zone, &line.name).await?;
        if !line.mail.is_empty() && store::set_mailbox(&mut tx, &desk, &line.mail, GIVEN, now).await? {
            changed += 1;
        }
    }
    tx.commit().await?;
    Ok(changed)
}
