//! What is known of the tables: their names, the columns they have, and the SQL that follows from both.

use std::collections::BTreeMap;

use security_core::account::UserId;
use security_core::config::IdentityAttribute;
use security_core::datastore::{DatastoreError, UserKey, storable};

use crate::catalog::{self, Column};
use crate::dialect::{Dialect, folded_column};
use crate::error::Failure;
use crate::session::Session;
#[cfg(feature = "sqlite")]
use crate::statement::RequestText;
use crate::statement::{Lookup, Statement, Value};

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
pub(crate) const REQUIRED_USER_COLUMNS: [&str; 4] = ["id", "email", "active", "fs_uniquifier"];
pub(crate) const REQUIRED_ROLE_COLUMNS: [&str; 2] = ["id", "name"];
pub(crate) const REQUIRED_GRANT_COLUMNS: [&str; 2] = ["user_id", "role_id"];

/// Names of the tables.
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

/// One table as it is in the database.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) dialect: Dialect,
    /// Quoted.
    pub(crate) name: String,
    columns: BTreeMap<String, Column>,
}

impl Table {
    /// Looks at a table.
    async fn read(
        session: &mut dyn Session,
        dialect: Dialect,
        name: &str,
        required: &[&str],
    ) -> Result<Self, Failure> {
        let columns = catalog::columns(session, dialect, name).await?;
        if columns.is_empty() {
            return Err(no_table(name).into());
        }
        require(name, &columns, required)?;
        Ok(Self { dialect, name: dialect.quoted(name), columns })
    }

    pub(crate) fn has(&self, column: &str) -> bool {
        self.columns.contains_key(column)
    }

    /// The column as an expression; `NULL` where the table lacks it.
    pub(crate) fn column(&self, column: &str) -> String {
        if self.has(column) { self.dialect.quoted(column) } else { "NULL".to_owned() }
    }

    /// Whether the primary key is a text, such as a UUID.
    pub(crate) fn has_text_key(&self) -> bool {
        !self.columns.get("id").is_some_and(Column::is_integer)
    }

    /// Whether a key is of the kind of this table's keys. Another kind belongs to nobody.
    pub(crate) fn accepts(&self, id: &UserId) -> bool {
        match id {
            UserId::Int(_) => !self.has_text_key(),
            UserId::Text(text) => {
                let is_uuid = self.columns.get("id").is_some_and(|column| column.kind == "uuid");
                self.has_text_key() && !storable::is_impossible(text) && (!is_uuid || is_like_uuid(text))
            }
        }
    }

    /// A value for a column, of the column's type.
    pub(crate) fn value(&self, column: &str, value: impl Into<Value>) -> Statement {
        let mut bound = Statement::default();
        bound.bind(value);
        if self.dialect == Dialect::Postgres {
            bound.push(match self.columns.get(column).map_or("", |column| &column.kind) {
                "uuid" => "::uuid",
                "json" => "::json",
                "jsonb" => "::jsonb",
                "bpchar" => "::bpchar",
                "timestamptz" => " AT TIME ZONE 'UTC'",
                _ => "",
            });
        }
        bound
    }

    /// That a column has this value, every character of it. The statement calls the table by the prefix.
    pub(crate) fn equals(&self, prefix: &str, column: &str, value: impl Into<Value>) -> Statement {
        let value = value.into();
        let name = format!("{prefix}{}", self.dialect.quoted(column));
        let mut condition = Statement::new(format!("{name} = "));
        condition.append(self.value(column, value.clone()));
        let known = self.columns.get(column);
        if matches!(value, Value::Text(_)) && !known.is_none_or(|column| column.is_exact(self.dialect)) {
            // The first comparison can use an index, the second one is exact.
            condition
                .push(&format!(" AND CAST(CONVERT({name} USING utf8mb4) AS BINARY) = CAST("))
                .bind(value)
                .push(" AS BINARY)");
        }
        condition
    }

    /// That a column has this value in any case.
    pub(crate) fn equals_folded(&self, prefix: &str, column: &str, value: &str) -> Statement {
        let name = format!("{prefix}{}", self.dialect.quoted(column));
        let folded = folded_column(column);
        let is_generated = self.dialect.is_mysql() && self.has(&folded);
        let name = match is_generated {
            true => format!("{prefix}{}", self.dialect.quoted(&folded)),
            false => self.dialect.folded(&name),
        };
        let (before, after) = self.dialect.fold();
        let mut condition = Statement::new(format!("{name} = {before}"));
        condition.bind(value).push(after);
        condition
    }

    /// That a row has this key.
    pub(crate) fn has_key(&self, prefix: &str, column: &str, id: &UserId) -> Statement {
        self.equals(prefix, column, key_value(id))
    }

    /// The columns as a list for `SELECT`, from a table that the statement calls `alias`.
    fn selection(&self, alias: &str, columns: &[&str]) -> String {
        let expressions = columns.iter().map(|column| match self.has(column) {
            true => format!("{alias}.{}", self.dialect.quoted(column)),
            false => "NULL".to_owned(),
        });
        expressions.collect::<Vec<_>>().join(", ")
    }
}

pub(crate) fn no_table(name: &str) -> DatastoreError {
    DatastoreError::backend(format!("there is no table `{name}`: call `migrate`"))
}

/// Refuses a table without a column that cannot be done without.
pub(crate) fn require(
    table: &str,
    columns: &BTreeMap<String, Column>,
    required: &[&str],
) -> Result<(), DatastoreError> {
    match required.iter().find(|column| !columns.contains_key(**column)) {
        None => Ok(()),
        Some(column) => Err(DatastoreError::backend(format!("the table `{table}` lacks `{column}`"))),
    }
}

/// The tables together.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) dialect: Dialect,
    pub(crate) user: Table,
    pub(crate) role: Table,
    /// The table that says who holds which role.
    pub(crate) grants: Table,
    /// Whether a reader waits for no writer, so that reading is a matter of microseconds.
    pub(crate) readers_never_wait: bool,
    #[cfg(feature = "sqlite")]
    request_text: Option<RequestText>,
    lookups: Lookups,
    /// Selects roles; the statement calls the table `r`.
    select_role: String,
    /// Identities that a unique index guards: an address and a user name without their case.
    guarded: Vec<IdentityAttribute>,
}

impl Layout {
    /// Looks at the tables.
    pub(crate) async fn read(session: &mut dyn Session, names: &TableNames) -> Result<Self, Failure> {
        let dialect = catalog::dialect(session).await?;
        let user = Table::read(session, dialect, &names.user, &REQUIRED_USER_COLUMNS).await?;
        let role = Table::read(session, dialect, &names.role, &REQUIRED_ROLE_COLUMNS).await?;
        let grants = Table::read(session, dialect, &names.roles_users, &REQUIRED_GRANT_COLUMNS).await?;
        let user_columns = user.selection("u", &USER_COLUMNS);
        let role_columns = role.selection("r", &ROLE_COLUMNS);
        let quoted = |name: &str| dialect.quoted(name);
        let select_users = format!(
            "SELECT {user_columns}, {role_columns} FROM {} AS u \
             LEFT JOIN {} AS g ON g.{} = u.{id} LEFT JOIN {} AS r ON r.{id} = g.{}",
            user.name,
            grants.name,
            quoted("user_id"),
            role.name,
            quoted("role_id"),
            id = quoted("id"),
        );
        let select_role = format!("SELECT {role_columns} FROM {} AS r", role.name);
        let mut guarded = Vec::new();
        for attribute in IdentityAttribute::ALL {
            if is_guarded(session, dialect, names, attribute).await? {
                guarded.push(attribute);
            }
        }
        let readers_never_wait = dialect == Dialect::Sqlite && has_wal(session).await?;
        let lookups = Lookups::new(&user, &select_users);
        Ok(Self {
            #[cfg(feature = "sqlite")]
            request_text: match dialect {
                Dialect::Sqlite => RequestText::of(&lookups.by_uniquifier),
                _ => None,
            },
            dialect,
            user,
            role,
            grants,
            readers_never_wait,
            lookups,
            select_role,
            guarded,
        })
    }

    /// The one statement that finds a user with roles and permissions; `None` when nobody can have this key.
    pub(crate) fn find_user(&self, key: &UserKey) -> Option<Lookup<'_>> {
        let lookups = &self.lookups;
        let (text, value) = match key {
            UserKey::Id(id) => {
                let is_possible = self.user.accepts(id);
                return is_possible.then(|| Lookup::new(&lookups.by_id, key_value(id)));
            }
            UserKey::Uniquifier(value) => (&lookups.by_uniquifier, value),
            UserKey::TokenUniquifier(value) => (lookups.by_token_uniquifier.as_ref()?, value),
            UserKey::Identity { attribute, value, case_insensitive } => {
                let at = IdentityAttribute::ALL.iter().position(|known| known == attribute)?;
                let (exactly, folded) = lookups.by_identity[at].as_ref()?;
                (if *case_insensitive { folded } else { exactly }, value)
            }
        };
        (!storable::is_impossible(value)).then(|| Lookup::new(text, value.as_str()))
    }

    /// Whether the lookup for a key is the one that every request makes, and diesel may know it by its type.
    #[cfg(feature = "sqlite")]
    pub(crate) fn request_text(&self, key: &UserKey) -> Option<RequestText> {
        self.request_text.filter(|_| matches!(key, UserKey::Uniquifier(_)))
    }

    /// The statement that selects roles, with a condition on the role `r`.
    pub(crate) fn select_roles(&self, condition: Option<Statement>) -> Statement {
        let mut query = Statement::new(self.select_role.as_str());
        if let Some(condition) = condition {
            query.push(" WHERE ").append(condition);
        }
        query
    }

    /// The statement that selects the role of this name.
    pub(crate) fn find_role(&self, name: &str) -> Statement {
        self.select_roles(Some(self.role.equals("r.", "name", name)))
    }

    /// Whether the database itself refuses an identity that is taken, an address and a user name in any case.
    pub(crate) fn guards(&self, attribute: IdentityAttribute) -> bool {
        self.guarded.contains(&attribute)
    }
}

/// The statements that find users, one for each kind of key. They are written once; each time one is made, the value of
/// the key takes the places of its values.
#[derive(Debug)]
struct Lookups {
    by_id: Statement,
    by_uniquifier: Statement,
    by_token_uniquifier: Option<Statement>,
    /// In the order of [`IdentityAttribute::ALL`]: exactly, and without case.
    by_identity: [Option<(Statement, Statement)>; 3],
}

impl Lookups {
    /// The statements call the table of users `u`.
    fn new(user: &Table, select_users: &str) -> Self {
        let lookup = |condition: Statement| {
            let mut query = Statement::new(format!("{select_users} WHERE "));
            query.append(condition);
            query
        };
        let exactly = |column: &str| lookup(user.equals("u.", column, ""));
        let folded = |column: &str| lookup(user.equals_folded("u.", column, ""));
        Self {
            by_id: lookup(user.equals(
                "u.",
                "id",
                if user.has_text_key() { "".into() } else { Value::Int(0) },
            )),
            by_uniquifier: exactly("fs_uniquifier"),
            by_token_uniquifier: user.has("fs_token_uniquifier").then(|| exactly("fs_token_uniquifier")),
            by_identity: IdentityAttribute::ALL.map(|attribute| {
                let column = attribute.name();
                user.has(column).then(|| (exactly(column), folded(column)))
            }),
        }
    }
}

async fn is_guarded(
    session: &mut dyn Session,
    dialect: Dialect,
    names: &TableNames,
    attribute: IdentityAttribute,
) -> Result<bool, Failure> {
    let column = attribute.name();
    if attribute == IdentityAttribute::UsPhoneNumber {
        return catalog::has_unique_index(session, dialect, &names.user, column).await;
    }
    if dialect.is_mysql() {
        return catalog::has_unique_index(session, dialect, &names.user, &folded_column(column)).await;
    }
    let index = dialect.index_name("uq", &names.user, &folded_column(column));
    catalog::has_index(session, dialect, &names.user, &index).await
}

/// Whether the SQLite database lets readers and a writer work side by side, or has one connection only.
async fn has_wal(session: &mut dyn Session) -> Result<bool, Failure> {
    let mode = session.texts(&Statement::new("PRAGMA journal_mode")).await?;
    let mode = mode.first().and_then(|row| row.first()).and_then(Option::as_deref);
    Ok(matches!(mode, Some("wal" | "memory")))
}

/// A primary key as a value of a statement.
pub(crate) fn key_value(id: &UserId) -> Value {
    match id {
        UserId::Int(id) => Value::Int(*id),
        UserId::Text(id) => id.as_str().into(),
    }
}

/// Whether PostgreSQL can read a text as a UUID: 32 hexadecimal digits, with or without hyphens.
fn is_like_uuid(text: &str) -> bool {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    let digits = text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    digits && (groups == [32] || groups == [8, 4, 4, 4, 12])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_is_recognised_before_the_database_refuses_it() {
        assert!(is_like_uuid("0123456789abcdef0123456789ABCDEF"));
        assert!(is_like_uuid("01234567-89ab-cdef-0123-456789abcdef"));
        for text in ["", "0123", "0123456789abcdef01234567", "01234567-89ab-cdef-0123456789abcdef", "zzzz"] {
            assert!(!is_like_uuid(text), "{text}");
        }
    }
}
