//! Reads users and roles from documents, taking the texts out without a copy.

use std::mem;

use chrono::{DateTime, Utc};
use mongodb::bson::{Bson, Document};
use security_core::account::{Role, User, UserId};
use security_core::datastore::DatastoreError;

use crate::{extra, keys};

/// Reads a user whose `roles` are documents. Roles are ordered by name.
pub(crate) fn user(document: Document) -> Result<User, DatastoreError> {
    let mut fields = Fields(document);
    let email = fields.text("email")?.ok_or_else(|| damaged("email"))?;
    let fs_uniquifier = fields.text("fs_uniquifier")?.ok_or_else(|| damaged("fs_uniquifier"))?;
    let mut user = User::from_required(fields.key()?, email, fs_uniquifier);
    user.username = fields.text("username")?;
    user.password = fields.text("password")?;
    user.active = fields.flag("active")?;
    user.fs_token_uniquifier = fields.text("fs_token_uniquifier")?;
    user.confirmed_at = fields.time("confirmed_at")?;
    user.last_login_at = fields.time("last_login_at")?;
    user.current_login_at = fields.time("current_login_at")?;
    user.last_login_ip = fields.text("last_login_ip")?;
    user.current_login_ip = fields.text("current_login_ip")?;
    user.login_count = fields.number("login_count")?;
    user.tf_primary_method = fields.text("tf_primary_method")?;
    user.tf_totp_secret = fields.text("tf_totp_secret")?;
    user.tf_phone_number = fields.text("tf_phone_number")?;
    user.us_totp_secrets = fields.text("us_totp_secrets")?;
    user.us_phone_number = fields.text("us_phone_number")?;
    user.fs_webauthn_user_handle = fields.text("fs_webauthn_user_handle")?;
    user.mf_recovery_codes = fields.list("mf_recovery_codes")?;
    user.create_datetime = fields.time("create_datetime")?;
    user.update_datetime = fields.time("update_datetime")?;
    if let Some(stored) = fields.take("extra") {
        user.extra = extra::from_bson(stored).ok_or_else(|| damaged("extra"))?;
    }
    if let Some(Bson::Array(roles)) = fields.take("roles") {
        user.roles = self::roles(roles.into_iter().filter_map(|role| match role {
            Bson::Document(role) => Some(role),
            _ => None,
        }))?;
    }
    Ok(user)
}

/// Reads roles and orders them by name.
pub(crate) fn roles(documents: impl IntoIterator<Item = Document>) -> Result<Vec<Role>, DatastoreError> {
    let mut roles = documents.into_iter().map(role).collect::<Result<Vec<_>, _>>()?;
    roles.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(roles)
}

/// Reads a role.
pub(crate) fn role(document: Document) -> Result<Role, DatastoreError> {
    let mut fields = Fields(document);
    Ok(Role {
        id: fields.key()?,
        name: fields.text("name")?.ok_or_else(|| damaged("name"))?,
        description: fields.text("description")?,
        permissions: fields.list("permissions")?.into_iter().filter(|name| !name.is_empty()).collect(),
        update_datetime: fields.time("update_datetime")?,
    })
}

/// Takes the values out of a document.
pub(crate) struct Fields(pub(crate) Document);

impl Fields {
    /// The primary key.
    fn key(&self) -> Result<UserId, DatastoreError> {
        self.0.get("_id").and_then(keys::from_bson).ok_or_else(|| damaged("_id"))
    }

    /// A value; `None` where it is absent or null.
    pub(crate) fn take(&mut self, field: &str) -> Option<Bson> {
        match mem::replace(self.0.get_mut(field)?, Bson::Null) {
            Bson::Null => None,
            value => Some(value),
        }
    }

    fn text(&mut self, field: &str) -> Result<Option<String>, DatastoreError> {
        match self.take(field) {
            None => Ok(None),
            Some(Bson::String(text)) => Ok(Some(text)),
            Some(_) => Err(damaged(field)),
        }
    }

    /// A yes or no; absent is no.
    fn flag(&mut self, field: &str) -> Result<bool, DatastoreError> {
        match self.take(field) {
            None => Ok(false),
            Some(Bson::Boolean(flag)) => Ok(flag),
            Some(_) => Err(damaged(field)),
        }
    }

    pub(crate) fn number(&mut self, field: &str) -> Result<Option<i64>, DatastoreError> {
        match self.take(field) {
            None => Ok(None),
            Some(Bson::Int32(number)) => Ok(Some(i64::from(number))),
            Some(Bson::Int64(number)) => Ok(Some(number)),
            Some(_) => Err(damaged(field)),
        }
    }

    fn time(&mut self, field: &str) -> Result<Option<DateTime<Utc>>, DatastoreError> {
        match self.take(field) {
            None => Ok(None),
            Some(Bson::DateTime(at)) => {
                DateTime::from_timestamp_millis(at.timestamp_millis()).map(Some).ok_or_else(|| damaged(field))
            }
            Some(_) => Err(damaged(field)),
        }
    }

    /// A list of texts, or one text in which commas separate them.
    pub(crate) fn list(&mut self, field: &str) -> Result<Vec<String>, DatastoreError> {
        match self.take(field) {
            None => Ok(Vec::new()),
            Some(Bson::String(text)) if text.is_empty() => Ok(Vec::new()),
            Some(Bson::String(text)) => Ok(text.split(',').map(str::to_owned).collect()),
            Some(Bson::Array(values)) => values
                .into_iter()
                .map(|value| match value {
                    Bson::String(text) => Ok(text),
                    _ => Err(damaged(field)),
                })
                .collect(),
            Some(_) => Err(damaged(field)),
        }
    }
}

fn damaged(field: &str) -> DatastoreError {
    DatastoreError::backend(format!("the value of `{field}` cannot be read"))
}

#[cfg(test)]
mod tests {
    use mongodb::bson::doc;
    use mongodb::bson::oid::ObjectId;

    use super::*;

    fn names(permissions: Bson) -> Vec<String> {
        let role = role(doc! { "_id": ObjectId::new(), "name": "clerk", "permissions": permissions });
        role.unwrap().permissions.into_iter().collect()
    }

    #[test]
    fn permissions_are_read_in_every_form_in_which_they_were_ever_stored() {
        assert_eq!(names(Bson::from(vec!["write", "read"])), ["read", "write"]);
        assert_eq!(names(Bson::from("write,read")), ["read", "write"]);
        for empty in [Bson::Null, Bson::from(""), Bson::Array(Vec::new())] {
            assert!(names(empty).is_empty());
        }
    }

    #[test]
    fn a_reference_to_a_role_that_is_gone_is_no_role() {
        let user = user(doc! {
            "_id": 7, "email": "ann@harbour.example", "fs_uniquifier": "u", "roles": [ObjectId::new(), Bson::Null]
        });
        let user = user.unwrap();
        assert_eq!((user.id, user.roles.len(), user.active), (UserId::Int(7), 0, false));
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_named_and_not_repeated() {
        let damaged =
            user(doc! { "_id": 7, "email": "a", "fs_uniquifier": "u", "password": { "secret": 1 } });
        let reason = std::error::Error::source(&damaged.unwrap_err()).unwrap().to_string();
        assert!(reason.contains("`password`") && !reason.contains("secret"), "{reason}");
    }
}
