//! `build`: the app and its service worker, then the server that embeds them.

use crate::bundle::Bundle;
use crate::toolchain::{self, Toolchain};
use crate::{bindgen, pack, places, precache, sh};
use anyhow::Result;
use std::path::Path;

/// Everything.
pub fn build(dev: bool) -> Result<()> {
    build_app(&toolchain::find()?, dev)?;
    print_sizes(&places::app())?;
    build_server(dev)?;
    println!("{}", places::below(&places::server(dev), &places::root()));
    Ok(())
}

/// Makes `target/app`.
pub fn build_app(toolchain: &Toolchain, dev: bool) -> Result<()> {
    sh::step("building the app and its service worker", || {
        sh::run(toolchain.build(dev).args(["-p", "pwa", "-p", "service-worker"]))
    })?;
    sh::step("packing target/app", || {
        let root = places::root();
        let products = Toolchain::products(dev);
        let app = bindgen::run(&products.join("pwa.wasm"), "app", true, dev)?;
        let worker = bindgen::run(&products.join("service_worker.wasm"), "worker", false, dev)?;
        let mut bundle = Bundle::gather(&root, app, worker, dev)?;
        precache::finish(&mut bundle, &root)?;
        if !pack::write(&bundle, &places::app())? {
            eprintln!("    nothing changed");
        }
        Ok(())
    })
}

/// Makes the one binary.
pub fn build_server(dev: bool) -> Result<()> {
    sh::step("building the server", || {
        let mut cargo = sh::cargo();
        cargo.args(["build", "-p", "server"]);
        sh::run(if dev { &mut cargo } else { cargo.arg("--release") })
    })
}

fn print_sizes(dir: &Path) -> Result<()> {
    println!("{:<44} {:>10} {:>10}", "", "raw", "brotli");
    for path in places::files_under(dir)? {
        if path.extension().is_none_or(|extension| extension != "br" && extension != "gz") {
            let raw = std::fs::metadata(&path)?.len();
            println!("{:<44} {raw:>10} {:>10}", places::below(&path, dir), pack::sent(&path)?);
        }
    }
    Ok(())
}
