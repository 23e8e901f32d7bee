//! The part of the port that concerns roles.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::DatastoreError;
use crate::account::{NewRole, Role, UserId};

/// Reads and writes roles and who holds them.
#[async_trait]
pub trait RoleStore {
    /// Adds a role.
    ///
    /// # Errors
    ///
    /// [`DatastoreError::Duplicate`] when the name is taken, also when two calls race: exactly one succeeds.
    /// [`DatastoreError::Unstorable`] for values that [`storable::new_role`](super::storable::new_role) refuses.
    async fn create_role(&self, role: NewRole) -> Result<Role, DatastoreError>;

    /// Looks a role up by its exact name.
    async fn find_role(&self, name: &str) -> Result<Option<Role>, DatastoreError>;

    /// All roles, ordered by name.
    async fn list_roles(&self) -> Result<Vec<Role>, DatastoreError>;

    /// Adds and then removes permissions of a role in one atomic step, so that two racing calls lose nothing; a name
    /// in both sets is removed. Answers the role as it is now, or `None` when there is no such role.
    ///
    /// # Errors
    ///
    /// [`DatastoreError::Unstorable`] when a name to add is empty or holds a comma or a NUL.
    async fn change_permissions(
        &self,
        role: &str,
        add: &BTreeSet<String>,
        remove: &BTreeSet<String>,
    ) -> Result<Option<Role>, DatastoreError>;

    /// Grants a role. `false` when the user already held it, also when two calls race, or when there is no such
    /// user.
    ///
    /// # Errors
    ///
    /// [`DatastoreError::UnknownRole`] when the role does not exist.
    async fn grant_role(&self, user: &UserId, role: &str) -> Result<bool, DatastoreError>;

    /// Takes a role away. `false` when the user did not hold it or it does not exist.
    async fn revoke_role(&self, user: &UserId, role: &str) -> Result<bool, DatastoreError>;
}
