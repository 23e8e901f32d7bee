//! Closing an account and opening it again.

use crate::account::UserId;
use crate::datastore::{Condition, UserChange, UserKey};
use crate::error::Error;
use crate::secret::random_identity;
use crate::security::Security;

impl Security {
    /// Closes an account: nobody gets in, and every session, remember-me cookie, authentication token and mailed link of
    /// it is worthless, also if the account is [activated](Self::activate) again. Whether it was open before.
    ///
    /// ```
    /// # async fn f(security: security_core::Security, user: security_core::account::User) -> Result<(), security_core::Error> {
    /// security.deactivate(&user.id).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Datastore`] when it could not be done.
    #[tracing::instrument(name = "deactivate", skip_all, fields(user.id = %id))]
    pub async fn deactivate(&self, id: &UserId) -> Result<bool, Error> {
        let before = self.datastore().find_user(&UserKey::Id(id.clone())).await?;
        // Whatever was read: what was handed out until now has to end in any case.
        let change = UserChange {
            active: Some(false),
            fs_uniquifier: Some(random_identity()),
            fs_token_uniquifier: Some(random_identity()),
            ..UserChange::default()
        };
        let is_there = self.datastore().update_user(id, &Condition::Exists, &change).await?;
        Ok(is_there && before.is_some_and(|user| user.active))
    }

    /// Opens an account that was [deactivated](Self::deactivate). Its owner signs in as before, and asks for new links.
    /// Whether it was closed before.
    ///
    /// # Errors
    ///
    /// [`Error::Datastore`] when it could not be done.
    #[tracing::instrument(name = "activate", skip_all, fields(user.id = %id))]
    pub async fn activate(&self, id: &UserId) -> Result<bool, Error> {
        let before = self.datastore().find_user(&UserKey::Id(id.clone())).await?;
        let change = UserChange { active: Some(true), ..UserChange::default() };
        let is_there = self.datastore().update_user(id, &Condition::Exists, &change).await?;
        Ok(is_there && before.is_some_and(|user| !user.active))
    }
}
