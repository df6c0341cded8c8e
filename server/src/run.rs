//! Serving: listener, workers, and an orderly end.

use crate::app::App;
use crate::edges::unfinished;
use crate::jobs::runner;
use crate::router;
use anyhow::{Context, Result};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Workers that run jobs side by side, so that one slow mail server does not hold everything.
const WORKERS: usize = 2;

/// Serves until SIGTERM or Ctrl-C; requests and jobs in hand are finished.
pub async fn serve(app: App) -> Result<()> {
    let listener = TcpListener::bind(app.config.listen).await;
    let listener =
        listener.with_context(|| format!("cannot listen on VIGIE_LISTEN ({})", app.config.listen))?;
    let address = listener.local_addr()?;
    tracing::info!(%address, public_url = app.config.public_url, "serving");
    if app.config.smtp_url.is_none() {
        tracing::warn!(folder = %app.config.mail_dir.display(), "no VIGIE_SMTP_URL: mails are written as files");
    }
    unfinished::sweep(&app.config.blobs, app.clock.now())?;
    let (stop, stopped) = watch::channel(false);
    let workers: Vec<_> =
        (0..WORKERS).map(|_| tokio::spawn(runner::work(app.clone(), stopped.clone()))).collect();
    let end = async move {
        asked_to_stop().await;
        tracing::info!("stopping: finishing what is in hand");
        let _ = stop.send(true);
    };
    axum::serve(listener, router::router(app)).with_graceful_shutdown(end).await?;
    for worker in workers {
        worker.await?;
    }
    Ok(())
}

async fn asked_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! { _ = interrupt => {}, _ = terminate.recv() => {} }
            }
            Err(_) => drop(interrupt.await),
        }
    }
    #[cfg(not(unix))]
    drop(interrupt.await);
}
