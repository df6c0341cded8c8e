//! Writes of which nothing is read, in one exchange with the database instead of one each: an exchange costs more than
//! most of what it asks for.
//!
//! On SQLite they are the statements of one text. PostgreSQL takes one statement with values at a time: there they are the
//! parts of one `WITH` (data-modifying, PostgreSQL 7.8.2), and see the database as it was before all of them. So none may
//! need what another of its bundle writes, save by a foreign key, which is looked at when all is written.

use super::{Engine, Tx};
use sqlx::any::AnyArguments;
use sqlx::error::BoxDynError;
use sqlx::{Any, Arguments, AssertSqlSafe, Encode, Type};
use std::fmt::Write as _;

/// Writes being put together, in the dialect of all our SQL.
#[derive(Default)]
pub struct Bundle {
    statements: Vec<String>,
    values: AnyArguments,
    wrong: Option<BoxDynError>,
}

/// A statement whose values are being given, in order.
pub struct Statement<'b>(&'b mut Bundle);

impl Bundle {
    /// One more `INSERT`, `UPDATE` or `DELETE`, its values `$1`, `$2`… to be bound next.
    pub fn add(&mut self, sql: &str) -> Statement<'_> {
        let moved = moved(sql, self.values.len());
        self.statements.push(moved);
        Statement(self)
    }

    /// Sends what was added, and is empty again.
    ///
    /// # Errors
    /// The database's; none of it may be true then, or all of it.
    pub async fn run(&mut self, tx: &mut Tx) -> sqlx::Result<()> {
        let Self { statements, values, wrong } = std::mem::take(self);
        if let Some(error) = wrong {
            return Err(sqlx::Error::Encode(error));
        }
        let text = match tx.engine {
            _ if statements.is_empty() => return Ok(()),
            Engine::Sqlite => statements.join(";\n"),
            Engine::Postgres => with(&statements),
        };
        sqlx::query_with(AssertSqlSafe(text), values).execute(&mut **tx).await?;
        Ok(())
    }
}

impl Statement<'_> {
    /// The next value.
    pub fn bind<'q>(self, value: impl Encode<'q, Any> + Type<Any>) -> Self {
        if let Err(error) = self.0.values.add(value) {
            self.0.wrong = Some(error);
        }
        self
    }
}

/// The statement with its values numbered on from `by`.
fn moved(sql: &str, by: usize) -> String {
    let mut parts = sql.split('$');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, rest) = part.split_at(digits);
        let _ = write!(text, "${}{rest}", number.parse::<usize>().unwrap_or_default() + by);
    }
    text
}

fn with(statements: &[String]) -> String {
    let Some((last, before)) = statements.split_last() else { return String::new() };
    let mut text = String::new();
    for (number, statement) in before.iter().enumerate() {
        text.push_str(if number == 0 { "WITH " } else { ", " });
        let _ = write!(text, "w{number} AS ({statement})");
    }
    if !before.is_empty() {
        text.push(' ');
    }
    text + last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered_through_all_statements() {
        let mut bundle = Bundle::default();
        bundle.add("INSERT INTO a VALUES ($1, $2, $1)").bind(1_i64).bind("two");
        bundle.add("UPDATE b SET c = $2 WHERE d = $1").bind("three").bind(4_i64);
        assert_eq!(bundle.statements[1], "UPDATE b SET c = $4 WHERE d = $3");
        assert_eq!(
            with(&bundle.statements),
            "WITH w0 AS (INSERT INTO a VALUES ($1, $2, $1)) UPDATE b SET c = $4 WHERE d = $3"
        );
        assert_eq!(bundle.values.len(), 4);
    }
}
