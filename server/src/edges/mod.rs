//! Where the process ends: clock, chance, mail, files. Each has its real form and, where a test needs to look or to
//! decide, one in memory. Edges never take a transaction.

pub mod blobs;
pub mod clock;
pub mod faults;
pub mod ids;
pub mod mail;
pub mod s3;
pub mod webpush;
