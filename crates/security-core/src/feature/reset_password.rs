//! Setting a new password by a mailed link, for users who forgot theirs.

use super::sign_in::Proven;
use super::way::Way;
use crate::account::User;
use crate::datastore::{Condition, UserChange, UserKey};
use crate::error::{Error, FieldError, Refusal};
use crate::event::{Event, UserSummary};
use crate::mail::MailKind;
use crate::message::MessageKey;
use crate::secret::{PlainPassword, random_identity};
use crate::security::Security;
use crate::token::{Purpose, TokenError};

/// The field of the address.
const EMAIL: &str = "email";
/// The field of the new password.
const PASSWORD: &str = "password";

/// What a reset link is worth.
#[derive(Debug)]
pub enum ResetLink {
    /// It sets the password of this account.
    Valid(Box<User>),
    /// It was good once and is too old.
    Expired,
    /// Damaged, forged, used, mailed to another address, or of an account that is gone or closed.
    Invalid,
}

/// What using a reset link came to.
#[derive(Debug)]
pub enum Reset {
    /// The account has the new password, and every session of it has ended.
    Done(Box<ResetDone>),
    /// The link was good once and is too old.
    Expired,
    /// Damaged, forged, used, mailed to another address, or of an account that is gone or closed.
    Invalid,
}

/// A password that was set anew.
#[derive(Debug)]
pub struct ResetDone {
    /// The account as it is now.
    pub user: User,
    /// What sessions of the account were known by until now.
    pub former_uniquifier: String,
    /// What signs its owner in at once, if `AUTO_LOGIN_AFTER_RESET` says so and no control refuses.
    pub proven: Option<Proven>,
}

impl Security {
    /// Mails a link to set a new password to the account with this address, as typed.
    ///
    /// With `RETURN_GENERIC_RESPONSES` the answer is the same, and takes about as long, when there is no such account, or
    /// one that cannot be used; nothing is mailed then. The event is announced even when `SEND_PASSWORD_RESET_EMAIL` is
    /// off.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] with the field `email`, and [`Error::Refused`] for an account that cannot be used, when the site
    /// tells; [`Error::Datastore`] and [`Error::Hashing`] when it could not be done.
    #[tracing::instrument(name = "reset_password", skip_all)]
    pub async fn send_reset_instructions(&self, email: &str) -> Result<(), Error> {
        let address = self.typed_address(email).await?;
        self.allow_mail(&address).await?;
        let user = self.datastore().find_user(&UserKey::email(address.as_str())).await?;
        let admitted = match user {
            // The way the account will be used in the end decides whether a link is of any use.
            Some(user) => self.admit(user, Way::Reset).await.map(Proven::into_user),
            None => Err(Refusal::UnknownUser.into()),
        };
        match admitted {
            Ok(user) => {
                self.post_reset(&user).await?;
                let user = UserSummary::from(&user);
                self.events().announce_later(Event::ResetPasswordInstructionsSent { user });
                Ok(())
            }
            Err(Error::Refused(_)) if self.answers_alike() => {
                // The work of making a link and a mail, so that the time does not tell.
                let (password, mailbox) = self.reset_digests(&address, &address).await?;
                let token = self.sign_reset(&random_identity(), Some(&password), &mailbox);
                self.rehearse(MailKind::ResetInstructions, &address, self.reset_context(&token));
                Ok(())
            }
            Err(Error::Refused(Refusal::UnknownUser)) => {
                Err(FieldError::new(EMAIL, MessageKey::UserDoesNotExist).into())
            }
            Err(error) => Err(error),
        }
    }

    /// What a reset link is worth, without using it.
    ///
    /// # Errors
    ///
    /// [`Error::Datastore`] when it could not be found out.
    pub async fn read_reset_link(&self, token: &str) -> Result<ResetLink, Error> {
        let within = Some(self.config().recover.within);
        let signer = self.tokens().signer(Purpose::ResetPassword);
        let payload: Vec<Option<String>> = match signer.read(token, within, self.now()) {
            Ok(payload) => payload,
            Err(TokenError::Expired) => return Ok(ResetLink::Expired),
            Err(TokenError::Invalid) => return Ok(ResetLink::Invalid),
        };
        // The first changes with every reset. The second is a digest of the old password hash, for the reference, which
        // has no third.
        let (uniquifier, mailbox) = match payload.as_slice() {
            [Some(uniquifier), _] => (uniquifier, None),
            [Some(uniquifier), _, Some(mailbox)] => (uniquifier, Some(mailbox.as_str())),
            _ => return Ok(ResetLink::Invalid),
        };
        let user = self.datastore().find_user(&UserKey::Uniquifier(uniquifier.clone())).await?;
        let Some(user) = user else { return Ok(ResetLink::Invalid) };
        if !self.was_mailed_to(&user, mailbox).await? {
            return Ok(ResetLink::Invalid);
        }
        match self.admit_to_reset(user).await {
            Ok(user) => Ok(ResetLink::Valid(Box::new(user))),
            Err(Error::Refused(_)) => Ok(ResetLink::Invalid),
            Err(error) => Err(error),
        }
    }

    /// Spends a reset link: sets the password, and ends every session, remember-me cookie and outstanding link of the
    /// account. Of several uses at once, one succeeds and the others find the link invalid.
    ///
    /// Authentication tokens end too, unless the table has `fs_token_uniquifier`. The owner gets a mail when
    /// `SEND_PASSWORD_RESET_NOTICE_EMAIL` says so.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] with the field `password`, and the link stays good; [`Error::Datastore`] and
    /// [`Error::Hashing`] when it could not be done.
    #[tracing::instrument(name = "reset_password", skip_all)]
    pub async fn reset_password(&self, token: &str, new: &PlainPassword) -> Result<Reset, Error> {
        let user = match self.read_reset_link(token).await? {
            ResetLink::Valid(user) => *user,
            ResetLink::Expired => return Ok(Reset::Expired),
            ResetLink::Invalid => return Ok(Reset::Invalid),
        };
        let hints = [user.email.as_str(), user.username.as_deref().unwrap_or_default()];
        self.check_new_password(PASSWORD, new, &hints).await?;
        let hash = self.hasher().hash(new).await?;
        let fs_uniquifier = random_identity();
        let change = UserChange {
            password: Some(Some(hash.clone())),
            fs_uniquifier: Some(fs_uniquifier.clone()),
            ..UserChange::default()
        };
        let condition = Condition::UniquifierIs(user.fs_uniquifier.clone());
        if !self.datastore().update_user(&user.id, &condition, &change).await? {
            return Ok(Reset::Invalid);
        }
        let former_uniquifier = user.fs_uniquifier.clone();
        let user = User { password: Some(hash), fs_uniquifier, ..user };
        if self.config().recover.send_notice_email {
            self.post(MailKind::ResetNotice, &user, vec![("recovery_link", self.recovery_link().into())]);
        }
        self.announce(Event::PasswordReset { user: UserSummary::from(&user) }).await;
        let proven = match self.config().recover.auto_login {
            true => self.admit_if_allowed(user.clone(), Way::Reset).await?,
            false => None,
        };
        Ok(Reset::Done(Box::new(ResetDone { user, former_uniquifier, proven })))
    }

    /// The page that starts a recovery, for mails; `None` when there is none, or no host to put before it.
    pub(super) fn recovery_link(&self) -> Option<String> {
        let config = self.config();
        config
            .features
            .recoverable
            .then(|| self.mailer().absolute_url(&self.route_path(&config.routes.reset)))?
    }

    /// A token that sets the password of this account, as long as it has the address it has now.
    async fn reset_token(&self, user: &User) -> Result<String, Error> {
        let hash = user.password.as_deref();
        // Whether or not there is a password, so that the time does not tell.
        let (password, mailbox) = self.reset_digests(hash.unwrap_or_default(), &user.email).await?;
        Ok(self.sign_reset(&user.fs_uniquifier, hash.map(|_| password.as_str()), &mailbox))
    }

    async fn reset_digests(&self, hash: &str, address: &str) -> Result<(String, String), Error> {
        Ok((self.hasher().hash_data(hash).await?, self.hasher().hash_data(address).await?))
    }

    fn sign_reset(&self, uniquifier: &str, password: Option<&str>, mailbox: &str) -> String {
        self.tokens().signer(Purpose::ResetPassword).sign(&(uniquifier, password, mailbox), self.now())
    }

    /// Whether a link went to the address that the account has now, by the digest in it. Links that the reference has
    /// mailed do not say.
    pub(super) async fn was_mailed_to(&self, user: &User, digest: Option<&str>) -> Result<bool, Error> {
        match digest {
            Some(digest) => Ok(self.hasher().verify_data(&user.email, digest).await?),
            None => Ok(true),
        }
    }

    async fn post_reset(&self, user: &User) -> Result<(), Error> {
        let token = self.reset_token(user).await?;
        if self.config().recover.send_email {
            self.post(MailKind::ResetInstructions, user, self.reset_context(&token));
        }
        Ok(())
    }

    fn reset_context(&self, token: &str) -> Vec<(&'static str, minijinja::Value)> {
        let within = self.mailed_duration(self.config().recover.within);
        vec![
            ("reset_link", self.mailed_link(&self.config().routes.reset, token).into()),
            ("reset_token", token.into()),
            ("within", within),
        ]
    }

    /// A link may be used while the account may; that the address is unconfirmed does not matter for a new password.
    async fn admit_to_reset(&self, user: User) -> Result<User, Error> {
        if self.requires_confirmation(&user) {
            // The other controls, as they stand for somebody whose address is confirmed.
            let confirmed = User { confirmed_at: Some(self.now()), ..user.clone() };
            return self.admit(confirmed, Way::Reset).await.map(|_| user);
        }
        self.admit(user, Way::Reset).await.map(Proven::into_user)
    }

    /// The normal form of a typed address that a mail is wanted for.
    pub(super) async fn typed_address(&self, email: &str) -> Result<String, Error> {
        if email.trim().is_empty() {
            return Err(FieldError::new(EMAIL, MessageKey::EmailNotProvided).into());
        }
        let checked = self.identities().validate_email(email).await;
        checked.map_err(|invalid| FieldError::identity(EMAIL, invalid).into())
    }
}
