//! The part of the port that concerns users.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, Document, doc};
use security_core::account::{NewUser, User, UserId};
use security_core::config::IdentityAttribute;
use security_core::datastore::{Condition, DatastoreError, UserChange, UserKey, UserStore, storable};

use crate::documents::Fields;
use crate::folding::{fold, folded_field, identity, in_any_case};
use crate::store::ATTEMPTS;
use crate::update::{self, Update};
use crate::{MongoDatastore, documents, extra, keys};

#[async_trait]
impl UserStore for MongoDatastore {
    async fn create_user(&self, user: NewUser) -> Result<User, DatastoreError> {
        storable::new_user(&user)?;
        let roles = self.roles_named(&user.roles).await?;
        let identities =
            [Some(user.email.as_str()), user.username.as_deref(), user.us_phone_number.as_deref()];
        self.require_free(identities, None).await?;

        let mut new = new_document(user, self.now())?;
        let references: Vec<Bson> = roles.iter().filter_map(|role| role.get("_id").cloned()).collect();
        new.insert("roles", references);
        self.within(self.users().insert_one(&new)).await?;
        new.insert("roles", roles.into_iter().map(Bson::Document).collect::<Vec<_>>());
        documents::user(new)
    }

    async fn find_user(&self, key: &UserKey) -> Result<Option<User>, DatastoreError> {
        let Some(filter) = self.filter(key).await? else { return Ok(None) };
        let found = self.load_users(filter).await?;
        let users = found.into_iter().map(documents::user).collect::<Result<Vec<_>, _>>()?;
        let meant = users.into_iter().filter(|user| is_meant(user, key));
        Ok(meant.min_by_key(|user| (!is_spelled_as(user, key), user.id.clone())))
    }

    async fn update_user(
        &self,
        id: &UserId,
        condition: &Condition,
        change: &UserChange,
    ) -> Result<bool, DatastoreError> {
        storable::user_change(change)?;
        let username = change.username.as_ref().and_then(Option::as_deref);
        let phone = change.us_phone_number.as_ref().and_then(Option::as_deref);
        self.require_free([change.email.as_deref(), username, phone], Some(id)).await?;

        let operators = changed_fields(change, self.now())?.operators();
        let (Some(key), Some(mut filter)) = (keys::to_bson(id), condition_filter(condition)) else {
            return Ok(false);
        };
        filter.insert("_id", key);
        Ok(self.within(self.users().update_one(filter, operators)).await?.matched_count == 1)
    }

    async fn record_sign_in(
        &self,
        id: &UserId,
        at: DateTime<Utc>,
        ip: Option<&str>,
    ) -> Result<bool, DatastoreError> {
        storable::time("current_login_at", at)?;
        ip.map_or(Ok(()), |ip| storable::text("current_login_ip", ip))?;
        let Some(key) = keys::to_bson(id) else { return Ok(false) };
        let current = doc! { "current_login_at": 1, "current_login_ip": 1, "login_count": 1 };
        for _ in 0..ATTEMPTS {
            let read = self.users().find_one(doc! { "_id": key.clone() }).projection(current.clone());
            let Some(before) = self.within(read).await? else { return Ok(false) };
            let mut unchanged = doc! { "_id": key.clone() };
            for field in current.keys() {
                unchanged.insert(field, doc! { "$eq": before.get(field).cloned() });
            }
            let mut before = Fields(before);
            let mut change = Update::default();
            let current_at = before.take("current_login_at");
            change.put("last_login_at", Some(current_at.unwrap_or_else(|| update::time(at).into())));
            change.put_time("current_login_at", Some(at));
            change.put("last_login_ip", before.take("current_login_ip"));
            change.put("current_login_ip", ip);
            change.put("login_count", Some(before.number("login_count")?.unwrap_or_default() + 1));
            change.put_time("update_datetime", Some(self.now()));
            let written = self.within(self.users().update_one(unchanged, change.operators())).await?;
            if written.matched_count == 1 {
                return Ok(true);
            }
        }
        Err(DatastoreError::unavailable("others kept signing in to the account"))
    }

    async fn delete_user(&self, id: &UserId) -> Result<bool, DatastoreError> {
        let Some(key) = keys::to_bson(id) else { return Ok(false) };
        Ok(self.within(self.users().delete_one(doc! { "_id": key })).await?.deleted_count == 1)
    }

    async fn count_users(&self) -> Result<u64, DatastoreError> {
        self.within(self.users().count_documents(doc! {})).await
    }
}

impl MongoDatastore {
    /// Who has this key; `None` when nobody can.
    async fn filter(&self, key: &UserKey) -> Result<Option<Document>, DatastoreError> {
        let (field, value) = match key {
            UserKey::Id(id) => return Ok(keys::to_bson(id).map(|id| doc! { "_id": id })),
            UserKey::Uniquifier(value) => ("fs_uniquifier", value),
            UserKey::TokenUniquifier(value) => ("fs_token_uniquifier", value),
            UserKey::Identity { attribute, value, .. } => (attribute.name(), value),
        };
        if storable::text(field, value).is_err() {
            return Ok(None);
        }
        Ok(Some(match key {
            UserKey::Identity { attribute, case_insensitive: true, .. } => {
                in_any_case(*attribute, value, self.guards().await?.cover(*attribute))
            }
            _ => doc! { field: value },
        }))
    }

    /// The documents of these roles, each once.
    async fn roles_named(&self, names: &[String]) -> Result<Vec<Document>, DatastoreError> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let roles = self.load_roles(doc! { "name": { "$in": names } }).await?;
        let is_there =
            |name: &String| roles.iter().any(|role| role.get_str("name").is_ok_and(|held| held == name));
        match names.iter().find(|name| !is_there(name)) {
            Some(unknown) => Err(DatastoreError::UnknownRole(unknown.clone())),
            None => Ok(roles),
        }
    }

    /// Refuses an identity that another account has, where no unique index does so: in a database that was not
    /// migrated, or holds accounts that share it. Only there a race can slip through.
    async fn require_free(
        &self,
        identities: [Option<&str>; 3],
        owner: Option<&UserId>,
    ) -> Result<(), DatastoreError> {
        let given = IdentityAttribute::ALL.into_iter().zip(identities);
        for (attribute, value) in given.filter_map(|(attribute, value)| Some((attribute, value?))) {
            if self.guards().await?.cover(attribute) {
                continue;
            }
            let case_insensitive = folded_field(attribute).is_some();
            let key = UserKey::Identity { attribute, value: value.to_owned(), case_insensitive };
            let Some(filter) = self.filter(&key).await? else { continue };
            let found = self.load_users(filter).await?;
            let holders = found.into_iter().map(documents::user).collect::<Result<Vec<_>, _>>()?;
            if holders.iter().any(|user| is_meant(user, &key) && Some(&user.id) != owner) {
                return Err(DatastoreError::Duplicate { column: attribute.name().to_owned() });
            }
        }
        Ok(())
    }
}

/// Whether the user has the identity of the key; a search in any case may find others too.
fn is_meant(user: &User, key: &UserKey) -> bool {
    let UserKey::Identity { attribute, value, case_insensitive: true } = key else { return true };
    identity(user, *attribute).is_some_and(|stored| fold(stored) == fold(value))
}

/// Whether an identity that was found in any case is spelled like the key.
fn is_spelled_as(user: &User, key: &UserKey) -> bool {
    let UserKey::Identity { attribute, value, .. } = key else { return true };
    identity(user, *attribute) == Some(value)
}

/// What must be true of the document besides its key; `None` when it cannot be.
fn condition_filter(condition: &Condition) -> Option<Document> {
    let (value, filter) = match condition {
        Condition::Exists => return Some(doc! {}),
        Condition::UniquifierIs(value) => (Some(value), doc! { "fs_uniquifier": value }),
        // A null in a filter is also true of a field that is absent.
        Condition::PasswordIs(value) => (value.as_ref(), doc! { "password": value }),
        Condition::UnconfirmedEmailIs(value) => {
            (Some(value), doc! { "email": value, "confirmed_at": Bson::Null })
        }
    };
    value.is_none_or(|value| !storable::is_impossible(value)).then_some(filter)
}

/// The document of a new account, without its roles.
fn new_document(user: NewUser, now: DateTime<Utc>) -> Result<Document, DatastoreError> {
    let mut new = Update::default();
    new.put("_id", Some(ObjectId::new()));
    put_identity(&mut new, IdentityAttribute::Email, Some(&user.email));
    put_identity(&mut new, IdentityAttribute::Username, user.username.as_deref());
    put_identity(&mut new, IdentityAttribute::UsPhoneNumber, user.us_phone_number.as_deref());
    new.put("password", user.password);
    new.put("active", Some(user.active));
    new.put("fs_uniquifier", Some(user.fs_uniquifier));
    new.put("fs_token_uniquifier", Some(user.fs_token_uniquifier));
    new.put("fs_webauthn_user_handle", Some(user.fs_webauthn_user_handle));
    new.put_time("confirmed_at", user.confirmed_at);
    new.put("extra", extra::to_bson(&user.extra)?);
    new.put_time("create_datetime", Some(now));
    new.put_time("update_datetime", Some(now));
    Ok(new.document())
}

fn changed_fields(change: &UserChange, now: DateTime<Utc>) -> Result<Update, DatastoreError> {
    let mut update = Update::default();
    if let Some(email) = &change.email {
        put_identity(&mut update, IdentityAttribute::Email, Some(email));
    }
    if let Some(username) = &change.username {
        put_identity(&mut update, IdentityAttribute::Username, username.as_deref());
    }
    if let Some(phone) = &change.us_phone_number {
        put_identity(&mut update, IdentityAttribute::UsPhoneNumber, phone.as_deref());
    }
    if let Some(password) = &change.password {
        update.put("password", password.clone());
    }
    if let Some(active) = change.active {
        update.put("active", Some(active));
    }
    if let Some(uniquifier) = &change.fs_uniquifier {
        update.put("fs_uniquifier", Some(uniquifier.as_str()));
    }
    if let Some(uniquifier) = &change.fs_token_uniquifier {
        update.put("fs_token_uniquifier", Some(uniquifier.as_str()));
    }
    if let Some(confirmed_at) = change.confirmed_at {
        update.put_time("confirmed_at", confirmed_at);
    }
    if let Some(fields) = &change.extra {
        update.put("extra", extra::to_bson(fields)?);
    }
    update.put_time("update_datetime", Some(now));
    Ok(update)
}

/// Writes an identity together with its folded value, or drops both.
fn put_identity(update: &mut Update, attribute: IdentityAttribute, value: Option<&str>) {
    update.put(attribute.name(), value);
    if let Some(folded) = folded_field(attribute) {
        update.put(folded, value.map(fold));
    }
}
