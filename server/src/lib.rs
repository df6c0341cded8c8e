//! The server of Vigie.
