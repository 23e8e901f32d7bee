//! Changing one's password.

use super::sign_in::Proven;
use super::way::Way;
use crate::account::User;
use crate::client::Client;
use crate::datastore::{Condition, UserChange};
use crate::error::{Error, FieldError, Refusal};
use crate::event::{Event, UserSummary};
use crate::mail::MailKind;
use crate::message::MessageKey;
use crate::secret::{PlainPassword, random_identity};
use crate::security::Security;
use crate::session::Session;

/// The field of the current password.
const CURRENT: &str = "password";
/// The field of the new password.
const NEW: &str = "new_password";

/// The session of the caller, which survives the change while all others end.
#[derive(Debug)]
pub struct CallerSession<'a> {
    /// The session.
    pub session: &'a mut Session,
    /// Where the request comes from.
    pub client: &'a Client,
    /// Whether the caller was remembered, and shall be again.
    pub remember: bool,
}

impl Security {
    /// Gives an account another password and ends every other session of it.
    ///
    /// All sessions, remember-me cookies and outstanding links end, because the account gets a new `fs_uniquifier`;
    /// authentication tokens too, unless the table has `fs_token_uniquifier`. A caller with a session is signed in
    /// again. The owner gets a mail when `SEND_PASSWORD_CHANGE_EMAIL` says so.
    ///
    /// Of several changes at once one succeeds; the others are told that their current password is wrong.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] with the fields `password` and `new_password`; [`Error::Datastore`] and [`Error::Hashing`]
    /// when it could not be done.
    #[tracing::instrument(name = "change_password", skip_all, fields(user.id = %user.id))]
    pub async fn change_password(
        &self,
        user: &User,
        current: &PlainPassword,
        new: &PlainPassword,
        caller: Option<CallerSession<'_>>,
    ) -> Result<User, Error> {
        if user.password.is_some() {
            self.check_current(user, current, new).await?;
        }
        let hints = [user.email.as_str(), user.username.as_deref().unwrap_or_default()];
        self.check_new_password(NEW, new, &hints).await?;
        let hash = self.hasher().hash(new).await?;
        let mut changed = user.clone();
        changed.password = Some(hash.clone());
        changed.fs_uniquifier = random_identity();
        let change = UserChange {
            password: Some(Some(hash)),
            fs_uniquifier: Some(changed.fs_uniquifier.clone()),
            ..UserChange::default()
        };
        let condition = Condition::UniquifierIs(user.fs_uniquifier.clone());
        if !self.datastore().update_user(&user.id, &condition, &change).await? {
            return Err(FieldError::new(CURRENT, MessageKey::InvalidPassword).into());
        }
        // At once: whoever changed it must not be able to keep the owner from learning of it by hanging up.
        if self.config().change.send_password_change_email {
            let recovery_link = self.recovery_link().into();
            self.post(MailKind::ChangeNotice, &changed, vec![("recovery_link", recovery_link)]);
        }
        if let Some(CallerSession { session, client, remember }) = caller {
            let proven: Proven = self.admit(changed.clone(), Way::PasswordChange).await?;
            self.open_session(proven, session, client, remember).await?;
        }
        self.announce(Event::PasswordChanged { user: UserSummary::from(&changed) }).await;
        Ok(changed)
    }

    async fn check_current(
        &self,
        user: &User,
        current: &PlainPassword,
        new: &PlainPassword,
    ) -> Result<(), Error> {
        if current.is_empty() {
            return Err(FieldError::new(CURRENT, MessageKey::PasswordNotProvided).into());
        }
        let tries = self.sign_in_tries(Some(user), None);
        match self.prove_password_of(Some(user.clone()), current, Way::PasswordChange, &tries).await {
            Ok(proven) => drop(proven.into_user()),
            Err(Error::Refused(Refusal::WrongPassword)) => {
                return Err(FieldError::new(CURRENT, MessageKey::InvalidPassword).into());
            }
            Err(error) => return Err(error),
        }
        let normalised = |password| self.hasher().normalize(password);
        if normalised(current).expose() == normalised(new).expose() {
            return Err(FieldError::new(CURRENT, MessageKey::PasswordIsTheSame).into());
        }
        Ok(())
    }
}
