//! The accounts that are looked for.

use std::sync::Arc;

use chrono::Utc;
use security_core::account::{NewRole, NewUser};
use security_core::datastore::{Datastore, UserKey};

use crate::Failure;

/// How many there are.
const COUNT: usize = 100;

/// Roles that each account has.
pub(super) const ROLES: usize = 2;

/// What is known of an account that is looked for.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) email: String,
    pub(super) uniquifier: String,
    /// The uniquifier as the datastore wants it.
    pub(super) key: UserKey,
}

/// Creates them in an empty datastore. They have what accounts have that are in use: a password, a sign-in, two roles.
pub(super) async fn create(store: &impl Datastore) -> Result<Arc<[Account]>, Failure> {
    let roles = [NewRole::new("master", ["berth-read", "berth-write"]), NewRole::new("crew", ["berth-read"])];
    let names = roles.each_ref().map(|role| role.name.clone());
    for role in roles {
        store.create_role(role).await?;
    }
    let mut accounts = Vec::with_capacity(COUNT);
    for number in 0..COUNT {
        let mut user = NewUser::new(format!("skipper-{number}@harbour.example"));
        user.username = Some(format!("skipper-{number}"));
        user.password = Some("as long as a hash ".repeat(5));
        user.roles = names.to_vec();
        user.confirmed_at = Some(Utc::now());
        let user = store.create_user(user).await?;
        store.record_sign_in(&user.id, Utc::now(), Some("192.0.2.7")).await?;
        let key = UserKey::Uniquifier(user.fs_uniquifier.clone());
        accounts.push(Account { email: user.email, uniquifier: user.fs_uniquifier, key });
    }
    Ok(accounts.into())
}
