//! The database of the site, which is only read.

use std::error::Error;
use std::time::Duration;

use datastore_seaorm::SeaOrmDatastore;
use datastore_seaorm::sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database as SeaOrm, DatabaseConnection, DbBackend, DbErr,
    QueryResult, RuntimeErr, Statement,
};

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The stock tables, without which there is nothing to take over.
const TABLES: [&str; 3] = ["user", "role", "roles_users"];

/// Columns of accounts that are looked at.
pub(super) const COLUMNS: [&str; 8] = [
    "id",
    "email",
    "password",
    "active",
    "fs_uniquifier",
    "tf_totp_secret",
    "us_totp_secrets",
    "mf_recovery_codes",
];

/// An open database.
#[derive(Debug)]
pub(super) struct Database {
    connection: DatabaseConnection,
}

/// What is there.
#[derive(Debug)]
pub(super) struct Tables {
    /// The stock tables that are missing.
    pub(super) missing: Vec<&'static str>,
    /// Columns of the accounts' table, of those that are looked at.
    pub(super) columns: Vec<&'static str>,
    /// How many passkeys there are.
    pub(super) passkeys: i64,
    /// The statements that a migration would make, or why it cannot.
    pub(super) migration: Result<Vec<String>, String>,
}

impl Tables {
    /// Whether there is a table of accounts.
    pub(super) fn hold_accounts(&self) -> bool {
        !self.missing.contains(&"user")
    }

    /// Whether the table of accounts has a column.
    pub(super) fn have(&self, column: &str) -> bool {
        self.columns.contains(&column)
    }
}

impl Database {
    /// Opens a database; a file of SQLite so that it cannot be written.
    ///
    /// # Errors
    ///
    /// When it does not answer, or the address is of a database that this program does not know.
    pub(super) async fn open(url: &str) -> Result<Self, Box<dyn Error>> {
        let is_known = ["sqlite:", "postgres:", "postgresql:", "mysql:", "mariadb:"];
        if !is_known.iter().any(|scheme| url.starts_with(scheme)) {
            return Err("the address of the database begins with sqlite://, postgres:// or mysql://".into());
        }
        let url = match url.strip_prefix("sqlite:") {
            Some(_) => format!("{}?mode=ro", url.split('?').next().unwrap_or_default()),
            None => url.replacen("mariadb:", "mysql:", 1),
        };
        let mut options = ConnectOptions::new(url);
        options.max_connections(1).acquire_timeout(PATIENCE).sqlx_logging(false);
        match SeaOrm::connect(options).await {
            Ok(connection) => Ok(Self { connection }),
            // The address is repeated there, with its password.
            Err(DbErr::Conn(RuntimeErr::Internal(_))) => {
                Err("the address of the database cannot be read".into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// What tables and columns there are, and what a migration would add.
    ///
    /// # Errors
    ///
    /// When the database does not answer any more.
    pub(super) async fn tables(&self) -> Result<Tables, Box<dyn Error>> {
        self.connection.ping().await?;
        let mut tables =
            Tables { missing: Vec::new(), columns: Vec::new(), passkeys: 0, migration: Ok(Vec::new()) };
        for table in TABLES {
            if !self.has(table, "*").await {
                tables.missing.push(table);
            }
        }
        if tables.hold_accounts() {
            for column in COLUMNS {
                if self.has("user", &self.quoted(column)).await {
                    tables.columns.push(column);
                }
            }
        }
        if self.has("web_authn", "*").await {
            tables.passkeys = self.count("web_authn").await?;
        }
        let store = SeaOrmDatastore::from_connection(self.connection.clone());
        tables.migration = store.migration_sql().await.map_err(|error| error.to_string());
        Ok(tables)
    }

    /// The rows of a query.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub(super) async fn rows(&self, sql: String) -> Result<Vec<QueryResult>, Box<dyn Error>> {
        let statement = Statement::from_string(self.connection.get_database_backend(), sql);
        Ok(self.connection.query_all_raw(statement).await?)
    }

    /// A name as this database writes it, whatever it means otherwise.
    pub(super) fn quoted(&self, name: &str) -> String {
        match self.connection.get_database_backend() {
            DbBackend::MySql => format!("`{name}`"),
            _ => format!("\"{name}\""),
        }
    }

    /// A column as text, whatever its type is.
    pub(super) fn as_text(&self, column: &str) -> String {
        let kind = match self.connection.get_database_backend() {
            DbBackend::MySql => "CHAR",
            _ => "TEXT",
        };
        format!("CAST({} AS {kind})", self.quoted(column))
    }

    async fn count(&self, table: &str) -> Result<i64, Box<dyn Error>> {
        let rows = self.rows(format!("SELECT COUNT(*) FROM {}", self.quoted(table))).await?;
        Ok(rows.first().map_or(Ok(0), |row| row.try_get_by_index(0))?)
    }

    /// A question that costs nothing and that only a database with this table and column can answer.
    async fn has(&self, table: &str, column: &str) -> bool {
        // SQLite takes a name in quotes that it does not know for a text; a qualified one it does not.
        let (table, of) = (self.quoted(table), if column == "*" { "" } else { "a." });
        self.rows(format!("SELECT {of}{column} FROM {table} a WHERE 1 = 0")).await.is_ok()
    }
}
