//! The user record: the columns of Flask-Security's user table plus an application's own fields.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Role;

/// The primary key of a user or role row.
///
/// SQL tables usually hold integers; UUID and ObjectId keys travel as their text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum UserId {
    /// An integer key.
    Int(i64),
    /// A UUID, ObjectId or other textual key.
    Text(String),
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(id) => write!(f, "{id}"),
            Self::Text(id) => f.write_str(id),
        }
    }
}

/// An account as stored.
///
/// Field names are the column names of Flask-Security's models. `Debug` leaves out the password hash, both
/// uniquifiers and every second-factor secret.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct User {
    /// Primary key.
    pub id: UserId,
    /// Normalised address; the local part keeps its case.
    pub email: String,
    /// Normalised user name, when the application uses them.
    pub username: Option<String>,
    /// Password hash in the text form of its scheme; `None` for an account without password.
    pub password: Option<String>,
    /// A deactivated account cannot sign in and loses running sessions at its next request.
    pub active: bool,
    /// Random identity stored in sessions, remember cookies and links. A new value ends all of them.
    pub fs_uniquifier: String,
    /// Random identity stored in auth tokens, when the table has such a column.
    pub fs_token_uniquifier: Option<String>,
    /// When the address was confirmed.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Sign-in before the current one.
    pub last_login_at: Option<DateTime<Utc>>,
    /// Latest sign-in.
    pub current_login_at: Option<DateTime<Utc>>,
    /// Peer address of the sign-in before the current one.
    pub last_login_ip: Option<String>,
    /// Peer address of the latest sign-in.
    pub current_login_ip: Option<String>,
    /// Number of sign-ins; `None` until the first.
    pub login_count: Option<i64>,
    /// Second-factor method in use.
    pub tf_primary_method: Option<String>,
    /// Encrypted second-factor secret.
    pub tf_totp_secret: Option<String>,
    /// Phone number for second-factor codes.
    pub tf_phone_number: Option<String>,
    /// Unified sign-in secrets: JSON text, method to encrypted secret.
    pub us_totp_secrets: Option<String>,
    /// Unified sign-in phone number in E.164 form.
    pub us_phone_number: Option<String>,
    /// WebAuthn user handle.
    pub fs_webauthn_user_handle: Option<String>,
    /// Recovery codes as stored.
    pub mf_recovery_codes: Vec<String>,
    /// When the row was created, if the store records it.
    pub create_datetime: Option<DateTime<Utc>>,
    /// When the row last changed, if the store records it.
    pub update_datetime: Option<DateTime<Utc>>,
    /// The application's own fields.
    pub extra: Map<String, Value>,
    /// Roles granted to the user, loaded with the user in one round trip.
    pub roles: Vec<Role>,
}

impl User {
    /// A record with the columns that may not be null; everything else empty. For datastores.
    #[must_use]
    pub fn from_required(id: UserId, email: impl Into<String>, fs_uniquifier: impl Into<String>) -> Self {
        Self {
            id,
            email: email.into(),
            username: None,
            password: None,
            active: true,
            fs_uniquifier: fs_uniquifier.into(),
            fs_token_uniquifier: None,
            confirmed_at: None,
            last_login_at: None,
            current_login_at: None,
            last_login_ip: None,
            current_login_ip: None,
            login_count: None,
            tf_primary_method: None,
            tf_totp_secret: None,
            tf_phone_number: None,
            us_totp_secrets: None,
            us_phone_number: None,
            fs_webauthn_user_handle: None,
            mf_recovery_codes: Vec::new(),
            create_datetime: None,
            update_datetime: None,
            extra: Map::new(),
            roles: Vec::new(),
        }
    }

    /// Whether the user holds the role of this name.
    #[must_use]
    pub fn has_role(&self, name: &str) -> bool {
        self.roles.iter().any(|role| role.name == name)
    }

    /// Whether any of the user's roles carries this permission.
    #[must_use]
    pub fn has_permission(&self, name: &str) -> bool {
        self.roles.iter().any(|role| role.permissions.contains(name))
    }

    /// The identity that auth tokens carry: the token uniquifier where the table has one, else `fs_uniquifier`.
    #[must_use]
    pub fn token_identity(&self) -> &str {
        self.fs_token_uniquifier.as_deref().unwrap_or(&self.fs_uniquifier)
    }

    /// Reads the application's own fields as a type of the application.
    ///
    /// # Errors
    ///
    /// The error of the type's `Deserialize` when the stored fields do not fit it.
    pub fn extra_as<T: serde::de::DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_value(Value::Object(self.extra.clone()))
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("id", &self.id)
            .field("active", &self.active)
            .field("confirmed_at", &self.confirmed_at)
            .field("has_password", &self.password.is_some())
            .field("roles", &self.roles.iter().map(|role| role.name.as_str()).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// What is needed to create an account. Values are already normalised and the password already hashed.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct NewUser {
    /// Normalised address.
    pub email: String,
    /// Normalised user name.
    pub username: Option<String>,
    /// Password hash, or `None` for an account without password.
    pub password: Option<String>,
    /// Whether the account may sign in.
    pub active: bool,
    /// Random identity for sessions and links.
    pub fs_uniquifier: String,
    /// Random identity for auth tokens; stored only where the table has the column.
    pub fs_token_uniquifier: String,
    /// Random WebAuthn user handle.
    pub fs_webauthn_user_handle: String,
    /// When the address was confirmed.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Phone number as a sign-in identity, E.164.
    pub us_phone_number: Option<String>,
    /// The application's own fields.
    pub extra: Map<String, Value>,
    /// Names of the roles to grant; an unknown one refuses the whole creation.
    pub roles: Vec<String>,
}

impl NewUser {
    /// An active, unconfirmed account with fresh random identities, without password and roles.
    #[must_use]
    pub fn new(email: impl Into<String>) -> Self {
        Self {
            email: email.into(),
            username: None,
            password: None,
            active: true,
            fs_uniquifier: crate::secret::random_identity(),
            fs_token_uniquifier: crate::secret::random_identity(),
            fs_webauthn_user_handle: crate::secret::random_identity(),
            confirmed_at: None,
            us_phone_number: None,
            extra: Map::new(),
            roles: Vec::new(),
        }
    }
}

impl fmt::Debug for NewUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewUser")
            .field("active", &self.active)
            .field("has_password", &self.password.is_some())
            .field("roles", &self.roles)
            .finish_non_exhaustive()
    }
}
