//! Bodies, in and out.

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::web::{self, Bytes};
use actix_web::{FromRequest as _, HttpMessage, HttpRequest, HttpResponse};
use futures_util::stream;
use security_views::RequestContext;

use crate::convert;

/// Reads a body as far as the configuration allows, or answers why not.
pub(crate) async fn read(
    context: &RequestContext,
    request: &HttpRequest,
    payload: &mut Payload,
) -> Result<Bytes, HttpResponse> {
    let views = context.views();
    let Ok(payload) = web::Payload::from_request(request, payload).await else {
        return Err(convert::respond(views.body_broken(context)));
    };
    let bytes = payload.to_bytes_limited(views.body_limit());
    let Ok(bytes) = actix_web::rt::time::timeout(views.body_timeout(), bytes).await else {
        return Err(convert::respond(views.body_late(context)));
    };
    match bytes {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(convert::respond(views.body_broken(context))),
        Err(_) => Err(convert::respond(views.body_too_large(context))),
    }
}

/// Shows the body to a check and leaves it to the handler.
pub(crate) async fn show(context: &RequestContext, request: &mut ServiceRequest) -> Result<(), HttpResponse> {
    let mut payload = HttpMessage::take_payload(request);
    let bytes = read(context, request.request(), &mut payload).await?;
    context.set_body(bytes.clone());
    request.set_payload(Payload::Stream { payload: Box::pin(stream::iter([Ok(bytes)])) });
    Ok(())
}
