//! A row as each driver gives it.

use chrono::{DateTime, Utc};
use sea_orm::QueryResult;
use sea_orm::sqlx::Row as _;
#[cfg(feature = "mysql")]
use sea_orm::sqlx::mysql::MySqlRow;
#[cfg(feature = "postgres")]
use sea_orm::sqlx::postgres::PgRow;
#[cfg(feature = "sqlite")]
use sea_orm::sqlx::sqlite::SqliteRow;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
use sea_orm::sqlx::{TypeInfo as _, ValueRef as _};
use security_core::datastore::DatastoreError;

/// A row of one of the drivers.
#[derive(Clone, Copy)]
pub(crate) enum DriverRow<'r> {
    #[cfg(feature = "sqlite")]
    Sqlite(&'r SqliteRow),
    #[cfg(feature = "postgres")]
    Postgres(&'r PgRow),
    #[cfg(feature = "mysql")]
    MySql(&'r MySqlRow),
}

/// Reads a column with whichever driver it is.
macro_rules! read {
    ($row:expr, $index:expr) => {
        match $row {
            #[cfg(feature = "sqlite")]
            DriverRow::Sqlite(row) => row.try_get($index).map_err(DatastoreError::backend),
            #[cfg(feature = "postgres")]
            DriverRow::Postgres(row) => row.try_get($index).map_err(DatastoreError::backend),
            #[cfg(feature = "mysql")]
            DriverRow::MySql(row) => row.try_get($index).map_err(DatastoreError::backend),
        }
    };
}

impl<'r> DriverRow<'r> {
    /// The driver's own row.
    pub(crate) fn of(row: &'r QueryResult) -> Result<Self, DatastoreError> {
        #[cfg(feature = "sqlite")]
        if let Some(row) = row.try_as_sqlite_row() {
            return Ok(Self::Sqlite(row));
        }
        #[cfg(feature = "postgres")]
        if let Some(row) = row.try_as_pg_row() {
            return Ok(Self::Postgres(row));
        }
        #[cfg(feature = "mysql")]
        if let Some(row) = row.try_as_mysql_row() {
            return Ok(Self::MySql(row));
        }
        let _ = row;
        Err(DatastoreError::backend("the row comes from no driver of this crate"))
    }

    pub(crate) fn text(self, index: usize) -> Result<Option<&'r str>, DatastoreError> {
        read!(self, index)
    }

    pub(crate) fn number(self, index: usize) -> Result<Option<i64>, DatastoreError> {
        read!(self, index)
    }

    pub(crate) fn flag(self, index: usize) -> Result<Option<bool>, DatastoreError> {
        read!(self, index)
    }

    /// Whether a column that is declared as a text holds a number, as only SQLite allows.
    pub(crate) fn holds_number(self, index: usize) -> Result<bool, DatastoreError> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(row) => {
                let value = row.try_get_raw(index).map_err(DatastoreError::backend)?;
                Ok(value.type_info().name() == "INTEGER")
            }
            #[cfg(any(feature = "postgres", feature = "mysql"))]
            _ => {
                let _ = index;
                Ok(false)
            }
        }
    }

    /// A time; `Some(None)` for a text that is none.
    pub(crate) fn time(self, index: usize) -> Result<Option<Option<DateTime<Utc>>>, DatastoreError> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(row) => {
                let text: Option<&str> = row.try_get(index).map_err(DatastoreError::backend)?;
                Ok(text.map(crate::time_text::from_text))
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(row) => {
                let value = row.try_get_raw(index).map_err(DatastoreError::backend)?;
                let at = match value.type_info().name() {
                    "TIMESTAMPTZ" => row.try_get::<Option<DateTime<Utc>>, _>(index),
                    _ => {
                        row.try_get(index).map(|at: Option<chrono::NaiveDateTime>| at.map(|at| at.and_utc()))
                    }
                };
                Ok(at.map_err(DatastoreError::backend)?.map(Some))
            }
            #[cfg(feature = "mysql")]
            Self::MySql(row) => {
                let at: Option<DateTime<Utc>> = row.try_get(index).map_err(DatastoreError::backend)?;
                Ok(at.map(Some))
            }
        }
    }
}
