//! Settings, from flags and `VIGIE_*` variables. A wrong value stops the start with a sentence that names it.

use crate::edges::blobs::Place;
use crate::edges::s3::{Bucket, S3Settings};
use crate::mail::dkim::Signer;
use crate::rooms::push::settings::{Push, PushSettings};
use crate::web::asker;
use anyhow::{Context, Result, anyhow, ensure};
use clap::Args;
use jiff::tz::TimeZone;
use lettre::message::Mailbox;
use std::net::SocketAddr;
use std::path::PathBuf;
use url::Url;

/// What can be set, as text; [`Settings::read`] checks it.
#[derive(Args, Clone, Debug)]
pub struct Settings {
    /// Address and port to listen on
    #[arg(
        long,
        global = true,
        env = "VIGIE_LISTEN",
        default_value = "127.0.0.1:8080",
        value_name = "ADDRESS:PORT"
    )]
    pub listen: String,
    /// Where people reach this server; links in mails begin with it
    #[arg(
        long,
        global = true,
        env = "VIGIE_PUBLIC_URL",
        default_value = "http://127.0.0.1:8080",
        value_name = "URL"
    )]
    pub public_url: String,
    /// Database: sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME
    #[arg(
        long,
        global = true,
        env = "VIGIE_DATABASE_URL",
        default_value = "sqlite://data/vigie.db",
        value_name = "URL",
        hide_env_values = true
    )]
    pub database_url: String,
    /// Photos: file://FOLDER, or s3://BUCKET/PREFIX with the settings of S3
    #[arg(
        long,
        global = true,
        env = "VIGIE_BLOBS",
        default_value = "file://data/photos",
        value_name = "URL"
    )]
    pub blobs: String,
    /// Where photos lie on S3
    #[command(flatten)]
    pub s3: S3Settings,
    /// Mail server: smtp://…, smtp://…?tls=required or smtps://… with USER:PASSWORD@ where needed.
    /// Absent: mails are written as .eml files under data/mail/
    #[arg(long, global = true, env = "VIGIE_SMTP_URL", value_name = "URL", hide_env_values = true)]
    pub smtp_url: Option<String>,
    /// Certificates (PEM file) that the mail server may show beside those the system trusts
    #[arg(long, global = true, env = "VIGIE_SMTP_CA", value_name = "FILE")]
    pub smtp_ca: Option<PathBuf>,
    /// Private RSA key (PEM file) that signs mails (DKIM)
    #[arg(long, global = true, env = "VIGIE_DKIM_KEY", value_name = "FILE")]
    pub dkim_key: Option<PathBuf>,
    /// Name under which the DNS holds the public key
    #[arg(long, global = true, env = "VIGIE_DKIM_SELECTOR", default_value = "vigie", value_name = "NAME")]
    pub dkim_selector: String,
    /// Domain that signs; by default the sender's
    #[arg(long, global = true, env = "VIGIE_DKIM_DOMAIN", value_name = "DOMAIN")]
    pub dkim_domain: Option<String>,
    /// Sender of mails; by default vigie@ the host of the public URL
    #[arg(long, global = true, env = "VIGIE_MAIL_FROM", value_name = "MAIL")]
    pub mail_from: Option<String>,
    /// Push to phones
    #[command(flatten)]
    pub push: PushSettings,
    /// Time zone of the schools (IANA): decides what day it is, and at what hour people are asked
    #[arg(long, global = true, env = "VIGIE_TIME_ZONE", default_value = "Europe/Paris", value_name = "ZONE")]
    pub time_zone: String,
    /// Offer a language made of French, longer and from right to left, to try the screens with it
    #[arg(long, global = true, env = "VIGIE_MIRRORED", hide = true)]
    pub mirrored: bool,
    /// Proxies that are believed when they say for whom they ask (X-Forwarded-For): addresses and networks
    #[arg(
        long,
        global = true,
        env = "VIGIE_TRUST_PROXY",
        default_value = "127.0.0.0/8, ::1",
        value_name = "ADDRESSES"
    )]
    pub trust_proxy: String,
    /// Connections that one address may hold at a time; a proxy that is believed may hold any number
    #[arg(
        long,
        global = true,
        env = "VIGIE_CONNECTIONS_PER_ADDRESS",
        default_value = "256",
        value_name = "NUMBER"
    )]
    pub connections_per_address: String,
    /// Address and port for /metrics and /readyz, apart from what the public reaches; absent: no figures
    #[arg(long, global = true, env = "VIGIE_METRICS_LISTEN", value_name = "ADDRESS:PORT")]
    pub metrics_listen: Option<String>,
    /// How lines of the log look: text or json
    #[arg(long, global = true, env = "VIGIE_LOG_FORMAT", default_value = "text", value_name = "FORMAT")]
    pub log_format: crate::log::Format,
    /// What is logged: error, warn, info, debug, or a filter such as info,vigie=debug
    #[arg(long, global = true, env = "VIGIE_LOG", default_value = "info", value_name = "FILTER")]
    pub log: String,
}

/// Settings that were checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Address to give figures on.
    pub metrics_listen: Option<SocketAddr>,
    /// Proxies that are believed.
    pub proxies: Vec<ipnet::IpNet>,
    /// Connections that one address may hold at a time.
    pub connections_per_address: usize,
    /// Public address, without a slash at its end.
    pub public_url: String,
    /// Host of the public address: the right side of message ids.
    pub public_host: String,
    /// Database URL.
    pub database_url: String,
    /// Where photos lie.
    pub blobs: Place,
    /// SMTP URL, if mails leave for real.
    pub smtp_url: Option<String>,
    /// Certificates to trust beside the system's when talking to it.
    pub smtp_ca: Option<PathBuf>,
    /// Signs mails, if a key is given.
    pub dkim: Option<Signer>,
    /// Folder of `.eml` files otherwise.
    pub mail_dir: PathBuf,
    /// Sender of mails.
    pub mail_from: Mailbox,
    /// Push to phones.
    pub push: Push,
    /// Where the schools are.
    pub time_zone: TimeZone,
    /// Whether the language made to be tried is offered.
    pub mirrored: bool,
}

impl Settings {
    /// Checks every value.
    ///
    /// # Errors
    /// A sentence naming the variable, what it says and what was expected.
    pub fn read(&self) -> Result<Config> {
        let listen = self.listen.parse().map_err(|_| {
            wrong("VIGIE_LISTEN", &self.listen, "an address and a port, for example 127.0.0.1:8080")
        })?;
        let metrics_listen = self.metrics_listen.as_deref().filter(|text| !text.is_empty());
        let metrics_listen = metrics_listen.map(|text| {
            let expected = "an address and a port, for example 127.0.0.1:9464";
            text.parse().map_err(|_| wrong("VIGIE_METRICS_LISTEN", text, expected))
        });
        let url = Url::parse(&self.public_url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let url = url.filter(|url| matches!(url.path(), "" | "/") && url.query().is_none());
        let host = url.as_ref().and_then(Url::host_str).map(str::to_owned);
        let public_host = host.ok_or_else(|| {
            wrong(
                "VIGIE_PUBLIC_URL",
                &self.public_url,
                "an address without path, for example https://vigie.example.org",
            )
        })?;
        let known = self.database_url.starts_with("sqlite://") || self.database_url.starts_with("postgres");
        ensure!(
            known,
            wrong("VIGIE_DATABASE_URL", "…", "sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME")
        );
        if self.database_url.starts_with("sqlite:") {
            crate::db::sqlite_file(&self.database_url).context("VIGIE_DATABASE_URL")?;
        }
        let smtp_url = self.smtp_url.clone().filter(|url| !url.is_empty());
        let is_smtp = |url: &String| {
            Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "smtp" | "smtps") && url.has_host())
        };
        let expected = "smtp://HOST:PORT or smtps://USER:PASSWORD@HOST";
        ensure!(smtp_url.as_ref().is_none_or(is_smtp), wrong("VIGIE_SMTP_URL", "…", expected));
        let from =
            self.mail_from.clone().unwrap_or_else(|| format!("Vigie <vigie@{}>", mail_domain(&public_host)));
        let mut mail_from: Mailbox =
            from.parse().map_err(|_| wrong("VIGIE_MAIL_FROM", &from, "a mail address"))?;
        mail_from.name.get_or_insert_with(|| "Vigie".to_owned());
        let public_url = self.public_url.trim_end_matches('/').to_owned();
        let push = self.push.read(mail_from.email.as_ref(), &public_url)?;
        Ok(Config {
            listen,
            metrics_listen: metrics_listen.transpose()?,
            proxies: self.proxies()?,
            connections_per_address: self.per_address()?,
            public_url,
            public_host,
            database_url: self.database_url.clone(),
            blobs: self.place()?,
            smtp_url,
            smtp_ca: self.smtp_ca.clone(),
            dkim: self.signer(&mail_from)?,
            mail_dir: PathBuf::from("data/mail"),
            mail_from,
            push,
            time_zone: self.zone()?,
            mirrored: self.mirrored,
        })
    }
}

impl Settings {
    fn zone(&self) -> Result<TimeZone> {
        let expected = "a time zone, for example Europe/Paris";
        TimeZone::get(&self.time_zone).map_err(|_| wrong("VIGIE_TIME_ZONE", &self.time_zone, expected))
    }

    fn proxies(&self) -> Result<Vec<ipnet::IpNet>> {
        let (name, said) = ("VIGIE_TRUST_PROXY", &self.trust_proxy);
        let expected = "addresses and networks, for example 127.0.0.0/8, ::1";
        asker::networks(said).ok_or_else(|| wrong(name, said, expected))
    }

    fn per_address(&self) -> Result<usize> {
        let (name, said) = ("VIGIE_CONNECTIONS_PER_ADDRESS", &self.connections_per_address);
        said.parse().ok().filter(|most| *most > 0).ok_or_else(|| wrong(name, said, "a number, 1 or more"))
    }

    fn signer(&self, from: &Mailbox) -> Result<Option<Signer>> {
        let Some(key) = &self.dkim_key else { return Ok(None) };
        let domain = self.dkim_domain.as_deref().unwrap_or(from.email.domain());
        Signer::read(key, &self.dkim_selector, domain).map(Some).context("VIGIE_DKIM_KEY")
    }

    fn place(&self) -> Result<Place> {
        match self.blobs.split_once("://") {
            Some(("file", folder)) if !folder.is_empty() => Ok(Place::Folder(PathBuf::from(folder))),
            Some(("s3", rest)) => Ok(Place::S3(Bucket::read(rest, &self.s3)?)),
            _ => Err(wrong("VIGIE_BLOBS", &self.blobs, "file://FOLDER or s3://BUCKET/PREFIX")),
        }
    }
}

/// The domain of the default sender: an address that is only numbers has none.
fn mail_domain(host: &str) -> &str {
    if host.parse::<std::net::IpAddr>().is_ok() { "localhost" } else { host }
}

fn wrong(name: &str, value: &str, expected: &str) -> anyhow::Error {
    anyhow!("{name} is “{value}”: expected {expected}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        settings: Settings,
    }

    fn read(args: &[&str]) -> Result<Config> {
        Line::parse_from([&["vigie"], args].concat()).settings.read()
    }

    #[test]
    fn a_wrong_value_is_named() {
        for (flag, value, name) in [
            ("--listen", "8080", "VIGIE_LISTEN"),
            ("--public-url", "vigie.example.org", "VIGIE_PUBLIC_URL"),
            ("--public-url", "https://example.org/vigie", "VIGIE_PUBLIC_URL"),
            ("--database-url", "mysql://x", "VIGIE_DATABASE_URL"),
            ("--database-url", "sqlite://", "VIGIE_DATABASE_URL"),
            ("--blobs", "photos", "VIGIE_BLOBS"),
            ("--blobs", "file://", "VIGIE_BLOBS"),
            ("--blobs", "s3://photos", "VIGIE_S3_KEY"),
            ("--smtp-url", "localhost", "VIGIE_SMTP_URL"),
            ("--mail-from", "nobody", "VIGIE_MAIL_FROM"),
            ("--push-subject", "mailto:me@localhost", "VIGIE_PUSH_SUBJECT"),
            ("--push-services", "10.0.0.1", "VIGIE_PUSH_SERVICES"),
            ("--dkim-key", "no-such-file.pem", "VIGIE_DKIM_KEY"),
            ("--trust-proxy", "caddy", "VIGIE_TRUST_PROXY"),
            ("--connections-per-address", "0", "VIGIE_CONNECTIONS_PER_ADDRESS"),
            ("--time-zone", "Marseille", "VIGIE_TIME_ZONE"),
            ("--metrics-listen", "9464", "VIGIE_METRICS_LISTEN"),
        ] {
            let sentence = format!("{:#}", read(&[flag, value]).unwrap_err());
            assert!(sentence.starts_with(name), "{sentence}");
        }
    }

    #[test]
    fn the_defaults_start() {
        let config = read(&[]).unwrap();
        assert_eq!(config.public_url, "http://127.0.0.1:8080");
        assert_eq!(config.mail_from.email.to_string(), "vigie@localhost");
    }
}
