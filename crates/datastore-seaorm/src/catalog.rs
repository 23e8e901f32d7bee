//! What the database itself says of its tables: columns with their types, and indexes.

mod mysql;
mod postgres;
mod sqlite;

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, QueryResult, Statement, TryGetable};
use security_core::config::IdentityAttribute;
use security_core::datastore::DatastoreError;

use crate::dialect::Dialect;
use crate::error::from_db;

/// What has to be known of a column to read, write and compare it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A whole number.
    Integer,
    /// Anything that the driver takes as it is; texts are compared letter by letter.
    Plain,
    /// A text whose collation holds different texts for equal.
    LooseText,
    /// A type that is converted from and to text, by this name.
    Converted(&'static str),
    /// Computed by the database.
    Generated,
}

/// The columns of a table with their kinds; none when there is no such table.
pub(crate) async fn columns(
    connection: &impl ConnectionTrait,
    dialect: Dialect,
    table: &str,
) -> Result<BTreeMap<String, Kind>, DatastoreError> {
    let sql = match dialect {
        Dialect::Sqlite => sqlite::COLUMNS,
        Dialect::Postgres => postgres::COLUMNS,
        Dialect::MySql => mysql::COLUMNS,
    };
    let rows = ask(connection, dialect.statement(sql, [table.into()])).await?;
    let columns = rows.iter().map(|row| {
        let (name, kind): (String, String) = (value(row, 0)?, value(row, 1)?);
        let kind = match dialect {
            Dialect::Sqlite => sqlite::kind(&kind),
            Dialect::Postgres => postgres::kind(&kind),
            Dialect::MySql => mysql::kind(&kind, &value::<String>(row, 2)?, &value::<String>(row, 3)?),
        };
        Ok((name, kind))
    });
    columns.collect()
}

/// Whether a column has a unique index of its own, over all rows.
pub(crate) async fn has_unique_index(
    connection: &impl ConnectionTrait,
    dialect: Dialect,
    table: &str,
    column: &str,
) -> Result<bool, DatastoreError> {
    let (sql, over) = match dialect {
        Dialect::Sqlite => (sqlite::UNIQUE_INDEX, column.to_owned()),
        Dialect::Postgres => (postgres::UNIQUE_INDEX, postgres::index_over_column(column)),
        Dialect::MySql => (mysql::UNIQUE_INDEX, column.to_owned()),
    };
    let statement = dialect.statement(sql, [table.into(), over.into()]);
    Ok(!ask(connection, statement).await?.is_empty())
}

/// Whether a unique index guards the folded values of an address or user name.
pub(crate) async fn has_folded_index(
    connection: &impl ConnectionTrait,
    dialect: Dialect,
    table: &str,
    attribute: IdentityAttribute,
) -> Result<bool, DatastoreError> {
    match dialect {
        Dialect::Sqlite => {
            has_index(connection, dialect, table, &folded_index(table, attribute.name())).await
        }
        Dialect::MySql => {
            has_unique_index(connection, dialect, table, &folded_column(attribute.name())).await
        }
        Dialect::Postgres => {
            for over in postgres::index_over_folded(attribute.name()) {
                let values = [table.into(), over.into()];
                let statement = dialect.statement(postgres::UNIQUE_INDEX, values);
                if !ask(connection, statement).await?.is_empty() {
                    return Ok(true);
                }
            }
            Ok(false)
        }
    }
}

/// Whether a table has an index of this name.
pub(crate) async fn has_index(
    connection: &impl ConnectionTrait,
    dialect: Dialect,
    table: &str,
    index: &str,
) -> Result<bool, DatastoreError> {
    let sql = match dialect {
        Dialect::Sqlite => sqlite::INDEX,
        Dialect::Postgres => postgres::INDEX,
        Dialect::MySql => mysql::INDEX,
    };
    let statement = dialect.statement(sql, [table.into(), index.into()]);
    Ok(!ask(connection, statement).await?.is_empty())
}

/// Whether a MySQL server is MariaDB.
pub(crate) async fn is_mariadb(connection: &impl ConnectionTrait) -> Result<bool, DatastoreError> {
    let rows = ask(connection, Dialect::MySql.statement(mysql::VERSION, [])).await?;
    let version: String = rows.first().map(|row| value(row, 0)).transpose()?.unwrap_or_default();
    Ok(version.contains("MariaDB"))
}

/// The name of the index over the folded values of a column.
pub(crate) fn folded_index(table: &str, column: &str) -> String {
    format!("uq_{table}_{column}_folded")
}

/// The name of the column in which MySQL keeps the folded value of another: MariaDB has no index over an expression.
pub(crate) fn folded_column(column: &str) -> String {
    format!("{column}_folded")
}

async fn ask(
    connection: &impl ConnectionTrait,
    statement: Statement,
) -> Result<Vec<QueryResult>, DatastoreError> {
    connection.query_all_raw(statement).await.map_err(from_db)
}

fn value<T: TryGetable>(row: &QueryResult, index: usize) -> Result<T, DatastoreError> {
    row.try_get_by_index(index).map_err(DatastoreError::backend)
}
