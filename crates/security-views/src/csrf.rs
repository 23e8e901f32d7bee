//! Protection against forged requests, in two layers: every form of ours, and (when it is on) every request.
//!
//! Whether a request is settled is kept in one place, the request's context, and asked by both layers.

use http::{HeaderMap, header};
use security_core::message::MessageKey;
use security_core::session::{CsrfTokenError, CsrfTokens, Mechanism, Session};
use security_core::{Error, Security};

use crate::context::{Caller, RequestContext};
use crate::input::Input;
use crate::negotiate::media_type;

/// What is known about a request so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum CsrfState {
    /// Nothing.
    #[default]
    Open,
    /// It carried a good token.
    Checked,
    /// The configuration says that it needs none.
    Exempt,
}

impl CsrfState {
    fn is_settled(self) -> bool {
        self != Self::Open
    }
}

/// A token for the secret of this session, which gets one if it has none.
pub(crate) fn token_for(security: &Security, session: &mut Session) -> String {
    let name = &security.config().csrf.field_name;
    let secret = match session.csrf_secret(name) {
        Some(secret) => secret.to_owned(),
        None => {
            let secret = CsrfTokens::new_secret();
            session.set_csrf_secret(name, &secret);
            secret
        }
    };
    security.csrf_tokens().issue(&secret, security.now())
}

impl RequestContext {
    /// A CSRF token for forms of the application on the page that answers this request.
    ///
    /// # Errors
    ///
    /// When the session store cannot be reached.
    pub async fn csrf_token(&self) -> Result<String, Error> {
        let security = self.security().clone();
        self.change_session(|session| token_for(&security, session)).await
    }

    /// The check of a form of ours: its own field, in JSON as in HTML. `Some` is what is wrong.
    pub(crate) async fn check_form_token(&self, input: &Input) -> Result<Option<MessageKey>, Error> {
        let config = &self.security().config().csrf;
        if !config.enabled || self.csrf_state().is_settled() {
            return Ok(None);
        }
        self.check_token(input.text(&config.field_name).ok()).await
    }

    /// The check before every view, when the configuration asks for it. `Some` is what is wrong.
    pub(crate) async fn check_early(&self) -> Result<Option<MessageKey>, Error> {
        let config = &self.security().config().csrf;
        let is_due = self.is_layer_on() && config.check_default && self.is_changing();
        if !is_due || self.views().is_exempt_from_early_check(self.uri().path()) {
            return Ok(None);
        }
        self.check_request().await
    }

    /// Whether the check before every view will look for a token in the body.
    pub(crate) fn early_check_reads_body(&self) -> bool {
        let is_early = self.is_layer_on() && self.security().config().csrf.check_default;
        is_early && self.check_reads_body()
    }

    /// The check of a guard, by how the caller authenticated. `Some` is what is wrong.
    pub(crate) async fn check_for(&self, caller: &Caller) -> Result<Option<MessageKey>, Error> {
        if !self.is_layer_on() || self.csrf_state().is_settled() {
            return Ok(None);
        }
        let config = &self.security().config().csrf;
        // Another site can put a token into a query string, and the browser adds the visitor's cookies.
        let is_ambiguous = caller.by_query() && self.has_sign_in_cookie();
        if config.protect_mechanisms.contains(&caller.mechanism()) || is_ambiguous {
            return self.check_request().await;
        }
        self.settle_csrf(CsrfState::Exempt);
        Ok(None)
    }

    /// The check of views that anybody may call. `Some` is what is wrong.
    pub(crate) async fn check_unauthenticated(&self) -> Result<Option<MessageKey>, Error> {
        if !self.is_layer_on() || self.csrf_state().is_settled() {
            return Ok(None);
        }
        let config = &self.security().config().csrf;
        match self.caller().await? {
            None if config.ignore_unauth_endpoints => {
                self.settle_csrf(CsrfState::Exempt);
                Ok(None)
            }
            // The reference checks every caller here. One who sends a token in a header is nobody another site can be.
            Some(caller) if caller.mechanism() == Mechanism::Token => self.check_for(&caller).await,
            _ => self.check_request().await,
        }
    }

    /// Whether the application layer will look for a token in the body of this request.
    pub(crate) fn check_reads_body(&self) -> bool {
        self.is_layer_on()
            && self.is_changing()
            && self.token_in_headers().is_none()
            && is_form(self.headers())
    }

    /// Whether the request brings a token that only the application layer looks at.
    pub(crate) fn has_layer_token(&self) -> bool {
        self.is_layer_on() && self.token_in_headers().is_some()
    }

    fn is_layer_on(&self) -> bool {
        let config = &self.security().config().csrf;
        config.enabled && config.application_layer
    }

    fn is_changing(&self) -> bool {
        self.security().config().csrf.methods.iter().any(|method| method == self.method().as_str())
    }

    /// Looks for a token where the application layer looks: in the form, then in the headers.
    pub(crate) async fn check_request(&self) -> Result<Option<MessageKey>, Error> {
        if !self.is_changing() {
            return Ok(None);
        }
        let in_form = self.token_in_form().await;
        let in_form = in_form.as_deref().filter(|token| !token.is_empty());
        let token = in_form.or_else(|| self.token_in_headers());
        if !self.is_referrer_good() {
            return Ok(Some(MessageKey::CsrfInvalid));
        }
        self.check_token(token).await
    }

    async fn check_token(&self, token: Option<&str>) -> Result<Option<MessageKey>, Error> {
        let security = self.security();
        let Some(token) = token.filter(|token| !token.is_empty()) else {
            return Ok(Some(MessageKey::CsrfMissing));
        };
        let checked = self
            .read_session(|session| match session.csrf_secret(&security.config().csrf.field_name) {
                Some(secret) => security.csrf_tokens().check(token, secret, security.now()),
                None => Err(CsrfTokenError::SecretMissing),
            })
            .await?;
        match checked {
            Ok(()) => {
                self.settle_csrf(CsrfState::Checked);
                Ok(None)
            }
            Err(CsrfTokenError::Expired) => Ok(Some(MessageKey::CsrfExpired)),
            Err(_) => Ok(Some(MessageKey::CsrfInvalid)),
        }
    }

    async fn token_in_form(&self) -> Option<String> {
        if !is_form(self.headers()) {
            return None;
        }
        let input = Input::read(self.headers(), &self.body()?).await.ok()?;
        let name = &self.security().config().csrf.field_name;
        // A form library may put a prefix before the names of its fields.
        let exact = input.text(name).ok().map(str::to_owned);
        exact.or_else(|| {
            let prefixed = input.names().find(|field| field.ends_with(name.as_str()))?;
            input.text(prefixed).ok().map(str::to_owned)
        })
    }

    fn token_in_headers(&self) -> Option<&str> {
        let names = &self.security().config().csrf.headers;
        names.iter().find_map(|name| self.headers().get(name.as_str())?.to_str().ok())
    }

    /// Over HTTPS a request must say that it comes from this site, unless `WTF_CSRF_SSL_STRICT` is off.
    fn is_referrer_good(&self) -> bool {
        let config = self.security().config();
        if !config.csrf.ssl_strict || !self.is_https() {
            return true;
        }
        let referrer = self.headers().get(header::REFERER).and_then(|referrer| referrer.to_str().ok());
        let Some(rest) = referrer.and_then(|referrer| referrer.strip_prefix("https://")) else {
            return false;
        };
        let origin = rest.split(['/', '?', '#']).next().unwrap_or_default();
        self.host().is_some_and(|host| {
            let usual = |host: &str| host.strip_suffix(":443").unwrap_or(host).to_ascii_lowercase();
            usual(origin) == usual(host)
        })
    }
}

/// Whether the body is a form.
fn is_form(headers: &HeaderMap) -> bool {
    let forms = ["application/x-www-form-urlencoded", "multipart/form-data"];
    media_type(headers).is_some_and(|media_type| forms.contains(&media_type.as_str()))
}
