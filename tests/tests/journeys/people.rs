//! What people do with their phones.

use std::path::Path;

use serde_json::{Value, json};
use testkit::phone::Phone;

use crate::world::School;

/// Gestures on a phone that has the app open.
pub trait Hands {
    /// Takes a photo with the big button.
    async fn snap(&self, photo: &Path);
    /// The schools proposed and their distances in metres, once `first` leads the list.
    async fn proposed(&self, first: &School) -> Vec<(String, f64)>;
    /// Chooses a school of the short list.
    async fn choose(&self, school: &School);
    /// Finds a school by some of its letters and chooses it.
    async fn choose_by_search(&self, letters: &str, school: &School);
    /// A whole report of a broken game: photo, school, category, send.
    async fn report_a_broken_game(&self, photo: &Path, school: &School);
    /// The people who wait, on the page of a report, once they are so many.
    async fn wait_for_people(&self, count: u32);
}

impl Hands for Phone {
    async fn snap(&self, photo: &Path) {
        self.hand_over("snap-input", photo).await;
        self.find("compose").await;
    }

    async fn proposed(&self, first: &School) -> Vec<(String, f64)> {
        let script = format!(
            "const all = [...document.querySelectorAll('[data-test=place-option]')]; \
             return all[0]?.dataset.place === {} && all.map((one) => [one.dataset.place, +one.dataset.distance])",
            json!(first.id)
        );
        let what = format!("{} to lead the short list", first.name);
        let listed = self.wait_for_script(&what, &script).await;
        let pair =
            |one: &Value| (one[0].as_str().unwrap_or_default().to_owned(), one[1].as_f64().unwrap_or(-1.0));
        listed.as_array().expect("a list").iter().map(pair).collect()
    }

    async fn choose(&self, school: &School) {
        self.tap(&option(school)).await;
        // The list may have changed under the finger, when the photo's own position was read: say it again.
        self.find(&format!("{} input:checked", option(school))).await;
    }

    async fn choose_by_search(&self, letters: &str, school: &School) {
        // The search stands open where nothing is near enough to be proposed.
        self.find_css("[data-test=place-other], [data-test=place-search]").await;
        if self.all("place-search").await.is_empty() {
            self.tap("place-other").await;
        }
        self.write("place-search", letters).await;
        self.choose(school).await;
    }

    async fn report_a_broken_game(&self, photo: &Path, school: &School) {
        self.snap(photo).await;
        self.proposed(school).await;
        self.choose(school).await;
        self.tap("category-cour-jeux").await;
        self.tap("send").await;
    }

    async fn wait_for_people(&self, count: u32) {
        self.find(&format!("people [data-people=\"{count}\"]")).await;
    }
}

fn option(school: &School) -> String {
    format!("place-option [data-place=\"{}\"]", school.id)
}
