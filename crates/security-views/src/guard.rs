//! Guards: who may pass. Each answers "go on" or a ready response.

mod answer;
mod constructors;

use std::time::Duration;

use http::StatusCode;
use security_core::Error;
use security_core::message::MessageKey;
use security_core::session::FreshnessRule;

pub use security_core::session::Mechanism;

use crate::context::{Caller, RequestContext};
use crate::respond::{self, Response};

/// Who may pass a route.
///
/// A guard says one sentence; several on one route are all required. Guards that ask for a role or a permission do not
/// authenticate and do not look at CSRF tokens: put [`auth_required`](Self::auth_required) in front, or an anonymous
/// caller gets 403 and a forged request may pass.
///
/// ```
/// use std::time::Duration;
/// use security_core::session::Mechanism;
/// use security_views::Guard;
///
/// let guard = Guard::auth_required().methods([Mechanism::Session]).within(Duration::from_secs(600));
/// let admins = Guard::roles_required(["admin"]);
/// # let _ = (guard, admins);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a guard guards nothing until it is put on a route"]
pub struct Guard {
    rule: Rule,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Rule {
    AuthRequired {
        methods: Vec<Mechanism>,
        within: Option<Duration>,
        grace: Option<Duration>,
        realm: Option<String>,
    },
    LoginRequired,
    AnonymousUserRequired,
    UnauthCsrf,
    Roles {
        all: bool,
        names: Vec<String>,
    },
    Permissions {
        all: bool,
        names: Vec<String>,
    },
}

/// In this order, whatever the order of the arguments.
const ORDER: [Mechanism; 3] = [Mechanism::Token, Mechanism::Session, Mechanism::Basic];

impl Guard {
    fn authenticated(methods: &[Mechanism]) -> Self {
        Self {
            rule: Rule::AuthRequired { methods: methods.to_vec(), within: None, grace: None, realm: None },
        }
    }

    #[doc = crate::guard_text!(auth_required)]
    pub fn auth_required() -> Self {
        Self::authenticated(&[Mechanism::Session, Mechanism::Token])
    }

    #[doc = crate::guard_text!(http_auth_required)]
    pub fn http_auth_required() -> Self {
        Self::authenticated(&[Mechanism::Basic])
    }

    #[doc = crate::guard_text!(auth_token_required)]
    pub fn auth_token_required() -> Self {
        Self::authenticated(&[Mechanism::Token])
    }

    #[doc = crate::guard_text!(login_required)]
    pub fn login_required() -> Self {
        Self { rule: Rule::LoginRequired }
    }

    #[doc = crate::guard_text!(roles_required)]
    pub fn roles_required<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        Self { rule: Rule::Roles { all: true, names: texts(names) } }
    }

    #[doc = crate::guard_text!(roles_accepted)]
    pub fn roles_accepted<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        Self { rule: Rule::Roles { all: false, names: texts(names) } }
    }

    #[doc = crate::guard_text!(permissions_required)]
    pub fn permissions_required<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        Self { rule: Rule::Permissions { all: true, names: texts(names) } }
    }

    #[doc = crate::guard_text!(permissions_accepted)]
    pub fn permissions_accepted<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        Self { rule: Rule::Permissions { all: false, names: texts(names) } }
    }

    #[doc = crate::guard_text!(anonymous_user_required)]
    pub fn anonymous_user_required() -> Self {
        Self { rule: Rule::AnonymousUserRequired }
    }

    #[doc = crate::guard_text!(unauth_csrf)]
    pub fn unauth_csrf() -> Self {
        Self { rule: Rule::UnauthCsrf }
    }

    #[doc = crate::guard_text!(methods)]
    pub fn methods(mut self, accepted: impl IntoIterator<Item = Mechanism>) -> Self {
        if let Rule::AuthRequired { methods, .. } = &mut self.rule {
            *methods = accepted.into_iter().collect();
        }
        self
    }

    #[doc = crate::guard_text!(within)]
    pub fn within(mut self, time: Duration) -> Self {
        if let Rule::AuthRequired { within, .. } = &mut self.rule {
            *within = Some(time);
        }
        self
    }

    #[doc = crate::guard_text!(grace)]
    pub fn grace(mut self, time: Duration) -> Self {
        if let Rule::AuthRequired { grace, .. } = &mut self.rule {
            *grace = Some(time);
        }
        self
    }

    #[doc = crate::guard_text!(realm)]
    pub fn realm(mut self, name: impl Into<String>) -> Self {
        if let Rule::AuthRequired { realm, .. } = &mut self.rule {
            *realm = Some(name.into());
        }
        self
    }

    /// The name of the guard, as in its constructor.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match &self.rule {
            Rule::AuthRequired { methods, .. } => match methods.as_slice() {
                [Mechanism::Basic] => "http_auth_required",
                [Mechanism::Token] => "auth_token_required",
                _ => "auth_required",
            },
            Rule::LoginRequired => "login_required",
            Rule::AnonymousUserRequired => "anonymous_user_required",
            Rule::UnauthCsrf => "unauth_csrf",
            Rule::Roles { all: true, .. } => "roles_required",
            Rule::Roles { all: false, .. } => "roles_accepted",
            Rule::Permissions { all: true, .. } => "permissions_required",
            Rule::Permissions { all: false, .. } => "permissions_accepted",
        }
    }

    /// Whether [`check`](Self::check) looks for a token in the body of this request, which then has to be shown first, see
    /// [`RequestContext::show_body`].
    #[must_use]
    pub fn reads_body(&self, request: &RequestContext) -> bool {
        match &self.rule {
            Rule::AuthRequired { methods, .. } => {
                request.check_reads_body()
                    || (methods.contains(&Mechanism::Token) && request.may_have_token_in_body())
            }
            Rule::UnauthCsrf => request.check_reads_body(),
            _ => false,
        }
    }

    /// Lets the request pass, or says what to answer instead.
    ///
    /// # Errors
    ///
    /// The response to send: 401 or a way to the sign-in page, 403, 400, or 503 when it could not be found out.
    pub async fn check(&self, request: &RequestContext) -> Result<(), Response> {
        match self.decide(request).await {
            Ok(verdict) => verdict,
            Err(error) => Err(respond::failure(request, &error)),
        }
    }

    /// The caller whom a guard that authenticates lets in.
    pub(crate) async fn admit(&self, request: &RequestContext) -> Result<Caller, Response> {
        self.check(request).await?;
        match request.caller().await {
            Ok(Some(caller)) => Ok(caller),
            Ok(None) => Err(respond::problem(request, StatusCode::UNAUTHORIZED, MessageKey::Unauthenticated)),
            Err(error) => Err(respond::failure(request, &error)),
        }
    }

    async fn decide(&self, request: &RequestContext) -> Result<Result<(), Response>, Error> {
        match &self.rule {
            Rule::AuthRequired { methods, .. } => match authenticate(request, methods).await? {
                Some(caller) => self.let_in(request, caller).await,
                None => Ok(Err(self.unauthenticated(request, methods).await?)),
            },
            Rule::LoginRequired => {
                if request.method() == http::Method::OPTIONS {
                    return Ok(Ok(()));
                }
                if let Some(caller) = request.caller().await? {
                    request.set_proven(caller);
                    return Ok(Ok(()));
                }
                Ok(Err(self.unauthenticated(request, &[Mechanism::Session, Mechanism::Token]).await?))
            }
            Rule::AnonymousUserRequired => match request.caller().await? {
                Some(_) => Ok(Err(answer::already_signed_in(request))),
                None => Ok(Ok(())),
            },
            Rule::UnauthCsrf => Ok(match request.check_unauthenticated().await? {
                Some(problem) => Err(answer::bad_csrf_token(request, problem)),
                None => Ok(()),
            }),
            Rule::Roles { all, names } => {
                self.need(request, *all, names, |user, name| user.has_role(name)).await
            }
            Rule::Permissions { all, names } => {
                self.need(request, *all, names, |user, name| user.has_permission(name)).await
            }
        }
    }

    /// The rest of the checks, for a caller who is authenticated.
    async fn let_in(&self, request: &RequestContext, caller: Caller) -> Result<Result<(), Response>, Error> {
        let Rule::AuthRequired { within, grace, .. } = &self.rule else { return Ok(Ok(())) };
        // First of all, so that a forged request cannot open a window of grace.
        if let Some(problem) = request.check_for(&caller).await? {
            return Ok(Err(answer::bad_csrf_token(request, problem)));
        }
        if let Some(within) = within {
            let grace = grace.unwrap_or(request.security().config().freshness.grace);
            let rule = FreshnessRule { within: Some(*within), grace };
            if !is_fresh(request, &caller, &rule).await? {
                return Ok(Err(answer::reauthentication(request).await?));
            }
        }
        request.set_proven(caller);
        Ok(Ok(()))
    }

    async fn need(
        &self,
        request: &RequestContext,
        all: bool,
        names: &[String],
        has: impl Fn(&security_core::account::User, &str) -> bool,
    ) -> Result<Result<(), Response>, Error> {
        let passes = |caller: &Caller| {
            let mut answers = names.iter().map(|name| has(caller.user(), name));
            if all { answers.all(|answer| answer) } else { answers.any(|answer| answer) }
        };
        match request.caller().await?.filter(passes) {
            Some(caller) => {
                // Who passed is who acts, whatever else the request brings.
                request.set_proven(caller);
                Ok(Ok(()))
            }
            None => Ok(Err(answer::unauthorized(request, self.name(), names).await?)),
        }
    }

    async fn unauthenticated(
        &self,
        request: &RequestContext,
        methods: &[Mechanism],
    ) -> Result<Response, Error> {
        let realm = match &self.rule {
            Rule::AuthRequired { realm: Some(realm), .. } => realm,
            _ => &request.security().config().general.default_http_auth_realm,
        };
        answer::unauthenticated(request, methods, realm).await
    }
}

/// Checks the CSRF token of a caller by the policy of the caller's mechanism.
pub(crate) async fn check_csrf(request: &RequestContext, caller: &Caller) -> Result<(), Response> {
    match request.check_for(caller).await {
        Ok(None) => Ok(()),
        Ok(Some(problem)) => Err(answer::bad_csrf_token(request, problem)),
        Err(error) => Err(respond::failure(request, &error)),
    }
}

/// The caller by the first of these mechanisms that vouches for somebody.
async fn authenticate(request: &RequestContext, methods: &[Mechanism]) -> Result<Option<Caller>, Error> {
    for mechanism in ORDER.into_iter().filter(|mechanism| methods.contains(mechanism)) {
        if let Some(caller) = request.caller_by(mechanism).await? {
            return Ok(Some(caller));
        }
    }
    Ok(None)
}

/// Whether the caller proved who they are recently enough.
pub(crate) async fn is_fresh(
    request: &RequestContext,
    caller: &Caller,
    rule: &FreshnessRule,
) -> Result<bool, Error> {
    let now = request.security().now();
    match caller.mechanism() {
        // The credentials came with this very request.
        Mechanism::Basic => Ok(true),
        Mechanism::Token => Ok(rule.check(caller.proven_at(), None, now)),
        Mechanism::Session => {
            request.change_session(|session| rule.check(session.proven_at(), Some(session), now)).await
        }
    }
}

pub(crate) use answer::{already_signed_in, reauthentication};

fn texts<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Vec<String> {
    names.into_iter().map(Into::into).collect()
}
