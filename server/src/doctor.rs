//! `vigie doctor`: looks at everything a start needs, and says what to do.

use crate::app::App;
use crate::config::Config;
use crate::edges::blobs::Place;
use crate::jobs;
use crate::rooms::photos::sweep;
use crate::rooms::{answers, follow, journal, places, push, reports, routing};
use anyhow::{Result, anyhow, ensure};
use shared::instant::{HOUR, Instant};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// Free space below which the doctor warns, in bytes.
const LITTLE_SPACE: u64 = 1_000_000_000;

/// One line per finding, and whether everything is sound.
pub async fn examine(config: &Config) -> Result<(String, bool)> {
    let mut report = Report { sound: true, lines: String::new() };
    report.say("settings", Ok(format!("listening on {}, reached at {}", config.listen, config.public_url)));
    if config.public_url.starts_with("http://") && !config.public_url.contains("127.0.0.1") {
        report.warn(
            "settings",
            "VIGIE_PUBLIC_URL is not https: phones will not keep the app for use without network",
        );
    }
    if let Place::Folder(folder) = &config.blobs {
        report.say("disk", disk(folder));
    }
    match App::edges(config) {
        Ok(edges) => match App::build(config.clone(), edges).await {
            Ok(app) => look_inside(&app, &mut report).await?,
            Err(error) => report.say("database", Err(error)),
        },
        Err(error) => report.say("mail", Err(error)),
    }
    Ok((report.lines, report.sound))
}

async fn look_inside(app: &App, report: &mut Report) -> Result<()> {
    let count = places::store::count(app.db.read()).await?;
    report.say("database", Ok(format!("{:?}, {count} places", app.db.engine())));
    if count == 0 {
        report.warn("places", "there is no school yet: vigie import places FILE…");
    }
    report.say("photos", photos(app).await);
    left_behind(app, report).await?;
    match &app.config.smtp_url {
        Some(_) => {
            let answer = app.mailer.check().await;
            report.say("mail", answer.map(|()| "the mail server answers".to_owned()));
        }
        None => report.warn("mail", "no VIGIE_SMTP_URL: mails are written as files, nobody receives them"),
    }
    let (standing, advice) = push::examine(app).await?;
    report.say("push", Ok(standing));
    for advice in advice {
        report.warn("push", &advice);
    }
    let (standing, advice) = follow::examine(app).await?;
    report.say("reminders", Ok(standing));
    for advice in advice {
        report.warn("reminders", &advice);
    }
    if let Some(signer) = &app.config.dkim {
        report.say(
            "mail",
            Ok(format!("signed (DKIM); the DNS must say TXT {} “{}”", signer.name, signer.record)),
        );
    }
    transparency(app, report).await?;
    queue(app, report).await?;
    let transfers = answers::hands::waiting(app.db.read()).await?.len();
    if transfers > 0 {
        report.warn("answers", &format!("{transfers} transfers wait: vigie answers waiting, vigie transfer"));
    }
    for refused in reports::notices::refused(app.db.read()).await? {
        let reports::notices::Refused { desk, count, reason } = refused;
        let advice = "mend its address (vigie routing export, import), then vigie jobs retry --all";
        report.warn("desks", &format!("{count} mails refused by a mailbox of {desk} ({reason}): {advice}"));
    }
    for (desk, zone) in routing::store::without_mailbox(app.db.read(), app.clock.now()).await? {
        report.warn("desks", &format!("nobody to write to at {desk} ({zone}): vigie import desks FILE"));
    }
    Ok(())
}

/// Whether the journal is what was written, and sealed in time.
async fn transparency(app: &App, report: &mut Report) -> Result<()> {
    let found = journal::check::examine(app).await?;
    let journal::check::Findings { lines, reports, sealed, waiting: (waiting, since), broken, others } =
        found;
    if let Some(broken) = broken {
        let others = if others > 0 { format!(", and {others} more") } else { String::new() };
        report.say("journal", Err(anyhow!("{broken}{others}: somebody tampered with it")));
    } else {
        let sealed = sealed.map_or("no seal yet".to_owned(), |(number, last, hash)| {
            format!("sealed up to line {last} (seal {number}: {hash})")
        });
        report.say("journal", Ok(format!("{lines} lines about {reports} reports, {sealed}")));
    }
    if let Some(since) = since.filter(|since| app.clock.now().0 - since.0 > HOUR) {
        let since = jobs::command::age(since, app.clock.now());
        report.warn(
            "journal",
            &format!("{waiting} lines wait for their seal, one for {since}: vigie serve makes it"),
        );
    }
    Ok(())
}

/// What waits, and what was set aside: how many of which kind, why, since when.
async fn queue(app: &App, report: &mut Report) -> Result<()> {
    let now = app.clock.now();
    let (waiting, _) = jobs::store::counts(app.db.read(), now).await?;
    report.say("jobs", Ok(format!("{waiting} waiting")));
    let mut aside: BTreeMap<(String, String), (usize, Instant)> = BTreeMap::new();
    for trouble in jobs::store::troubles(app.db.read()).await? {
        if let Some(at) = trouble.dead_at {
            let (count, since) = aside.entry((trouble.kind, trouble.reason)).or_insert((0, at));
            (*count, *since) = (*count + 1, at.min(*since));
        }
    }
    for ((kind, reason), (count, since)) in aside {
        let since = jobs::command::age(since, now);
        report.warn(
            "jobs",
            &format!("{count} set aside: {kind}, {reason}, the oldest {since} ago (vigie jobs list)"),
        );
    }
    Ok(())
}

/// Writes, reads and removes a file where photos lie.
pub async fn photos(app: &App) -> Result<String> {
    let name = "doctor";
    app.blobs.put(name, b"written by vigie doctor".to_vec()).await?;
    ensure!(app.blobs.get(name).await?.is_some(), "what was written cannot be read");
    app.blobs.delete(name).await?;
    Ok(format!("{} can be written", app.config.blobs))
}

/// What the sweep has still to do, and what it cannot mend.
async fn left_behind(app: &App, report: &mut Report) -> Result<()> {
    let (found, torn) = sweep::look_everywhere(app).await?;
    for (count, what) in [
        (found.waiting.len(), "have arrived and wait for their sizes"),
        (found.unnamed.len(), "are named by no report: the sweep removes them"),
        (found.orphans.len() + torn, "files belong to no photo: the sweep removes them within a day"),
    ] {
        if count > 0 {
            report.warn("photos", &format!("{count} {what}"));
        }
    }
    if !found.lost.is_empty() {
        let lost = found.lost.len();
        report
            .say("photos", Err(anyhow!("the files of {lost} are not all there: restore them from a backup")));
    }
    Ok(())
}

/// How much room there is; an error where it is little.
pub fn disk(folder: &Path) -> Result<String> {
    std::fs::create_dir_all(folder)?;
    let free = fs4::available_space(folder)?;
    ensure!(
        free > LITTLE_SPACE,
        "only {} MB are free: make room before photos are refused",
        free / 1_000_000
    );
    Ok(format!("{} GB free", free / 1_000_000_000))
}

struct Report {
    sound: bool,
    lines: String,
}

impl Report {
    fn say(&mut self, what: &str, finding: Result<String>) {
        match finding {
            Ok(finding) => self.line(format_args!("ok    {what}: {finding}")),
            Err(error) => {
                self.sound = false;
                self.line(format_args!("MEND  {what}: {error:#}"));
            }
        }
    }

    fn warn(&mut self, what: &str, advice: &str) {
        self.line(format_args!("note  {what}: {advice}"));
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = writeln!(self.lines, "{line}");
    }
}
