//! From the drivers' errors to those of the port.

#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

use sea_orm::sqlx::Error as SqlxError;
use sea_orm::sqlx::error::DatabaseError;
use sea_orm::{DbErr, RuntimeErr};
use security_core::datastore::DatastoreError;

/// Columns with a unique index.
const UNIQUE_COLUMNS: [&str; 7] = [
    "fs_token_uniquifier",
    "fs_uniquifier",
    "fs_webauthn_user_handle",
    "us_phone_number",
    "username",
    "email",
    "name",
];

/// Why a database refused a statement.
#[derive(Debug, PartialEq, Eq)]
enum Refusal {
    /// A unique index holds the value already; the column as far as it is known.
    Taken(String),
    /// The column does not take the value.
    Unfit(String, &'static str),
    /// Somebody else was quicker; the same again would meet another state.
    Outrun,
    /// The server is busy, on its way down, or not there yet.
    Away,
    /// Anything else.
    Other,
}

/// Sorts an error of sea-orm.
pub(crate) fn from_db(error: DbErr) -> DatastoreError {
    let Some(inner) = driver_error(&error) else {
        return match error {
            DbErr::ConnectionAcquire(_) => DatastoreError::unavailable(error),
            _ => DatastoreError::backend(error),
        };
    };
    match inner {
        SqlxError::Database(refusal) => match sorted(refusal.as_ref()) {
            Refusal::Taken(column) => DatastoreError::Duplicate { column },
            Refusal::Unfit(column, problem) => {
                DatastoreError::Unstorable { column, problem: problem.to_owned() }
            }
            Refusal::Outrun | Refusal::Away => DatastoreError::unavailable(error),
            Refusal::Other => DatastoreError::backend(error),
        },
        // A connection that ends in the middle of a message is reported as a mistake in the protocol.
        SqlxError::Io(_)
        | SqlxError::Protocol(_)
        | SqlxError::PoolTimedOut
        | SqlxError::PoolClosed
        | SqlxError::WorkerCrashed => DatastoreError::unavailable(error),
        _ => DatastoreError::backend(error),
    }
}

/// Sorts an error of opening a database. Of an address that sea-orm cannot read it repeats all, the password too.
pub(crate) fn from_opening(error: DbErr) -> DatastoreError {
    match error {
        DbErr::Conn(RuntimeErr::Internal(_)) => DatastoreError::backend(
            "the address of the database cannot be read, or is of a kind that is not compiled in",
        ),
        error => from_db(error),
    }
}

/// Whether the work should be done again from its start: the database ended it in favour of somebody else's.
pub(crate) fn is_outrun(error: &DatastoreError) -> bool {
    let DatastoreError::Unavailable(source) = error else { return false };
    source.downcast_ref().and_then(refusal) == Some(Refusal::Outrun)
}

/// Whether somebody else holds the lock of a database file.
#[cfg(feature = "sqlite")]
pub(crate) fn is_busy(error: &DbErr) -> bool {
    refusal(error) == Some(Refusal::Away)
}

fn refusal(error: &DbErr) -> Option<Refusal> {
    driver_error(error)?.as_database_error().map(sorted)
}

fn driver_error(error: &DbErr) -> Option<&SqlxError> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(inner))
        | DbErr::Exec(RuntimeErr::SqlxError(inner))
        | DbErr::Query(RuntimeErr::SqlxError(inner)) => Some(inner.as_ref()),
        _ => None,
    }
}

fn sorted(refusal: &dyn DatabaseError) -> Refusal {
    #[cfg(feature = "sqlite")]
    if let Some(refusal) = refusal.try_downcast_ref() {
        return sqlite::sorted(refusal);
    }
    #[cfg(feature = "postgres")]
    if let Some(refusal) = refusal.try_downcast_ref() {
        return postgres::sorted(refusal);
    }
    #[cfg(feature = "mysql")]
    if let Some(refusal) = refusal.try_downcast_ref() {
        return mysql::sorted(refusal);
    }
    let _ = refusal;
    Refusal::Other
}

/// The column that an index or a constraint belongs to, by its name: the last one in it, for a table may be called like
/// a column.
fn column_of_index(index: &str) -> String {
    let found = UNIQUE_COLUMNS.into_iter().filter_map(|column| {
        let end = index.rfind(column)? + column.len();
        Some(((end, column.len()), column))
    });
    found.max().map(|(_, column)| column.to_owned()).unwrap_or_default()
}

const MUST_NOT_BE_EMPTY: &str = "the table does not allow it to be empty";
#[cfg(any(feature = "postgres", feature = "mysql"))]
const TOO_LONG: &str = "the column is too short for it";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_column_is_read_from_the_name_of_the_index() {
        for (index, column) in [
            ("user_email_key", "email"),
            ("uq_user_username_folded", "username"),
            ("uq_usernames_email_folded", "email"),
            ("role_name_key", "name"),
            ("user.fs_token_uniquifier", "fs_token_uniquifier"),
            ("somebody_else", ""),
        ] {
            assert_eq!(column_of_index(index), column, "{index}");
        }
    }
}
