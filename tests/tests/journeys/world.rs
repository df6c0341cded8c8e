//! The world of a journey: a fictional city, its server, those in charge, and the way between.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use testkit::browser::Browser;
use testkit::mail::Mail;
use testkit::mail_trap::MailTrap;
use testkit::network::Network;
use testkit::phone::Phone;
use testkit::photo::Position;
use testkit::server::Server;
use testkit::wait::until;

/// A school of the fixture.
pub struct School {
    /// Its UAI.
    pub id: &'static str,
    /// Its name, as people read it.
    pub name: &'static str,
    /// Its mailbox.
    pub mail: &'static str,
    /// Where a photo of its playground is taken: some metres from the register's own point.
    pub playground: Position,
}

/// Where the broken swing is. The élémentaire of the same name is next door.
pub const GOELANDS: School = School {
    id: "9990001X",
    name: "École maternelle les Goélands",
    mail: "goelands.maternelle@example.org",
    playground: (43.05015, 5.02025),
};

/// A school at the other end of the city.
pub const CRIEE: School = School {
    id: "9990006C",
    name: "École primaire de la Criée",
    mail: "criee@example.org",
    playground: (43.03315, 5.01865),
};

/// The mailbox of the city's desk.
pub const MAIRIE: &str = "mairie@example.org";

/// A server killed with a mail in hand lets go of it when its lease of two minutes is over.
const MAIL_PATIENCE: Duration = Duration::from_secs(150);

/// Dropped in this order: phones of a journey are its own and go first.
pub struct World {
    pub server: Server,
    pub trap: MailTrap,
    pub network: Network,
    browser: Browser,
}

impl World {
    /// A city with six schools and a mairie, served across a network to phones with Chromium.
    pub async fn start() -> Self {
        Self::with(Browser::Chromium).await
    }

    /// The same for phones with another browser.
    pub async fn with(browser: Browser) -> Self {
        let network = Network::lay().await;
        let trap = MailTrap::start_on(network.server());
        let mut server = Server::new(network.server(), &trap);
        let said = server.import("places", &fixture("places.csv")).await;
        assert!(said.contains("6 new"), "{said}");
        let said = server.import("desks", &fixture("desks.csv")).await;
        assert!(said.contains("1 desks read"), "{said}");
        server.start().await;
        Self { server, trap, network, browser }
    }

    /// A phone that opened the app once, with network: the app and the schools are on it.
    pub async fn installed_phone(&self) -> Phone {
        self.installed_phone_at(&self.server.url()).await
    }

    /// The same, with another way to the server.
    pub async fn installed_phone_at(&self, origin: &str) -> Phone {
        let phone = Phone::unlock_in(self.browser, origin).await;
        install(&phone).await;
        phone
    }

    /// The public list of a school's open reports.
    pub async fn open_reports(&self, school: &School) -> Vec<Value> {
        let list = self.server.json(&format!("/api/v1/reports?place={}&status=open", school.id)).await;
        list["reports"].as_array().cloned().expect("a list of reports")
    }

    /// The public page of the only open report of a school, once it is there.
    pub async fn the_report(&self, school: &School) -> Value {
        let found = until("one report in the public list", async || {
            let reports = self.open_reports(school).await;
            if let [report] = reports.as_slice() { Ok(report.clone()) } else { Err(reports) }
        });
        let id = found.await["id"].as_str().expect("a report's id").to_owned();
        until("its photos to be developed", async || {
            let report = self.server.json(&format!("/api/v1/reports/{id}")).await;
            let voices = report["voices"].as_array().expect("voices");
            if voices.iter().all(|voice| voice["preparing"] == 0) { Ok(report) } else { Err(report) }
        })
        .await
    }

    /// The mails about a new report at a school: waits for the direction's and the mairie's, and is sure that
    /// each got exactly one.
    pub async fn one_mail_each(&self, school: &School) -> (Mail, Mail) {
        let about = |mails: &[Mail], to: &str| {
            mails.iter().filter(|mail| mail.is_to(to) && mail.text().contains(school.name)).count()
        };
        let both = |mails: &[Mail]| about(mails, school.mail) > 0 && about(mails, MAIRIE) > 0;
        let mails = self
            .trap
            .wait_until_within(MAIL_PATIENCE, "a mail to the direction and one to the mairie", both)
            .await;
        let only = |to: &str| {
            assert_eq!(about(&mails, to), 1, "mails to {to}");
            mails.iter().find(|mail| mail.is_to(to)).cloned().expect("just counted")
        };
        (only(school.mail), only(MAIRIE))
    }

    /// Nothing else is on its way: the server has no work left, and no more than `count` mails came of it.
    pub async fn no_more_mails_than(&self, count: usize) {
        until("the server to have no job left", async || {
            let said = self.server.command(&["doctor"]).await;
            if said.contains("jobs: 0 waiting") && !said.contains("set aside") { Ok(()) } else { Err(said) }
        })
        .await;
        let all: Vec<_> = self.trap.mails().iter().map(|mail| (mail.to.concat(), mail.subject())).collect();
        assert_eq!(all.len(), count, "{all:#?}");
    }
}

/// Opens the app, and waits until it and the schools are on the phone.
pub async fn install(phone: &Phone) {
    phone.open("/").await;
    phone.find("snap-input").await;
    let kept = "return navigator.serviceWorker.ready.then(async () => !!navigator.serviceWorker.controller \
                && !!(await caches.match('/shell')) && !!(await caches.match('/api/v1/places')))";
    phone.wait_for_script("the app and the schools to be kept", kept).await;
}

/// A file of the fixture.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

pub use crate::people::Hands;
