//! The part of the port that concerns roles.

mod change_permissions;
mod create;
mod find;
mod grant;

use std::collections::BTreeSet;

use async_trait::async_trait;
use security_core::account::{NewRole, Role, UserId};
use security_core::datastore::{DatastoreError, RoleStore, storable};

use crate::DieselDatastore;
use change_permissions::ChangePermissions;
use create::CreateRole;
use find::{FindRole, ListRoles};
use grant::{GrantRole, RevokeRole};

#[async_trait]
impl RoleStore for DieselDatastore {
    async fn create_role(&self, role: NewRole) -> Result<Role, DatastoreError> {
        storable::new_role(&role)?;
        self.run(CreateRole::new(self.layout().await?, role, self.now())?).await
    }

    async fn find_role(&self, name: &str) -> Result<Option<Role>, DatastoreError> {
        match FindRole::new(&*self.layout().await?, name) {
            Some(job) => self.run(job).await,
            None => Ok(None),
        }
    }

    async fn list_roles(&self) -> Result<Vec<Role>, DatastoreError> {
        self.run(ListRoles::new(&*self.layout().await?)).await
    }

    async fn change_permissions(
        &self,
        role: &str,
        add: &BTreeSet<String>,
        remove: &BTreeSet<String>,
    ) -> Result<Option<Role>, DatastoreError> {
        storable::permissions(add)?;
        let layout = self.layout().await?;
        match FindRole::new(&layout, role) {
            Some(find) => self.run(ChangePermissions::new(layout, find, add, remove, self.now())).await,
            None => Ok(None),
        }
    }

    async fn grant_role(&self, user: &UserId, role: &str) -> Result<bool, DatastoreError> {
        let layout = self.layout().await?;
        match FindRole::new(&layout, role) {
            Some(find) => self.run(GrantRole::new(&layout, find, user, role)).await,
            None => Err(DatastoreError::UnknownRole(role.to_owned())),
        }
    }

    async fn revoke_role(&self, user: &UserId, role: &str) -> Result<bool, DatastoreError> {
        match RevokeRole::new(&*self.layout().await?, user, role) {
            Some(job) => self.run(job).await,
            None => Ok(false),
        }
    }
}
