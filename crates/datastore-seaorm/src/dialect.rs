//! Where the SQL of the databases differs.

use sea_orm::{DbBackend, Statement, Value};
use security_core::datastore::DatastoreError;

/// The kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
    /// MariaDB too.
    MySql,
}

impl Dialect {
    pub(crate) fn of(backend: DbBackend) -> Result<Self, DatastoreError> {
        match backend {
            DbBackend::Sqlite => Ok(Self::Sqlite),
            DbBackend::Postgres => Ok(Self::Postgres),
            DbBackend::MySql => Ok(Self::MySql),
            other => Err(DatastoreError::backend(format!("{other:?} is not supported"))),
        }
    }

    fn backend(self) -> DbBackend {
        match self {
            Self::Sqlite => DbBackend::Sqlite,
            Self::Postgres => DbBackend::Postgres,
            Self::MySql => DbBackend::MySql,
        }
    }

    /// A name as SQL writes it, whatever characters are in it.
    pub(crate) fn quoted(self, name: &str) -> String {
        match self {
            Self::MySql => format!("`{}`", name.replace('`', "``")),
            Self::Sqlite | Self::Postgres => format!("\"{}\"", name.replace('"', "\"\"")),
        }
    }

    /// A prepared statement with its values; the SQL says `?` for each.
    pub(crate) fn statement(
        self,
        sql: impl Into<String>,
        values: impl IntoIterator<Item = Value>,
    ) -> Statement {
        self.prepared(self.final_text(sql.into()), values)
    }

    /// SQL as the driver takes it, from SQL that says `?` for each value.
    pub(crate) fn final_text(self, sql: String) -> String {
        if self == Self::Postgres { numbered(&sql) } else { sql }
    }

    /// A prepared statement whose SQL went through [`Self::final_text`].
    pub(crate) fn prepared(self, sql: String, values: impl IntoIterator<Item = Value>) -> Statement {
        Statement::from_sql_and_values(self.backend(), sql, values)
    }

    /// A text without its case, by the database's own rules.
    ///
    /// MySQL's collations may hold different letters for equal, and blanks at the end for nothing. Bytes are compared as
    /// bytes, with every collation, in every version.
    pub(crate) fn folded(self, text: &str) -> String {
        match self {
            Self::Sqlite | Self::Postgres => format!("lower({text})"),
            Self::MySql => {
                format!("CAST(lower(CONVERT({text} USING utf8mb4) COLLATE utf8mb4_bin) AS BINARY)")
            }
        }
    }

    /// A whole number in 64 bits, whatever the width of its column.
    pub(crate) fn wide(self, number: &str) -> String {
        match self {
            Self::Sqlite => number.to_owned(),
            Self::Postgres => format!("CAST({number} AS BIGINT)"),
            Self::MySql => format!("CAST({number} AS SIGNED)"),
        }
    }

    /// Whether an `INSERT` can give back the new row.
    pub(crate) fn returns_rows(self) -> bool {
        self != Self::MySql
    }

    /// What ends a `SELECT` whose rows nobody else may change until the transaction ends. SQLite has one writer anyway.
    pub(crate) fn for_update(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres | Self::MySql => " FOR UPDATE",
        }
    }
}

/// Numbers the placeholders, as PostgreSQL wants them: `$1`, `$2`.
fn numbered(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len() + 16);
    let (mut quote, mut count) = (None, 0);
    for letter in sql.chars() {
        match (quote, letter) {
            (None, '?') => {
                count += 1;
                text.push('$');
                text.push_str(&count.to_string());
                continue;
            }
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
        text.push(letter);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_mark_in_a_name_is_no_placeholder() {
        let sql = "SELECT ? FROM \"who? \"\"me?\"\"\" WHERE a = '?' AND b = ?";
        assert_eq!(numbered(sql), "SELECT $1 FROM \"who? \"\"me?\"\"\" WHERE a = '?' AND b = $2");
    }

    #[test]
    fn a_quote_in_a_name_does_not_end_it() {
        assert_eq!(Dialect::Postgres.quoted("a\"b"), "\"a\"\"b\"");
        assert_eq!(Dialect::MySql.quoted("a`b"), "`a``b`");
    }
}
