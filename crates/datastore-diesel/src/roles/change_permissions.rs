//! Changing the permissions of a role in one atomic step.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use security_core::account::Role;

use super::find::FindRole;
use crate::error::Failure;
use crate::job::{Job, Mode};
use crate::layout::Layout;
use crate::row_values::RowValues;
use crate::session::Session;

/// Adds permissions, then removes some.
pub(super) struct ChangePermissions {
    layout: Arc<Layout>,
    find: FindRole,
    add: BTreeSet<String>,
    remove: BTreeSet<String>,
    now: DateTime<Utc>,
}

impl ChangePermissions {
    pub(super) fn new(
        layout: Arc<Layout>,
        find: FindRole,
        add: &BTreeSet<String>,
        remove: &BTreeSet<String>,
        now: DateTime<Utc>,
    ) -> Self {
        Self { layout, find, add: add.clone(), remove: remove.clone(), now }
    }
}

#[async_trait]
impl Job for ChangePermissions {
    type Answer = Option<Role>;

    fn mode(&self) -> Mode {
        Mode::Transaction
    }

    async fn run(&self, session: &mut dyn Session) -> Result<Option<Role>, Failure> {
        let found = session.roles(&self.find.locking(&self.layout)).await?.pop();
        let Some(before) = found else { return Ok(None) };
        let permissions: BTreeSet<String> = before
            .permissions
            .union(&self.add)
            .filter(|name| !self.remove.contains(*name))
            .cloned()
            .collect();
        if permissions == before.permissions {
            return Ok(Some(before));
        }
        let table = &self.layout.role;
        let mut row = RowValues::new(table);
        // An empty text, as the reference leaves it when the last permission goes.
        row.set("permissions", Some(Role::permissions_to_text(&permissions)))?;
        row.touch(self.now);
        session.execute(&row.update(table.has_key("", "id", &before.id))).await?;
        self.find.run(session).await
    }
}
