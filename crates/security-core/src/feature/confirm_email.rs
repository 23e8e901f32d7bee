//! Confirming that an address belongs to the owner of the account.

use super::sign_in::Proven;
use super::way::Way;
use crate::account::User;
use crate::datastore::{Condition, UserChange, UserKey};
use crate::error::{Error, FieldError};
use crate::event::{Event, UserSummary};
use crate::mail::MailKind;
use crate::message::MessageKey;
use crate::security::Security;
use crate::token::{Purpose, TokenError};

/// The field of the address.
const EMAIL: &str = "email";

/// What opening a confirmation link came to.
#[derive(Debug)]
pub enum Confirmation {
    /// The address is confirmed now.
    Confirmed(Box<ConfirmedAccount>),
    /// It was confirmed before; the link does nothing more.
    AlreadyConfirmed,
    /// The link was good once and is too old.
    Expired,
    /// Damaged, forged, for another address, or of an account that is gone.
    Invalid,
}

/// An account whose address was just confirmed.
#[derive(Debug)]
pub struct ConfirmedAccount {
    /// The account.
    pub user: User,
    /// What signs its owner in at once, if `AUTO_LOGIN_AFTER_CONFIRM` says so and no control refuses.
    pub proven: Option<Proven>,
}

impl Security {
    /// Mails a new confirmation link to the account with this address, as typed.
    ///
    /// With `RETURN_GENERIC_RESPONSES` the answer is the same, and takes about as long, when there is no such account or
    /// its address is confirmed already; nothing is mailed then. Links sent before stay good until they expire.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] with the field `email`; [`Error::Datastore`] and [`Error::Hashing`] when it could not be done.
    #[tracing::instrument(name = "confirm_email", skip_all)]
    pub async fn send_confirmation(&self, email: &str) -> Result<(), Error> {
        let address = self.typed_address(email).await?;
        self.allow_mail(&address).await?;
        let user = self.datastore().find_user(&UserKey::email(address.as_str())).await?;
        match user {
            Some(user) if user.confirmed_at.is_none() => {
                let token = self.confirmation_token(&user).await?;
                self.post_confirmation(MailKind::ConfirmationInstructions, &user, Some(&token));
                self.events()
                    .announce_later(Event::ConfirmInstructionsSent { user: UserSummary::from(&user) });
                Ok(())
            }
            _ if self.answers_alike() => {
                // The work of making a link and a mail, so that the time does not tell.
                let digest = self.hasher().hash_data(&address).await?;
                let context = self.confirmation_context(Some(&digest));
                self.rehearse(MailKind::ConfirmationInstructions, &address, context);
                Ok(())
            }
            Some(_) => Err(FieldError::new(EMAIL, MessageKey::AlreadyConfirmed).into()),
            None => Err(FieldError::new(EMAIL, MessageKey::UserDoesNotExist).into()),
        }
    }

    /// Spends a confirmation link: of several at once, one confirms and the others find it done.
    ///
    /// # Errors
    ///
    /// [`Error::Datastore`] and [`Error::Hashing`] when it could not be done; a bad link is no error but a
    /// [`Confirmation`].
    #[tracing::instrument(name = "confirm_email", skip_all)]
    pub async fn confirm_email(&self, token: &str) -> Result<Confirmation, Error> {
        let now = self.now();
        let within = Some(self.config().confirm.within);
        let signer = self.tokens().signer(Purpose::ConfirmEmail);
        let (uniquifier, digest): (String, String) = match signer.read(token, within, now) {
            Ok(payload) => payload,
            Err(TokenError::Expired) => return Ok(Confirmation::Expired),
            Err(TokenError::Invalid) => return Ok(Confirmation::Invalid),
        };
        let Some(mut user) = self.datastore().find_user(&UserKey::Uniquifier(uniquifier)).await? else {
            return Ok(Confirmation::Invalid);
        };
        if !self.hasher().verify_data(&user.email, &digest).await? {
            return Ok(Confirmation::Invalid);
        }
        if user.confirmed_at.is_some() {
            return Ok(Confirmation::AlreadyConfirmed);
        }
        let change = UserChange { confirmed_at: Some(Some(now)), ..UserChange::default() };
        let condition = Condition::UnconfirmedEmailIs(user.email.clone());
        if !self.datastore().update_user(&user.id, &condition, &change).await? {
            return Ok(Confirmation::AlreadyConfirmed);
        }
        user.confirmed_at = Some(now);
        self.announce(Event::UserConfirmed { user: UserSummary::from(&user) }).await;
        let proven = match self.config().confirm.auto_login {
            true => self.admit_if_allowed(user.clone(), Way::Confirmation).await?,
            false => None,
        };
        Ok(Confirmation::Confirmed(Box::new(ConfirmedAccount { user, proven })))
    }

    /// A confirmation token for the address the account has now.
    pub(super) async fn confirmation_token(&self, user: &User) -> Result<String, Error> {
        let digest = self.hasher().hash_data(&user.email).await?;
        Ok(self.sign_confirmation(&user.fs_uniquifier, &digest))
    }

    /// The same from a digest of the address that was made before.
    pub(super) fn sign_confirmation(&self, uniquifier: &str, digest: &str) -> String {
        self.tokens().signer(Purpose::ConfirmEmail).sign(&(uniquifier, digest), self.now())
    }

    /// Mails a link that confirms the address, or the same mail without a link.
    pub(super) fn post_confirmation(&self, kind: MailKind, user: &User, token: Option<&str>) {
        self.post(kind, user, self.confirmation_context(token));
    }

    /// The variables of mails with a link that confirms the address.
    pub(super) fn confirmation_context(&self, token: Option<&str>) -> Vec<(&'static str, minijinja::Value)> {
        let link = token.and_then(|token| self.mailed_link(&self.config().routes.confirm, token));
        let within = self.mailed_duration(self.config().confirm.within);
        vec![
            ("confirmation_link", minijinja::Value::from(link)),
            ("confirmation_token", minijinja::Value::from(token)),
            ("within", within),
        ]
    }
}
