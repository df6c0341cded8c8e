//! New, perhaps said before, or said before: the server's judgement, and the links it leaves for a human.
//!
//! The judgement itself is `shared::reports::duplicate`; here it is given what the database knows. Words come before
//! photos, so a report is judged when it comes in, and once more when its photos are there: then only to link, since a
//! number was given and people may follow it by then.

use super::intake::{Parcel, standing};
use super::{candidates, key_hash, links, note};
use crate::app::App;
use crate::db::Tx;
use crate::db::bundle::Bundle;
use crate::error::Result;
use shared::ids::ParcelId;
use shared::instant::Instant;
use shared::reports::duplicate::{Facts, Link, Reason, Said, Verdict, judge};
use shared::reports::{Event, NewReport};

/// Judges a report that is coming in. The person's word is heard about public reports only, and a private report is
/// never put beside another, where its words would show; except by the same person, who mends what they sent.
pub async fn verdict(tx: &mut Tx, parcel: &Parcel, report: &NewReport) -> Result<Verdict> {
    let (_, private) = standing(report);
    if private {
        let own = candidates::own_private(tx, report, &key_hash(&parcel.key)).await?;
        return Ok(own.map_or(Verdict::New, |with| Verdict::Same(Link { with, why: vec![Reason::Said] })));
    }
    let mut known = candidates::find(&mut **tx, report, parcel.at).await?;
    let named = match &report.same_as {
        Some(same) => candidates::public(tx, same).await?,
        None => None,
    };
    let same_as = named.as_ref().map(|facts| facts.id.clone());
    if let Some(named) = named.filter(|named| known.iter().all(|facts| facts.id != named.id)) {
        known.push(named);
    }
    let draft = draft(tx, &parcel.id, report, parcel.at).await?;
    if !draft.looks.is_empty() {
        candidates::look_at(tx, &mut known).await?;
    }
    let said = Said { same_as: same_as.as_ref(), unlike: &report.unlike };
    with_all_voices(tx, &draft, said, &mut known).await
}

async fn draft(tx: &mut Tx, id: &ParcelId, report: &NewReport, at: Instant) -> Result<Facts> {
    Ok(Facts {
        id: id.clone(),
        place: Some(report.place.clone()),
        position: report.position,
        category: report.category.clone(),
        words: [&report.description, " ", &report.spot].concat(),
        at,
        closed_at: None,
        looks: candidates::looks(tx, &report.photos).await?,
    })
}

/// Whoever would be joined is heard with all who joined it already: what none of them contradicts.
async fn with_all_voices(tx: &mut Tx, draft: &Facts, said: Said<'_>, known: &mut [Facts]) -> Result<Verdict> {
    let mut heard = Vec::new();
    loop {
        let verdict = judge(draft, said, &*known);
        let Verdict::Same(link) = &verdict else { return Ok(verdict) };
        if link.why == [Reason::Said] || heard.contains(&link.with) {
            return Ok(verdict);
        }
        let voices = candidates::said_under(tx, &link.with).await?;
        if let Some(main) = known.iter_mut().find(|facts| facts.id == link.with) {
            main.words = [main.words.clone()].into_iter().chain(voices).collect::<Vec<_>>().join(" ");
        }
        heard.push(link.with.clone());
    }
}

/// What the journal of a report that is coming in says of those it may be the same as.
pub async fn resembles(tx: &mut Tx, found: &[Link]) -> Result<Vec<Event>> {
    let numbers = links::numbers(tx, found.iter().map(|link| &link.with)).await?;
    let event = |link: &Link| {
        let (_, number) = numbers.iter().find(|(id, _)| *id == link.with.as_str())?;
        Some(Event::Resembles { number: *number, why: link.why.clone() })
    };
    Ok(found.iter().filter_map(event).collect())
}

/// Links a report that is being written with those it may be the same as.
pub fn add_links(writes: &mut Bundle, report: &ParcelId, found: &[Link], at: Instant) -> Result<()> {
    for Link { with, why } in found {
        links::add(writes, report, with, &serde_json::to_string(why)?, at);
    }
    Ok(())
}

/// Links `report` with those it may be the same as, and says so in its journal. Repeating it is harmless.
pub async fn link(tx: &mut Tx, report: &ParcelId, found: &[Link], at: Instant) -> Result<()> {
    for Link { with, why } in found {
        if !links::insert(tx, report, with, &serde_json::to_string(why)?, at).await? {
            continue;
        }
        if let Some(number) = links::number(tx, with).await? {
            note(tx, report, at, &Event::Resembles { number, why: why.clone() }).await?;
        }
    }
    Ok(())
}

/// The photos of a report that stands alone have come: who looks alike is linked.
pub async fn look_again(app: &App, id: &ParcelId) -> Result<()> {
    let found = look(app, id).await?;
    if !found.is_empty() {
        let mut tx = app.db.write().await?;
        link(&mut tx, id, &found, app.clock.now()).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The reports whose photos look like those of `id`, as far as all else lets them be the same. Reads only.
async fn look(app: &App, id: &ParcelId) -> Result<Vec<Link>> {
    let mut tx = app.db.snapshot().await?;
    let Some((report, at)) = candidates::standing(&mut tx, id).await? else { return Ok(vec![]) };
    let draft = draft(&mut tx, id, &report, at).await?;
    if draft.looks.is_empty() {
        return Ok(vec![]);
    }
    let mut known = candidates::find(&mut *tx, &report, at).await?;
    candidates::look_at(&mut tx, &mut known).await?;
    let found = match judge(&draft, Said::default(), &known) {
        Verdict::New => vec![],
        Verdict::Same(link) => vec![link],
        Verdict::Perhaps(found) => found,
    };
    Ok(found.into_iter().filter(|link| link.why.contains(&Reason::AlikePhoto)).collect())
}
