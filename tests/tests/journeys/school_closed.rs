//! A school closes while a report about it waits: refused with the reason, mended, and it arrives once.

use testkit::photo;

use crate::lying::lies;
use crate::world::{CRIEE, GOELANDS, Hands, World, fixture};

#[tokio::test]
async fn a_report_about_a_school_that_closed_goes_to_another_with_all_it_holds() {
    let world = World::start().await;
    let phone = world.installed_phone().await;
    world.network.cut();
    phone.wait_for_network(false).await;
    phone.report_a_broken_game(&photo::small(GOELANDS.playground, 88).path, &GOELANDS).await;
    phone.find("kept").await;

    let register = std::fs::read_to_string(fixture("places.csv")).unwrap();
    let close = |line: &str| {
        if line.starts_with(GOELANDS.id) { line.replace(";OUVERT;", ";FERME;") } else { line.into() }
    };
    let register: Vec<String> = register.lines().map(close).collect();
    let file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
    std::fs::write(file.path(), register.join("\n")).unwrap();
    let said = world.server.import("places", file.path()).await;
    assert!(said.contains("1 changed"), "{said}");

    world.network.restore().await;
    phone.open("/file").await;
    phone.find("parcel [data-state=\"refused\"]").await;
    phone.wait_for_text("Cette école est fermée. Choisissez-en une autre, la photo est gardée.").await;
    phone.tap("edit").await;
    phone.find("photo-open").await;
    phone.choose_by_search("criee", &CRIEE).await;
    phone.tap("send").await;
    phone.find("sent").await;
    lies(&phone, (1, 0, 0)).await;
    let report = world.the_report(&CRIEE).await;
    assert_eq!(report["brief"]["category"], "cour-jeux");
    assert_eq!(report["voices"][0]["photos"].as_array().map(Vec::len), Some(1), "{report:#}");
    assert!(world.open_reports(&GOELANDS).await.is_empty());
    world.one_mail_each(&CRIEE).await;
    world.no_more_mails_than(2).await;
}
