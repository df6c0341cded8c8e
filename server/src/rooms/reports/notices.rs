//! The SQL of notices: one message to one mailbox of a desk about one report, the first or a relance, and what became of
//! it.
//!
//! The journal tells of a desk once; what one of its mailboxes refused stays here, and in `vigie doctor`.

use crate::db::Tx;
use crate::db::bundle::Bundle;
use shared::ids::ParcelId;
use shared::instant::Instant;
use sqlx::{AnyPool, Row};

/// Mailboxes of a desk that refuse what is sent to them.
pub struct Refused {
    /// The desk.
    pub desk: String,
    /// How many messages.
    pub count: i64,
    /// What the mail server said last, as a code.
    pub reason: String,
}

/// One message about a report, to however many.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The report.
    pub report: &'a ParcelId,
    /// The number of the relance; 0 the first message.
    pub relance: i64,
}

/// Opens a notice for each mailbox that the desk holds at `at` and that has none; which mailboxes these are.
pub async fn open(
    tx: &mut Tx,
    about: About<'_>,
    (desk, in_copy): (&str, bool),
    at: Instant,
) -> sqlx::Result<Vec<String>> {
    let opened = sqlx::query_scalar(
        "INSERT INTO notices (report_id, mailbox_id, desk_id, relance, in_copy)
         SELECT CAST($1 AS TEXT), m.id, m.desk_id, $3, $4 FROM mailboxes m
         WHERE m.desk_id = $2 AND m.from_at <= $5 AND (m.until_at IS NULL OR m.until_at > $5) ORDER BY m.mail, m.id
         ON CONFLICT (report_id, mailbox_id, relance) DO NOTHING RETURNING mailbox_id",
    );
    let opened = opened.bind(about.report.as_str()).bind(desk).bind(about.relance);
    opened.bind(i16::from(in_copy)).bind(at.0).fetch_all(&mut **tx).await
}

/// Opens the first notice of a report that is being written, for one mailbox of a desk.
pub fn add(writes: &mut Bundle, report: &ParcelId, (desk, mailbox): (&str, &str)) {
    let open = writes.add(
        "INSERT INTO notices (report_id, mailbox_id, desk_id, relance, in_copy) VALUES ($1, $2, $3, 0, 0)",
    );
    open.bind(report.as_str()).bind(mailbox).bind(desk);
}

/// Takes a notice back that did not leave: its mailbox is no more.
pub async fn take_back(tx: &mut Tx, about: About<'_>, mailbox: &str) -> sqlx::Result<()> {
    let sql =
        "DELETE FROM notices WHERE report_id = $1 AND mailbox_id = $2 AND relance = $3 AND sent_at IS NULL";
    let taken = sqlx::query(sql).bind(about.report.as_str()).bind(mailbox).bind(about.relance);
    taken.execute(&mut **tx).await?;
    Ok(())
}

/// Forgets that the first messages about `report` left: their mailboxes are to be written to once more. The journal remembers.
pub async fn forget_sent(tx: &mut Tx, report: &ParcelId) -> sqlx::Result<()> {
    sqlx::query("DELETE FROM notices WHERE report_id = $1 AND relance = 0 AND sent_at IS NOT NULL")
        .bind(report.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Whether a message about `report` left for one of the desk's mailboxes.
pub async fn left(tx: &mut Tx, about: About<'_>, desk: &str) -> sqlx::Result<bool> {
    let count: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM notices WHERE report_id = $1 AND desk_id = $2 AND relance = $3 AND sent_at IS NOT NULL",
    )
    .bind(about.report.as_str())
    .bind(desk)
    .bind(about.relance)
    .fetch_one(&mut **tx)
    .await?;
    Ok(count > 0)
}

/// Writes down that a message left.
pub async fn sent(tx: &mut Tx, about: About<'_>, mailbox: &str, at: Instant) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE notices SET sent_at = $3, refused_at = NULL, reason = NULL
         WHERE report_id = $1 AND mailbox_id = $2 AND relance = $4",
    )
    .bind(about.report.as_str())
    .bind(mailbox)
    .bind(at.0)
    .bind(about.relance)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes down that a mailbox refused the message for good; false when it had before.
pub async fn refuse(
    tx: &mut Tx,
    about: About<'_>,
    mailbox: &str,
    at: Instant,
    reason: &str,
) -> sqlx::Result<bool> {
    let refused = sqlx::query(
        "UPDATE notices SET refused_at = $3, reason = $4
         WHERE report_id = $1 AND mailbox_id = $2 AND relance = $5 AND refused_at IS NULL AND sent_at IS NULL",
    );
    let refused =
        refused.bind(about.report.as_str()).bind(mailbox).bind(at.0).bind(reason).bind(about.relance);
    Ok(refused.execute(&mut **tx).await?.rows_affected() == 1)
}

/// Whether every mailbox of the desk refused the message.
pub async fn all_refused(tx: &mut Tx, about: About<'_>, desk: &str) -> sqlx::Result<bool> {
    let others: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM notices WHERE report_id = $1 AND desk_id = $2 AND relance = $3 AND refused_at IS NULL",
    )
    .bind(about.report.as_str())
    .bind(desk)
    .bind(about.relance)
    .fetch_one(&mut **tx)
    .await?;
    Ok(others == 0)
}

/// Desks of which a mailbox refuses messages today.
pub async fn refused(db: &AnyPool) -> sqlx::Result<Vec<Refused>> {
    let rows = sqlx::query(
        "SELECT desk_id, COUNT(*) AS count, MAX(reason) AS reason FROM notices WHERE refused_at IS NOT NULL
         GROUP BY desk_id ORDER BY desk_id",
    );
    let refused = |row: &sqlx::any::AnyRow| {
        Ok(Refused {
            desk: row.try_get("desk_id")?,
            count: row.try_get("count")?,
            reason: row.try_get("reason")?,
        })
    };
    rows.fetch_all(db).await?.iter().map(refused).collect()
}
