//! The definitions of the tables, as Flask-Security's models create them on each database.

use crate::catalog::Column;
use crate::dialect::{Dialect, folded_column};
use crate::layout::TableNames;

/// Writes the definitions.
pub(super) struct Tables<'a> {
    pub(super) dialect: Dialect,
    pub(super) names: &'a TableNames,
    /// The keys of tables that exist already, for the columns that refer to them.
    pub(super) user_key: Option<&'a Column>,
    pub(super) role_key: Option<&'a Column>,
}

impl Tables<'_> {
    pub(super) fn user(&self) -> String {
        let (time, now, text) = (self.time(), self.now(), self.long_text());
        let folded = match self.dialect.is_mysql() {
            true => ["email", "username"]
                .map(|column| format!("    {},\n", folded_column_definition(self.dialect, column)))
                .concat(),
            false => String::new(),
        };
        let columns = format!(
            "    email VARCHAR(255) NOT NULL,\n    \
                 username VARCHAR(255),\n    \
                 password VARCHAR(255),\n    \
                 active BOOLEAN NOT NULL,\n    \
                 fs_uniquifier VARCHAR(64) NOT NULL,\n    \
                 fs_token_uniquifier VARCHAR(64),\n    \
                 confirmed_at {time},\n    \
                 last_login_at {time},\n    \
                 current_login_at {time},\n    \
                 last_login_ip VARCHAR(64),\n    \
                 current_login_ip VARCHAR(64),\n    \
                 login_count INTEGER,\n    \
                 tf_primary_method VARCHAR(64),\n    \
                 tf_totp_secret VARCHAR(255),\n    \
                 tf_phone_number VARCHAR(128),\n    \
                 us_totp_secrets {text},\n    \
                 us_phone_number VARCHAR(128),\n    \
                 fs_webauthn_user_handle VARCHAR(64),\n    \
                 mf_recovery_codes {text},\n    \
                 extra {text},\n    \
                 create_datetime {time} DEFAULT {now} NOT NULL,\n    \
                 update_datetime {time} DEFAULT {now} NOT NULL,\n\
             {folded}    \
                 PRIMARY KEY (id),\n    \
                 UNIQUE (email),\n    \
                 UNIQUE (username),\n    \
                 UNIQUE (fs_uniquifier),\n    \
                 UNIQUE (fs_token_uniquifier),\n    \
                 UNIQUE (us_phone_number),\n    \
                 UNIQUE (fs_webauthn_user_handle)\n"
        );
        self.table(&self.names.user, &format!("    id {},\n{columns}", self.key()))
    }

    pub(super) fn role(&self) -> String {
        let (time, now, text) = (self.time(), self.now(), self.long_text());
        let columns = format!(
            "    id {},\n    \
                 name VARCHAR(80) NOT NULL,\n    \
                 description VARCHAR(255),\n    \
                 permissions {text},\n    \
                 update_datetime {time} DEFAULT {now} NOT NULL,\n    \
                 PRIMARY KEY (id),\n    \
                 UNIQUE (name)\n",
            self.key()
        );
        self.table(&self.names.role, &columns)
    }

    pub(super) fn roles_users(&self) -> String {
        let kind = |key: Option<&Column>| key.map_or("INTEGER".to_owned(), |key| key.definition.clone());
        let columns = format!(
            "    user_id {},\n    \
                 role_id {},\n    \
                 FOREIGN KEY(user_id) REFERENCES {} (id),\n    \
                 FOREIGN KEY(role_id) REFERENCES {} (id)\n",
            kind(self.user_key),
            kind(self.role_key),
            self.dialect.quoted(&self.names.user),
            self.dialect.quoted(&self.names.role),
        );
        self.table(&self.names.roles_users, &columns)
    }

    /// The reference has no such table.
    pub(super) fn uses(&self) -> String {
        let columns = format!(
            "    mark VARCHAR(64) NOT NULL,\n    \
                 count INTEGER NOT NULL,\n    \
                 expires_at {} NOT NULL,\n    \
                 PRIMARY KEY (mark)\n",
            self.time()
        );
        self.table(&self.names.uses, &columns)
    }

    fn table(&self, name: &str, columns: &str) -> String {
        let end = match self.dialect.is_mysql() {
            true => {
                format!(" ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE {}", self.dialect.exact_collation())
            }
            false => String::new(),
        };
        format!("CREATE TABLE {} (\n{columns}){end}", self.dialect.quoted(name))
    }

    fn key(&self) -> &'static str {
        match self.dialect {
            Dialect::Sqlite => "INTEGER NOT NULL",
            Dialect::Postgres => "SERIAL NOT NULL",
            Dialect::MariaDb | Dialect::MySql => "INTEGER NOT NULL AUTO_INCREMENT",
        }
    }

    /// MariaDB and MySQL keep whole seconds unless told otherwise.
    fn time(&self) -> &'static str {
        match self.dialect {
            Dialect::Sqlite => "DATETIME",
            Dialect::Postgres => "TIMESTAMP WITHOUT TIME ZONE",
            Dialect::MariaDb | Dialect::MySql => "DATETIME(6)",
        }
    }

    fn now(&self) -> &'static str {
        match self.dialect {
            Dialect::Sqlite => "CURRENT_TIMESTAMP",
            Dialect::Postgres => "(now() AT TIME ZONE 'utc')",
            Dialect::MariaDb | Dialect::MySql => "CURRENT_TIMESTAMP(6)",
        }
    }

    fn long_text(&self) -> &'static str {
        if self.dialect.is_mysql() { "MEDIUMTEXT" } else { "TEXT" }
    }
}

/// The column in which MariaDB and MySQL keep the folded value of another. It costs no space in the table, only in its
/// index, and an application that selects all columns does not see it.
pub(super) fn folded_column_definition(dialect: Dialect, column: &str) -> String {
    format!(
        "{} VARBINARY(1020) GENERATED ALWAYS AS ({}) VIRTUAL INVISIBLE",
        dialect.quoted(&folded_column(column)),
        dialect.folded(&dialect.quoted(column)),
    )
}
