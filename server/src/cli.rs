//! What can be asked of the binary.

use crate::app::App;
use crate::config::Settings;
use crate::rooms::{answers, journal, places, reports, routing};
use crate::{backup, demo, doctor, jobs, log, run};
use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use shared::reports::status::Status;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Vigie: see it, say it, follow it. Reports about schools, from the phone to those in charge.
#[derive(Parser)]
#[command(name = "vigie", version)]
struct Line {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the app, its pages and its API
    Serve,
    /// Read official lists and mailboxes
    #[command(subcommand)]
    Import(Import),
    /// Write a copy of everything (database and photos) into one tar file, also while serving
    Backup {
        /// The file to write; it must not exist yet
        file: PathBuf,
    },
    /// Read what backup wrote into an empty installation; the server does not run meanwhile
    Restore {
        /// The file
        file: PathBuf,
        /// Forget what is there
        #[arg(long)]
        replace: bool,
    },
    /// Check settings, database, mail and disk, and say what to do
    Doctor,
    /// Set the status of a report
    Status {
        /// The report's number
        number: i64,
        /// new, sent, in_progress, planned, done or refused
        status: String,
        /// Why, in public words; needed for a refusal
        #[arg(long)]
        reason: Option<String>,
        /// The day for which it is planned, such as 2026-10-24
        #[arg(long)]
        on: Option<String>,
    },
    /// Say where a report on a place would go, and why
    Route {
        /// Code of the place, such as 0130136C
        place: String,
        /// Tell about every rule and every desk that was considered
        #[arg(long)]
        explain: bool,
        /// Category of the report
        #[arg(long)]
        category: Option<String>,
        /// Urgency, 1 to 4; by default the category's
        #[arg(long)]
        urgency: Option<i16>,
        /// simple, intervention, improvement, sst or dgi
        #[arg(long)]
        kind: Option<String>,
        /// new, sent, in_progress, planned, done or refused
        #[arg(long)]
        status: Option<String>,
        /// Print addresses and names of holders as well
        #[arg(long)]
        addresses: bool,
    },
    /// Rules, desks, holders and mailboxes as one file
    #[command(subcommand)]
    Routing(Routing),
    /// What failed, and trying it again
    #[command(subcommand)]
    Jobs(Jobs),
    /// The journal of everything that happened, for those who check it
    #[command(subcommand)]
    Journal(Journal),
    /// Put a report under another one that is about the same
    Merge {
        /// The report's number
        number: i64,
        /// The number of the one that stays
        into: i64,
    },
    /// Let a report that was put under another one stand on its own again
    Split {
        /// The number of the one it was put under
        number: i64,
        /// Its id; without it, the ids to choose from are listed
        parcel: Option<String>,
    },
    /// Put a desk in charge of a report; those who said that it is not theirs are no longer
    Transfer {
        /// The report's number
        number: i64,
        /// The desk's id, such as mairie@city:13055, or a function: the nearest desk that holds it
        desk: String,
    },
    /// Write to a desk about a report, with a word of one's own, which is public
    Notice {
        /// The report's number
        number: i64,
        /// The desk's id, or a function
        desk: String,
        /// The word
        #[arg(long)]
        word: String,
    },
    /// Links by which desks answer, and transfers that wait
    #[command(subcommand)]
    Answers(Answers),
    /// Load a fictional city into an empty database
    Demo,
}

#[derive(Subcommand)]
enum Answers {
    /// List the transfers that wait for a decision
    Waiting,
    /// Print a link by which a desk answers about a report
    Link {
        /// The report's number
        number: i64,
        /// The desk's id, or a function
        desk: String,
    },
    /// Make the links of a desk to a report open no more; its next mail holds a new one
    Revoke {
        /// The report's number
        number: i64,
        /// The desk's id, or a function
        desk: String,
    },
}

#[derive(Subcommand)]
enum Routing {
    /// Write all of it to a TOML file; - for the terminal
    Export {
        /// The file
        file: PathBuf,
    },
    /// Read such a file: checked as a whole, then applied
    Import {
        /// The file; - for what is typed
        file: PathBuf,
        /// Only say what is wrong, or what would change
        #[arg(long)]
        check: bool,
    },
}

#[derive(Subcommand)]
enum Journal {
    /// Write all of it, with its hashes and seals, a JSON text a line; - for the terminal
    Export {
        /// The file; it must not exist yet
        file: PathBuf,
    },
}

#[derive(Subcommand)]
enum Jobs {
    /// List the jobs that failed
    List,
    /// Run failed jobs again
    Retry {
        /// Id of one job
        id: Option<String>,
        /// Every job that failed
        #[arg(long)]
        all: bool,
    },
}

#[derive(Subcommand)]
enum Import {
    /// Schools: the official exports as published (address and position list, annuaire; CSV, JSON or GeoJSON, also .gz)
    Places {
        /// The files, the newest first; what a later one knows completes the earlier ones
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Take private schools too
        #[arg(long)]
        private: bool,
        /// Take collèges and lycées too
        #[arg(long)]
        secondary: bool,
        /// Take only communes whose INSEE code begins so, for example 132 for Marseille
        #[arg(long, value_name = "PREFIX", default_value = "")]
        commune: String,
        /// The files are whole for the départements they hold: schools missing from them are closed, however many
        #[arg(long)]
        complete: bool,
    },
    /// Borders of quartiers: a GeoJSON file of polygons; places go to the quartier they stand in
    Zones {
        /// The file
        file: PathBuf,
    },
    /// Numbers of pupils and classes, school year by school year (the official export, CSV or JSON)
    Pupils {
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Desks and their mailboxes: a CSV file with the columns function;zone;name;mail
    Desks {
        /// The file
        file: PathBuf,
    },
}

/// Reads the command line and does what it says.
pub async fn main() -> ExitCode {
    let line = Line::parse();
    let started = log::start(&line.settings.log, line.settings.log_format);
    match started.and(dispatch(line).await) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("vigie: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(line: Line) -> Result<ExitCode> {
    let config = line.settings.read()?;
    match line.command {
        Command::Doctor => {
            let (findings, sound) = doctor::examine(&config).await?;
            say(&findings);
            return Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        Command::Demo => {
            say(&demo::load(config).await?);
            return Ok(ExitCode::SUCCESS);
        }
        _ => {}
    }
    let edges = App::edges(&config)?;
    let app = App::build(config, edges).await?;
    match line.command {
        Command::Serve => run::serve(app).await?,
        Command::Import(import) => read_in(&app, import).await?,
        Command::Backup { file } => say(&backup::write(&app, &file).await?.to_string()),
        Command::Restore { file, replace } => say(&backup::restore(&app, &file, replace).await?),
        Command::Status { number, status, reason, on } => {
            set_status(&app, number, (&status, on.as_deref()), reason).await?;
        }
        Command::Route { place, explain, category, urgency, kind, status, addresses } => {
            let question =
                routing::explain::Question { place, category, urgency, kind, status, explain, addresses };
            say(&routing::explain::run(&app, &question).await?);
        }
        Command::Routing(Routing::Export { file }) => say(&routing::file::export(&app, &file).await?),
        Command::Routing(Routing::Import { file, check }) => {
            say(&routing::file::import(&app, &file, check).await?);
        }
        Command::Jobs(Jobs::List) => say(&jobs::command::list(&app).await?),
        Command::Jobs(Jobs::Retry { id, all }) => {
            say(&jobs::command::retry(&app, id.as_deref(), all).await?);
        }
        Command::Journal(Journal::Export { file }) => export_journal(&app, &file).await?,
        Command::Merge { number, into } => say(&reports::merging::merge(&app, number, into).await?),
        Command::Split { number, parcel } => {
            say(&reports::merging::split(&app, number, parcel.as_deref()).await?);
        }
        Command::Transfer { number, desk } => {
            say(&answers::command::transfer(&app, number, &desk).await?);
        }
        Command::Notice { number, desk, word } => {
            say(&answers::command::notice(&app, number, &desk, &word).await?);
        }
        Command::Answers(Answers::Waiting) => say(&answers::command::waiting(&app).await?),
        Command::Answers(Answers::Link { number, desk }) => {
            say(&answers::command::link(&app, number, &desk).await?);
        }
        Command::Answers(Answers::Revoke { number, desk }) => {
            say(&answers::command::revoke(&app, number, &desk).await?);
        }
        Command::Doctor | Command::Demo => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// Reads official files in, and says what that did.
async fn read_in(app: &App, import: Import) -> Result<()> {
    let done = match import {
        Import::Places { files, private, secondary, commune, complete } => {
            let choice = places::import::Choice { private, secondary, commune, complete };
            places::import::run_shown(app, &files, &choice, &bar()).await?.to_string()
        }
        Import::Zones { file } => places::import::borders::run(app, &file).await?.to_string(),
        Import::Pupils { files } => places::import::pupils::run(app, &files, &bar()).await?.to_string(),
        Import::Desks { file } => routing::import::run(app, &file).await?.to_string(),
    };
    say(&done);
    Ok(())
}

async fn set_status(
    app: &App,
    number: i64,
    (word, on): (&str, Option<&str>),
    reason: Option<String>,
) -> Result<()> {
    let Some(status) = Status::parse(word) else {
        let known: Vec<_> = Status::ALL.iter().map(|status| status.as_str()).collect();
        bail!("“{word}” is no status: {}", known.join(", "));
    };
    let on = on.map(|on| answers::form::day(on).with_context(|| format!("“{on}” is no date: 2026-10-24")));
    let on = on.transpose()?.filter(|_| status == Status::Planned);
    let change = reports::Change { to: status, reason };
    reports::change_status_for(app, number, change, on).await.with_context(|| format!("report {number}"))
}

async fn export_journal(app: &App, file: &Path) -> Result<()> {
    if let Some(said) = journal::sealed::export(app, file).await? {
        say(&said);
    }
    Ok(())
}

/// Prints for the person who asked; a reader that went away (`| head`) is no failure.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{}", text.trim_end());
}

/// A bar that moves as files are read; on a terminal only.
fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {bytes} / {total_bytes}, {eta}");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
