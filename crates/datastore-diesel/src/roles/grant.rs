//! Granting a role and taking it away, in one statement each.

use async_trait::async_trait;
use security_core::account::UserId;
use security_core::datastore::{DatastoreError, storable};

use super::find::FindRole;
use crate::error::Failure;
use crate::job::{Job, Mode};
use crate::layout::Layout;
use crate::session::Session;
use crate::statement::Statement;

/// Grants a role to a user who does not hold it.
pub(super) struct GrantRole {
    /// Nothing when nobody can have the key.
    insert: Option<Statement>,
    find: FindRole,
    role: String,
}

impl GrantRole {
    pub(super) fn new(layout: &Layout, find: FindRole, user: &UserId, role: &str) -> Self {
        let insert = layout.user.accepts(user).then(|| insert(layout, user, role));
        Self { insert, find, role: role.to_owned() }
    }
}

#[async_trait]
impl Job for GrantRole {
    type Answer = bool;

    fn mode(&self) -> Mode {
        Mode::Write
    }

    async fn run(&self, session: &mut dyn Session) -> Result<bool, Failure> {
        if let Some(insert) = &self.insert {
            match session.execute(insert).await {
                Ok(0) => {}
                Ok(_) => return Ok(true),
                Err(failure) if failure.is_duplicate() => return Ok(false), // granted at the same moment
                Err(failure) => return Err(failure),
            }
        }
        match self.find.run(session).await? {
            Some(_) => Ok(false),
            None => Err(DatastoreError::UnknownRole(self.role.clone()).into()),
        }
    }
}

fn insert(layout: &Layout, user: &UserId, role: &str) -> Statement {
    let grants = &layout.grants;
    let (user_id, role_id) = (grants.column("user_id"), grants.column("role_id"));
    let id = layout.user.column("id");
    let mut insert = Statement::new(format!(
        "INSERT INTO {} ({user_id}, {role_id}) SELECT u.{id}, r.{id} FROM {} AS u, {} AS r WHERE ",
        grants.name, layout.user.name, layout.role.name,
    ));
    insert.append(layout.user.has_key("u.", "id", user)).push(" AND ");
    insert.append(layout.role.equals("r.", "name", role));
    insert.push(&format!(
        " AND NOT EXISTS (SELECT 1 FROM {} AS g WHERE g.{user_id} = u.{id} AND g.{role_id} = r.{id})",
        grants.name,
    ));
    insert
}

/// Takes a role away.
pub(super) struct RevokeRole {
    delete: Statement,
}

impl RevokeRole {
    /// `None` when nobody can have the key or no role the name.
    pub(super) fn new(layout: &Layout, user: &UserId, role: &str) -> Option<Self> {
        if !layout.user.accepts(user) || storable::is_impossible(role) {
            return None;
        }
        let grants = &layout.grants;
        let mut delete = Statement::new(format!("DELETE FROM {} WHERE ", grants.name));
        delete.append(grants.has_key("", "user_id", user));
        delete.push(&format!(
            " AND {} IN (SELECT r.{} FROM {} AS r WHERE ",
            grants.column("role_id"),
            layout.role.column("id"),
            layout.role.name,
        ));
        delete.append(layout.role.equals("r.", "name", role)).push(")");
        Some(Self { delete })
    }
}

#[async_trait]
impl Job for RevokeRole {
    type Answer = bool;

    fn mode(&self) -> Mode {
        Mode::Write
    }

    async fn run(&self, session: &mut dyn Session) -> Result<bool, Failure> {
        Ok(session.execute(&self.delete).await? > 0)
    }
}
