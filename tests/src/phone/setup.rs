//! How a browser is started, and how its window becomes a phone's screen.

use std::path::Path;

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::Value;

use super::{chromium, firefox, webkit};
use crate::browser::Browser;
use crate::display::Display;
use crate::webdriver::Driver;

/// What the browser shows on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Screen {
    /// In CSS pixels.
    pub width: u32,
    /// In CSS pixels.
    pub height: u32,
    /// Device pixels per CSS pixel.
    pub density: f32,
    /// Touched by fingers rather than a mouse; Chromium then lays out as phones do.
    pub mobile: bool,
}

impl Screen {
    /// A small phone of today.
    pub const PHONE: Self = Self { width: 360, height: 740, density: 2.0, mobile: true };
    /// A guarantor's desktop.
    pub const DESK: Self = Self { width: 1440, height: 900, density: 1.0, mobile: false };
}

/// How a person set up their browser.
#[derive(Clone, Debug, Default)]
pub(super) struct Habits {
    /// Browses privately: what it keeps is gone with the browser.
    pub(super) private: bool,
    /// Lets sites notify; push comes from the service at this WebSocket (Firefox).
    pub(super) push: Option<String>,
    /// The clock's zone; the machine's without.
    pub(super) zone: Option<String>,
}

/// What runs for one phone.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) client: Client,
    _driver: Driver,
    _display: Option<Display>,
}

impl Running {
    pub(super) async fn start(browser: Browser, profile: &Path, screen: Screen, habits: &Habits) -> Self {
        let display = matches!(browser, Browser::WebKit).then(Display::start);
        let driver = match (browser, &display) {
            (Browser::Firefox, _) => firefox::driver(profile, habits).await,
            (_, Some(display)) => webkit::driver(profile, display, screen).await,
            _ => chromium::driver(profile).await,
        };
        let capabilities = match browser {
            Browser::Chromium => chromium::capabilities(profile, screen, habits.private),
            Browser::Firefox => firefox::capabilities(profile, screen, habits),
            Browser::WebKit => webkit::capabilities(),
        };
        let Value::Object(mut capabilities) = capabilities else {
            unreachable!("capabilities are an object")
        };
        let timeouts = serde_json::json!({ "implicit": 0, "pageLoad": 30_000, "script": 30_000 });
        capabilities.insert("timeouts".into(), timeouts);
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&driver.url())
            .await
            .unwrap_or_else(|error| panic!("{browser:?} does not start: {error}"));
        if browser != Browser::Chromium {
            fit(&client, screen).await;
        }
        Self { client, _driver: driver, _display: display }
    }
}

/// Makes the page, not the window with its bars, as large as the screen.
async fn fit(client: &Client, Screen { width, height, .. }: Screen) {
    client.set_window_size(width, height).await.expect("a window that fits the screen");
    let inner = client.execute("return innerHeight", vec![]).await.expect("the height of the page");
    let bars =
        height.saturating_sub(inner.as_u64().and_then(|inner| u32::try_from(inner).ok()).unwrap_or(height));
    if bars > 0 {
        client.set_window_size(width, height + bars).await.expect("a window with room for its bars");
    }
}
