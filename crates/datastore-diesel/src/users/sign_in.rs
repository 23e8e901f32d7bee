//! Recording a sign-in in one statement.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use security_core::account::UserId;

use crate::error::Failure;
use crate::job::{Job, Mode};
use crate::layout::Layout;
use crate::row_values::RowValues;
use crate::session::Session;
use crate::statement::Statement;

/// Moves the current sign-in to the last one and counts.
pub(super) struct RecordSignIn {
    update: Statement,
}

impl RecordSignIn {
    /// `None` when nobody can have this key.
    pub(super) fn new(
        layout: &Layout,
        id: &UserId,
        at: DateTime<Utc>,
        ip: Option<&str>,
        now: DateTime<Utc>,
    ) -> Option<Self> {
        let table = &layout.user;
        if !table.accepts(id) {
            return None;
        }
        let mut last_at = Statement::new(format!("coalesce({}, ", table.column("current_login_at")));
        last_at.append(table.value("current_login_at", layout.dialect.time(at))).push(")");
        let count = format!("coalesce({}, 0) + 1", table.column("login_count"));

        // The last ones first: MariaDB and MySQL let a later assignment see an earlier one.
        let mut row = RowValues::new(table);
        row.set_expression("last_login_at", last_at);
        row.set_time_if_present("current_login_at", at);
        row.set_expression("last_login_ip", Statement::new(table.column("current_login_ip")));
        row.set_if_present("current_login_ip", ip);
        row.set_expression("login_count", Statement::new(count));
        row.touch(now);
        Some(Self { update: row.update(table.has_key("", "id", id)) })
    }
}

#[async_trait]
impl Job for RecordSignIn {
    type Answer = bool;

    fn mode(&self) -> Mode {
        Mode::Write
    }

    async fn run(&self, session: &mut dyn Session) -> Result<bool, Failure> {
        Ok(session.execute(&self.update).await? == 1)
    }
}
