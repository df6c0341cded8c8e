//! `test`: everything that proves the project.
//!
//! Owns the order: checks first, then each test target by itself, and one line of figures at the end. A failing check
//! does not hide failing tests: all run, then the verdict.

mod checks;
mod geckodriver;
mod node;
mod python;
mod s3;
pub mod storm;
mod suites;

pub use suites::in_namespace;

use crate::{app, places, sh, signals, toolchain, tools};
use anyhow::{Context, Result, bail, ensure};
use cluster::Postgres;
use suites::{Suite, Tally};
use tools::Tool;

/// With a filter: matching tests only, and no checks.
pub fn run(filter: &[String]) -> Result<()> {
    let toolchain = toolchain::find()?;
    let mut failed = Vec::new();
    if filter.is_empty() {
        failed.extend(checks::before_build()?);
    }
    app::build_app(&toolchain, false)?;
    if filter.is_empty() {
        failed.extend(checks::after_build(&toolchain)?);
    }
    let tally = sh::step("building the tests", suites::build).and_then(|suites| run_suites(&suites, filter));
    let tally = tally.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        Tally { passed: 0, failed: 1 }
    });
    if !failed.is_empty() {
        println!("checks failed: {}", failed.join(", "));
    }
    println!("{} passed, {} failed", tally.passed, tally.failed);
    if tally.failed > 0 || !failed.is_empty() {
        bail!("not all is well");
    }
    Ok(())
}

/// The suite that asks the API what a stranger may, at length: some 20,000 cases.
pub fn schemathesis() -> Result<()> {
    app::build_app(&toolchain::find()?, false)?;
    let suites = sh::step("building the tests", suites::build)?;
    let suite = suites.iter().find(|suite| suite.name == python::SUITE).context("there is no such suite")?;
    tools::ensure(&[tools::PYTHON, tools::IP])?;
    signals::take_over()?;
    let env = [
        ("VIGIE_BIN", places::server(true).into_os_string()),
        (python::VARIABLE, python::prepare()?.into_os_string()),
        (python::CASES, python::MANY.into()),
    ];
    let tally = suite.run(&["--nocapture".to_owned()], &env)?;
    ensure!(tally.failed == 0 && tally.passed > 0, "see above what it found");
    Ok(())
}

/// Which suites run, each with the words to hand on: a word that names a suite means all of it.
fn choose<'a>(suites: &'a [Suite], filter: &[String]) -> Vec<(&'a Suite, Vec<String>)> {
    let names = |word: &String| suites.iter().any(|suite| suite.name == *word);
    let (whole, words): (Vec<String>, Vec<String>) = filter.iter().cloned().partition(names);
    let wanted = |suite: &'a Suite| {
        let all = filter.is_empty() || whole.contains(&suite.name);
        let some = !all && !words.is_empty() && suite.has(&words);
        (all || some).then(|| (suite, if all { Vec::new() } else { words.clone() }))
    };
    suites.iter().filter_map(wanted).collect()
}

/// The programs that these suites lean on.
fn needed(chosen: &[(&Suite, Vec<String>)], own_cluster: bool) -> Vec<Tool> {
    let mut needed = Vec::new();
    if chosen.iter().any(|(suite, _)| suite.apart) {
        needed.extend([tools::CHROMIUM, tools::CHROMEDRIVER, tools::FIREFOX]);
        if cfg!(target_os = "linux") {
            needed.extend([tools::WEBKIT, tools::XVFB, tools::IP]);
        }
    }
    if chosen.iter().any(|(suite, _)| node::SUITES.contains(&suite.name.as_str())) {
        needed.extend([tools::NODE, tools::NPM]);
    }
    if chosen.iter().any(|(suite, _)| [s3::SUITE, python::SUITE].contains(&suite.name.as_str())) {
        needed.push(tools::PYTHON);
    }
    if own_cluster {
        needed.push(tools::POSTGRES);
    }
    needed
}

fn run_suites(suites: &[Suite], filter: &[String]) -> Result<Tally> {
    let chosen = choose(suites, filter);
    let own_cluster = std::env::var_os("VIGIE_TEST_POSTGRES").is_none();
    tools::ensure(&needed(&chosen, own_cluster))?;
    // Without it the tests that would ask it compare with a look at every row, and say so.
    if own_cluster
        && chosen.iter().any(|(suite, _)| suite.name == "it")
        && let Err(error) = tools::ensure(&[tools::POSTGIS])
    {
        eprintln!("{error:#}");
    }
    let browsers = chosen.iter().any(|(suite, _)| suite.apart);
    // Without it the tests in Firefox say what is missing, and the others run.
    let path = browsers.then(geckodriver::path).transpose().unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        None
    });
    signals::take_over()?;
    let cluster =
        if own_cluster { Some(sh::step("starting a throw-away PostgreSQL", Postgres::start)?) } else { None };
    let vigie = places::server(true).into_os_string();
    let mut tally = Tally::default();
    for (suite, filter) in chosen {
        eprintln!("==> tests: {}", suite.name);
        let mut env = vec![("VIGIE_BIN", vigie.clone())];
        env.extend(path.clone().map(|path| ("PATH", path)));
        let url =
            cluster.as_ref().map(|cluster| if suite.apart { cluster.socket_url() } else { cluster.url() });
        env.extend(url.map(|url| ("VIGIE_TEST_POSTGRES", url.into())));
        if node::SUITES.contains(&suite.name.as_str()) {
            match node::prepare() {
                Ok(folder) => env.push((node::VARIABLE, folder.into_os_string())),
                // The test says what is missing, and the other suites run.
                Err(error) => eprintln!("error: {error:#}"),
            }
        }
        // Gone with its suite.
        let s3 = if suite.name == s3::SUITE { start_s3() } else { None };
        env.extend(s3.as_ref().map(|s3| (s3::VARIABLE, s3.url().into())));
        if suite.name == python::SUITE {
            match python::prepare() {
                Ok(program) => env.push((python::VARIABLE, program.into_os_string())),
                Err(error) => eprintln!("error: {error:#}"),
            }
        }
        tally += suite.run(&filter, &env)?;
        signals::check()?;
    }
    Ok(tally)
}

/// The tests that want it say what is missing, and the others run.
fn start_s3() -> Option<s3::S3> {
    let started = s3::S3::start();
    started.inspect_err(|error| eprintln!("error: {error:#}")).ok()
}
