//! Bodies, in and out.

use axum::body::{Body, Bytes};
use axum::response::Response;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use security_views::{RequestContext, respond};

/// Reads a body as far as the configuration allows, or answers why not.
pub(crate) async fn read(request: &RequestContext, body: Body) -> Result<Bytes, Response> {
    let limited = Limited::new(body, request.views().body_limit());
    let Ok(collected) = tokio::time::timeout(request.views().body_timeout(), limited.collect()).await else {
        return Err(write(request.views().body_late(request)));
    };
    match collected {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(write(request.views().body_too_large(request))),
        Err(_) => Err(write(request.views().body_broken(request))),
    }
}

/// A response of the views as one of axum.
pub(crate) fn write(response: respond::Response) -> Response {
    response.map(Body::from)
}
