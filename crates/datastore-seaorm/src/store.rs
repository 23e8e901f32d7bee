//! The datastore itself: its connection, its turn to write, and its knowledge of the tables.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, ExecResult, SqliteTransactionMode,
    Statement, TransactionOptions, TransactionTrait as _, Value,
};
use security_core::datastore::{Datastore, DatastoreError};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::timeout;

use crate::SeaOrmOptions;
use crate::error::from_db;
use crate::layout::{Layout, TableNames};

/// Accounts and roles in a SQL database; clones share one connection pool.
///
/// See the [crate documentation](crate) for an example.
#[derive(Clone)]
pub struct SeaOrmDatastore {
    inner: Arc<Inner>,
}

struct Inner {
    connection: DatabaseConnection,
    options: SeaOrmOptions,
    /// Held while writing: SQLite takes one writer at a time, and a queue in memory is fair and quick where the
    /// file's lock is polled.
    turn: Mutex<()>,
    /// What is known of the tables, once they have been seen.
    layout: RwLock<Option<Arc<Layout>>>,
}

impl SeaOrmDatastore {
    /// Opens a database, for example `sqlite://app.db?mode=rwc` or `sqlite::memory:`.
    ///
    /// # Errors
    ///
    /// Those of [`SeaOrmOptions::connect`].
    pub async fn connect(url: &str) -> Result<Self, DatastoreError> {
        SeaOrmOptions::new().connect(url).await
    }

    /// Works on a connection of the application; see [`SeaOrmOptions::from_connection`].
    #[must_use]
    pub fn from_connection(connection: DatabaseConnection) -> Self {
        SeaOrmOptions::new().from_connection(connection)
    }

    /// The connection, for the application's own tables and transactions.
    #[must_use]
    pub fn connection(&self) -> &DatabaseConnection {
        &self.inner.connection
    }

    /// Creates the tables and indexes that are missing, in one transaction. Calling it again, also from two places at
    /// once, does no harm.
    ///
    /// Existing tables keep their rows and columns. An index over the folded address, the folded user name or the
    /// phone number is unique unless existing rows forbid it; then a warning is logged, and new values are compared
    /// by the datastore, until the rows are repaired and `migrate` is called again.
    ///
    /// Call it again, or open the datastore anew, after the application has added columns to the tables.
    ///
    /// # Errors
    ///
    /// [`DatastoreError::Backend`] when an existing table lacks a column that cannot be done without.
    pub async fn migrate(&self) -> Result<(), DatastoreError> {
        self.check_backend()?;
        let names = &self.inner.options.tables;
        let work = self.begin().await?;
        crate::schema::create_missing(&work.transaction, names).await?;
        work.commit().await?;
        let layout = Layout::read(self.connection(), names).await?;
        *self.inner.layout.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(layout));
        Ok(())
    }

    pub(crate) fn assemble(options: SeaOrmOptions, connection: DatabaseConnection) -> Self {
        let inner = Inner { connection, options, turn: Mutex::new(()), layout: RwLock::new(None) };
        Self { inner: Arc::new(inner) }
    }

    /// What is known of the tables; reads it from the database the first time.
    pub(crate) async fn layout(
        &self,
        connection: &impl ConnectionTrait,
    ) -> Result<Arc<Layout>, DatastoreError> {
        let known = self.inner.layout.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(layout) = known {
            return Ok(layout);
        }
        self.check_backend()?;
        let layout = Arc::new(Layout::read(connection, &self.inner.options.tables).await?);
        *self.inner.layout.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&layout));
        Ok(layout)
    }

    pub(crate) fn table_names(&self) -> &TableNames {
        &self.inner.options.tables
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.inner.options.clock.now()
    }

    /// Makes one writing statement.
    pub(crate) async fn write(&self, statement: Statement) -> Result<ExecResult, DatastoreError> {
        let _turn = self.turn().await?;
        self.connection().execute_raw(statement).await.map_err(from_db)
    }

    /// Begins a transaction that holds the write lock from its start, so that it never has to give up half-way.
    pub(crate) async fn begin(&self) -> Result<Work<'_>, DatastoreError> {
        let turn = self.turn().await?;
        let immediate = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = self.connection().begin_with_options(immediate).await.map_err(from_db)?;
        Ok(Work { transaction, turn })
    }

    /// Waits for this process's turn to write.
    pub(crate) async fn turn(&self) -> Result<MutexGuard<'_, ()>, DatastoreError> {
        let turn = timeout(self.inner.options.acquire_timeout, self.inner.turn.lock()).await;
        turn.map_err(DatastoreError::unavailable)
    }

    fn check_backend(&self) -> Result<(), DatastoreError> {
        match self.connection().get_database_backend() {
            DbBackend::Sqlite => Ok(()),
            other => Err(DatastoreError::backend(format!("{other:?} is not supported, only SQLite is"))),
        }
    }
}

impl fmt::Debug for SeaOrmDatastore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeaOrmDatastore").field("tables", &self.inner.options.tables).finish_non_exhaustive()
    }
}

#[async_trait]
impl Datastore for SeaOrmDatastore {
    async fn ping(&self) -> Result<(), DatastoreError> {
        self.connection().ping().await.map_err(DatastoreError::unavailable)
    }
}

/// A transaction in progress. Dropped without [`Work::commit`] it is rolled back, before the next writer's turn.
pub(crate) struct Work<'a> {
    pub(crate) transaction: DatabaseTransaction,
    turn: MutexGuard<'a, ()>,
}

impl Work<'_> {
    pub(crate) async fn commit(self) -> Result<(), DatastoreError> {
        let Self { transaction, turn } = self;
        let committed = transaction.commit().await.map_err(from_db);
        drop(turn);
        committed
    }
}

/// A prepared statement with its values.
pub(crate) fn statement(sql: impl Into<String>, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)
}
