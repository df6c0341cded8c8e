//! What can be set about push. Owns the values and the sentences about wrong ones.

use crate::edges::webpush::PATIENCE;
use crate::edges::webpush::vapid::check_subject;
use anyhow::{Context, Result, ensure};
use clap::Args;
use shared::push::endpoint::{Policy, is_service};
use std::time::Duration;

/// What can be set, as text.
#[derive(Args, Clone, Debug, Default)]
pub struct PushSettings {
    /// Who runs this server, for push services: mailto:NAME@DOMAIN or https://HOST.
    /// By default the sender of mails, else the public URL
    #[arg(long, global = true, env = "VIGIE_PUSH_SUBJECT", value_name = "URI")]
    pub push_subject: Option<String>,
    /// Push services beside those of the known browsers, by name, a comma between: push.example.org,*.example.net
    #[arg(long, global = true, env = "VIGIE_PUSH_SERVICES", value_name = "NAMES")]
    pub push_services: Option<String>,
    /// Let pushes go to this very machine, without TLS: for tests only
    #[arg(long, global = true, env = "VIGIE_PUSH_ALLOW_LOOPBACK")]
    pub push_allow_loopback: bool,
}

/// Settings that were checked.
#[derive(Clone, Debug)]
pub struct Push {
    /// Who runs this server; without one no push leaves.
    pub subject: Option<String>,
    /// Where pushes may go.
    pub policy: Policy,
    /// How long one message may take.
    pub patience: Duration,
}

impl Default for Push {
    /// Nobody is told.
    fn default() -> Self {
        Self { subject: None, policy: Policy::default(), patience: PATIENCE }
    }
}

impl PushSettings {
    /// Checks every value. `mail_from` and `public_url` stand in for a subject that is not set, if they can.
    ///
    /// # Errors
    /// A sentence naming the variable.
    pub fn read(&self, mail_from: &str, public_url: &str) -> Result<Push> {
        let subject = match self.push_subject.as_deref().filter(|subject| !subject.is_empty()) {
            Some(subject) => {
                check_subject(subject).with_context(|| format!("VIGIE_PUSH_SUBJECT is “{subject}”"))?;
                Some(subject.to_owned())
            }
            None => [format!("mailto:{mail_from}"), public_url.to_owned()]
                .into_iter()
                .find(|subject| check_subject(subject).is_ok()),
        };
        let mut policy = Policy { loopback: self.push_allow_loopback, ..Policy::default() };
        let added = self.push_services.as_deref().unwrap_or_default();
        for service in added.split(',').map(str::trim).filter(|service| !service.is_empty()) {
            ensure!(
                is_service(service),
                "VIGIE_PUSH_SERVICES is “{added}”: expected names such as push.example.org or *.example.net, a comma between"
            );
            policy.services.push(service.to_ascii_lowercase());
        }
        Ok(Push { subject, policy, patience: PATIENCE })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(set: Option<&str>, mail_from: &str, public_url: &str) -> Result<Option<String>> {
        let settings = PushSettings { push_subject: set.map(str::to_owned), ..PushSettings::default() };
        Ok(settings.read(mail_from, public_url)?.subject)
    }

    #[test]
    fn a_wrong_subject_stops_the_start_and_a_missing_one_is_found() {
        let (mail, local) = ("vigie@example.org", "http://127.0.0.1:8080");
        for (set, mail_from, public_url, expected) in [
            (None, mail, local, Some("mailto:vigie@example.org")),
            (None, "vigie@localhost", "https://vigie.example.org", Some("https://vigie.example.org")),
            (None, "vigie@localhost", local, None),
            (Some("https://example.org/contact"), mail, local, Some("https://example.org/contact")),
        ] {
            assert_eq!(subject(set, mail_from, public_url).unwrap().as_deref(), expected);
        }
        let sentence = format!("{:#}", subject(Some("mailto:me@localhost"), mail, local).unwrap_err());
        assert!(sentence.starts_with("VIGIE_PUSH_SUBJECT is “mailto:me@localhost”"), "{sentence}");
    }

    #[test]
    fn services_are_added_by_name() {
        let read = |names: &str| {
            let settings = PushSettings { push_services: Some(names.to_owned()), ..PushSettings::default() };
            settings.read("vigie@example.org", "").map(|push| push.policy)
        };
        assert!(read("push.example.org, *.Example.net").unwrap().origin("https://a.example.net/x").is_ok());
        assert!(
            format!("{:#}", read("https://push.example.org").unwrap_err()).starts_with("VIGIE_PUSH_SERVICES")
        );
    }
}
