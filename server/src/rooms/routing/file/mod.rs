//! Who is told, as one readable TOML file: rules, desks, their holders and mailboxes, with dates.
//!
//! The file is checked as a whole before any of it applies. Promises: what is exported and read again changes nothing, nor
//! does reading a file twice. A desk that the file names holds exactly what the file says; one that it does not name stays
//! as it is. Where the file has `rules`, they are all the rules; where it has none, the rules stay.

mod dates;
mod read;
mod store;
mod write;

use crate::app::App;
use anyhow::{Context, Result, bail};
use jiff::tz::TimeZone;
use shared::instant::Instant;
use shared::routing::Function;
use shared::routing::rules::Rule;
use std::collections::BTreeSet;
use std::fmt;
use std::io::{Read as _, Write as _};
use std::path::Path;

/// What a file says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Routing {
    rules: Option<Vec<Rule>>,
    desks: Vec<Desk>,
}

#[derive(Debug, PartialEq, Eq)]
struct Desk {
    function: Function,
    zone: String,
    /// Empty: the zone's own name.
    name: String,
    holders: Vec<Term>,
    mailboxes: Vec<Term>,
}

/// A holder or a mailbox, for a time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Term {
    /// The holder's name, or the address.
    who: String,
    /// The start of time where the file does not say.
    from: Instant,
    /// The first instant that no longer counts.
    until: Option<Instant>,
    /// Which import gave the mailbox; empty for holders.
    source: String,
}

/// What a file may refer to.
struct Known {
    /// Where days of the file are.
    time_zone: TimeZone,
    zones: BTreeSet<String>,
    desks: BTreeSet<String>,
}

/// What reading a file changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Changes {
    desks: u64,
    holders: u64,
    mailboxes: u64,
    rules: u64,
}

/// Writes everything to `file`, or to the terminal for `-`.
pub async fn export(app: &App, file: &Path) -> Result<String> {
    let mut connection = app.db.read().acquire().await?;
    let (routing, names) = (store::load(&mut connection).await?, store::zone_names(&mut connection).await?);
    let text = write::text(&routing, &names, &app.config.time_zone);
    if file == Path::new("-") {
        std::io::stdout().write_all(text.as_bytes())?;
        return Ok(String::new());
    }
    std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(format!("written to {}; it holds addresses and names: keep it to yourself", file.display()))
}

/// Reads `file`, or what is typed for `-`; with `check` says what it would change, and changes nothing.
///
/// # Errors
/// Every line that cannot be used, with its key; nothing was applied then.
pub async fn import(app: &App, file: &Path, check: bool) -> Result<String> {
    let mut text = String::new();
    if file == Path::new("-") {
        std::io::stdin().read_to_string(&mut text)?;
    } else {
        text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    }
    let mut connection = app.db.read().acquire().await?;
    let known = store::known(&mut connection, &app.config.time_zone).await?;
    drop(connection);
    let routing = match read::text(text.trim_start_matches('\u{feff}'), &known) {
        Ok(routing) => routing,
        Err(refused) => bail!("nothing was changed:\n  {}", refused.join("\n  ")),
    };
    let mut tx = app.db.write().await?;
    let changes = store::apply(&mut tx, &routing, app.clock.now()).await?;
    if check {
        tx.rollback().await?;
        return Ok(format!("sound; would change {changes}"));
    }
    tx.commit().await?;
    Ok(format!("changed {changes}"))
}

impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { desks, holders, mailboxes, rules } = self;
        if *self == Self::default() {
            return f.write_str("nothing");
        }
        write!(f, "{desks} desks, {holders} holders, {mailboxes} mailboxes, {rules} rules")
    }
}
