//! The accounts that are looked for.

use std::sync::Arc;

use chrono::Utc;
use security_core::account::{NewRole, NewUser};
use security_core::datastore::{Datastore, UserKey};

use crate::Failure;

/// How many there are.
const COUNT: usize = 100;

/// Roles that each account has. With more, the user's columns come in several rows, and a way that skips them in all but
/// the first would be compared with one that reads them in each.
pub(super) const ROLES: usize = 1;

/// What is known of an account that is looked for.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) email: String,
    pub(super) uniquifier: String,
    /// The uniquifier as the datastore wants it.
    pub(super) key: UserKey,
}

/// Creates them in an empty datastore. They have what accounts have that are in use: a password, a sign-in, a role.
pub(super) async fn create(store: &impl Datastore) -> Result<Arc<[Account]>, Failure> {
    let role = store.create_role(NewRole::new("master", ["berth-read", "berth-write"])).await?;
    let mut accounts = Vec::with_capacity(COUNT);
    for number in 0..COUNT {
        let mut user = NewUser::new(format!("skipper-{number}@harbour.example"));
        user.username = Some(format!("skipper-{number}"));
        user.password = Some("as long as a hash ".repeat(5));
        user.roles = vec![role.name.clone(); ROLES];
        user.confirmed_at = Some(Utc::now());
        let user = store.create_user(user).await?;
        store.record_sign_in(&user.id, Utc::now(), Some("192.0.2.7")).await?;
        let key = UserKey::Uniquifier(user.fs_uniquifier.clone());
        accounts.push(Account { email: user.email, uniquifier: user.fs_uniquifier, key });
    }
    Ok(accounts.into())
}
