//! What an empty database gets: two roles and an administrator.

use std::error::Error;

use security_core::Security;
use security_core::account::{NewRole, NewUser};
use security_core::secret::PlainPassword;

use crate::settings::random_text;

/// The administrator of the first start.
pub(crate) struct Administrator {
    pub(crate) email: String,
    pub(crate) password: String,
}

/// Makes the roles that are missing, and an administrator when there are no users at all.
pub(crate) async fn prepare(security: &Security) -> Result<Option<Administrator>, Box<dyn Error>> {
    let store = security.datastore();
    for role in [NewRole::new("admin", ["read", "write"]), NewRole::new("member", ["read"])] {
        if store.find_role(&role.name).await?.is_none() {
            match store.create_role(role).await {
                Ok(_) => {}
                // Another process was faster.
                Err(error) if error.is_duplicate() => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    if store.count_users().await? > 0 {
        return Ok(None);
    }
    let administrator = Administrator { email: "admin@example.com".to_owned(), password: random_text(12) };
    let password = PlainPassword::new(administrator.password.as_str());
    let mut user = NewUser::new(administrator.email.as_str());
    user.password = Some(security.hasher().hash(&password).await?);
    user.confirmed_at = Some(security.now());
    user.roles = vec!["admin".to_owned()];
    match store.create_user(user).await {
        Ok(_) => Ok(Some(administrator)),
        Err(error) if error.is_duplicate() => Ok(None),
        Err(error) => Err(error.into()),
    }
}
