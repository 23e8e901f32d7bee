//! The datastore itself: its collections, its patience, and its knowledge of the indexes.

use std::fmt;
use std::future::IntoFuture;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt as _;
use mongodb::bson::{Bson, Document, doc};
use mongodb::options::{Acknowledgment, CollectionOptions, ReadPreference, SelectionCriteria, WriteConcern};
use mongodb::{Collection, Database};
use security_core::datastore::{Datastore, DatastoreError, UserTable};

use crate::MongoOptions;
use crate::error::{from_driver, is_unknown_stage};
use crate::schema::Guards;

/// How often an operation that others keep overtaking tries again. Each time it does, another one has succeeded.
pub(crate) const ATTEMPTS: usize = 500;

/// Accounts and roles in MongoDB; clones share one client.
///
/// See the [crate documentation](crate) for an example.
#[derive(Clone)]
pub struct MongoDatastore {
    inner: Arc<Inner>,
}

struct Inner {
    database: Database,
    users: Collection<Document>,
    roles: Collection<Document>,
    uses: Collection<Document>,
    options: MongoOptions,
    /// Whether the server was seen to know no `$lookup`.
    lacks_lookup: AtomicBool,
    /// What is known of the indexes, once they have been seen.
    guards: RwLock<Option<Guards>>,
}

impl MongoDatastore {
    /// Opens the database that an address names, for example `mongodb://localhost/harbour`.
    ///
    /// # Errors
    ///
    /// Those of [`MongoOptions::connect`].
    pub async fn connect(url: &str) -> Result<Self, DatastoreError> {
        MongoOptions::new().connect(url).await
    }

    /// Works on a database of the application's own client; see [`MongoOptions::from_database`].
    #[must_use]
    pub fn from_database(database: &Database) -> Self {
        MongoOptions::new().from_database(database)
    }

    /// The database, for the application's own collections.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.inner.database
    }

    /// Creates the indexes that are missing, and adds the lower-case spelling of addresses and user names to documents
    /// that lack it. Calling it again, also from two places at once, does no harm.
    ///
    /// Existing documents keep their fields, except that an identity that is null becomes an absent one. Where accounts
    /// share a value that ought to be unique, they stay as they are and a warning is logged; then new values are also
    /// compared by the datastore, until the documents are repaired and `migrate` is called again.
    ///
    /// Let every node call it when it starts. It takes the time it needs, on a large collection more than an operation
    /// may take.
    ///
    /// # Errors
    ///
    /// [`DatastoreError::Unavailable`] and [`DatastoreError::Backend`].
    pub async fn migrate(&self) -> Result<(), DatastoreError> {
        crate::schema::migrate(self).await?;
        self.remember(Guards::read(self).await?);
        Ok(())
    }

    pub(crate) fn assemble(options: MongoOptions, database: Database) -> Self {
        let collection_options = collection_options(database.write_concern());
        let collection = |name: &str| database.collection_with_options(name, collection_options.clone());
        let inner = Inner {
            users: collection(&options.user_collection),
            roles: collection(&options.role_collection),
            uses: collection(&options.uses_collection),
            database,
            options,
            lacks_lookup: AtomicBool::new(false),
            guards: RwLock::new(None),
        };
        Self { inner: Arc::new(inner) }
    }

    pub(crate) fn users(&self) -> &Collection<Document> {
        &self.inner.users
    }

    pub(crate) fn roles(&self) -> &Collection<Document> {
        &self.inner.roles
    }

    pub(crate) fn use_counts(&self) -> &Collection<Document> {
        &self.inner.uses
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.inner.options.clock.now()
    }

    /// What is known of the indexes; looks at them the first time.
    pub(crate) async fn guards(&self) -> Result<Guards, DatastoreError> {
        let known = *self.inner.guards.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(guards) = known {
            return Ok(guards);
        }
        let read = tokio::time::timeout(self.inner.options.timeout, Guards::read(self)).await;
        let guards = read.map_err(DatastoreError::unavailable)??;
        self.remember(guards);
        Ok(guards)
    }

    fn remember(&self, guards: Guards) {
        *self.inner.guards.write().unwrap_or_else(PoisonError::into_inner) = Some(guards);
    }

    /// Does something within the time that an operation may take.
    pub(crate) async fn within<T, W>(&self, work: W) -> Result<T, DatastoreError>
    where
        W: IntoFuture<Output = Result<T, mongodb::error::Error>>,
    {
        self.attempt(work).await?.map_err(from_driver)
    }

    /// As [`within`](Self::within), where the driver's error tells how to go on.
    pub(crate) async fn attempt<T, W>(
        &self,
        work: W,
    ) -> Result<Result<T, mongodb::error::Error>, DatastoreError>
    where
        W: IntoFuture<Output = Result<T, mongodb::error::Error>>,
    {
        let work = work.into_future();
        tokio::time::timeout(self.inner.options.timeout, work).await.map_err(DatastoreError::unavailable)
    }

    /// Reads users with the documents of their roles in place of the references, in one round trip where the server
    /// can.
    pub(crate) async fn load_users(&self, filter: Document) -> Result<Vec<Document>, DatastoreError> {
        if !self.inner.lacks_lookup.load(Ordering::Relaxed) {
            let pipeline = [
                doc! { "$match": filter.clone() },
                doc! { "$lookup": {
                    "from": self.roles().name(), "localField": "roles", "foreignField": "_id", "as": "roles",
                } },
            ];
            let found = async { self.users().aggregate(pipeline).await?.try_collect().await };
            match self.attempt(found).await? {
                Err(error) if is_unknown_stage(&error) => {
                    self.inner.lacks_lookup.store(true, Ordering::Relaxed);
                }
                answer => return answer.map_err(from_driver),
            }
        }
        self.load_users_then_roles(filter).await
    }

    async fn load_users_then_roles(&self, filter: Document) -> Result<Vec<Document>, DatastoreError> {
        let found = async { self.users().find(filter).await?.try_collect().await };
        let mut users: Vec<Document> = self.within(found).await?;
        for user in &mut users {
            let Ok(references) = user.get_array("roles") else { continue };
            if !references.is_empty() {
                let held = self.load_roles(doc! { "_id": { "$in": references.clone() } }).await?;
                user.insert("roles", held.into_iter().map(Bson::Document).collect::<Vec<_>>());
            }
        }
        Ok(users)
    }

    /// Reads roles.
    pub(crate) async fn load_roles(&self, filter: Document) -> Result<Vec<Document>, DatastoreError> {
        self.within(async { self.roles().find(filter).await?.try_collect().await }).await
    }
}

impl fmt::Debug for MongoDatastore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MongoDatastore")
            .field("database", &self.inner.database.name())
            .field("users", &self.users().name())
            .field("roles", &self.roles().name())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Datastore for MongoDatastore {
    async fn ping(&self) -> Result<(), DatastoreError> {
        let answered = self.attempt(self.inner.database.run_command(doc! { "ping": 1 })).await?;
        answered.map(drop).map_err(DatastoreError::unavailable)
    }

    fn user_table(&self) -> Option<UserTable> {
        Some(UserTable::complete(self.users().name()))
    }
}

/// A change has to be visible to the next read, so reads ask the primary; and a change that was answered has to
/// survive, so the default is the safest answer there is.
fn collection_options(chosen: Option<&WriteConcern>) -> CollectionOptions {
    let safest = || WriteConcern::builder().w(Acknowledgment::Majority).journal(true).build();
    CollectionOptions::builder()
        .selection_criteria(SelectionCriteria::ReadPreference(ReadPreference::Primary))
        .write_concern(chosen.cloned().unwrap_or_else(safest))
        .build()
}
