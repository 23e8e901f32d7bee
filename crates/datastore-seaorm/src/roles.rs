//! The part of the port that concerns roles.

use std::collections::BTreeSet;

use async_trait::async_trait;
use sea_orm::ConnectionTrait;
use security_core::account::{NewRole, Role, UserId};
use security_core::datastore::{DatastoreError, RoleStore, storable};
use security_core::secret::random_identity;

use crate::SeaOrmDatastore;
use crate::error::from_db;
use crate::layout::{Layout, key_value};
use crate::row_values::RowValues;
use crate::rows;
use crate::store::statement;

#[async_trait]
impl RoleStore for SeaOrmDatastore {
    async fn create_role(&self, role: NewRole) -> Result<Role, DatastoreError> {
        storable::new_role(&role)?;
        let layout = self.layout(self.connection()).await?;
        let mut row = RowValues::new(&layout.role);
        if layout.role.has_text_key {
            row.set_if_present("id", random_identity());
        }
        row.set("name", Some(role.name))?;
        row.set("description", role.description)?;
        row.set("permissions", permissions_text(&role.permissions))?;
        row.touch(self.now());
        let _turn = self.turn().await?;
        let insert = row.insert(&layout.role_columns());
        let created = self.connection().query_all_raw(insert).await.map_err(from_db)?;
        rows::roles(&created)?.pop().ok_or_else(|| DatastoreError::backend("the new role was not returned"))
    }

    async fn find_role(&self, name: &str) -> Result<Option<Role>, DatastoreError> {
        let layout = self.layout(self.connection()).await?;
        find(self.connection(), &layout, name).await
    }

    async fn list_roles(&self) -> Result<Vec<Role>, DatastoreError> {
        let layout = self.layout(self.connection()).await?;
        let sql = layout.select_roles("ORDER BY r.\"name\"");
        let found = self.connection().query_all_raw(statement(sql, [])).await.map_err(from_db)?;
        rows::roles(&found)
    }

    async fn change_permissions(
        &self,
        role: &str,
        add: &BTreeSet<String>,
        remove: &BTreeSet<String>,
    ) -> Result<Option<Role>, DatastoreError> {
        storable::permissions(add)?;
        let layout = self.layout(self.connection()).await?;
        let work = self.begin().await?;
        let Some(before) = find(&work.transaction, &layout, role).await? else { return Ok(None) };
        let permissions: BTreeSet<String> =
            before.permissions.union(add).filter(|name| !remove.contains(*name)).cloned().collect();
        if permissions == before.permissions {
            return Ok(Some(before));
        }
        let mut row = RowValues::new(&layout.role);
        // An empty text, as the reference leaves it when the last permission goes.
        row.set("permissions", Some(Role::permissions_to_text(&permissions)))?;
        row.touch(self.now());
        let update = row.update("\"id\" = ?", [key_value(&before.id)]);
        work.transaction.execute_raw(update).await.map_err(from_db)?;
        let after = find(&work.transaction, &layout, role).await?;
        work.commit().await?;
        Ok(after)
    }

    async fn grant_role(&self, user: &UserId, role: &str) -> Result<bool, DatastoreError> {
        let layout = self.layout(self.connection()).await?;
        let Some(role) = find(self.connection(), &layout, role).await? else {
            return Err(DatastoreError::UnknownRole(role.to_owned()));
        };
        if !layout.user.accepts(user) {
            return Ok(false);
        }
        let sql = format!(
            "INSERT INTO {grants} (\"user_id\", \"role_id\") \
             SELECT u.\"id\", r.\"id\" FROM {users} AS u, {roles} AS r WHERE u.\"id\" = ? AND r.\"id\" = ? \
             AND NOT EXISTS (SELECT 1 FROM {grants} WHERE \"user_id\" = u.\"id\" AND \"role_id\" = r.\"id\")",
            grants = layout.grants,
            users = layout.user.name,
            roles = layout.role.name,
        );
        let granted = self.write(statement(sql, [key_value(user), key_value(&role.id)])).await?;
        Ok(granted.rows_affected() == 1)
    }

    async fn revoke_role(&self, user: &UserId, role: &str) -> Result<bool, DatastoreError> {
        let layout = self.layout(self.connection()).await?;
        if !layout.user.accepts(user) || storable::is_impossible(role) {
            return Ok(false);
        }
        let sql = format!(
            "DELETE FROM {} WHERE \"user_id\" = ? AND \"role_id\" = (SELECT \"id\" FROM {} WHERE \"name\" = ?)",
            layout.grants, layout.role.name,
        );
        let revoked = self.write(statement(sql, [key_value(user), role.into()])).await?;
        Ok(revoked.rows_affected() > 0)
    }
}

async fn find(
    connection: &impl ConnectionTrait,
    layout: &Layout,
    name: &str,
) -> Result<Option<Role>, DatastoreError> {
    if storable::is_impossible(name) {
        return Ok(None);
    }
    let sql = layout.select_roles("WHERE r.\"name\" = ?");
    let found = connection.query_all_raw(statement(sql, [name.into()])).await.map_err(from_db)?;
    Ok(rows::roles(&found)?.pop())
}

/// The text of the column; null for a role that carries nothing.
fn permissions_text(permissions: &BTreeSet<String>) -> Option<String> {
    (!permissions.is_empty()).then(|| Role::permissions_to_text(permissions))
}
