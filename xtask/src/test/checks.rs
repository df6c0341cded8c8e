//! Formatting, lints, documentation, our own rules, and the checkers that happen to be installed.

use crate::toolchain::Toolchain;
use crate::{sh, tidy, tools};
use anyhow::Result;
use std::process::Command;

/// Crates that build for this machine.
pub const HOST: [&str; 5] = ["shared", "server", "cluster", "testkit", "xtask"];
/// Crates of the phone: wasm32 only.
const PHONE: [&str; 3] = ["pwa", "outbox", "service-worker"];

/// Quick ones. The names of those that failed.
pub fn before_build() -> Result<Vec<String>> {
    let mut failed = Vec::new();
    check(&mut failed, "formatting", || sh::run(sh::cargo().args(["fmt", "--all", "--check"])));
    check(&mut failed, "tidy", tidy::run);
    for (program, args) in [
        ("typos", &[][..]),
        ("cargo-deny", &["deny", "check", "--hide-inclusion-graph"][..]),
        ("cargo-machete", &["machete"][..]),
    ] {
        if tools::find(program).is_some() {
            check(&mut failed, program, || sh::run(sh::command(program).args(args)));
        } else {
            eprintln!("skipped: {program} is not installed");
        }
    }
    crate::signals::check()?;
    Ok(failed)
}

/// Those that need `target/app`, which the server's sources embed.
pub fn after_build(toolchain: &Toolchain) -> Result<Vec<String>> {
    let mut failed = Vec::new();
    check(&mut failed, "lints", || {
        let mut clippy = sh::cargo();
        sh::run(packages(clippy.arg("clippy"), &HOST).args(["--all-targets", "--", "-D", "warnings"]))
    });
    if toolchain.lints {
        check(&mut failed, "lints for wasm32", || {
            let mut clippy = toolchain.cargo("clippy");
            sh::run(packages(&mut clippy, &PHONE).args(["-p", "shared", "--", "-D", "warnings"]))
        });
    } else {
        eprintln!("skipped: lints for wasm32 need rustup's target");
    }
    check(&mut failed, "documentation", || sh::run(documentation(sh::cargo().arg("doc"), &HOST)));
    check(&mut failed, "documentation for wasm32", || {
        sh::run(documentation(&mut toolchain.cargo("doc"), &PHONE))
    });
    crate::signals::check()?;
    Ok(failed)
}

fn documentation<'a>(cargo: &'a mut Command, of: &[&str]) -> &'a mut Command {
    packages(cargo, of).args(["--no-deps", "--document-private-items"]).env("RUSTDOCFLAGS", "-D warnings")
}

fn packages<'a>(command: &'a mut Command, names: &[&str]) -> &'a mut Command {
    command.args(names.iter().flat_map(|name| ["-p", name]))
}

fn check(failed: &mut Vec<String>, name: &str, work: impl FnOnce() -> Result<()>) {
    if let Err(error) = sh::step(name, work) {
        eprintln!("error: {error:#}");
        failed.push(name.to_owned());
    }
}
