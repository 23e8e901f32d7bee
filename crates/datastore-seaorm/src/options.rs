//! Options of the datastore: names of the tables, and how long to wait.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::{ConnectOptions, Database, DatabaseConnection};
use security_core::clock::{Clock, SystemClock};
use security_core::datastore::DatastoreError;

use crate::SeaOrmDatastore;
use crate::error::from_opening;
use crate::layout::TableNames;
#[cfg(feature = "sqlite")]
use crate::wal::prefer_wal;

/// How long a connection to a server may be idle before it is tried out: the server may have gone meanwhile.
const IDLE: Duration = Duration::from_secs(1);

/// How to open the datastore, where the defaults of [`SeaOrmDatastore::connect`] do not fit.
///
/// ```no_run
/// # async fn example() -> Result<(), security_core::datastore::DatastoreError> {
/// use std::time::Duration;
/// use datastore_seaorm::SeaOrmOptions;
///
/// let users = SeaOrmOptions::new()
///     .user_table("account")
///     .acquire_timeout(Duration::from_secs(2))
///     .connect("sqlite://app.db?mode=rwc")
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "options do nothing until they connect"]
pub struct SeaOrmOptions {
    pub(crate) tables: TableNames,
    pub(crate) acquire_timeout: Duration,
    pub(crate) clock: Arc<dyn Clock>,
    query_timeout: Duration,
    lock_timeout: Duration,
    max_connections: u32,
}

impl Default for SeaOrmOptions {
    fn default() -> Self {
        Self {
            tables: TableNames::default(),
            acquire_timeout: Duration::from_secs(5),
            clock: Arc::new(SystemClock),
            query_timeout: Duration::from_secs(10),
            lock_timeout: Duration::from_secs(5),
            max_connections: 8,
        }
    }
}

impl SeaOrmOptions {
    /// The defaults: tables `user`, `role` and `roles_users`, five seconds for a connection or a lock, ten for an
    /// answer, eight connections.
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

    /// How long an operation waits for a free connection, and for its turn to write, before it answers
    /// [`DatastoreError::Unavailable`]; five seconds unless set.
    ///
    /// A connection that is handed in keeps its own time for free connections.
    pub fn acquire_timeout(mut self, patience: Duration) -> Self {
        self.acquire_timeout = patience;
        self
    }

    /// How long an operation waits for the answer to a statement, beyond [`acquire_timeout`](Self::acquire_timeout),
    /// before it answers [`DatastoreError::Unavailable`]; ten seconds unless set.
    ///
    /// Whether the statement of an operation that was given up took effect is not known.
    pub fn query_timeout(mut self, patience: Duration) -> Self {
        self.query_timeout = patience;
        self
    }

    /// How long a write waits for somebody else who is writing the same, with SQLite for another process that is writing
    /// at all; five seconds unless set. MySQL counts in whole seconds.
    ///
    /// A connection that is handed in has its own patience.
    pub fn lock_timeout(mut self, patience: Duration) -> Self {
        self.lock_timeout = patience;
        self
    }

    /// The most connections to open; eight unless set. A database in memory has one.
    pub fn max_connections(mut self, count: u32) -> Self {
        self.max_connections = count;
        self
    }

    /// The clock behind `create_datetime` and `update_datetime`; the system's unless set.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Opens a database, for example `sqlite://app.db?mode=rwc`, `sqlite::memory:`, `postgres://ann@localhost/app` or
    /// `mysql://ann@localhost/app`.
    ///
    /// # Errors
    ///
    /// [`DatastoreError::Unavailable`] when the file is missing or cannot be opened, or the server is not there;
    /// [`DatastoreError::Backend`] when the address cannot be read, its kind of database is not among the features of this
    /// crate, the file is not a database, or the server does not let us in.
    pub async fn connect(self, url: &str) -> Result<SeaOrmDatastore, DatastoreError> {
        let connection = Database::connect(self.connect_options(url)).await.map_err(from_opening)?;
        #[cfg(feature = "sqlite")]
        if connection.get_database_backend() == sea_orm::DbBackend::Sqlite {
            prefer_wal(&connection).await?;
        }
        Ok(self.from_connection(connection))
    }

    /// Works on a connection or a sqlx pool of the application.
    ///
    /// Its settings are the application's. For SQLite switch WAL mode and `foreign_keys` on, and allow more connections
    /// than the one that sea-orm opens by itself. For PostgreSQL and MySQL leave the time zone of the connections at UTC,
    /// as sqlx sets it.
    ///
    /// ```no_run
    /// # #[cfg(feature = "sqlite")]
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// use datastore_seaorm::SeaOrmDatastore;
    /// use datastore_seaorm::sea_orm::sqlx::SqlitePool;
    ///
    /// let pool = SqlitePool::connect("sqlite://app.db").await?;
    /// let users = SeaOrmDatastore::from_connection(pool.clone());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn from_connection(self, connection: impl Into<DatabaseConnection>) -> SeaOrmDatastore {
        SeaOrmDatastore::assemble(self, connection.into())
    }

    /// How long one step of an operation may take, from the wait for a connection to the answer.
    pub(crate) fn patience(&self) -> Duration {
        self.acquire_timeout.saturating_add(self.query_timeout)
    }

    fn connect_options(&self, url: &str) -> ConnectOptions {
        let mut options = ConnectOptions::new(url);
        options
            .acquire_timeout(self.acquire_timeout)
            .max_connections(self.max_connections)
            .sqlx_logging(false);
        if url.starts_with("sqlite") {
            options.test_before_acquire(false); // there is no network in between that could have broken
        } else {
            options.test_before_acquire_if_idle_for(IDLE);
        }
        if is_in_memory(url) {
            // The database lives as long as its last connection.
            options.max_connections(1).min_connections(1).idle_timeout(None).max_lifetime(None);
        }
        let lock_timeout = self.lock_timeout;
        #[cfg(feature = "sqlite")]
        options.map_sqlx_sqlite_opts(move |sqlite| sqlite.busy_timeout(lock_timeout).foreign_keys(true));
        #[cfg(feature = "postgres")]
        options.map_sqlx_postgres_opts(move |postgres| {
            postgres.options([("lock_timeout", lock_timeout.as_millis().to_string())])
        });
        #[cfg(feature = "mysql")]
        options.map_sqlx_mysql_pool_opts(move |pool| {
            let seconds = lock_timeout.as_secs_f64().ceil().max(1.0);
            pool.after_connect(move |connection, _| {
                let sql = format!("SET innodb_lock_wait_timeout = {seconds}");
                Box::pin(async move {
                    use sea_orm::sqlx::{AssertSqlSafe, Executor as _};
                    connection.execute(AssertSqlSafe(sql)).await.map(drop)
                })
            })
        });
        options
    }
}

fn is_in_memory(url: &str) -> bool {
    url.starts_with("sqlite") && (url.contains(":memory:") || url.contains("mode=memory"))
}
