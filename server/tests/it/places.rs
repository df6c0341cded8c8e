//! The official register coming in.

use crate::app::{SCHOOL, TestApp, fixture};
use crate::both_engines;
use serde_json::Value;
use shared::geo::Position;
use std::path::PathBuf;
use vigie::rooms::places::import::{Choice, Summary, borders, pupils, run};
use vigie::rooms::places::shapes::{Shape, Shapes};
use vigie::rooms::routing;

both_engines!(
    a_second_import_changes_nothing,
    a_refused_line_has_its_number_and_its_reason,
    what_one_file_does_not_know_another_completes,
    the_pack_is_not_sent_twice,
    desks_are_checked_as_a_whole,
    the_official_exports_are_read_as_published,
);

async fn import(app: &TestApp, files: &[PathBuf]) -> Summary {
    run(&app.app, files, &Choice::default()).await.unwrap()
}

fn written(app: &TestApp, name: &str, text: &str) -> PathBuf {
    let file = app.folder.path().join(name);
    std::fs::write(&file, text).unwrap();
    file
}

async fn a_second_import_changes_nothing(app: TestApp) {
    let first = import(&app, &[fixture("places.csv")]).await;
    assert_eq!((first.new, first.changed, first.unchanged), (6, 0, 0), "{first}");
    let second = import(&app, &[fixture("places.csv")]).await;
    assert_eq!((second.new, second.changed, second.unchanged), (0, 0, 6), "{second}");
}

async fn a_refused_line_has_its_number_and_its_reason(app: TestApp) {
    let text = "numero_uai;appellation_officielle;nature_uai;code_commune;latitude;longitude\r\n\
        0130136C;Collège Vieux Port;340;13202;43.29;5.36\r\n\
        0134158A;Mauvaise lettre;101;13204;43.29;5.39\r\n\
        0134158Z;;101;13204;43.29;5.39\r\n";
    let summary =
        import(&app, &[written(&app, "liste.csv", &(text.to_owned() + "0350122T;École;151;35016;;\r\n"))])
            .await;
    assert_eq!((summary.new, summary.set_aside), (1, 1));
    assert!(summary.refused[0].starts_with("liste.csv, line 3: “0134158A” is not a UAI"), "{summary}");
    assert!(summary.refused[1].starts_with("liste.csv, line 4: 0134158Z has no name"), "{summary}");
}

async fn what_one_file_does_not_know_another_completes(app: TestApp) {
    let addresses = "\u{feff}Code établissement;Appellation officielle;Code nature;Code commune;Commune;Latitude;Longitude;Localisation\n\
        0134158Z;Ecole des Pins;151;13204;Marseille  4e  Arrondissement;43.2991;5.3986;Numéro de rue\n";
    let annuaire = "Identifiant_de_l_etablissement;Nom_etablissement;code_nature;Ecole_maternelle;Ecole_elementaire;Mail;nom_circonscription\n\
        0134158Z;Ecole primaire des Pins;151;1;1;pins@example.org;Circonscription d'inspection du 1er degré de Marseille 13 longchamp\n";
    let files = [written(&app, "adresses.csv", addresses), written(&app, "annuaire.csv", annuaire)];
    assert_eq!(import(&app, &files).await.new, 1);
    let page: Value = app.get("/api/v1/places/0134158Z").send().await.unwrap().json().await.unwrap();
    assert_eq!(page["place"]["name"], "Ecole des Pins");
    assert_eq!(page["place"]["kind"], "primaire");
    assert_eq!(page["place"]["city"], "Marseille 4e Arrondissement");
    assert_eq!(page["place"]["position"]["lat"], 43.2991);
    let desks: Vec<_> = page["desks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|desk| (desk["name"].as_str().unwrap(), desk["has_mailbox"] == true))
        .collect();
    assert_eq!(desks, [("Ecole des Pins", true), ("Marseille", false), ("Marseille 13 longchamp", false)]);
    assert_eq!(import(&app, &files).await.unchanged, 1);
}

async fn the_pack_is_not_sent_twice(app: TestApp) {
    let app = app.with_city().await;
    let first = app.get("/api/v1/places").send().await.unwrap();
    let etag = first.headers()["etag"].clone();
    let pack: Value = first.json().await.unwrap();
    assert_eq!(pack["places"].as_array().unwrap().len(), 6);
    assert!(!pack.to_string().contains("example.org"), "mailboxes stay inside");
    let second = app.get("/api/v1/places").header("if-none-match", etag).send().await.unwrap();
    assert_eq!(second.status(), 304);
}

async fn desks_are_checked_as_a_whole(app: TestApp) {
    let app = app.with_city().await;
    let text = "function;zone;name;mail\nmairie;city:99901;;new@example.org\nmairie;city:0;;x@example.org\nroi;city:99901;;x@example.org\nmairie;city:99901;;nobody\n";
    let refused =
        routing::import::run(&app.app, &written(&app, "d.csv", text)).await.unwrap_err().to_string();
    for line in ["line 3: there is no zone", "line 4: “roi” is no function", "line 5: the mail address"] {
        assert!(refused.contains(line), "{refused}");
    }
    let again = routing::import::run(&app.app, &fixture("desks.csv")).await.unwrap();
    assert_eq!(again, "1 desks read, 0 changed");
    let page: Value =
        app.get(&format!("/api/v1/places/{SCHOOL}")).send().await.unwrap().json().await.unwrap();
    assert_eq!(page["desks"][1]["name"], "Mairie de Port-Exemple");
}

/// The files of the team's data folder, beside the project where there is one.
async fn the_official_exports_are_read_as_published(app: TestApp) {
    let data = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data"));
    if !data.is_dir() {
        eprintln!("skipped: there is no ../shared/data beside the project");
        return;
    }
    let official =
        |name: &str| data.join("education-nationale").join(format!("ille-et-vilaine_fr-en-{name}.csv"));
    let files = [
        official("adresse-et-geolocalisation-etablissements-premier-et-second-degre"),
        official("annuaire-education"),
        data.join("marseille/fr-en-annuaire-education_2020_bouches-du-rhone-extract.geojson"),
    ];
    let first =
        run(&app.app, &files, &Choice { private: true, secondary: true, ..Choice::default() }).await.unwrap();
    assert!(first.new > 1500, "{first}");
    assert_eq!(first.refused, Vec::<String>::new());
    let second =
        run(&app.app, &files, &Choice { private: true, secondary: true, ..Choice::default() }).await.unwrap();
    assert_eq!((second.new, second.changed, second.unchanged), (0, 0, first.new));
    let marseille =
        run(&app.app, &files, &Choice { commune: "132".into(), private: true, ..Choice::default() })
            .await
            .unwrap();
    assert!(marseille.unchanged > 200, "{marseille}");
    assert_eq!((marseille.closed.len(), marseille.doubts.len()), (0, 0), "{marseille}");

    let quartiers = data.join("marseille/quartiers-marseille.geojson");
    let drawn = borders::run(&app.app, &quartiers).await.unwrap();
    assert_eq!((drawn.new, drawn.refused.len()), (111, 0), "{drawn}");
    assert_eq!(
        drawn.inside,
        marseille.unchanged + marseille.changed,
        "all of Marseille's stand in a quartier: {drawn}"
    );
    every_corner_is_in_a_quartier(&std::fs::read(quartiers).unwrap());

    let bar = indicatif::ProgressBar::hidden();
    let counted = pupils::run(&app.app, &[official("ecoles-effectifs-nb_classes")], &bar).await.unwrap();
    assert_eq!(counted.years.len(), 4, "{counted}");
    assert_eq!((counted.new, counted.set_aside, counted.refused.len()), (2694, 10, 0), "{counted}");
}

/// Real borders meet in corners that several quartiers share: none is lost between them.
fn every_corner_is_in_a_quartier(file: &[u8]) {
    let collection: Value = serde_json::from_slice(file).unwrap();
    let features = collection["features"].as_array().unwrap();
    let read = |feature: &Value| {
        Shape::read(feature["properties"]["code_qua"].as_str().unwrap(), &feature["geometry"]).unwrap()
    };
    let shapes = Shapes::of(features.iter().map(read).collect());
    let mut corners = Vec::new();
    features.iter().for_each(|feature| pairs(&feature["geometry"]["coordinates"], &mut corners));
    assert!(corners.len() > 10_000);
    for corner in corners.iter().step_by(29) {
        assert!(shapes.locate(*corner).is_some(), "{corner:?}");
    }
}

fn pairs(value: &Value, found: &mut Vec<Position>) {
    match value.as_array().map(Vec::as_slice) {
        Some([Value::Number(lon), Value::Number(lat)]) => {
            found.extend(Position::new(lat.as_f64().unwrap(), lon.as_f64().unwrap()));
        }
        Some(values) => values.iter().for_each(|value| pairs(value, found)),
        None => {}
    }
}
