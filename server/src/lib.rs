//! The server of Vigie: one binary that serves the app and its pages, takes reports in, tells those in charge.
//!
//! Reading order: [`cli`] (what can be asked of the binary), [`app`] (what everything shares), [`router`] (every
//! address), then `rooms/reports/intake.rs`: the story of a report coming in.

pub mod api;
pub mod app;
pub mod backup;
pub mod cells;
pub mod cli;
pub mod config;
pub mod db;
pub mod demo;
pub mod doctor;
pub mod edges;
pub mod error;
pub mod extract;
pub mod jobs;
pub mod log;
pub mod mail;
pub mod metrics;
pub mod ready;
pub mod rooms;
pub mod router;
pub mod run;
pub mod web;
