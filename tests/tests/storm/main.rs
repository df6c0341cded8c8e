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

use stage::{Size, Stage};
use testkit::engine::postgres_schema;
use tokio::sync::Mutex;

/// One storm at a time: each wants the whole machine.
static ONE: Mutex<()> = Mutex::const_new(());

/// Killed like this in the suite.
const KILLS: usize = 25;

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

mod sqlite {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_server_killed_again_and_again_loses_nothing() {
        let _one = ONE.lock().await;
        killed_at_random(Stage::sqlite(Size::asked(KILLS), None).await).await;
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
}
