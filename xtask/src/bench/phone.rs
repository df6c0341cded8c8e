//! What a slow phone feels: taken by `tests/benches/figures.rs` in a real Chromium, on the shipped app and server.

use super::Row;
use crate::{places, sh, test, tools};
use anyhow::Result;

/// One line per figure.
pub fn measure() -> Result<Vec<Row>> {
    tools::ensure(&[tools::CHROMIUM, tools::CHROMEDRIVER, tools::IP])?;
    let program = super::program("test", "testkit", "figures")?;
    let mut run = test::in_namespace(&program);
    let dir = places::root().join("tests");
    run.current_dir(&dir).env("CARGO_MANIFEST_DIR", &dir).env("VIGIE_BIN", places::server(false));
    Ok(sh::read(&mut run)?.lines().filter_map(super::row).collect())
}
