//! Tables as JSON lines: first what the columns are, then a line for each row. Knows no room: whatever tables there are
//! are written and read, by the four types that the dialect has.

use crate::db::{Engine, Tx};
use anyhow::{Context, Result, bail, ensure};
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};
use std::collections::BTreeMap;
use std::io::{BufRead, BufWriter, Write};

/// Its rows are about pieces that no backup keeps.
const NOT_KEPT: [&str; 1] = ["uploads"];

/// A type of the dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Text,
    Whole,
    /// Written as text, which keeps every bit.
    Real,
}

/// A table and its columns.
#[derive(Debug, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    columns: Vec<(String, Kind)>,
}

/// Every table that is ours and kept, by name.
pub async fn all(tx: &mut Tx, engine: Engine) -> Result<Vec<Table>> {
    let sql = match engine {
        Engine::Sqlite => {
            "SELECT t.name AS table_name, c.name AS column_name, c.type AS data_type
             FROM sqlite_master t JOIN pragma_table_info(t.name) c
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' ORDER BY t.name, c.cid"
        }
        Engine::Postgres => {
            "SELECT CAST(c.table_name AS TEXT) AS table_name, CAST(c.column_name AS TEXT) AS column_name,
                    CAST(c.data_type AS TEXT) AS data_type
             FROM information_schema.columns c JOIN information_schema.tables t
               ON t.table_schema = c.table_schema AND t.table_name = c.table_name
             WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'
             ORDER BY c.table_name, c.ordinal_position"
        }
    };
    let mut tables: BTreeMap<String, Vec<(String, Kind)>> = BTreeMap::new();
    for row in sqlx::query(sql).fetch_all(&mut **tx).await? {
        let (name, column): (String, String) = (row.try_get("table_name")?, row.try_get("column_name")?);
        if name == "_sqlx_migrations" || NOT_KEPT.contains(&name.as_str()) {
            continue;
        }
        let kind = match row.try_get::<String, _>("data_type")?.to_lowercase().as_str() {
            "text" => Kind::Text,
            "bigint" | "smallint" => Kind::Whole,
            "double precision" => Kind::Real,
            other => bail!("{name}.{column} is of the type {other}, which backups do not know"),
        };
        tables.entry(name).or_default().push((column, kind));
    }
    Ok(tables.into_iter().map(|(name, columns)| Table { name, columns }).collect())
}

/// Writes the rows of `table`.
pub async fn dump(tx: &mut Tx, table: &Table, to: impl Write) -> Result<()> {
    let mut to = BufWriter::new(to);
    serde_json::to_writer(&mut to, table)?;
    let column = |(name, kind): &(String, Kind)| match kind {
        // One type for whole numbers, however wide the column is.
        Kind::Whole => format!("CAST(\"{name}\" AS BIGINT)"),
        _ => format!("\"{name}\""),
    };
    let columns: Vec<_> = table.columns.iter().map(column).collect();
    let sql = format!("SELECT {} FROM \"{}\"", columns.join(", "), table.name);
    let mut rows = sqlx::query(AssertSqlSafe(sql)).fetch(&mut **tx);
    while let Some(row) = rows.try_next().await? {
        to.write_all(b"\n")?;
        serde_json::to_writer(&mut to, &values(&row, table)?)?;
    }
    Ok(to.flush()?)
}

fn values(row: &AnyRow, table: &Table) -> Result<Vec<Value>> {
    let value = |(at, (_, kind)): (usize, &(String, Kind))| {
        Ok(match kind {
            Kind::Text => row.try_get::<Option<String>, _>(at)?.into(),
            Kind::Whole => row.try_get::<Option<i64>, _>(at)?.into(),
            Kind::Real => row.try_get::<Option<f64>, _>(at)?.map(|number| number.to_string()).into(),
        })
    };
    table.columns.iter().enumerate().map(value).collect()
}

/// Reads what [`dump`] wrote into the table `name`, which is there and empty.
pub async fn load(connection: &mut AnyConnection, name: &str, from: impl BufRead) -> Result<u64> {
    let mut lines = from.lines();
    let first = lines.next().context("a table is empty")??;
    let table: Table = serde_json::from_str(&first).with_context(|| format!("the columns of {name}"))?;
    ensure!(
        table.name == name && table.columns.iter().all(|(column, _)| is_plain(column)),
        "{name} is not itself"
    );
    let columns: Vec<_> = table.columns.iter().map(|(column, _)| format!("\"{column}\"")).collect();
    let places: Vec<_> = (1..=columns.len()).map(|n| format!("${n}")).collect();
    let sql = format!("INSERT INTO \"{name}\" ({}) VALUES ({})", columns.join(", "), places.join(", "));
    let mut rows = 0;
    for line in lines {
        let values: Vec<Value> = serde_json::from_str(&line?).with_context(|| format!("a row of {name}"))?;
        ensure!(values.len() == table.columns.len(), "a row of {name} has not its columns");
        let mut insert = sqlx::query(AssertSqlSafe(sql.clone()));
        for (value, (_, kind)) in values.iter().zip(&table.columns) {
            insert = match kind {
                Kind::Text => insert.bind(value.as_str().map(str::to_owned)),
                Kind::Whole => insert.bind(value.as_i64()),
                Kind::Real => insert.bind(value.as_str().map(str::parse::<f64>).transpose()?),
            };
        }
        insert.execute(&mut *connection).await.with_context(|| format!("a row of {name}"))?;
        rows += 1;
    }
    Ok(rows)
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}
