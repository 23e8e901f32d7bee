//! Extractors: who sends the request.

use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use axum::http::{Extensions, StatusCode};
use axum::response::{IntoResponse, Response};
use security_core::account::User;
use security_views::{Caller, Guard, RequestContext};

use crate::body;

/// The context the layer made for this request.
pub(crate) fn context(extensions: &Extensions) -> Result<RequestContext, Response> {
    extensions.get::<RequestContext>().cloned().ok_or_else(|| {
        tracing::error!("web_axum::SecurityLayer is missing around the router");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    })
}

/// The signed-in user: proven to a guard of this route, else by session or token as
/// [`Guard::auth_required`] says. Refuses like that guard.
///
/// `Option<CurrentUser>` is the user or nobody, and refuses nobody.
#[derive(Debug, Clone)]
pub struct CurrentUser(pub Arc<User>);

impl Deref for CurrentUser {
    type Target = User;

    fn deref(&self) -> &User {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for CurrentUser {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Response> {
        let caller = context(&parts.extensions)?.require_caller().await.map_err(body::write)?;
        Ok(Self(Arc::clone(caller.user())))
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for CurrentUser {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>, Response> {
        let context = context(&parts.extensions)?;
        let caller = context.find_caller().await.map_err(body::write)?;
        Ok(caller.map(|caller| Self(Arc::clone(caller.user()))))
    }
}

/// The signed-in user or nobody; the same as `Option<CurrentUser>`, under a name of its own.
#[derive(Debug, Clone)]
pub struct OptionalUser(pub Option<Arc<User>>);

impl<S: Sync> FromRequestParts<S> for OptionalUser {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let user = <CurrentUser as OptionalFromRequestParts<S>>::from_request_parts(parts, state).await?;
        Ok(Self(user.map(|CurrentUser(user)| user)))
    }
}

/// The signed-in user with how that was proven. Refuses like [`CurrentUser`].
#[derive(Debug, Clone)]
pub struct CurrentCaller(pub Caller);

impl<S: Sync> FromRequestParts<S> for CurrentCaller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Response> {
        let context = context(&parts.extensions)?;
        context.require_caller().await.map(Self).map_err(body::write)
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for CurrentCaller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>, Response> {
        let context = context(&parts.extensions)?;
        Ok(context.find_caller().await.map_err(body::write)?.map(Self))
    }
}

/// The request as the library sees it: its session, its CSRF token, messages for the next page.
#[derive(Debug, Clone)]
pub struct Context(pub RequestContext);

impl<S: Sync> FromRequestParts<S> for Context {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Response> {
        context(&parts.extensions).map(Self)
    }
}

/// Names a guard for [`Guarded`].
pub trait GuardRule {
    /// The guards a request has to pass, in this order.
    fn guards() -> impl IntoIterator<Item = Guard> + Send;
}

/// A guard as an extractor: the handler runs only for callers who pass it.
///
/// ```
/// use web_axum::{Guard, GuardRule, Guarded};
///
/// struct Editors;
///
/// impl GuardRule for Editors {
///     fn guards() -> impl IntoIterator<Item = Guard> + Send {
///         [Guard::auth_required(), Guard::permissions_required(["write"])]
///     }
/// }
///
/// async fn edit(editor: Guarded<Editors>) -> String {
///     format!("{} may write", editor.user().email)
/// }
/// # let _ = edit;
/// ```
#[derive(Debug, Clone)]
pub struct Guarded<R> {
    caller: Caller,
    rule: PhantomData<fn() -> R>,
}

impl<R> Guarded<R> {
    /// The user who passed.
    #[must_use]
    pub fn user(&self) -> &Arc<User> {
        self.caller.user()
    }

    /// The user who passed, with how that was proven.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }
}

impl<S: Sync, R: GuardRule> FromRequestParts<S> for Guarded<R> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Response> {
        let context = context(&parts.extensions)?;
        for guard in R::guards().into_iter().collect::<Vec<_>>() {
            guard.check(&context).await.map_err(body::write)?;
        }
        let caller = context.require_caller().await.map_err(body::write)?;
        Ok(Self { caller, rule: PhantomData })
    }
}
