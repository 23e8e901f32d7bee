//! Reads users and roles from rows, without a copy of what is not kept.

use std::error::Error as StdError;

use chrono::{DateTime, Utc};
use sea_orm::QueryResult;
use sea_orm::sqlx::sqlite::SqliteRow;
use sea_orm::sqlx::{Decode, Row as _, Sqlite, Type, TypeInfo as _, ValueRef as _};
use security_core::account::{Role, User, UserId};
use security_core::datastore::DatastoreError;
use serde_json::{Map, Value};

use crate::layout::USER_COLUMNS;
use crate::times;

/// The driver's own row.
pub(crate) fn sqlite_row(row: &QueryResult) -> Result<&SqliteRow, DatastoreError> {
    row.try_as_sqlite_row().ok_or_else(|| DatastoreError::backend("the row does not come from SQLite"))
}

/// Reads the users of a result in which each user stands once per role. Roles are ordered by name.
pub(crate) fn users(rows: &[QueryResult]) -> Result<Vec<User>, DatastoreError> {
    let mut users: Vec<User> = Vec::new();
    for row in rows {
        let mut reader = Reader { row: sqlite_row(row)?, next: 0 };
        let id = reader.key()?.ok_or_else(|| damaged("id"))?;
        let at = match users.iter().position(|user| user.id == id) {
            Some(at) => at,
            None => {
                users.push(reader.user(id)?);
                users.len() - 1
            }
        };
        reader.next = USER_COLUMNS.len();
        let user = &mut users[at];
        if let Some(role) = reader.role()?
            && !user.roles.contains(&role)
        {
            user.roles.push(role);
        }
    }
    users.iter_mut().for_each(|user| user.roles.sort_by(|one, other| one.name.cmp(&other.name)));
    Ok(users)
}

/// Reads the roles of a result.
pub(crate) fn roles(rows: &[QueryResult]) -> Result<Vec<Role>, DatastoreError> {
    let read = rows.iter().map(|row| {
        let mut reader = Reader { row: sqlite_row(row)?, next: 0 };
        reader.role()?.ok_or_else(|| damaged("id"))
    });
    read.collect()
}

/// Reads the primary key in the first column.
pub(crate) fn key(row: &QueryResult) -> Result<UserId, DatastoreError> {
    Reader { row: sqlite_row(row)?, next: 0 }.key()?.ok_or_else(|| damaged("id"))
}

/// Reads the columns of a row one after the other.
struct Reader<'r> {
    row: &'r SqliteRow,
    next: usize,
}

impl<'r> Reader<'r> {
    /// Reads the columns after the key, in the order of the statement.
    fn user(&mut self, id: UserId) -> Result<User, DatastoreError> {
        let email = self.text()?.ok_or_else(|| damaged("email"))?;
        let username = self.owned()?;
        let password = self.owned()?;
        let active = self.value::<bool>()?.unwrap_or(false);
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
        user.login_count = self.value()?;
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
    fn role(&mut self) -> Result<Option<Role>, DatastoreError> {
        let Some(id) = self.key()? else { return Ok(None) };
        Ok(Some(Role {
            id,
            name: self.owned()?.ok_or_else(|| damaged("name"))?,
            description: self.owned()?,
            permissions: self.text()?.map(Role::permissions_from_text).unwrap_or_default(),
            update_datetime: self.time("update_datetime")?,
        }))
    }

    fn key(&mut self) -> Result<Option<UserId>, DatastoreError> {
        let value = self.row.try_get_raw(self.next).map_err(DatastoreError::backend)?;
        if value.type_info().name() == "TEXT" {
            return Ok(self.owned()?.map(UserId::Text));
        }
        Ok(self.value()?.map(UserId::Int))
    }

    fn time(&mut self, column: &str) -> Result<Option<DateTime<Utc>>, DatastoreError> {
        let text = self.text()?;
        text.map(|text| times::from_text(text).ok_or_else(|| damaged(column))).transpose()
    }

    fn owned(&mut self) -> Result<Option<String>, DatastoreError> {
        Ok(self.text()?.map(str::to_owned))
    }

    fn text(&mut self) -> Result<Option<&'r str>, DatastoreError> {
        self.value()
    }

    fn value<T: Decode<'r, Sqlite> + Type<Sqlite>>(&mut self) -> Result<Option<T>, DatastoreError> {
        let value = self.row.try_get(self.next).map_err(DatastoreError::backend)?;
        self.next += 1;
        Ok(value)
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
