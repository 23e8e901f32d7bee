//! Changing an account if a condition holds.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use security_core::account::UserId;
use security_core::datastore::{Condition, DatastoreError, UserChange, storable};
use serde_json::Map;

use super::identities::{new_identities, require_free, unguarded};
use crate::error::Failure;
use crate::job::{Job, Mode};
use crate::layout::{Layout, Table};
use crate::row_values::RowValues;
use crate::session::Session;
use crate::statement::Statement;

/// Changes an account.
pub(super) struct UpdateUser {
    layout: Arc<Layout>,
    id: UserId,
    change: UserChange,
    update: Statement,
}

impl UpdateUser {
    /// `None` when the condition cannot hold.
    pub(super) fn new(
        layout: Arc<Layout>,
        id: &UserId,
        condition: &Condition,
        change: &UserChange,
        now: DateTime<Utc>,
    ) -> Result<Option<Self>, DatastoreError> {
        storable::user_change(change)?;
        let row = changed_row(&layout.user, change, now)?;
        let Some(condition) = condition_on(&layout.user, id, condition) else { return Ok(None) };
        let update = row.update(condition);
        Ok(Some(Self { layout, id: id.clone(), change: change.clone(), update }))
    }
}

#[async_trait]
impl Job for UpdateUser {
    type Answer = bool;

    fn mode(&self) -> Mode {
        match unguarded(&self.layout, new_identities(&self.change)).next() {
            Some(_) => Mode::Transaction,
            None => Mode::Write,
        }
    }

    async fn run(&self, session: &mut dyn Session) -> Result<bool, Failure> {
        require_free(session, &self.layout, new_identities(&self.change), Some(&self.id)).await?;
        Ok(session.execute(&self.update).await? == 1)
    }
}

fn changed_row<'t>(
    table: &'t Table,
    change: &UserChange,
    now: DateTime<Utc>,
) -> Result<RowValues<'t>, DatastoreError> {
    let mut row = RowValues::new(table);
    if let Some(email) = &change.email {
        row.set("email", Some(email.clone()))?;
    }
    if let Some(username) = &change.username {
        row.set("username", username.clone())?;
    }
    if let Some(password) = &change.password {
        row.set("password", password.clone())?;
    }
    if let Some(active) = change.active {
        row.set_if_present("active", Some(active));
    }
    if let Some(uniquifier) = &change.fs_uniquifier {
        row.set("fs_uniquifier", Some(uniquifier.clone()))?;
    }
    if let Some(uniquifier) = &change.fs_token_uniquifier {
        row.set_if_present("fs_token_uniquifier", Some(uniquifier.clone()));
    }
    if let Some(confirmed_at) = change.confirmed_at {
        row.set("confirmed_at", confirmed_at.map(|at| table.dialect.time(at)))?;
    }
    if let Some(phone) = &change.us_phone_number {
        row.set("us_phone_number", phone.clone())?;
    }
    if let Some(extra) = &change.extra {
        row.set("extra", fields_text(extra)?)?;
    }
    row.touch(now);
    Ok(row)
}

/// The key and the condition as SQL; `None` when they cannot hold.
fn condition_on(table: &Table, id: &UserId, condition: &Condition) -> Option<Statement> {
    if !table.accepts(id) {
        return None;
    }
    let mut sql = table.has_key("", "id", id);
    let holds = match condition {
        Condition::Exists => return Some(sql),
        Condition::UniquifierIs(value) => has_value(table, "fs_uniquifier", value)?,
        Condition::PasswordIs(Some(value)) => has_value(table, "password", value)?,
        Condition::PasswordIs(None) => is_null(table, "password"),
        Condition::UnconfirmedEmailIs(value) => {
            let mut both = has_value(table, "email", value)?;
            both.push(" AND ").append(is_null(table, "confirmed_at"));
            both
        }
    };
    sql.push(" AND ").append(holds);
    Some(sql)
}

fn has_value(table: &Table, column: &str, value: &str) -> Option<Statement> {
    (table.has(column) && !storable::is_impossible(value)).then(|| table.equals("", column, value))
}

fn is_null(table: &Table, column: &str) -> Statement {
    Statement::new(format!("{} IS NULL", table.column(column)))
}

/// The application's own fields as text; nothing when there are none.
pub(super) fn fields_text(fields: &Map<String, serde_json::Value>) -> Result<Option<String>, DatastoreError> {
    if fields.is_empty() {
        return Ok(None);
    }
    serde_json::to_string(fields).map(Some).map_err(DatastoreError::backend)
}
