//! Guards as layers for routes. Each is named after the sentence it enforces.
//!
//! ```
//! use std::time::Duration;
//! use axum::Router;
//! use axum::routing::{get, post};
//! use web_axum::guard;
//!
//! # async fn page() {}
//! let app: Router = Router::new()
//!     .route("/account", get(page).route_layer(guard::auth_required()))
//!     .route("/keys", get(page).route_layer(guard::auth_required().within(Duration::from_secs(600))))
//!     // The layer added last is asked first.
//!     .route(
//!         "/admin",
//!         post(page).route_layer(guard::roles_required(["admin"])).route_layer(guard::auth_required()),
//!     );
//! ```

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use security_core::session::Mechanism;
use security_views::{Guard, RequestContext};
use tower_layer::Layer;
use tower_service::Service;

use crate::{body, extract};

/// See [`Guard::auth_required`].
pub fn auth_required() -> GuardLayer {
    Guard::auth_required().into()
}

/// See [`Guard::http_auth_required`].
pub fn http_auth_required() -> GuardLayer {
    Guard::http_auth_required().into()
}

/// See [`Guard::auth_token_required`].
pub fn auth_token_required() -> GuardLayer {
    Guard::auth_token_required().into()
}

/// See [`Guard::login_required`].
pub fn login_required() -> GuardLayer {
    Guard::login_required().into()
}

/// See [`Guard::roles_required`].
pub fn roles_required<N: Into<String>>(names: impl IntoIterator<Item = N>) -> GuardLayer {
    Guard::roles_required(names).into()
}

/// See [`Guard::roles_accepted`].
pub fn roles_accepted<N: Into<String>>(names: impl IntoIterator<Item = N>) -> GuardLayer {
    Guard::roles_accepted(names).into()
}

/// See [`Guard::permissions_required`].
pub fn permissions_required<N: Into<String>>(names: impl IntoIterator<Item = N>) -> GuardLayer {
    Guard::permissions_required(names).into()
}

/// See [`Guard::permissions_accepted`].
pub fn permissions_accepted<N: Into<String>>(names: impl IntoIterator<Item = N>) -> GuardLayer {
    Guard::permissions_accepted(names).into()
}

/// See [`Guard::anonymous_user_required`].
pub fn anonymous_user_required() -> GuardLayer {
    Guard::anonymous_user_required().into()
}

/// See [`Guard::unauth_csrf`].
pub fn unauth_csrf() -> GuardLayer {
    Guard::unauth_csrf().into()
}

/// A [`Guard`] as a layer. The application needs a [`SecurityLayer`](crate::SecurityLayer) around its router; without
/// it a guarded route answers 500.
#[derive(Debug, Clone)]
#[must_use = "a guard guards nothing until it is put on a route"]
pub struct GuardLayer {
    guard: Guard,
}

impl GuardLayer {
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

impl From<Guard> for GuardLayer {
    fn from(guard: Guard) -> Self {
        Self { guard }
    }
}

impl<S> Layer<S> for GuardLayer {
    type Service = GuardService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        GuardService { guard: self.guard.clone(), inner }
    }
}

/// What [`GuardLayer`] makes of a service.
#[derive(Debug, Clone)]
pub struct GuardService<S> {
    guard: Guard,
    inner: S,
}

impl<S> Service<Request> for GuardService<S>
where
    S: Service<Request, Error = Infallible> + Clone + Send + 'static,
    S::Response: IntoResponse,
    S::Future: Send,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let waiting = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, waiting);
        let guard = self.guard.clone();
        Box::pin(async move {
            match pass(&guard, request).await {
                Ok(request) => Ok(inner.call(request).await?.into_response()),
                Err(response) => Ok(response),
            }
        })
    }
}

/// Asks the guard; the request comes back when it may pass.
async fn pass(guard: &Guard, request: Request) -> Result<Request, Response> {
    let context = extract::context(request.extensions())?;
    let request = match guard.reads_body(&context) {
        true => with_body(&context, request).await?,
        false => request,
    };
    guard.check(&context).await.map_err(body::write)?;
    Ok(request)
}

/// Shows the body to the guard and leaves it to the handler.
async fn with_body(context: &RequestContext, request: Request) -> Result<Request, Response> {
    let (parts, body) = request.into_parts();
    let bytes = body::read(context, body).await?;
    context.set_body(bytes.clone());
    Ok(Request::from_parts(parts, Body::from(bytes)))
}
