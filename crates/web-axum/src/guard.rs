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

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use security_views::Guard;
use tower_layer::Layer;
use tower_service::Service;

use crate::{body, extract};

security_views::guards! {
    GuardLayer,
    example = r#"use axum::Router;
use axum::routing::get;
use web_axum::guard;

# async fn page() {}
let app: Router = Router::new()
    .route("/page", get(page).route_layer(guard::"# .. r#").route_layer(guard::auth_required()"# .. r#"));"#
}

/// A [`Guard`] as a layer. The application needs a [`SecurityLayer`](crate::SecurityLayer) around its router; without
/// it a guarded route answers 500.
#[derive(Debug, Clone)]
#[must_use = "a guard guards nothing until it is put on a route"]
pub struct GuardLayer {
    guard: Guard,
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
async fn pass(guard: &Guard, mut request: Request) -> Result<Request, Response> {
    let context = extract::context(request.extensions())?;
    if guard.reads_body(&context) {
        request = body::show(&context, request).await?;
    }
    guard.check(&context).await.map_err(body::write)?;
    Ok(request)
}
