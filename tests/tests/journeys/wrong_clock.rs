//! A phone whose clock is a year ahead, or behind: what it sends has the server's time, and leaves when that is mended.

use serde_json::json;
use testkit::phone::Phone;
use testkit::photo;

use crate::lying::lies;
use crate::world::{CRIEE, GOELANDS, Hands, World};

const YEAR: i64 = 365 * 24 * 3_600_000;

/// Milliseconds that a report may have taken.
const MOMENT: i64 = 10 * 60_000;

/// From the next page of this tab on, its clock is wrong by so many milliseconds.
async fn set_clock(phone: &Phone, wrong: i64) {
    let script = format!(
        "(() => {{
           const Real = Date;
           globalThis.Date = class extends Real {{
             constructor(...of) {{ if (of.length) super(...of); else super(Real.now() + {wrong}); }}
             static now() {{ return Real.now() + {wrong}; }}
           }};
         }})()"
    );
    phone.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await;
}

/// A report sent with network, and one kept without, under a clock wrong by so much.
async fn nothing_is_lost_with_a_clock_off_by(wrong: i64) {
    let world = World::start().await;
    let phone = world.installed_phone().await;
    set_clock(&phone, wrong).await;
    phone.open("/").await;
    phone.report_a_broken_game(&photo::small(GOELANDS.playground, 86).path, &GOELANDS).await;
    phone.find("sent").await;
    lies(&phone, (1, 0, 0)).await;
    world.network.cut();
    phone.wait_for_network(false).await;
    phone.open("/").await;
    phone.report_a_broken_game(&photo::small(CRIEE.playground, 87).path, &CRIEE).await;
    phone.find("kept").await;
    lies(&phone, (2, 0, 1)).await;
    phone.close_page().await;

    // Another tab: the clock is right again.
    world.network.restore().await;
    phone.open("/").await;
    lies(&phone, (2, 0, 0)).await;
    let now = phone.wait_for_script("the right time", "return Date.now()").await.as_i64().unwrap();
    for school in [&GOELANDS, &CRIEE] {
        let report = world.the_report(school).await;
        for time in [&report["brief"]["received_at"], &report["voices"][0]["at"], &report["journal"][0]["at"]]
        {
            assert!((now - time.as_i64().unwrap()).abs() < MOMENT, "{report:#}");
        }
        assert_eq!(report["voices"][0]["photos"].as_array().map(Vec::len), Some(1));
        world.one_mail_each(school).await;
    }
    world.no_more_mails_than(4).await;
}

#[tokio::test]
async fn a_year_ahead() {
    nothing_is_lost_with_a_clock_off_by(YEAR).await;
}

#[tokio::test]
async fn a_year_behind() {
    nothing_is_lost_with_a_clock_off_by(-YEAR).await;
}
