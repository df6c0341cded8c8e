//! Every screen in every state, read by axe-core: WCAG 2.2 A and AA, and its good practices. By day, and its colours by
//! night; the main ones at a desk too. Nothing keeps anybody out.

use serde_json::{Value, json};
use testkit::phone::Phone;
use testkit::photo;
use testkit::wait::until;

use crate::axe::Reader;
use crate::city::{City, MOUETTES};
use crate::queue_page::{report, row, seed_here};
use crate::world::{GOELANDS, Hands, World};

#[tokio::test]
async fn what_one_reads_is_accessible() {
    let city = City::start().await;
    let phone = city.phone().await;
    let mut reader = Reader::of(&phone);
    reader.read_everywhere("home, first visit").await;
    let sent = city.report("sent").await;
    for address in
        ["/ecoles", "/ecoles/9990001X", "/demandes", "/demandes?status=closed", &sent, "/nulle/part"]
    {
        show_as_served(&phone, address).await;
        reader.read(&format!("{address} before the app")).await;
    }
    for (address, name, here) in [
        ("/suivi", "nothing followed", ".empty"),
        ("/file", "nothing kept", ".empty"),
        ("/ecoles", "schools", "[data-test=place-row]"),
        ("/ecoles/9990001X", "a school", "[data-test=me-too]"),
        ("/demandes", "open reports", "[data-test=report-row]"),
        ("/demandes?status=closed", "closed reports", "[data-test=report-row]"),
        ("/moi", "me", "[data-test=me-mail]"),
        ("/journal", "the journal", ".journal .timeline"),
        (&sent, "a report", "[data-test=journal]"),
    ] {
        phone.open(address).await;
        phone.find_css(here).await;
        reader.read_everywhere(name).await;
    }
    for state in ["in_progress", "planned", "done"] {
        phone.open(&city.report(state).await).await;
        phone.find("journal").await;
        reader.read(&format!("a report that is {state}")).await;
    }
    phone.open("/moi").await;
    phone.write("me-mail", "personne").await;
    phone.tap_css("summary").await;
    phone.find_css("[aria-invalid=true]").await;
    reader.read("me, with a wrong address and the small print").await;
    phone.open("/ecoles").await;
    phone.write("place-search", "rade").await;
    phone.find_css("section > [role=status]").await;
    reader.read("schools found").await;
    phone.write("place-search", "zzz").await;
    phone.find_css(".empty").await;
    reader.read("no school found").await;
    phone.open("/nulle/part").await;
    phone.find_css("main .btn.primary").await;
    reader.read("nowhere").await;
    phone.open("/demandes/01900000-0000-7000-8000-000000000000").await;
    phone.find_css(".empty[role=alert]").await;
    reader.read("no such report").await;
    phone.open("/?shared=lost").await;
    phone.find_css(".notice").await;
    reader.read("a shared photo that was lost").await;
    without_network(&city, &mut reader).await;
    reader.finish();
}

/// The same where the network is gone.
async fn without_network(city: &City, reader: &mut Reader<'_>) {
    let phone = reader.phone;
    city.network.cut();
    phone.open("/ecoles/9990001X").await;
    phone.find("report-row").await;
    reader.read("a school, as last seen").await;
    phone.open("/demandes/01900000-0000-7000-8000-000000000000").await;
    phone.find_css(".empty[role=alert]").await;
    reader.read("a report never seen, without network").await;
    phone.open("/").await;
    phone.find_css(".home-already .notice").await;
    reader.read("home, first visit without network").await;
    phone.open("/journal").await;
    phone.find("offline").await;
    reader.read_everywhere("a page of the server, without network").await;
}

/// A page as the server gives it: scripts that come this way don't run.
async fn show_as_served(phone: &Phone, address: &str) {
    phone.open("/healthz").await;
    let script = format!(
        "return fetch('{address}').then((answer) => answer.text()).then((html) => {{
           const page = new DOMParser().parseFromString(html, 'text/html');
           document.replaceChild(document.adoptNode(page.documentElement), document.documentElement);
           return true;
         }})"
    );
    phone.wait_for_script("the page as served", &script).await;
    let dressed =
        "return getComputedStyle(document.body).marginTop === '0px' && !!document.querySelector('h1')";
    phone.wait_for_script("its style", dressed).await;
}

#[tokio::test]
async fn a_report_being_made_is_accessible() {
    let city = City::start().await;
    let phone = city.phone().await;
    let mut reader = Reader::of(&phone);
    phone.tap("without-photo").await;
    phone.find("compose").await;
    reader.read_everywhere("an empty report").await;
    phone.tap("send").await;
    phone.find_css("[role=alert]").await;
    reader.read("a report without a school").await;
    phone.write("place-search", "zzz").await;
    phone.find_css("#place-note .hint").await;
    reader.read("a report whose school is not found").await;

    phone.open("/").await;
    phone.snap(&photo::small(MOUETTES.playground, 81).path).await;
    phone.proposed(&MOUETTES).await;
    phone.find("photo-blur").await;
    reader.read_everywhere("a report with a photo").await;
    phone.choose(&MOUETTES).await;
    phone.tap("category-more").await;
    phone.tap("group-securite").await;
    reader.read("all categories").await;
    phone.tap("category-more").await;
    phone.write("category-search", "chauff").await;
    phone.find("category-found").await;
    reader.read("categories found").await;
    phone.write("category-search", "zzz").await;
    reader.read("no category found").await;
    phone.wait_for_script("an empty search", CLEAR).await;
    phone.tap("category-cour-jeux").await;
    phone.find("alike").await;
    reader.read_everywhere("reports alike").await;
    phone.tap("alike-same").await;
    phone.find("alike-undo").await;
    reader.read("the same report").await;
    phone.tap("details").await;
    phone.find("mail").await;
    reader.read_everywhere("a report's details").await;
    phone.tap("ask-date").await;
    phone.find("ask-day").await;
    phone.write("mail", "personne").await;
    phone.tap("send").await;
    phone.find_css("#mail[aria-invalid=true]").await;
    reader.read("a report with a wrong address").await;
    phone.tap("urgency-4").await;
    phone.find("emergency").await;
    reader.read_everywhere("a report of a danger").await;
    photos_and_drafts(&mut reader).await;
    reader.finish();
}

/// One more photo, what can be done with it, and the report left for later.
async fn photos_and_drafts(reader: &mut Reader<'_>) {
    let phone = reader.phone;
    phone.hand_over("photo-add", &photo::small(MOUETTES.playground, 82).path).await;
    phone.find_css("[data-test=photo]:nth-child(2) [data-test=photo-open]").await;
    phone.tap("photo-open").await;
    phone.find("photo-tools").await;
    reader.read_everywhere("several photos").await;
    phone.tap("photo-blur").await;
    phone.find_css("[data-test=blur] .blur-ring:not([hidden])").await;
    reader.read_everywhere("blurring").await;
    phone.tap("blur-canvas").await;
    phone.find_css("[data-test=blur-undo]:not([aria-disabled])").await;
    phone.tap("blur-cancel").await;
    phone.find("blur-ask").await;
    reader.read("leaving what was blurred").await;
    phone.tap("blur-leave").await;
    phone.write("description", "La chaîne a lâché.").await;
    phone.find_css("[data-test=draft-state][data-state=kept]").await;

    phone.open("/").await;
    phone.find("draft").await;
    reader.read_everywhere("home, with drafts").await;
    phone.tap("draft-throw").await;
    phone.find("undo").await;
    reader.read("a draft thrown away").await;
}

/// Empties the search as a finger on its cross does.
const CLEAR: &str = "const field = document.querySelector('[data-test=category-search]'); field.value = ''; \
                     field.dispatchEvent(new Event('input', { bubbles: true })); return true";

#[tokio::test]
async fn what_lies_on_the_phone_is_accessible() {
    let world = World::start().await;
    let phone = world.installed_phone().await;
    let mut reader = Reader::of(&phone);
    phone.report_a_broken_game(&photo::small(GOELANDS.playground, 83).path, &GOELANDS).await;
    phone.find("sent").await;
    reader.read_everywhere("sent").await;
    phone.find("outbox-chip [data-state=\"idle\"]").await;
    let received = world.the_report(&GOELANDS).await;
    let id = received["brief"]["id"].as_str().expect("an id");
    // A school that nobody knows, and a photo that the phone has lost.
    let refused = row(1, "waiting", &report("9999999Z", "La balançoire pend.", &[]));
    let lost = row(4, "waiting", &report(GOELANDS.id, "Le grillage est tombé.", &["cd".repeat(32)]));
    seed_here(&phone, &[refused, lost]).await;
    phone.open("/file").await;
    phone.find("parcel [data-state=\"refused\"]").await;
    let awaiting = until("two reports", async || {
        let all = world.open_reports(&GOELANDS).await;
        if all.len() == 2 { Ok(all) } else { Err(all) }
    });
    for one in awaiting.await {
        phone.open(&format!("/demandes/{}", one["id"].as_str().expect("an id"))).await;
        phone.find("mine").await;
        reader.read("one's own report").await;
    }
    phone.find_css("[data-test=awaited], .report-hero").await;
    let number = received["brief"]["number"].to_string();
    world.server.command(&["status", &number, "refused", "--reason", "Déjà réglé en septembre."]).await;
    phone.open(&format!("/demandes/{id}")).await;
    phone.find("mine").await;
    reader.read("one's own report, refused").await;

    world.network.cut();
    phone.wait_for_network(false).await;
    phone.open("/").await;
    phone.find("here").await;
    reader.read("home, without network").await;
    phone.report_a_broken_game(&photo::small(GOELANDS.playground, 84).path, &GOELANDS).await;
    phone.find("kept").await;
    reader.read_everywhere("kept").await;
    seed_here(&phone, &[partly(&received), asked(&received)]).await;
    phone.open("/file").await;
    phone.find("parcel [data-state=\"partly\"]").await;
    reader.read_everywhere("parcels in every state").await;
    phone.tap("delete").await;
    phone.find("undo").await;
    reader.read("a parcel taken away").await;
    phone.tap("undo").await;
    phone.open("/suivi").await;
    phone.find("ask").await;
    reader.read_everywhere("what one follows").await;
    phone.open("/suivi").await;
    phone.find("mine-row").await;
    let newer = "window.vigieUpdate = () => {}; dispatchEvent(new Event('vigie-update')); return true";
    phone.wait_for_script("a newer version", newer).await;
    phone.find("update").await;
    reader.read("a newer version is there").await;
    reader.finish();
}

#[tokio::test]
async fn following_a_report_is_accessible() {
    let world = World::start().await;
    let phone = world.installed_phone().await;
    let mut reader = Reader::of(&phone);
    phone.report_a_broken_game(&photo::small(GOELANDS.playground, 88).path, &GOELANDS).await;
    phone.find("sent").await;
    phone.find("outbox-chip [data-state=\"idle\"]").await;
    let report = world.the_report(&GOELANDS).await;
    let page = format!("/demandes/{}", report["brief"]["id"].as_str().expect("an id"));
    phone.open(&page).await;
    phone.find("follow").await;
    reader.read_everywhere("how one follows").await;
    phone.tap("follow-change").await;
    phone.tap("ask-date").await;
    phone.find("ask-day").await;
    reader.read_everywhere("when to be asked").await;
    phone.open(&format!("{page}?wish=relance")).await;
    phone.find("answer-relance").await;
    reader.read_everywhere("asked whether it is fixed").await;
    world.network.cut();
    phone.wait_for_network(false).await;
    phone.tap("answer-relance").await;
    phone.find("said").await;
    reader.read_everywhere("an answer kept").await;
    phone.open("/file").await;
    phone.find("parcel [data-state=\"waiting\"]").await;
    reader.read("a wish in the queue").await;
    world.network.restore().await;
    phone.find("outbox-chip [data-state=\"idle\"]").await;
    world.server.command(&["status", "1001", "done"]).await;
    phone.open(&page).await;
    phone.find("reopen").await;
    reader.read_everywhere("a closed report of one's own").await;
    let stranger = world.installed_phone().await;
    world.server.command(&["status", "1001", "sent"]).await;
    let mut reader_there = Reader::of(&stranger);
    stranger.open(&page).await;
    stranger.find("follow-bell").await;
    reader_there.read_everywhere("somebody else's report").await;
    reader.finish();
    reader_there.finish();
}

/// A parcel whose words are there and whose photos are not.
fn partly(report_page: &Value) -> Value {
    let hash = "ab".repeat(32);
    let mut parcel = row(2, "waiting", &report(GOELANDS.id, "La chaîne aussi.", std::slice::from_ref(&hash)));
    parcel["state"] = json!({ "partly": { "receipt": receipt(&parcel, report_page, &[hash]) } });
    parcel
}

/// A received parcel about which its owner wanted to be asked.
fn asked(report_page: &Value) -> Value {
    let mut parcel = row(3, "waiting", &report(GOELANDS.id, "Et le banc.", &[]));
    parcel["state"] = json!({ "received": { "receipt": receipt(&parcel, report_page, &[]) } });
    parcel
}

fn receipt(parcel: &Value, report_page: &Value, missing: &[String]) -> Value {
    let brief = &report_page["brief"];
    let at = brief["received_at"].as_i64().expect("an instant") + 1; // The server's last word.
    json!({
        "id": parcel["id"], "report": brief["id"], "number": brief["number"], "outcome": "supporter", "people": 2,
        "sent_to": [], "at": at, "ask_at": 1_000, "missing": missing,
    })
}
