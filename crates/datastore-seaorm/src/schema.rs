//! Creates what is missing: tables with the names and types of Flask-Security, and the indexes that keep identities
//! unique.

use sea_orm::{ConnectionTrait, DatabaseConnection};
use security_core::datastore::DatastoreError;
use tracing::warn;

use crate::error::{from_db, is_busy, is_duplicate};
use crate::layout::{Table, TableNames, folded_index, has_unique_index, quoted};

/// How often to try to change the journal of a file that others are using.
const WAL_ATTEMPTS: usize = 20;

/// Keeps a database file in WAL mode from now on, so that readers and a writer do not wait for each other.
///
/// It is a matter of speed: a file that may only be read, or that is never free, stays as it is.
pub(crate) async fn prefer_wal(connection: &DatabaseConnection) -> Result<(), DatastoreError> {
    for _ in 0..WAL_ATTEMPTS {
        match connection.execute_unprepared("PRAGMA journal_mode = WAL").await {
            Ok(_) => return Ok(()),
            // The change of mode does not queue for the lock; an empty transaction does.
            Err(error) if is_busy(&error) => {
                connection.execute_unprepared("BEGIN IMMEDIATE; COMMIT").await.map_err(from_db)?;
            }
            Err(error) => {
                warn!(error = %error, "the database file is not in WAL mode");
                return Ok(());
            }
        }
    }
    warn!("the database file is not in WAL mode: others are using it");
    Ok(())
}

/// Creates missing tables and indexes.
pub(crate) async fn create_missing(
    connection: &impl ConnectionTrait,
    names: &TableNames,
) -> Result<(), DatastoreError> {
    for sql in tables(names) {
        connection.execute_unprepared(&sql).await.map_err(from_db)?;
    }
    let users = Table::read_users(connection, names).await?;
    let indexes = Indexes { connection, table: &names.user };
    for column in ["fs_uniquifier", "fs_token_uniquifier", "fs_webauthn_user_handle", "us_phone_number"] {
        if users.has(column) {
            indexes.unique(column).await?;
        }
    }
    for column in ["email", "username"] {
        if users.has(column) {
            let expression = format!("lower({})", quoted(column));
            let name = folded_index(&names.user, column);
            indexes.create(&name, &expression).await?;
        }
    }
    let indexes = Indexes { connection, table: &names.roles_users };
    indexes.create(&format!("uq_{}", names.roles_users), "\"user_id\", \"role_id\"").await
}

fn tables(names: &TableNames) -> [String; 4] {
    let [user, role, roles_users] = [&names.user, &names.role, &names.roles_users].map(|name| quoted(name));
    let uses = quoted(&names.uses);
    [
        format!(
            "CREATE TABLE IF NOT EXISTS {user} (
                id INTEGER NOT NULL,
                email VARCHAR(255) NOT NULL,
                username VARCHAR(255),
                password VARCHAR(255),
                active BOOLEAN NOT NULL,
                fs_uniquifier VARCHAR(64) NOT NULL,
                fs_token_uniquifier VARCHAR(64),
                confirmed_at DATETIME,
                last_login_at DATETIME,
                current_login_at DATETIME,
                last_login_ip VARCHAR(64),
                current_login_ip VARCHAR(64),
                login_count INTEGER,
                tf_primary_method VARCHAR(64),
                tf_totp_secret VARCHAR(255),
                tf_phone_number VARCHAR(128),
                us_totp_secrets TEXT,
                us_phone_number VARCHAR(128),
                fs_webauthn_user_handle VARCHAR(64),
                mf_recovery_codes TEXT,
                extra TEXT,
                create_datetime DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
                update_datetime DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
                PRIMARY KEY (id),
                UNIQUE (email),
                UNIQUE (username),
                UNIQUE (fs_uniquifier),
                UNIQUE (fs_token_uniquifier),
                UNIQUE (us_phone_number),
                UNIQUE (fs_webauthn_user_handle)
            )"
        ),
        format!(
            "CREATE TABLE IF NOT EXISTS {role} (
                id INTEGER NOT NULL,
                name VARCHAR(80) NOT NULL,
                description VARCHAR(255),
                permissions TEXT,
                update_datetime DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
                PRIMARY KEY (id),
                UNIQUE (name)
            )"
        ),
        format!(
            "CREATE TABLE IF NOT EXISTS {roles_users} (
                user_id INTEGER,
                role_id INTEGER,
                FOREIGN KEY(user_id) REFERENCES {user} (id),
                FOREIGN KEY(role_id) REFERENCES {role} (id)
            )"
        ),
        format!(
            "CREATE TABLE IF NOT EXISTS {uses} (
                mark VARCHAR(64) NOT NULL,
                count INTEGER NOT NULL,
                expires_at DATETIME NOT NULL,
                PRIMARY KEY (mark)
            )"
        ),
    ]
}

/// Creates the indexes of one table.
struct Indexes<'a, C> {
    connection: &'a C,
    table: &'a str,
}

impl<C: ConnectionTrait> Indexes<'_, C> {
    /// A unique index over a column, unless the table came with one.
    async fn unique(&self, column: &str) -> Result<(), DatastoreError> {
        if has_unique_index(self.connection, self.table, column).await? {
            return Ok(());
        }
        self.create(&format!("uq_{}_{column}", self.table), &quoted(column)).await
    }

    /// A unique index where the rows allow it, else one that only makes finding quick.
    async fn create(&self, name: &str, over: &str) -> Result<(), DatastoreError> {
        let end = format!("ON {} ({over})", quoted(self.table));
        let unique = format!("CREATE UNIQUE INDEX IF NOT EXISTS {} {end}", quoted(name));
        match self.connection.execute_unprepared(&unique).await {
            Ok(_) => Ok(()),
            Err(error) if is_duplicate(&error) => {
                warn!(
                    table = self.table,
                    index = name,
                    "rows with equal values forbid a unique index; repair them and migrate again"
                );
                let plain = format!("CREATE INDEX IF NOT EXISTS {} {end}", quoted(&format!("ix_{name}")));
                self.connection.execute_unprepared(&plain).await.map(drop).map_err(from_db)
            }
            Err(error) => Err(from_db(error)),
        }
    }
}
