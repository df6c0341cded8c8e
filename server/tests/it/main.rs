//! The rooms, through real HTTP on a real port, on SQLite and on PostgreSQL.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails here")]

mod answers;
mod app;
mod awaited;
mod backup;
mod cells;
mod described;
mod digest;
mod duplicates;
mod failures;
mod feeds;
mod follow;
mod journal;
mod limits;
mod lists;
mod logs;
mod mail;
mod mail_delivery;
mod merging;
mod migrations;
mod operations;
mod photos;
mod places;
mod places_register;
mod places_search;
mod push;
mod reports;
mod routing;
mod site;
mod together;
mod uploads;

/// Writes each test thrice: on both engines with photos in a folder, and with photos in a bucket: `s3::name`.
#[macro_export]
macro_rules! every_store {
    ($($name:ident),* $(,)?) => {
        $crate::both_engines!($($name),*);
        mod s3 {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name($crate::app::TestApp::s3().await).await;
            })*
        }
    };
}

/// Writes each test twice: `sqlite::name` and `postgres::name`.
#[macro_export]
macro_rules! both_engines {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name($crate::app::TestApp::sqlite().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name($crate::app::TestApp::postgres().await).await;
            })*
        }
    };
}
