//! Those in charge answer from their mail: a link, a phone, no account.

use testkit::browser::Browser;
use testkit::phone::{Phone, Screen};
use testkit::photo;

use crate::axe::Reader;
use crate::world::{GOELANDS, Hands, World};

/// Ten days from now, as a finger on the calendar would.
const IN_TEN_DAYS: &str = "const on = document.querySelector('#on'); \
                           on.value = new Date(Date.now() + 864e6).toISOString().slice(0, 10); return on.value";

#[tokio::test]
async fn the_mairie_answers_from_its_mail_and_everybody_reads_it() {
    let world = World::start().await;
    let reporter = world.installed_phone().await;
    reporter.report_a_broken_game(&photo::small(GOELANDS.playground, 91).path, &GOELANDS).await;
    reporter.find("sent").await;
    let (_, mail) = world.one_mail_each(&GOELANDS).await;
    let link = mail.links().into_iter().find(|link| link.contains("/repondre/")).expect("a link to answer");
    let path = &link[link.find("/repondre/").expect("just found")..];
    world.the_report(&GOELANDS).await;

    let desk = Phone::with_screen(Browser::Chromium, &world.server.url(), Screen::PHONE).await;
    let mut reader = Reader::of(&desk);
    desk.open(path).await;
    desk.find_css(".report-hero img").await;
    reader.read_everywhere("the page where those in charge answer").await;
    desk.tap_css("input[value=elsewhere]").await;
    desk.tap_css("input[value=planned]").await;
    desk.find_css("#on").await;
    reader.read("a date asked for").await;
    desk.find_css("#words").await.send_keys("La chaîne neuve arrive lundi.").await.unwrap();
    desk.tap_css(".desk-form button").await;
    desk.find_css("#on[aria-invalid=true]").await;
    desk.wait_for_text("Choisissez le jour").await;
    reader.read_everywhere("an answer with something wrong").await;

    desk.wait_for_script("a day", IN_TEN_DAYS).await;
    let picture = photo::small(GOELANDS.playground, 92);
    desk.hand_over("answer-photos", &picture.path).await;
    desk.tap_css(".desk-form button").await;
    desk.wait_for_text("C’est dit.").await;
    desk.wait_for_text("La chaîne neuve arrive lundi.").await;
    reader.read_everywhere("an answer that was taken").await;
    desk.open(&format!("{path}x")).await;
    desk.wait_for_text("Ce lien n’ouvre rien").await;
    reader.read("a link that opens nothing").await;
    reader.finish();

    let report = world.the_report(&GOELANDS).await;
    assert_eq!(report["brief"]["status"], "planned");
    let answer = report["journal"].as_array().unwrap().last().unwrap()["event"].clone();
    assert_eq!(answer["words"], "La chaîne neuve arrive lundi.");
    let hash = answer["photos"][0].as_str().expect("a photo").to_owned();
    let id = report["brief"]["id"].as_str().expect("an id").to_owned();
    reporter.open(&format!("/demandes/{id}")).await;
    reporter.wait_for_text("Réponse de la mairie").await;
    reporter.wait_for_text("Prévu pour le").await;
    reporter.wait_for_text("La chaîne neuve arrive lundi.").await;
    reporter.find_css(&format!("[data-test=journal] img[src='/photos/{hash}/320.jpg']")).await;
    world.no_more_mails_than(2).await;
}
