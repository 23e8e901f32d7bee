//! One table as it is in the database, and how its columns are read, written and compared.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, Value};
use security_core::account::UserId;
use security_core::datastore::DatastoreError;

use crate::catalog::{self, Kind, folded_column};
use crate::dialect::Dialect;
use crate::layout::TableNames;

/// Without these columns there is no account security.
const REQUIRED_USER_COLUMNS: [&str; 4] = ["id", "email", "active", "fs_uniquifier"];
pub(crate) const REQUIRED_ROLE_COLUMNS: [&str; 2] = ["id", "name"];
pub(crate) const REQUIRED_GRANT_COLUMNS: [&str; 2] = ["user_id", "role_id"];

/// Columns that are read as 64-bit numbers, whatever their width in the table.
const NUMBERS: [&str; 2] = ["id", "login_count"];

/// One table as it is in the database.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) dialect: Dialect,
    /// Quoted.
    pub(crate) name: String,
    columns: BTreeMap<String, Kind>,
}

impl Table {
    /// Looks at a table.
    pub(crate) async fn read(
        connection: &impl ConnectionTrait,
        dialect: Dialect,
        name: &str,
        required: &[&str],
    ) -> Result<Self, DatastoreError> {
        let columns = catalog::columns(connection, dialect, name).await?;
        let table = Self { dialect, name: dialect.quoted(name), columns };
        if table.columns.is_empty() {
            return Err(DatastoreError::backend(format!("there is no table `{name}`: call `migrate`")));
        }
        match required.iter().find(|column| !table.has(column)) {
            None => Ok(table),
            Some(column) => Err(DatastoreError::backend(format!("the table `{name}` lacks `{column}`"))),
        }
    }

    /// Looks at the table of users.
    pub(crate) async fn read_users(
        connection: &impl ConnectionTrait,
        dialect: Dialect,
        names: &TableNames,
    ) -> Result<Self, DatastoreError> {
        Self::read(connection, dialect, &names.user, &REQUIRED_USER_COLUMNS).await
    }

    pub(crate) fn has(&self, column: &str) -> bool {
        self.columns.contains_key(column)
    }

    /// Whether the primary key is a text, such as a UUID.
    pub(crate) fn has_text_key(&self) -> bool {
        self.kind("id") != Some(Kind::Integer)
    }

    /// Whether somebody can have a key: it is of the kind of this table's keys.
    pub(crate) fn accepts(&self, id: &UserId) -> bool {
        match id {
            UserId::Int(_) => !self.has_text_key(),
            UserId::Text(text) => {
                self.has_text_key() && (self.kind("id") != Some(Kind::Converted("uuid")) || is_uuid(text))
            }
        }
    }

    /// The column as an expression; `NULL` where the table lacks it.
    pub(crate) fn column(&self, column: &str) -> String {
        if self.has(column) { self.dialect.quoted(column) } else { "NULL".to_owned() }
    }

    /// The columns as a list for `SELECT`, with `prefix` before each name, for example `u.`.
    pub(crate) fn selection(&self, prefix: &str, columns: &[&str]) -> String {
        columns.iter().map(|column| self.selected(prefix, column)).collect::<Vec<_>>().join(", ")
    }

    fn selected(&self, prefix: &str, column: &str) -> String {
        let Some(kind) = self.kind(column) else { return "NULL".to_owned() };
        let expression = format!("{prefix}{}", self.dialect.quoted(column));
        match (self.dialect, kind) {
            (Dialect::Postgres, Kind::Converted(_)) => format!("CAST({expression} AS TEXT)"),
            (Dialect::MySql, Kind::Converted(_)) => format!("CAST({expression} AS CHAR)"),
            (dialect, Kind::Integer) if NUMBERS.contains(&column) => dialect.wide(&expression),
            _ => expression,
        }
    }

    /// The place of a value for a column.
    pub(crate) fn placeholder(&self, column: &str) -> String {
        match (self.dialect, self.kind(column)) {
            (Dialect::Postgres, Some(Kind::Converted(kind))) => format!("CAST(? AS {kind})"),
            _ => "?".to_owned(),
        }
    }

    /// The condition that a column has exactly a value, with the number of times the value is bound.
    pub(crate) fn is(&self, prefix: &str, column: &str) -> (String, usize) {
        let expression = match self.kind(column) {
            Some(_) => format!("{prefix}{}", self.dialect.quoted(column)),
            None => "NULL".to_owned(),
        };
        let equal = format!("{expression} = {}", self.placeholder(column));
        match self.kind(column) {
            // The first half is for the index, the second one for the letters.
            Some(Kind::LooseText) => {
                let bytes = |text: &str| format!("CAST(CONVERT({text} USING utf8mb4) AS BINARY)");
                (format!("({equal} AND {} = {})", bytes(&expression), bytes("?")), 2)
            }
            _ => (equal, 1),
        }
    }

    /// The condition that a column has a value in any case; the value is bound once.
    pub(crate) fn is_folded(&self, prefix: &str, column: &str) -> String {
        let kept = folded_column(column);
        let ours = match self.kind(&kept) {
            Some(Kind::Generated) => format!("{prefix}{}", self.dialect.quoted(&kept)),
            _ => self.dialect.folded(&format!("{prefix}{}", self.dialect.quoted(column))),
        };
        format!("{ours} = {}", self.dialect.folded("?"))
    }

    fn kind(&self, column: &str) -> Option<Kind> {
        self.columns.get(column).copied()
    }
}

/// A primary key as a value of a statement.
pub(crate) fn key_value(id: &UserId) -> Value {
    match id {
        UserId::Int(id) => (*id).into(),
        UserId::Text(id) => id.as_str().into(),
    }
}

/// Whether a text is 32 hexadecimal digits, with or without the usual dashes.
fn is_uuid(text: &str) -> bool {
    let is_dash = |at: usize| text.len() == 36 && matches!(at, 8 | 13 | 18 | 23);
    matches!(text.len(), 32 | 36)
        && text.bytes().enumerate().all(|(at, letter)| match is_dash(at) {
            true => letter == b'-',
            false => letter.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_uuid_belongs_to_nobody() {
        assert!(is_uuid("6f1c0b5e-3d0a-4c4e-9a63-0f2f6a1b7c8d"));
        assert!(is_uuid("6f1c0b5e3d0a4c4e9a630f2f6a1b7c8d"));
        for text in
            ["", "6f1c0b5e", "6f1c0b5e-3d0a-4c4e-9a63-0f2f6a1b7c8", "zf1c0b5e3d0a4c4e9a630f2f6a1b7c8d"]
        {
            assert!(!is_uuid(text), "{text}");
        }
    }
}
