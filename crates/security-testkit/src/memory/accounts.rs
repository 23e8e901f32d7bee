//! Accounts in memory.

use std::collections::BTreeSet;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use security_core::account::{NewUser, User, UserId};
use security_core::config::IdentityAttribute;
use security_core::datastore::{Condition, DatastoreError, UserChange, UserKey, UserStore, storable};

use super::{MemoryDatastore, State, whole_micros};

/// A stored account. The roles of `user` stay empty; they are filled in when it is given out.
pub(super) struct Account {
    pub(super) user: User,
    pub(super) roles: BTreeSet<String>,
}

#[async_trait]
impl UserStore for MemoryDatastore {
    async fn create_user(&self, new: NewUser) -> Result<User, DatastoreError> {
        storable::new_user(&new)?;
        let now = self.now();
        let mut state = self.state();
        if let Some(unknown) = new.roles.iter().find(|name| !state.roles.contains_key(*name)) {
            return Err(DatastoreError::UnknownRole(unknown.clone()));
        }
        let mut user = User::from_required(UserId::Int(0), new.email, new.fs_uniquifier);
        user.username = new.username;
        user.password = new.password;
        user.active = new.active;
        user.fs_token_uniquifier = Some(new.fs_token_uniquifier);
        user.fs_webauthn_user_handle = Some(new.fs_webauthn_user_handle);
        user.confirmed_at = new.confirmed_at.map(whole_micros);
        user.us_phone_number = new.us_phone_number;
        user.extra = new.extra;
        user.create_datetime = Some(now);
        user.update_datetime = Some(now);
        state.require_unique(&user)?;

        let key = state.next_key();
        user.id = UserId::Int(key);
        let account = Account { user, roles: new.roles.into_iter().collect() };
        let created = state.user(&account);
        state.accounts.insert(key, account);
        Ok(created)
    }

    async fn find_user(&self, key: &UserKey) -> Result<Option<User>, DatastoreError> {
        let state = self.state();
        let found = match key {
            UserKey::Id(UserId::Int(id)) => state.accounts.get(id),
            _ => state.accounts.values().find(|account| matches(&account.user, key)),
        };
        Ok(found.map(|account| state.user(account)))
    }

    async fn update_user(
        &self,
        id: &UserId,
        condition: &Condition,
        change: &UserChange,
    ) -> Result<bool, DatastoreError> {
        storable::user_change(change)?;
        let now = self.now();
        let mut state = self.state();
        let Some(account) = state.account_mut(id).filter(|account| holds(condition, &account.user)) else {
            return Ok(false);
        };
        let mut user = account.user.clone();
        apply(change, &mut user);
        user.update_datetime = Some(now);
        state.require_unique(&user)?;
        if let Some(account) = state.account_mut(id) {
            account.user = user;
        }
        Ok(true)
    }

    async fn record_sign_in(
        &self,
        id: &UserId,
        at: DateTime<Utc>,
        ip: Option<&str>,
    ) -> Result<bool, DatastoreError> {
        storable::time("current_login_at", at)?;
        ip.map_or(Ok(()), |ip| storable::text("current_login_ip", ip))?;
        let (now, at) = (self.now(), whole_micros(at));
        let mut state = self.state();
        let Some(Account { user, .. }) = state.account_mut(id) else { return Ok(false) };
        user.last_login_at = Some(user.current_login_at.unwrap_or(at));
        user.current_login_at = Some(at);
        user.last_login_ip = user.current_login_ip.take();
        user.current_login_ip = ip.map(str::to_owned);
        user.login_count = Some(user.login_count.unwrap_or_default() + 1);
        user.update_datetime = Some(now);
        Ok(true)
    }

    async fn delete_user(&self, id: &UserId) -> Result<bool, DatastoreError> {
        match id {
            UserId::Int(id) => Ok(self.state().accounts.remove(id).is_some()),
            UserId::Text(_) => Ok(false),
        }
    }

    async fn count_users(&self) -> Result<u64, DatastoreError> {
        u64::try_from(self.state().accounts.len()).map_err(DatastoreError::backend)
    }
}

/// What an account must not share with another one, in the form in which it is compared.
type UniqueValue = fn(&User) -> Option<String>;

impl State {
    /// Refuses an account with a unique value that another account holds.
    fn require_unique(&self, user: &User) -> Result<(), DatastoreError> {
        let others =
            || self.accounts.values().map(|account| &account.user).filter(|other| other.id != user.id);
        let unique: [(&str, UniqueValue); 6] = [
            ("email", |user| Some(user.email.to_lowercase())),
            ("username", |user| user.username.as_deref().map(str::to_lowercase)),
            ("fs_uniquifier", |user| Some(user.fs_uniquifier.clone())),
            ("fs_token_uniquifier", |user| user.fs_token_uniquifier.clone()),
            ("fs_webauthn_user_handle", |user| user.fs_webauthn_user_handle.clone()),
            ("us_phone_number", |user| user.us_phone_number.clone()),
        ];
        for (column, value) in unique {
            let taken = value(user);
            if taken.is_some() && others().any(|other| value(other) == taken) {
                return Err(DatastoreError::Duplicate { column: column.to_owned() });
            }
        }
        Ok(())
    }
}

fn matches(user: &User, key: &UserKey) -> bool {
    match key {
        UserKey::Id(id) => user.id == *id,
        UserKey::Uniquifier(value) => user.fs_uniquifier == *value,
        UserKey::TokenUniquifier(value) => user.fs_token_uniquifier.as_ref() == Some(value),
        UserKey::Identity { attribute, value, case_insensitive } => {
            let stored = match attribute {
                IdentityAttribute::Email => Some(&user.email),
                IdentityAttribute::Username => user.username.as_ref(),
                IdentityAttribute::UsPhoneNumber => user.us_phone_number.as_ref(),
            };
            stored.is_some_and(|stored| match case_insensitive {
                true => stored.to_lowercase() == value.to_lowercase(),
                false => stored == value,
            })
        }
    }
}

fn holds(condition: &Condition, user: &User) -> bool {
    match condition {
        Condition::Exists => true,
        Condition::UniquifierIs(value) => user.fs_uniquifier == *value,
        Condition::PasswordIs(value) => user.password == *value,
        Condition::UnconfirmedEmailIs(value) => user.email == *value && user.confirmed_at.is_none(),
    }
}

fn apply(change: &UserChange, user: &mut User) {
    replace(&mut user.email, change.email.as_ref());
    replace(&mut user.username, change.username.as_ref());
    replace(&mut user.password, change.password.as_ref());
    replace(&mut user.active, change.active.as_ref());
    replace(&mut user.fs_uniquifier, change.fs_uniquifier.as_ref());
    replace(&mut user.us_phone_number, change.us_phone_number.as_ref());
    replace(&mut user.extra, change.extra.as_ref());
    if let Some(uniquifier) = &change.fs_token_uniquifier {
        user.fs_token_uniquifier = Some(uniquifier.clone());
    }
    if let Some(confirmed_at) = change.confirmed_at {
        user.confirmed_at = confirmed_at.map(whole_micros);
    }
}

fn replace<T: Clone>(value: &mut T, new: Option<&T>) {
    if let Some(new) = new {
        value.clone_from(new);
    }
}
