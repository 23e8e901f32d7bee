//! What the databases write differently.

use chrono::{DateTime, Utc};

use crate::statement::Value;

/// The language of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    #[cfg_attr(not(feature = "sqlite"), allow(dead_code, reason = "its feature is off"))]
    Sqlite,
    #[cfg_attr(not(feature = "postgres"), allow(dead_code, reason = "its feature is off"))]
    Postgres,
    #[cfg_attr(not(feature = "mysql"), allow(dead_code, reason = "its feature is off"))]
    MariaDb,
    #[cfg_attr(not(feature = "mysql"), allow(dead_code, reason = "its feature is off"))]
    MySql,
}

impl Dialect {
    /// Whether it is MariaDB or MySQL.
    pub(crate) fn is_mysql(self) -> bool {
        matches!(self, Self::MariaDb | Self::MySql)
    }

    /// A name as SQL writes it, whatever characters are in it.
    pub(crate) fn quoted(self, name: &str) -> String {
        match self.is_mysql() {
            true => format!("`{}`", name.replace('`', "``")),
            false => format!("\"{}\"", name.replace('"', "\"\"")),
        }
    }

    /// A time as a value.
    pub(crate) fn time(self, at: DateTime<Utc>) -> Value {
        match self {
            Self::Sqlite => Value::Text(crate::times::to_text(at)),
            Self::Postgres | Self::MariaDb | Self::MySql => Value::Time(at.naive_utc()),
        }
    }

    /// An expression without its case, by the database's own rules.
    pub(crate) fn folded(self, expression: &str) -> String {
        let (before, after) = self.fold();
        format!("{before}{expression}{after}")
    }

    /// What stands before and after a text to take its case away.
    ///
    /// Collations of MariaDB and MySQL may hold different letters for equal, and blanks at the end for nothing. Bytes are
    /// compared as bytes, with every collation, in every version.
    pub(crate) fn fold(self) -> (&'static str, &'static str) {
        match self {
            Self::Sqlite | Self::Postgres => ("lower(", ")"),
            Self::MariaDb | Self::MySql => {
                ("CAST(lower(CONVERT(", " USING utf8mb4) COLLATE utf8mb4_bin) AS BINARY)")
            }
        }
    }

    /// The collation under which two texts are equal only when every character is, blanks at the end included.
    /// Only MariaDB and MySQL need it.
    pub(crate) fn exact_collation(self) -> &'static str {
        match self {
            Self::MySql => "utf8mb4_0900_bin",
            Self::Sqlite | Self::Postgres | Self::MariaDb => "utf8mb4_nopad_bin",
        }
    }

    /// The name of an index over columns of a table, within the length that all databases allow.
    pub(crate) fn index_name(self, prefix: &str, table: &str, suffix: &str) -> String {
        const LONGEST: usize = 63;
        let separator = if suffix.is_empty() { "" } else { "_" };
        let mut room =
            LONGEST.saturating_sub(prefix.len() + 1 + separator.len() + suffix.len()).min(table.len());
        while !table.is_char_boundary(room) {
            room -= 1;
        }
        format!("{prefix}_{}{separator}{suffix}", &table[..room])
    }
}

/// The generated column that holds a column's values without their case, where a database can index no expression.
pub(crate) fn folded_column(column: &str) -> String {
    format!("{column}_folded")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_end_its_own_quotes() {
        assert_eq!(Dialect::Postgres.quoted("a\"b`c"), "\"a\"\"b`c\"");
        assert_eq!(Dialect::MariaDb.quoted("a\"b`c"), "`a\"b``c`");
    }

    #[test]
    fn the_name_of_an_index_keeps_what_tells_it_from_others() {
        let long = "é".repeat(60);
        let name = Dialect::Postgres.index_name("uq", &long, "username_folded");
        assert!(name.len() <= 63 && name.starts_with("uq_é") && name.ends_with("_username_folded"), "{name}");
        assert_eq!(Dialect::Sqlite.index_name("uq", "roles_users", ""), "uq_roles_users");
    }
}
