//! What is common to every page: the embedded app, templates, headers.

pub mod asker;
pub mod assets;
pub mod bodies;
pub mod headers;
pub mod limits;
pub mod listen;
pub mod operations;
pub mod pages;
pub mod qr;
pub mod site;
pub mod sitemap;
#[cfg(debug_assertions)]
pub mod styleguide;
pub mod trace;
pub mod trouble;
pub mod visit;
pub mod words;
