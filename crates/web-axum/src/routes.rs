//! The routes of the product.

use axum::Router;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request};
use axum::response::Response;
use axum::routing::any;
use security_views::{Endpoint, Views};

use crate::{body, extract};

/// The pages and endpoints that the configuration asks for, to be merged into the application's router. They need the
/// [`SecurityLayer`](crate::SecurityLayer) around it.
///
/// To mount them below a prefix, set `SECURITY_URL_PREFIX` rather than nest the router: links and redirects have to know
/// it too.
pub fn views<S>(views: impl Into<Views>) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let views = views.into();
    views.routes().iter().fold(Router::new(), |router, route| {
        let endpoint = route.endpoint();
        let serve = move |parameters: Parameters, request: Request| serve(endpoint, parameters, request);
        router.route(route.path(), any(serve))
    })
}

/// What stands in the path, if it is text.
type Parameters = Result<RawPathParams, RawPathParamsRejection>;

async fn serve(endpoint: Endpoint, parameters: Parameters, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let context = match extract::context(&parts.extensions) {
        Ok(context) => context,
        Err(response) => return response,
    };
    // What is no text is no good link either, and the view says so.
    let parameter = parameters.as_ref().ok().and_then(|parameters| parameters.iter().next());
    let parameter = parameter.map(|(_, value)| value);
    let response = match context.read_body(body.into_data_stream()).await {
        Ok(body) => context.views().serve(&context, endpoint, parameter, body).await,
        Err(response) => response,
    };
    body::write(response)
}
