//! From the driver's errors to those of the port.

use sea_orm::sqlx::Error as SqlxError;
use sea_orm::sqlx::error::DatabaseError;
use sea_orm::{DbErr, RuntimeErr};
use security_core::datastore::DatastoreError;

/// Columns with a unique index; the ones whose name ends like another's come first.
const UNIQUE_COLUMNS: [&str; 7] = [
    "fs_token_uniquifier",
    "fs_uniquifier",
    "fs_webauthn_user_handle",
    "us_phone_number",
    "username",
    "email",
    "name",
];

/// SQLite's result codes, without the extension in the upper bits.
mod code {
    pub(super) const BUSY: i32 = 5;
    pub(super) const LOCKED: i32 = 6;
    pub(super) const IO: i32 = 10;
    pub(super) const FULL: i32 = 13;
    pub(super) const CANNOT_OPEN: i32 = 14;
    pub(super) const PRIMARY_KEY: i32 = 1555;
    pub(super) const UNIQUE: i32 = 2067;
    pub(super) const NOT_NULL: i32 = 1299;
}

/// Sorts an error of sea-orm.
pub(crate) fn from_db(error: DbErr) -> DatastoreError {
    match &error {
        DbErr::ConnectionAcquire(_) => DatastoreError::unavailable(error),
        DbErr::Conn(RuntimeErr::SqlxError(inner))
        | DbErr::Exec(RuntimeErr::SqlxError(inner))
        | DbErr::Query(RuntimeErr::SqlxError(inner)) => match inner.as_ref() {
            SqlxError::Database(refusal) => from_refusal(refusal.as_ref())
                .unwrap_or_else(|| by_code(code_of(refusal.as_ref()), error.clone())),
            SqlxError::Io(_) | SqlxError::PoolTimedOut | SqlxError::PoolClosed | SqlxError::WorkerCrashed => {
                DatastoreError::unavailable(error)
            }
            _ => DatastoreError::backend(error),
        },
        _ => DatastoreError::backend(error),
    }
}

/// Whether a unique index refused a row, or could not be made over the rows there are.
pub(crate) fn is_duplicate(error: &DbErr) -> bool {
    refusal(error).is_some_and(|refusal| matches!(code_of(refusal), code::UNIQUE | code::PRIMARY_KEY))
}

/// Whether somebody else holds the database's lock.
pub(crate) fn is_busy(error: &DbErr) -> bool {
    refusal(error).is_some_and(|refusal| matches!(code_of(refusal) & 0xff, code::BUSY | code::LOCKED))
}

fn refusal(error: &DbErr) -> Option<&dyn DatabaseError> {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner)) => {
            inner.as_database_error()
        }
        _ => None,
    }
}

fn code_of(refusal: &dyn DatabaseError) -> i32 {
    refusal.code().and_then(|code| code.parse().ok()).unwrap_or_default()
}

fn from_refusal(refusal: &dyn DatabaseError) -> Option<DatastoreError> {
    match code_of(refusal) {
        code::UNIQUE | code::PRIMARY_KEY => {
            Some(DatastoreError::Duplicate { column: column_in(refusal.message()) })
        }
        code::NOT_NULL => Some(DatastoreError::Unstorable {
            column: named_column(refusal.message()).to_owned(),
            problem: "the table does not allow it to be empty".to_owned(),
        }),
        _ => None,
    }
}

fn by_code(code: i32, error: DbErr) -> DatastoreError {
    match code & 0xff {
        code::BUSY | code::LOCKED | code::IO | code::FULL | code::CANNOT_OPEN => {
            DatastoreError::unavailable(error)
        }
        _ => DatastoreError::backend(error),
    }
}

/// The column in `… failed: user.email` or in `… failed: index 'uq_user_email_folded'`.
fn column_in(message: &str) -> String {
    if let Some((_, index)) = message.split_once("index '") {
        let known = UNIQUE_COLUMNS.into_iter().find(|column| index.contains(column));
        return known.unwrap_or_default().to_owned();
    }
    named_column(message).to_owned()
}

/// The column of the first `table.column` in a message.
fn named_column(message: &str) -> &str {
    let names = message.rsplit_once("failed: ").map_or("", |(_, names)| names);
    let first = names.split(',').next().unwrap_or_default();
    first.rsplit_once('.').map_or("", |(_, column)| column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_column_is_read_from_the_message() {
        for (message, column) in [
            ("UNIQUE constraint failed: user.email", "email"),
            ("UNIQUE constraint failed: index 'uq_user_email_folded'", "email"),
            ("UNIQUE constraint failed: index 'uq_user_username_folded'", "username"),
            ("UNIQUE constraint failed: roles_users.user_id, roles_users.role_id", "user_id"),
            ("UNIQUE constraint failed: index 'somebody_else'", ""),
            ("something new", ""),
        ] {
            assert_eq!(column_in(message), column, "{message}");
        }
    }
}
