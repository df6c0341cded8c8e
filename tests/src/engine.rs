//! A PostgreSQL schema of one's own, in the throw-away cluster that `cargo xtask test` starts.

use sqlx::{Connection, PgConnection};

/// Names the variable that holds the cluster's URL.
pub const VARIABLE: &str = "VIGIE_TEST_POSTGRES";

/// A fresh schema. Dropped with everything in it when this value is.
#[derive(Debug)]
pub struct PostgresSchema {
    cluster: String,
    name: String,
    url: String,
}

impl PostgresSchema {
    /// What `VIGIE_DATABASE_URL` wants: the cluster's URL, every connection confined to the schema.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The same, where a commit is on its way to the disk before it is acknowledged: the cluster waits for nothing.
    #[must_use]
    pub fn durable(mut self) -> Self {
        self.url += "%20-csynchronous_commit%3Don";
        self
    }
}

/// Makes a fresh schema.
///
/// # Panics
/// Outside `cargo xtask test`, which starts the cluster.
pub async fn postgres_schema() -> PostgresSchema {
    let cluster = std::env::var(VARIABLE)
        .unwrap_or_else(|_| panic!("{VARIABLE} is not set: run through `cargo xtask test`"));
    schema_in(&cluster).await
}

/// A schema in a cluster of one's own.
pub async fn schema_in(cluster: &str) -> PostgresSchema {
    let mut connection = PgConnection::connect(cluster).await.expect("the throw-away PostgreSQL answers");
    // A name nobody else has, found by the one who hands out names: the cluster itself.
    let name: String = sqlx::query_scalar("SELECT 't_' || replace(gen_random_uuid()::text, '-', '')")
        .fetch_one(&mut connection)
        .await
        .expect("a name for the schema");
    let create = sqlx::AssertSqlSafe(format!("CREATE SCHEMA {name}"));
    sqlx::query(create).execute(&mut connection).await.expect("a new schema");
    let and = if cluster.contains('?') { '&' } else { '?' };
    let url = format!("{cluster}{and}options=-csearch_path%3D{name}");
    PostgresSchema { cluster: cluster.to_owned(), name, url }
}

impl Drop for PostgresSchema {
    /// On a thread of its own: a test's runtime can't be waited for from inside itself.
    fn drop(&mut self) {
        let (cluster, name) = (self.cluster.clone(), self.name.clone());
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let mut connection = PgConnection::connect(&cluster).await?;
                let drop = sqlx::AssertSqlSafe(format!("DROP SCHEMA {name} CASCADE"));
                sqlx::query(drop).execute(&mut connection).await?;
                Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
            })
        });
        if let Ok(Err(error)) = dropped.join() {
            eprintln!("schema {} stays behind: {error}", self.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn two_schemas_do_not_see_each_other_and_leave_nothing() {
        let (one, two) = (postgres_schema().await, postgres_schema().await);
        let mut first = PgConnection::connect(one.url()).await.unwrap();
        let mut second = PgConnection::connect(two.url()).await.unwrap();
        sqlx::query("CREATE TABLE swing (id BIGINT)").execute(&mut first).await.unwrap();
        sqlx::query("SELECT id FROM swing").fetch_optional(&mut first).await.unwrap();
        sqlx::query("SELECT id FROM swing").fetch_optional(&mut second).await.unwrap_err();
        let name = one.name.clone();
        drop((first, one));
        let left: i64 = sqlx::query_scalar("SELECT count(*) FROM pg_namespace WHERE nspname = $1")
            .bind(name)
            .fetch_one(&mut second)
            .await
            .unwrap();
        assert_eq!(left, 0);
    }
}
