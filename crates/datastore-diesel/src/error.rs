//! From the driver's errors to those of the port.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error as DieselError};
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

/// How the databases say that a transaction has to be made again.
const CONFLICTS: [&str; 3] = ["deadlock", "could not serialize access", "record has changed since last read"];

/// How the databases and their drivers say that trying later may help.
const UNAVAILABLE: [&str; 14] = [
    "database is locked",
    "database table is locked",
    "disk i/o error",
    "database or disk is full",
    "unable to open database file",
    "lock wait timeout exceeded",
    "lock timeout",
    "terminating connection",
    "server shutdown",
    "connection was killed",
    "connection is closed",
    "too many connections",
    "input/output error",
    "driver error",
];

/// Why a job did not succeed, in the words of this crate.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It is the answer to the caller.
    Answer(DatastoreError),
    /// Another transaction was preferred; making this one again may succeed.
    Conflict(DieselError),
    /// The connection is gone, or the database cannot work at present.
    Lost(DieselError),
    /// The database does not say which of these it is.
    Unsorted(DieselError),
}

impl Failure {
    /// What the caller is told.
    pub(crate) fn into_error(self) -> DatastoreError {
        match self {
            Self::Answer(error) => error,
            Self::Conflict(error) | Self::Lost(error) => DatastoreError::unavailable(error),
            Self::Unsorted(error) => DatastoreError::backend(error),
        }
    }

    /// Whether a unique index refused a row.
    pub(crate) fn is_duplicate(&self) -> bool {
        matches!(self, Self::Answer(error) if error.is_duplicate())
    }
}

impl From<DatastoreError> for Failure {
    fn from(error: DatastoreError) -> Self {
        Self::Answer(error)
    }
}

impl From<DieselError> for Failure {
    fn from(error: DieselError) -> Self {
        let DieselError::DatabaseError(kind, information) = &error else {
            return match error {
                DieselError::BrokenTransactionManager => Self::Lost(error),
                _ => Self::Unsorted(error),
            };
        };
        match kind {
            DatabaseErrorKind::UniqueViolation => {
                let column = refused_column(information.as_ref());
                Self::Answer(DatastoreError::Duplicate { column })
            }
            DatabaseErrorKind::NotNullViolation => {
                let column = information.column_name().unwrap_or_else(|| named_column(information.message()));
                let problem = "the table does not allow it to be empty".to_owned();
                Self::Answer(DatastoreError::Unstorable { column: column.to_owned(), problem })
            }
            DatabaseErrorKind::SerializationFailure => Self::Conflict(error),
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => Self::Lost(error),
            _ => by_message(error),
        }
    }
}

/// Sorts what diesel does not: it hides the codes of the databases.
fn by_message(error: DieselError) -> Failure {
    let DieselError::DatabaseError(_, information) = &error else { return Failure::Unsorted(error) };
    let message = information.message();
    if let Some(rest) = message.strip_prefix("Data too long for column '") {
        let column = rest.split('\'').next().unwrap_or_default().to_owned();
        let problem = "it is longer than the column".to_owned();
        return Failure::Answer(DatastoreError::Unstorable { column, problem });
    }
    let message = message.to_lowercase();
    if CONFLICTS.iter().any(|words| message.contains(words)) {
        return Failure::Conflict(error);
    }
    if UNAVAILABLE.iter().any(|words| message.contains(words)) {
        return Failure::Lost(error);
    }
    Failure::Unsorted(error)
}

/// The column whose unique index refused a row.
///
/// PostgreSQL names it in the detail, `Key (lower(email::text))=(…) already exists.`, MySQL names the index in quotes
/// at the end of the message, SQLite writes `… failed: user.email` or `… failed: index 'uq_user_email_folded'`. The
/// value, which stands there too, is not read.
fn refused_column(information: &dyn DatabaseErrorInformation) -> String {
    if let Some(detail) = information.details()
        && let Some((key, _)) = detail.split_once(")=(")
        && let Some(column) = known_column(key)
    {
        return column;
    }
    if let Some(constraint) = information.constraint_name() {
        return known_column(constraint).unwrap_or_default();
    }
    let message = information.message();
    if let Some((_, names)) = message.rsplit_once("failed: ")
        && !names.starts_with("index ")
    {
        return named_column(message).to_owned();
    }
    let index = message.rsplit('\'').nth(1).unwrap_or_default();
    let index = index.rsplit_once('.').map_or(index, |(_, index)| index);
    known_column(index).unwrap_or_default()
}

fn known_column(text: &str) -> Option<String> {
    UNIQUE_COLUMNS.into_iter().find(|column| text.contains(column)).map(str::to_owned)
}

/// The column in `NOT NULL constraint failed: user.email` or in `Field 'email' doesn't have a default value`.
fn named_column(message: &str) -> &str {
    if let Some((_, names)) = message.rsplit_once("failed: ") {
        let first = names.split(',').next().unwrap_or_default();
        return first.rsplit_once('.').map_or("", |(_, column)| column);
    }
    message.split('\'').nth(1).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn duplicate(message: &str) -> String {
        let information: Box<dyn DatabaseErrorInformation + Send + Sync> = Box::new(message.to_owned());
        match DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, information).into() {
            Failure::Answer(DatastoreError::Duplicate { column }) => column,
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn the_column_is_read_from_the_message_and_never_from_the_value() {
        for (message, column) in [
            ("UNIQUE constraint failed: user.email", "email"),
            ("UNIQUE constraint failed: index 'uq_user_email_folded'", "email"),
            ("UNIQUE constraint failed: index 'uq_user_username_folded'", "username"),
            ("UNIQUE constraint failed: roles_users.user_id, roles_users.role_id", "user_id"),
            ("UNIQUE constraint failed: index 'somebody_else'", ""),
            ("Duplicate entry 'email' for key 'uq_user_username_folded'", "username"),
            ("Duplicate entry 'o'name@harbour.example' for key 'user.email'", "email"),
            ("something new", ""),
        ] {
            assert_eq!(duplicate(message), column, "{message}");
        }
    }

    #[test]
    fn an_error_that_may_pass_is_told_from_one_that_will_not() {
        let sorted = |message: &str| {
            Failure::from(DieselError::DatabaseError(
                DatabaseErrorKind::Unknown,
                Box::new(message.to_owned()),
            ))
        };
        assert!(matches!(sorted("database is locked"), Failure::Lost(_)));
        assert!(matches!(sorted("Input/output error: connection reset by peer"), Failure::Lost(_)));
        assert!(matches!(
            sorted("Deadlock found when trying to get lock; try restarting"),
            Failure::Conflict(_)
        ));
        assert!(matches!(sorted("no such table: user"), Failure::Unsorted(_)));
        let long = sorted("Data too long for column 'extra' at row 1").into_error();
        assert!(matches!(long, DatastoreError::Unstorable { column, .. } if column == "extra"));
    }
}
