//! A phone: a real Chromium of its own, 360×740 at two pixels per point, with its own profile.
//!
//! Elements are named as the screens name them for tests: `data-test="send"` is `send` here. Promises that
//! a failed wait shows what the screen said instead, and keeps a picture of it under `target/screens`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::photo::Position;
use crate::wait::{LOOK_EVERY, PATIENCE};
use crate::webdriver::{Beyond, Driver};

/// Chromium tells its own services (background sync) two seconds after it told the page, and nothing shows
/// when. A sync asked for in between fires into the void, and again five minutes later.
const CHROMIUM_TELLS_ITSELF: Duration = Duration::from_millis(2_500);

const TO_THE_MIDDLE: &str = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";

mod setup;

pub use setup::Screen;

/// The phone. Its browser ends when this is dropped.
#[derive(Debug)]
pub struct Phone {
    client: Client,
    origin: String,
    _driver: Driver,
    _profile: TempDir,
}

/// Something logged on the console as an error.
#[derive(Clone, Debug)]
pub struct ConsoleError {
    /// `javascript`, `network`, `console-api`, `security`…
    pub source: String,
    /// The text.
    pub message: String,
}

impl Phone {
    /// A phone that will visit `origin` (`http://10.77.0.1:8080`, no slash), which it treats as secure.
    pub async fn unlock(origin: &str) -> Self {
        Self::with_screen(origin, Screen::PHONE).await
    }

    /// The same with another screen.
    ///
    /// # Panics
    /// Without Chromium and its driver.
    pub async fn with_screen(origin: &str, screen: Screen) -> Self {
        let profile = tempfile::Builder::new().prefix("phone-").tempdir().expect("room for a profile");
        let driver = Driver::start();
        let Value::Object(capabilities) = setup::capabilities(origin, profile.path(), screen) else {
            unreachable!("capabilities are an object")
        };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&driver.url())
            .await
            .unwrap_or_else(|error| panic!("Chromium does not start: {error}"));
        Self { client, origin: origin.to_owned(), _driver: driver, _profile: profile }
    }

    /// The browser's driver, for what this kit has no word for.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// Goes to a path such as `/suivi` in the current tab.
    pub async fn open(&self, path: &str) {
        let url = format!("{}{path}", self.origin);
        self.client.goto(&url).await.unwrap_or_else(|error| panic!("open {url}: {error}"));
    }

    /// Closes every page of the site; the browser stays, as on a phone put away. Its workers may go on.
    ///
    /// # Panics
    /// When the browser is gone.
    pub async fn close_page(&self) {
        let old = self.client.windows().await.expect("the open tabs");
        let blank = self.client.new_window(true).await.expect("an empty tab").handle;
        for tab in old {
            self.client.switch_to_window(tab).await.expect("the tab to close");
            self.client.close_window().await.expect("a tab that closes");
        }
        self.client.switch_to_window(blank).await.expect("the empty tab");
    }

    /// Opens a path in one more tab and looks at it.
    ///
    /// # Panics
    /// When the browser is gone.
    pub async fn open_another_tab(&self, path: &str) {
        let tab = self.client.new_window(true).await.expect("one more tab").handle;
        self.client.switch_to_window(tab).await.expect("the new tab");
        self.open(path).await;
    }

    /// Where the device's own positioning says it is; allowed for this origin, in the current tab.
    pub async fn stand_at(&self, (latitude, longitude): Position) {
        // Not `grantPermissions`: what it doesn't name it takes away, background sync among it.
        let allowed =
            json!({ "permission": { "name": "geolocation" }, "setting": "granted", "origin": self.origin });
        self.devtools("Browser.setPermission", allowed).await;
        let here = json!({ "latitude": latitude, "longitude": longitude, "accuracy": 10 });
        self.devtools("Emulation.setGeolocationOverride", here).await;
    }

    /// Waits until an element named `name` is there.
    pub async fn find(&self, name: &str) -> Element {
        self.find_css(&named(name)).await
    }

    /// Waits until an element for this CSS selector is there.
    pub async fn find_css(&self, css: &str) -> Element {
        self.patiently(css, async || self.client.find(Locator::Css(css)).await).await
    }

    /// Every element named `name` now.
    ///
    /// # Panics
    /// When the browser is gone.
    pub async fn all(&self, name: &str) -> Vec<Element> {
        self.client.find_all(Locator::Css(&named(name))).await.expect("a page to look at")
    }

    /// Taps the element named `name` once it is there and nothing lies over it.
    pub async fn tap(&self, name: &str) {
        self.tap_css(&named(name)).await;
    }

    /// Scrolls the element for this CSS selector to the middle, as a thumb does, and taps it once nothing lies
    /// over it.
    pub async fn tap_css(&self, css: &str) {
        self.patiently(&format!("a tap on {css}"), async || {
            let element = self.client.find(Locator::Css(css)).await?;
            self.client.execute(TO_THE_MIDDLE, vec![serde_json::to_value(&element)?]).await?;
            element.click().await
        })
        .await;
    }

    /// Hands a file to the file input named `name`, as its camera or gallery would.
    pub async fn hand_over(&self, name: &str, file: &Path) {
        let path = file.canonicalize().unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let path = path.to_string_lossy().into_owned();
        let css = named(name);
        self.patiently(&format!("{css} to take a file"), async || {
            self.client.find(Locator::Css(&css)).await?.send_keys(&path).await
        })
        .await;
    }

    /// Types into the field named `name`.
    pub async fn write(&self, name: &str, text: &str) {
        let css = named(name);
        self.patiently(&format!("{css} to take words"), async || {
            self.client.find(Locator::Css(&css)).await?.send_keys(text).await
        })
        .await;
    }

    /// The words of the element named `name`, once it is there.
    pub async fn text(&self, name: &str) -> String {
        let css = named(name);
        self.patiently(&format!("the words of {css}"), async || {
            self.client.find(Locator::Css(&css)).await?.text().await
        })
        .await
    }

    /// Waits until `text` can be read on the screen.
    pub async fn wait_for_text(&self, text: &str) {
        self.wait_for_script(
            &format!("the words « {text} »"),
            &format!("return document.body.innerText.includes({})", json!(text)),
        )
        .await;
    }

    /// Waits until this script returns something that counts as true, and returns it. A promise is awaited.
    pub async fn wait_for_script(&self, what: &str, script: &str) -> Value {
        self.patiently(what, async || {
            let answer = self.client.execute(script, vec![]).await?;
            let no = matches!(&answer, Value::Null | Value::Bool(false)) || answer == 0 || answer == "";
            if no { Err(CmdError::NotW3C(answer)) } else { Ok(answer) }
        })
        .await
    }

    /// Waits until the browser believes that it has a network, or that it has none.
    pub async fn wait_for_network(&self, there: bool) {
        let script = format!("return navigator.onLine === {there}");
        self.wait_for_script(&format!("navigator.onLine to be {there}"), &script).await;
        tokio::time::sleep(CHROMIUM_TELLS_ITSELF).await;
    }

    /// Everything logged as an error since the last time: scripts' own, not the network's failures, which a
    /// cut network is meant to cause.
    ///
    /// # Panics
    /// When the browser is gone.
    pub async fn script_errors(&self) -> Vec<ConsoleError> {
        let logged = self.client.issue_cmd(Beyond::console()).await.expect("the console");
        let entries = logged.as_array().cloned().unwrap_or_default();
        let word = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        entries
            .iter()
            .filter(|entry| entry["level"] == "SEVERE" && entry["source"] != "network")
            .map(|entry| ConsoleError { source: word(entry, "source"), message: word(entry, "message") })
            .collect()
    }

    /// Keeps a picture of the screen under `target/screens/<name>.png`.
    ///
    /// # Panics
    /// When there is no room for it.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screens");
        std::fs::create_dir_all(&folder).expect("a folder for screens");
        let path = folder.join(format!("{name}.png"));
        let picture = self.client.screenshot().await.expect("a picture of the screen");
        std::fs::write(&path, picture).expect("room for the picture");
        path
    }

    async fn devtools(&self, command: &str, parameters: Value) {
        let done = self.client.issue_cmd(Beyond::devtools(command, &parameters)).await;
        done.unwrap_or_else(|error| panic!("{command}: {error}"));
    }

    /// Tries again until it works; a failure shows the screen.
    async fn patiently<T>(&self, what: &str, mut attempt: impl AsyncFnMut() -> Result<T, CmdError>) -> T {
        let mut last = String::new();
        let tries = async {
            loop {
                match attempt().await {
                    Ok(found) => break found,
                    Err(error) => last = error.to_string(),
                }
                assert!(
                    !last.contains("invalid session id"),
                    "the browser is gone, waiting for {what}: {last}"
                );
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        match tokio::time::timeout(PATIENCE, tries).await {
            Ok(found) => found,
            Err(_) => self.give_up(&format!("{what} ({last})")).await,
        }
    }

    async fn give_up(&self, what: &str) -> ! {
        let script = "return location.href + '\\n' + document.body.innerText";
        let seen = self.client.execute(script, vec![]).await;
        let seen = seen.map_or_else(|error| error.to_string(), |text| text.as_str().unwrap_or("").to_owned());
        let picture = self.screenshot("failed").await;
        let errors = self.script_errors().await;
        panic!(
            "waited for {what}\non the screen: {seen}\nerrors: {errors:#?}\npicture: {}",
            picture.display()
        )
    }
}

/// The selector of a name given for tests; what comes after a space narrows it: `place-option [data-place="x"]`,
/// and after one more names something inside.
fn named(name: &str) -> String {
    let (name, narrower) = name.split_once(' ').unwrap_or((name, ""));
    format!("[data-test=\"{name}\"]{narrower}")
}

#[cfg(test)]
mod tests;
