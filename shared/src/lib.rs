//! Vigie.
