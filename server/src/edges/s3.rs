//! A service that speaks S3, for photos: its settings, checked, and the store they make.
//!
//! Promises: keys are never printed; plain http goes to this machine only; a service that does not answer is given up
//! after some seconds, so that requests fail and jobs are tried again. Brings its own small client: the one of
//! `object_store` would bring another cryptography.

use anyhow::{Context, Result, ensure};
use async_trait::async_trait;
use clap::Args;
use http_body_util::BodyExt;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::client::{
    self, HttpClient, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody, HttpResponse,
};
use object_store::{ClientOptions, RetryConfig};
use std::time::Duration;
use tokio::time::timeout;
use url::{Host, Url};

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often, and for how long in all, a request that failed is repeated.
const RETRIES: (usize, Duration) = (3, Duration::from_secs(30));

/// What can be set, as text.
#[derive(Args, Clone, Debug)]
pub struct S3Settings {
    /// S3: address of the service; absent for Amazon's own
    #[arg(long, global = true, env = "VIGIE_S3_ENDPOINT", value_name = "URL")]
    pub s3_endpoint: Option<String>,
    /// S3: region of the bucket
    #[arg(long, global = true, env = "VIGIE_S3_REGION", default_value = "us-east-1", value_name = "REGION")]
    pub s3_region: String,
    /// S3: name of the key
    #[arg(long, global = true, env = "VIGIE_S3_KEY", value_name = "KEY", hide_env_values = true)]
    pub s3_key: Option<String>,
    /// S3: its secret
    #[arg(long, global = true, env = "VIGIE_S3_SECRET", value_name = "SECRET", hide_env_values = true)]
    pub s3_secret: Option<String>,
    /// S3: whether the bucket stands in the path (true) or before the host (false); by default in the path where an
    /// endpoint is set
    #[arg(long, global = true, env = "VIGIE_S3_PATH_STYLE", value_name = "BOOL")]
    pub s3_path_style: Option<bool>,
}

/// A bucket, and a way into it.
#[derive(Clone)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// What stands before each of our names; may be empty.
    pub prefix: String,
    /// Where it is, unless it is Amazon's.
    pub endpoint: Option<String>,
    /// Its region.
    pub region: String,
    /// Name of the key.
    pub key: String,
    /// Its secret.
    pub secret: String,
    /// Whether the name stands in the path.
    pub path_style: bool,
}

impl std::fmt::Debug for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl std::fmt::Display for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "s3://{}/{}", self.name, self.prefix)
    }
}

impl Bucket {
    /// Reads `bucket/prefix` and the settings beside it.
    ///
    /// # Errors
    /// A sentence naming what is missing or wrong.
    pub fn read(rest: &str, settings: &S3Settings) -> Result<Self> {
        let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        ensure!(!name.is_empty(), "VIGIE_BLOBS is “s3://{rest}”: expected s3://BUCKET or s3://BUCKET/PREFIX");
        let said = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let endpoint = said(&settings.s3_endpoint);
        ensure!(
            endpoint.as_deref().is_none_or(is_safe),
            "VIGIE_S3_ENDPOINT is “{}”: expected https://HOST; http for this machine only",
            endpoint.unwrap_or_default()
        );
        Ok(Self {
            name: name.to_owned(),
            prefix: prefix.trim_matches('/').to_owned(),
            region: settings.s3_region.clone(),
            key: said(&settings.s3_key).context("VIGIE_S3_KEY is needed for photos on S3")?,
            secret: said(&settings.s3_secret).context("VIGIE_S3_SECRET is needed for photos on S3")?,
            path_style: settings.s3_path_style.unwrap_or(endpoint.is_some()),
            endpoint,
        })
    }

    /// The store.
    pub fn open(&self) -> Result<AmazonS3> {
        let (max_retries, retry_timeout) = RETRIES;
        let builder = AmazonS3Builder::new()
            .with_bucket_name(&self.name)
            .with_region(&self.region)
            .with_access_key_id(&self.key)
            .with_secret_access_key(&self.secret)
            .with_virtual_hosted_style_request(!self.path_style)
            .with_allow_http(self.endpoint.is_some())
            .with_http_connector(Plug)
            .with_retry(RetryConfig { max_retries, retry_timeout, ..RetryConfig::default() });
        let builder = match &self.endpoint {
            Some(endpoint) => builder.with_endpoint(endpoint),
            None => builder,
        };
        builder.build().with_context(|| format!("cannot use {self}"))
    }
}

/// Hands out [`Line`]s.
#[derive(Debug)]
struct Plug;

impl client::HttpConnector for Plug {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(PATIENCE / 4));
        let tls = HttpsConnectorBuilder::new().with_native_roots();
        let tls = tls.map_err(|error| object_store::Error::Generic { store: "S3", source: error.into() })?;
        let connector = tls.https_or_http().enable_http1().wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(PATIENCE)
            .build(connector);
        Ok(HttpClient::new(Line(client)))
    }
}

/// Connections to the service.
#[derive(Debug)]
struct Line(Client<HttpsConnector<HttpConnector>, HttpRequestBody>);

#[async_trait]
impl client::HttpService for Line {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let answer = async {
            let answer = self.0.request(request).await.map_err(|error| {
                let kind = if error.is_connect() { HttpErrorKind::Connect } else { HttpErrorKind::Request };
                HttpError::new(kind, error)
            })?;
            let (head, body) = answer.into_parts();
            let body =
                body.collect().await.map_err(|error| HttpError::new(HttpErrorKind::Interrupted, error))?;
            Ok(HttpResponse::from_parts(head, body.to_bytes().into()))
        };
        timeout(PATIENCE, answer).await.map_err(|late| HttpError::new(HttpErrorKind::Timeout, late))?
    }
}

/// https, or http to this machine.
fn is_safe(endpoint: &str) -> bool {
    let Ok(url) = Url::parse(endpoint) else { return false };
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => return false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && here)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(endpoint: &str) -> S3Settings {
        S3Settings {
            s3_endpoint: Some(endpoint.into()),
            s3_region: "fr-par".into(),
            s3_key: Some("name".into()),
            s3_secret: Some("hidden".into()),
            s3_path_style: None,
        }
    }

    #[test]
    fn a_bucket_is_read_with_its_prefix() {
        let bucket = Bucket::read("photos/vigie/", &settings("")).unwrap();
        assert_eq!(
            (bucket.name.as_str(), bucket.prefix.as_str(), bucket.path_style),
            ("photos", "vigie", false)
        );
        assert_eq!(format!("{bucket:?}"), "s3://photos/vigie", "no key is printed");
        let elsewhere = Bucket::read("photos", &settings("http://127.0.0.1:9000")).unwrap();
        assert_eq!((elsewhere.prefix.as_str(), elsewhere.path_style), ("", true));
    }

    #[test]
    fn what_is_missing_or_unsafe_is_named() {
        for (rest, settings, name) in [
            ("", settings(""), "VIGIE_BLOBS"),
            ("photos", settings("http://s3.example.org"), "VIGIE_S3_ENDPOINT"),
            ("photos", settings("s3.example.org"), "VIGIE_S3_ENDPOINT"),
            ("photos", S3Settings { s3_key: None, ..settings("") }, "VIGIE_S3_KEY"),
            ("photos", S3Settings { s3_secret: Some(String::new()), ..settings("") }, "VIGIE_S3_SECRET"),
        ] {
            let sentence = Bucket::read(rest, &settings).unwrap_err().to_string();
            assert!(sentence.starts_with(name), "{sentence}");
        }
    }
}
