//! The one door: who proves to be an account's owner, and how that becomes a session.

use tracing::Span;
use tracing::field::Empty;

use super::throttle::Tries;
use super::way::Way;
use crate::account::User;
use crate::client::Client;
use crate::datastore::{Condition, UserChange, UserKey};
use crate::error::{Error, Refusal};
use crate::event::{Event, UserSummary};
use crate::password::Verdict;
use crate::secret::PlainPassword;
use crate::security::Security;
use crate::session::{CsrfCookieState, RememberIntent, Session, client_fingerprint};

/// Proof that a request comes from the owner of an account, with everything checked that applies to the [`Way`].
///
/// Only this crate can make one. It grants nothing until it is turned into a session by
/// [`Security::open_session`], or used for one request.
#[derive(Debug)]
#[must_use = "a proof grants nothing until it is used"]
pub struct Proven {
    user: User,
    way: Way,
}

impl Proven {
    /// Whose account it is.
    #[must_use]
    pub fn user(&self) -> &User {
        &self.user
    }

    /// How it was proven.
    #[must_use]
    pub fn way(&self) -> Way {
        self.way
    }

    /// The account, for one request that needs no session.
    #[must_use]
    pub fn into_user(self) -> User {
        self.user
    }
}

impl Security {
    /// Checks a password for the account with this identity; `None` is an identity nobody can have.
    ///
    /// An unknown identity takes as long as a wrong password, and wrong passwords are counted for both. A good password whose hash is outdated is hashed again.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] when the password is wrong or a control of the way refuses the account, [`Error::Throttled`]
    /// when too many were wrong, [`Error::Datastore`] and [`Error::Hashing`] when it could not be found out.
    pub(crate) async fn prove_password(
        &self,
        key: Option<&UserKey>,
        password: &PlainPassword,
        way: Way,
    ) -> Result<Proven, Error> {
        let user = match key {
            Some(key) => self.datastore().find_user(key).await?,
            None => None,
        };
        let tries = self.sign_in_tries(user.as_ref(), key);
        self.prove_password_of(user, password, way, &tries).await
    }

    /// The same for an account that was looked up already.
    #[tracing::instrument(name = "sign_in", skip_all, fields(way = way.name(), user.id = Empty, reason = Empty))]
    pub(super) async fn prove_password_of(
        &self,
        user: Option<User>,
        password: &PlainPassword,
        way: Way,
        tries: &Tries,
    ) -> Result<Proven, Error> {
        self.check_tries(tries).await?;
        let hash = user.as_ref().and_then(|user| user.password.as_deref());
        let verdict = self.hasher().verify(password, hash).await?;
        let (Verdict::Match { needs_rehash }, Some(mut user)) = (verdict, user.clone()) else {
            self.count_try(tries).await?;
            let Some(user) = user else { return Err(refuse(Refusal::UnknownUser)) };
            Span::current().record("user.id", tracing::field::display(&user.id));
            let user = UserSummary::from(&user);
            // Nobody waits for it: the time would tell that the account exists.
            self.events().announce_later(Event::UserFailedAuthn { user, auth_type: "password" });
            return Err(refuse(Refusal::WrongPassword));
        };
        Span::current().record("user.id", tracing::field::display(&user.id));
        self.check_controls(&user, way).await?;
        // A password that is about to be replaced needs no better hash.
        if needs_rehash && way != Way::PasswordChange {
            self.rehash(&mut user, password).await?;
        }
        Ok(Proven { user, way })
    }

    /// Applies the controls of a way to an account, and answers `None` when one of them refuses it.
    pub(super) async fn admit_if_allowed(&self, user: User, way: Way) -> Result<Option<Proven>, Error> {
        match self.admit(user, way).await {
            Ok(proven) => Ok(Some(proven)),
            Err(Error::Refused(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Applies the controls of a way to an account whose credential is good.
    pub(super) async fn admit(&self, user: User, way: Way) -> Result<Proven, Error> {
        self.check_controls(&user, way).await?;
        Ok(Proven { user, way })
    }

    async fn check_controls(&self, user: &User, way: Way) -> Result<(), Error> {
        let controls = way.controls();
        if controls.active && !user.active {
            return Err(refuse(Refusal::Disabled));
        }
        if controls.locked
            && let Some(text) = self.hooks().locked(user).await?
        {
            return Err(refuse(Refusal::Locked(text)));
        }
        if controls.confirmed && self.requires_confirmation(user) {
            return Err(refuse(Refusal::Unconfirmed));
        }
        Ok(())
    }

    /// Whether the account has to confirm its address before it can be used.
    #[must_use]
    pub fn requires_confirmation(&self, user: &User) -> bool {
        let config = self.config();
        config.features.confirmable
            && !config.confirm.login_without_confirmation
            && user.confirmed_at.is_none()
    }

    /// Stores a new hash of a password that was just found right.
    async fn rehash(&self, user: &mut User, password: &PlainPassword) -> Result<(), Error> {
        let hash = self.hasher().hash(password).await?;
        let change = UserChange { password: Some(Some(hash.clone())), ..UserChange::default() };
        // Somebody may have changed the password meanwhile; theirs stays.
        let condition = Condition::PasswordIs(user.password.clone());
        if self.datastore().update_user(&user.id, &condition, &change).await? {
            user.password = Some(hash);
        }
        Ok(())
    }

    /// Turns a proof into a session under a new identity, and answers whose it is.
    ///
    /// What the session held about another sign-in is dropped; the CSRF secret and what the application put there
    /// stay. `remember` asks for a remember-me cookie.
    ///
    /// # Errors
    ///
    /// [`Error::Datastore`] when the sign-in could not be recorded; the session is then unchanged.
    pub async fn open_session(
        &self,
        proven: Proven,
        session: &mut Session,
        client: &Client,
        remember: bool,
    ) -> Result<User, Error> {
        let Proven { user, way } = proven;
        let controls = way.controls();
        debug_assert!(controls.opens_session, "{way:?} is for one request");
        let now = self.now();
        if controls.tracked && self.config().features.trackable {
            let is_there = self.datastore().record_sign_in(&user.id, now, client.address.as_deref()).await?;
            if !is_there {
                // Deleted in the meantime.
                return Err(refuse(Refusal::UnknownUser));
            }
        }
        let forgets = session.remember() == Some(RememberIntent::Clear);
        session.renew();
        session.forget_sign_in();
        session.set_user(&user.fs_uniquifier);
        session.set_fresh(controls.proves_now);
        session.set_client(&client_fingerprint(client.address.as_deref(), client.agent.as_deref()));
        if controls.proves_now {
            session.set_proven_at(crate::clock::unix_seconds(now));
            session.set_csrf_cookie(CsrfCookieState::Set);
        }
        if remember {
            session.set_remember(RememberIntent::Set);
        } else if forgets {
            session.set_remember(RememberIntent::Clear);
        }
        if controls.announced {
            let way = way.name().to_owned();
            self.announce(Event::UserAuthenticated { user: UserSummary::from(&user), way }).await;
        }
        Ok(user)
    }

    /// Signs in with a password: the identity is already normalised, see [`Identities`](crate::account::identity::Identities).
    ///
    /// # Errors
    ///
    /// As [`Error::Refused`] says, [`Error::Throttled`] after too many wrong passwords, [`Error::Datastore`] and
    /// [`Error::Hashing`] when it could not be found out.
    pub async fn sign_in(&self, key: Option<&UserKey>, password: &PlainPassword) -> Result<Proven, Error> {
        self.prove_password(key, password, Way::Password).await
    }
}

/// Notes the reason in the span of the feature, and in the log.
fn refuse(refusal: Refusal) -> Error {
    let reason = refusal.reason();
    Span::current().record("reason", reason);
    tracing::info!(reason, "refused");
    Error::Refused(refusal)
}
