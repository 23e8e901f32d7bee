//! Options of the datastore: names of the tables, and how long to wait.

use std::sync::Arc;
use std::time::Duration;

use sea_orm::{ConnectOptions, Database, DatabaseConnection};
use security_core::clock::{Clock, SystemClock};
use security_core::datastore::DatastoreError;

use crate::SeaOrmDatastore;
use crate::error::from_db;
use crate::layout::TableNames;
use crate::schema::prefer_wal;

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
    lock_timeout: Duration,
    max_connections: u32,
}

impl Default for SeaOrmOptions {
    fn default() -> Self {
        Self {
            tables: TableNames::default(),
            acquire_timeout: Duration::from_secs(5),
            clock: Arc::new(SystemClock),
            lock_timeout: Duration::from_secs(5),
            max_connections: 8,
        }
    }
}

impl SeaOrmOptions {
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

    /// How long an operation waits for a free connection, and for its turn to write, before it answers
    /// [`DatastoreError::Unavailable`]; five seconds unless set.
    ///
    /// A connection that is handed in keeps its own time for free connections.
    pub fn acquire_timeout(mut self, patience: Duration) -> Self {
        self.acquire_timeout = patience;
        self
    }

    /// How long a write waits for another process that is writing; five seconds unless set.
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

    /// Opens a database, for example `sqlite://app.db?mode=rwc` or `sqlite::memory:`.
    ///
    /// # Errors
    ///
    /// [`DatastoreError::Unavailable`] when the file is missing or cannot be opened, [`DatastoreError::Backend`] when
    /// the address cannot be read or the file is not a database.
    pub async fn connect(self, url: &str) -> Result<SeaOrmDatastore, DatastoreError> {
        let connection = Database::connect(self.connect_options(url)).await.map_err(from_db)?;
        prefer_wal(&connection).await?;
        Ok(self.from_connection(connection))
    }

    /// Works on a connection of the application.
    ///
    /// Its settings are the application's: for SQLite switch WAL mode and `foreign_keys` on, and allow more
    /// connections than the one that sea-orm opens by itself.
    #[must_use]
    pub fn from_connection(self, connection: DatabaseConnection) -> SeaOrmDatastore {
        SeaOrmDatastore::assemble(self, connection)
    }

    fn connect_options(&self, url: &str) -> ConnectOptions {
        let mut options = ConnectOptions::new(url);
        options
            .acquire_timeout(self.acquire_timeout)
            .max_connections(self.max_connections)
            .test_before_acquire(false) // there is no network in between that could have broken
            .sqlx_logging(false);
        if is_in_memory(url) {
            // The database lives as long as its last connection.
            options.max_connections(1).min_connections(1).idle_timeout(None).max_lifetime(None);
        }
        let lock_timeout = self.lock_timeout;
        options.map_sqlx_sqlite_opts(move |sqlite| sqlite.busy_timeout(lock_timeout).foreign_keys(true));
        options
    }
}

fn is_in_memory(url: &str) -> bool {
    url.contains(":memory:") || url.contains("mode=memory")
}
