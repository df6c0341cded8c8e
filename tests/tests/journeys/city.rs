//! The city that `vigie demo` loads: a dozen schools, forty reports in every state. For looking at, not for counting.
//! Owns it and the shapes of screen it is looked at on; knows nothing of what is looked for.

use serde_json::Value;
use testkit::mail_trap::MailTrap;
use testkit::network::Network;
use testkit::phone::{Phone, Screen};
use testkit::server::Server;

use crate::world::{School, install};

/// A school of the city with open reports, a broken swing among them; another stands next to it.
pub const MOUETTES: School = School {
    id: "9990001X",
    name: "École maternelle Les Mouettes",
    mail: "",
    playground: (42.350_4, 5.150_3),
};

/// The city, its server and the way to it.
pub struct City {
    pub server: Server,
    pub network: Network,
    _trap: MailTrap,
}

impl City {
    /// The city, with the language nobody speaks among those it offers.
    pub async fn start() -> Self {
        let network = Network::lay().await;
        let trap = MailTrap::start_on(network.server());
        let mut server = Server::new(network.server(), &trap);
        server.command(&["demo"]).await;
        server.set("VIGIE_MIRRORED", "true");
        server.start().await;
        Self { server, network, _trap: trap }
    }

    /// A phone that opened the app once.
    pub async fn phone(&self) -> Phone {
        let phone = Phone::unlock(&self.server.url()).await;
        install(&phone).await;
        phone
    }

    /// The address of a report in that state.
    pub async fn report(&self, state: &str) -> String {
        for list in ["open", "closed"] {
            let list = self.server.json(&format!("/api/v1/reports?status={list}")).await;
            let all = list["reports"].as_array().cloned().unwrap_or_default();
            if let Some(found) = all.iter().find(|one| one["status"] == state && one["photo"] != Value::Null)
            {
                return format!("/demandes/{}", found["id"].as_str().expect("an id"));
            }
        }
        panic!("no report is {state}")
    }
}

/// Waits until a screen has come to rest.
pub async fn rest(phone: &Phone) {
    let still = "return !document.querySelector('[aria-busy=true]') && document.readyState === 'complete' \
                 && document.getAnimations().every((one) => one.playState === 'finished')";
    phone.wait_for_script("the screen to come to rest", still).await;
}

/// A small screen held upright.
pub const SMALL: Screen = Screen { width: 320, height: 640, density: 2.0, mobile: true };
/// A phone lying.
pub const LYING: Screen = Screen { width: 740, height: 360, density: 2.0, mobile: true };
