//! The part of the port that concerns users.

mod create;
mod delete;
mod find;
mod identities;
mod sign_in;
mod update;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use security_core::account::{NewUser, User, UserId};
use security_core::datastore::{Condition, DatastoreError, UserChange, UserKey, UserStore, storable};

use crate::DieselDatastore;
use crate::error::Failure;
use crate::job::Job as _;
use crate::session::Session;
use create::CreateUser;
use delete::DeleteUser;
use find::{CountUsers, FindUser};
use sign_in::RecordSignIn;
use update::UpdateUser;

impl DieselDatastore {
    /// Adds an account inside a transaction of the application on its SQLite connection: both are kept or neither.
    ///
    /// Begin the transaction in immediate mode, so that it cannot lose the race for SQLite's write lock half-way. After
    /// an error, roll it back. It works on the thread that calls it.
    ///
    /// # Errors
    ///
    /// Those of [`UserStore::create_user`].
    ///
    /// ```
    /// use datastore_diesel::DieselDatastore;
    /// use datastore_diesel::diesel::{self, RunQueryDsl as _, connection::SimpleConnection as _};
    /// use security_core::account::NewUser;
    ///
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let users = DieselDatastore::connect("sqlite::memory:").await?;
    /// users.migrate().await?;
    /// let pool = users.sqlite_pool().expect("the database is SQLite");
    /// let mut connection = pool.get()?;
    /// connection.batch_execute("CREATE TABLE berth (owner INTEGER)")?;
    ///
    /// connection.immediate_transaction(|connection| {
    ///     let ann = users.create_user_in_sqlite(connection, NewUser::new("ann@harbour.example"))?;
    ///     diesel::sql_query(format!("INSERT INTO berth (owner) VALUES ({})", ann.id)).execute(connection)?;
    ///     Ok::<_, Box<dyn std::error::Error>>(())
    /// })?;
    /// # Ok(())
    /// # }
    /// # fn main() {
    /// #     let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    /// #     runtime.block_on(example()).expect("the example works");
    /// # }
    /// ```
    #[cfg(feature = "sqlite")]
    #[cfg_attr(docsrs, doc(cfg(feature = "sqlite")))]
    pub fn create_user_in_sqlite(
        &self,
        connection: &mut diesel::SqliteConnection,
        user: NewUser,
    ) -> Result<User, DatastoreError> {
        let mut session = crate::backend::sqlite::SqliteSession(connection);
        crate::backend::sqlite::now(self.create_with(&mut session, user)).map_err(Failure::into_error)
    }

    /// Changes an account inside a transaction of the application on its SQLite connection.
    ///
    /// # Errors
    ///
    /// Those of [`UserStore::update_user`].
    #[cfg(feature = "sqlite")]
    #[cfg_attr(docsrs, doc(cfg(feature = "sqlite")))]
    pub fn update_user_in_sqlite(
        &self,
        connection: &mut diesel::SqliteConnection,
        id: &UserId,
        condition: &Condition,
        change: &UserChange,
    ) -> Result<bool, DatastoreError> {
        let mut session = crate::backend::sqlite::SqliteSession(connection);
        crate::backend::sqlite::now(self.update_with(&mut session, id, condition, change))
            .map_err(Failure::into_error)
    }

    /// Adds an account inside a transaction of the application on its PostgreSQL, MariaDB or MySQL connection: both
    /// are kept or neither. After an error, roll the transaction back.
    ///
    /// # Errors
    ///
    /// Those of [`UserStore::create_user`].
    ///
    /// ```no_run
    /// use datastore_diesel::DieselDatastore;
    /// use datastore_diesel::diesel_async::{AsyncConnection as _, RunQueryDsl as _};
    /// use datastore_diesel::diesel::sql_query;
    /// use security_core::account::NewUser;
    ///
    /// # #[cfg(feature = "postgres")]
    /// # async fn example() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    /// let users = DieselDatastore::connect("postgres://app@localhost/app").await?;
    /// let pool = users.postgres_pool().expect("the database is PostgreSQL");
    /// let mut connection = pool.get().await?;
    ///
    /// connection
    ///     .transaction(async |connection| {
    ///         let ann = users.create_user_in(connection, NewUser::new("ann@harbour.example")).await?;
    ///         sql_query(format!("INSERT INTO berth (owner) VALUES ({})", ann.id)).execute(connection).await?;
    ///         Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
    ///     })
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "server")]
    #[cfg_attr(docsrs, doc(cfg(any(feature = "postgres", feature = "mysql"))))]
    pub async fn create_user_in<C: crate::ServerConnection>(
        &self,
        connection: &mut C,
        user: NewUser,
    ) -> Result<User, DatastoreError> {
        self.create_with(&mut *connection.session(), user).await.map_err(Failure::into_error)
    }

    /// Changes an account inside a transaction of the application on its PostgreSQL, MariaDB or MySQL connection.
    ///
    /// # Errors
    ///
    /// Those of [`UserStore::update_user`].
    #[cfg(feature = "server")]
    #[cfg_attr(docsrs, doc(cfg(any(feature = "postgres", feature = "mysql"))))]
    pub async fn update_user_in<C: crate::ServerConnection>(
        &self,
        connection: &mut C,
        id: &UserId,
        condition: &Condition,
        change: &UserChange,
    ) -> Result<bool, DatastoreError> {
        let changed = self.update_with(&mut *connection.session(), id, condition, change).await;
        changed.map_err(Failure::into_error)
    }

    async fn find_at_leisure(&self, key: &UserKey) -> Result<Option<User>, DatastoreError> {
        match FindUser::new(&*self.layout().await?, key) {
            Some(job) => self.run(job).await,
            None => Ok(None),
        }
    }

    #[cfg(any(feature = "sqlite", feature = "server"))]
    async fn create_with(&self, session: &mut dyn Session, user: NewUser) -> Result<User, Failure> {
        let layout = self.layout_in(session).await?;
        CreateUser::new(layout, user, self.now())?.run(session).await
    }

    #[cfg(any(feature = "sqlite", feature = "server"))]
    async fn update_with(
        &self,
        session: &mut dyn Session,
        id: &UserId,
        condition: &Condition,
        change: &UserChange,
    ) -> Result<bool, Failure> {
        let layout = self.layout_in(session).await?;
        match UpdateUser::new(layout, id, condition, change, self.now())? {
            Some(job) => job.run(session).await,
            None => Ok(false),
        }
    }
}

#[async_trait]
impl UserStore for DieselDatastore {
    async fn create_user(&self, user: NewUser) -> Result<User, DatastoreError> {
        self.run(CreateUser::new(self.layout().await?, user, self.now())?).await
    }

    async fn find_user(&self, key: &UserKey) -> Result<Option<User>, DatastoreError> {
        #[cfg(feature = "sqlite")]
        if let Some(found) = self.find_at_once(key) {
            return found;
        }
        // A box of its own, so that what is found at once does not pay for it.
        Box::pin(self.find_at_leisure(key)).await
    }

    async fn update_user(
        &self,
        id: &UserId,
        condition: &Condition,
        change: &UserChange,
    ) -> Result<bool, DatastoreError> {
        match UpdateUser::new(self.layout().await?, id, condition, change, self.now())? {
            Some(job) => self.run(job).await,
            None => Ok(false),
        }
    }

    async fn record_sign_in(
        &self,
        id: &UserId,
        at: DateTime<Utc>,
        ip: Option<&str>,
    ) -> Result<bool, DatastoreError> {
        storable::time("current_login_at", at)?;
        ip.map_or(Ok(()), |ip| storable::text("current_login_ip", ip))?;
        match RecordSignIn::new(&*self.layout().await?, id, at, ip, self.now()) {
            Some(job) => self.run(job).await,
            None => Ok(false),
        }
    }

    async fn delete_user(&self, id: &UserId) -> Result<bool, DatastoreError> {
        match DeleteUser::new(&*self.layout().await?, id) {
            Some(job) => self.run(job).await,
            None => Ok(false),
        }
    }

    async fn count_users(&self) -> Result<u64, DatastoreError> {
        self.run(CountUsers::new(&*self.layout().await?)).await
    }
}
