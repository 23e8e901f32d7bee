//! Finding and listing roles.

use async_trait::async_trait;
use security_core::account::Role;
use security_core::datastore::storable;

use crate::error::Failure;
use crate::job::{Job, Mode};
use crate::layout::Layout;
use crate::session::Session;
use crate::statement::Statement;

/// Finds the role of a name.
pub(super) struct FindRole {
    query: Statement,
    mode: Mode,
}

impl FindRole {
    /// `None` when no role can have this name.
    pub(super) fn new(layout: &Layout, name: &str) -> Option<Self> {
        let mode = if layout.readers_never_wait { Mode::QuickRead } else { Mode::Read };
        (!storable::is_impossible(name)).then(|| Self { query: layout.find_role(name), mode })
    }

    /// The statement that finds the role and keeps others from changing it until the transaction ends.
    pub(super) fn locking(&self, layout: &Layout) -> Statement {
        let mut query = self.query.clone();
        if layout.dialect != crate::dialect::Dialect::Sqlite {
            query.push(" FOR UPDATE");
        }
        query
    }
}

#[async_trait]
impl Job for FindRole {
    type Answer = Option<Role>;

    fn mode(&self) -> Mode {
        self.mode
    }

    async fn run(&self, session: &mut dyn Session) -> Result<Option<Role>, Failure> {
        Ok(session.roles(&self.query).await?.pop())
    }
}

/// Lists all roles by name.
pub(super) struct ListRoles {
    query: Statement,
}

impl ListRoles {
    pub(super) fn new(layout: &Layout) -> Self {
        Self { query: layout.select_roles(None) }
    }
}

#[async_trait]
impl Job for ListRoles {
    type Answer = Vec<Role>;

    fn mode(&self) -> Mode {
        Mode::Read
    }

    async fn run(&self, session: &mut dyn Session) -> Result<Vec<Role>, Failure> {
        let mut roles = session.roles(&self.query).await?;
        roles.sort_by(|one, other| one.name.cmp(&other.name)); // databases sort by their own languages
        Ok(roles)
    }
}
