//! `vigie import zones`: borders of quartiers from a GeoJSON file, and which places stand in them.
//!
//! Promises: what a file names again is replaced, what it does not name stays; every place with a position stands in one
//! quartier at most. Later imports of places ask the same borders.

use super::zones::{Zone, rank};
use super::{file, first_of, json};
use crate::app::App;
use crate::rooms::places::shapes::{Shape, Shapes};
use crate::rooms::places::{bulk, store};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use shared::text::fold;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// Rows written at once; borders are long.
const BATCH: usize = 50;
/// Properties that hold a code, and a name, in the files of several cities.
const CODE: [&str; 8] =
    ["code qua", "code quartier", "code", "c qu", "c quinsee", "code iris", "insee", "id"];
const NAME: [&str; 7] = ["nom", "nom qua", "nom quartier", "libelle", "l qu", "nom iris", "name"];

/// A zone with its borders.
pub struct Bordered {
    /// The zone.
    pub zone: Zone,
    /// Coordinates of a GeoJSON MultiPolygon, as text.
    pub shape: String,
}

/// What an import did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Zones that were not known.
    pub new: usize,
    /// Zones whose name or borders changed.
    pub changed: usize,
    /// Zones already known so.
    pub unchanged: usize,
    /// Features that cannot be used: number, reason.
    pub refused: Vec<String>,
    /// Open places inside some borders.
    pub inside: usize,
    /// Of these, the ones whose position is approximate.
    pub approximate: usize,
    /// Open places with a position, but inside none.
    pub outside: usize,
    /// Open places without a position.
    pub nowhere: usize,
}

/// Reads `path` and applies it in one transaction.
pub async fn run(app: &App, path: &Path) -> Result<Summary> {
    let (owned, mut summary) = (path.to_owned(), Summary::default());
    let (read, refused) = tokio::task::spawn_blocking(move || read(&owned)).await??;
    summary.refused = refused;
    let first = || first_of(&summary.refused);
    ensure!(!read.is_empty(), "{} holds no borders{}", path.display(), first());
    let mut tx = app.db.write().await?;
    store::take(&mut tx).await?;
    let known = bulk::borders(&mut tx).await?;
    let mut news = Vec::new();
    for (id, bordered) in read {
        match known.get(&id) {
            None => summary.new += 1,
            Some((name, shape)) if *name == bordered.zone.name && *shape == bordered.shape => {
                summary.unchanged += 1;
                continue;
            }
            Some(_) => summary.changed += 1,
        }
        news.push(bordered);
    }
    let (source, now) = (file::name(path), app.clock.now());
    for part in news.chunks(BATCH) {
        bulk::draw_borders(&mut tx, part, &source, now).await?;
    }
    let shapes = Shapes::load(&mut tx).await?;
    let mut stands = Vec::new();
    for place in store::standing(&mut tx).await? {
        let Some(position) = place.position else {
            summary.nowhere += usize::from(place.open);
            continue;
        };
        let zone = shapes.locate(position).map(str::to_owned);
        let count = if zone.is_some() { &mut summary.inside } else { &mut summary.outside };
        *count += usize::from(place.open);
        summary.approximate += usize::from(place.open && place.approximate && zone.is_some());
        stands.extend(zone.map(|zone| (place.id, zone, rank::QUARTIER)));
    }
    bulk::leave_borders(&mut tx).await?;
    for part in stands.chunks(BATCH * 10) {
        let part: Vec<_> = part.iter().map(|(id, zone, rank)| (id.as_str(), zone.clone(), *rank)).collect();
        bulk::enter_zones(&mut tx, &part).await?;
    }
    tx.commit().await?;
    Ok(summary)
}

/// The zones of a file by their ids, and what was refused.
fn read(path: &Path) -> Result<(BTreeMap<String, Bordered>, Vec<String>)> {
    let (mut found, mut refused, mut number) = (BTreeMap::new(), Vec::new(), 0);
    json::features(file::open(path)?, |feature| {
        number += 1;
        match bordered(&feature) {
            Ok(bordered) if found.contains_key(&bordered.zone.id) => {
                refused.push(format!("feature {number}: {} is there twice", bordered.zone.id));
            }
            Ok(bordered) => drop(found.insert(bordered.zone.id.clone(), bordered)),
            Err(error) => refused.push(format!("feature {number}: {error:#}")),
        }
        true
    })
    .with_context(|| path.display().to_string())?;
    Ok((found, refused))
}

fn bordered(feature: &Value) -> Result<Bordered> {
    let record = json::record(feature);
    let name = record.get(&NAME).split_whitespace().collect::<Vec<_>>().join(" ");
    ensure!(!name.is_empty(), "no name ({})", NAME.join(", "));
    let code = Some(record.get(&CODE)).filter(|code| !code.is_empty()).unwrap_or(&name);
    let id = format!("quartier:{}", fold(code).replace(' ', "-"));
    let geometry = feature.get("geometry").unwrap_or(&Value::Null);
    Shape::read(&id, geometry)?;
    let coordinates = geometry.get("coordinates").unwrap_or(&Value::Null);
    let shape = match geometry.get("type").and_then(Value::as_str) {
        Some("Polygon") => format!("[{coordinates}]"),
        _ => coordinates.to_string(),
    };
    Ok(Bordered { zone: Zone { id, kind: "quartier", name, rank: rank::QUARTIER }, shape })
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { new, changed, unchanged, refused, inside, approximate, outside, nowhere } = self;
        writeln!(f, "{new} new, {changed} changed, {unchanged} unchanged, {} refused", refused.len())?;
        writeln!(
            f,
            "{inside} places stand in one ({approximate} by an approximate position), {outside} in none, \
             {nowhere} have no position"
        )?;
        refused.iter().try_for_each(|line| writeln!(f, "  refused: {line}"))
    }
}
