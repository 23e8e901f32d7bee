//! The values of a user that is about to be written, and the conditions of a change.

use chrono::{DateTime, Utc};
use sea_orm::Value;
use security_core::account::NewUser;
use security_core::datastore::{Condition, DatastoreError, UserChange, storable};
use serde_json::Map;

use crate::row_values::RowValues;
use crate::table::Table;
use crate::times;

/// A new user.
pub(crate) fn new_row<'t>(
    table: &'t Table,
    id: Option<&str>,
    user: NewUser,
    now: DateTime<Utc>,
) -> Result<RowValues<'t>, DatastoreError> {
    let mut row = RowValues::new(table);
    if let Some(id) = id {
        row.set_if_present("id", id);
    }
    row.set("email", Some(user.email))?;
    row.set("username", user.username)?;
    row.set("password", user.password)?;
    row.set_if_present("active", user.active);
    row.set("fs_uniquifier", Some(user.fs_uniquifier))?;
    row.set_if_present("fs_token_uniquifier", user.fs_token_uniquifier);
    row.set_if_present("fs_webauthn_user_handle", user.fs_webauthn_user_handle);
    row.set_time("confirmed_at", user.confirmed_at)?;
    row.set("us_phone_number", user.us_phone_number)?;
    row.set("extra", fields_text(&user.extra)?)?;
    row.set_if_present("create_datetime", times::to_value(table.dialect, Some(now)));
    row.touch(now);
    Ok(row)
}

/// What a change writes.
pub(crate) fn changed_row<'t>(
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
        row.set_if_present("active", active);
    }
    if let Some(uniquifier) = &change.fs_uniquifier {
        row.set("fs_uniquifier", Some(uniquifier.clone()))?;
    }
    if let Some(uniquifier) = &change.fs_token_uniquifier {
        row.set_if_present("fs_token_uniquifier", uniquifier.clone());
    }
    if let Some(confirmed_at) = change.confirmed_at {
        row.set_time("confirmed_at", confirmed_at)?;
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

/// The condition as SQL that follows the key, with its values; `None` when it cannot hold.
pub(crate) fn condition_sql(table: &Table, condition: &Condition) -> Option<(String, Vec<Value>)> {
    let (column, value) = match condition {
        Condition::Exists => return Some((String::new(), Vec::new())),
        Condition::PasswordIs(None) => {
            return Some((format!(" AND {} IS NULL", table.column("password")), Vec::new()));
        }
        Condition::UniquifierIs(value) => ("fs_uniquifier", value),
        Condition::PasswordIs(Some(value)) => ("password", value),
        Condition::UnconfirmedEmailIs(value) => ("email", value),
    };
    let (is, times) = table.is("", column);
    let mut sql = format!(" AND {is}");
    if matches!(condition, Condition::UnconfirmedEmailIs(_)) {
        sql.push_str(&format!(" AND {} IS NULL", table.column("confirmed_at")));
    }
    (!storable::is_impossible(value)).then(|| (sql, vec![value.as_str().into(); times]))
}

fn fields_text(fields: &Map<String, serde_json::Value>) -> Result<Option<String>, DatastoreError> {
    if fields.is_empty() {
        return Ok(None);
    }
    serde_json::to_string(fields).map(Some).map_err(DatastoreError::backend)
}
