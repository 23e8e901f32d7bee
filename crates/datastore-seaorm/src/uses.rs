//! The part of the port that counts uses.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use security_core::datastore::{DatastoreError, UseStore};
use tracing::warn;

use crate::SeaOrmDatastore;
use crate::dialect::Dialect;
use crate::rows;
use crate::store::undisturbed;
use crate::times::to_value;
use crate::users::lost;

#[async_trait]
impl UseStore for SeaOrmDatastore {
    async fn count_use(
        &self,
        mark: &str,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<u64, DatastoreError> {
        let _turn = self.turn().await?;
        let count = undisturbed(|| self.count_one_more(mark, until, now)).await?;
        if count == 1
            && let Err(error) = self.forget(now).await
        {
            warn!(error = &error as &dyn std::error::Error, "old counts of uses could not be removed");
        }
        Ok(count)
    }

    async fn uses(&self, mark: &str, now: DateTime<Utc>) -> Result<u64, DatastoreError> {
        let dialect = self.dialect()?;
        let [table, count, marked, end] = self.names_of_uses(dialect);
        let count = dialect.wide(&count);
        let sql = format!("SELECT {count} FROM {table} WHERE {marked} = ? AND {end} >= ?");
        let select = dialect.statement(sql, [mark.into(), to_value(dialect, Some(now))]);
        let found = self.rows(self.connection(), select).await?;
        found.first().map_or(Ok(0), |row| rows::number(row).map(i64::unsigned_abs))
    }
}

impl SeaOrmDatastore {
    /// Counts in one statement; a count that has ended begins anew.
    async fn count_one_more(
        &self,
        mark: &str,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<u64, DatastoreError> {
        let dialect = self.dialect()?;
        let [table, count, marked, end] = self.names_of_uses(dialect);
        let [until, now] = [until, now].map(|at| to_value(dialect, Some(at)));
        let insert = format!("INSERT INTO {table} ({marked}, {count}, {end})");
        if dialect == Dialect::MySql {
            // From left to right: the count sees the old end. What goes through the function comes back with the answer.
            let sql = format!(
                "{insert} VALUES (?, last_insert_id(1), ?) ON DUPLICATE KEY UPDATE \
                 {count} = last_insert_id(if({end} < ?, 1, {count} + 1)), {end} = if({end} < ?, ?, {end})"
            );
            let values = [mark.into(), until.clone(), now.clone(), now, until];
            return Ok(self.run(self.connection(), dialect.statement(sql, values)).await?.last_insert_id());
        }
        let sql = format!(
            "{insert} VALUES (?, 1, ?) ON CONFLICT ({marked}) DO UPDATE SET \
             {count} = CASE WHEN {table}.{end} < ? THEN 1 ELSE {table}.{count} + 1 END, \
             {end} = CASE WHEN {table}.{end} < ? THEN excluded.{end} ELSE {table}.{end} END \
             RETURNING {}",
            dialect.wide(&count)
        );
        let counted = self
            .rows(self.connection(), dialect.statement(sql, [mark.into(), until, now.clone(), now]))
            .await?;
        rows::number(counted.first().ok_or_else(lost)?).map(i64::unsigned_abs)
    }

    /// Removes counts that nobody asks for any more.
    async fn forget(&self, now: DateTime<Utc>) -> Result<(), DatastoreError> {
        let dialect = self.dialect()?;
        let [table, _, _, end] = self.names_of_uses(dialect);
        let delete =
            dialect.statement(format!("DELETE FROM {table} WHERE {end} < ?"), [to_value(dialect, Some(now))]);
        self.run(self.connection(), delete).await.map(drop)
    }

    /// The table, and its columns for the count, the mark and the end; quoted.
    fn names_of_uses(&self, dialect: Dialect) -> [String; 4] {
        [self.options().tables.uses.as_str(), "count", "mark", "expires_at"].map(|name| dialect.quoted(name))
    }
}
