//! What the databases tell about their own tables.

use std::collections::BTreeMap;

use crate::dialect::Dialect;
use crate::error::Failure;
use crate::session::{Family, Session};
use crate::statement::Statement;

/// A column as the database describes it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Column {
    /// The bare name of its type, in lower case.
    pub(crate) kind: String,
    /// Its type as a table definition writes it.
    pub(crate) definition: String,
    /// How its texts are compared, where the database tells.
    collation: String,
}

impl Column {
    /// Whether `=` between two texts means that every character is equal.
    pub(crate) fn is_exact(&self, dialect: Dialect) -> bool {
        !dialect.is_mysql() || self.collation == dialect.exact_collation()
    }

    /// Whether it holds whole numbers.
    pub(crate) fn is_integer(&self) -> bool {
        self.kind.contains("int") || self.kind.contains("serial")
    }
}

/// The language that the database behind a session speaks.
pub(crate) async fn dialect(session: &mut dyn Session) -> Result<Dialect, Failure> {
    match session.family() {
        Family::Sqlite => Ok(Dialect::Sqlite),
        Family::Postgres => Ok(Dialect::Postgres),
        Family::MySql => {
            let version = session.texts(&Statement::new("SELECT version()")).await?;
            let is_mariadb = format!("{version:?}").to_lowercase().contains("mariadb");
            Ok(if is_mariadb { Dialect::MariaDb } else { Dialect::MySql })
        }
    }
}

/// The columns of a table; none when there is no such table.
pub(crate) async fn columns(
    session: &mut dyn Session,
    dialect: Dialect,
    table: &str,
) -> Result<BTreeMap<String, Column>, Failure> {
    let mut query = Statement::default();
    match dialect {
        Dialect::Sqlite => {
            query.push("SELECT name, type, type, '' FROM pragma_table_info(").bind(table).push(")");
        }
        Dialect::Postgres => {
            query
                .push(
                    "SELECT a.attname::text, t.typname::text, format_type(a.atttypid, a.atttypmod), '' \
                     FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid \
                     WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid = to_regclass(",
                )
                .bind(dialect.quoted(table).as_str())
                .push(")");
        }
        Dialect::MariaDb | Dialect::MySql => {
            query
                .push(
                    "SELECT column_name, data_type, concat(column_type, CASE WHEN collation_name IS NULL THEN '' \
                     ELSE concat(' CHARACTER SET ', character_set_name, ' COLLATE ', collation_name) END), \
                     coalesce(collation_name, '') \
                     FROM information_schema.columns WHERE table_schema = database() AND table_name = ",
                )
                .bind(table);
        }
    }
    let described = session.texts(&query).await?;
    let columns = described.into_iter().map(|row| {
        let mut texts = row.into_iter().map(Option::unwrap_or_default);
        let mut next = || texts.next().unwrap_or_default();
        let (name, kind, definition, collation) = (next(), next(), next(), next());
        (name, Column { kind: kind.to_lowercase(), definition, collation })
    });
    Ok(columns.collect())
}

/// Whether a column has a unique index of its own, over all rows.
pub(crate) async fn has_unique_index(
    session: &mut dyn Session,
    dialect: Dialect,
    table: &str,
    column: &str,
) -> Result<bool, Failure> {
    let mut query = Statement::default();
    match dialect {
        Dialect::Sqlite => query
            .push("SELECT '1' FROM pragma_index_list(")
            .bind(table)
            .push(
                ") AS list WHERE list.\"unique\" = 1 AND list.partial = 0 \
                 AND (SELECT count(*) FROM pragma_index_info(list.name)) = 1 \
                 AND (SELECT name FROM pragma_index_info(list.name)) = ",
            )
            .bind(column),
        Dialect::Postgres => query
            .push(
                "SELECT '1' FROM pg_index i \
                 JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] \
                 WHERE i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indnkeyatts = 1 \
                 AND i.indrelid = to_regclass(",
            )
            .bind(dialect.quoted(table).as_str())
            .push(") AND a.attname::text = ")
            .bind(column),
        Dialect::MariaDb | Dialect::MySql => query
            .push(
                "SELECT '1' FROM information_schema.statistics \
                 WHERE non_unique = 0 AND table_schema = database() AND table_name = ",
            )
            .bind(table)
            .push(
                " GROUP BY index_name HAVING count(*) = 1 AND max(sub_part) IS NULL AND max(column_name) = ",
            )
            .bind(column),
    };
    Ok(!session.texts(&query).await?.is_empty())
}

/// Whether a table has an index of this name.
pub(crate) async fn has_index(
    session: &mut dyn Session,
    dialect: Dialect,
    table: &str,
    index: &str,
) -> Result<bool, Failure> {
    let mut query = Statement::default();
    match dialect {
        Dialect::Sqlite => query
            .push("SELECT '1' FROM sqlite_master WHERE type = 'index' AND tbl_name = ")
            .bind(table)
            .push(" AND name = ")
            .bind(index),
        Dialect::Postgres => query
            .push(
                "SELECT '1' FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
                 WHERE i.indisvalid AND i.indrelid = to_regclass(",
            )
            .bind(dialect.quoted(table).as_str())
            .push(") AND c.relname::text = ")
            .bind(index),
        Dialect::MariaDb | Dialect::MySql => query
            .push(
                "SELECT '1' FROM information_schema.statistics \
                 WHERE table_schema = database() AND table_name = ",
            )
            .bind(table)
            .push(" AND index_name = ")
            .bind(index),
    };
    Ok(!session.texts(&query).await?.is_empty())
}
