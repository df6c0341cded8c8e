//! What is found among a million reports, and how fast: taken by `server/benches/million.rs`, on both engines.

use super::Row;
use crate::{places, sh, tools};
use anyhow::Result;
use cluster::Postgres;
use std::process::Command;

/// One line per figure.
pub fn measure() -> Result<Vec<Row>> {
    let cluster = if tools::find("initdb").is_some() { Some(Postgres::durable()?) } else { None };
    let mut run = Command::new(super::program("bench", "server", "million")?);
    run.current_dir(places::root().join("server")).env_remove("VIGIE_TEST_POSTGRES");
    if let Some(cluster) = &cluster {
        run.env("VIGIE_TEST_POSTGRES", cluster.url());
    }
    Ok(sh::read(&mut run)?.lines().filter_map(super::row).collect())
}
