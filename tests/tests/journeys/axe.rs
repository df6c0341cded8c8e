//! axe-core at work on a phone: what it finds on a screen, state by state, by day and by night, on a phone and at a desk.

use std::path::Path;

use serde_json::Value;
use testkit::phone::{Phone, Screen};

use crate::city::rest;

/// Names the variable that holds the folder of axe-core, as `xtask` prepared it.
const VARIABLE: &str = "VIGIE_NODE";

/// Its rules, by name of the group.
const ALL: &str = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']";

/// How high the page is; a dialog is as high as the screen.
const HEIGHT: &str =
    "return document.querySelector('dialog[open]') ? 1 : document.documentElement.scrollHeight";

/// What axe-core found, state by state.
pub struct Reader<'a> {
    /// On whose screen.
    pub phone: &'a Phone,
    axe: String,
    found: Vec<String>,
}

impl<'a> Reader<'a> {
    pub fn of(phone: &'a Phone) -> Self {
        let folder = std::env::var(VARIABLE)
            .unwrap_or_else(|_| panic!("{VARIABLE} is not set: run through `cargo xtask test`"));
        let path = Path::new(&folder).join("node_modules/axe-core/axe.min.js");
        let axe =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self { phone, axe, found: Vec::new() }
    }

    /// Reads the screen as it stands, on a phone; its colours by night too.
    pub async fn read(&mut self, state: &str) {
        self.unroll(Screen::PHONE).await;
        self.run(state, ALL).await;
        self.theme("dark").await;
        self.run(&format!("{state}, by night"), "['cat.color']").await;
        self.theme("").await;
        self.phone.turn_into(Screen::PHONE).await;
    }

    /// Reads the screen as it stands, on a phone and at a desk.
    pub async fn read_everywhere(&mut self, state: &str) {
        self.read(state).await;
        self.unroll(Screen::DESK).await;
        self.run(&format!("{state}, at a desk"), ALL).await;
        self.phone.turn_into(Screen::PHONE).await;
    }

    /// All of the page at once, so that no bar lies over what one would scroll to.
    async fn unroll(&self, mut screen: Screen) {
        let mut high = 0;
        while high != screen.height {
            high = screen.height;
            self.phone.turn_into(screen).await;
            rest(self.phone).await;
            let page = self.phone.wait_for_script("the height of the page", HEIGHT).await.as_u64();
            let page = page.and_then(|page| u32::try_from(page).ok()).expect("a height");
            screen.height = high.max(page);
        }
    }

    async fn theme(&self, theme: &str) {
        let script = format!("document.documentElement.dataset.theme = '{theme}'; return true");
        self.phone.wait_for_script("the light to change", &script).await;
        rest(self.phone).await;
    }

    async fn run(&mut self, state: &str, tags: &str) {
        let large = tags.contains("wcag22aa");
        let script = format!(
            "if (!window.axe) {{ {} }}
             return axe.run(document, {{ runOnly: {tags}, resultTypes: ['violations'], rules: {{ 'target-size': {{ enabled: {large} }} }} }})
               .then(({{ violations, passes }}) => passes.length === 0 ? ['nothing read'] : violations.flatMap(({{ id, nodes }}) =>
                 nodes.map((node) => id + ': ' + node.html.slice(0, 200) + ' ' + node.failureSummary)))",
            self.axe
        );
        let said = self.phone.client().execute(&script, vec![]).await;
        let said = said.unwrap_or_else(|error| panic!("axe on {state}: {error}"));
        let said = said.as_array().expect("what axe says").iter().filter_map(Value::as_str);
        self.found.extend(said.map(|said| format!("{state}: {said}")));
    }

    /// Nothing was found.
    pub fn finish(self) {
        assert!(self.found.is_empty(), "{} found:\n{}", self.found.len(), self.found.join("\n\n"));
    }
}
