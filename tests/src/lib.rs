//! The test kit: real things for tests to lean on, each small enough to read.
//!
//! Owns a mail server that remembers, photos drawn by code, a network that can be cut, the real `vigie`
//! binary as a process, real browsers, and a throw-away PostgreSQL schema. Promises that whatever it
//! starts is stopped when dropped. Does not know the server's or the app's code: journeys go through the
//! binary and the screen only.
#![expect(clippy::expect_used, reason = "a test kit fails by panicking with a sentence")]

pub mod browser;
pub mod disk;
mod display;
pub mod dkim;
pub mod engine;
pub mod host;
pub mod jpeg;
pub mod mail;
pub mod mail_trap;
pub mod network;
pub mod phone;
pub mod photo;
pub mod portal;
pub mod push_service;
pub mod server;
pub mod wait;
pub mod webdriver;
