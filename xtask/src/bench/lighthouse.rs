//! What Lighthouse says of the home page on its simulated phone (Moto G Power, slow 4G, 4× slower processor).

use super::{Row, server::Server};
use crate::{sh, tools};
use anyhow::{Context, Result};
use serde_json::Value;

/// The last version that runs on Node 20.
const LIGHTHOUSE: &str = "lighthouse@12.8.2";
/// Runs; their median is printed.
const RUNS: usize = 3;
/// Category, its name in the table, its budget.
const SCORES: [(&str, &str, &str); 3] = [
    ("performance", "Lighthouse mobile, home: performance", "≥ 98"),
    ("accessibility", "Lighthouse mobile, home: accessibility", "100"),
    ("best-practices", "Lighthouse mobile, home: best practices", "100"),
];

/// The three scores, and the two moments people feel. Nothing where there is no Node or no Chromium.
pub fn measure(server: &Server) -> Result<Vec<Row>> {
    let (Some(npx), Some(chromium)) =
        (tools::find("npx"), tools::CHROMIUM.names.iter().find_map(|name| tools::find(name)))
    else {
        eprintln!("skipped: Lighthouse needs Node and Chromium");
        return Ok(vec![]);
    };
    let mut reports = Vec::new();
    for _ in 0..RUNS {
        let mut run = sh::command(&npx.to_string_lossy());
        run.args(["--yes", LIGHTHOUSE, &server.url, "--quiet", "--output=json"]);
        run.arg("--only-categories=performance,accessibility,best-practices");
        run.arg("--chrome-flags=--headless=new --no-sandbox").env("CHROME_PATH", &chromium);
        let report: Value = serde_json::from_str(&sh::read(&mut run)?).context("Lighthouse's report")?;
        reports.push(report);
    }
    let median = |pointer: &str| -> Result<f64> {
        let mut values: Vec<f64> =
            reports.iter().filter_map(|report| report.pointer(pointer)?.as_f64()).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().with_context(|| format!("Lighthouse says nothing of {pointer}"))
    };
    let mut rows = Vec::new();
    for (category, what, budget) in SCORES {
        let score = median(&format!("/categories/{category}/score"))? * 100.0;
        rows.push(Row { what: what.into(), figure: format!("{score:.0}"), budget: budget.into() });
    }
    for (audit, what) in [("largest-contentful-paint", "largest paint"), ("interactive", "interactive")] {
        let millis = median(&format!("/audits/{audit}/numericValue"))?;
        rows.push(Row::plain(format!("  {what}, slow 4G, 4× slower"), format!("{millis:.0} ms")));
    }
    Ok(rows)
}
