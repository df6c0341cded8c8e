//! Who is told. Owns rules, desks and mailboxes; the judgement itself is `shared::routing`.

pub mod import;
pub mod store;

use crate::app::App;
use crate::db::Tx;
use crate::edges::ids;
use anyhow::Result;
use shared::ids::PlaceId;
use shared::instant::Instant;
use shared::places::DeskView;
use shared::routing::{Choice, Desk, choose, default_rules, functions};

/// Gives a city without rules the default ones (DOMAIN 3).
pub async fn seed(app: &App) -> Result<()> {
    let mut tx = app.db.write().await?;
    if store::rules(&mut *tx).await?.is_empty() {
        for rule in default_rules() {
            let id = ids::id(app.clock.now());
            store::insert_rule(&mut tx, id.as_str(), &rule).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

/// The desks in charge of a report of `category` at `place`, one line per function the rules name.
pub async fn route(
    tx: &mut Tx,
    place: &PlaceId,
    category: Option<&str>,
    now: Instant,
) -> Result<Vec<Choice>> {
    let rules = store::rules(&mut **tx).await?;
    let desks = store::desks_of(&mut **tx, place, now).await?;
    Ok(choose(&functions(&rules, category), &desks))
}

/// Who is in charge today of a report of `category` at `place`, as the public sees it.
pub async fn in_charge(app: &App, place: &PlaceId, category: Option<&str>) -> Result<Vec<DeskView>> {
    let rules = store::rules(app.db.read()).await?;
    let desks = store::desks_of(app.db.read(), place, app.clock.now()).await?;
    Ok(choose(&functions(&rules, category), &desks).iter().map(view).collect())
}

/// A choice as the public sees it.
pub fn view(choice: &Choice) -> DeskView {
    let name = choice.desk.as_ref().map(|desk| desk.name.clone()).unwrap_or_default();
    DeskView {
        function: choice.function,
        name,
        has_mailbox: choice.desk.as_ref().is_some_and(|desk| desk.has_mailbox),
    }
}

/// The nearest desk of each function in charge of `place`, for its page.
pub async fn desks(app: &App, place: &PlaceId) -> Result<Vec<DeskView>> {
    let known = store::desks_of(app.db.read(), place, app.clock.now()).await?;
    let has = |function| known.iter().any(|desk: &Desk| desk.function == function);
    let held: Vec<_> = shared::routing::Function::ALL.into_iter().filter(|function| has(*function)).collect();
    Ok(choose(&held, &known).iter().map(view).collect())
}
