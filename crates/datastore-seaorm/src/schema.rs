//! What is missing from a database: tables with the names and types of Flask-Security, and the indexes that keep
//! identities unique.

use sea_orm::ConnectionTrait;
use security_core::config::IdentityAttribute;
use security_core::datastore::DatastoreError;
use tracing::warn;

use crate::catalog::{self, folded_column, folded_index};
use crate::dialect::Dialect;
use crate::error::from_db;
use crate::layout::TableNames;
use crate::table::Table;
use crate::tables::{self, folded_column_definition};

/// Columns of a user, besides address and user name, whose values belong to one user.
const UNIQUE_COLUMNS: [&str; 4] =
    ["fs_uniquifier", "fs_token_uniquifier", "fs_webauthn_user_handle", "us_phone_number"];

/// Identities that are unique in any case.
const FOLDED: [IdentityAttribute; 2] = [IdentityAttribute::Email, IdentityAttribute::Username];

/// The statements that create what a database lacks, in their order; none when it lacks nothing.
pub(crate) async fn missing(
    connection: &impl ConnectionTrait,
    dialect: Dialect,
    names: &TableNames,
) -> Result<Vec<String>, DatastoreError> {
    let mut plan = Plan { connection, dialect, statements: Vec::new() };
    let exact_collation = match dialect {
        Dialect::MySql if catalog::is_mariadb(connection).await? => "utf8mb4_nopad_bin",
        Dialect::MySql => "utf8mb4_0900_bin",
        Dialect::Sqlite | Dialect::Postgres => "",
    };
    let new_tables = tables::all(dialect, names, exact_collation);
    let mut are_new = [false; 4];
    for (is_new, (name, sql)) in are_new.iter_mut().zip(new_tables) {
        *is_new = catalog::columns(connection, dialect, name).await?.is_empty();
        if *is_new {
            plan.statements.push(sql);
        }
    }
    let [user_is_new, _, grants_are_new, uses_are_new] = are_new;
    if user_is_new {
        plan.index_new_users(&names.user);
    } else {
        plan.index_users(names).await?;
    }
    let pair = format!("uq_{}", names.roles_users);
    let over = ["user_id", "role_id"].map(|column| dialect.quoted(column));
    if grants_are_new {
        plan.create_unique(&names.roles_users, &pair, &over);
    } else {
        plan.index(&names.roles_users, &pair, &over).await?;
    }
    if uses_are_new {
        plan.create_plain(
            &names.uses,
            &format!("ix_{}_expires_at", names.uses),
            &[dialect.quoted("expires_at")],
        );
    }
    Ok(plan.statements)
}

/// Collects statements.
struct Plan<'a, C> {
    connection: &'a C,
    dialect: Dialect,
    statements: Vec<String>,
}

impl<C: ConnectionTrait> Plan<'_, C> {
    /// The indexes that a table of users does not bring with its columns.
    fn index_new_users(&mut self, table: &str) {
        for attribute in FOLDED {
            let over = [self.folded(attribute)];
            self.create_unique(table, &folded_index(table, attribute.name()), &over);
        }
    }

    /// The indexes that a table of users lacks.
    async fn index_users(&mut self, names: &TableNames) -> Result<(), DatastoreError> {
        let (dialect, connection) = (self.dialect, self.connection);
        let users = Table::read_users(connection, dialect, names).await?;
        for column in UNIQUE_COLUMNS.into_iter().filter(|column| users.has(column)) {
            if !catalog::has_unique_index(connection, dialect, &names.user, column).await? {
                let name = format!("uq_{}_{column}", names.user);
                self.index(&names.user, &name, &[dialect.quoted(column)]).await?;
            }
        }
        for attribute in FOLDED.into_iter().filter(|attribute| users.has(attribute.name())) {
            let kept = folded_column(attribute.name());
            if dialect == Dialect::MySql && !users.has(&kept) {
                let definition = folded_column_definition(attribute.name());
                self.statements.push(format!("ALTER TABLE {} ADD COLUMN {definition}", users.name));
            }
            if !catalog::has_folded_index(connection, dialect, &names.user, attribute).await? {
                let name = folded_index(&names.user, attribute.name());
                let values = [dialect.folded(&dialect.quoted(attribute.name()))];
                let unique = self.is_free_of_duplicates(&names.user, &values).await?;
                let over = [self.folded(attribute)];
                self.create(&names.user, &name, &over, unique).await?;
            }
        }
        Ok(())
    }

    /// What an index over the folded values of a column is over.
    fn folded(&self, attribute: IdentityAttribute) -> String {
        match self.dialect {
            Dialect::MySql => self.dialect.quoted(&folded_column(attribute.name())),
            dialect => dialect.folded(&dialect.quoted(attribute.name())),
        }
    }

    /// An index that is unique where the rows allow it, else one that only makes finding quick.
    async fn index(&mut self, table: &str, name: &str, over: &[String]) -> Result<(), DatastoreError> {
        if catalog::has_index(self.connection, self.dialect, table, name).await? {
            return Ok(());
        }
        let unique = self.is_free_of_duplicates(table, over).await?;
        self.create(table, name, over, unique).await
    }

    async fn create(
        &mut self,
        table: &str,
        name: &str,
        over: &[String],
        unique: bool,
    ) -> Result<(), DatastoreError> {
        if unique {
            self.create_unique(table, name, over);
            return Ok(());
        }
        warn!(
            table,
            index = name,
            "rows with equal values forbid a unique index; repair them and migrate again"
        );
        let plain = format!("ix_{name}");
        if !catalog::has_index(self.connection, self.dialect, table, &plain).await? {
            self.create_plain(table, &plain, over);
        }
        Ok(())
    }

    fn create_unique(&mut self, table: &str, name: &str, over: &[String]) {
        let (name, table) = (self.dialect.quoted(name), self.dialect.quoted(table));
        self.statements.push(format!("CREATE UNIQUE INDEX {name} ON {table} ({})", over.join(", ")));
    }

    fn create_plain(&mut self, table: &str, name: &str, over: &[String]) {
        let (name, table) = (self.dialect.quoted(name), self.dialect.quoted(table));
        self.statements.push(format!("CREATE INDEX {name} ON {table} ({})", over.join(", ")));
    }

    /// Whether no two rows have equal values; nothing is not equal to nothing.
    async fn is_free_of_duplicates(&self, table: &str, over: &[String]) -> Result<bool, DatastoreError> {
        let given: Vec<String> = over.iter().map(|value| format!("{value} IS NOT NULL")).collect();
        let sql = format!(
            "SELECT 1 FROM {} WHERE {} GROUP BY {} HAVING count(*) > 1 LIMIT 1",
            self.dialect.quoted(table),
            given.join(" AND "),
            over.join(", "),
        );
        let found = self.connection.query_all_raw(self.dialect.statement(sql, [])).await.map_err(from_db)?;
        Ok(found.is_empty())
    }
}
