//! Bodies, in and out.

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use security_views::{RequestContext, respond};

/// Shows the body to a check and leaves it to the handler.
pub(crate) async fn show(context: &RequestContext, request: Request) -> Result<Request, Response> {
    let (parts, body) = request.into_parts();
    let body = context.show_body(body.into_data_stream()).await.map_err(write)?;
    Ok(Request::from_parts(parts, Body::from(body)))
}

/// A response of the views as one of axum.
pub(crate) fn write(response: respond::Response) -> Response {
    response.map(Body::from)
}
