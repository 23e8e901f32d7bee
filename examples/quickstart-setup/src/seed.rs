//! Users from a file, for tests and demonstrations.

use std::error::Error;
use std::path::Path;

use security_core::Security;
use security_core::account::{NewRole, NewUser};
use security_core::secret::PlainPassword;
use serde::Deserialize;

/// The file: a list of users, or a table with one under `users`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Seed {
    Users(Vec<SeedUser>),
    Table { users: Vec<SeedUser> },
}

/// A user to create. Without `password` and `hash` the account has no password.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedUser {
    email: String,
    username: Option<String>,
    /// In plain text, hashed as configured.
    password: Option<String>,
    /// Ready to be stored; any scheme the configuration accepts.
    #[serde(alias = "password_hash")]
    hash: Option<String>,
    /// Roles that do not exist are made, without permissions.
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default = "yes")]
    active: bool,
    #[serde(default = "yes")]
    confirmed: bool,
}

fn yes() -> bool {
    true
}

/// Creates the users that do not exist yet.
pub(crate) async fn plant(security: &Security, file: &Path) -> Result<(), Box<dyn Error>> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let seed: Seed = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
    let (Seed::Users(users) | Seed::Table { users }) = seed;
    for user in users {
        let email = user.email.clone();
        plant_one(security, user).await.map_err(|error| format!("seed user {email}: {error}"))?;
    }
    Ok(())
}

async fn plant_one(security: &Security, user: SeedUser) -> Result<(), Box<dyn Error>> {
    let store = security.datastore();
    for role in &user.roles {
        if store.find_role(role).await?.is_none() {
            store.create_role(NewRole::new(role.as_str(), [""; 0])).await?;
        }
    }
    let mut new = NewUser::new(security.identities().normalize_email(&user.email)?);
    new.username = match &user.username {
        Some(username) => Some(security.identities().validate_username(username)?),
        None => None,
    };
    new.password = match (user.hash, user.password) {
        (Some(hash), _) => Some(hash),
        (None, Some(password)) => Some(security.hasher().hash(&PlainPassword::new(password)).await?),
        (None, None) => None,
    };
    new.active = user.active;
    new.confirmed_at = user.confirmed.then(|| security.now());
    new.roles = user.roles;
    match store.create_user(new).await {
        Ok(_) => Ok(()),
        Err(error) if error.is_duplicate() => Ok(()),
        Err(error) => Err(error.into()),
    }
}
