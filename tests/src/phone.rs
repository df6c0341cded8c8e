//! A phone: a real browser of its own, 360×740 at two pixels per point, with its own profile.
//!
//! Whatever differs between browsers is told in their files below, and how far each goes. Elements are named as the screens name them for tests: `data-test="send"` is `send` here. Promises that
//! a failed wait shows what the screen said instead, and keeps a picture of it under `target/screens`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::browser::Browser;
use crate::photo::Position;
use crate::wait::{LOOK_EVERY, PATIENCE};

/// Chromium tells its own services (background sync) two seconds after it told the page, and nothing shows
/// when. A sync asked for in between fires into the void, and again five minutes later.
const CHROMIUM_TELLS_ITSELF: Duration = Duration::from_millis(2_500);

/// How long a phone may take to show what it says instead of what was waited for.
const LAST_LOOK: Duration = Duration::from_secs(10);

const TO_THE_MIDDLE: &str = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";

mod chromium;
mod firefox;
mod setup;
mod webkit;

pub use setup::Screen;
use setup::{Habits, Running};

/// The phone. Its browser ends when this is dropped.
#[derive(Debug)]
pub struct Phone {
    running: Running,
    browser: Browser,
    screen: Screen,
    origin: String,
    profile: TempDir,
}

/// Something that went wrong in a script.
#[derive(Clone, Debug)]
pub struct ScriptError {
    /// `javascript`, `console-api`, `security`…; each browser has its words.
    pub source: String,
    /// The text.
    pub message: String,
}

impl Phone {
    /// A phone with Chromium that will visit `origin` (`http://127.77.0.1:8080`, no slash).
    pub async fn unlock(origin: &str) -> Self {
        Self::unlock_in(Browser::Chromium, origin).await
    }

    /// The same with another browser.
    pub async fn unlock_in(browser: Browser, origin: &str) -> Self {
        Self::with_screen(browser, origin, Screen::PHONE).await
    }

    /// The same with another screen.
    ///
    /// # Panics
    /// Without the browser and its driver.
    pub async fn with_screen(browser: Browser, origin: &str, screen: Screen) -> Self {
        let profile = fresh_profile();
        let running = Running::start(browser, profile.path(), screen, &Habits::default()).await;
        Self { running, browser, screen, origin: origin.to_owned(), profile }
    }

    /// The same, browsing privately: what it keeps is gone with the browser. WebKit always does here.
    ///
    /// # Panics
    /// Without the browser and its driver.
    pub async fn unlock_in_private(browser: Browser, origin: &str) -> Self {
        let (profile, screen) = (fresh_profile(), Screen::PHONE);
        let habits = Habits { private: true, ..Habits::default() };
        let running = Running::start(browser, profile.path(), screen, &habits).await;
        Self { running, browser, screen, origin: origin.to_owned(), profile }
    }

    /// A phone with Firefox that lets sites notify, gets its pushes from the service at this WebSocket, and whose clock
    /// is in `zone`.
    ///
    /// # Panics
    /// Without the browser and its driver.
    pub async fn unlock_told(origin: &str, web_socket: &str, zone: &str) -> Self {
        let (profile, screen, browser) = (fresh_profile(), Screen::PHONE, Browser::Firefox);
        let habits =
            Habits { push: Some(web_socket.to_owned()), zone: Some(zone.to_owned()), ..Habits::default() };
        let running = Running::start(browser, profile.path(), screen, &habits).await;
        Self { running, browser, screen, origin: origin.to_owned(), profile }
    }

    /// Taps the notification that Firefox shows, once there is one.
    pub async fn tap_notification(&self) {
        crate::wait::until("a notification to tap", async || {
            if firefox::tap_notification(self.client()).await { Ok(()) } else { Err("none") }
        })
        .await;
    }

    /// `kill -9` to everything the browser runs, as an empty battery does; then it starts again on what lies in its
    /// profile, without a page. Not for WebKit, whose profile is gone.
    ///
    /// # Panics
    /// When it does not start again.
    pub async fn killed_and_opened_again(self) -> Self {
        let Self { running, browser, screen, origin, profile } = self;
        drop(running);
        let running = Running::start(browser, profile.path(), screen, &Habits::default()).await;
        Self { running, browser, screen, origin, profile }
    }

    /// Which browser it has.
    #[must_use]
    pub const fn browser(&self) -> Browser {
        self.browser
    }

    /// The browser's driver, for what this kit has no word for.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.running.client
    }

    /// Goes to a path such as `/suivi` in the current tab.
    pub async fn open(&self, path: &str) {
        let url = format!("{}{path}", self.origin);
        self.client().goto(&url).await.unwrap_or_else(|error| panic!("open {url}: {error}"));
        if self.browser == Browser::WebKit {
            webkit::listen(self.client()).await;
        }
    }

    /// Closes every page of the site; the browser stays, as on a phone put away. Its workers may go on.
    ///
    /// # Panics
    /// When the browser is gone.
    pub async fn close_page(&self) {
        let old = self.client().windows().await.expect("the open tabs");
        let blank = self.client().new_window(true).await.expect("an empty tab").handle;
        for tab in old {
            self.client().switch_to_window(tab).await.expect("the tab to close");
            self.client().close_window().await.expect("a tab that closes");
        }
        self.client().switch_to_window(blank).await.expect("the empty tab");
    }

    /// Opens a path in one more tab and looks at it.
    ///
    /// # Panics
    /// When the browser is gone.
    pub async fn open_another_tab(&self, path: &str) {
        let tab = self.client().new_window(true).await.expect("one more tab").handle;
        self.client().switch_to_window(tab).await.expect("the new tab");
        self.open(path).await;
    }

    /// Where the device's own positioning says it is; allowed for this origin, in the current tab. Nothing happens in
    /// a browser that can't be placed.
    pub async fn stand_at(&self, here: Position) {
        match self.browser {
            Browser::Chromium => chromium::stand_at(self.client(), &self.origin, here).await,
            Browser::Firefox => firefox::stand_at(self.client(), here).await,
            Browser::WebKit => {}
        }
    }

    /// Shows the page on another screen from now on; in Chromium only.
    pub async fn turn_into(&self, screen: Screen) {
        chromium::turn_into(self.client(), screen).await;
    }

    /// Writes so much larger from now on, as a person may ask of the browser; in Chromium only.
    pub async fn write_at(&self, percent: u32) {
        chromium::write_at(self.client(), percent).await;
    }

    /// Waits until an element named `name` is there.
    pub async fn find(&self, name: &str) -> Element {
        self.find_css(&named(name)).await
    }

    /// Waits until an element for this CSS selector is there.
    pub async fn find_css(&self, css: &str) -> Element {
        self.patiently(css, async || self.client().find(Locator::Css(css)).await).await
    }

    /// Every element named `name` now.
    ///
    /// # Panics
    /// When the browser is gone.
    pub async fn all(&self, name: &str) -> Vec<Element> {
        self.client().find_all(Locator::Css(&named(name))).await.expect("a page to look at")
    }

    /// Taps the element named `name` once it is there and nothing lies over it.
    pub async fn tap(&self, name: &str) {
        self.tap_css(&named(name)).await;
    }

    /// Scrolls the element for this CSS selector to the middle, as a thumb does, and taps it once nothing lies
    /// over it and it can be used.
    pub async fn tap_css(&self, css: &str) {
        let usable = format!("{css}:not([aria-disabled=\"true\"])");
        self.patiently(&format!("a tap on {css}"), async || {
            let element = self.client().find(Locator::Css(&usable)).await?;
            self.client().execute(TO_THE_MIDDLE, vec![serde_json::to_value(&element)?]).await?;
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
            self.client().find(Locator::Css(&css)).await?.send_keys(&path).await
        })
        .await;
    }

    /// Types into the field named `name`.
    pub async fn write(&self, name: &str, text: &str) {
        let css = named(name);
        self.patiently(&format!("{css} to take words"), async || {
            self.client().find(Locator::Css(&css)).await?.send_keys(text).await
        })
        .await;
    }

    /// The words of the element named `name`, once it is there.
    pub async fn text(&self, name: &str) -> String {
        self.text_css(&named(name)).await
    }

    /// The words of the element for this CSS selector, once it is there; it is found anew where its page gives way
    /// to the next meanwhile.
    pub async fn text_css(&self, css: &str) -> String {
        self.patiently(&format!("the words of {css}"), async || {
            self.client().find(Locator::Css(css)).await?.text().await
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
            let answer = self.client().execute(script, vec![]).await?;
            let no = matches!(&answer, Value::Null | Value::Bool(false)) || answer == 0 || answer == "";
            if no { Err(CmdError::NotW3C(answer)) } else { Ok(answer) }
        })
        .await
    }

    /// Waits until the browser believes that it has a network, or that it has none.
    pub async fn wait_for_network(&self, there: bool) {
        let script = format!("return navigator.onLine === {there}");
        self.wait_for_script(&format!("navigator.onLine to be {there}"), &script).await;
        if self.browser == Browser::Chromium {
            tokio::time::sleep(CHROMIUM_TELLS_ITSELF).await;
        }
    }

    /// Everything that went wrong in a script since the last time; not the network's failures, which a cut network
    /// is meant to cause.
    pub async fn script_errors(&self) -> Vec<ScriptError> {
        match self.browser {
            Browser::Chromium => chromium::errors(self.client()).await,
            Browser::Firefox => firefox::errors(self.client(), &self.origin).await,
            Browser::WebKit => webkit::errors(self.client()).await,
        }
    }

    /// A command of the Chrome DevTools Protocol, to the current tab of a phone with Chromium.
    ///
    /// # Panics
    /// In another browser, or when the command is refused.
    pub async fn devtools(&self, command: &str, parameters: Value) {
        chromium::devtools(self.client(), command, parameters).await;
    }

    /// Taps a button of the notification that Chromium shows: headless, it has none to tap, and DevTools knows no command
    /// for it. Its event is made in the worker itself, by a script that is not the app's.
    ///
    /// # Panics
    /// In another browser, or without a service worker.
    pub async fn tap_notification_button(&self, button: &str) {
        let script = format!(
            "registration.getNotifications().then(([notification]) => self.dispatchEvent(\
               new NotificationEvent('notificationclick', {{ notification, action: {} }})))",
            json!(button)
        );
        chromium::in_worker(self.client(), &script).await;
    }

    /// Keeps a picture of the screen under `target/screens/<name>.png`.
    ///
    /// # Panics
    /// When there is no room for it.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screens");
        std::fs::create_dir_all(&folder).expect("a folder for screens");
        let path = folder.join(format!("{name}.png"));
        let picture = self.client().screenshot().await.expect("a picture of the screen");
        std::fs::write(&path, picture).expect("room for the picture");
        path
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

    /// A browser that answers nobody any more doesn't hold up the verdict.
    async fn give_up(&self, what: &str) -> ! {
        let script = "return location.href + '\\n' + document.body.innerText";
        let look = async {
            let seen = self.client().execute(script, vec![]).await;
            let seen =
                seen.map_or_else(|error| error.to_string(), |text| text.as_str().unwrap_or("").to_owned());
            let picture = self.screenshot("failed").await;
            (seen, picture, self.script_errors().await)
        };
        let Ok((seen, picture, errors)) = tokio::time::timeout(LAST_LOOK, look).await else {
            panic!("waited for {what}\nand {:?} answers nothing any more", self.browser)
        };
        let picture = picture.display();
        panic!("waited for {what}\non the screen: {seen}\nerrors: {errors:#?}\npicture: {picture}")
    }
}

fn fresh_profile() -> TempDir {
    tempfile::Builder::new().prefix("phone-").tempdir().expect("room for a profile")
}

/// The selector of a name given for tests; what comes after a space narrows it: `place-option [data-place="x"]`,
/// and after one more names something inside.
fn named(name: &str) -> String {
    let (name, narrower) = name.split_once(' ').unwrap_or((name, ""));
    format!("[data-test=\"{name}\"]{narrower}")
}

#[cfg(test)]
mod tests;
