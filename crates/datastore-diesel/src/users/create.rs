//! Adding an account with its roles.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use security_core::account::{NewUser, User, UserId};
use security_core::datastore::{DatastoreError, UserKey, storable};
use security_core::secret::random_identity;

use super::identities::{Identities, require_free};
use super::update::fields_text;
use crate::dialect::Dialect;
use crate::error::Failure;
use crate::job::{Job, Mode};
use crate::layout::Layout;
use crate::row_values::RowValues;
use crate::rows;
use crate::session::Session;
use crate::statement::Statement;

/// Adds an account.
pub(super) struct CreateUser {
    layout: Arc<Layout>,
    user: NewUser,
    /// The key of an account whose table has texts as keys.
    text_key: Option<String>,
    insert: Statement,
}

impl CreateUser {
    pub(super) fn new(
        layout: Arc<Layout>,
        user: NewUser,
        now: DateTime<Utc>,
    ) -> Result<Self, DatastoreError> {
        storable::new_user(&user)?;
        let text_key = layout.user.has_text_key().then(random_identity);
        let insert = insert(&layout, &user, text_key.as_ref(), now)?;
        Ok(Self { layout, user, text_key, insert })
    }
}

#[async_trait]
impl Job for CreateUser {
    type Answer = User;

    fn mode(&self) -> Mode {
        Mode::Transaction
    }

    async fn run(&self, session: &mut dyn Session) -> Result<User, Failure> {
        let layout = &*self.layout;
        let roles = role_keys(session, layout, &self.user.roles).await?;
        let user = &self.user;
        let identities: Identities<'_> =
            [Some(user.email.as_str()), user.username.as_deref(), user.us_phone_number.as_deref()];
        require_free(session, layout, identities, None).await?;

        let id = self.insert(session).await?;
        if !roles.is_empty() {
            session.execute(&grants(layout, &id, &roles)).await?;
        }
        let query = layout.find_user(&UserKey::Id(id)).ok_or_else(lost)?.to_statement();
        rows::users(session.users(&query).await?).pop().ok_or_else(|| lost().into())
    }
}

impl CreateUser {
    async fn insert(&self, session: &mut dyn Session) -> Result<UserId, Failure> {
        if !self.layout.dialect.is_mysql() {
            return session.keys(&self.insert).await?.pop().ok_or_else(|| lost().into());
        }
        session.execute(&self.insert).await?;
        match &self.text_key {
            Some(key) => Ok(UserId::Text(key.clone())),
            None => {
                let id = session.keys(&Statement::new("SELECT last_insert_id()")).await?.pop();
                id.ok_or_else(|| lost().into())
            }
        }
    }
}

fn insert(
    layout: &Layout,
    user: &NewUser,
    text_key: Option<&String>,
    now: DateTime<Utc>,
) -> Result<Statement, DatastoreError> {
    let table = &layout.user;
    let mut row = RowValues::new(table);
    if let Some(key) = text_key {
        row.set_if_present("id", Some(key.clone()));
    }
    row.set("email", Some(user.email.clone()))?;
    row.set("username", user.username.clone())?;
    row.set("password", user.password.clone())?;
    row.set_if_present("active", Some(user.active));
    row.set("fs_uniquifier", Some(user.fs_uniquifier.clone()))?;
    row.set_if_present("fs_token_uniquifier", Some(user.fs_token_uniquifier.clone()));
    row.set_if_present("fs_webauthn_user_handle", Some(user.fs_webauthn_user_handle.clone()));
    row.set("confirmed_at", user.confirmed_at.map(|at| layout.dialect.time(at)))?;
    row.set("us_phone_number", user.us_phone_number.clone())?;
    row.set("extra", fields_text(&user.extra)?)?;
    row.set_time_if_present("create_datetime", now);
    row.touch(now);
    let mut insert = row.insert();
    if matches!(layout.dialect, Dialect::Sqlite | Dialect::Postgres) {
        insert.push(" RETURNING ").push(&table.column("id"));
    }
    Ok(insert)
}

/// The keys of these roles, each once.
async fn role_keys(
    session: &mut dyn Session,
    layout: &Layout,
    names: &[String],
) -> Result<Vec<UserId>, Failure> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    if let Some(unknown) = names.iter().find(|name| storable::is_impossible(name)) {
        return Err(DatastoreError::UnknownRole(unknown.clone()).into());
    }
    let mut any = Statement::default();
    any.append_all(names.iter().map(|name| layout.role.equals("r.", "name", name.as_str())), " OR ");
    let roles = session.roles(&layout.select_roles(Some(any))).await?;
    match names.iter().find(|name| !roles.iter().any(|role| role.name == **name)) {
        Some(unknown) => Err(DatastoreError::UnknownRole(unknown.clone()).into()),
        None => Ok(roles.into_iter().map(|role| role.id).collect()),
    }
}

fn grants(layout: &Layout, user: &UserId, roles: &[UserId]) -> Statement {
    let table = &layout.grants;
    let (user_id, role_id) = (table.column("user_id"), table.column("role_id"));
    let mut insert = Statement::new(format!("INSERT INTO {} ({user_id}, {role_id}) VALUES ", table.name));
    let pairs = roles.iter().map(|role| {
        let mut pair = Statement::new("(");
        pair.append(table.value("user_id", crate::layout::key_value(user))).push(", ");
        pair.append(table.value("role_id", crate::layout::key_value(role))).push(")");
        pair
    });
    insert.append_all(pairs, ", ");
    insert
}

fn lost() -> DatastoreError {
    DatastoreError::backend("the database did not give back the row that it wrote")
}
