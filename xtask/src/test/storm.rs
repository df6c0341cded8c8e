//! `storm`: one of the suite's storms, as long as wanted.

use super::suites::{self, Suite};
use crate::{app, places, sh, signals, toolchain, tools};
use anyhow::{Context, Result, bail, ensure};
use cluster::Postgres;
use std::ffi::OsString;

/// How long it is, where nothing else is said.
const BLOWS: &str = "200";
/// The storm, where nothing else is said: the server is killed.
const KILLED: &str = "killed";

/// What was asked for.
#[derive(Debug, Default, PartialEq)]
struct Asked {
    engine: String,
    words: Vec<String>,
    variables: Vec<(&'static str, String)>,
}

fn read(args: &[String]) -> Result<Asked> {
    let mut asked = Asked { variables: vec![("VIGIE_STORM_BLOWS", BLOWS.into())], ..Asked::default() };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().cloned().with_context(|| format!("{arg} wants a value"));
        match arg.as_str() {
            "--kills" | "--blows" => asked.variables[0].1 = value()?,
            "--seed" => asked.variables.push(("VIGIE_STORM_SEED", value()?)),
            "--phones" => asked.variables.push(("VIGIE_STORM_PHONES", value()?)),
            "--engine" => asked.engine = value()?,
            flag if flag.starts_with('-') => bail!("no such flag: {flag}"),
            word => asked.words.push(word.into()),
        }
    }
    ensure!(["", "sqlite", "postgres"].contains(&asked.engine.as_str()), "--engine sqlite or postgres");
    for (variable, value) in &asked.variables {
        ensure!(value.parse::<u64>().is_ok(), "{variable}: “{value}” is no number");
    }
    if asked.words.is_empty() {
        asked.words.push(KILLED.into());
    }
    Ok(asked)
}

/// Makes it.
pub fn run(args: &[String]) -> Result<()> {
    let asked = read(args)?;
    app::build_app(&toolchain::find()?, false)?;
    let storm = sh::step("building the storm", || suites::build_one("storm"))?;
    tools::ensure(&[tools::IP, tools::POSTGRES])?;
    signals::take_over()?;
    let cluster = sh::step("starting a throw-away PostgreSQL", Postgres::start)?;
    let mut env: Vec<(&str, OsString)> = vec![
        ("VIGIE_BIN", places::server(true).into_os_string()),
        ("VIGIE_TEST_POSTGRES", cluster.socket_url().into()),
    ];
    env.extend(asked.variables.into_iter().map(|(name, value)| (name, value.into())));
    let tally = blow(&storm, &asked.engine, asked.words, &env)?;
    ensure!(tally.failed == 0 && tally.passed > 0, "{} passed, {} failed", tally.passed, tally.failed);
    Ok(())
}

/// On one engine, or on each.
fn blow(
    storm: &Suite,
    engine: &str,
    mut words: Vec<String>,
    env: &[(&str, OsString)],
) -> Result<suites::Tally> {
    let other =
        [("sqlite", "postgres::"), ("postgres", "sqlite::")].into_iter().find(|(name, _)| *name == engine);
    if let Some((_, other)) = other {
        words.extend(["--skip".into(), other.into()]);
    }
    words.push("--nocapture".into());
    storm.run(&words, env)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(line: &str) -> Result<Asked> {
        read(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn it_is_as_long_as_wanted() {
        let all = asked("--kills 3 --seed 7 --engine sqlite full_disk").unwrap();
        assert_eq!((all.engine.as_str(), all.words.as_slice()), ("sqlite", &["full_disk".to_owned()][..]));
        let set = [("VIGIE_STORM_BLOWS", "3".to_owned()), ("VIGIE_STORM_SEED", "7".to_owned())];
        assert_eq!(all.variables, set);
        assert_eq!(asked("").unwrap().words, [KILLED]);
        assert_eq!(asked("").unwrap().variables, [("VIGIE_STORM_BLOWS", BLOWS.to_owned())]);
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        for line in ["--kills", "--kills many", "--engine oracle", "--thunder"] {
            assert!(asked(line).is_err(), "{line}");
        }
    }
}
