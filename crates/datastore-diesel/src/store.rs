//! The datastore itself: its database and its knowledge of the tables.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use security_core::datastore::{Datastore, DatastoreError, UserTable};

use crate::DieselOptions;
use crate::backend::Backend;
use crate::error::Failure;
use crate::job::{Job, Mode};
use crate::layout::{Layout, TableNames};
use crate::schema::{Migrate, PlanMigration, ReadLayout, RequireUses};
use crate::session::Session;
use crate::statement::Statement;

/// Accounts and roles in a SQL database; clones share one connection pool.
///
/// See the [crate documentation](crate) for an example.
#[derive(Clone)]
pub struct DieselDatastore {
    inner: Arc<Inner>,
}

struct Inner {
    backend: Backend,
    options: DieselOptions,
    /// What is known of the tables, once they have been seen.
    layout: RwLock<Option<Arc<Layout>>>,
}

impl DieselDatastore {
    /// Opens a database, for example `sqlite://app.db?mode=rwc`, `postgres://app@localhost/app` or
    /// `mysql://app@localhost/app`.
    ///
    /// # Errors
    ///
    /// Those of [`DieselOptions::connect`].
    pub async fn connect(url: &str) -> Result<Self, DatastoreError> {
        DieselOptions::new().connect(url).await
    }

    /// Works on a pool of the application; see [`DieselOptions::from_sqlite_pool`].
    #[cfg(feature = "sqlite")]
    #[cfg_attr(docsrs, doc(cfg(feature = "sqlite")))]
    #[must_use]
    pub fn from_sqlite_pool(pool: crate::SqlitePool) -> Self {
        DieselOptions::new().from_sqlite_pool(pool)
    }

    /// Works on a pool of the application; see [`DieselOptions::from_postgres_pool`].
    #[cfg(feature = "postgres")]
    #[cfg_attr(docsrs, doc(cfg(feature = "postgres")))]
    #[must_use]
    pub fn from_postgres_pool(pool: crate::PostgresPool) -> Self {
        DieselOptions::new().from_postgres_pool(pool)
    }

    /// Works on a pool of the application; see [`DieselOptions::from_mysql_pool`].
    #[cfg(feature = "mysql")]
    #[cfg_attr(docsrs, doc(cfg(feature = "mysql")))]
    #[must_use]
    pub fn from_mysql_pool(pool: crate::MysqlPool) -> Self {
        DieselOptions::new().from_mysql_pool(pool)
    }

    /// The pool of connections, when the database is SQLite, for the application's own tables and transactions.
    #[cfg(feature = "sqlite")]
    #[cfg_attr(docsrs, doc(cfg(feature = "sqlite")))]
    #[must_use]
    pub fn sqlite_pool(&self) -> Option<&crate::SqlitePool> {
        self.sqlite().map(|backend| &backend.pool)
    }

    /// The pool of connections, when the database is PostgreSQL, for the application's own tables and transactions.
    #[cfg(feature = "postgres")]
    #[cfg_attr(docsrs, doc(cfg(feature = "postgres")))]
    #[must_use]
    pub fn postgres_pool(&self) -> Option<&crate::PostgresPool> {
        match &self.inner.backend {
            Backend::Postgres(backend) => Some(&backend.pool),
            #[cfg(any(feature = "sqlite", feature = "mysql"))]
            _ => None,
        }
    }

    /// The pool of connections, when the database is MariaDB or MySQL, for the application's own tables and
    /// transactions.
    #[cfg(feature = "mysql")]
    #[cfg_attr(docsrs, doc(cfg(feature = "mysql")))]
    #[must_use]
    pub fn mysql_pool(&self) -> Option<&crate::MysqlPool> {
        match &self.inner.backend {
            Backend::MySql(backend) => Some(&backend.pool),
            #[cfg(any(feature = "sqlite", feature = "postgres"))]
            _ => None,
        }
    }

    /// Creates the tables and indexes that are missing. Calling it again, also from two nodes at once, does no harm.
    ///
    /// Existing tables keep their rows and columns. An index over the folded address, the folded user name or the
    /// phone number is unique unless existing rows forbid it; then a warning is logged, and new values are compared
    /// by the datastore, until the rows are repaired and `migrate` is called again. MariaDB and MySQL index no
    /// expression, so there the table gets generated columns, `email_folded` and `username_folded`.
    ///
    /// Call it again, or open the datastore anew, after the application has added columns to the tables.
    ///
    /// # Errors
    ///
    /// [`DatastoreError::Backend`] when an existing table lacks a column that cannot be done without.
    pub async fn migrate(&self) -> Result<(), DatastoreError> {
        let names = &self.inner.options.tables;
        self.run(Migrate(names.clone())).await?;
        self.inspect().await
    }

    /// Looks at the tables without changing them: which columns there are decides which features there can be. An
    /// application whose account of the database may not create tables calls it in place of
    /// [`migrate`](Self::migrate).
    ///
    /// # Errors
    ///
    /// [`DatastoreError::Backend`] when a table is missing, or a column that cannot be done without.
    pub async fn inspect(&self) -> Result<(), DatastoreError> {
        let names = &self.inner.options.tables;
        self.run(RequireUses(names.clone())).await?;
        let layout = self.run(ReadLayout(names.clone())).await?;
        self.remember(Arc::new(layout));
        Ok(())
    }

    /// The statements that [`migrate`](Self::migrate) would make now, without making them.
    ///
    /// # Errors
    ///
    /// Those of [`migrate`](Self::migrate).
    ///
    /// ```
    /// # async fn example() -> Result<(), security_core::datastore::DatastoreError> {
    /// use datastore_diesel::DieselDatastore;
    ///
    /// let users = DieselDatastore::connect("sqlite::memory:").await?;
    /// assert!(users.migration_sql().await?.iter().any(|sql| sql.starts_with("CREATE TABLE \"user\"")));
    /// users.migrate().await?;
    /// assert!(users.migration_sql().await?.is_empty());
    /// # Ok(())
    /// # }
    /// # fn main() {
    /// #     let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    /// #     runtime.block_on(example()).expect("the example works");
    /// # }
    /// ```
    pub async fn migration_sql(&self) -> Result<Vec<String>, DatastoreError> {
        self.run(PlanMigration(self.inner.options.tables.clone())).await
    }

    pub(crate) fn assemble(options: DieselOptions, backend: Backend) -> Self {
        Self { inner: Arc::new(Inner { backend, options, layout: RwLock::new(None) }) }
    }

    /// Makes a job on a connection of the pool.
    pub(crate) async fn run<J: Job>(&self, job: J) -> Result<J::Answer, DatastoreError> {
        self.inner.backend.run(job).await
    }

    /// What is known of the tables; reads it from the database the first time.
    pub(crate) async fn layout(&self) -> Result<Arc<Layout>, DatastoreError> {
        if let Some(layout) = self.known_layout() {
            return Ok(layout);
        }
        let layout = Arc::new(self.run(ReadLayout(self.inner.options.tables.clone())).await?);
        self.remember(Arc::clone(&layout));
        Ok(layout)
    }

    /// What is known of the tables; reads it on this connection the first time.
    #[cfg(any(feature = "sqlite", feature = "server"))]
    pub(crate) async fn layout_in(&self, session: &mut dyn Session) -> Result<Arc<Layout>, Failure> {
        if let Some(layout) = self.known_layout() {
            return Ok(layout);
        }
        let layout = Arc::new(Layout::read(session, &self.inner.options.tables).await?);
        self.remember(Arc::clone(&layout));
        Ok(layout)
    }

    pub(crate) fn table_names(&self) -> &TableNames {
        &self.inner.options.tables
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.inner.options.clock.now()
    }

    #[cfg(feature = "sqlite")]
    pub(crate) fn sqlite(&self) -> Option<&crate::backend::sqlite::SqliteBackend> {
        match &self.inner.backend {
            Backend::Sqlite(backend) => Some(backend),
            #[cfg(feature = "server")]
            _ => None,
        }
    }

    pub(crate) fn known_layout(&self) -> Option<Arc<Layout>> {
        self.inner.layout.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn remember(&self, layout: Arc<Layout>) {
        *self.inner.layout.write().unwrap_or_else(PoisonError::into_inner) = Some(layout);
    }
}

impl fmt::Debug for DieselDatastore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DieselDatastore").field("tables", &self.inner.options.tables).finish_non_exhaustive()
    }
}

#[async_trait]
impl Datastore for DieselDatastore {
    async fn ping(&self) -> Result<(), DatastoreError> {
        self.run(Ping).await
    }

    fn user_table(&self) -> Option<UserTable> {
        let layout = self.known_layout()?;
        Some(UserTable::with_columns(&self.table_names().user, |column| layout.user.has(column)))
    }
}

/// Asks whether the database answers.
struct Ping;

#[async_trait]
impl Job for Ping {
    type Answer = ();

    fn mode(&self) -> Mode {
        Mode::Read
    }

    async fn run(&self, session: &mut dyn Session) -> Result<(), Failure> {
        session.keys(&Statement::new("SELECT 1")).await.map(drop)
    }
}
