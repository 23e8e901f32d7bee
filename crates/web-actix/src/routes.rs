//! The routes of the product.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use security_views::{Endpoint, Views};

use crate::{convert, extract};

/// Registers the pages and endpoints that the configuration asks for, for `App::configure`. They need the
/// [`SecurityMiddleware`](crate::SecurityMiddleware) around the application.
///
/// To mount them below a prefix, set `SECURITY_URL_PREFIX` rather than configure a scope: links and redirects have to know
/// it too.
pub fn views(views: impl Into<Views>) -> impl FnOnce(&mut ServiceConfig) {
    let views = views.into();
    move |config| {
        for route in views.routes() {
            let (endpoint, parameter) = (route.endpoint(), route.parameter());
            let serve = move |request: HttpRequest, payload: web::Payload| {
                serve(endpoint, parameter, request, payload)
            };
            config.route(route.path(), web::route().to(serve));
        }
    }
}

async fn serve(
    endpoint: Endpoint,
    parameter: Option<&'static str>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let context = match extract::context(&request) {
        Ok(context) => context,
        Err(response) => return response,
    };
    let parameter = parameter.and_then(|name| request.match_info().get(name));
    convert::respond(match context.read_body(payload).await {
        Ok(body) => context.views().serve(&context, endpoint, parameter, body).await,
        Err(response) => response,
    })
}
