//! What is known of the tables: their names, the columns they have, and the SQL that follows from both.

use std::collections::BTreeSet;

use sea_orm::sqlx::Row as _;
use sea_orm::{ConnectionTrait, Value};
use security_core::account::UserId;
use security_core::config::IdentityAttribute;
use security_core::datastore::{DatastoreError, UserKey, storable};

use crate::error::from_db;
use crate::rows::sqlite_row;
use crate::store::statement;

/// The columns of a user in the order in which [`rows`](crate::rows) reads them.
pub(crate) const USER_COLUMNS: [&str; 23] = [
    "id",
    "email",
    "username",
    "password",
    "active",
    "fs_uniquifier",
    "fs_token_uniquifier",
    "confirmed_at",
    "last_login_at",
    "current_login_at",
    "last_login_ip",
    "current_login_ip",
    "login_count",
    "tf_primary_method",
    "tf_totp_secret",
    "tf_phone_number",
    "us_totp_secrets",
    "us_phone_number",
    "fs_webauthn_user_handle",
    "mf_recovery_codes",
    "create_datetime",
    "update_datetime",
    "extra",
];

/// The columns of a role in the order in which [`rows`](crate::rows) reads them.
const ROLE_COLUMNS: [&str; 5] = ["id", "name", "description", "permissions", "update_datetime"];

/// Without these columns there is no account security.
const REQUIRED_USER_COLUMNS: [&str; 4] = ["id", "email", "active", "fs_uniquifier"];
const REQUIRED_ROLE_COLUMNS: [&str; 2] = ["id", "name"];

/// Names of the three tables.
#[derive(Debug, Clone)]
pub(crate) struct TableNames {
    pub(crate) user: String,
    pub(crate) role: String,
    pub(crate) roles_users: String,
    pub(crate) uses: String,
}

impl Default for TableNames {
    fn default() -> Self {
        Self {
            user: "user".to_owned(),
            role: "role".to_owned(),
            roles_users: "roles_users".to_owned(),
            uses: "fs_use".to_owned(),
        }
    }
}

/// A name as SQL writes it, whatever characters are in it.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The name of the unique index over the folded values of a column.
pub(crate) fn folded_index(table: &str, column: &str) -> String {
    format!("uq_{table}_{column}_folded")
}

/// One table as it is in the database.
#[derive(Debug)]
pub(crate) struct Table {
    /// Quoted.
    pub(crate) name: String,
    columns: BTreeSet<String>,
    /// Whether the primary key is a text, such as a UUID.
    pub(crate) has_text_key: bool,
}

impl Table {
    /// Looks at a table.
    pub(crate) async fn read(
        connection: &impl ConnectionTrait,
        name: &str,
        required: &[&str],
    ) -> Result<Self, DatastoreError> {
        let sql = "SELECT name, type FROM pragma_table_info(?)";
        let found = connection.query_all_raw(statement(sql, [name.into()])).await.map_err(from_db)?;
        let mut table = Self { name: quoted(name), columns: BTreeSet::new(), has_text_key: false };
        for column in &found {
            let row = sqlite_row(column)?;
            let column: String = row.try_get(0).map_err(DatastoreError::backend)?;
            let kind: String = row.try_get(1).map_err(DatastoreError::backend)?;
            table.has_text_key |= column == "id" && !kind.to_ascii_uppercase().contains("INT");
            table.columns.insert(column);
        }
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
        names: &TableNames,
    ) -> Result<Self, DatastoreError> {
        Self::read(connection, &names.user, &REQUIRED_USER_COLUMNS).await
    }

    pub(crate) fn has(&self, column: &str) -> bool {
        self.columns.contains(column)
    }

    /// The column as an expression; `NULL` where the table lacks it.
    pub(crate) fn column(&self, column: &str) -> String {
        if self.has(column) { quoted(column) } else { "NULL".to_owned() }
    }

    /// Whether a key is of the kind of this table's keys. Another kind belongs to nobody.
    pub(crate) fn accepts(&self, id: &UserId) -> bool {
        matches!(id, UserId::Text(_)) == self.has_text_key
    }

    /// The columns as a list for `SELECT`, from a table that the statement calls `alias`.
    fn selection(&self, alias: &str, columns: &[&str]) -> String {
        let expressions = columns.iter().map(|column| match self.has(column) {
            true => format!("{alias}.{}", quoted(column)),
            false => "NULL".to_owned(),
        });
        expressions.collect::<Vec<_>>().join(", ")
    }
}

/// The tables together.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) user: Table,
    pub(crate) role: Table,
    /// Quoted name of the table that says who holds which role.
    pub(crate) grants: String,
    /// Selects users with their roles; the statement calls the table of users `u`.
    select_user: String,
    /// Selects roles; the statement calls the table `r`.
    select_role: String,
    /// Identities that a unique index guards: an address and a user name without their case.
    guarded: Vec<IdentityAttribute>,
}

impl Layout {
    /// Looks at the tables.
    pub(crate) async fn read(
        connection: &impl ConnectionTrait,
        names: &TableNames,
    ) -> Result<Self, DatastoreError> {
        let user = Table::read_users(connection, names).await?;
        let role = Table::read(connection, &names.role, &REQUIRED_ROLE_COLUMNS).await?;
        let grants = quoted(&names.roles_users);
        let user_columns = user.selection("u", &USER_COLUMNS);
        let role_columns = role.selection("r", &ROLE_COLUMNS);
        let select_user = format!(
            "SELECT {user_columns}, {role_columns} FROM {} AS u \
             LEFT JOIN {grants} AS g ON g.\"user_id\" = u.\"id\" \
             LEFT JOIN {} AS r ON r.\"id\" = g.\"role_id\"",
            user.name, role.name
        );
        let select_role = format!("SELECT {role_columns} FROM {} AS r", role.name);
        let mut guarded = Vec::new();
        for attribute in IdentityAttribute::ALL {
            if is_guarded(connection, names, attribute).await? {
                guarded.push(attribute);
            }
        }
        Ok(Self { user, role, grants, select_user, select_role, guarded })
    }

    /// The one statement that finds a user with roles and permissions; `None` when nobody can have this key.
    pub(crate) fn find_user(&self, key: &UserKey) -> Option<(String, Value)> {
        let (condition, value) = match key {
            UserKey::Id(id) => {
                if !self.user.accepts(id) {
                    return None;
                }
                ("u.\"id\" = ?".to_owned(), key_value(id))
            }
            UserKey::Uniquifier(value) => ("u.\"fs_uniquifier\" = ?".to_owned(), value.as_str().into()),
            UserKey::TokenUniquifier(value) => {
                (format!("{} = ?", self.user_column("fs_token_uniquifier")?), value.as_str().into())
            }
            UserKey::Identity { attribute, value, case_insensitive } => {
                let column = self.user_column(attribute.name())?;
                let condition = match case_insensitive {
                    true => format!("lower({column}) = lower(?)"),
                    false => format!("{column} = ?"),
                };
                (condition, value.as_str().into())
            }
        };
        let possible = match key {
            UserKey::Id(UserId::Int(_)) => true,
            UserKey::Id(UserId::Text(text)) => !storable::is_impossible(text),
            UserKey::Uniquifier(value)
            | UserKey::TokenUniquifier(value)
            | UserKey::Identity { value, .. } => !storable::is_impossible(value),
        };
        possible.then(|| (format!("{} WHERE {condition}", self.select_user), value))
    }

    /// The statement that selects roles, with a condition on the role `r`.
    pub(crate) fn select_roles(&self, condition: &str) -> String {
        format!("{} {condition}", self.select_role)
    }

    /// What an `INSERT` into the table of roles returns to be read like a selected role.
    pub(crate) fn role_columns(&self) -> String {
        ROLE_COLUMNS.map(|column| self.role.column(column)).join(", ")
    }

    /// Whether the database itself refuses an identity that is taken, an address and a user name in any case.
    pub(crate) fn guards(&self, attribute: IdentityAttribute) -> bool {
        self.guarded.contains(&attribute)
    }

    fn user_column(&self, column: &str) -> Option<String> {
        self.user.has(column).then(|| format!("u.{}", quoted(column)))
    }
}

/// Whether a column has a unique index of its own, over all rows.
pub(crate) async fn has_unique_index(
    connection: &impl ConnectionTrait,
    table: &str,
    column: &str,
) -> Result<bool, DatastoreError> {
    let sql = "SELECT 1 FROM pragma_index_list(?1) AS list WHERE list.\"unique\" = 1 AND list.partial = 0 \
               AND (SELECT count(*) FROM pragma_index_info(list.name)) = 1 \
               AND (SELECT name FROM pragma_index_info(list.name)) = ?2";
    let values = [table.into(), column.into()];
    let found = connection.query_all_raw(statement(sql, values)).await.map_err(from_db)?;
    Ok(!found.is_empty())
}

async fn is_guarded(
    connection: &impl ConnectionTrait,
    names: &TableNames,
    attribute: IdentityAttribute,
) -> Result<bool, DatastoreError> {
    if attribute == IdentityAttribute::UsPhoneNumber {
        return has_unique_index(connection, &names.user, attribute.name()).await;
    }
    let sql = "SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = ?";
    let index = folded_index(&names.user, attribute.name());
    let found = connection.query_all_raw(statement(sql, [index.into()])).await.map_err(from_db)?;
    Ok(!found.is_empty())
}

/// A primary key as a value of a statement.
pub(crate) fn key_value(id: &UserId) -> Value {
    match id {
        UserId::Int(id) => (*id).into(),
        UserId::Text(id) => id.as_str().into(),
    }
}
