//! Times as they lie in the database: in UTC, without saying so. SQLite keeps them as text,
//! `YYYY-MM-DD HH:MM:SS.ffffff`.

use chrono::{DateTime, Utc};
use sea_orm::Value;

use crate::dialect::Dialect;

/// A time as a value of a statement.
pub(crate) fn to_value(dialect: Dialect, at: Option<DateTime<Utc>>) -> Value {
    match dialect {
        Dialect::Sqlite => at.map(to_text).into(),
        Dialect::Postgres | Dialect::MySql => at.map(|at| at.naive_utc()).into(),
    }
}

/// Writes a time with six digits of a second, the form that the reference writes and reads.
pub(crate) fn to_text(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S%.6f").to_string()
}
