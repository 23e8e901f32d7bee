//! A datastore that notes what it is asked.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use security_core::account::{NewRole, NewUser, Role, User, UserId};
use security_core::datastore::{
    Condition, Datastore, DatastoreError, RoleStore, UseStore, UserChange, UserKey, UserStore, UserTable,
};

/// Passes every call on to another datastore, and notes its name; clones share the notes.
///
/// ```
/// use std::sync::Arc;
/// use security_core::datastore::{UserKey, UserStore as _};
/// use security_testkit::counting::CountingDatastore;
/// use security_testkit::memory::MemoryDatastore;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), security_core::datastore::DatastoreError> {
/// let store = CountingDatastore::new(Arc::new(MemoryDatastore::new()));
/// store.find_user(&UserKey::email("ann@harbour.example")).await?;
/// assert_eq!(store.take_calls(), ["find_user"]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct CountingDatastore {
    inner: Arc<dyn Datastore>,
    calls: Arc<Mutex<Vec<&'static str>>>,
}

impl CountingDatastore {
    /// Notes what this datastore is asked from now on.
    #[must_use]
    pub fn new(inner: Arc<dyn Datastore>) -> Self {
        Self { inner, calls: Arc::default() }
    }

    /// The names of the calls since the last time, oldest first.
    #[must_use]
    pub fn take_calls(&self) -> Vec<&'static str> {
        std::mem::take(&mut *self.calls())
    }

    fn calls(&self) -> MutexGuard<'_, Vec<&'static str>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn noting(&self, call: &'static str) -> &dyn Datastore {
        self.calls().push(call);
        &*self.inner
    }
}

#[async_trait]
impl UserStore for CountingDatastore {
    async fn create_user(&self, user: NewUser) -> Result<User, DatastoreError> {
        self.noting("create_user").create_user(user).await
    }

    async fn find_user(&self, key: &UserKey) -> Result<Option<User>, DatastoreError> {
        self.noting("find_user").find_user(key).await
    }

    async fn update_user(
        &self,
        id: &UserId,
        condition: &Condition,
        change: &UserChange,
    ) -> Result<bool, DatastoreError> {
        self.noting("update_user").update_user(id, condition, change).await
    }

    async fn record_sign_in(
        &self,
        id: &UserId,
        at: DateTime<Utc>,
        ip: Option<&str>,
    ) -> Result<bool, DatastoreError> {
        self.noting("record_sign_in").record_sign_in(id, at, ip).await
    }

    async fn delete_user(&self, id: &UserId) -> Result<bool, DatastoreError> {
        self.noting("delete_user").delete_user(id).await
    }

    async fn count_users(&self) -> Result<u64, DatastoreError> {
        self.noting("count_users").count_users().await
    }
}

#[async_trait]
impl RoleStore for CountingDatastore {
    async fn create_role(&self, role: NewRole) -> Result<Role, DatastoreError> {
        self.noting("create_role").create_role(role).await
    }

    async fn find_role(&self, name: &str) -> Result<Option<Role>, DatastoreError> {
        self.noting("find_role").find_role(name).await
    }

    async fn list_roles(&self) -> Result<Vec<Role>, DatastoreError> {
        self.noting("list_roles").list_roles().await
    }

    async fn change_permissions(
        &self,
        role: &str,
        add: &BTreeSet<String>,
        remove: &BTreeSet<String>,
    ) -> Result<Option<Role>, DatastoreError> {
        self.noting("change_permissions").change_permissions(role, add, remove).await
    }

    async fn grant_role(&self, user: &UserId, role: &str) -> Result<bool, DatastoreError> {
        self.noting("grant_role").grant_role(user, role).await
    }

    async fn revoke_role(&self, user: &UserId, role: &str) -> Result<bool, DatastoreError> {
        self.noting("revoke_role").revoke_role(user, role).await
    }
}

#[async_trait]
impl UseStore for CountingDatastore {
    async fn count_use(
        &self,
        mark: &str,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<u64, DatastoreError> {
        self.noting("count_use").count_use(mark, until, now).await
    }

    async fn uses(&self, mark: &str, now: DateTime<Utc>) -> Result<u64, DatastoreError> {
        self.noting("uses").uses(mark, now).await
    }
}

#[async_trait]
impl Datastore for CountingDatastore {
    async fn ping(&self) -> Result<(), DatastoreError> {
        self.noting("ping").ping().await
    }

    fn user_table(&self) -> Option<UserTable> {
        self.inner.user_table()
    }
}
