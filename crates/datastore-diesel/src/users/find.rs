//! Finding a user in one statement, and counting users.

use async_trait::async_trait;
use security_core::account::{User, UserId};
use security_core::config::IdentityAttribute;
use security_core::datastore::{DatastoreError, UserKey};

#[cfg(feature = "sqlite")]
use crate::DieselDatastore;
use crate::error::Failure;
use crate::job::{Job, Mode};
use crate::layout::Layout;
use crate::rows;
use crate::session::Session;
use crate::statement::Statement;

/// Finds the user with this key.
pub(super) struct FindUser {
    query: Statement,
    key: UserKey,
}

impl FindUser {
    /// `None` when nobody can have this key.
    pub(super) fn new(layout: &Layout, key: &UserKey) -> Option<Self> {
        Some(Self { query: layout.find_user(key)?.to_statement(), key: key.clone() })
    }
}

#[async_trait]
impl Job for FindUser {
    type Answer = Option<User>;

    fn mode(&self) -> Mode {
        Mode::Read
    }

    async fn run(&self, session: &mut dyn Session) -> Result<Option<User>, Failure> {
        Ok(meant(rows::users(session.users(&self.query).await?), &self.key))
    }
}

#[cfg(feature = "sqlite")]
impl DieselDatastore {
    /// Finds the user on the thread that asks, where that takes some microseconds: without a task, a copy of the statement
    /// or a future for each step. `None` where it has to be done at leisure.
    pub(super) fn find_at_once(&self, key: &UserKey) -> Option<Result<Option<User>, DatastoreError>> {
        let sqlite = self.sqlite()?;
        let layout = self.known_layout().filter(|layout| layout.readers_never_wait)?;
        let Some(lookup) = layout.find_user(key) else { return Some(Ok(None)) };
        let found = match layout.request_text(key) {
            Some(text) => sqlite.users_at_once(&text.lookup(lookup)),
            None => sqlite.users_at_once(&lookup),
        };
        Some(found?.map(|users| meant(users, key)).map_err(Failure::into_error))
    }
}

/// Of those whom a key found, the one that it means: the exact spelling wins, then the lowest key.
fn meant(mut users: Vec<User>, key: &UserKey) -> Option<User> {
    if users.len() <= 1 {
        return users.pop();
    }
    users.into_iter().min_by_key(|user| (!is_spelled_as(user, key), user.id.clone()))
}

/// Whether an identity that was found ignoring case is spelled like the key.
fn is_spelled_as(user: &User, key: &UserKey) -> bool {
    let UserKey::Identity { attribute, value, .. } = key else { return true };
    match attribute {
        IdentityAttribute::Email => user.email == *value,
        IdentityAttribute::Username => user.username.as_ref() == Some(value),
        IdentityAttribute::UsPhoneNumber => user.us_phone_number.as_ref() == Some(value),
    }
}

/// Counts all users.
pub(super) struct CountUsers {
    query: Statement,
}

impl CountUsers {
    pub(super) fn new(layout: &Layout) -> Self {
        Self { query: Statement::new(format!("SELECT count(*) FROM {}", layout.user.name)) }
    }
}

#[async_trait]
impl Job for CountUsers {
    type Answer = u64;

    fn mode(&self) -> Mode {
        Mode::Read
    }

    async fn run(&self, session: &mut dyn Session) -> Result<u64, Failure> {
        match session.keys(&self.query).await?.pop() {
            Some(UserId::Int(count)) => Ok(u64::try_from(count).map_err(DatastoreError::backend)?),
            _ => Err(DatastoreError::backend("the database did not count").into()),
        }
    }
}
