//! A server that can die: everything it does runs on a runtime of its own, which is dropped as it stands.

use std::future::Future;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use vigie::app::{App, Edges};
use vigie::config::Config;
use vigie::edges::clock::Clock;
use vigie::edges::faults::{Faults, Plan};
use vigie::edges::mail::Mailer;
use vigie::router::router;
use vigie::web::listen::{self, Patience};

pub struct Process {
    pub app: App,
    pub url: String,
    runtime: Option<Runtime>,
}

impl Process {
    /// On the data of `config`, failing as planned.
    pub async fn start(config: &Config, clock: &Clock, plan: &Arc<Plan>) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let mailer = Mailer::Memory(Mutex::default());
        let edges = Edges { clock: clock.clone(), mailer, faults: Faults::from(Arc::clone(plan)) };
        let config = config.clone();
        let built = runtime.spawn(async move {
            let app = App::build(config.clone(), edges).await.unwrap();
            let listener = TcpListener::bind(config.listen).await.unwrap();
            let url = format!("http://{}", listener.local_addr().unwrap());
            let (router, end) = (router(app.clone()), std::future::pending());
            tokio::spawn(listen::serve(listener, router, Patience::default(), end));
            (app, url)
        });
        let (app, url) = built.await.unwrap();
        Self { app, url, runtime: Some(runtime) }
    }

    pub fn now(&self) -> shared::instant::Instant {
        self.app.clock.now()
    }

    /// Runs `work` as the process's own.
    pub async fn spawn<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> T {
        self.runtime.as_ref().expect("a running process").spawn(work).await.unwrap()
    }

    /// The mails that left it, as text.
    pub fn mails(&self) -> Vec<Vec<u8>> {
        let Mailer::Memory(sent) = &self.app.mailer else { panic!("mails left by SMTP") };
        sent.lock().unwrap().iter().map(lettre::Message::formatted).collect()
    }
}

impl Drop for Process {
    /// Whatever was under way is dropped where it stands.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
