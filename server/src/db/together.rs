//! Writers who would wait for each other share a transaction: one beginning, one commit, one wait for the disk for all of
//! them ("group commit": DeWitt et al., Implementation Techniques for Main Memory Database Systems, 1984).
//!
//! SQLite lets one write at a time; on PostgreSQL whoever has the next report's number holds up those who want one until its
//! commit is on the disk. Whoever has the turn writes what those behind it have to write too; each is told once all of it is
//! true. Where one of the stories fails, none becomes true, and each is told again in a transaction of its own: to all of
//! them it is as if nobody else had been there. So a story may run more than once, and does nothing but write.

use super::{Db, Tx};
use futures_util::future::BoxFuture;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot::{self, error::TryRecvError};

/// Stories told in one transaction: whoever reads and writes otherwise waits for all of them.
const MOST: usize = 32;

/// Who waits for a turn to write.
#[derive(Default)]
pub struct Together {
    waiting: Mutex<VecDeque<Box<dyn Entry>>>,
    turn: tokio::sync::Mutex<()>,
}

impl std::fmt::Debug for Together {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Together").field("waiting", &self.waiting().len()).finish_non_exhaustive()
    }
}

impl Together {
    fn waiting(&self) -> MutexGuard<'_, VecDeque<Box<dyn Entry>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Vec<Box<dyn Entry>> {
        let mut waiting = self.waiting();
        let most = waiting.len().min(MOST);
        waiting.drain(..most).collect()
    }
}

/// A story among others.
trait Entry: Send {
    /// Tells it; false when it failed.
    fn tell<'t>(&'t mut self, tx: &'t mut Tx) -> BoxFuture<'t, bool>;
    /// All of it is true.
    fn is_true(self: Box<Self>);
}

struct Waiting<T, S> {
    story: Arc<S>,
    ended: Option<T>,
    told: oneshot::Sender<T>,
}

impl<T, E, S> Entry for Waiting<T, S>
where
    T: Send + 'static,
    S: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
{
    fn tell<'t>(&'t mut self, tx: &'t mut Tx) -> BoxFuture<'t, bool> {
        Box::pin(async move {
            self.ended = (self.story)(tx).await.ok();
            self.ended.is_some()
        })
    }

    fn is_true(self: Box<Self>) {
        if let Some(ended) = self.ended {
            // Whoever asked may have gone; it is true all the same.
            let _ = self.told.send(ended);
        }
    }
}

impl Db {
    /// Tells `story` in a write transaction, which others may share, and commits it. The story may be told twice.
    ///
    /// # Errors
    /// The story's own, and the database's.
    pub async fn together<T, E, S>(&self, story: S) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<anyhow::Error> + From<sqlx::Error>,
        S: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
    {
        let story = Arc::new(story);
        let (told, mut answer) = oneshot::channel();
        let entry = Waiting { story: Arc::clone(&story), ended: None, told };
        self.together.waiting().push_back(Box::new(entry));
        loop {
            let _turn = tokio::select! {
                biased;
                answer = &mut answer => return match answer {
                    Ok(ended) => Ok(ended),
                    Err(_) => alone(self.write().await?, &*story).await,
                },
                turn = self.together.turn.lock() => turn,
            };
            // Whoever had the turn before may have told it between the two looks: it is told once.
            match answer.try_recv() {
                Ok(ended) => return Ok(ended),
                Err(TryRecvError::Closed) => return alone(self.write().await?, &*story).await,
                Err(TryRecvError::Empty) => {}
            }
            let tx = self.write().await;
            // Only now: whoever came meanwhile comes along.
            let entries = self.together.take();
            if entries.len() == 1 {
                return alone(tx?, &*story).await;
            }
            if let Ok(tx) = tx {
                // Where it fails, the entries are dropped, and their owners go on alone.
                let _ = all(tx, entries).await;
            }
        }
    }
}

/// Tells the one story, which is this caller's: what goes wrong is for them to know.
async fn alone<T, E, S>(mut tx: Tx, story: &S) -> Result<T, E>
where
    E: From<anyhow::Error> + From<sqlx::Error>,
    S: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, E>>,
{
    let ended = story(&mut tx).await?;
    tx.commit().await?;
    Ok(ended)
}

async fn all(mut tx: Tx, mut entries: Vec<Box<dyn Entry>>) -> sqlx::Result<()> {
    for entry in &mut entries {
        if !entry.tell(&mut tx).await {
            return tx.rollback().await;
        }
    }
    tx.commit().await?;
    entries.into_iter().for_each(Entry::is_true);
    Ok(())
}
