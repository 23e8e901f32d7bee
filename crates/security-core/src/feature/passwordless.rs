//! Signing in by a mailed link.

use chrono::TimeDelta;

use super::sign_in::Proven;
use super::throttle::mark;
use super::way::Way;
use crate::account::User;
use crate::datastore::{Condition, UserChange, UserKey};
use crate::error::{Error, FieldError, Refusal};
use crate::event::{Event, UserSummary};
use crate::mail::MailKind;
use crate::message::MessageKey;
use crate::secret::random_identity;
use crate::security::Security;
use crate::token::{Purpose, TokenError};

/// What opening a sign-in link came to.
#[derive(Debug)]
pub enum LinkSignIn {
    /// It is good, and this was its only use.
    Proven(Box<Proven>),
    /// It was good once and is too old.
    Expired,
    /// Damaged, forged, used, mailed to another address, or of an account that is gone or closed.
    Invalid,
}

impl Security {
    /// Mails a link to sign in with to the account with this address, as typed.
    ///
    /// With `RETURN_GENERIC_RESPONSES` the answer is the same, and takes about as long, when there is no such account, or
    /// one that cannot be used; nothing is mailed then.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] with the field `email`, and [`Error::Refused`] for an account that cannot be used, when the site
    /// tells; [`Error::Datastore`] and [`Error::Hashing`] when it could not be done.
    #[tracing::instrument(name = "passwordless", skip_all)]
    pub async fn send_sign_in_link(&self, email: &str) -> Result<(), Error> {
        if email.trim().is_empty() {
            return Err(FieldError::new("email", MessageKey::EmailNotProvided).into());
        }
        let address = self.identities().normalize_email(email);
        let address = address.map_err(|invalid| Error::from(FieldError::identity("email", invalid)))?;
        self.allow_mail(&address).await?;
        let user = self.datastore().find_user(&UserKey::email(address.as_str())).await?;
        let admitted = match user {
            Some(user) => self.admit_by_link(user).await.map(Proven::into_user),
            None => Err(Refusal::UnknownUser.into()),
        };
        match admitted {
            Ok(user) => {
                let context = self.link_context(&user.fs_uniquifier, &user.email).await?;
                self.post(MailKind::LoginInstructions, &user, context);
                let user = UserSummary::from(&user);
                self.events().announce_later(Event::LoginInstructionsSent { user });
                Ok(())
            }
            Err(Error::Refused(_)) if self.answers_alike() => {
                // The work of making a link and a mail, so that the time does not tell.
                let context = self.link_context(&random_identity(), &address).await?;
                self.rehearse(MailKind::LoginInstructions, &address, context);
                Ok(())
            }
            Err(Error::Refused(Refusal::UnknownUser)) => {
                Err(FieldError::new("email", MessageKey::UserDoesNotExist).into())
            }
            Err(error) => Err(error),
        }
    }

    /// Spends a sign-in link: of several uses at once, one succeeds.
    ///
    /// The link went to the address of the account, so opening it also confirms the address.
    ///
    /// # Errors
    ///
    /// [`Error::Datastore`] and [`Error::Hashing`] when it could not be found out; a bad link is no error but a
    /// [`LinkSignIn`].
    #[tracing::instrument(name = "passwordless", skip_all)]
    pub async fn sign_in_by_link(&self, token: &str) -> Result<LinkSignIn, Error> {
        let now = self.now();
        let within = self.config().recover.login_within;
        let signer = self.tokens().signer(Purpose::SignInLink);
        let payload: Vec<String> = match signer.read(token, Some(within), now) {
            Ok(payload) => payload,
            Err(TokenError::Expired) => return Ok(LinkSignIn::Expired),
            Err(TokenError::Invalid) => return Ok(LinkSignIn::Invalid),
        };
        let (uniquifier, mailbox) = match payload.as_slice() {
            // As the reference makes them.
            [uniquifier] => (uniquifier, None),
            [uniquifier, mailbox] => (uniquifier, Some(mailbox.as_str())),
            _ => return Ok(LinkSignIn::Invalid),
        };
        let user = self.datastore().find_user(&UserKey::Uniquifier(uniquifier.clone())).await?;
        let Some(user) = user else { return Ok(LinkSignIn::Invalid) };
        // Opening the link confirms the address that it went to, and no other.
        if !self.was_mailed_to(&user, mailbox).await? {
            return Ok(LinkSignIn::Invalid);
        }
        let proven = match self.admit_by_link(user).await {
            Ok(proven) => proven,
            Err(Error::Refused(_)) => return Ok(LinkSignIn::Invalid),
            Err(error) => return Err(error),
        };
        // As long as the link could be used again, and a little longer.
        let until = now + TimeDelta::from_std(within).unwrap_or(TimeDelta::MAX / 2) + TimeDelta::minutes(1);
        let mark = mark(&["sign-in link", token]);
        if self.datastore().count_use(&mark, until, now).await? > 1 {
            return Ok(LinkSignIn::Invalid);
        }
        self.confirm_by_link(proven.user()).await?;
        Ok(LinkSignIn::Proven(Box::new(proven)))
    }

    /// Applies the controls of the way, to an account whose address the link will confirm.
    async fn admit_by_link(&self, user: User) -> Result<Proven, Error> {
        let confirmed_at = user.confirmed_at.or_else(|| Some(self.now()));
        self.admit(User { confirmed_at, ..user }, Way::Link).await
    }

    async fn confirm_by_link(&self, user: &User) -> Result<(), Error> {
        if !self.config().features.confirmable {
            return Ok(());
        }
        let change = UserChange { confirmed_at: Some(user.confirmed_at), ..UserChange::default() };
        let condition = Condition::UnconfirmedEmailIs(user.email.clone());
        if self.datastore().update_user(&user.id, &condition, &change).await? {
            self.announce(Event::UserConfirmed { user: UserSummary::from(user) }).await;
        }
        Ok(())
    }

    async fn link_context(
        &self,
        uniquifier: &str,
        address: &str,
    ) -> Result<Vec<(&'static str, minijinja::Value)>, Error> {
        let mailbox = self.hasher().hash_data(address).await?;
        let token = self.tokens().signer(Purpose::SignInLink).sign(&[uniquifier, &mailbox], self.now());
        let within = self.mailed_duration(self.config().recover.login_within);
        Ok(vec![
            ("login_link", self.mailed_link(&self.config().routes.login, &token).into()),
            ("login_token", token.into()),
            ("within", within),
        ])
    }
}
