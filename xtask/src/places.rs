//! Where things are in the workspace. Owns the paths that more than one verb uses.

use std::path::{Path, PathBuf};

/// The workspace root: of the sources that cargo runs us for, whichever copy of them we were built from.
pub fn root() -> PathBuf {
    let manifest =
        std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let manifest = PathBuf::from(manifest);
    manifest.parent().map_or(manifest.clone(), Path::to_path_buf)
}

/// Where cargo builds.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// A target directory of its own for wasm32, so that it never waits for the server's build.
pub fn wasm_target() -> PathBuf {
    target().join("wasm")
}

/// What the server embeds. Always here, whatever `CARGO_TARGET_DIR` says: the server's sources name it.
pub fn app() -> PathBuf {
    root().join("target/app")
}

/// The built server.
pub fn server(dev: bool) -> PathBuf {
    target().join(if dev { "debug" } else { "release" }).join("vigie")
}

/// Every file under `dir`, sorted; nothing when there is no such folder.
pub fn files_under(dir: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if !dir.is_dir() {
        return Ok(found);
    }
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files_under(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// A path below `base`, with `/` on every system.
pub fn below(path: &Path, base: &Path) -> String {
    path.strip_prefix(base).unwrap_or(path).to_string_lossy().replace('\\', "/")
}
