//! Reads users and roles from rows, without a copy of what is not kept.

use std::error::Error as StdError;

use chrono::{DateTime, Utc};
use sea_orm::QueryResult;
use security_core::account::{Role, User, UserId};
use security_core::datastore::DatastoreError;
use serde_json::{Map, Value};

use crate::driver_row::DriverRow;
use crate::layout::{Layout, USER_COLUMNS};

/// Reads the users of a result in which each user stands once per role. Roles are ordered by name.
pub(crate) fn users(layout: &Layout, rows: &[QueryResult]) -> Result<Vec<User>, DatastoreError> {
    let mut users: Vec<User> = Vec::new();
    for row in rows {
        let mut reader = Reader { row: DriverRow::of(row)?, next: 0 };
        let id = reader.key(layout.user.has_text_key())?.ok_or_else(|| damaged("id"))?;
        let at = match users.iter().position(|user| user.id == id) {
            Some(at) => at,
            None => {
                users.push(reader.user(id)?);
                users.len() - 1
            }
        };
        reader.next = USER_COLUMNS.len();
        let user = &mut users[at];
        if let Some(role) = reader.role(layout)?
            && !user.roles.contains(&role)
        {
            user.roles.push(role);
        }
    }
    users.iter_mut().for_each(|user| user.roles.sort_by(|one, other| one.name.cmp(&other.name)));
    Ok(users)
}

/// Reads the roles of a result.
pub(crate) fn roles(layout: &Layout, rows: &[QueryResult]) -> Result<Vec<Role>, DatastoreError> {
    let read = rows.iter().map(|row| {
        let mut reader = Reader { row: DriverRow::of(row)?, next: 0 };
        reader.role(layout)?.ok_or_else(|| damaged("id"))
    });
    read.collect()
}

/// Reads the primary key in the first column.
pub(crate) fn key(row: &QueryResult, is_text: bool) -> Result<UserId, DatastoreError> {
    Reader { row: DriverRow::of(row)?, next: 0 }.key(is_text)?.ok_or_else(|| damaged("id"))
}

/// Reads the number in the first column.
pub(crate) fn number(row: &QueryResult) -> Result<i64, DatastoreError> {
    DriverRow::of(row)?.number(0)?.ok_or_else(|| damaged("count"))
}

/// Reads the columns of a row one after the other.
struct Reader<'r> {
    row: DriverRow<'r>,
    next: usize,
}

impl<'r> Reader<'r> {
    /// Reads the columns after the key, in the order of the statement.
    fn user(&mut self, id: UserId) -> Result<User, DatastoreError> {
        let email = self.text()?.ok_or_else(|| damaged("email"))?;
        let username = self.owned()?;
        let password = self.owned()?;
        let active = self.row.flag(self.step())?.unwrap_or(false);
        let fs_uniquifier = self.text()?.ok_or_else(|| damaged("fs_uniquifier"))?;
        let mut user = User::from_required(id, email, fs_uniquifier);
        user.username = username;
        user.password = password;
        user.active = active;
        user.fs_token_uniquifier = self.owned()?;
        user.confirmed_at = self.time("confirmed_at")?;
        user.last_login_at = self.time("last_login_at")?;
        user.current_login_at = self.time("current_login_at")?;
        user.last_login_ip = self.owned()?;
        user.current_login_ip = self.owned()?;
        user.login_count = self.row.number(self.step())?;
        user.tf_primary_method = self.owned()?;
        user.tf_totp_secret = self.owned()?;
        user.tf_phone_number = self.owned()?;
        user.us_totp_secrets = self.owned()?;
        user.us_phone_number = self.owned()?;
        user.fs_webauthn_user_handle = self.owned()?;
        user.mf_recovery_codes = self.text()?.map(list).unwrap_or_default();
        user.create_datetime = self.time("create_datetime")?;
        user.update_datetime = self.time("update_datetime")?;
        user.extra = self.text()?.map_or_else(|| Ok(Map::new()), fields)?;
        Ok(user)
    }

    /// Reads a role; `None` where the join found none.
    fn role(&mut self, layout: &Layout) -> Result<Option<Role>, DatastoreError> {
        let Some(id) = self.key(layout.role.has_text_key())? else { return Ok(None) };
        Ok(Some(Role {
            id,
            name: self.owned()?.ok_or_else(|| damaged("name"))?,
            description: self.owned()?,
            permissions: self.text()?.map(Role::permissions_from_text).unwrap_or_default(),
            update_datetime: self.time("update_datetime")?,
        }))
    }

    fn key(&mut self, is_text: bool) -> Result<Option<UserId>, DatastoreError> {
        let at = self.step();
        if is_text && !self.row.holds_number(at)? {
            return Ok(self.row.text(at)?.map(|text| UserId::Text(text.to_owned())));
        }
        Ok(self.row.number(at)?.map(UserId::Int))
    }

    fn time(&mut self, column: &str) -> Result<Option<DateTime<Utc>>, DatastoreError> {
        self.row.time(self.step())?.map(|at| at.ok_or_else(|| damaged(column))).transpose()
    }

    fn owned(&mut self) -> Result<Option<String>, DatastoreError> {
        Ok(self.text()?.map(str::to_owned))
    }

    fn text(&mut self) -> Result<Option<&'r str>, DatastoreError> {
        self.row.text(self.step())
    }

    /// The column that is next.
    fn step(&mut self) -> usize {
        self.next += 1;
        self.next - 1
    }
}

/// A list of texts joined with commas.
fn list(text: &str) -> Vec<String> {
    if text.is_empty() { Vec::new() } else { text.split(',').map(str::to_owned).collect() }
}

/// The application's own fields.
fn fields(text: &str) -> Result<Map<String, Value>, DatastoreError> {
    if text.is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_str(text).map_err(|_| damaged("extra"))
}

fn damaged(column: &str) -> DatastoreError {
    DatastoreError::backend(Box::<dyn StdError + Send + Sync>::from(format!(
        "the value of `{column}` cannot be read"
    )))
}
