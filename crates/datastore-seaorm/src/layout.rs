//! What is known of the tables: their names, and the SQL that follows from the columns they have.

use sea_orm::{ConnectionTrait, Statement};
use security_core::account::UserId;
use security_core::config::IdentityAttribute;
use security_core::datastore::{DatastoreError, UserKey, storable};

use crate::catalog;
use crate::dialect::Dialect;
use crate::table::{REQUIRED_ROLE_COLUMNS, Table, key_value};

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

/// The tables together.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) dialect: Dialect,
    pub(crate) user: Table,
    pub(crate) role: Table,
    /// Quoted name of the table that says who holds which role.
    pub(crate) grants: String,
    /// Its columns, quoted: of the user and of the role.
    pub(crate) holder: String,
    pub(crate) held: String,
    by_id: Lookup,
    by_uniquifier: Lookup,
    by_token_uniquifier: Option<Lookup>,
    /// In the order of [`IdentityAttribute::ALL`]: exactly, and without case.
    by_identity: [Option<(Lookup, Lookup)>; 3],
    /// Selects roles; the statement calls the table `r`.
    select_role: String,
    /// Identities that a unique index guards: an address and a user name without their case.
    guarded: Vec<IdentityAttribute>,
}

/// A statement that finds users by one value, ready for the driver.
#[derive(Debug)]
struct Lookup {
    sql: String,
    /// How many times the value is bound.
    times: usize,
}

impl Layout {
    /// Looks at the tables.
    pub(crate) async fn read(
        connection: &impl ConnectionTrait,
        dialect: Dialect,
        names: &TableNames,
    ) -> Result<Self, DatastoreError> {
        let user = Table::read_users(connection, dialect, names).await?;
        let role = Table::read(connection, dialect, &names.role, &REQUIRED_ROLE_COLUMNS).await?;
        let grants = dialect.quoted(&names.roles_users);
        let (holder, held, id) = (dialect.quoted("user_id"), dialect.quoted("role_id"), dialect.quoted("id"));
        let role_columns = role.selection("r.", &ROLE_COLUMNS);
        let select_user = format!(
            "SELECT {}, {role_columns} FROM {} AS u LEFT JOIN {grants} AS g ON g.{holder} = u.{id} \
             LEFT JOIN {} AS r ON r.{id} = g.{held}",
            user.selection("u.", &USER_COLUMNS),
            user.name,
            role.name
        );
        let lookup = |(condition, times): (String, usize)| {
            let sql = dialect.final_text(format!("{select_user} WHERE {condition}"));
            Lookup { sql, times }
        };
        let by_identity = IdentityAttribute::ALL.map(|attribute| {
            let column = attribute.name();
            user.has(column)
                .then(|| (lookup(user.is("u.", column)), lookup((user.is_folded("u.", column), 1))))
        });
        let mut guarded = Vec::new();
        for attribute in IdentityAttribute::ALL {
            if is_guarded(connection, dialect, names, attribute).await? {
                guarded.push(attribute);
            }
        }
        Ok(Self {
            by_id: lookup(user.is("u.", "id")),
            by_uniquifier: lookup(user.is("u.", "fs_uniquifier")),
            by_token_uniquifier: user
                .has("fs_token_uniquifier")
                .then(|| lookup(user.is("u.", "fs_token_uniquifier"))),
            by_identity,
            select_role: format!("SELECT {role_columns} FROM {} AS r", role.name),
            dialect,
            user,
            role,
            grants,
            holder,
            held,
            guarded,
        })
    }

    /// The one statement that finds a user with roles and permissions; `None` when nobody can have this key.
    pub(crate) fn find_user(&self, key: &UserKey) -> Option<Statement> {
        let (lookup, value) = match key {
            UserKey::Id(id) => {
                if !self.user.accepts(id) {
                    return None;
                }
                (&self.by_id, key_value(id))
            }
            UserKey::Uniquifier(value) => (&self.by_uniquifier, value.as_str().into()),
            UserKey::TokenUniquifier(value) => (self.by_token_uniquifier.as_ref()?, value.as_str().into()),
            UserKey::Identity { attribute, value, case_insensitive } => {
                let at = IdentityAttribute::ALL.iter().position(|known| known == attribute)?;
                let (exactly, folded) = self.by_identity[at].as_ref()?;
                (if *case_insensitive { folded } else { exactly }, value.as_str().into())
            }
        };
        let possible = match key {
            UserKey::Id(UserId::Int(_)) => true,
            UserKey::Id(UserId::Text(text)) => !storable::is_impossible(text),
            UserKey::Uniquifier(value)
            | UserKey::TokenUniquifier(value)
            | UserKey::Identity { value, .. } => !storable::is_impossible(value),
        };
        possible.then(|| self.dialect.prepared(lookup.sql.clone(), vec![value; lookup.times]))
    }

    /// The SQL that selects roles, with a condition on the role `r`.
    pub(crate) fn select_roles(&self, condition: &str) -> String {
        format!("{} {condition}", self.select_role)
    }

    /// What an `INSERT` into the table of roles returns to be read like a selected role.
    pub(crate) fn role_columns(&self) -> String {
        self.role.selection("", &ROLE_COLUMNS)
    }

    /// Whether the database itself refuses an identity that is taken, an address and a user name in any case.
    pub(crate) fn guards(&self, attribute: IdentityAttribute) -> bool {
        self.guarded.contains(&attribute)
    }
}

async fn is_guarded(
    connection: &impl ConnectionTrait,
    dialect: Dialect,
    names: &TableNames,
    attribute: IdentityAttribute,
) -> Result<bool, DatastoreError> {
    match attribute {
        IdentityAttribute::UsPhoneNumber => {
            catalog::has_unique_index(connection, dialect, &names.user, attribute.name()).await
        }
        IdentityAttribute::Email | IdentityAttribute::Username => {
            catalog::has_folded_index(connection, dialect, &names.user, attribute).await
        }
    }
}
