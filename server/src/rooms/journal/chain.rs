//! What is hashed, to the byte. Knows no database.
//!
//! Texts whose lines end in a line feed, hashed with SHA-256 and written in hexadecimal digits, so that anybody can do it
//! again with `sha256sum`. An event is hashed as it was written, never written anew. What cannot change any more: all of it.

use crate::rooms::photos::hex;
use sha2::{Digest, Sha256};

/// Stands for the hash before the first one.
pub const NONE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A line of a report's journal, as it is hashed.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// The report's id.
    pub report: &'a str,
    /// 1, 2, 3… within the report.
    pub position: i64,
    /// When, in milliseconds.
    pub at: i64,
    /// What happened, as it was written.
    pub event: &'a str,
}

impl Line<'_> {
    /// The hash of this line, which comes after the one of the hash `before`.
    pub fn hash(&self, before: &str) -> String {
        let Self { report, position, at, event } = self;
        digest(&format!("{before}\n{report}\n{position}\n{at}\n{event}\n"))
    }
}

/// Gathers the hashes of a seal's lines.
#[derive(Clone, Default)]
pub struct Root(Sha256);

impl Root {
    /// The next line's.
    pub fn add(&mut self, hash: &str) {
        self.0.update(hash);
        self.0.update("\n");
    }

    /// The digest of all of them.
    pub fn end(self) -> String {
        hex(&self.0.finalize())
    }
}

/// The hash of seal `number`, made at `at`, over the lines up to `last`, after the seal of the hash `before`.
pub fn seal(before: &str, (number, last, at): (i64, i64, i64), root: &str) -> String {
    digest(&format!("{before}\n{number}\n{last}\n{at}\n{root}\n"))
}

fn digest(text: &str) -> String {
    hex(&Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By `sha256sum`: nobody's journal may read differently tomorrow.
    #[test]
    fn what_is_hashed_is_what_was_said() {
        let id = "01890000-0000-7000-8000-000000000000";
        let first = Line { report: id, position: 1, at: 5, event: r#"{"event":"received"}"# }.hash(NONE);
        assert_eq!(first, "e7de919c222fd27d140d21b299ff2cedd0c05041be1e645b5f18f51d2ab9cf25");
        let mut root = Root::default();
        root.add(&first);
        let root = root.end();
        assert_eq!(root, "507a63619d92ab7bd3a3ee12f64583a81cc829c975e39311ea1f51b40c94e36f");
        assert_eq!(
            seal(NONE, (1, 1, 7), &root),
            "bb2cad4942d718aae772ba5d8dae75e23414bb2cc383165f39248f63a644e92a"
        );
    }
}
