//! The part of the port that concerns users.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, Value};
use security_core::account::{NewUser, User, UserId};
use security_core::config::IdentityAttribute;
use security_core::datastore::{Condition, DatastoreError, UserChange, UserKey, UserStore, storable};
use security_core::secret::random_identity;
use serde_json::Map;

use crate::SeaOrmDatastore;
use crate::error::from_db;
use crate::layout::{Layout, Table, key_value, quoted};
use crate::row_values::RowValues;
use crate::store::statement;
use crate::{rows, times};

impl SeaOrmDatastore {
    /// Adds an account inside a transaction of the application: both are kept or neither.
    ///
    /// Begin the transaction in immediate mode, so that it cannot lose the race for SQLite's write lock half-way. After
    /// an error, roll it back.
    ///
    /// # Errors
    ///
    /// Those of [`UserStore::create_user`].
    ///
    /// ```
    /// use datastore_seaorm::SeaOrmDatastore;
    /// use datastore_seaorm::sea_orm::{ConnectionTrait as _, TransactionTrait as _};
    /// use security_core::account::NewUser;
    ///
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let users = SeaOrmDatastore::connect("sqlite::memory:").await?;
    /// users.migrate().await?;
    /// users.connection().execute_unprepared("CREATE TABLE berth (owner INTEGER)").await?;
    ///
    /// let transaction = users.connection().begin().await?;
    /// let ann = users.create_user_in(&transaction, NewUser::new("ann@harbour.example")).await?;
    /// transaction.execute_unprepared(&format!("INSERT INTO berth (owner) VALUES ({})", ann.id)).await?;
    /// transaction.commit().await?;
    /// # Ok(())
    /// # }
    /// # fn main() {
    /// #     let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    /// #     runtime.block_on(example()).expect("the example works");
    /// # }
    /// ```
    pub async fn create_user_in<C: ConnectionTrait>(
        &self,
        connection: &C,
        user: NewUser,
    ) -> Result<User, DatastoreError> {
        storable::new_user(&user)?;
        let layout = self.layout(connection).await?;
        let roles = role_keys(connection, &layout, &user.roles).await?;
        let identities =
            [Some(user.email.as_str()), user.username.as_deref(), user.us_phone_number.as_deref()];
        require_free(connection, &layout, identities, None).await?;

        let row = new_row(&layout.user, user, self.now())?;
        let inserted = connection.query_all_raw(row.insert("\"id\"")).await.map_err(from_db)?;
        let id = rows::key(inserted.first().ok_or_else(lost)?)?;
        if !roles.is_empty() {
            let pairs = vec!["(?, ?)"; roles.len()].join(", ");
            let sql = format!("INSERT INTO {} (\"user_id\", \"role_id\") VALUES {pairs}", layout.grants);
            let values = roles.iter().flat_map(|role| [key_value(&id), key_value(role)]);
            connection.execute_raw(statement(sql, values)).await.map_err(from_db)?;
        }
        find(connection, &layout, &UserKey::Id(id)).await?.ok_or_else(lost)
    }

    /// Changes an account inside a transaction of the application.
    ///
    /// # Errors
    ///
    /// Those of [`UserStore::update_user`].
    pub async fn update_user_in<C: ConnectionTrait>(
        &self,
        connection: &C,
        id: &UserId,
        condition: &Condition,
        change: &UserChange,
    ) -> Result<bool, DatastoreError> {
        storable::user_change(change)?;
        let layout = self.layout(connection).await?;
        require_free(connection, &layout, new_identities(change), Some(id)).await?;

        let row = changed_row(&layout.user, change, self.now())?;
        let Some((condition, value)) = condition_sql(&layout.user, condition) else { return Ok(false) };
        if !layout.user.accepts(id) {
            return Ok(false);
        }
        let update = row.update(&format!("\"id\" = ?{condition}"), [key_value(id)].into_iter().chain(value));
        let done = connection.execute_raw(update).await.map_err(from_db)?;
        Ok(done.rows_affected() == 1)
    }
}

#[async_trait]
impl UserStore for SeaOrmDatastore {
    async fn create_user(&self, user: NewUser) -> Result<User, DatastoreError> {
        self.layout(self.connection()).await?; // before the one connection may be in use
        let work = self.begin().await?;
        let user = self.create_user_in(&work.transaction, user).await?;
        work.commit().await?;
        Ok(user)
    }

    async fn find_user(&self, key: &UserKey) -> Result<Option<User>, DatastoreError> {
        let layout = self.layout(self.connection()).await?;
        find(self.connection(), &layout, key).await
    }

    async fn update_user(
        &self,
        id: &UserId,
        condition: &Condition,
        change: &UserChange,
    ) -> Result<bool, DatastoreError> {
        let layout = self.layout(self.connection()).await?;
        if unguarded(&layout, new_identities(change)).next().is_some() {
            let work = self.begin().await?;
            let changed = self.update_user_in(&work.transaction, id, condition, change).await?;
            work.commit().await?;
            return Ok(changed);
        }
        let _turn = self.turn().await?;
        self.update_user_in(self.connection(), id, condition, change).await
    }

    async fn record_sign_in(
        &self,
        id: &UserId,
        at: DateTime<Utc>,
        ip: Option<&str>,
    ) -> Result<bool, DatastoreError> {
        storable::time("current_login_at", at)?;
        ip.map_or(Ok(()), |ip| storable::text("current_login_ip", ip))?;
        let layout = self.layout(self.connection()).await?;
        let table = &layout.user;
        if !table.accepts(id) {
            return Ok(false);
        }
        let at = times::to_text(at);
        let current_at = table.column("current_login_at");
        let mut row = RowValues::new(table);
        row.set_expression("last_login_at", format!("coalesce({current_at}, ?)"), Some(at.as_str().into()));
        row.set_expression("current_login_at", "?".to_owned(), Some(at.as_str().into()));
        row.set_expression("last_login_ip", table.column("current_login_ip"), None);
        row.set_expression("current_login_ip", "?".to_owned(), Some(ip.into()));
        row.set_expression("login_count", format!("coalesce({}, 0) + 1", table.column("login_count")), None);
        row.touch(self.now());
        Ok(self.write(row.update("\"id\" = ?", [key_value(id)])).await?.rows_affected() == 1)
    }

    async fn delete_user(&self, id: &UserId) -> Result<bool, DatastoreError> {
        let layout = self.layout(self.connection()).await?;
        if !layout.user.accepts(id) {
            return Ok(false);
        }
        let work = self.begin().await?;
        let grants = format!("DELETE FROM {} WHERE \"user_id\" = ?", layout.grants);
        work.transaction.execute_raw(statement(grants, [key_value(id)])).await.map_err(from_db)?;
        let user = format!("DELETE FROM {} WHERE \"id\" = ?", layout.user.name);
        let done = work.transaction.execute_raw(statement(user, [key_value(id)])).await.map_err(from_db)?;
        work.commit().await?;
        Ok(done.rows_affected() == 1)
    }

    async fn count_users(&self) -> Result<u64, DatastoreError> {
        let layout = self.layout(self.connection()).await?;
        let sql = format!("SELECT count(*) FROM {}", layout.user.name);
        let counted = self.connection().query_all_raw(statement(sql, [])).await.map_err(from_db)?;
        match rows::key(counted.first().ok_or_else(lost)?)? {
            UserId::Int(count) => u64::try_from(count).map_err(DatastoreError::backend),
            UserId::Text(_) => Err(lost()),
        }
    }
}

/// Finds a user in one statement.
async fn find(
    connection: &impl ConnectionTrait,
    layout: &Layout,
    key: &UserKey,
) -> Result<Option<User>, DatastoreError> {
    let Some((sql, value)) = layout.find_user(key) else { return Ok(None) };
    let found = connection.query_all_raw(statement(sql, [value])).await.map_err(from_db)?;
    let users = rows::users(&found)?;
    Ok(users.into_iter().min_by_key(|user| (!is_spelled_as(user, key), user.id.clone())))
}

/// Whether an identity that was found ignoring case is spelled like the key.
fn is_spelled_as(user: &User, key: &UserKey) -> bool {
    let UserKey::Identity { attribute, value, .. } = key else { return true };
    match attribute {
        IdentityAttribute::Email => user.email == *value,
        IdentityAttribute::Username => user.username.as_ref() == Some(value),
        IdentityAttribute::UsPhoneNumber => user.us_phone_number.as_ref() == Some(value),
    }
}

/// The keys of these roles, each once.
async fn role_keys(
    connection: &impl ConnectionTrait,
    layout: &Layout,
    names: &[String],
) -> Result<Vec<UserId>, DatastoreError> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let condition = format!("WHERE r.\"name\" IN ({})", vec!["?"; names.len()].join(", "));
    let values = names.iter().map(|name| name.as_str().into());
    let found = connection.query_all_raw(statement(layout.select_roles(&condition), values)).await;
    let roles = rows::roles(&found.map_err(from_db)?)?;
    match names.iter().find(|name| !roles.iter().any(|role| role.name == **name)) {
        Some(unknown) => Err(DatastoreError::UnknownRole(unknown.clone())),
        None => Ok(roles.into_iter().map(|role| role.id).collect()),
    }
}

/// New values of the identities, in the order of [`IdentityAttribute::ALL`].
type Identities<'v> = [Option<&'v str>; 3];

fn new_identities(change: &UserChange) -> Identities<'_> {
    let username = change.username.as_ref().and_then(Option::as_deref);
    let phone = change.us_phone_number.as_ref().and_then(Option::as_deref);
    [change.email.as_deref(), username, phone]
}

/// The new identities that no unique index guards, in a table that was taken over or not migrated.
fn unguarded<'v>(
    layout: &Layout,
    identities: Identities<'v>,
) -> impl Iterator<Item = (IdentityAttribute, &'v str)> {
    let given = IdentityAttribute::ALL.into_iter().zip(identities);
    given.filter_map(|(attribute, value)| {
        let compare = !layout.guards(attribute) && layout.user.has(attribute.name());
        value.filter(|_| compare).map(|value| (attribute, value))
    })
}

/// Refuses an identity that another account has, where no unique index does so. It leaves no race open: SQLite has
/// one writer at a time, and the caller's transaction is it.
async fn require_free(
    connection: &impl ConnectionTrait,
    layout: &Layout,
    identities: Identities<'_>,
    owner: Option<&UserId>,
) -> Result<(), DatastoreError> {
    for (attribute, value) in unguarded(layout, identities) {
        let column = quoted(attribute.name());
        let condition = match attribute {
            IdentityAttribute::UsPhoneNumber => format!("{column} = ?"),
            _ => format!("lower({column}) = lower(?)"),
        };
        let users = &layout.user.name;
        let sql = format!("SELECT \"id\" FROM {users} WHERE {condition} AND \"id\" IS NOT ? LIMIT 1");
        let values = [value.into(), owner.map_or(Value::BigInt(None), key_value)];
        let found = connection.query_all_raw(statement(sql, values)).await.map_err(from_db)?;
        if !found.is_empty() {
            return Err(DatastoreError::Duplicate { column: attribute.name().to_owned() });
        }
    }
    Ok(())
}

fn new_row(table: &Table, user: NewUser, now: DateTime<Utc>) -> Result<RowValues<'_>, DatastoreError> {
    let mut row = RowValues::new(table);
    if table.has_text_key {
        row.set_if_present("id", random_identity());
    }
    row.set("email", Some(user.email))?;
    row.set("username", user.username)?;
    row.set("password", user.password)?;
    row.set_if_present("active", user.active);
    row.set("fs_uniquifier", Some(user.fs_uniquifier))?;
    row.set_if_present("fs_token_uniquifier", user.fs_token_uniquifier);
    row.set_if_present("fs_webauthn_user_handle", user.fs_webauthn_user_handle);
    row.set("confirmed_at", user.confirmed_at.map(times::to_text))?;
    row.set("us_phone_number", user.us_phone_number)?;
    row.set("extra", fields_text(&user.extra)?)?;
    row.set_if_present("create_datetime", times::to_text(now));
    row.touch(now);
    Ok(row)
}

fn changed_row<'t>(
    table: &'t Table,
    change: &UserChange,
    now: DateTime<Utc>,
) -> Result<RowValues<'t>, DatastoreError> {
    let mut row = RowValues::new(table);
    if let Some(email) = &change.email {
        row.set("email", Some(email.clone()))?;
    }
    if let Some(username) = &change.username {
        row.set("username", username.clone())?;
    }
    if let Some(password) = &change.password {
        row.set("password", password.clone())?;
    }
    if let Some(active) = change.active {
        row.set_if_present("active", active);
    }
    if let Some(uniquifier) = &change.fs_uniquifier {
        row.set("fs_uniquifier", Some(uniquifier.clone()))?;
    }
    if let Some(uniquifier) = &change.fs_token_uniquifier {
        row.set_if_present("fs_token_uniquifier", uniquifier.clone());
    }
    if let Some(confirmed_at) = change.confirmed_at {
        row.set("confirmed_at", confirmed_at.map(times::to_text))?;
    }
    if let Some(phone) = &change.us_phone_number {
        row.set("us_phone_number", phone.clone())?;
    }
    if let Some(extra) = &change.extra {
        row.set("extra", fields_text(extra)?)?;
    }
    row.touch(now);
    Ok(row)
}

/// The condition as SQL that follows the key, with its value; `None` when it cannot hold.
fn condition_sql(table: &Table, condition: &Condition) -> Option<(String, Option<Value>)> {
    let (sql, value) = match condition {
        Condition::Exists => return Some((String::new(), None)),
        Condition::UniquifierIs(value) => (" AND \"fs_uniquifier\" = ?".to_owned(), Some(value.as_str())),
        Condition::PasswordIs(value) => (format!(" AND {} IS ?", table.column("password")), value.as_deref()),
        Condition::UnconfirmedEmailIs(value) => {
            let confirmed_at = table.column("confirmed_at");
            (format!(" AND \"email\" = ? AND {confirmed_at} IS NULL"), Some(value.as_str()))
        }
    };
    let possible = value.is_none_or(|value| !storable::is_impossible(value));
    possible.then(|| (sql, Some(value.into())))
}

fn fields_text(fields: &Map<String, serde_json::Value>) -> Result<Option<String>, DatastoreError> {
    if fields.is_empty() {
        return Ok(None);
    }
    serde_json::to_string(fields).map(Some).map_err(DatastoreError::backend)
}

fn lost() -> DatastoreError {
    DatastoreError::backend("the database did not give back the row that it wrote")
}
