//! Journeys: people, phones, a server, mail, and a network that goes away.
//!
//! Each file is one story, told through the screen and what arrives at the far end. Everything is real: the
//! `vigie` binary, Chromium, SMTP, and a network that is cut. Run through `cargo xtask test`.

#![expect(clippy::expect_used, reason = "a journey fails by panicking with a sentence")]

mod captive_portal;
mod found_by_search;
mod killed_between_receipt_and_mail;
mod me_too_offline;
mod offline_swing;
mod orderly_end;
mod people;
mod second_phone_supports;
mod two_drains_at_once;
mod world;
