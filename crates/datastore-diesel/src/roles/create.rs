//! Adding a role.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use security_core::account::{NewRole, Role};
use security_core::datastore::DatastoreError;
use security_core::secret::random_identity;

use crate::error::Failure;
use crate::job::{Job, Mode};
use crate::layout::Layout;
use crate::row_values::RowValues;
use crate::session::Session;
use crate::statement::Statement;

/// Adds a role and reads it back.
pub(super) struct CreateRole {
    layout: Arc<Layout>,
    name: String,
    insert: Statement,
}

impl CreateRole {
    pub(super) fn new(
        layout: Arc<Layout>,
        role: NewRole,
        now: DateTime<Utc>,
    ) -> Result<Self, DatastoreError> {
        let table = &layout.role;
        let mut row = RowValues::new(table);
        if table.has_text_key() {
            row.set_if_present("id", Some(random_identity()));
        }
        let permissions =
            (!role.permissions.is_empty()).then(|| Role::permissions_to_text(&role.permissions));
        row.set("name", Some(role.name.clone()))?;
        row.set("description", role.description)?;
        row.set("permissions", permissions)?; // null for a role that carries nothing
        row.touch(now);
        let insert = row.insert();
        Ok(Self { layout, name: role.name, insert })
    }
}

#[async_trait]
impl Job for CreateRole {
    type Answer = Role;

    fn mode(&self) -> Mode {
        Mode::Transaction
    }

    async fn run(&self, session: &mut dyn Session) -> Result<Role, Failure> {
        session.execute(&self.insert).await?;
        let created = session.roles(&self.layout.find_role(&self.name)).await?.pop();
        created.ok_or_else(|| DatastoreError::backend("the new role was not found").into())
    }
}
