//! The part of the port that concerns roles.

use std::collections::BTreeSet;

use async_trait::async_trait;
use sea_orm::ConnectionTrait;
use security_core::account::{NewRole, Role, UserId};
use security_core::datastore::{DatastoreError, RoleStore, storable};
use security_core::secret::random_identity;

use crate::SeaOrmDatastore;
use crate::layout::Layout;
use crate::row_values::RowValues;
use crate::rows;
use crate::store::undisturbed;
use crate::table::key_value;
use crate::users::{has_id, lost};

#[async_trait]
impl RoleStore for SeaOrmDatastore {
    async fn create_role(&self, role: NewRole) -> Result<Role, DatastoreError> {
        storable::new_role(&role)?;
        let layout = self.layout(self.connection()).await?;
        let _turn = self.turn().await?;
        undisturbed(|| self.create_role_once(&layout, &role)).await
    }

    async fn find_role(&self, name: &str) -> Result<Option<Role>, DatastoreError> {
        let layout = self.layout(self.connection()).await?;
        self.find_named(self.connection(), &layout, name, "").await
    }

    async fn list_roles(&self) -> Result<Vec<Role>, DatastoreError> {
        let layout = self.layout(self.connection()).await?;
        let select = layout.dialect.statement(layout.select_roles(""), []);
        let mut roles = rows::roles(&layout, &self.rows(self.connection(), select).await?)?;
        roles.sort_by(|one, other| one.name.cmp(&other.name)); // not by the rules of a language
        Ok(roles)
    }

    async fn change_permissions(
        &self,
        role: &str,
        add: &BTreeSet<String>,
        remove: &BTreeSet<String>,
    ) -> Result<Option<Role>, DatastoreError> {
        storable::permissions(add)?;
        let layout = self.layout(self.connection()).await?;
        undisturbed(|| self.change_permissions_once(&layout, role, add, remove)).await
    }

    async fn grant_role(&self, user: &UserId, role: &str) -> Result<bool, DatastoreError> {
        let layout = self.layout(self.connection()).await?;
        let Some(role) = self.find_named(self.connection(), &layout, role, "").await? else {
            return Err(DatastoreError::UnknownRole(role.to_owned()));
        };
        if !layout.user.accepts(user) {
            return Ok(false);
        }
        let id = layout.dialect.quoted("id");
        let sql = format!(
            "INSERT INTO {grants} ({holder}, {held}) \
             SELECT u.{id}, r.{id} FROM {users} AS u, {roles} AS r WHERE u.{id} = {user} AND r.{id} = {role} \
             AND NOT EXISTS (SELECT 1 FROM {grants} AS g WHERE g.{holder} = u.{id} AND g.{held} = r.{id})",
            grants = layout.grants,
            holder = layout.holder,
            held = layout.held,
            users = layout.user.name,
            roles = layout.role.name,
            user = layout.user.placeholder("id"),
            role = layout.role.placeholder("id"),
        );
        let values = [key_value(user), key_value(&role.id)];
        match self.write(layout.dialect.statement(sql, values)).await {
            Ok(granted) => Ok(granted.rows_affected() == 1),
            Err(error) if error.is_duplicate() => Ok(false), // granted by somebody else at the same moment
            Err(error) => Err(error),
        }
    }

    async fn revoke_role(&self, user: &UserId, role: &str) -> Result<bool, DatastoreError> {
        let layout = self.layout(self.connection()).await?;
        if !layout.user.accepts(user) || storable::is_impossible(role) {
            return Ok(false);
        }
        let (name, times) = layout.role.is("", "name");
        let sql = format!(
            "DELETE FROM {} WHERE {} = {} AND {} = (SELECT {} FROM {} WHERE {name})",
            layout.grants,
            layout.holder,
            layout.user.placeholder("id"),
            layout.held,
            layout.dialect.quoted("id"),
            layout.role.name,
        );
        let values = [key_value(user)].into_iter().chain(vec![role.into(); times]);
        let revoked = self.write(layout.dialect.statement(sql, values)).await?;
        Ok(revoked.rows_affected() > 0)
    }
}

impl SeaOrmDatastore {
    async fn create_role_once(&self, layout: &Layout, role: &NewRole) -> Result<Role, DatastoreError> {
        let id = layout.role.has_text_key().then(random_identity);
        let mut row = RowValues::new(&layout.role);
        if let Some(id) = &id {
            row.set_if_present("id", id.as_str());
        }
        row.set("name", Some(role.name.clone()))?;
        row.set("description", role.description.clone())?;
        row.set("permissions", permissions_text(&role.permissions))?;
        row.touch(self.now());
        if layout.dialect.returns_rows() {
            let created = self.rows(self.connection(), row.insert(&layout.role_columns())).await?;
            return rows::roles(layout, &created)?.pop().ok_or_else(lost);
        }
        self.insert(self.connection(), &layout.role, row, id).await?;
        self.find_named(self.connection(), layout, &role.name, "").await?.ok_or_else(lost)
    }

    async fn change_permissions_once(
        &self,
        layout: &Layout,
        role: &str,
        add: &BTreeSet<String>,
        remove: &BTreeSet<String>,
    ) -> Result<Option<Role>, DatastoreError> {
        let work = self.begin().await?;
        let lock = layout.dialect.for_update();
        let Some(before) = self.find_named(&work.transaction, layout, role, lock).await? else {
            return Ok(None);
        };
        let permissions: BTreeSet<String> =
            before.permissions.union(add).filter(|name| !remove.contains(*name)).cloned().collect();
        if permissions == before.permissions {
            return Ok(Some(before));
        }
        let mut row = RowValues::new(&layout.role);
        // An empty text, as the reference leaves it when the last permission goes.
        row.set("permissions", Some(Role::permissions_to_text(&permissions)))?;
        row.touch(self.now());
        let update = row.update(&has_id(&layout.role), [key_value(&before.id)]);
        self.run(&work.transaction, update).await?;
        let after = self.find_named(&work.transaction, layout, role, "").await?;
        work.commit().await?;
        Ok(after)
    }

    /// Finds a role by its exact name; `end` ends the statement.
    async fn find_named(
        &self,
        connection: &impl ConnectionTrait,
        layout: &Layout,
        name: &str,
        end: &str,
    ) -> Result<Option<Role>, DatastoreError> {
        if storable::is_impossible(name) {
            return Ok(None);
        }
        let (is, times) = layout.role.is("r.", "name");
        let sql = layout.select_roles(&format!("WHERE {is}{end}"));
        let select = layout.dialect.statement(sql, vec![name.into(); times]);
        Ok(rows::roles(layout, &self.rows(connection, select).await?)?.pop())
    }
}

/// The text of the column; null for a role that carries nothing.
fn permissions_text(permissions: &BTreeSet<String>) -> Option<String> {
    (!permissions.is_empty()).then(|| Role::permissions_to_text(permissions))
}
