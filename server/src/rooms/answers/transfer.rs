//! "It is not ours": a report changes hands at once where the rule says so (`shared::routing::transfer`), else the
//! administrator decides.

use super::form::{Whom, Wrong};
use super::telling::{self, Cause};
use super::{Desk, charge, hands};
use crate::db::Tx;
use crate::error::Result;
use crate::rooms::reports::note;
use shared::ids::{ParcelId, PlaceId};
use shared::reports::{DeskName, Event};
use shared::routing::transfer::{Handover, Named, judge};

/// A desk says who is in charge in its place; gives what the journal says of it.
pub async fn say(
    tx: &mut Tx,
    desk: &Desk<'_>,
    (place, whom): (&PlaceId, &Whom),
    id: &ParcelId,
) -> Result<Result<Event, Wrong>> {
    let (named, words) = match whom {
        Whom::Desk(to) => (charge::desk_at(tx, place, to, desk.now).await?, ""),
        Whom::Words(words) => (None, words.as_str()),
    };
    if named.is_none() && words.is_empty() {
        return Ok(Err(Wrong::new("to", "whom")));
    }
    let passed = match &named {
        Some(to) => hands::passed(tx, desk.report, &to.id).await?,
        None => 0,
    };
    let judged = named.as_ref().map(|to| Named { desk: to, itself: to.id == desk.id, passed });
    let to = named.as_ref().map(|to| DeskName { function: to.function, name: to.name.clone() });
    let event = match (judge(judged.as_ref()), &named, to) {
        (Handover::Itself, ..) => return Ok(Err(Wrong::new("to", "itself"))),
        (Handover::AtOnce, Some(named), Some(to)) => {
            hands::send_away(tx, desk.report, desk.id).await?;
            hands::decide(tx, desk.report, Some(desk.id), desk.now).await?;
            hand_over(tx, (desk.report, &named.id), (Some(desk.name.clone()), to), (id, desk.now)).await?
        }
        (_, named, to) => {
            let named = named.as_ref().map(|named| named.id.as_str());
            hands::let_wait(tx, id, (desk.report, desk.id), (named, words), desk.now).await?;
            let event = Event::TransferProposed { from: desk.name.clone(), to, words: words.to_owned() };
            note(tx, desk.report, desk.now, &event).await?;
            event
        }
    };
    Ok(Ok(event))
}

/// The desk `to` is in charge from now on, and is told with all that was said.
pub async fn hand_over(
    tx: &mut Tx,
    (report, to): (&ParcelId, &str),
    (from, name): (Option<DeskName>, DeskName),
    (id, now): (&ParcelId, shared::instant::Instant),
) -> Result<Event> {
    hands::put_in_charge(tx, report, to).await?;
    let event = Event::Transferred { from: from.clone(), to: name };
    note(tx, report, now, &event).await?;
    telling::tell(tx, (report, to), &Cause::Transfer { id: id.clone(), from }, now).await?;
    Ok(event)
}
