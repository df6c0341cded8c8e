//! Schools on a phone: found, and looked at.

pub mod list;
pub mod page;
