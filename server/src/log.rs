//! The log: one line per event, on standard error, as text or as JSON.
//!
//! Promises: no address, no mail, no position, no secret, no query, whatever the filter lets through: libraries that tell
//! their conversations word by word are not listened to.

use anyhow::{Context, Result};
use clap::ValueEnum;
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For machines: one object per line.
    Json,
}

/// They write down what goes over the wire.
const TELL_TOO_MUCH: [&str; 8] =
    ["lettre", "hyper", "hyper_util", "reqwest", "rustls", "sqlx", "object_store", "h2"];

/// Begins to log what `filter` lets through.
///
/// # Errors
/// A sentence about a filter that cannot be read.
pub fn start(filter: &str, format: Format) -> Result<()> {
    let mut filter = EnvFilter::try_new(filter).with_context(|| {
        format!("VIGIE_LOG is “{filter}”: expected a level or a filter such as info,vigie=debug")
    })?;
    for library in TELL_TOO_MUCH {
        filter = filter.add_directive(format!("{library}=warn").parse()?);
    }
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // Where the log finds no room, its complaint would find none either, and panic.
        .log_internal_errors(false);
    match format {
        Format::Text => log.with_ansi(std::io::stderr().is_terminal()).init(),
        Format::Json => log.json().flatten_event(true).with_span_list(false).init(),
    }
    Ok(())
}
