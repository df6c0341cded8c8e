//! The compiler for wasm32-unknown-unknown.
//!
//! Promises one that works, or one line saying what to type. Rustup's target comes first; where it cannot be downloaded,
//! Debian carries a compiler with the source of its standard library, which is then built along.

use crate::{sh, tools};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "wasm32-unknown-unknown";
const BUILD_STD: &str = "-Zbuild-std=std,panic_abort";
/// For the shipped app: no panic texts, no source locations. Worth about a tenth of what the phone downloads.
const SMALL: &str = "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none";
const DEBIAN: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];

/// How to call cargo for the phone's side.
pub struct Toolchain {
    cargo: PathBuf,
    env: Vec<(&'static str, PathBuf)>,
    flags: Vec<&'static str>,
    /// Whether the standard library can be built along, which [`SMALL`] needs.
    source: bool,
    /// Whether clippy can use it.
    pub lints: bool,
}

impl Toolchain {
    /// `cargo VERB` for wasm32, in its own target directory.
    pub fn cargo(&self, verb: &str) -> Command {
        let mut command = sh::command(&self.cargo.to_string_lossy());
        command.arg(verb).args(["--target", TARGET]).args(&self.flags);
        command.arg("--target-dir").arg(crate::places::wasm_target());
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    /// `cargo build` for wasm32: small for people to download, or quick for us to build.
    pub fn build(&self, dev: bool) -> Command {
        let mut command = self.cargo("build");
        if dev {
            return command;
        }
        command.args(["--profile", "wasm"]);
        if self.source {
            if self.flags.is_empty() {
                command.arg(BUILD_STD);
            }
            command.arg("-Zbuild-std-features=optimize_for_size");
            command.env("RUSTC_BOOTSTRAP", "1").env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", SMALL);
        }
        command
    }

    /// Where a profile's products land.
    pub fn products(dev: bool) -> PathBuf {
        crate::places::wasm_target().join(TARGET).join(if dev { "debug" } else { "wasm" })
    }
}

/// Finds one, installing it where we may.
pub fn find() -> Result<Toolchain> {
    let sysroot = PathBuf::from(sh::read(sh::command("rustc").args(["--print", "sysroot"]))?.trim());
    let installed = || sysroot.join("lib/rustlib").join(TARGET).join("lib").is_dir();
    if !installed() && tools::find("rustup").is_some() {
        eprintln!("adding the {TARGET} target");
        let _ = sh::run(sh::command("rustup").args(["target", "add", TARGET]));
    }
    if installed() {
        let cargo = std::env::var_os("CARGO").map_or_else(|| "cargo".into(), PathBuf::from);
        let source = standard_source(&sysroot);
        return Ok(Toolchain { cargo, env: Vec::new(), flags: Vec::new(), source, lints: true });
    }
    debian(&sysroot)
}

/// Whether the source of the standard library is there, or could be added.
fn standard_source(sysroot: &Path) -> bool {
    let source = sysroot.join("lib/rustlib/src/rust/library/std");
    if !source.is_dir() && tools::find("rustup").is_some() {
        eprintln!("adding the source of the standard library");
        let _ = sh::run(sh::command("rustup").args(["component", "add", "rust-src"]));
    }
    if !source.is_dir() {
        eprintln!("without rust-src the app is about a tenth larger; type: rustup component add rust-src");
    }
    source.is_dir()
}

/// Debian's compiler; its three packages always match.
fn debian(sysroot: &Path) -> Result<Toolchain> {
    let source = Path::new("/usr/lib/rustlib/src/rust/library/std");
    let there =
        || source.exists() && Path::new("/usr/bin/cargo").exists() && Path::new("/usr/bin/rustc").exists();
    if !there() && tools::may_install() {
        tools::apt_install(&DEBIAN)?;
    }
    if !there() {
        bail!("no compiler for {TARGET}; type: rustup target add {TARGET}");
    }
    let linker = linker(sysroot)?;
    let env = vec![
        ("RUSTC_BOOTSTRAP", PathBuf::from("1")),
        ("RUSTC", PathBuf::from("/usr/bin/rustc")),
        ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker),
    ];
    Ok(Toolchain { cargo: "/usr/bin/cargo".into(), env, flags: vec![BUILD_STD], source: true, lints: false })
}

/// Rustup's own linker, or the one of Debian's LLVM of the same number.
fn linker(sysroot: &Path) -> Result<PathBuf> {
    let about = sh::read(sh::command("/usr/bin/rustc").arg("-vV"))?;
    let told = |name: &str| about.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim();
    let bundled = sysroot.join("lib/rustlib").join(told("host:")).join("bin/rust-lld");
    if bundled.exists() {
        return Ok(bundled);
    }
    let number = told("LLVM version:").split('.').next().unwrap_or_default();
    let (name, package) = (format!("wasm-ld-{number}"), format!("lld-{number}"));
    if tools::find(&name).is_none() && tools::may_install() {
        tools::apt_install(&[&package])?;
    }
    tools::find(&name).with_context(|| format!("missing {name}; type: sudo apt-get install {package}"))
}
