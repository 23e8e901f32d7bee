//! Reads users and roles from rows.

use std::marker::PhantomData;

use chrono::{DateTime, Utc};
use diesel::backend::Backend;
use diesel::deserialize::FromSqlRow;
use diesel::row::{Field as _, Row};
use diesel::sql_types::Untyped;
use security_core::account::{Role, User, UserId};
use serde_json::{Map, Value};

use crate::cells::{Cells, Read};

/// One row of users with their roles: each user stands once per role.
pub(crate) struct UserRow {
    user: User,
    role: Option<Role>,
}

/// One row of roles.
pub(crate) struct RoleRow(pub(crate) Role);

/// The first column of a row, a key or a number.
pub(crate) struct KeyRow(pub(crate) UserId);

/// A row of texts.
pub(crate) struct TextRow(pub(crate) Vec<Option<String>>);

/// Users, joined from their rows.
#[derive(Default)]
pub(crate) struct Users(Vec<User>);

impl Users {
    pub(crate) fn add(&mut self, UserRow { user, role }: UserRow) {
        let at = self.0.iter().position(|known| known.id == user.id).unwrap_or_else(|| {
            self.0.reserve_exact(1); // mostly there is but one
            self.0.push(user);
            self.0.len() - 1
        });
        let roles = &mut self.0[at].roles;
        if let Some(role) = role
            && !roles.contains(&role)
        {
            roles.push(role);
        }
    }

    /// The users with their roles ordered by name.
    pub(crate) fn joined(mut self) -> Vec<User> {
        self.0.iter_mut().for_each(|user| user.roles.sort_by(|one, other| one.name.cmp(&other.name)));
        self.0
    }
}

/// Joins rows to users. Roles are ordered by name.
pub(crate) fn users(rows: Vec<UserRow>) -> Vec<User> {
    let mut users = Users::default();
    rows.into_iter().for_each(|row| users.add(row));
    users.joined()
}

/// Reads itself from a row of any database.
trait FromRow: Sized {
    fn from_row<'a, DB: Cells>(row: &impl Row<'a, DB>) -> Read<Self>;
}

impl FromRow for UserRow {
    fn from_row<'a, DB: Cells>(row: &impl Row<'a, DB>) -> Read<Self> {
        let mut reader = Reader::new(row);
        Ok(Self { user: reader.user()?, role: reader.role()? })
    }
}

impl FromRow for RoleRow {
    fn from_row<'a, DB: Cells>(row: &impl Row<'a, DB>) -> Read<Self> {
        Reader::new(row).role()?.map(Self).ok_or_else(|| damaged("id"))
    }
}

impl FromRow for KeyRow {
    fn from_row<'a, DB: Cells>(row: &impl Row<'a, DB>) -> Read<Self> {
        Reader::new(row).value("id", DB::key)?.map(Self).ok_or_else(|| damaged("id"))
    }
}

impl FromRow for TextRow {
    fn from_row<'a, DB: Cells>(row: &impl Row<'a, DB>) -> Read<Self> {
        let mut reader = Reader::new(row);
        (0..row.field_count()).map(|_| reader.text("text")).collect::<Read<_>>().map(Self)
    }
}

macro_rules! rows_of {
    ($feature:literal, $database:ty: $($row:ty),+) => {
        $(
            #[cfg(feature = $feature)]
            impl FromSqlRow<Untyped, $database> for $row {
                fn build_from_row<'a>(row: &impl Row<'a, $database>) -> Read<Self> {
                    Self::from_row(row)
                }
            }
        )+
    };
}

rows_of!("sqlite", diesel::sqlite::Sqlite: UserRow, RoleRow, KeyRow, TextRow);
rows_of!("postgres", diesel::pg::Pg: UserRow, RoleRow, KeyRow, TextRow);
rows_of!("mysql", diesel::mysql::Mysql: UserRow, RoleRow, KeyRow, TextRow);

/// Reads the columns of a row one after the other.
struct Reader<'r, R, DB> {
    row: &'r R,
    next: usize,
    database: PhantomData<fn() -> DB>,
}

impl<'r, 'a, DB: Cells, R: Row<'a, DB>> Reader<'r, R, DB> {
    fn new(row: &'r R) -> Self {
        Self { row, next: 0, database: PhantomData }
    }

    /// Reads the columns in the order of [`USER_COLUMNS`](crate::layout::USER_COLUMNS).
    fn user(&mut self) -> Read<User> {
        let id = self.value("id", DB::key)?.ok_or_else(|| damaged("id"))?;
        let email = self.text("email")?.ok_or_else(|| damaged("email"))?;
        let username = self.text("username")?;
        let password = self.text("password")?;
        let active = self.value("active", DB::boolean)?.unwrap_or(false);
        let fs_uniquifier = self.text("fs_uniquifier")?.ok_or_else(|| damaged("fs_uniquifier"))?;
        let mut user = User::from_required(id, email, fs_uniquifier);
        user.username = username;
        user.password = password;
        user.active = active;
        user.fs_token_uniquifier = self.text("fs_token_uniquifier")?;
        user.confirmed_at = self.time("confirmed_at")?;
        user.last_login_at = self.time("last_login_at")?;
        user.current_login_at = self.time("current_login_at")?;
        user.last_login_ip = self.text("last_login_ip")?;
        user.current_login_ip = self.text("current_login_ip")?;
        user.login_count = self.value("login_count", DB::integer)?;
        user.tf_primary_method = self.text("tf_primary_method")?;
        user.tf_totp_secret = self.text("tf_totp_secret")?;
        user.tf_phone_number = self.text("tf_phone_number")?;
        user.us_totp_secrets = self.text("us_totp_secrets")?;
        user.us_phone_number = self.text("us_phone_number")?;
        user.fs_webauthn_user_handle = self.text("fs_webauthn_user_handle")?;
        user.mf_recovery_codes = self.text("mf_recovery_codes")?.map(|text| list(&text)).unwrap_or_default();
        user.create_datetime = self.time("create_datetime")?;
        user.update_datetime = self.time("update_datetime")?;
        user.extra = self.text("extra")?.map_or_else(|| Ok(Map::new()), |text| fields(&text))?;
        Ok(user)
    }

    /// Reads a role; `None` where the join found none.
    fn role(&mut self) -> Read<Option<Role>> {
        let Some(id) = self.value("id", DB::key)? else { return Ok(None) };
        Ok(Some(Role {
            id,
            name: self.text("name")?.ok_or_else(|| damaged("name"))?,
            description: self.text("description")?,
            permissions: self
                .text("permissions")?
                .map(|text| Role::permissions_from_text(&text))
                .unwrap_or_default(),
            update_datetime: self.time("update_datetime")?,
        }))
    }

    fn time(&mut self, column: &'static str) -> Read<Option<DateTime<Utc>>> {
        self.value(column, DB::time)
    }

    fn text(&mut self, column: &'static str) -> Read<Option<String>> {
        self.value(column, DB::text)
    }

    fn value<T>(
        &mut self,
        column: &'static str,
        read: impl FnOnce(<DB as Backend>::RawValue<'_>) -> Read<T>,
    ) -> Read<Option<T>> {
        let field = self.row.get(self.next).ok_or_else(|| damaged(column))?;
        self.next += 1;
        field.value().map(|value| read(value).map_err(|_| damaged(column))).transpose()
    }
}

/// A list of texts joined with commas.
fn list(text: &str) -> Vec<String> {
    if text.is_empty() { Vec::new() } else { text.split(',').map(str::to_owned).collect() }
}

/// The application's own fields.
fn fields(text: &str) -> Read<Map<String, Value>> {
    if matches!(text, "" | "null") {
        return Ok(Map::new());
    }
    serde_json::from_str(text).map_err(|_| damaged("extra"))
}

/// The value is left out: it may be secret.
fn damaged(column: &str) -> Box<dyn std::error::Error + Send + Sync> {
    format!("the value of `{column}` cannot be read").into()
}
