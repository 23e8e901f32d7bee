//! Roles and the permissions they carry.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::UserId;

/// The primary key of a role; the same two shapes as [`UserId`].
pub type RoleId = UserId;

/// A named set of permissions that can be granted to users.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// Primary key.
    pub id: RoleId,
    /// Unique name, at most 80 characters; the identity of a role.
    pub name: String,
    /// Free text for administrators.
    pub description: Option<String>,
    /// Names of the permissions; no name contains a comma.
    pub permissions: BTreeSet<String>,
    /// When the row last changed, if the store records it.
    pub update_datetime: Option<DateTime<Utc>>,
}

impl Role {
    /// Reads the comma-joined text in which permissions lie in the database.
    ///
    /// ```
    /// let permissions = security_core::account::Role::permissions_from_text("read,write");
    /// assert!(permissions.contains("write"));
    /// ```
    #[must_use]
    pub fn permissions_from_text(text: &str) -> BTreeSet<String> {
        text.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect()
    }

    /// Writes permissions as the comma-joined text of the database column.
    #[must_use]
    pub fn permissions_to_text(permissions: &BTreeSet<String>) -> String {
        permissions.iter().map(String::as_str).collect::<Vec<_>>().join(",")
    }
}

/// What is needed to create a role.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewRole {
    /// Unique name, at most 80 characters.
    pub name: String,
    /// Free text for administrators.
    #[serde(default)]
    pub description: Option<String>,
    /// Names of the permissions; a datastore refuses a name with a comma.
    #[serde(default)]
    pub permissions: BTreeSet<String>,
}

impl NewRole {
    /// A role of this name with these permissions.
    #[must_use]
    pub fn new<P: Into<String>>(name: impl Into<String>, permissions: impl IntoIterator<Item = P>) -> Self {
        Self {
            name: name.into(),
            description: None,
            permissions: permissions.into_iter().map(Into::into).collect(),
        }
    }
}
