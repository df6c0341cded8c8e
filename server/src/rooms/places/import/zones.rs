//! What follows from a place's facts: the zones it stands in, and the desks that these have by nature.

use super::facts::Facts;
use crate::app::App;
use crate::db::Tx;
use crate::rooms::places::store;
use crate::rooms::routing::store as routing;
use anyhow::Result;
use shared::instant::Instant;
use shared::routing::Function;
use shared::text::fold;

/// How far out a zone is: the nearest desk of a function wins.
mod rank {
    pub const PLACE: i16 = 0;
    pub const ARRONDISSEMENT: i16 = 2;
    pub const CIRCONSCRIPTION: i16 = 4;
    pub const CITY: i16 = 5;
}

/// Mailboxes that come from the register are replaced by the register.
const SOURCE: &str = "register";

/// Cities of arrondissements (code officiel géographique, INSEE): first and last arrondissement, city, name.
const ARRONDISSEMENTS: [(u32, u32, u32, &str); 3] =
    [(13201, 13216, 13055, "Marseille"), (69381, 69389, 69123, "Lyon"), (75101, 75120, 75056, "Paris")];

/// Puts a place into its zones and gives these their desks.
pub async fn settle(tx: &mut Tx, facts: &Facts, now: Instant) -> Result<()> {
    let own = format!("place:{}", facts.id);
    enter(tx, facts, &Zone { id: &own, kind: "place", name: &facts.name, rank: rank::PLACE }).await?;
    let direction = routing::ensure_desk(tx, Function::Direction, &own, "").await?;
    if !facts.mail.is_empty() {
        routing::set_mailbox(tx, &direction, &facts.mail, SOURCE, now).await?;
    }
    let city = city(facts);
    if let Some(arrondissement) = &city.arrondissement {
        let zone = Zone {
            id: arrondissement,
            kind: "arrondissement",
            name: &facts.city,
            rank: rank::ARRONDISSEMENT,
        };
        enter(tx, facts, &zone).await?;
    }
    enter(tx, facts, &Zone { id: &city.id, kind: "city", name: &city.name, rank: rank::CITY }).await?;
    routing::ensure_desk(tx, Function::Mairie, &city.id, "").await?;
    if let Some((id, name)) = district(&facts.circonscription) {
        enter(
            tx,
            facts,
            &Zone { id: &id, kind: "circonscription", name: &name, rank: rank::CIRCONSCRIPTION },
        )
        .await?;
        routing::ensure_desk(tx, Function::Circonscription, &id, "").await?;
    }
    Ok(())
}

/// Gives the districts their mailboxes, from the rows that the annuaire has for inspections.
pub async fn inspections(app: &App, rows: &[(String, String)]) -> Result<()> {
    let mut tx = app.db.write().await?;
    for (name, mail) in rows {
        let Some((id, _)) = district(name) else { continue };
        let desk = format!("{}@{id}", Function::Circonscription.as_str());
        let known: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM desks WHERE id = $1")
            .bind(&desk)
            .fetch_one(&mut *tx)
            .await?;
        if known > 0 && shared::text::is_mail(mail) {
            routing::set_mailbox(&mut tx, &desk, mail, SOURCE, app.clock.now()).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

struct Zone<'a> {
    id: &'a str,
    kind: &'a str,
    name: &'a str,
    rank: i16,
}

async fn enter(tx: &mut Tx, facts: &Facts, zone: &Zone<'_>) -> Result<()> {
    store::ensure_zone(tx, zone.id, zone.kind, zone.name).await?;
    store::leave_zones(tx, &facts.id, zone.kind).await?;
    store::enter_zone(tx, &facts.id, zone.id, zone.rank).await?;
    Ok(())
}

struct City {
    id: String,
    name: String,
    arrondissement: Option<String>,
}

fn city(facts: &Facts) -> City {
    let code: Option<u32> = facts.city_code.parse().ok();
    let whole = ARRONDISSEMENTS
        .into_iter()
        .find(|(first, last, ..)| code.is_some_and(|code| (*first..=*last).contains(&code)));
    match whole {
        Some((_, _, city, name)) => City {
            id: format!("city:{city}"),
            name: name.to_owned(),
            arrondissement: Some(format!("arrondissement:{}", facts.city_code)),
        },
        None if facts.city_code.is_empty() => {
            City { id: format!("city:{}", slug(&facts.city)), name: facts.city.clone(), arrondissement: None }
        }
        None => {
            City { id: format!("city:{}", facts.city_code), name: facts.city.clone(), arrondissement: None }
        }
    }
}

/// Zone id and short name of a district. The register writes "Circonscription d'inspection du 1er degré de X" in half a
/// dozen ways, from year to year and from one academy to the next; X is what they share.
fn district(written: &str) -> Option<(String, String)> {
    let long = fold(written).starts_with("circonscription");
    let after = |word: &str| written.to_lowercase().find(word).and_then(|at| written.get(at + word.len()..));
    let mut short = after("degré").or_else(|| after("degre")).filter(|_| long).unwrap_or(written).trim();
    for link in ["de ", "d'", "d’", "du "] {
        short = if long { short.strip_prefix(link).unwrap_or(short) } else { short };
    }
    let id = slug(short);
    (!id.is_empty()).then(|| (format!("circonscription:{id}"), short.trim().to_owned()))
}

fn slug(text: &str) -> String {
    fold(text).replace(' ', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_district_has_one_name_in_every_file() {
        let expected =
            Some(("circonscription:marseille-13-longchamp".to_owned(), "Marseille 13 longchamp".to_owned()));
        assert_eq!(district("Circonscription d'inspection du 1er degré de Marseille 13 longchamp"), expected);
        assert_eq!(district("Marseille 13 longchamp"), expected);
        let aix =
            district("Circonscription d'inspection du 1er degré d'Aix-en-Provence sud").map(|(id, _)| id);
        assert_eq!(aix.as_deref(), Some("circonscription:aix-en-provence-sud"));
        let gap = district("CIRCONSCRIPTION D'INSPECTION 1ER DEGRE GAP-EMBRUN").map(|(id, _)| id);
        assert_eq!(gap.as_deref(), Some("circonscription:gap-embrun"));
        assert_eq!(district(" "), None);
    }
}
