//! Who sends a request: by session, remember-me cookie, token or HTTP Basic.

use super::sign_in::Proven;
use super::way::Way;
use crate::account::User;
use crate::client::Client;
use crate::config::SessionProtection;
use crate::datastore::UserKey;
use crate::error::Error;
use crate::secret::PlainPassword;
use crate::security::Security;
use crate::session::{RememberIntent, Session, client_fingerprint};
use crate::token::AuthToken;

impl Security {
    /// The user of a session, or nobody when the session has none or the account is gone or disabled.
    ///
    /// One query, and none for a session without user. `SESSION_PROTECTION` is applied first: with `strong` a session
    /// that moved to another client ends.
    ///
    /// # Errors
    ///
    /// [`Error::Datastore`] when it could not be found out.
    pub async fn user_of_session(
        &self,
        session: &mut Session,
        client: &Client,
    ) -> Result<Option<User>, Error> {
        let Some(uniquifier) = session.user().map(str::to_owned) else { return Ok(None) };
        if !self.is_same_client(session, client) {
            self.sign_out(session);
            session.set_remember(RememberIntent::Clear);
            return Ok(None);
        }
        let key = UserKey::Uniquifier(uniquifier);
        self.admitted(self.datastore().find_user(&key).await?, Way::Session).await
    }

    /// Restores a session from a remember-me cookie. It is signed in and not fresh.
    ///
    /// # Errors
    ///
    /// [`Error::Datastore`] when it could not be found out.
    pub async fn user_of_remember_cookie(
        &self,
        cookie: &str,
        session: &mut Session,
        client: &Client,
    ) -> Result<Option<User>, Error> {
        let Some(uniquifier) = self.remember_cookies().decode(cookie) else { return Ok(None) };
        let Some(user) = self.datastore().find_user(&UserKey::Uniquifier(uniquifier)).await? else {
            return Ok(None);
        };
        match self.admit_if_allowed(user, Way::Remember).await? {
            Some(proven) => Ok(Some(self.open_session(proven, session, client, false).await?)),
            None => Ok(None),
        }
    }

    /// The user of an authentication token, with what the token says, or nobody when it is not good.
    ///
    /// # Errors
    ///
    /// [`Error::Datastore`] when it could not be found out.
    pub async fn user_of_token(&self, token: &str) -> Result<Option<(User, AuthToken)>, Error> {
        let max_age = Some(self.config().token.max_age);
        let Ok(token) = AuthToken::read(self.tokens(), token, max_age, self.now()) else { return Ok(None) };
        let mut user = self.datastore().find_user(&UserKey::TokenUniquifier(token.uid.clone())).await?;
        if user.is_none() {
            // A table without the column, or a token from before it had one.
            user = self.datastore().find_user(&UserKey::Uniquifier(token.uid.clone())).await?;
        }
        let Some(user) = self.admitted(user, Way::Token).await? else { return Ok(None) };
        Ok(self.hooks().accepts_token(&user, &token).await.then_some((user, token)))
    }

    /// Checks HTTP Basic credentials for one request.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] when they are not good; an unknown name takes as long as a wrong password.
    /// [`Error::Datastore`] and [`Error::Hashing`] when it could not be found out.
    pub async fn user_of_basic(&self, name: &str, password: &PlainPassword) -> Result<User, Error> {
        let key = self.identities().look_up(name);
        self.prove_password(key.as_ref(), password, Way::Basic).await.map(Proven::into_user)
    }

    /// A new authentication token for an account that was proven at this unix time.
    #[must_use]
    pub fn issue_token(&self, user: &User, proven_at: f64) -> String {
        let mut token = AuthToken::new(user.token_identity(), proven_at, self.hooks().token_expiry(user));
        self.hooks().augment_token(user, &mut token.extra);
        token.sign(self.tokens(), self.now())
    }

    async fn admitted(&self, user: Option<User>, way: Way) -> Result<Option<User>, Error> {
        let Some(user) = user else { return Ok(None) };
        Ok(self.admit_if_allowed(user, way).await?.map(Proven::into_user))
    }

    /// Applies `SESSION_PROTECTION`; `false` when the session must end.
    fn is_same_client(&self, session: &mut Session, client: &Client) -> bool {
        let protection = self.config().session.protection;
        if protection == SessionProtection::Off {
            return true;
        }
        let now = client_fingerprint(client.address.as_deref(), client.agent.as_deref());
        if session.client() == Some(now.as_str()) {
            return true;
        }
        match protection {
            SessionProtection::Strong if !session.is_permanent() => false,
            _ => {
                if session.is_fresh() {
                    session.set_fresh(false);
                }
                true
            }
        }
    }
}
