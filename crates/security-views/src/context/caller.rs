//! Who sends the request.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header;
use security_core::account::User;
use security_core::secret::PlainPassword;
use security_core::session::{Mechanism, RememberIntent, Session};
use security_core::{Error, Security};
use serde_json::Value;

use super::RequestContext;
use crate::guard::{self, Guard};
use crate::negotiate::sends_json;
use crate::respond::{self, Response};

/// The user who sends a request, and how that was proven.
///
/// User, freshness and CSRF policy of a request come from one mechanism: there is one caller, never two.
#[derive(Clone)]
pub struct Caller {
    user: Arc<User>,
    mechanism: Mechanism,
    proven_at: Option<f64>,
    /// The token came in the query string, where another site can put it.
    by_query: bool,
}

impl Caller {
    /// The user as stored at the time of the request.
    #[must_use]
    pub fn user(&self) -> &Arc<User> {
        &self.user
    }

    /// What authenticated the request.
    #[must_use]
    pub fn mechanism(&self) -> Mechanism {
        self.mechanism
    }

    /// When the user last proved to be who they are, in unix seconds; `None` when that is not known, as after a
    /// remember-me restore.
    #[must_use]
    pub fn proven_at(&self) -> Option<f64> {
        self.proven_at
    }

    pub(crate) fn by_query(&self) -> bool {
        self.by_query
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller").field("user", &self.user.id).field("mechanism", &self.mechanism).finish()
    }
}

impl RequestContext {
    /// Who sends the request: proven to a guard, else by session, remember-me cookie or token. HTTP Basic counts only
    /// where a guard asks for it.
    ///
    /// # Errors
    ///
    /// When the datastore or the session store cannot be reached.
    pub async fn caller(&self) -> Result<Option<Caller>, Error> {
        if let Some(proven) = self.state().proven.clone() {
            return Ok(Some(proven));
        }
        if let Some(known) = self.state().implicit.clone() {
            return Ok(known);
        }
        let mut caller = self.find_in_session().await?;
        if caller.is_none() && !self.has_remember_cookie() {
            caller = self.find_by_token().await?;
        }
        self.state().implicit = Some(caller.clone());
        Ok(caller)
    }

    /// The same, with the answer to send when it could not be found out.
    ///
    /// # Errors
    ///
    /// The response to send.
    pub async fn find_caller(&self) -> Result<Option<Caller>, Response> {
        self.caller().await.map_err(|error| respond::failure(self, &error))
    }

    /// The caller who was proven to a guard of this route, else one by session or token.
    ///
    /// # Errors
    ///
    /// The answer of [`Guard::auth_required`] to a caller who is nobody.
    pub async fn require_caller(&self) -> Result<Caller, Response> {
        let proven = self.state().proven.clone();
        match proven {
            Some(proven) => {
                // A guard that only looks at roles has not checked this.
                guard::check_csrf(self, &proven).await?;
                Ok(proven)
            }
            None => Guard::auth_required().admit(self).await,
        }
    }

    /// Makes this the caller for the rest of the request.
    pub(crate) fn set_proven(&self, caller: Caller) {
        self.state().proven = Some(caller);
    }

    /// Forgets who the caller was found to be, after signing in or out.
    pub(crate) fn forget_caller(&self) {
        let mut state = self.state();
        state.proven = None;
        state.implicit = None;
    }

    /// The caller by one mechanism, if that mechanism vouches for anybody.
    pub(crate) async fn caller_by(&self, mechanism: Mechanism) -> Result<Option<Caller>, Error> {
        let known = {
            let state = self.state();
            state.proven.clone().or_else(|| state.implicit.clone().flatten())
        };
        if let Some(known) = known.filter(|known| known.mechanism == mechanism) {
            return Ok(Some(known));
        }
        match mechanism {
            Mechanism::Session => self.find_in_session().await,
            Mechanism::Token => self.find_by_token().await,
            Mechanism::Basic => self.find_by_basic().await,
        }
    }

    async fn find_in_session(&self) -> Result<Option<Caller>, Error> {
        let security = self.security();
        let mut session = self.session().await?;
        let found = find_user(self, security, &mut session).await?;
        let proven_at = session.proven_at();
        Ok(found.map(|user| Caller {
            user: Arc::new(user),
            mechanism: Mechanism::Session,
            proven_at,
            by_query: false,
        }))
    }

    async fn find_by_token(&self) -> Result<Option<Caller>, Error> {
        let Some((token, by_query)) = self.presented_token() else { return Ok(None) };
        let security = self.security();
        let Some((user, token)) = security.user_of_token(&token).await? else { return Ok(None) };
        let proven_at = token.proven_at.filter(|_| security.config().freshness.allow_auth_token);
        Ok(Some(Caller { user: Arc::new(user), mechanism: Mechanism::Token, proven_at, by_query }))
    }

    async fn find_by_basic(&self) -> Result<Option<Caller>, Error> {
        let Some((name, password)) = self.basic_credentials() else { return Ok(None) };
        let security = self.security();
        match security.user_of_basic(&name, &password).await {
            Ok(user) => {
                let proven_at = Some(security_core::clock::unix_seconds(security.now()));
                let user = Arc::new(user);
                Ok(Some(Caller { user, mechanism: Mechanism::Basic, proven_at, by_query: false }))
            }
            Err(Error::Refused(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The token of the request, and whether it came in the query string. The body wins over the query string, which
    /// wins over the header.
    fn presented_token(&self) -> Option<(String, bool)> {
        let config = &self.security().config().token;
        if let Some(token) = self.token_in_body() {
            return Some((token, false));
        }
        if config.allow_query
            && let Some(token) = self.query(&config.key)
        {
            return Some((token, true));
        }
        let header = self.headers().get(config.header.as_str())?.to_str().ok()?;
        Some((header.to_owned(), false))
    }

    /// Whether a token may be in the body: the request is JSON, and brings nothing else that says who sends it. The
    /// bodies of callers who are known by something else are their own business, and may be long.
    pub(crate) fn may_have_token_in_body(&self) -> bool {
        let has_header = self.headers().contains_key(self.security().config().token.header.as_str())
            || self.headers().contains_key(header::AUTHORIZATION);
        sends_json(self.headers()) && !has_header && !self.has_sign_in_cookie()
    }

    fn token_in_body(&self) -> Option<String> {
        if !sends_json(self.headers()) {
            return None;
        }
        let body: Value = serde_json::from_slice(&self.body()?).ok()?;
        body.get(&self.security().config().token.key)?.as_str().map(str::to_owned)
    }

    /// Name and password of `Authorization: Basic` (RFC 7617), as UTF-8.
    fn basic_credentials(&self) -> Option<(String, PlainPassword)> {
        let header = self.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
        let (scheme, encoded) = header.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
        let (name, password) = text.split_once(':')?;
        Some((name.to_owned(), PlainPassword::new(password)))
    }

    pub(crate) fn has_remember_cookie(&self) -> bool {
        self.cookies().value(&self.security().config().remember.cookie_name).is_some()
    }

    /// Whether the request carries a cookie that could sign somebody in.
    pub(crate) fn has_sign_in_cookie(&self) -> bool {
        let session = &self.security().config().session.cookie_name;
        self.cookies().value(session).is_some() || self.has_remember_cookie()
    }
}

async fn find_user(
    context: &RequestContext,
    security: &Security,
    session: &mut Session,
) -> Result<Option<User>, Error> {
    if let Some(user) = security.user_of_session(session, context.client()).await? {
        return Ok(Some(user));
    }
    if session.remember() == Some(RememberIntent::Clear) {
        return Ok(None);
    }
    match context.cookies().value(&security.config().remember.cookie_name) {
        Some(cookie) => security.user_of_remember_cookie(&cookie, session, context.client()).await,
        None => Ok(None),
    }
}
