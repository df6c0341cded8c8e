//! The project's own tool: `cargo xtask VERB`.
//!
//! Owns every step between the sources and a running or proved `vigie`. Needs Rust only; what else a verb needs it
//! installs where it may, or names in one line. Does not contain anything the product itself runs.

mod app;
mod bench;
mod bindgen;
mod bundle;
mod css;
mod mirrored;
mod pack;
mod places;
mod precache;
mod run;
mod sh;
mod signals;
mod split;
mod test;
mod tidy;
mod toolchain;
mod tools;
mod words;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask VERB

  run [--dev] [ARGS]   build, load the demonstration city into an empty database, serve; ARGS go to `vigie serve`
  build [--dev]        the app, its service worker and the server: target/release/vigie
  test [FILTER…]       lints, rules, rooms on SQLite and PostgreSQL, journeys in Chromium, the core ones in Firefox and
                       WebKit too; with FILTER: matching tests (part of a test's name such as `firefox::`, or a whole
                       target: shared, it, journeys…)
  bench [NAME…]        figures beside their budgets; with NAME: first-load, server, lighthouse, phone, intake, words,
                       register, million, push
  storm [WORDS] [--kills 200] [--seed N] [--engine sqlite|postgres] [--phones 50]
                       fifty phones report while the server is killed 200 times, on each engine; with WORDS: while the
                       disk is full (`full_disk`), the database is held (`held`) or pulled away (`pulled`)
  schemathesis         some 20,000 questions to the API, as its description allows and forbids them
  tidy                 our own rules about the sources";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (verb, rest) = args.split_first().map_or(("help", &[][..]), |(verb, rest)| (verb.as_str(), rest));
    let result = match verb {
        "run" => run::run(rest),
        "build" => app::build(rest.iter().any(|arg| arg == "--dev")),
        "test" => test::run(rest),
        "storm" => test::storm::run(rest),
        "bench" => bench::run(rest),
        "schemathesis" => test::schemathesis(),
        "tidy" => tidy::run(),
        "help" | "--help" | "-h" => {
            println!("{HELP}");
            Ok(())
        }
        other => Err(anyhow::anyhow!("no such verb: {other}\n\n{HELP}")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
