//! A datastore in memory: quick, correct, and gone with the process. For tests.

mod accounts;
mod roles;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use security_core::account::{Role, User, UserId};
use security_core::clock::{Clock, SystemClock};
use security_core::datastore::{Datastore, DatastoreError, UseStore, UserTable};

use accounts::Account;

/// Accounts and roles in memory; clones share them.
///
/// It passes the same [contract suite](mod@crate::datastore_contract) as the databases.
///
/// ```
/// use security_core::account::NewUser;
/// use security_core::datastore::{UserKey, UserStore as _};
/// use security_testkit::memory::MemoryDatastore;
///
/// # async fn example() -> Result<(), security_core::datastore::DatastoreError> {
/// let users = MemoryDatastore::new();
/// users.create_user(NewUser::new("ann@harbour.example")).await?;
/// assert!(users.find_user(&UserKey::email("Ann@harbour.example")).await?.is_some());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct MemoryDatastore {
    state: Arc<Mutex<State>>,
    clock: Arc<dyn Clock>,
}

#[derive(Default)]
struct State {
    accounts: BTreeMap<i64, Account>,
    roles: BTreeMap<String, Role>,
    last_key: i64,
    /// How often things were used, and until when that matters.
    uses: BTreeMap<String, (u64, DateTime<Utc>)>,
}

impl Default for MemoryDatastore {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryDatastore {
    /// An empty datastore.
    #[must_use]
    pub fn new() -> Self {
        Self::with_clock(SystemClock)
    }

    /// An empty datastore that takes the times of creation and change from this clock.
    #[must_use]
    pub fn with_clock(clock: impl Clock + 'static) -> Self {
        Self { state: Arc::default(), clock: Arc::new(clock) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> DateTime<Utc> {
        whole_micros(self.clock.now())
    }
}

impl State {
    fn next_key(&mut self) -> i64 {
        self.last_key += 1;
        self.last_key
    }

    /// The account as the port gives it out, with its roles as they are now.
    fn user(&self, account: &Account) -> User {
        let mut user = account.user.clone();
        user.roles = account.roles.iter().filter_map(|name| self.roles.get(name).cloned()).collect();
        user
    }

    fn account_mut(&mut self, id: &UserId) -> Option<&mut Account> {
        match id {
            UserId::Int(id) => self.accounts.get_mut(id),
            UserId::Text(_) => None,
        }
    }
}

/// Databases keep millionths of a second.
fn whole_micros(at: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap_or(at)
}

impl fmt::Debug for MemoryDatastore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryDatastore").finish_non_exhaustive()
    }
}

#[async_trait]
impl UseStore for MemoryDatastore {
    async fn count_use(
        &self,
        mark: &str,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<u64, DatastoreError> {
        let mut state = self.state();
        state.uses.retain(|_, (_, until)| *until >= now);
        let (count, _) = state.uses.entry(mark.to_owned()).or_insert((0, until));
        *count += 1;
        Ok(*count)
    }

    async fn uses(&self, mark: &str, now: DateTime<Utc>) -> Result<u64, DatastoreError> {
        Ok(self.state().uses.get(mark).filter(|(_, until)| *until >= now).map_or(0, |(count, _)| *count))
    }
}

#[async_trait]
impl Datastore for MemoryDatastore {
    async fn ping(&self) -> Result<(), DatastoreError> {
        Ok(())
    }

    fn user_table(&self) -> Option<UserTable> {
        Some(UserTable::complete("user"))
    }
}
