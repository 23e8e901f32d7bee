//! Options of the datastore: names of the collections, and how long to wait.

use std::sync::Arc;
use std::time::Duration;

use mongodb::options::ClientOptions;
use mongodb::{Client, Database};
use security_core::clock::{Clock, SystemClock};
use security_core::datastore::{Datastore as _, DatastoreError};

use crate::MongoDatastore;
use crate::error::from_driver;

/// How to open the datastore, where the defaults of [`MongoDatastore::connect`] do not fit.
///
/// ```no_run
/// # async fn example() -> Result<(), security_core::datastore::DatastoreError> {
/// use std::time::Duration;
/// use datastore_mongo::MongoOptions;
///
/// let users = MongoOptions::new()
///     .user_collection("account")
///     .timeout(Duration::from_secs(2))
///     .connect("mongodb://localhost/harbour")
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "options do nothing until they connect"]
pub struct MongoOptions {
    pub(crate) user_collection: String,
    pub(crate) role_collection: String,
    pub(crate) uses_collection: String,
    pub(crate) timeout: Duration,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Default for MongoOptions {
    fn default() -> Self {
        Self {
            user_collection: "user".to_owned(),
            role_collection: "role".to_owned(),
            uses_collection: "fs_use".to_owned(),
            timeout: Duration::from_secs(5),
            clock: Arc::new(SystemClock),
        }
    }
}

impl MongoOptions {
    /// The defaults: collections `user` and `role`, five seconds of patience.
    pub fn new() -> Self {
        Self::default()
    }

    /// The collection of users; `user` unless set.
    pub fn user_collection(mut self, name: impl Into<String>) -> Self {
        self.user_collection = name.into();
        self
    }

    /// The collection of roles; `role` unless set.
    pub fn role_collection(mut self, name: impl Into<String>) -> Self {
        self.role_collection = name.into();
        self
    }

    /// The collection that counts uses of links and attempts; `fs_use` unless set. The reference has none.
    pub fn uses_collection(mut self, name: impl Into<String>) -> Self {
        self.uses_collection = name.into();
        self
    }

    /// How long one operation may take, the wait for a server and for a free connection included, before it answers
    /// [`DatastoreError::Unavailable`]; five seconds unless set.
    ///
    /// A write that was given up may still have been made.
    pub fn timeout(mut self, patience: Duration) -> Self {
        self.timeout = patience;
        self
    }

    /// The clock behind `create_datetime` and `update_datetime`; the system's unless set.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Opens the database that an address names, for example `mongodb://localhost/harbour`.
    ///
    /// # Errors
    ///
    /// [`DatastoreError::Unavailable`] when no server answers, [`DatastoreError::Backend`] when the address cannot be
    /// read or names no database.
    pub async fn connect(self, url: &str) -> Result<MongoDatastore, DatastoreError> {
        let mut options = ClientOptions::parse(url).await.map_err(from_driver)?;
        options.server_selection_timeout.get_or_insert(self.timeout);
        options.connect_timeout.get_or_insert(self.timeout);
        let client = Client::with_options(options).map_err(from_driver)?;
        let database = client.default_database();
        let database = database.ok_or_else(|| DatastoreError::backend("the address names no database"))?;
        let store = self.from_database(&database);
        store.ping().await?;
        Ok(store)
    }

    /// Works on a database of the application's own client.
    ///
    /// The client's settings are the application's, also its write concern.
    #[must_use]
    pub fn from_database(self, database: &Database) -> MongoDatastore {
        MongoDatastore::assemble(self, database.clone())
    }
}
