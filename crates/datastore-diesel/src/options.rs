//! Options of the datastore: names of the tables, and how long to wait.

use std::sync::Arc;
use std::time::Duration;

use security_core::clock::{Clock, SystemClock};
use security_core::datastore::DatastoreError;

use crate::DieselDatastore;
use crate::backend::{self, Backend};
use crate::layout::TableNames;

/// How to open the datastore, where the defaults of [`DieselDatastore::connect`] do not fit.
///
/// ```no_run
/// # async fn example() -> Result<(), security_core::datastore::DatastoreError> {
/// use std::time::Duration;
/// use datastore_diesel::DieselOptions;
///
/// let users = DieselOptions::new()
///     .user_table("account")
///     .acquire_timeout(Duration::from_secs(2))
///     .connect("sqlite://app.db?mode=rwc")
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "options do nothing until they connect"]
pub struct DieselOptions {
    pub(crate) tables: TableNames,
    pub(crate) acquire_timeout: Duration,
    #[cfg_attr(not(feature = "sqlite"), allow(dead_code, reason = "only SQLite locks a whole database"))]
    pub(crate) lock_timeout: Duration,
    #[cfg_attr(not(feature = "server"), allow(dead_code, reason = "only a server may never answer"))]
    pub(crate) query_timeout: Duration,
    pub(crate) max_connections: u32,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Default for DieselOptions {
    fn default() -> Self {
        Self {
            tables: TableNames::default(),
            acquire_timeout: Duration::from_secs(5),
            lock_timeout: Duration::from_secs(5),
            query_timeout: Duration::from_secs(10),
            max_connections: 8,
            clock: Arc::new(SystemClock),
        }
    }
}

impl DieselOptions {
    /// The defaults: tables `user`, `role` and `roles_users`, five seconds of patience, eight connections.
    pub fn new() -> Self {
        Self::default()
    }

    /// The table of users; `user` unless set.
    pub fn user_table(mut self, name: impl Into<String>) -> Self {
        self.tables.user = name.into();
        self
    }

    /// The table of roles; `role` unless set.
    pub fn role_table(mut self, name: impl Into<String>) -> Self {
        self.tables.role = name.into();
        self
    }

    /// The table that says who holds which role; `roles_users` unless set.
    pub fn roles_users_table(mut self, name: impl Into<String>) -> Self {
        self.tables.roles_users = name.into();
        self
    }

    /// The table that counts uses of links and attempts; `fs_use` unless set. The reference has none.
    pub fn uses_table(mut self, name: impl Into<String>) -> Self {
        self.tables.uses = name.into();
        self
    }

    /// How long an operation waits for a free connection, a new one included, before it answers
    /// [`DatastoreError::Unavailable`]; five seconds unless set. With SQLite it waits as long for its turn to write.
    pub fn acquire_timeout(mut self, patience: Duration) -> Self {
        self.acquire_timeout = patience;
        self
    }

    /// SQLite: how long a write waits for another process that is writing; five seconds unless set.
    pub fn lock_timeout(mut self, patience: Duration) -> Self {
        self.lock_timeout = patience;
        self
    }

    /// PostgreSQL, MariaDB, MySQL: how long an operation may take once it has a connection, before it answers
    /// [`DatastoreError::Unavailable`] and the connection is closed; ten seconds unless set.
    ///
    /// Whether a write that took too long has been made is not known. [`DieselDatastore::migrate`] may take longer.
    pub fn query_timeout(mut self, patience: Duration) -> Self {
        self.query_timeout = patience;
        self
    }

    /// The most connections to open; eight unless set. A SQLite database in memory has one.
    pub fn max_connections(mut self, count: u32) -> Self {
        self.max_connections = count.max(1);
        self
    }

    /// The clock behind `create_datetime` and `update_datetime`; the system's unless set.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Opens a database, for example `sqlite://app.db?mode=rwc`, `sqlite::memory:`, `postgres://app@localhost/app` or
    /// `mysql://app@localhost/app`.
    ///
    /// # Errors
    ///
    /// [`DatastoreError::Unavailable`] when the file is missing or cannot be opened, or the server cannot be reached;
    /// [`DatastoreError::Backend`] when the address cannot be read, the file is not a database, or the feature for
    /// the database is not compiled in.
    pub async fn connect(self, url: &str) -> Result<DieselDatastore, DatastoreError> {
        let scheme = url.split(':').next().unwrap_or_default();
        let opened: Result<Backend, DatastoreError> = match scheme {
            #[cfg(feature = "sqlite")]
            "sqlite" => backend::sqlite::SqliteBackend::connect(url, &self).await.map(Backend::Sqlite),
            #[cfg(feature = "postgres")]
            "postgres" | "postgresql" => backend::postgres::connect(url, &self).await.map(Backend::Postgres),
            #[cfg(feature = "mysql")]
            "mysql" | "mariadb" => backend::mysql::connect(url, &self).await.map(Backend::MySql),
            _ => Err(DatastoreError::backend(format!(
                "an address that begins with `{scheme}:` is not supported: check it, and the features of \
                 datastore-diesel"
            ))),
        };
        Ok(DieselDatastore::assemble(self, opened?))
    }

    /// Works on a pool of the application.
    ///
    /// Its settings are the application's: switch WAL mode and `foreign_keys` on, and set `busy_timeout`.
    #[cfg(feature = "sqlite")]
    #[cfg_attr(docsrs, doc(cfg(feature = "sqlite")))]
    #[must_use]
    pub fn from_sqlite_pool(self, pool: crate::SqlitePool) -> DieselDatastore {
        let backend = Backend::Sqlite(backend::sqlite::SqliteBackend::new(pool, &self));
        DieselDatastore::assemble(self, backend)
    }

    /// Works on a pool of the application.
    #[cfg(feature = "postgres")]
    #[cfg_attr(docsrs, doc(cfg(feature = "postgres")))]
    #[must_use]
    pub fn from_postgres_pool(self, pool: crate::PostgresPool) -> DieselDatastore {
        let backend = Backend::Postgres(backend::server::ServerBackend::new(pool, &self));
        DieselDatastore::assemble(self, backend)
    }

    /// Works on a pool of the application. Its connections have to count the rows that a condition found rather than
    /// those that it changed, as connections that diesel-async opens by itself do.
    #[cfg(feature = "mysql")]
    #[cfg_attr(docsrs, doc(cfg(feature = "mysql")))]
    #[must_use]
    pub fn from_mysql_pool(self, pool: crate::MysqlPool) -> DieselDatastore {
        let backend = Backend::MySql(backend::server::ServerBackend::new(pool, &self));
        DieselDatastore::assemble(self, backend)
    }
}
