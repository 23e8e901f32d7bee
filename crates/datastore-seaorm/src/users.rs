//! The part of the port that concerns users.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use security_core::account::{NewUser, User, UserId};
use security_core::config::IdentityAttribute;
use security_core::datastore::{Condition, DatastoreError, UserChange, UserKey, UserStore, storable};
use security_core::secret::random_identity;

use crate::SeaOrmDatastore;
use crate::identities::{new_identities, unguarded};
use crate::layout::Layout;
use crate::row_values::RowValues;
use crate::store::undisturbed;
use crate::table::{Table, key_value};
use crate::user_rows::{changed_row, condition_sql, new_row};
use crate::{rows, times};

impl SeaOrmDatastore {
    /// Adds an account inside a transaction of the application: both are kept or neither.
    ///
    /// With SQLite begin the transaction in immediate mode, so that it cannot lose the race for the write lock half-way.
    /// After an error, roll it back.
    ///
    /// # Errors
    ///
    /// Those of [`UserStore::create_user`]. [`DatastoreError::Unavailable`] also when the database ends the transaction
    /// in favour of somebody else's; the application may do it again.
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
        let roles = self.role_keys(connection, &layout, &user.roles).await?;
        let identities =
            [Some(user.email.as_str()), user.username.as_deref(), user.us_phone_number.as_deref()];
        self.require_free(connection, &layout, identities, None).await?;

        let id = layout.user.has_text_key().then(random_identity);
        let row = new_row(&layout.user, id.as_deref(), user, self.now())?;
        let id = self.insert(connection, &layout.user, row, id).await?;
        if !roles.is_empty() {
            let pair = format!("({}, {})", layout.user.placeholder("id"), layout.role.placeholder("id"));
            let sql = format!(
                "INSERT INTO {} ({}, {}) VALUES {}",
                layout.grants,
                layout.holder,
                layout.held,
                vec![pair; roles.len()].join(", ")
            );
            let values = roles.iter().flat_map(|role| [key_value(&id), key_value(role)]);
            self.run(connection, layout.dialect.statement(sql, values)).await?;
        }
        self.find(connection, &layout, &UserKey::Id(id)).await?.ok_or_else(lost)
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
        self.require_free(connection, &layout, new_identities(change), Some(id)).await?;

        let row = changed_row(&layout.user, change, self.now())?;
        let Some((condition, values)) = condition_sql(&layout.user, condition) else { return Ok(false) };
        if !layout.user.accepts(id) {
            return Ok(false);
        }
        let condition = format!("{}{condition}", has_id(&layout.user));
        let update = row.update(&condition, [key_value(id)].into_iter().chain(values));
        Ok(self.run(connection, update).await?.rows_affected() == 1)
    }

    /// Adds a row and answers its key, which is the given one or one that the database counts.
    pub(crate) async fn insert(
        &self,
        connection: &impl ConnectionTrait,
        table: &Table,
        row: RowValues<'_>,
        key: Option<String>,
    ) -> Result<UserId, DatastoreError> {
        let insert = row.insert(&table.selection("", &["id"]));
        if table.dialect.returns_rows() {
            let inserted = self.rows(connection, insert).await?;
            return rows::key(inserted.first().ok_or_else(lost)?, table.has_text_key());
        }
        let counted = self.run(connection, insert).await?.last_insert_id();
        match key {
            Some(key) => Ok(UserId::Text(key)),
            None => i64::try_from(counted).map(UserId::Int).map_err(DatastoreError::backend),
        }
    }

    /// Finds a user in one statement.
    async fn find(
        &self,
        connection: &impl ConnectionTrait,
        layout: &Layout,
        key: &UserKey,
    ) -> Result<Option<User>, DatastoreError> {
        let Some(statement) = layout.find_user(key) else { return Ok(None) };
        let users = rows::users(layout, &self.rows(connection, statement).await?)?;
        Ok(users.into_iter().min_by_key(|user| (!is_spelled_as(user, key), user.id.clone())))
    }

    /// The keys of these roles, each once.
    async fn role_keys(
        &self,
        connection: &impl ConnectionTrait,
        layout: &Layout,
        names: &[String],
    ) -> Result<Vec<UserId>, DatastoreError> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let name = layout.dialect.quoted("name");
        let condition = format!("WHERE r.{name} IN ({})", vec!["?"; names.len()].join(", "));
        let values = names.iter().map(|name| name.as_str().into());
        let select = layout.dialect.statement(layout.select_roles(&condition), values);
        let mut roles = rows::roles(layout, &self.rows(connection, select).await?)?;
        roles.retain(|role| names.contains(&role.name)); // a collation may find others too
        match names.iter().find(|name| !roles.iter().any(|role| role.name == **name)) {
            Some(unknown) => Err(DatastoreError::UnknownRole(unknown.clone())),
            None => Ok(roles.into_iter().map(|role| role.id).collect()),
        }
    }

    async fn create_user_once(&self, user: NewUser) -> Result<User, DatastoreError> {
        let work = self.begin().await?;
        let user = self.create_user_in(&work.transaction, user).await?;
        work.commit().await?;
        Ok(user)
    }

    async fn update_user_once(
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

    async fn delete_user_once(&self, layout: &Layout, id: &UserId) -> Result<bool, DatastoreError> {
        let work = self.begin().await?;
        let holder = &layout.holder;
        let grants =
            format!("DELETE FROM {} WHERE {holder} = {}", layout.grants, layout.user.placeholder("id"));
        self.run(&work.transaction, layout.dialect.statement(grants, [key_value(id)])).await?;
        let user = format!("DELETE FROM {} WHERE {}", layout.user.name, has_id(&layout.user));
        let done = self.run(&work.transaction, layout.dialect.statement(user, [key_value(id)])).await?;
        work.commit().await?;
        Ok(done.rows_affected() == 1)
    }
}

#[async_trait]
impl UserStore for SeaOrmDatastore {
    async fn create_user(&self, user: NewUser) -> Result<User, DatastoreError> {
        self.layout(self.connection()).await?; // before the one connection may be in use
        undisturbed(|| self.create_user_once(user.clone())).await
    }

    async fn find_user(&self, key: &UserKey) -> Result<Option<User>, DatastoreError> {
        let layout = self.layout(self.connection()).await?;
        self.find(self.connection(), &layout, key).await
    }

    async fn update_user(
        &self,
        id: &UserId,
        condition: &Condition,
        change: &UserChange,
    ) -> Result<bool, DatastoreError> {
        undisturbed(|| self.update_user_once(id, condition, change)).await
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
        let time = times::to_value(layout.dialect, Some(at));
        let current_at = table.column("current_login_at");
        let mut row = RowValues::new(table);
        // The last ones first: MySQL goes from left to right and reads what it has just written.
        row.set_expression("last_login_at", format!("coalesce({current_at}, ?)"), Some(time.clone()));
        row.set_expression("current_login_at", "?".to_owned(), Some(time));
        row.set_expression("last_login_ip", table.column("current_login_ip"), None);
        row.set_expression("current_login_ip", "?".to_owned(), Some(ip.into()));
        row.set_expression("login_count", format!("coalesce({}, 0) + 1", table.column("login_count")), None);
        row.touch(self.now());
        Ok(self.write(row.update(&has_id(table), [key_value(id)])).await?.rows_affected() == 1)
    }

    async fn delete_user(&self, id: &UserId) -> Result<bool, DatastoreError> {
        let layout = self.layout(self.connection()).await?;
        if !layout.user.accepts(id) {
            return Ok(false);
        }
        undisturbed(|| self.delete_user_once(&layout, id)).await
    }

    async fn count_users(&self) -> Result<u64, DatastoreError> {
        let layout = self.layout(self.connection()).await?;
        let sql = format!("SELECT count(*) FROM {}", layout.user.name);
        let counted = self.rows(self.connection(), layout.dialect.statement(sql, [])).await?;
        let count = rows::number(counted.first().ok_or_else(lost)?)?;
        u64::try_from(count).map_err(DatastoreError::backend)
    }
}

/// The condition that a row has a key.
pub(crate) fn has_id(table: &Table) -> String {
    format!("{} = {}", table.dialect.quoted("id"), table.placeholder("id"))
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

pub(crate) fn lost() -> DatastoreError {
    DatastoreError::backend("the database did not give back the row that it wrote")
}
