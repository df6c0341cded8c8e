//! What programs inside the server measure, on both engines: what is found among a million reports
//! (`server/benches/million.rs`), ten thousand people asked at once (`server/benches/reminders.rs`).

use super::Row;
use crate::{places, sh, tools};
use anyhow::Result;
use cluster::Postgres;
use std::process::Command;

/// One line per figure of the program `name`.
pub fn measure(name: &str) -> Result<Vec<Row>> {
    let cluster = if tools::find("initdb").is_some() { Some(Postgres::durable()?) } else { None };
    let mut run = Command::new(super::program("bench", "server", name)?);
    run.current_dir(places::root().join("server")).env_remove("VIGIE_TEST_POSTGRES");
    if let Some(cluster) = &cluster {
        run.env("VIGIE_TEST_POSTGRES", cluster.url());
    }
    Ok(sh::read(&mut run)?.lines().filter_map(super::row).collect())
}
