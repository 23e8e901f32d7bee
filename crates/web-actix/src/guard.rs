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

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::{Error, HttpResponse};
use futures_util::future::LocalBoxFuture;
use security_views::Guard;

use crate::{body, convert, extract};

security_views::guards! {
    GuardMiddleware,
    example = r#"use actix_web::{App, web};
use web_actix::guard;

# async fn page() -> &'static str { "" }
let app = App::new()
    .service(web::resource("/page").wrap(guard::"# .. r#").wrap(guard::auth_required()"# .. r#").to(page));"#
}

/// A [`Guard`] as middleware. The application needs a [`SecurityMiddleware`](crate::SecurityMiddleware) around it;
/// without one a guarded resource answers 500.
#[derive(Debug, Clone)]
#[must_use = "a guard guards nothing until it is put around a resource"]
pub struct GuardMiddleware {
    guard: Guard,
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
