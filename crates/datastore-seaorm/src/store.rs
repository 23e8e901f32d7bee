//! The datastore itself: its connection, its patience, and its knowledge of the tables.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, ExecResult, IsolationLevel, QueryResult,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait as _,
};
use security_core::datastore::{Datastore, DatastoreError, UserTable};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::{sleep, timeout};

use crate::SeaOrmOptions;
use crate::dialect::Dialect;
use crate::error::{from_db, is_outrun};
use crate::layout::Layout;
use crate::table::{REQUIRED_GRANT_COLUMNS, Table};

/// How often work is done again that the database ended in favour of somebody else's.
const ATTEMPTS: u32 = 20;

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
    /// Held while writing to SQLite: it takes one writer at a time, and a queue in memory is fair and quick where the
    /// file's lock is polled.
    turn: Mutex<()>,
    /// What is known of the tables, once they have been seen.
    layout: RwLock<Option<Arc<Layout>>>,
}

impl SeaOrmDatastore {
    /// Opens a database, for example `sqlite://app.db?mode=rwc`, `sqlite::memory:`, `postgres://ann@localhost/app` or
    /// `mysql://ann@localhost/app`.
    ///
    /// # Errors
    ///
    /// Those of [`SeaOrmOptions::connect`].
    pub async fn connect(url: &str) -> Result<Self, DatastoreError> {
        SeaOrmOptions::new().connect(url).await
    }

    /// Works on a connection or a pool of the application; see [`SeaOrmOptions::from_connection`].
    #[must_use]
    pub fn from_connection(connection: impl Into<DatabaseConnection>) -> Self {
        SeaOrmOptions::new().from_connection(connection)
    }

    /// The connection, for the application's own tables and transactions.
    #[must_use]
    pub fn connection(&self) -> &DatabaseConnection {
        &self.inner.connection
    }

    /// Looks at the tables without changing them: which columns there are decides which features there can be. An
    /// application whose account of the database may not create tables calls it in place of
    /// [`migrate`](Self::migrate).
    ///
    /// # Errors
    ///
    /// [`DatastoreError::Backend`] when a table is missing, or a column that cannot be done without.
    pub async fn inspect(&self) -> Result<(), DatastoreError> {
        let (dialect, tables) = (self.dialect()?, &self.options().tables);
        for (name, required) in [(&tables.roles_users, &REQUIRED_GRANT_COLUMNS[..]), (&tables.uses, &[])] {
            let looking = Table::read(self.connection(), dialect, name, required);
            timeout(self.options().patience(), looking).await.map_err(DatastoreError::unavailable)??;
        }
        self.read_layout(self.connection()).await.map(drop)
    }

    pub(crate) fn assemble(options: SeaOrmOptions, connection: DatabaseConnection) -> Self {
        let inner = Inner { connection, options, turn: Mutex::new(()), layout: RwLock::new(None) };
        Self { inner: Arc::new(inner) }
    }

    pub(crate) fn options(&self) -> &SeaOrmOptions {
        &self.inner.options
    }

    pub(crate) fn dialect(&self) -> Result<Dialect, DatastoreError> {
        Dialect::of(self.connection().get_database_backend())
    }

    /// What is known of the tables; reads it from the database the first time.
    pub(crate) async fn layout(
        &self,
        connection: &impl ConnectionTrait,
    ) -> Result<Arc<Layout>, DatastoreError> {
        match self.known_layout() {
            Some(layout) => Ok(layout),
            None => self.read_layout(connection).await,
        }
    }

    fn known_layout(&self) -> Option<Arc<Layout>> {
        self.inner.layout.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks at the tables again.
    pub(crate) async fn read_layout(
        &self,
        connection: &impl ConnectionTrait,
    ) -> Result<Arc<Layout>, DatastoreError> {
        let reading = Layout::read(connection, self.dialect()?, &self.options().tables);
        let read = timeout(self.options().patience(), reading).await;
        let layout = Arc::new(read.map_err(DatastoreError::unavailable)??);
        *self.inner.layout.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&layout));
        Ok(layout)
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.options().clock.now()
    }

    /// The rows that a statement gives.
    pub(crate) async fn rows(
        &self,
        connection: &impl ConnectionTrait,
        statement: Statement,
    ) -> Result<Vec<QueryResult>, DatastoreError> {
        self.in_time(connection.query_all_raw(statement)).await
    }

    /// Makes a statement that gives no rows.
    pub(crate) async fn run(
        &self,
        connection: &impl ConnectionTrait,
        statement: Statement,
    ) -> Result<ExecResult, DatastoreError> {
        self.in_time(connection.execute_raw(statement)).await
    }

    /// Makes one writing statement, again if somebody else's ended it.
    pub(crate) async fn write(&self, statement: Statement) -> Result<ExecResult, DatastoreError> {
        let _turn = self.turn().await?;
        undisturbed(|| self.run(self.connection(), statement.clone())).await
    }

    /// Begins a transaction.
    ///
    /// With SQLite it holds the write lock from its start, so that it never has to give up half-way. With MySQL what it
    /// has looked for and not found stays absent until its end.
    pub(crate) async fn begin(&self) -> Result<Work<'_>, DatastoreError> {
        let mut options = TransactionOptions::default();
        match self.dialect()? {
            Dialect::Sqlite => options.sqlite_transaction_mode = Some(SqliteTransactionMode::Immediate),
            Dialect::MySql => options.isolation_level = Some(IsolationLevel::RepeatableRead),
            Dialect::Postgres => {}
        }
        let turn = self.turn().await?;
        let transaction = self.in_time(self.connection().begin_with_options(options)).await?;
        Ok(Work { transaction, store: self, turn })
    }

    /// Waits for this process's turn to write, where writers queue in memory.
    pub(crate) async fn turn(&self) -> Result<Option<MutexGuard<'_, ()>>, DatastoreError> {
        if self.dialect()? != Dialect::Sqlite {
            return Ok(None);
        }
        let turn = timeout(self.options().acquire_timeout, self.inner.turn.lock()).await;
        turn.map(Some).map_err(DatastoreError::unavailable)
    }

    /// Waits for the database, but not forever.
    async fn in_time<T>(&self, answer: impl Future<Output = Result<T, DbErr>>) -> Result<T, DatastoreError> {
        let answered = timeout(self.options().patience(), answer).await;
        answered.map_err(DatastoreError::unavailable)?.map_err(from_db)
    }
}

impl fmt::Debug for SeaOrmDatastore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeaOrmDatastore").field("tables", &self.options().tables).finish_non_exhaustive()
    }
}

#[async_trait]
impl Datastore for SeaOrmDatastore {
    async fn ping(&self) -> Result<(), DatastoreError> {
        let answered = timeout(self.options().patience(), self.connection().ping()).await;
        answered.map_err(DatastoreError::unavailable)?.map_err(DatastoreError::unavailable)
    }

    fn user_table(&self) -> Option<UserTable> {
        let layout = self.known_layout()?;
        Some(UserTable::with_columns(&self.options().tables.user, |column| layout.user.has(column)))
    }
}

/// A transaction in progress. Dropped without [`Work::commit`] it is rolled back, before the next writer's turn.
pub(crate) struct Work<'a> {
    pub(crate) transaction: DatabaseTransaction,
    store: &'a SeaOrmDatastore,
    turn: Option<MutexGuard<'a, ()>>,
}

impl Work<'_> {
    pub(crate) async fn commit(self) -> Result<(), DatastoreError> {
        let Self { transaction, store, turn } = self;
        let committed = store.in_time(transaction.commit()).await;
        drop(turn);
        committed
    }
}

/// Does work until no work of somebody else makes the database end it half-way: databases that let writers work at the
/// same time end one of two that wait for each other.
pub(crate) async fn undisturbed<T, F>(work: impl Fn() -> F) -> Result<T, DatastoreError>
where
    F: Future<Output = Result<T, DatastoreError>>,
{
    for attempt in 1..ATTEMPTS {
        match work().await {
            Err(error) if is_outrun(&error) => {
                sleep(std::time::Duration::from_millis(u64::from(attempt) * 2)).await;
            }
            done => return done,
        }
    }
    work().await
}
