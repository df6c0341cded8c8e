//! Small pieces that screens are made of: functions from values to markup. They know words and looks, never the server.
//! Only what has a memory of its own is a component: each one costs the phone some kilobytes.

mod empty;
mod failure;
mod icon;
mod photo;
mod report_row;
mod timeline;

pub use empty::{back_bar, empty, skeleton};
pub use failure::{notice, stale, unanswered};
pub use icon::{category_icon, flip, icon, urgency_icon};
pub use photo::{Thumb, ThumbProps, server_photo};
pub use report_row::{age, picture, report_row, state_pill, title, waiting, yours};
pub use timeline::{reasons, timeline};
