//! Proving one's identity again, to make a session fresh.

use super::way::Way;
use crate::account::User;
use crate::error::Error;
use crate::secret::PlainPassword;
use crate::security::Security;
use crate::session::Session;

impl Security {
    /// Checks the password of the signed-in user once more and, for a caller with a session, makes it fresh.
    ///
    /// Answers the user as it is now. Nothing else about the sign-in changes.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] when the password is wrong, [`Error::Datastore`] and [`Error::Hashing`] when it could not be
    /// found out.
    pub async fn verify_again(
        &self,
        user: User,
        password: &PlainPassword,
        session: Option<&mut Session>,
    ) -> Result<User, Error> {
        let tries = self.sign_in_tries(Some(&user), None);
        let proven = self.prove_password_of(Some(user), password, Way::Verification, &tries).await?;
        if let Some(session) = session {
            session.set_proven_at(crate::clock::unix_seconds(self.now()));
        }
        Ok(proven.into_user())
    }
}
