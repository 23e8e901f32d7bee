//! The middleware around the whole application: it begins and ends every request.

use std::future::{Ready, ready};
use std::rc::Rc;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::header;
use actix_web::{Error, HttpMessage as _, HttpResponse};
use futures_util::future::LocalBoxFuture;
use security_views::{RequestContext, Views};

use crate::{body, convert};

/// Gives every request its context, checks the CSRF token where the configuration asks for a check before every view,
/// and writes the cookies of the response.
///
/// Put it around the whole application: the last `wrap` of the `App`.
#[derive(Debug, Clone)]
pub struct SecurityMiddleware {
    views: Views,
}

impl SecurityMiddleware {
    /// The middleware of a product, or of its views. Workers share them, so make them once, before the server.
    #[must_use]
    pub fn new(views: impl Into<Views>) -> Self {
        Self { views: views.into() }
    }
}

impl<S, B> Transform<S, ServiceRequest> for SecurityMiddleware
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = SecurityService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(SecurityService { views: self.views.clone(), inner: Rc::new(inner) }))
    }
}

/// What [`SecurityMiddleware`] makes of a service.
#[derive(Debug)]
pub struct SecurityService<S> {
    views: Views,
    inner: Rc<S>,
}

impl<S, B> Service<ServiceRequest> for SecurityService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Error>>;

    forward_ready!(inner);

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let (views, inner) = (self.views.clone(), Rc::clone(&self.inner));
        Box::pin(async move {
            let peer = request.peer_addr().map(|peer| peer.ip());
            let context = views.open(&convert::parts(request.request()), peer);
            let response = match admit(&context, &mut request).await {
                Err(response) => request.into_response(response).map_into_right_body(),
                Ok(()) => {
                    request.extensions_mut().insert(context.clone());
                    // Errors of handlers and extractors are responses by now. One of other middleware goes on as it is.
                    inner.call(request).await?.map_into_left_body()
                }
            };
            Ok(close(&context, response).await)
        })
    }
}

/// The check before every view.
async fn admit(context: &RequestContext, request: &mut ServiceRequest) -> Result<(), HttpResponse> {
    if context.views().admit_reads_body(context) {
        body::show(context, request).await?;
    }
    context.views().admit(context).await.map_err(convert::respond)
}

/// Writes the cookies of the request into its response, or answers that they could not be stored.
async fn close<B: MessageBody>(
    context: &RequestContext,
    mut response: ServiceResponse<EitherBody<B>>,
) -> ServiceResponse<EitherBody<B>> {
    let mut headers = convert::varies(response.headers());
    match context.views().close(context, &mut headers).await {
        Ok(()) => {
            response.headers_mut().remove(header::VARY);
            convert::append(response.headers_mut(), &headers);
            response
        }
        Err(failure) => response.into_response(convert::respond(failure).map_into_right_body()),
    }
}
