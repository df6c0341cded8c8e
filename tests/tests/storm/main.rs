//! Storms: fifty phones report all at once, and the server's ground shakes. Nothing may be lost, doubled or refused.
//!
//! `cargo xtask test` runs short ones; `cargo xtask storm` as long a one as wanted. The seed that each prints decides
//! who says what and which lines break; when exactly, the machine decides. Run through `cargo xtask test`.

#![expect(clippy::expect_used, reason = "a storm fails by panicking with a sentence")]

mod books;
mod city;
mod clock;
mod ledger;
mod line;
mod person;
mod phone;
mod queue;
mod stage;
mod verdict;
mod wire;

use cluster::Postgres;
use stage::{Size, Stage};
use std::time::Duration;
use testkit::disk::Disk;
use testkit::engine::{postgres_schema, schema_in};
use tokio::sync::Mutex;

/// One storm at a time: each wants the whole machine.
static ONE: Mutex<()> = Mutex::const_new(());

/// Kills in the suite, and blows of other kinds.
const KILLS: usize = 25;
const TROUBLES: usize = 8;

async fn killed_at_random(mut stage: Stage) {
    stage.begin();
    for _ in 0..stage.size.blows {
        // Some kills fall into the start itself.
        if stage.chance.u8(..8) == 0 {
            stage.a_while(0, 200).await;
        } else {
            stage.server.ready().await;
            stage.a_while(100, 4_000).await;
        }
        stage.server.kill9();
        let mut books = stage.books().await;
        books.leases_run_out().await;
        books.close().await;
        stage.server.launch();
    }
    stage.server.ready().await;
    verdict::hold(&mut stage).await;
}

/// PostgreSQL is stopped at once under the server, and comes back when it comes back.
async fn database_pulled_away(mut stage: Stage, cluster: &mut Postgres) {
    stage.begin();
    for _ in 0..stage.size.blows {
        stage.a_while(300, 3_000).await;
        cluster.stop_at_once().expect("a running cluster");
        stage.a_while(0, 2_500).await;
        cluster.start_again().expect("the cluster starts again");
    }
    verdict::hold(&mut stage).await;
}

/// No byte fits on the disk of database and photos, again and again.
async fn disk_full(mut stage: Stage, disk: &Disk) {
    stage.begin();
    for _ in 0..stage.size.blows {
        stage.a_while(500, 3_000).await;
        disk.fill();
        stage.a_while(500, 3_000).await;
        disk.free();
    }
    verdict::hold(&mut stage).await;
}

/// Somebody else holds the database, for seconds and once for longer than the server waits; and backups are written.
async fn database_held(mut stage: Stage) {
    stage.begin();
    for blow in 0..stage.size.blows {
        stage.a_while(200, 1_500).await;
        let mut books = stage.books().await;
        books.run(if blow % 2 == 0 { "BEGIN IMMEDIATE" } else { "BEGIN EXCLUSIVE" }).await;
        if blow == 3 {
            stage.a_while(11_000, 12_000).await;
            books.run("ROLLBACK").await;
            continue;
        }
        let file = stage.server.data().join(format!("backup-{blow}.tar"));
        let file = file.to_string_lossy().into_owned();
        let seconds = Duration::from_millis(stage.chance.u64(500..3_000));
        let held = async {
            tokio::time::sleep(seconds).await;
            books.run("ROLLBACK").await;
            books.close().await;
        };
        let backup = ["backup", file.as_str()];
        let (said, ()) = tokio::join!(stage.server.command(&backup), held);
        assert!(said.contains("written"), "{said}");
    }
    verdict::hold(&mut stage).await;
}

mod sqlite {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_server_killed_again_and_again_loses_nothing() {
        let _one = ONE.lock().await;
        killed_at_random(Stage::sqlite(Size::asked(KILLS), None).await).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_full_disk_loses_nothing() {
        let _one = ONE.lock().await;
        let disk = Disk::of(160);
        disk_full(Stage::sqlite(Size::asked(TROUBLES), Some(disk.path().join("data"))).await, &disk).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_database_held_by_somebody_else_loses_nothing() {
        let _one = ONE.lock().await;
        database_held(Stage::sqlite(Size::asked(TROUBLES), None).await).await;
    }
}

mod postgres {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_server_killed_again_and_again_loses_nothing() {
        let _one = ONE.lock().await;
        let schema = postgres_schema().await.durable();
        killed_at_random(Stage::postgres(Size::asked(KILLS), schema).await).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_database_pulled_away_loses_nothing() {
        let _one = ONE.lock().await;
        let mut cluster = Postgres::durable().expect("a cluster of its own");
        let schema = schema_in(&cluster.url()).await;
        database_pulled_away(Stage::postgres(Size::asked(TROUBLES), schema).await, &mut cluster).await;
    }
}
