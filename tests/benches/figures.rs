//! What a slow phone feels, in figures: printed line by line as `what`, figure, budget, with tabs between. Asserts nothing.
//! Run through `cargo xtask bench`, on the shipped form of app and server.

#![expect(clippy::expect_used, reason = "a figure that cannot be taken ends the run")]

#[path = "../tests/journeys/people.rs"]
#[expect(dead_code, reason = "the journeys use the rest")]
mod people;
#[path = "../tests/journeys/world.rs"]
#[expect(dead_code, reason = "the journeys use the rest")]
mod world;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::phone::Phone;
use testkit::photo;
use testkit::wait::until_within;

use world::{GOELANDS, Hands, World};

/// Reports that wait in the queue.
const QUEUED: u32 = 100;
/// Times each moment is taken; the median is printed.
const RUNS: usize = 5;
/// How much slower than this machine the phone is.
const SLOWER: u32 = 4;

/// Notes, from the first script of each page on, when the button can be pressed, and the longest time between two
/// frames.
const WATCH: &str = "
    window.gap = 0; let last = 0;
    const frame = (now) => { if (last) gap = Math.max(gap, now - last); last = now; requestAnimationFrame(frame); };
    requestAnimationFrame(frame);
    new MutationObserver((_, observer) => {
      if (!document.querySelector('[data-test=snap-input]')) return;
      observer.disconnect(); requestAnimationFrame(() => setTimeout(() => { window.usable = performance.now(); }));
    }).observe(document, { childList: true, subtree: true });";

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let world = World::start().await;
    let phone = world.installed_phone().await;
    phone.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH })).await;
    second_start(&world, &phone).await;
    photo_to_kept(&phone).await;
    queue(&world, &phone).await;
}

fn print(what: &str, figure: &str, budget: &str) {
    println!("{what}\t{figure}\t{budget}");
}

async fn slow(phone: &Phone, rate: u32) {
    phone.devtools("Emulation.setCPUThrottlingRate", json!({ "rate": rate })).await;
}

async fn number(phone: &Phone, what: &str, script: &str) -> f64 {
    phone.wait_for_script(what, script).await.as_f64().expect("a number")
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

async fn second_start(world: &World, phone: &Phone) {
    world.network.cut();
    phone.wait_for_network(false).await;
    slow(phone, SLOWER).await;
    let mut starts = Vec::new();
    for _ in 0..RUNS {
        phone.open("/").await;
        starts.push(number(phone, "a button to press", "return window.usable").await);
    }
    let said = format!("{:.0} ms", median(starts));
    print("second start offline, 4× slower, to usable", &said, "800 ms");
}

/// The person's own time does not count: from the photo to its picture on the screen, and from "send" to "kept".
async fn photo_to_kept(phone: &Phone) {
    let taken = photo::twelve_megapixels(GOELANDS.playground);
    let (mut takes, mut gaps) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        phone.open("/").await;
        number(phone, "a button to press", "return window.usable").await;
        let listen = "const begun = (event) => { if (event.target.type === 'file') { window.picked = performance.now(); window.gap = 0; } };
            addEventListener('change', begun, { capture: true });
            addEventListener('submit', () => { window.sent = performance.now(); }, { capture: true });
            new MutationObserver(() => {
              if (!window.ready && document.querySelector('[data-test=photo] img')) window.ready = performance.now();
              if (!window.kept && document.querySelector('[data-test=kept]')) window.kept = performance.now();
            }).observe(document, { childList: true, subtree: true }); return true";
        phone.wait_for_script("ears", listen).await;
        phone.snap(&taken.path).await;
        let ready = number(phone, "the photo", "return window.ready && window.ready - window.picked").await;
        phone.choose(&GOELANDS).await;
        phone.tap("send").await;
        let kept = number(phone, "kept", "return window.kept && window.kept - window.sent").await;
        takes.push(ready + kept);
        gaps.push(number(phone, "frames", "return window.gap").await);
    }
    print("12-megapixel photo: picked → kept, 4× slower", &format!("{:.0} ms", median(takes)), "1500 ms");
    print("  longest wait for a frame meanwhile", &format!("{:.0} ms", median(gaps)), "100 ms");
}

/// Reports with a photo each, all waiting when the network comes back.
async fn queue(world: &World, phone: &Phone) {
    slow(phone, 1).await;
    phone.open("/file").await;
    phone.find("outbox-chip").await;
    let before = phone.all("parcel").await.len();
    phone.wait_for_script("a queue of reports", &queued(&photo::small(GOELANDS.playground, 7).bytes)).await;
    phone.open("/file").await;
    phone.find("parcel").await;
    phone.wait_for_script("frames", "window.gap = 0; return true").await;
    world.network.restore().await;
    #[expect(clippy::disallowed_methods, reason = "a figure is taken with a stopwatch")]
    let begun = Instant::now();
    until_within(Duration::from_secs(120), "all receipts", async || {
        let idle = phone.all("outbox-chip [data-state=\"idle\"]").await;
        if idle.is_empty() { Err(phone.text("outbox-chip").await) } else { Ok(()) }
    })
    .await;
    let took = begun.elapsed().as_secs_f64();
    let what = format!("{QUEUED} queued reports with photos (and {before} before) → all receipts");
    print(&what, &format!("{took:.1} s"), "15 s");
    let gap = number(phone, "frames", "return window.gap").await;
    print("  longest wait for a frame meanwhile", &format!("{gap:.0} ms"), "");
}

/// Puts reports into the queue, each with a photo of its own: the same picture with another comment at its end.
fn queued(jpeg: &[u8]) -> String {
    let place: Value = json!(GOELANDS.id);
    format!(
        "return (async () => {{
           const picture = new Uint8Array({});
           const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
           const rows = [];
           for (let n = 0; n < {QUEUED}; n++) {{
             const bytes = new Uint8Array([...picture.subarray(0, 2), 0xff, 0xfe, 0, 6, n >> 8, n & 255, 1, 2, ...picture.subarray(2)]);
             const hash = hex(await crypto.subtle.digest('SHA-256', bytes));
             const id = `0190aaaa-0000-7000-8000-${{String(n).padStart(12, '0')}}`;
             const now = Date.now();
             rows.push([
               {{ id, key: String(n).padStart(32, '0'), sealed_at: now, not_before: now, attempts: 0, state: 'waiting',
                  content: {{ report: {{ place: {place}, description: `Mesure ${{n}}`, photos: [hash], observed_at: now, lang: 'fr' }} }} }},
               {{ parcel: id, hash, mime: 'image/jpeg', bytes: bytes.buffer }},
             ]);
           }}
           await new Promise((done, failed) => {{
             const opening = indexedDB.open('outbox');
             opening.onerror = failed;
             opening.onsuccess = () => {{
               const tx = opening.result.transaction(['parcels', 'photos'], 'readwrite');
               for (const [parcel, photo] of rows) {{ tx.objectStore('parcels').put(parcel); tx.objectStore('photos').put(photo); }}
               tx.oncomplete = () => {{ opening.result.close(); done(); }};
               tx.onerror = failed;
             }};
           }});
           return true;
         }})()",
        json!(jpeg)
    )
}
