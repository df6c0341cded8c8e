//! Writing what the server embeds.
//!
//! Promises that stale files vanish, that an unchanged file keeps its time stamp (cargo rebuilds the server only for a
//! change), and that each text or wasm file has its `.br` and `.gz` beside it.

use crate::bundle::Bundle;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

const COMPRESSIBLE: [&str; 9] = ["css", "html", "js", "json", "mjs", "svg", "txt", "wasm", "webmanifest"];

/// Makes `dir` hold exactly the bundle. True when something changed.
pub fn write(bundle: &Bundle, dir: &Path) -> Result<bool> {
    let packed = |path: &str| compressible(path).then(|| [format!("{path}.br"), format!("{path}.gz")]);
    let expected: BTreeSet<String> = bundle
        .files
        .keys()
        .flat_map(|path| packed(path).into_iter().flatten().chain([path.clone()]))
        .collect();
    let present: BTreeSet<String> =
        crate::places::files_under(dir)?.iter().map(|path| crate::places::below(path, dir)).collect();
    let same = |path: &String, content: &Vec<u8>| fs::read(dir.join(path)).is_ok_and(|old| old == *content);
    if expected == present && bundle.files.iter().all(|(path, content)| same(path, content)) {
        return Ok(false);
    }
    let fresh = dir.with_extension("new");
    let _ = fs::remove_dir_all(&fresh);
    for (path, content) in &bundle.files {
        fs::create_dir_all(fresh.join(path).parent().unwrap_or(&fresh))?;
        let mut family = vec![path.clone()];
        family.extend(packed(path).into_iter().flatten());
        let kept = same(path, content) && family.iter().all(|path| present.contains(path));
        if kept {
            // The same inode: the time stamp stays.
            family.iter().try_for_each(|path| fs::hard_link(dir.join(path), fresh.join(path)))?;
        } else {
            store(&fresh.join(path), content, family.len() > 1)?;
        }
    }
    swap(&fresh, dir).context("putting the new files in place")?;
    Ok(true)
}

/// The size of a file as sent to a browser that takes brotli.
pub fn sent(path: &Path) -> Result<u64> {
    let packed = beside(path, "br");
    Ok(fs::metadata(if packed.exists() { &packed } else { path })?.len())
}

fn compressible(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| COMPRESSIBLE.contains(&extension))
}

fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    PathBuf::from(name)
}

fn store(path: &Path, content: &[u8], pack: bool) -> Result<()> {
    fs::write(path, content)?;
    if pack {
        fs::write(beside(path, "br"), brotli(content)?)?;
        fs::write(beside(path, "gz"), gzip(content)?)?;
    }
    Ok(())
}

/// Content as sent with brotli.
pub fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let params = brotli::enc::BrotliEncoderParams {
        // Only a development build weighs megabytes, and it is not worth a minute each time.
        quality: if content.len() > 2_000_000 { 5 } else { 11 },
        lgwin: 22,
        size_hint: content.len(),
        ..Default::default()
    };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &content[..], &mut out, &params)?;
    Ok(out)
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

fn swap(fresh: &Path, dir: &Path) -> Result<()> {
    let old = dir.with_extension("old");
    let _ = fs::remove_dir_all(&old);
    if dir.exists() {
        fs::rename(dir, &old)?;
    }
    fs::rename(fresh, dir)?;
    let _ = fs::remove_dir_all(&old);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stale_files_vanish_and_unchanged_files_keep_their_time() {
        let temp = tempfile::tempdir().unwrap();
        let dir = temp.path().join("app");
        let mut bundle = Bundle::default();
        bundle.add("a.js", b"let a = 1;".to_vec());
        bundle.add("b.png", vec![1]);
        assert!(write(&bundle, &dir).unwrap());
        assert!(!write(&bundle, &dir).unwrap(), "nothing changed");

        let script = dir.join("assets").join(&bundle.names["a.js"]);
        let time = fs::metadata(beside(&script, "br")).unwrap().modified().unwrap();
        let old = bundle.names["b.png"].clone();
        bundle.files.remove(&format!("assets/{old}"));
        bundle.add("b.png", vec![2]);
        assert!(write(&bundle, &dir).unwrap());
        assert_eq!(fs::metadata(beside(&script, "br")).unwrap().modified().unwrap(), time);
        assert!(!dir.join("assets").join(old).exists());
        assert!(!dir.join("assets").join(format!("{}.br", bundle.names["b.png"])).exists());
    }
}
