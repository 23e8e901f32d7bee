//! The part of the port that counts uses.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait as _;
use security_core::datastore::{DatastoreError, UseStore};

use crate::SeaOrmDatastore;
use crate::error::from_db;
use crate::layout::quoted;
use crate::store::statement;
use crate::times::to_text;

#[async_trait]
impl UseStore for SeaOrmDatastore {
    async fn count_use(
        &self,
        mark: &str,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<u64, DatastoreError> {
        let table = quoted(&self.table_names().uses);
        let work = self.begin().await?;
        let tidy = format!("DELETE FROM {table} WHERE expires_at < ?");
        work.transaction.execute_raw(statement(tidy, [to_text(now).into()])).await.map_err(from_db)?;
        let count = format!(
            "INSERT INTO {table} (mark, count, expires_at) VALUES (?, 1, ?) \
             ON CONFLICT (mark) DO UPDATE SET count = count + 1 RETURNING count"
        );
        let values = [mark.into(), to_text(until).into()];
        let row = work.transaction.query_one_raw(statement(count, values)).await.map_err(from_db)?;
        let row = row.ok_or_else(|| DatastoreError::backend("the count was not returned"))?;
        let count: i64 = row.try_get("", "count").map_err(from_db)?;
        work.commit().await?;
        Ok(count.unsigned_abs())
    }

    async fn uses(&self, mark: &str, now: DateTime<Utc>) -> Result<u64, DatastoreError> {
        let table = quoted(&self.table_names().uses);
        let sql = format!("SELECT count FROM {table} WHERE mark = ? AND expires_at >= ?");
        let values = [mark.into(), to_text(now).into()];
        let row = self.connection().query_one_raw(statement(sql, values)).await.map_err(from_db)?;
        let count: Option<i64> = row.map(|row| row.try_get("", "count")).transpose().map_err(from_db)?;
        Ok(count.unwrap_or(0).unsigned_abs())
    }
}
