//! What other people wrote, for Python: schemathesis, which asks our API whatever it says that it answers (suite
//! `openapi`). The version is the one that `tests/schemathesis/requirements.txt` names.

use crate::{places, sh, tools};
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;

/// Name of the suite that leans on it.
pub const SUITE: &str = "openapi";
/// Names the variable that tells it the program.
pub const VARIABLE: &str = "VIGIE_SCHEMATHESIS";
/// Names the variable that tells it how many cases an operation gets.
pub const CASES: &str = "VIGIE_SCHEMATHESIS_CASES";
/// That many make some 20,000 together.
pub const MANY: &str = "750";

const REQUIREMENTS: &str = "requirements.txt";

/// The program, in an environment of its own under `target`. Fetches it once for each list of requirements.
pub fn prepare() -> Result<PathBuf> {
    let wanted = places::root().join("tests/schemathesis").join(REQUIREMENTS);
    let to = places::target().join("python");
    let programs = to.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let kept = to.join(REQUIREMENTS);
    if fs::read(&kept).ok() != Some(fs::read(&wanted).with_context(|| wanted.display().to_string())?) {
        // Debian keeps what makes an environment of its own apart from Python itself.
        let can = || sh::succeeds(sh::command("python3").args(["-c", "import ensurepip, venv"]));
        if !can() && tools::may_install() {
            tools::apt_install(&[tools::PYTHON.apt])?;
        }
        sh::step("fetching schemathesis", || {
            sh::run(sh::command("python3").args(["-m", "venv", "--clear"]).arg(&to))?;
            let mut pip = sh::command(&programs.join("pip").to_string_lossy());
            sh::run(pip.args(["install", "--quiet", "--disable-pip-version-check", "-r"]).arg(&wanted))
        })?;
        fs::copy(&wanted, &kept)?;
    }
    Ok(programs.join("schemathesis"))
}
