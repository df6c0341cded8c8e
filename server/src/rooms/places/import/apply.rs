//! Applies what was read: batch by batch, in one transaction.

use super::facts::Facts;
use super::scope::Missing;
use super::{Choice, Read, Summary, zones};
use crate::app::App;
use crate::db::Tx;
use crate::rooms::places::{bulk, shapes, store};
use crate::rooms::routing::register;
use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};
use shapes::Shapes;
use shared::instant::Instant;
use shared::routing::{Function, desk_id};
use shared::text::is_mail;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Places written at once.
const BATCH: usize = 250;

/// What every batch needs.
struct Run<'a> {
    source: &'a str,
    now: Instant,
    shapes: Shapes,
    /// Zones written already: a city has many schools.
    settled: HashSet<String>,
}

pub(super) async fn run(
    app: &App,
    read: Read,
    choice: &Choice,
    summary: &mut Summary,
    bar: &ProgressBar,
) -> Result<()> {
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    store::take(&mut tx).await?;
    let mut missing = Missing::new(&read.held, choice);
    bulk::each_open(&mut tx, |place| missing.see(place)).await?;
    for ids in missing.close(summary).chunks(BATCH) {
        bulk::close(&mut tx, ids, now).await?;
    }
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos} / {len} schools")?);
    bar.reset();
    bar.set_length(read.places.len() as u64);
    let mut run =
        Run { source: &read.source, now, shapes: Shapes::load(&mut tx).await?, settled: HashSet::new() };
    let mut places = read.places.into_values().map(|facts| *facts);
    loop {
        let batch: Vec<Facts> = places.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        let ids: Vec<&str> = batch.iter().map(|facts| facts.id.as_str()).collect();
        let known = bulk::known(&mut tx, &ids).await?;
        bar.inc(batch.len() as u64);
        let changed: Vec<Facts> =
            batch.into_iter().filter_map(|facts| news(facts, &known, summary)).collect();
        if !changed.is_empty() {
            run.write(&mut tx, &changed, &known).await?;
        }
    }
    inspections(&mut tx, &read.inspections, now).await?;
    if summary.new + summary.changed + summary.closed.len() > 0 {
        store::bump(&mut tx, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// What is new about a place, counted; nothing when it was known so.
fn news(mut facts: Facts, known: &HashMap<String, Facts>, summary: &mut Summary) -> Option<Facts> {
    let Some(before) = known.get(&facts.id) else {
        summary.new += 1;
        return Some(facts);
    };
    facts.complete(before);
    if facts == *before {
        summary.unchanged += 1;
        return None;
    }
    let named = || format!("{} {}", facts.id, facts.name);
    match (before.closed, facts.closed) {
        (false, true) => summary.closed.push(named()),
        (true, false) => summary.reopened.push(named()),
        _ => {}
    }
    summary.changed += 1;
    Some(facts)
}

impl Run<'_> {
    async fn write(&mut self, tx: &mut Tx, places: &[Facts], known: &HashMap<String, Facts>) -> Result<()> {
        bulk::upsert(tx, places, self.source, self.now).await?;
        let before: Vec<&str> =
            places.iter().map(|facts| facts.id.as_str()).filter(|id| known.contains_key(*id)).collect();
        bulk::leave_zones(tx, &before, !self.shapes.is_empty()).await?;
        let (mut zones, mut stands, mut desks) = (BTreeMap::new(), Vec::new(), Vec::new());
        for facts in places {
            for zone in zones::of(facts) {
                stands.push((facts.id.as_str(), zone.id.clone(), zone.rank));
                if self.settled.contains(&zone.id) {
                    continue;
                }
                if zone.rank != zones::rank::PLACE {
                    self.settled.insert(zone.id.clone());
                }
                desks.extend(zone.function().map(|function| (function, zone.id.clone())));
                zones.insert(zone.id.clone(), zone);
            }
            let quartier = facts.position.and_then(|position| self.shapes.locate(position));
            stands.extend(quartier.map(|zone| (facts.id.as_str(), zone.to_owned(), zones::rank::QUARTIER)));
        }
        let zones: Vec<_> = zones.into_values().collect();
        for part in zones.chunks(BATCH) {
            bulk::zones(tx, part.iter()).await?;
        }
        for part in stands.chunks(BATCH) {
            bulk::enter_zones(tx, part).await?;
        }
        for part in desks.chunks(BATCH) {
            register::desks(tx, part).await?;
        }
        let mailed = places.iter().filter(|facts| !facts.mail.is_empty());
        let boxes: Vec<_> = mailed
            .map(|facts| (desk_id(Function::Direction, &format!("place:{}", facts.id)), facts.mail.clone()))
            .collect();
        register::mailboxes(tx, &boxes, self.now).await?;
        Ok(())
    }
}

/// Gives the districts their mailboxes, from the rows that the annuaire has for inspections.
async fn inspections(tx: &mut Tx, rows: &[(String, String)], now: Instant) -> Result<()> {
    let boxes: BTreeMap<String, String> = rows
        .iter()
        .filter(|(_, mail)| is_mail(mail))
        .filter_map(|(name, mail)| Some((zones::district(name)?.id, mail.clone())))
        .map(|(zone, mail)| (desk_id(Function::Circonscription, &zone), mail))
        .collect();
    let boxes: Vec<_> = boxes.into_iter().collect();
    for part in boxes.chunks(BATCH) {
        let known = register::known_desks(tx, part).await?;
        let part: Vec<_> = part.iter().filter(|(desk, _)| known.contains(desk)).cloned().collect();
        register::mailboxes(tx, &part, now).await?;
    }
    Ok(())
}
