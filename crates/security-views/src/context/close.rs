//! The end of a request: what its response tells the browser to keep.

use http::{HeaderMap, HeaderValue};
use security_core::Error;
use security_core::session::{CsrfCookieState, RememberIntent, Session};

use super::RequestContext;
use crate::cookies::{self, Life};
use crate::csrf;
use crate::language::vary_by;

impl RequestContext {
    /// Writes the cookies of this request into the headers of its response, and what else the response depends on. Does
    /// nothing for a request whose session and language nobody looked at, unless the remember-me or CSRF cookie is to be
    /// refreshed with every response.
    ///
    /// # Errors
    ///
    /// When the session store cannot be reached. The response must then not be sent as if all were well.
    pub async fn close(&self, response: &mut HeaderMap) -> Result<(), Error> {
        let config = self.security().config();
        if config.remember.refresh_each_request || config.csrf.cookie_refresh_each_request {
            self.load_session().await?;
        }
        let Some(mut session) = self.state().session.take() else {
            self.vary_by_language(response);
            return Ok(());
        };
        self.write_remember_cookie(&mut session, response);
        self.write_csrf_cookie(&mut session, response);
        let written = self.write_session_cookie(&session, response).await;
        self.state().session = Some(session);
        vary_by("Cookie", response);
        self.vary_by_language(response);
        written
    }

    fn write_remember_cookie(&self, session: &mut Session, response: &mut HeaderMap) {
        let security = self.security();
        let remember = &security.config().remember;
        let wish = session.remember();
        let is_refreshed = remember.refresh_each_request && self.is_remembered(session);
        if wish == Some(RememberIntent::Clear) {
            cookies::delete(response, &remember.cookie_name, &remember.cookie);
        } else if let Some(user) = session.user().filter(|_| wish.is_some() || is_refreshed) {
            let value = security.remember_cookies().encode(user);
            let life = Life::For(remember.duration);
            cookies::set(response, &remember.cookie_name, &value, life, &remember.cookie);
        }
        session.remove_remember();
    }

    /// Whether the request carries a good remember-me cookie of the session's user.
    fn is_remembered(&self, session: &Session) -> bool {
        let security = self.security();
        let cookie = self.cookies().value(&security.config().remember.cookie_name);
        let remembered = cookie.and_then(|cookie| security.remember_cookies().decode(&cookie));
        remembered.is_some_and(|remembered| session.user() == Some(remembered.as_str()))
    }

    /// The state machine of the cookie that scripts read the CSRF token from.
    fn write_csrf_cookie(&self, session: &mut Session, response: &mut HeaderMap) {
        let config = &self.security().config().csrf;
        let state = session.csrf_cookie();
        let Some(name) = config.cookie_name.as_deref().filter(|_| config.enabled) else {
            // There is no cookie whose state could matter.
            session.remove_csrf_cookie();
            return;
        };
        let is_due = match state {
            Some(CsrfCookieState::Clear) => {
                cookies::delete(response, name, &config.cookie);
                session.remove_csrf_cookie();
                return;
            }
            Some(CsrfCookieState::Set) => true,
            Some(CsrfCookieState::Sent) => {
                config.cookie_refresh_each_request
                    || (config.time_limit.is_some() && !self.csrf_cookie_is_good(name, session))
            }
            None => session.user().is_some() && self.has_remember_cookie(),
        };
        if is_due {
            let token = csrf::token_for(self.security(), session);
            cookies::set(response, name, &token, Life::Browser, &config.cookie);
            session.set_csrf_cookie(CsrfCookieState::Sent);
        }
    }

    fn csrf_cookie_is_good(&self, name: &str, session: &Session) -> bool {
        let security = self.security();
        let (Some(token), Some(secret)) =
            (self.cookies().value(name), session.csrf_secret(&security.config().csrf.field_name))
        else {
            return false;
        };
        security.csrf_tokens().check(&token, secret, security.now()).is_ok()
    }

    async fn write_session_cookie(&self, session: &Session, response: &mut HeaderMap) -> Result<(), Error> {
        let security = self.security();
        let config = &security.config().session;
        let old = self.cookies().value(&config.cookie_name);
        let life = match session.is_permanent() {
            true => Life::For(config.permanent_lifetime),
            false => Life::Browser,
        };
        if session.is_empty() {
            if let Some(old) = &old {
                security.sessions().destroy(old).await?;
                cookies::delete(response, &config.cookie_name, &config.cookie);
            }
        } else if old.is_none() && self.is_sent_by_another_site() {
            // The browser held its cookies back. A new session would replace the one it has, and sign the visitor out.
        } else if session.is_changed() || (session.is_permanent() && config.refresh_each_request) {
            let value = security.sessions().save(session, old.as_deref(), security.now()).await?;
            cookies::set(response, &config.cookie_name, &value, life, &config.cookie);
        }
        Ok(())
    }
}

impl RequestContext {
    /// Whether another site made the browser send a request that changes something (Fetch Metadata).
    fn is_sent_by_another_site(&self) -> bool {
        let site = self.headers().get("sec-fetch-site").map(HeaderValue::as_bytes);
        !self.method().is_safe() && site == Some(b"cross-site")
    }
}
