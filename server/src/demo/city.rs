//! A city that is on no map: two sectors, a dozen schools, desks under example.org. It lies in the open sea.

use crate::app::App;
use crate::db::Tx;
use crate::rooms::places::{import, store};
use crate::rooms::routing;
use anyhow::Result;
use shared::places::uai_letter;
use std::fmt::Write as _;

/// Its name.
pub const NAME: &str = "Port-Vigie";

/// INSEE codes begin with a department; there is none of that number.
const CODE: &str = "99901";

/// A school of the city.
pub struct School {
    /// The first seven digits of its code.
    number: u32,
    /// Its name.
    name: &'static str,
    /// 101 nursery, 151 elementary or primary.
    nature: u16,
    /// Street.
    address: &'static str,
    /// North and east of the lighthouse, in metres.
    metres: (f64, f64),
    /// Index of its sector.
    sector: usize,
}

const SECTORS: [(&str, &str); 2] =
    [("sector:phare", "Secteur du Phare"), ("sector:collines", "Secteur des Collines")];
/// Where the lighthouse of the city would stand.
const LIGHTHOUSE: (f64, f64) = (42.35, 5.15);

/// Its schools.
pub const SCHOOLS: [School; 12] = [
    School {
        number: 9_990_001,
        name: "École maternelle Les Mouettes",
        nature: 101,
        address: "2 quai des Filets",
        metres: (40.0, 20.0),
        sector: 0,
    },
    School {
        number: 9_990_002,
        name: "École élémentaire Les Mouettes",
        nature: 151,
        address: "4 quai des Filets",
        metres: (75.0, 55.0),
        sector: 0,
    },
    School {
        number: 9_990_003,
        name: "École primaire de la Rade",
        nature: 151,
        address: "11 rue de la Rade",
        metres: (-310.0, 180.0),
        sector: 0,
    },
    School {
        number: 9_990_004,
        name: "École élémentaire du Vieux Fanal",
        nature: 151,
        address: "1 place du Fanal",
        metres: (520.0, -140.0),
        sector: 0,
    },
    School {
        number: 9_990_005,
        name: "École maternelle du Sémaphore",
        nature: 101,
        address: "8 montée du Sémaphore",
        metres: (640.0, -90.0),
        sector: 0,
    },
    School {
        number: 9_990_006,
        name: "École primaire des Calfats",
        nature: 151,
        address: "27 rue des Calfats",
        metres: (-120.0, -480.0),
        sector: 0,
    },
    School {
        number: 9_990_007,
        name: "École élémentaire des Amandiers",
        nature: 151,
        address: "5 chemin des Amandiers",
        metres: (1450.0, 620.0),
        sector: 1,
    },
    School {
        number: 9_990_008,
        name: "École maternelle des Amandiers",
        nature: 101,
        address: "5 chemin des Amandiers",
        metres: (1455.0, 635.0),
        sector: 1,
    },
    School {
        number: 9_990_009,
        name: "École primaire de la Source",
        nature: 151,
        address: "14 traverse de la Source",
        metres: (1820.0, 210.0),
        sector: 1,
    },
    School {
        number: 9_990_010,
        name: "École élémentaire des Restanques",
        nature: 151,
        address: "33 boulevard des Restanques",
        metres: (2100.0, 940.0),
        sector: 1,
    },
    School {
        number: 9_990_011,
        name: "École maternelle du Moulin",
        nature: 101,
        address: "6 rue du Moulin",
        metres: (1680.0, 1100.0),
        sector: 1,
    },
    School {
        number: 9_990_012,
        name: "École primaire du Belvédère",
        nature: 151,
        address: "19 avenue du Belvédère",
        metres: (2380.0, 480.0),
        sector: 1,
    },
];

/// The code of a school, with its letter.
pub fn uai(school: &School) -> String {
    format!("{}{}", school.number, uai_letter(school.number))
}

/// Founds the city through the importers.
pub async fn found(app: &App) -> Result<()> {
    let scratch = tempfile::tempdir()?;
    let (register, desks) = (scratch.path().join("demonstration.csv"), scratch.path().join("desks.csv"));
    std::fs::write(&register, register_text()?)?;
    import::run(app, &[register], &import::Choice::default()).await?;
    let mut tx = app.db.write().await?;
    sectors(&mut tx).await?;
    tx.commit().await?;
    std::fs::write(&desks, DESKS)?;
    routing::import::run(app, &desks).await?;
    Ok(())
}

/// One sector has a town hall of its own; nobody holds the metropolis yet, so that this shows as well.
const DESKS: &str = "function;zone;name;mail\n\
    mairie;city:99901;Mairie de Port-Vigie, travaux;travaux@port-vigie.example.org\n\
    mairie;sector:collines;Mairie des Collines, écoles;ecoles@collines.example.org\n\
    circonscription;circonscription:port-vigie-phare;;ien.phare@example.org\n\
    circonscription;circonscription:port-vigie-collines;;\n";

fn register_text() -> Result<String> {
    let mut text = String::from(
        "\u{feff}Identifiant_de_l_etablissement;Nom_etablissement;Statut_public_prive;Adresse_1;Code_postal;Code_commune;\
         Nom_commune;Ecole_maternelle;Ecole_elementaire;Mail;nom_circonscription;latitude;longitude;\
         precision_localisation;etat;code_nature\r\n",
    );
    for school in &SCHOOLS {
        let code = uai(school);
        let (nursery, elementary) = match school.nature {
            101 => (1, 0),
            _ => (u8::from(school.name.contains("primaire")), 1),
        };
        let (lat, lon) =
            (LIGHTHOUSE.0 + school.metres.0 / 111_195.0, LIGHTHOUSE.1 + school.metres.1 / 82_180.0);
        let (precision, district) =
            (if school.number % 6 == 0 { "Rue" } else { "Numéro de rue" }, district(school));
        // The last school's register has no mailbox: its direction cannot be written to.
        let mail = if school.number == 9_990_012 {
            String::new()
        } else {
            format!("ecole.{}@example.org", code.to_lowercase())
        };
        writeln!(
            text,
            "{code};{};Public;{};99999;{CODE};{NAME};{nursery};{elementary};{mail};{district};{lat:.6};{lon:.6};{precision};OUVERT;{}\r",
            school.name, school.address, school.nature,
        )?;
    }
    Ok(text)
}

fn district(school: &School) -> &'static str {
    [
        "Circonscription d'inspection du 1er degré de Port-Vigie Phare",
        "Circonscription d'inspection du 1er degré de Port-Vigie Collines",
    ][school.sector.min(1)]
}

async fn sectors(tx: &mut Tx) -> Result<()> {
    for school in &SCHOOLS {
        let (zone, name) = SECTORS[school.sector.min(1)];
        store::ensure_zone(tx, zone, "sector", name).await?;
        store::enter_zone(tx, &uai(school), zone, 3).await?;
    }
    Ok(())
}
