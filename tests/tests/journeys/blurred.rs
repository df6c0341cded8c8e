//! A face is blurred by finger and by keyboard: what was under it is nowhere but in the memory of that page.

use std::collections::BTreeSet;

use fantoccini::Locator;
use fantoccini::actions::{InputSource, PointerAction, TouchActions};
use image::GrayImage;
use serde_json::Value;
use testkit::browser::Browser;
use testkit::in_browsers;
use testkit::phone::Phone;
use testkit::photo;
use testkit::wait::until;

use crate::lying::lies;
use crate::world::{GOELANDS, Hands, World};

in_browsers!(chromium, firefox, webkit => what_was_blurred_leaves_blurred_and_was_never_kept_otherwise);

/// Notes the name of every photo that this page writes into a database.
const NOTE: &str = "window.named = []; const put = IDBObjectStore.prototype.put; \
    IDBObjectStore.prototype.put = function (row, ...more) { \
      if (this.name === 'photos') window.named.push(row.hash); return put.call(this, row, ...more) }; return true";

/// Points of the screen from the photo's middle to the finger.
const BELOW: f64 = 70.0;

/// A dab in the middle of the photo by keyboard, then a stroke by finger, so many of its pixels below.
async fn blur(phone: &Phone) -> u32 {
    phone.tap("photo-blur").await;
    phone.find_css("[data-test=blur]:not([aria-busy])").await;
    let canvas = phone.find("blur-canvas").await;
    canvas.send_keys(" ").await.unwrap();
    let said =
        "return document.querySelector('[data-test=blur] [role=status]').textContent.match(/\\d+/)?.[0]";
    let by_keyboard = phone.wait_for_script("the dab to be told", said).await;
    let to = |x| PointerAction::MoveToElement { element: canvas.clone(), duration: None, x, y: BELOW };
    let finger = TouchActions::new("finger".into())
        .then(to(-50.0))
        .then(PointerAction::Down { button: 0 })
        .then(to(0.0))
        .then(to(50.0))
        .then(PointerAction::Up { button: 0 });
    phone.client().perform_actions(finger).await.unwrap();
    let more = format!("{said} > {by_keyboard}");
    phone.wait_for_script("the stroke to be told", &more).await;
    let scale = "const canvas = document.querySelector('[data-test=blur-canvas]'); \
                 return canvas.width / canvas.getBoundingClientRect().width";
    let scale = phone.wait_for_script("the photo's scale", scale).await.as_f64().unwrap();
    keep(phone).await;
    phone
        .wait_for_script("the editor to be gone", "return !document.querySelector('[data-test=blur]')")
        .await;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some hundred pixels")]
    let below = (BELOW * scale) as u32;
    below
}

/// Taps "keep" until that is heard, as a person would: a tap within moments of a stroke is now and then none to Chromium.
/// The editor hears only the first.
async fn keep(phone: &Phone) {
    let at_rest = Locator::Css("[data-test=blur]:not([aria-busy]) [data-test=blur-keep]");
    until("a tap on keep to be heard", async || match phone.client().find(at_rest).await {
        Ok(keep) => Err(keep.click().await),
        Err(_) => Ok(()),
    })
    .await;
}

/// How much neighbours differ around a point, in levels: what noise leaves, and a mosaic takes away.
fn grain(picture: &GrayImage, (x, y): (u32, u32)) -> f64 {
    let level = |x, y| f64::from(picture.get_pixel(x, y).0[0]);
    let around = (0..20).flat_map(|dx| (0..20).map(move |dy| (x + dx - 10, y + dy - 10)));
    around.map(|(x, y)| (level(x, y) - level(x + 1, y)).abs()).sum::<f64>() / 400.0
}

async fn what_was_blurred_leaves_blurred_and_was_never_kept_otherwise(browser: Browser) {
    let world = World::with(browser).await;
    let phone = world.installed_phone().await;
    phone.wait_for_script("an ear at the database", NOTE).await;
    let taken = photo::small(GOELANDS.playground, 91);
    phone.snap(&taken.path).await;
    let below = blur(&phone).await;
    phone.proposed(&GOELANDS).await;
    phone.choose(&GOELANDS).await;
    phone.find("draft-state [data-state=\"kept\"]").await;
    phone.tap("send").await;
    phone.find("sent").await;
    lies(&phone, (1, 0, 0)).await;

    let report = world.the_report(&GOELANDS).await;
    let photos = report["voices"][0]["photos"].as_array().unwrap();
    let hash = photos[0]["hash"].as_str().unwrap();
    let named = phone.client().execute("return window.named", vec![]).await.unwrap();
    let named: BTreeSet<_> = named.as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(named, BTreeSet::from([hash]));
    let picture = world.server.bytes(&format!("/photos/{hash}/2048.jpg")).await;
    let picture = image::load_from_memory(&picture).unwrap().into_luma8();
    let (x, y) = (picture.width() / 2, picture.height() / 2);
    let before = image::load_from_memory(&taken.bytes).unwrap().rotate90().into_luma8();
    assert_eq!(picture.dimensions(), before.dimensions());
    for spot in [(x, y), (x, y + below)] {
        let (before, after) = (grain(&before, spot), grain(&picture, spot));
        assert!(after * 2.0 < before, "{before}, then {after} at {spot:?}");
    }
    let beside = (x, y * 9 / 5);
    assert!(grain(&picture, beside) * 1.3 > grain(&before, beside), "clear where nobody blurred");
}
