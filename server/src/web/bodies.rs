//! Bodies on their way in: together they never take more memory than there is room for, and one that breaks off or finds
//! no room is never the sender's fault: what a phone kept, it sends again.

use crate::app::App;
use crate::error;
use axum::body::{Body, BodyDataStream, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::stream::Fuse;
use futures_util::{StreamExt, stream};
use http::{HeaderValue, header};
use shared::problem::Code;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Mutex as AsyncMutex, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Bytes of bodies in hand at a time: some two hundred photos.
const ROOM: usize = 64 * 1024 * 1024;
/// Most bytes of a refused body that are read on; whoever sends more hears nothing.
const HEARD_OUT: usize = 32 * 1024 * 1024;
/// How long they may still come.
const LATE: Duration = Duration::from_secs(20);
/// Seconds after which there may be room again.
const SOON: u64 = 5;

/// What room is left.
pub struct Room(Arc<Semaphore>);

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(ROOM)))
    }
}

/// What one body takes, until its request is answered.
#[derive(Default)]
struct Held {
    room: Mutex<Option<OwnedSemaphorePermit>>,
    broke: AtomicBool,
}

impl Held {
    /// Lets a piece pass if there is room for it.
    fn take(&self, room: &Arc<Semaphore>, piece: Result<Bytes, axum::Error>) -> Result<Bytes, axum::Error> {
        let taken = piece.and_then(|piece| {
            let length = u32::try_from(piece.len()).map_err(axum::Error::new)?;
            let more = room.clone().try_acquire_many_owned(length).map_err(axum::Error::new)?;
            let mut held = self.room.lock().unwrap_or_else(PoisonError::into_inner);
            match held.as_mut() {
                Some(held) => held.merge(more),
                None => *held = Some(more),
            }
            Ok(piece)
        });
        if taken.is_err() {
            self.broke.store(true, Ordering::Relaxed);
        }
        taken
    }
}

/// Counts the bytes of a body; a refusal of one that broke off becomes "come back".
pub async fn hold(State(app): State<App>, request: Request, next: Next) -> Response {
    // Elsewhere bodies are not kept.
    let kept = ["/api/", "/repondre/"].iter().any(|start| request.uri().path().starts_with(start));
    if !kept || request.body().is_end_stream() {
        return next.run(request).await;
    }
    let held = Arc::new(Held::default());
    let (of_body, room) = (held.clone(), app.bodies.0.clone());
    let (head, body) = request.into_parts();
    let pieces = Arc::new(AsyncMutex::new(body.into_data_stream().fuse()));
    let body = stream::unfold(pieces.clone(), |pieces| async {
        let piece = pieces.lock().await.next().await?;
        Some((piece, pieces))
    });
    let body = Body::from_stream(body.map(move |piece| of_body.take(&room, piece)));
    let response = next.run(Request::from_parts(head, body)).await;
    if !response.status().is_success() {
        tokio::spawn(timeout(LATE, hear_out(pieces)));
    }
    if !held.broke.load(Ordering::Relaxed) || !response.status().is_client_error() {
        return response;
    }
    let mut busy = error::answer(&Code::Busy.into());
    busy.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(SOON));
    busy
}

/// Lets what is left of a refused body pass unseen while the answer leaves: a line that is closed with bytes on it takes the
/// answer along, and the phone would know nothing of the refusal.
async fn hear_out(pieces: Arc<AsyncMutex<Fuse<BodyDataStream>>>) {
    let (mut pieces, mut left) = (pieces.lock().await, HEARD_OUT);
    while let Some(Ok(piece)) = pieces.next().await {
        match left.checked_sub(piece.len()) {
            Some(less) => left = less,
            None => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_taken_until_the_request_ends_and_given_back() {
        let (room, held) = (Arc::new(Semaphore::new(100)), Held::default());
        let piece = |n| Ok(Bytes::from(vec![0; n]));
        assert!(held.take(&room, piece(60)).is_ok() && held.take(&room, piece(30)).is_ok());
        assert_eq!(room.available_permits(), 10);
        assert!(held.take(&room, piece(20)).is_err() && held.broke.load(Ordering::Relaxed));
        drop(held);
        assert_eq!(room.available_permits(), 100);
    }
}
