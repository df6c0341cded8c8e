//! What is common to every page: the embedded app, templates, headers.

pub mod assets;
pub mod headers;
pub mod pages;
pub mod site;
pub mod words;
