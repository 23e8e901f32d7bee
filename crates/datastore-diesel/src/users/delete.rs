//! Deleting a user with its role grants.

use async_trait::async_trait;
use security_core::account::UserId;

use crate::error::Failure;
use crate::job::{Job, Mode};
use crate::layout::Layout;
use crate::session::Session;
use crate::statement::Statement;

/// Deletes the grants, then the user.
pub(super) struct DeleteUser {
    grants: Statement,
    user: Statement,
}

impl DeleteUser {
    /// `None` when nobody can have this key.
    pub(super) fn new(layout: &Layout, id: &UserId) -> Option<Self> {
        if !layout.user.accepts(id) {
            return None;
        }
        let mut grants = Statement::new(format!("DELETE FROM {} WHERE ", layout.grants.name));
        grants.append(layout.grants.has_key("", "user_id", id));
        let mut user = Statement::new(format!("DELETE FROM {} WHERE ", layout.user.name));
        user.append(layout.user.has_key("", "id", id));
        Some(Self { grants, user })
    }
}

#[async_trait]
impl Job for DeleteUser {
    type Answer = bool;

    fn mode(&self) -> Mode {
        Mode::Transaction
    }

    async fn run(&self, session: &mut dyn Session) -> Result<bool, Failure> {
        session.execute(&self.grants).await?;
        Ok(session.execute(&self.user).await? == 1)
    }
}
