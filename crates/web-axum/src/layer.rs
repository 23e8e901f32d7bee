//! The layer around the whole application: it begins and ends every request.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::{IntoResponse, Response};
use security_views::{RequestContext, Views};
use tower_layer::Layer;
use tower_service::Service;

use crate::body;

/// Gives every request its context, checks the CSRF token where the configuration asks for a check before every view,
/// and writes the cookies of the response.
///
/// Put it around the whole router, after the routes.
#[derive(Debug, Clone)]
pub struct SecurityLayer {
    views: Views,
}

impl SecurityLayer {
    /// The layer of a product, or of its views when they answer by a policy of the application.
    #[must_use]
    pub fn new(views: impl Into<Views>) -> Self {
        Self { views: views.into() }
    }
}

impl<S> Layer<S> for SecurityLayer {
    type Service = SecurityService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        SecurityService { views: self.views.clone(), inner }
    }
}

/// What [`SecurityLayer`] makes of a service.
#[derive(Debug, Clone)]
pub struct SecurityService<S> {
    views: Views,
    inner: S,
}

impl<S> Service<Request> for SecurityService<S>
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
        let ready = std::mem::replace(&mut self.inner, waiting);
        Box::pin(serve(self.views.clone(), ready, request))
    }
}

async fn serve<S>(views: Views, mut inner: S, request: Request) -> Result<Response, Infallible>
where
    S: Service<Request, Error = Infallible>,
    S::Response: IntoResponse,
{
    let (mut parts, body) = request.into_parts();
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let context = views.open(&parts, peer);
    let response = match admit(&context, body).await {
        Ok(body) => {
            parts.extensions.insert(context.clone());
            inner.call(Request::from_parts(parts, body)).await?.into_response()
        }
        Err(response) => response,
    };
    let (mut parts, body) = response.into_parts();
    match views.close(&context, &mut parts.headers).await {
        Ok(()) => Ok(Response::from_parts(parts, body)),
        Err(response) => Ok(body::write(response)),
    }
}

/// The check before every view. Answers the body for the handler.
async fn admit(context: &RequestContext, mut body: Body) -> Result<Body, Response> {
    if context.views().admit_reads_body(context) {
        let bytes = body::read(context, body).await?;
        context.set_body(bytes.clone());
        body = Body::from(bytes);
    }
    context.views().admit(context).await.map_err(body::write)?;
    Ok(body)
}
