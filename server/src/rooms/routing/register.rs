//! What the official register says of desks and their mailboxes, many at once. What it gave, it replaces; what operators
//! gave stays.

use crate::db::{Tx, rows};
use crate::edges::ids;
use shared::instant::Instant;
use shared::routing::{Function, desk_id};
use sqlx::AssertSqlSafe;
use std::collections::HashSet;

/// Mailboxes that come from the register.
const SOURCE: &str = "register";

/// Makes sure that each function has a desk in its zone.
pub async fn desks(tx: &mut Tx, desks: &[(Function, String)]) -> sqlx::Result<()> {
    let text = format!(
        "INSERT INTO desks (id, function, zone_id, name) VALUES {} ON CONFLICT (id) DO NOTHING",
        rows(desks.len(), 4)
    );
    let mut query = sqlx::query(AssertSqlSafe(text));
    for (function, zone) in desks {
        query = query.bind(desk_id(*function, zone)).bind(function.as_str()).bind(zone).bind("");
    }
    query.execute(&mut **tx).await?;
    Ok(())
}

/// Of these desks, the ones that exist.
pub async fn known_desks(tx: &mut Tx, desks: &[(String, String)]) -> sqlx::Result<HashSet<String>> {
    let text = format!("SELECT id FROM desks WHERE id IN {}", rows(1, desks.len()));
    let mut query = sqlx::query_scalar(AssertSqlSafe(text));
    for (desk, _) in desks {
        query = query.bind(desk);
    }
    Ok(query.fetch_all(&mut **tx).await?.into_iter().collect())
}

/// Makes each mail address its desk's one open mailbox of the register; another is closed today.
pub async fn mailboxes(tx: &mut Tx, boxes: &[(String, String)], now: Instant) -> sqlx::Result<()> {
    if boxes.is_empty() {
        return Ok(());
    }
    let text = format!(
        "SELECT desk_id, mail, source FROM mailboxes WHERE until_at IS NULL AND desk_id IN {}",
        rows(1, boxes.len())
    );
    let mut query = sqlx::query_as(AssertSqlSafe(text));
    for (desk, _) in boxes {
        query = query.bind(desk);
    }
    let open: Vec<(String, String, String)> = query.fetch_all(&mut **tx).await?;
    let wanted: HashSet<(&str, &str)> =
        boxes.iter().map(|(desk, mail)| (desk.as_str(), mail.as_str())).collect();
    let stale = |(desk, mail, source): &&(String, String, String)| {
        source == SOURCE && !wanted.contains(&(desk.as_str(), mail.as_str()))
    };
    for (desk, mail, _) in open.iter().filter(stale) {
        sqlx::query(
            "UPDATE mailboxes SET until_at = $3 WHERE desk_id = $1 AND mail = $2 AND until_at IS NULL",
        )
        .bind(desk)
        .bind(mail)
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    }
    let open: HashSet<(&str, &str)> =
        open.iter().map(|(desk, mail, _)| (desk.as_str(), mail.as_str())).collect();
    let new: Vec<_> = wanted.difference(&open).copied().collect();
    insert(tx, &new, now).await
}

async fn insert(tx: &mut Tx, boxes: &[(&str, &str)], now: Instant) -> sqlx::Result<()> {
    if boxes.is_empty() {
        return Ok(());
    }
    let text =
        format!("INSERT INTO mailboxes (id, desk_id, mail, source, from_at) VALUES {}", rows(boxes.len(), 5));
    let mut query = sqlx::query(AssertSqlSafe(text));
    for (desk, mail) in boxes {
        query = query.bind(ids::id(now).as_str().to_owned()).bind(*desk).bind(*mail).bind(SOURCE).bind(now.0);
    }
    query.execute(&mut **tx).await?;
    Ok(())
}
