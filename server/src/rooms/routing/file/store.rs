//! The SQL of the file: all of it out, and what changes of it in.

use super::read::order;
use super::{Changes, Desk, Known, Routing, Term};
use crate::db::Tx;
use crate::edges::ids;
use crate::rooms::routing::store;
use jiff::tz::TimeZone;
use shared::instant::Instant;
use shared::routing::{Function, desk_id};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};
use std::collections::BTreeMap;

/// A kind of term: its table and its column of names.
#[derive(Clone, Copy)]
enum Terms {
    Holders,
    Mailboxes,
}

/// Everything.
pub async fn load(db: &mut AnyConnection) -> sqlx::Result<Routing> {
    let mut rules = store::rules(&mut *db).await?;
    rules.sort_by_key(order);
    let (mut holders, mut mailboxes) =
        (by_desk(db, Terms::Holders, None).await?, by_desk(db, Terms::Mailboxes, None).await?);
    let rows = sqlx::query("SELECT id, function, zone_id, name FROM desks").fetch_all(db).await?;
    let mut desks = Vec::with_capacity(rows.len());
    for row in rows {
        let id: &str = row.try_get("id")?;
        let word: &str = row.try_get("function")?;
        let function = Function::parse(word)
            .ok_or_else(|| sqlx::Error::Decode(format!("unknown function {word}").into()))?;
        desks.push(Desk {
            function,
            zone: row.try_get("zone_id")?,
            name: row.try_get("name")?,
            holders: plain(holders.remove(id)),
            mailboxes: plain(mailboxes.remove(id)),
        });
    }
    desks.sort_by(|a, b| (a.function, &a.zone).cmp(&(b.function, &b.zone)));
    Ok(Routing { rules: Some(rules), desks })
}

fn plain(terms: Option<Vec<(String, Term)>>) -> Vec<Term> {
    let mut terms: Vec<Term> = terms.unwrap_or_default().into_iter().map(|(_, term)| term).collect();
    terms.sort();
    terms
}

/// What a file may refer to.
pub async fn known(db: &mut AnyConnection, time_zone: &TimeZone) -> sqlx::Result<Known> {
    let zones: Vec<String> = sqlx::query_scalar("SELECT id FROM zones").fetch_all(&mut *db).await?;
    let desks: Vec<String> = sqlx::query_scalar("SELECT id FROM desks").fetch_all(db).await?;
    let time_zone = time_zone.clone();
    Ok(Known { time_zone, zones: zones.into_iter().collect(), desks: desks.into_iter().collect() })
}

/// What zones of desks are called.
pub async fn zone_names(db: &mut AnyConnection) -> sqlx::Result<BTreeMap<String, String>> {
    let named: Vec<(String, String)> =
        sqlx::query_as("SELECT DISTINCT z.id, z.name FROM zones z JOIN desks d ON d.zone_id = z.id")
            .fetch_all(db)
            .await?;
    Ok(named.into_iter().collect())
}

/// Makes what is known what the file says; counts what that changed.
pub async fn apply(tx: &mut Tx, routing: &Routing, now: Instant) -> sqlx::Result<Changes> {
    let mut changes = Changes::default();
    for desk in &routing.desks {
        let id = desk_id(desk.function, &desk.zone);
        let named = sqlx::query(
            "INSERT INTO desks (id, function, zone_id, name) VALUES ($1, $2, $3, $4)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name WHERE excluded.name <> desks.name",
        );
        let named = named.bind(&id).bind(desk.function.as_str()).bind(&desk.zone).bind(&desk.name);
        changes.desks += named.execute(&mut **tx).await?.rows_affected();
        changes.holders += settle(tx, Terms::Holders, &id, &desk.holders, now).await?;
        changes.mailboxes += settle(tx, Terms::Mailboxes, &id, &desk.mailboxes, now).await?;
    }
    if let Some(rules) = &routing.rules {
        let mut before = store::rules(&mut **tx).await?;
        before.sort_by_key(order);
        if before != *rules {
            let same = rules.iter().filter(|rule| before.contains(rule)).count();
            changes.rules = u64::try_from(before.len().max(rules.len()) - same).unwrap_or(0);
            store::delete_rules(tx).await?;
            for rule in rules {
                store::insert_rule(tx, rule, || ids::id(now).into()).await?;
            }
        }
    }
    Ok(changes)
}

/// Gives a desk exactly these terms. One whose end alone changes stays the same row: mails that wait for it go on.
async fn settle(tx: &mut Tx, which: Terms, desk: &str, terms: &[Term], now: Instant) -> sqlx::Result<u64> {
    let mut changed = 0;
    let mut known = by_desk(&mut *tx, which, Some(desk)).await?.remove(desk).unwrap_or_default();
    for term in terms {
        match known.iter().position(|(_, old)| (&old.who, old.from) == (&term.who, term.from)) {
            Some(at) => {
                let (id, old) = known.swap_remove(at);
                if old != *term {
                    changed += 1;
                    write(tx, which, (desk, &id), term).await?;
                }
            }
            None => {
                changed += 1;
                write(tx, which, (desk, ids::id(now).as_str()), term).await?;
            }
        }
    }
    for (id, _) in known {
        changed += 1;
        let gone = match which {
            Terms::Holders => "DELETE FROM holders WHERE id = $1",
            Terms::Mailboxes => "DELETE FROM mailboxes WHERE id = $1",
        };
        sqlx::query(gone).bind(id).execute(&mut **tx).await?;
    }
    Ok(changed)
}

async fn write(tx: &mut Tx, which: Terms, (desk, id): (&str, &str), term: &Term) -> sqlx::Result<()> {
    let query = match which {
        Terms::Holders => sqlx::query(
            "INSERT INTO holders (id, desk_id, name, from_at, until_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (id) DO UPDATE SET until_at = excluded.until_at",
        ),
        Terms::Mailboxes => sqlx::query(
            "INSERT INTO mailboxes (id, desk_id, mail, from_at, until_at, source) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (id) DO UPDATE SET until_at = excluded.until_at, source = excluded.source",
        ),
    };
    let query =
        query.bind(id).bind(desk).bind(&term.who).bind(term.from.0).bind(term.until.map(|until| until.0));
    let query = match which {
        Terms::Holders => query,
        Terms::Mailboxes => query.bind(&term.source),
    };
    query.execute(&mut **tx).await?;
    Ok(())
}

/// Terms with their ids, by desk; of one desk or of all.
async fn by_desk(
    db: &mut AnyConnection,
    which: Terms,
    desk: Option<&str>,
) -> sqlx::Result<BTreeMap<String, Vec<(String, Term)>>> {
    let query = match which {
        Terms::Holders => {
            "SELECT id, desk_id, name AS who, from_at, until_at, '' AS source FROM holders
             WHERE CAST($1 AS TEXT) IS NULL OR desk_id = $1"
        }
        Terms::Mailboxes => {
            "SELECT id, desk_id, mail AS who, from_at, until_at, source FROM mailboxes
             WHERE CAST($1 AS TEXT) IS NULL OR desk_id = $1"
        }
    };
    let mut found: BTreeMap<String, Vec<(String, Term)>> = BTreeMap::new();
    for row in sqlx::query(query).bind(desk).fetch_all(db).await? {
        found.entry(row.try_get("desk_id")?).or_default().push((row.try_get("id")?, term(&row)?));
    }
    Ok(found)
}

fn term(row: &AnyRow) -> sqlx::Result<Term> {
    Ok(Term {
        who: row.try_get("who")?,
        from: Instant(row.try_get("from_at")?),
        until: row.try_get::<Option<i64>, _>("until_at")?.map(Instant),
        source: row.try_get("source")?,
    })
}
