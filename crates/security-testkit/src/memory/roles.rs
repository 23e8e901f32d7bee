//! Roles in memory.

use std::collections::BTreeSet;

use async_trait::async_trait;
use security_core::account::{NewRole, Role, UserId};
use security_core::datastore::{DatastoreError, RoleStore, storable};

use super::MemoryDatastore;

#[async_trait]
impl RoleStore for MemoryDatastore {
    async fn create_role(&self, new: NewRole) -> Result<Role, DatastoreError> {
        storable::new_role(&new)?;
        let now = self.now();
        let mut state = self.state();
        if state.roles.contains_key(&new.name) {
            return Err(DatastoreError::Duplicate { column: "name".to_owned() });
        }
        let role = Role {
            id: UserId::Int(state.next_key()),
            name: new.name,
            description: new.description,
            permissions: new.permissions,
            update_datetime: Some(now),
        };
        state.roles.insert(role.name.clone(), role.clone());
        Ok(role)
    }

    async fn find_role(&self, name: &str) -> Result<Option<Role>, DatastoreError> {
        Ok(self.state().roles.get(name).cloned())
    }

    async fn list_roles(&self) -> Result<Vec<Role>, DatastoreError> {
        Ok(self.state().roles.values().cloned().collect())
    }

    async fn change_permissions(
        &self,
        role: &str,
        add: &BTreeSet<String>,
        remove: &BTreeSet<String>,
    ) -> Result<Option<Role>, DatastoreError> {
        storable::permissions(add)?;
        let now = self.now();
        let mut state = self.state();
        let Some(role) = state.roles.get_mut(role) else { return Ok(None) };
        role.permissions.extend(add.iter().cloned());
        role.permissions.retain(|name| !remove.contains(name));
        role.update_datetime = Some(now);
        Ok(Some(role.clone()))
    }

    async fn grant_role(&self, user: &UserId, role: &str) -> Result<bool, DatastoreError> {
        let mut state = self.state();
        if !state.roles.contains_key(role) {
            return Err(DatastoreError::UnknownRole(role.to_owned()));
        }
        Ok(state.account_mut(user).is_some_and(|account| account.roles.insert(role.to_owned())))
    }

    async fn revoke_role(&self, user: &UserId, role: &str) -> Result<bool, DatastoreError> {
        Ok(self.state().account_mut(user).is_some_and(|account| account.roles.remove(role)))
    }
}
