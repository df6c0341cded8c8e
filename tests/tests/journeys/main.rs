//! Journeys: people, phones, a server, mail, and a network that goes away.
//!
//! Each file is one story, told through the screen and what arrives at the far end. Everything is real: the
//! `vigie` binary, Chromium, SMTP, and a network that is cut. What no phone may lose is told in Firefox and in WebKit
//! too (`in_browsers!`). Run through `cargo xtask test`.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a journey fails by panicking with a sentence")]

mod accessible;
mod answered;
mod axe;
mod blurred;
mod browser_killed;
mod captive_portal;
mod city;
mod devices;
mod drafts_survive;
mod following;
mod found_by_search;
mod killed_between_receipt_and_mail;
mod layouts;
mod left_while_writing;
mod lying;
mod me_too_offline;
mod new_version;
mod no_script;
mod odd_words;
mod offline_page;
mod offline_swing;
mod orderly_end;
mod people;
mod photo_cut_on_its_way;
mod photos_nobody_can_use;
mod private_browsing;
mod push;
mod queue_page;
mod releases;
mod school_closed;
mod second_phone_supports;
mod slow_line;
mod storage_full;
mod tap;
mod two_drains_at_once;
mod whereabouts;
mod world;
mod wrong_clock;
