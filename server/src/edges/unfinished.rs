//! Files that a kill left half-written. `object_store` writes beside the name (`…-320.jpg#1`), renames when all is there,
//! and shows nobody what it has not renamed: only the folder itself knows of them.

use anyhow::{Context, Result};
use shared::instant::{Instant, MINUTE};
use std::fs::DirEntry;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

/// How long nobody touches a file that is being written, at most: writing one takes well under a second.
const PATIENCE: i64 = MINUTE;

/// Deletes them below `folder`; how many there were.
///
/// # Errors
/// When the folder cannot be read.
pub fn sweep(folder: &Path, now: Instant) -> Result<usize> {
    let mut swept = 0;
    let entries = folder.read_dir().with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            swept += sweep(&entry.path(), now)?;
        } else if is_unfinished(&entry) && is_old(&entry, now) {
            swept += usize::from(std::fs::remove_file(entry.path()).is_ok());
        }
    }
    Ok(swept)
}

fn is_unfinished(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    let number = name.to_str().and_then(|name| name.rsplit_once('#'));
    number.is_some_and(|(_, number)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_old(entry: &DirEntry, now: Instant) -> bool {
    let limit = u64::try_from(now.plus(-PATIENCE).0).unwrap_or(0);
    let touched = entry.metadata().and_then(|metadata| metadata.modified());
    touched.is_ok_and(|at| at < UNIX_EPOCH + Duration::from_millis(limit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{File, create_dir, write};

    #[test]
    fn only_what_was_left_half_written_goes() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join("ab").join(name);
        create_dir(folder.path().join("ab")).unwrap();
        let touched = Instant(1_788_768_000_000);
        for name in ["a-320.jpg", "a-320.jpg#1", "a-960.jpg#12", "a#b"] {
            write(at(name), name).unwrap();
            let time = UNIX_EPOCH + Duration::from_millis(1_788_768_000_000);
            File::options().write(true).open(at(name)).unwrap().set_modified(time).unwrap();
        }
        assert_eq!(sweep(folder.path(), touched.plus(PATIENCE)).unwrap(), 0, "it may still be written");
        assert_eq!(sweep(folder.path(), touched.plus(PATIENCE + 1)).unwrap(), 2);
        assert!(at("a-320.jpg").exists() && at("a#b").exists());
    }
}
