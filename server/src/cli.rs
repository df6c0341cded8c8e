//! What can be asked of the binary.

use crate::app::App;
use crate::config::Settings;
use crate::rooms::{places, reports, routing};
use crate::{backup, demo, doctor, jobs, run};
use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};
use shared::reports::status::Status;
use std::io::{IsTerminal, Write as _};
use std::path::PathBuf;
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
    /// Load a fictional city into an empty database
    Demo,
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
    /// Schools: the official exports as published (address and position list, annuaire; CSV or GeoJSON)
    Places {
        /// The files; what a later one knows completes the earlier ones
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
    let filter = line.settings.log.clone();
    match start_log(&filter).and(dispatch(line).await) {
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
        Command::Import(Import::Places { files, private, secondary, commune }) => {
            let choice = places::import::Choice { private, secondary, commune };
            say(&places::import::run(&app, &files, &choice).await?.to_string());
        }
        Command::Import(Import::Desks { file }) => say(&routing::import::run(&app, &file).await?.to_string()),
        Command::Backup { file } => say(&backup::write(&app, &file).await?.to_string()),
        Command::Status { number, status, reason } => set_status(&app, number, &status, reason).await?,
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
        Command::Doctor | Command::Demo => {}
    }
    Ok(ExitCode::SUCCESS)
}

async fn set_status(app: &App, number: i64, word: &str, reason: Option<String>) -> Result<()> {
    let Some(status) = Status::parse(word) else {
        let known: Vec<_> = Status::ALL.iter().map(|status| status.as_str()).collect();
        bail!("“{word}” is no status: {}", known.join(", "));
    };
    let change = reports::Change { to: status, reason };
    reports::change_status(app, number, change).await.with_context(|| format!("report {number}"))
}

/// Prints for the person who asked; a reader that went away (`| head`) is no failure.
fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{}", text.trim_end());
}

fn start_log(filter: &str) -> Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_new(filter).with_context(|| {
        format!("VIGIE_LOG is “{filter}”: expected a level or a filter such as info,vigie=debug")
    })?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        // Where the log finds no room, its complaint would find none either, and panic.
        .log_internal_errors(false)
        .init();
    Ok(())
}
