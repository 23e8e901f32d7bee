//! Bodies of requests.

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::{HttpMessage, HttpResponse};
use futures_util::stream;
use security_views::RequestContext;

use crate::convert;

/// Shows the body to a check and leaves it to the handler.
pub(crate) async fn show(context: &RequestContext, request: &mut ServiceRequest) -> Result<(), HttpResponse> {
    let body = context.show_body(HttpMessage::take_payload(request)).await.map_err(convert::respond)?;
    request.set_payload(Payload::Stream { payload: Box::pin(stream::iter([Ok(body)])) });
    Ok(())
}
