//! Serving: listener, workers, and an orderly end.

use crate::app::App;
use crate::jobs::{Lane, runner};
use crate::rooms::{digest, follow, journal, photos};
use crate::router;
use crate::web::listen::{self, Patience};
use crate::web::operations;
use anyhow::{Context, Result};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Workers that run jobs side by side, two of a lane, so that one slow mail server does not hold everything.
const WORKERS: [Lane; 4] = [Lane::Letters, Lane::Letters, Lane::Photos, Lane::Photos];

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
    photos::sweep::plan(&app).await?;
    follow::ask::plan(&app).await?;
    journal::seal::plan(&app).await?;
    digest::jobs::plan(&app).await?;
    let (stop, stopped) = watch::channel(false);
    let figures = figures(&app, stopped.clone()).await?;
    let workers: Vec<_> =
        WORKERS.map(|lane| tokio::spawn(runner::work(app.clone(), lane, stopped.clone()))).into();
    let end = async move {
        asked_to_stop().await;
        tracing::info!("stopping: finishing what is in hand");
        let _ = stop.send(true);
    };
    let patience = Patience::of(&app.config);
    listen::serve(listener, router::router(app), patience, end).await;
    for task in workers.into_iter().chain(figures) {
        task.await?;
    }
    Ok(())
}

/// Gives figures on an address of their own, where a setting names one.
async fn figures(app: &App, mut stopped: watch::Receiver<bool>) -> Result<Option<JoinHandle<()>>> {
    let Some(address) = app.config.metrics_listen else { return Ok(None) };
    let listener = TcpListener::bind(address).await;
    let listener = listener.with_context(|| format!("cannot listen on VIGIE_METRICS_LISTEN ({address})"))?;
    tracing::info!(address = %listener.local_addr()?, "figures at /metrics");
    let router = operations::router(app.clone());
    let patience = Patience { connections: 16, ..Patience::default() };
    let end = async move { drop(stopped.changed().await) };
    Ok(Some(tokio::spawn(listen::serve(listener, router, patience, end))))
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
