//! Finding a user in one statement, and counting users.

use async_trait::async_trait;
use security_core::account::{User, UserId};
use security_core::config::IdentityAttribute;
use security_core::datastore::{DatastoreError, UserKey};

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
    mode: Mode,
}

impl FindUser {
    /// `None` when nobody can have this key.
    pub(super) fn new(layout: &Layout, key: &UserKey) -> Option<Self> {
        let mode = if layout.readers_never_wait { Mode::QuickRead } else { Mode::Read };
        Some(Self { query: layout.find_user(key)?, key: key.clone(), mode })
    }
}

#[async_trait]
impl Job for FindUser {
    type Answer = Option<User>;

    fn mode(&self) -> Mode {
        self.mode
    }

    async fn run(&self, session: &mut dyn Session) -> Result<Option<User>, Failure> {
        let users = rows::users(session.users(&self.query).await?);
        Ok(users.into_iter().min_by_key(|user| (!is_spelled_as(user, &self.key), user.id.clone())))
    }
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
