//! A disk of a few megabytes that can be filled up and freed again.
//!
//! A file system in memory, mounted over a folder: the suite runs in a mount namespace of its own, so nobody else sees
//! it, and it vanishes with the last process there.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use tempfile::TempDir;

/// The disk. Unmounted when dropped.
#[derive(Debug)]
pub struct Disk {
    dir: TempDir,
}

impl Disk {
    /// A disk of so many megabytes.
    ///
    /// # Panics
    /// Without the right to mount one; says what to type.
    #[must_use]
    pub fn of(megabytes: u32) -> Self {
        let dir = tempfile::Builder::new().prefix("vigie-disk-").tempdir().expect("a folder to mount it on");
        let size = format!("size={megabytes}m");
        let mounted = mount(Some("vigie"), dir.path(), Some("tmpfs"), MsFlags::empty(), Some(size.as_str()));
        mounted.unwrap_or_else(|error| {
            panic!("no right to mount a disk ({error}): type `unshare -Urnm cargo xtask test`")
        });
        Self { dir }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Writes until nothing more fits.
    ///
    /// # Panics
    /// When not even a file can be made.
    pub fn fill(&self) {
        let mut ballast = File::options().create(true).append(true).open(self.ballast()).expect("a file");
        for size in [1 << 16, 1 << 12, 1 << 8, 1] {
            while ballast.write_all(&vec![b'.'; size]).is_ok() {}
        }
    }

    /// Makes room again.
    pub fn free(&self) {
        let _ = fs::remove_file(self.ballast());
    }

    fn ballast(&self) -> PathBuf {
        self.dir.path().join("ballast")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = umount2(self.dir.path(), MntFlags::MNT_DETACH);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_fits_on_a_full_disk_until_it_is_freed() {
        let disk = Disk::of(1);
        let letter = disk.path().join("letter");
        disk.fill();
        fs::write(&letter, vec![1; 4096]).unwrap_err();
        disk.free();
        fs::write(&letter, vec![1; 4096]).unwrap();
    }
}
