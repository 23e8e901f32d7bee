//! The part of the port that concerns users.

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::DatastoreError;
use crate::account::{NewUser, User, UserId};
use crate::config::IdentityAttribute;

/// How to find one user.
#[derive(Clone, PartialEq, Eq)]
pub enum UserKey {
    /// By primary key.
    Id(UserId),
    /// By `fs_uniquifier`, exactly.
    Uniquifier(String),
    /// By `fs_token_uniquifier`, exactly; finds nobody where the table has no such column.
    TokenUniquifier(String),
    /// By an identity that was already normalised.
    Identity {
        /// Which column.
        attribute: IdentityAttribute,
        /// The normalised value.
        value: String,
        /// Compare with the database's own `lower()` on both sides.
        case_insensitive: bool,
    },
}

impl UserKey {
    /// By normalised address, ignoring case.
    pub fn email(value: impl Into<String>) -> Self {
        Self::Identity { attribute: IdentityAttribute::Email, value: value.into(), case_insensitive: true }
    }

    /// By normalised user name, ignoring case.
    pub fn username(value: impl Into<String>) -> Self {
        Self::Identity { attribute: IdentityAttribute::Username, value: value.into(), case_insensitive: true }
    }
}

impl fmt::Debug for UserKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => f.debug_tuple("Id").field(id).finish(),
            Self::Uniquifier(_) => f.write_str("Uniquifier(…)"),
            Self::TokenUniquifier(_) => f.write_str("TokenUniquifier(…)"),
            Self::Identity { attribute, .. } => f.debug_tuple("Identity").field(attribute).finish(),
        }
    }
}

/// New values for columns; `None` leaves a column as it is.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct UserChange {
    /// New normalised address.
    pub email: Option<String>,
    /// New user name, or none.
    pub username: Option<Option<String>>,
    /// New password hash, or none.
    pub password: Option<Option<String>>,
    /// Whether the account may sign in. [`Security::deactivate`](crate::Security::deactivate) also ends what was handed out
    /// before.
    pub active: Option<bool>,
    /// New random identity for sessions and links.
    pub fs_uniquifier: Option<String>,
    /// New random identity for auth tokens; ignored where the table has no such column.
    pub fs_token_uniquifier: Option<String>,
    /// Time of confirmation, or none.
    pub confirmed_at: Option<Option<DateTime<Utc>>>,
    /// New phone identity, or none.
    pub us_phone_number: Option<Option<String>>,
    /// The application's own fields, replaced as a whole.
    pub extra: Option<Map<String, Value>>,
}

impl fmt::Debug for UserChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserChange").finish_non_exhaustive()
    }
}

/// What must hold, at the moment of writing, for a change to be made.
#[derive(Clone, PartialEq, Eq)]
pub enum Condition {
    /// The row exists.
    Exists,
    /// `fs_uniquifier` still has this value.
    UniquifierIs(String),
    /// The password column still has this value.
    PasswordIs(Option<String>),
    /// The address is still this one and not yet confirmed.
    UnconfirmedEmailIs(String),
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Exists => "Exists",
            Self::UniquifierIs(_) => "UniquifierIs(…)",
            Self::PasswordIs(_) => "PasswordIs(…)",
            Self::UnconfirmedEmailIs(_) => "UnconfirmedEmailIs(…)",
        })
    }
}

/// Reads and writes accounts.
///
/// The contract suite checks on every backend: `create_user` refuses a taken identity; a change is visible to the
/// next read; of racing calls for one identity, or for one condition that the change itself ends, exactly one
/// succeeds.
#[async_trait]
pub trait UserStore {
    /// Adds an account with its roles in one transaction.
    ///
    /// # Errors
    ///
    /// [`DatastoreError::Duplicate`] when the address, user name, phone or uniquifier is taken (address and user
    /// name also when they differ only in case); [`DatastoreError::UnknownRole`]; [`DatastoreError::Unstorable`]
    /// for values that [`storable::new_user`](super::storable::new_user) refuses. Nothing is stored then.
    async fn create_user(&self, user: NewUser) -> Result<User, DatastoreError>;

    /// Finds a user with roles and permissions in one round trip. A key with a NUL character finds nobody.
    ///
    /// Where a table that was taken over holds several accounts whose identity differs only in case, the exact
    /// spelling wins, then the lowest key.
    async fn find_user(&self, key: &UserKey) -> Result<Option<User>, DatastoreError>;

    /// Changes columns if the condition holds, in one atomic conditional write. `false` when it did not hold.
    ///
    /// # Errors
    ///
    /// [`DatastoreError::Duplicate`] when a new identity is taken; [`DatastoreError::Unstorable`] for values that
    /// [`storable::user_change`](super::storable::user_change) refuses. Nothing is changed then.
    async fn update_user(
        &self,
        id: &UserId,
        condition: &Condition,
        change: &UserChange,
    ) -> Result<bool, DatastoreError>;

    /// Records a sign-in in one atomic write: the current time and address move to the last ones (on the first
    /// sign-in the last time is `at`), the new ones become current, and the count grows by one.
    /// `false` when there is no such user.
    async fn record_sign_in(
        &self,
        id: &UserId,
        at: DateTime<Utc>,
        ip: Option<&str>,
    ) -> Result<bool, DatastoreError>;

    /// Deletes a user and its role grants. `false` when there was none.
    async fn delete_user(&self, id: &UserId) -> Result<bool, DatastoreError>;

    /// How many accounts there are.
    async fn count_users(&self) -> Result<u64, DatastoreError>;
}
