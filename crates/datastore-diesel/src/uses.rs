//! The part of the port that counts uses.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use security_core::account::UserId;
use security_core::datastore::{DatastoreError, UseStore};

use crate::DieselDatastore;
use crate::dialect::Dialect;
use crate::error::Failure;
use crate::job::{Job, Mode};
use crate::layout::TableNames;
use crate::session::Session;
use crate::statement::Statement;

#[async_trait]
impl UseStore for DieselDatastore {
    async fn count_use(
        &self,
        mark: &str,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<u64, DatastoreError> {
        let dialect = self.layout().await?.dialect;
        self.run(CountUse::new(dialect, self.table_names(), mark, until, now)).await
    }

    async fn uses(&self, mark: &str, now: DateTime<Utc>) -> Result<u64, DatastoreError> {
        let dialect = self.layout().await?.dialect;
        self.run(Uses::new(dialect, self.table_names(), mark, now)).await
    }
}

/// Counts one more use in one statement; a count that has ended begins anew. The first use of a thing removes counts
/// that nobody asks for any more.
struct CountUse {
    dialect: Dialect,
    count: Statement,
    forget: Statement,
}

impl CountUse {
    fn new(
        dialect: Dialect,
        names: &TableNames,
        mark: &str,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Self {
        let [table, count, marked, end] = names_of_uses(dialect, names);
        let [until, now] = [until, now].map(|at| dialect.time(at));
        let mut insert = Statement::new(format!("INSERT INTO {table} ({marked}, {count}, {end}) VALUES ("));
        if dialect.is_mysql() {
            // From left to right: the count sees the old end. What goes through the function is asked for afterwards.
            insert.bind(mark).push(", last_insert_id(1), ").bind(until.clone());
            insert.push(&format!(") ON DUPLICATE KEY UPDATE {count} = last_insert_id(if({end} < "));
            insert.bind(now.clone()).push(&format!(", 1, {count} + 1)), {end} = if({end} < "));
            insert.bind(now.clone()).push(", ").bind(until).push(&format!(", {end})"));
        } else {
            insert.bind(mark).push(", 1, ").bind(until);
            insert.push(&format!(
                ") ON CONFLICT ({marked}) DO UPDATE SET {count} = CASE WHEN {table}.{end} < "
            ));
            insert
                .bind(now.clone())
                .push(&format!(" THEN 1 ELSE {table}.{count} + 1 END, {end} = CASE WHEN {table}.{end} < "));
            insert
                .bind(now.clone())
                .push(&format!(" THEN excluded.{end} ELSE {table}.{end} END RETURNING {count}"));
        }
        let mut forget = Statement::new(format!("DELETE FROM {table} WHERE {end} < "));
        forget.bind(now);
        Self { dialect, count: insert, forget }
    }
}

#[async_trait]
impl Job for CountUse {
    type Answer = u64;

    fn mode(&self) -> Mode {
        Mode::Write
    }

    async fn run(&self, session: &mut dyn Session) -> Result<u64, Failure> {
        let counted = if self.dialect.is_mysql() {
            session.execute(&self.count).await?;
            session.keys(&Statement::new("SELECT last_insert_id()")).await?
        } else {
            session.keys(&self.count).await?
        };
        let Some(UserId::Int(count)) = counted.into_iter().next() else {
            return Err(DatastoreError::backend("the count was not returned").into());
        };
        if count == 1
            && let Err(failure) = session.execute(&self.forget).await
        {
            let error = failure.into_error();
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "old counts of uses could not be removed"
            );
        }
        Ok(count.unsigned_abs())
    }
}

/// Tells how many uses were counted.
struct Uses {
    query: Statement,
}

impl Uses {
    fn new(dialect: Dialect, names: &TableNames, mark: &str, now: DateTime<Utc>) -> Self {
        let [table, count, marked, end] = names_of_uses(dialect, names);
        let mut query = Statement::new(format!("SELECT {count} FROM {table} WHERE {marked} = "));
        query.bind(mark).push(&format!(" AND {end} >= ")).bind(dialect.time(now));
        Self { query }
    }
}

#[async_trait]
impl Job for Uses {
    type Answer = u64;

    fn mode(&self) -> Mode {
        Mode::Read
    }

    async fn run(&self, session: &mut dyn Session) -> Result<u64, Failure> {
        match session.keys(&self.query).await?.pop() {
            Some(UserId::Int(count)) => Ok(count.unsigned_abs()),
            _ => Ok(0),
        }
    }
}

/// The table, and its columns for the count, the mark and the end; quoted.
fn names_of_uses(dialect: Dialect, names: &TableNames) -> [String; 4] {
    [names.uses.as_str(), "count", "mark", "expires_at"].map(|name| dialect.quoted(name))
}
