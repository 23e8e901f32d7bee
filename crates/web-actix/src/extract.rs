//! Extractors: who sends the request.

use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest, HttpResponse};
use futures_util::future::LocalBoxFuture;
use security_core::account::User;
use security_views::{Caller, Guard, RequestContext, Response};

use crate::convert;

/// The context the middleware made for this request.
pub(crate) fn context(request: &HttpRequest) -> Result<RequestContext, HttpResponse> {
    request.extensions().get::<RequestContext>().cloned().ok_or_else(|| {
        tracing::error!("web_actix::SecurityMiddleware is missing around the application");
        HttpResponse::InternalServerError().finish()
    })
}

/// A refusal as actix-web wants it.
fn refused(response: HttpResponse) -> Error {
    InternalError::from_response("refused", response).into()
}

/// Finds something out about the request, or refuses it.
fn ask<T: 'static, F>(
    request: &HttpRequest,
    question: impl FnOnce(RequestContext) -> F,
) -> LocalBoxFuture<'static, Result<T, Error>>
where
    F: Future<Output = Result<T, Response>> + 'static,
{
    match context(request).map(question) {
        Ok(answer) => {
            Box::pin(async move { answer.await.map_err(|response| refused(convert::respond(response))) })
        }
        Err(response) => Box::pin(ready(Err(refused(response)))),
    }
}

/// The signed-in user: proven to a guard of this route, else by session or token as [`Guard::auth_required`] says.
/// Refuses like that guard. See [`OptionalUser`] for one that refuses nobody.
#[derive(Debug, Clone)]
pub struct CurrentUser(pub Arc<User>);

impl Deref for CurrentUser {
    type Target = User;

    fn deref(&self) -> &User {
        &self.0
    }
}

impl FromRequest for CurrentUser {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ask(request, |context| async move { Ok(Self(Arc::clone(context.require_caller().await?.user()))) })
    }
}

/// The signed-in user or nobody. Unlike `Option<CurrentUser>` it fails when it cannot be found out.
#[derive(Debug, Clone)]
pub struct OptionalUser(pub Option<Arc<User>>);

impl FromRequest for OptionalUser {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ask(request, |context| async move {
            let caller = context.find_caller().await?;
            Ok(Self(caller.map(|caller| Arc::clone(caller.user()))))
        })
    }
}

/// The signed-in user with how that was proven. Refuses like [`CurrentUser`].
#[derive(Debug, Clone)]
pub struct CurrentCaller(pub Caller);

impl FromRequest for CurrentCaller {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ask(request, |context| async move { context.require_caller().await.map(Self) })
    }
}

/// The request as the library sees it: its session, its CSRF token, messages for the next page.
#[derive(Debug, Clone)]
pub struct Context(pub RequestContext);

impl FromRequest for Context {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(context(request).map(Self).map_err(refused))
    }
}

/// Names a guard for [`Guarded`].
pub trait GuardRule {
    /// The guards a request has to pass, in this order.
    fn guards() -> impl IntoIterator<Item = Guard>;
}

/// A guard as an extractor: the handler runs only for callers who pass it.
///
/// ```
/// use web_actix::{Guard, GuardRule, Guarded};
///
/// struct Editors;
///
/// impl GuardRule for Editors {
///     fn guards() -> impl IntoIterator<Item = Guard> {
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

impl<R: GuardRule + 'static> FromRequest for Guarded<R> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let guards: Vec<Guard> = R::guards().into_iter().collect();
        ask(request, |context| async move {
            for guard in guards {
                guard.check(&context).await?;
            }
            Ok(Self { caller: context.require_caller().await?, rule: PhantomData })
        })
    }
}
