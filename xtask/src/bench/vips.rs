//! The peer of photos: `vipsthumbnail` making the same sizes of the same photos, in the same run.

use super::photo::Photo;
use crate::{sh, signals, tools};
use anyhow::{Context, Result};
use std::fs;
use std::time::Duration;

/// Longest sides, as the server keeps them.
const SIDES: [u32; 3] = [2048, 960, 320];
/// Photos measured.
const SAMPLE: usize = 40;

/// Processor time that one photo takes of it.
pub struct Peer {
    /// A process for each size, as whoever serves photos one by one would call it.
    pub each: Duration,
    /// A process for each size of all photos: what is left without starting processes.
    pub bulk: Duration,
}

/// Measures it; nothing where it is not installed and may not be.
pub fn measure(photos: &[Photo]) -> Result<Option<Peer>> {
    if let Err(missing) = tools::ensure(&[tools::VIPS]) {
        eprintln!("skipped: no vipsthumbnail to compare with; {missing}");
        return Ok(None);
    }
    let dir = tempfile::Builder::new().prefix("vigie-vips-").tempdir()?;
    let sample = &photos[..photos.len().min(SAMPLE)];
    let mut files = Vec::new();
    for photo in sample {
        let file = dir.path().join(format!("{}.jpg", photo.hash));
        fs::write(&file, &photo.jpeg)?;
        files.push(file);
    }
    let run = |files: &[std::path::PathBuf]| -> Result<()> {
        for side in SIDES {
            signals::check()?;
            let mut vips = sh::command("vipsthumbnail");
            vips.current_dir(dir.path()).args(files).arg("--size").arg(format!("{side}x{side}>"));
            sh::read(vips.arg("-o").arg(format!("%s-{side}.jpg[Q=82,strip]")))?;
        }
        Ok(())
    };
    let count = u32::try_from(sample.len())?;
    let begin = children()?;
    files.chunks(1).try_for_each(run)?;
    let between = children()?;
    run(&files)?;
    Ok(Some(Peer { each: (between - begin) / count, bulk: (children()? - between) / count }))
}

/// Processor time of our children that have ended, in hundredths of a second.
fn children() -> Result<Duration> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat.rsplit(") ").next().context("no stat")?.split(' ').collect();
    let ticks = |n: usize| fields.get(n).and_then(|ticks| ticks.parse::<u64>().ok()).context("no times");
    Ok(Duration::from_millis((ticks(13)? + ticks(14)?) * 10))
}
