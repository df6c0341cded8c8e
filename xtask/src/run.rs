//! `run`: from the sources to a served demonstration city.

use crate::{app, places, sh};
use anyhow::{Context, Result};
use std::os::unix::process::CommandExt;

/// Builds, fills an empty database, and becomes `vigie serve`: signals reach it directly.
pub fn run(args: &[String]) -> Result<()> {
    let dev = args.first().is_some_and(|arg| arg == "--dev");
    let args = if dev { &args[1..] } else { args };
    app::build(dev)?;
    let vigie = places::server(dev);
    let vigie = vigie.to_str().context("the path of the workspace is not text")?;
    sh::run(sh::command(vigie).arg("demo"))?;
    let flag = args.iter().position(|arg| arg == "--listen").and_then(|at| args.get(at + 1).cloned());
    let listen =
        flag.or_else(|| std::env::var("VIGIE_LISTEN").ok()).unwrap_or_else(|| "127.0.0.1:8080".into());
    println!("Vigie: http://{listen}");
    let error = sh::command(vigie).arg("serve").args(args).exec();
    Err(error).context("cannot start vigie serve")
}
