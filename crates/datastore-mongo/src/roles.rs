//! The part of the port that concerns roles.

use std::collections::BTreeSet;

use async_trait::async_trait;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Bson, Document, doc};
use security_core::account::{NewRole, Role, UserId};
use security_core::datastore::{DatastoreError, RoleStore, storable};

use crate::store::ATTEMPTS;
use crate::update::{self, Update};
use crate::{MongoDatastore, documents, keys};

#[async_trait]
impl RoleStore for MongoDatastore {
    async fn create_role(&self, role: NewRole) -> Result<Role, DatastoreError> {
        storable::new_role(&role)?;
        let mut new = Update::default();
        new.put("_id", Some(ObjectId::new()));
        new.put("name", Some(role.name));
        new.put("description", role.description);
        new.put("permissions", Some(list(&role.permissions)));
        new.put_time("update_datetime", Some(self.now()));
        let new = new.document();
        self.within(self.roles().insert_one(&new)).await?;
        documents::role(new)
    }

    async fn find_role(&self, name: &str) -> Result<Option<Role>, DatastoreError> {
        self.role_document(name).await?.map(documents::role).transpose()
    }

    async fn list_roles(&self) -> Result<Vec<Role>, DatastoreError> {
        documents::roles(self.load_roles(doc! {}).await?)
    }

    async fn change_permissions(
        &self,
        role: &str,
        add: &BTreeSet<String>,
        remove: &BTreeSet<String>,
    ) -> Result<Option<Role>, DatastoreError> {
        storable::permissions(add)?;
        for _ in 0..ATTEMPTS {
            let Some(before) = self.role_document(role).await? else { return Ok(None) };
            let (id, stored) = (before.get("_id").cloned(), before.get("permissions").cloned());
            let mut role = documents::role(before)?;
            let permissions: BTreeSet<String> =
                role.permissions.union(add).filter(|name| !remove.contains(*name)).cloned().collect();
            if permissions == role.permissions {
                return Ok(Some(role));
            }
            let now = update::time(self.now());
            let written = match &stored {
                Some(Bson::String(_)) => Bson::String(Role::permissions_to_text(&permissions)),
                _ => list(&permissions),
            };
            let unchanged = doc! { "_id": id, "permissions": { "$eq": stored } };
            let change = doc! { "$set": { "permissions": written, "update_datetime": now } };
            if self.within(self.roles().update_one(unchanged, change)).await?.matched_count == 1 {
                role.permissions = permissions;
                role.update_datetime = chrono::DateTime::from_timestamp_millis(now.timestamp_millis());
                return Ok(Some(role));
            }
        }
        Err(DatastoreError::unavailable("others kept changing the role"))
    }

    async fn grant_role(&self, user: &UserId, role: &str) -> Result<bool, DatastoreError> {
        let Some(id) = self.role_key(role).await? else {
            return Err(DatastoreError::UnknownRole(role.to_owned()));
        };
        let Some(user) = keys::to_bson(user) else { return Ok(false) };
        let not_held = doc! { "_id": user, "roles": { "$ne": id.clone() } };
        let grant = doc! { "$addToSet": { "roles": id } };
        Ok(self.within(self.users().update_one(not_held, grant)).await?.matched_count == 1)
    }

    async fn revoke_role(&self, user: &UserId, role: &str) -> Result<bool, DatastoreError> {
        let Some(id) = self.role_key(role).await? else { return Ok(false) };
        let Some(user) = keys::to_bson(user) else { return Ok(false) };
        let held = doc! { "_id": user, "roles": id.clone() };
        let revocation = doc! { "$pull": { "roles": id } };
        Ok(self.within(self.users().update_one(held, revocation)).await?.matched_count == 1)
    }
}

impl MongoDatastore {
    async fn role_document(&self, name: &str) -> Result<Option<Document>, DatastoreError> {
        if storable::is_impossible(name) {
            return Ok(None);
        }
        self.within(self.roles().find_one(doc! { "name": name })).await
    }

    async fn role_key(&self, name: &str) -> Result<Option<Bson>, DatastoreError> {
        Ok(self.role_document(name).await?.and_then(|role| role.get("_id").cloned()))
    }
}

/// Permissions as new roles keep them.
fn list(permissions: &BTreeSet<String>) -> Bson {
    Bson::Array(permissions.iter().map(|name| Bson::String(name.clone())).collect())
}
