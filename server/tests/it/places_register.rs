//! The register from year to year: what stays, what closes, what stands where.

use crate::app::{TestApp, parcel, problem};
use crate::both_engines;
use serde_json::{Value, json};
use shared::places::uai_letter;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use vigie::rooms::places::import::{Choice, Summary, borders, pupils, run};

both_engines!(
    a_school_that_disappears_is_closed_and_comes_back,
    an_extract_closes_nothing,
    a_line_that_says_closed_closes,
    every_form_of_a_file_says_the_same,
    files_of_other_years_say_the_same,
    a_file_that_is_no_list_is_refused_as_a_whole,
    an_approximate_position_is_said_so,
    a_school_stands_in_every_zone_of_its_tree,
    borders_put_each_school_into_one_quartier,
    a_mailbox_of_the_register_follows_the_register,
    numbers_of_pupils_are_kept_year_by_year,
);

fn code(number: u32) -> String {
    format!("{number:07}{}", uai_letter(number))
}

/// An annuaire of public schools in Marseille's 4th arrondissement, one for each number.
fn annuaire(numbers: impl IntoIterator<Item = u32>) -> String {
    let mut text = String::from(
        "\u{feff}Identifiant_de_l_etablissement;Nom_etablissement;Statut_public_prive;Adresse_1;Code_postal;Code_commune;\
         Nom_commune;Ecole_maternelle;Ecole_elementaire;Mail;nom_circonscription;latitude;longitude;\
         precision_localisation;etat;code_nature\r\n",
    );
    for n in numbers {
        let (id, metres) = (code(n), f64::from(n % 100) / 1000.0);
        write!(
            text,
            "{id};École des Pins {n};Public;{n} rue des Pins;13004;13204;Marseille  4e  Arrondissement;1;0;\
             pins.{n}@example.org;Marseille 13 longchamp;{:.6};{:.6};Numéro de rue;OUVERT;101\r\n",
            43.3 + metres,
            5.4 + metres,
        )
        .unwrap();
    }
    text
}

fn written(app: &TestApp, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let file = app.folder.path().join(name);
    std::fs::write(&file, text).unwrap();
    file
}

async fn import(app: &TestApp, text: impl AsRef<[u8]>) -> Summary {
    import_with(app, text, &Choice::default()).await
}

async fn import_with(app: &TestApp, text: impl AsRef<[u8]>, choice: &Choice) -> Summary {
    run(&app.app, &[written(app, "annuaire.csv", text)], choice).await.unwrap()
}

async fn place(app: &TestApp, number: u32) -> Value {
    app.get(&format!("/api/v1/places/{}", code(number))).send().await.unwrap().json().await.unwrap()
}

async fn kept(app: &TestApp) -> usize {
    let pack: Value = app.get("/api/v1/places").send().await.unwrap().json().await.unwrap();
    pack["places"].as_array().unwrap().len()
}

/// Ids of the zones that a place stands in, by rank.
async fn zones(app: &TestApp, number: u32) -> Vec<String> {
    sqlx::query_scalar("SELECT zone_id FROM place_zones WHERE place_id = $1 ORDER BY rank, zone_id")
        .bind(code(number))
        .fetch_all(app.app.db.read())
        .await
        .unwrap()
}

async fn a_school_that_disappears_is_closed_and_comes_back(app: TestApp) {
    let all = 130_001..=130_020;
    assert_eq!(import(&app, annuaire(all.clone())).await.new, 20);
    let less = import(&app, annuaire(130_001..=130_019)).await;
    assert_eq!((less.unchanged, less.closed.len()), (19, 1), "{less}");
    assert!(less.closed[0].starts_with(&code(130_020)), "{less}");
    assert_eq!(kept(&app).await, 19);
    assert_eq!(place(&app, 130_020).await["closed_at"], app.app.clock.now().0, "closed, not deleted");
    let report = json!({ "place": code(130_020), "observed_at": app.app.clock.now().0, "lang": "fr" });
    let refused = app.report(&parcel(1), &report).await;
    assert_eq!(problem(refused).await, (422, "place_closed".into(), Some("place".into())));
    let same = import(&app, annuaire(130_001..=130_019)).await;
    assert_eq!((same.unchanged, same.closed.len(), same.changed), (19, 0, 0), "{same}");
    let back = import(&app, annuaire(all)).await;
    assert_eq!((back.changed, back.reopened.len(), back.closed.len()), (1, 1, 0), "{back}");
    assert_eq!(place(&app, 130_020).await["closed_at"], Value::Null);
}

async fn an_extract_closes_nothing(app: TestApp) {
    import(&app, annuaire((130_001..=130_020).chain(350_001..=350_005))).await;
    let extract = import(&app, annuaire(130_001..=130_005)).await;
    assert_eq!((extract.unchanged, extract.closed.len()), (5, 0), "{extract}");
    assert!(
        extract.doubts[0].starts_with("15 of 20 public first-degree schools known in département 013"),
        "{extract}"
    );
    let whole = Choice { complete: true, ..Choice::default() };
    let elsewhere = Choice { commune: "35".into(), ..whole.clone() };
    assert_eq!(import_with(&app, annuaire(130_001..=130_005), &elsewhere).await.closed.len(), 0);
    let closed = import_with(&app, annuaire(130_001..=130_005), &whole).await;
    assert_eq!(closed.closed.len(), 15, "{closed}");
    assert_eq!(kept(&app).await, 10, "another département stays as it is");
}

async fn a_line_that_says_closed_closes(app: TestApp) {
    import(&app, annuaire(130_001..=130_002)).await;
    let text = annuaire(130_001..=130_002).replacen("OUVERT", "FERME", 1);
    let closed = import(&app, &text).await;
    assert_eq!((closed.closed.len(), closed.changed, closed.unchanged), (1, 1, 1), "{closed}");
    assert_eq!(import(&app, &text).await.unchanged, 2);
    assert_eq!(import(&app, text.replace("FERME", "A FERMER")).await.reopened.len(), 1);
}

async fn every_form_of_a_file_says_the_same(app: TestApp) {
    let text = annuaire(130_001..=130_003);
    assert_eq!(import(&app, &text).await.new, 3);
    let rows: Vec<Vec<&str>> =
        text.trim_start_matches('\u{feff}').lines().map(|line| line.split(';').collect()).collect();
    let object = |row: &Vec<&str>| -> Value {
        rows[0]
            .iter()
            .zip(row)
            .map(|(name, value)| (name.to_lowercase(), json!(value)))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let list: Vec<Value> = rows[1..].iter().map(object).collect();
    let features: Vec<Value> =
        list.iter().map(|row| json!({ "type": "Feature", "geometry": null, "properties": row })).collect();
    let collection = json!({ "type": "FeatureCollection", "features": features }).to_string();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(text.as_bytes()).unwrap();
    for (form, bytes) in [
        ("without BOM, LF", text.trim_start_matches('\u{feff}').replace('\r', "").into_bytes()),
        ("commas", text.replace(';', ",").into_bytes()),
        ("tabs", text.replace(';', "\t").into_bytes()),
        ("gzip", gz.finish().unwrap()),
        ("a list of objects", json!(list).to_string().into_bytes()),
        ("GeoJSON", collection.into_bytes()),
    ] {
        let summary = import(&app, bytes).await;
        assert_eq!((summary.unchanged, summary.new, summary.changed), (3, 0, 0), "{form}: {summary}");
        assert_eq!(summary.refused, Vec::<String>::new(), "{form}");
    }
}

async fn files_of_other_years_say_the_same(app: TestApp) {
    let text = annuaire(130_001..=130_003);
    let (head, rows) = text.split_once('\n').unwrap();
    import(&app, &text).await;
    for (year, text) in [
        (
            "2023",
            text.replace("Code_postal", "Code postal")
                .replace("precision_localisation", "Precision_localisation"),
        ),
        ("2020", format!("{}\n{rows}", head.to_lowercase())),
        (
            "2017, no code of the nature",
            text.replace("code_nature", "Type_etablissement").replace(";101\r", ";Ecole\r"),
        ),
    ] {
        let summary = import(&app, text).await;
        assert_eq!((summary.unchanged, summary.refused.len()), (3, 0), "{year}: {summary}");
    }
    let labels = format!(
        "Code établissement;Appellation officielle;Secteur Public/Privé;Code nature;Code commune;Commune;Code département\n\
         {0};École des Pins 130001;Public;101;13204;Marseille 4e Arrondissement;013\n\
         {0}é\n",
        code(130_001)
    );
    let technical = labels
        .replace("Code établissement", "numero_uai")
        .replace("Appellation officielle", "appellation_officielle")
        .replace("Secteur Public/Privé", "secteur_public_prive_libe")
        .replace("Code nature", "nature_uai");
    let first = import(&app, &labels).await;
    // Known from the annuaire, now from the list of addresses as well.
    assert_eq!((first.changed, first.refused.len()), (1, 1), "{first}");
    let second = import(&app, &technical).await;
    assert_eq!((second.unchanged, second.refused.len()), (1, 1), "{second}");
    assert_eq!(place(&app, 130_001).await["place"]["postcode"], "13004", "what this list does not say stays");
}

async fn a_file_that_is_no_list_is_refused_as_a_whole(app: TestApp) {
    for (text, why) in [
        ("prefixe,nom\n801,Belsunce\n", "is no list of schools"),
        ("", "is empty"),
        ("{\"type\":\"Point\"}", "not GeoJSON"),
        ("{\"features\":[{\"properties\":{\"nom\":\"x\"}}]}", "is no list of schools"),
        ("numero_uai;nature_uai\n1234;101\n", "nothing could be read"),
    ] {
        let file = written(&app, "autre.csv", text);
        let error = format!("{:#}", run(&app.app, &[file], &Choice::default()).await.unwrap_err());
        assert!(error.contains(why), "{text}: {error}");
    }
    let mut bad = annuaire(130_001..=130_003).into_bytes();
    let at = bad.windows(3).rposition(|three| three == b"Pin").unwrap();
    bad[at] = 0xe9;
    let summary = import(&app, bad).await;
    assert_eq!(summary.new, 2, "{summary}");
    assert_eq!(summary.refused, ["annuaire.csv, line 4: is not UTF-8"]);
}

async fn an_approximate_position_is_said_so(app: TestApp) {
    let summary = import(&app, annuaire(130_001..=130_002).replacen("Numéro de rue", "Rue", 1)).await;
    assert_eq!((summary.approximate, summary.nowhere), (1, 0));
    assert!(summary.to_string().contains("1 with an approximate position"), "{summary}");
    let said = async |number: u32| {
        let page = app.get(&format!("/ecoles/{}", code(number))).send().await.unwrap().text().await.unwrap();
        (place(&app, number).await["place"]["approximate"] == true, page.contains("emplacement approximatif"))
    };
    assert_eq!(said(130_001).await, (true, true));
    assert_eq!(said(130_002).await, (false, false));
}

async fn a_school_stands_in_every_zone_of_its_tree(app: TestApp) {
    import(&app, annuaire([130_001])).await;
    let own = format!("place:{}", code(130_001));
    let expected =
        ["arrondissement:13204", "secteur:13055-3", "circonscription:marseille-13-longchamp", "city:13055"];
    assert_eq!(zones(&app, 130_001).await[0], own);
    assert_eq!(zones(&app, 130_001).await[1..], expected);
    let moved = annuaire([130_001])
        .replace("13204;Marseille  4e", "13210;Marseille 10e")
        .replace("Marseille 13 longchamp", "Marseille 10 est");
    assert_eq!(import(&app, moved).await.changed, 1);
    let expected =
        ["arrondissement:13210", "secteur:13055-5", "circonscription:marseille-10-est", "city:13055"];
    assert_eq!(zones(&app, 130_001).await[1..], expected);
}

async fn borders_put_each_school_into_one_quartier(app: TestApp) {
    // West and east of longitude 5.42; a hole in the west around 5.41; the east in two parts.
    let square = |west: f64, south: f64, east: f64, north: f64| {
        json!([[west, south], [east, south], [east, north], [west, north], [west, south]])
    };
    let west = json!({ "type": "Polygon", "coordinates": [square(5.39, 43.2, 5.42, 43.5), square(5.409, 43.3, 5.411, 43.4)] });
    let east = json!({ "type": "MultiPolygon", "coordinates": [[square(5.42, 43.2, 5.43, 43.5)], [square(5.44, 43.2, 5.46, 43.5)]] });
    let feature = |code: &str, geometry: Value| json!({ "type": "Feature", "properties": { "code_qua": code, "nom": format!("Quartier {code}") }, "geometry": geometry });
    let nobody = json!({ "type": "Feature", "properties": {}, "geometry": null });
    let text = json!({ "type": "FeatureCollection", "features": [feature("1", west.clone()), feature("2", east.clone()), nobody] }).to_string();
    let file = written(&app, "quartiers.geojson", &text);

    // 130_100 at 5.4, 130_110 in the hole, 130_120 on the border, 130_125 in the east, 130_135 between the parts.
    import(&app, annuaire([130_100, 130_110, 130_120, 130_125, 130_135])).await;
    let first = borders::run(&app.app, &file).await.unwrap();
    assert_eq!((first.new, first.inside, first.outside, first.refused.len()), (2, 3, 2, 1), "{first}");
    let quartier = async |number| {
        zones(&app, number).await.into_iter().filter(|zone| zone.starts_with("quartier:")).collect::<Vec<_>>()
    };
    for (number, expected) in
        [(130_100, Some("1")), (130_110, None), (130_120, Some("1")), (130_125, Some("2")), (130_135, None)]
    {
        let expected: Vec<_> = expected.iter().map(|code| format!("quartier:{code}")).collect();
        assert_eq!(quartier(number).await, expected, "{number}");
    }
    let again = borders::run(&app.app, &file).await.unwrap();
    assert_eq!((again.new, again.changed, again.unchanged, again.inside), (0, 0, 2, 3), "{again}");

    // Schools that come later, and one that moves, ask the same borders.
    let later = annuaire([130_100, 130_145]).replace("43.300000;5.400000", "43.300000;5.425000");
    assert_eq!(import(&app, later).await.new, 1);
    assert_eq!(quartier(130_145).await, ["quartier:2"]);
    assert_eq!(quartier(130_100).await, ["quartier:2"]);

    // Borders that change move schools.
    let swapped =
        json!({ "type": "FeatureCollection", "features": [feature("1", east), feature("2", west)] })
            .to_string();
    let swapped = borders::run(&app.app, &written(&app, "quartiers.geojson", swapped)).await.unwrap();
    assert_eq!((swapped.changed, swapped.unchanged), (2, 0), "{swapped}");
    assert_eq!(quartier(130_145).await, ["quartier:1"]);
}

async fn a_mailbox_of_the_register_follows_the_register(app: TestApp) {
    import(&app, annuaire([130_001])).await;
    let open = async || -> Vec<(String, String)> {
        let query =
            "SELECT mail, source FROM mailboxes WHERE until_at IS NULL AND desk_id = $1 ORDER BY mail";
        let desk = format!("direction@place:{}", code(130_001));
        sqlx::query_as(query).bind(desk).fetch_all(app.app.db.read()).await.unwrap()
    };
    let one = |mail: &str| vec![(mail.to_owned(), "register".to_owned())];
    assert_eq!(open().await, one("pins.130001@example.org"));
    import(&app, annuaire([130_001]).replace("pins.130001@", "nouvelle@")).await;
    assert_eq!(open().await, one("nouvelle@example.org"));
    let inspection = format!(
        "{}{};Circonscription d'inspection du 1er degré de Marseille 13 longchamp;Public;;;13204;Marseille;;;ien@example.org;;;;;OUVERT;809\n",
        annuaire([130_001]).lines().next().unwrap(),
        format_args!("\n{}", code(131_000)),
    )
    .replace("code_nature", "code_nature;libelle_nature")
    .replace(";809", ";809;CIRCONSCRIPTIONS INSPECTION EDUC NAT");
    import(&app, inspection).await;
    let desks = place(&app, 130_001).await["desks"].clone();
    assert_eq!(desks[2]["name"], "Marseille 13 longchamp");
    assert_eq!(desks[2]["has_mailbox"], true);
}

async fn numbers_of_pupils_are_kept_year_by_year(app: TestApp) {
    import(&app, annuaire(130_001..=130_002)).await;
    let row = |year: u16, number: u32, rep: &str, total: &str| {
        format!("{year};{};{rep};12;{total};0;289;0;56;68;52;56;57\n", code(number))
    };
    let head = "Rentrée scolaire;Numéro de l'école;REP;REP +;Nombre total de classes;Nombre total d'élèves;\
        Nombre d'élèves en pré-élémentaire hors ULIS;Nombre d'élèves en élémentaire hors ULIS;Nombre d'élèves en ULIS;\
        Nombre d'élèves en CP hors ULIS;Nombre d'élèves en CE1 hors ULIS;Nombre d'élèves en CE2 hors ULIS;\
        Nombre d'élèves en CM1 hors ULIS;Nombre d'élèves en CM2 hors ULIS\n";
    let text = [
        head.to_owned(),
        row(2021, 130_001, "0;0", "280"),
        row(2022, 130_001, "0;1", "289.0"),
        row(2022, 130_002, "1;0", ""),
        row(2022, 130_999, "0;0", "12"),
        row(2022, 130_001, "0;0", "beaucoup").replace("2022", "2020"),
        "2022;0130001Z;0;0\n".to_owned(),
    ]
    .concat();
    let bar = indicatif::ProgressBar::hidden();
    let read = async |text: &str| {
        pupils::run(&app.app, &[written(&app, "effectifs.csv", text)], &bar).await.unwrap()
    };
    let first = read(&text).await;
    assert_eq!((first.new, first.set_aside, first.refused.len()), (3, 1, 2), "{first}");
    assert!(first.refused[0].starts_with("effectifs.csv, line 6: “beaucoup” is no number"), "{first}");
    let kept = async || -> Vec<(i64, Option<i64>, Option<i64>, String)> {
        let query =
            "SELECT CAST(year AS BIGINT), total, cm2, priority FROM pupils WHERE place_id = $1 ORDER BY year";
        sqlx::query_as(query).bind(code(130_001)).fetch_all(app.app.db.read()).await.unwrap()
    };
    let (older, newer) =
        ((2021, Some(280), Some(57), String::new()), (2022, Some(289), Some(57), "REP+".to_owned()));
    assert_eq!(kept().await, [older.clone(), newer.clone()]);
    let again = read(&text).await;
    assert_eq!((again.new, again.changed, again.unchanged), (0, 0, 3), "{again}");
    let technical = format!(
        "rentree_scolaire,numero_ecole,rep,rep_plus,nombre_total_classes,nombre_total_eleves,nombre_eleves_cm2_hors_ulis\n\
         2022,{},0,1,12,290,58\n",
        code(130_001)
    );
    assert_eq!(read(&technical).await.changed, 1);
    assert_eq!(kept().await, [older, (2022, Some(290), Some(58), "REP+".to_owned())]);
    let wrong =
        pupils::run(&app.app, &[written(&app, "x.csv", annuaire([130_001]))], &bar).await.unwrap_err();
    assert!(wrong.to_string().contains("is no list of pupils"), "{wrong}");
}
