//! Guards as middleware for resources and scopes. Each is named after the sentence it enforces.
//!
//! ```
//! use std::time::Duration;
//! use actix_web::{App, web};
//! use web_actix::guard;
//!
//! # async fn page() -> &'static str { "" }
//! let app = App::new()
//!     .service(web::resource("/account").wrap(guard::auth_required()).to(page))
//!     .service(web::resource("/keys").wrap(guard::auth_required().within(Duration::from_secs(600))).to(page))
//!     // The one wrapped last is asked first.
//!     .service(
//!         web::scope("/admin")
//!             .wrap(guard::roles_required(["admin"]))
//!             .wrap(guard::auth_required())
//!             .route("", web::post().to(page)),
//!     );
//! ```

use std::future::{Ready, ready};
use std::rc::Rc;
use std::time::Duration;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::{Error, HttpResponse};
use futures_util::future::LocalBoxFuture;
use security_core::session::Mechanism;
use security_views::Guard;

use crate::{body, convert, extract};

/// See [`Guard::auth_required`].
pub fn auth_required() -> GuardMiddleware {
    Guard::auth_required().into()
}

/// See [`Guard::http_auth_required`].
pub fn http_auth_required() -> GuardMiddleware {
    Guard::http_auth_required().into()
}

/// See [`Guard::auth_token_required`].
pub fn auth_token_required() -> GuardMiddleware {
    Guard::auth_token_required().into()
}

/// See [`Guard::login_required`].
pub fn login_required() -> GuardMiddleware {
    Guard::login_required().into()
}

/// See [`Guard::roles_required`].
pub fn roles_required<N: Into<String>>(names: impl IntoIterator<Item = N>) -> GuardMiddleware {
    Guard::roles_required(names).into()
}

/// See [`Guard::roles_accepted`].
pub fn roles_accepted<N: Into<String>>(names: impl IntoIterator<Item = N>) -> GuardMiddleware {
    Guard::roles_accepted(names).into()
}

/// See [`Guard::permissions_required`].
pub fn permissions_required<N: Into<String>>(names: impl IntoIterator<Item = N>) -> GuardMiddleware {
    Guard::permissions_required(names).into()
}

/// See [`Guard::permissions_accepted`].
pub fn permissions_accepted<N: Into<String>>(names: impl IntoIterator<Item = N>) -> GuardMiddleware {
    Guard::permissions_accepted(names).into()
}

/// See [`Guard::anonymous_user_required`].
pub fn anonymous_user_required() -> GuardMiddleware {
    Guard::anonymous_user_required().into()
}

/// See [`Guard::unauth_csrf`].
pub fn unauth_csrf() -> GuardMiddleware {
    Guard::unauth_csrf().into()
}

/// A [`Guard`] as middleware. The application needs a [`SecurityMiddleware`](crate::SecurityMiddleware) around it;
/// without one a guarded resource answers 500.
#[derive(Debug, Clone)]
#[must_use = "a guard guards nothing until it is put around a resource"]
pub struct GuardMiddleware {
    guard: Guard,
}

impl GuardMiddleware {
    /// See [`Guard::methods`].
    pub fn methods(self, accepted: impl IntoIterator<Item = Mechanism>) -> Self {
        self.guard.methods(accepted).into()
    }

    /// See [`Guard::within`].
    pub fn within(self, time: Duration) -> Self {
        self.guard.within(time).into()
    }

    /// See [`Guard::grace`].
    pub fn grace(self, time: Duration) -> Self {
        self.guard.grace(time).into()
    }

    /// See [`Guard::realm`].
    pub fn realm(self, name: impl Into<String>) -> Self {
        self.guard.realm(name).into()
    }
}

impl From<Guard> for GuardMiddleware {
    fn from(guard: Guard) -> Self {
        Self { guard }
    }
}

impl<S, B> Transform<S, ServiceRequest> for GuardMiddleware
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = GuardService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(GuardService { guard: self.guard.clone(), inner: Rc::new(inner) }))
    }
}

/// What [`GuardMiddleware`] makes of a service.
#[derive(Debug)]
pub struct GuardService<S> {
    guard: Guard,
    inner: Rc<S>,
}

impl<S, B> Service<ServiceRequest> for GuardService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Error>>;

    forward_ready!(inner);

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let (guard, inner) = (self.guard.clone(), Rc::clone(&self.inner));
        Box::pin(async move {
            match pass(&guard, &mut request).await {
                Ok(()) => Ok(inner.call(request).await?.map_into_left_body()),
                Err(response) => Ok(request.into_response(response).map_into_right_body()),
            }
        })
    }
}

/// Asks the guard.
async fn pass(guard: &Guard, request: &mut ServiceRequest) -> Result<(), HttpResponse> {
    let context = extract::context(request.request())?;
    if guard.reads_body(&context) {
        body::show(&context, request).await?;
    }
    guard.check(&context).await.map_err(convert::respond)
}
