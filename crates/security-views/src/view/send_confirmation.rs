//! Asking for a confirmation link.

use bytes::Bytes;
use security_core::message::MessageKey;

use super::Halt;
use super::mail_request::MailRequest;
use crate::context::RequestContext;
use crate::respond::Response;
use crate::route::Endpoint;

pub(super) async fn serve(request: &RequestContext, body: &Bytes) -> Result<Response, Halt> {
    let security = request.security();
    let page = MailRequest {
        endpoint: Endpoint::SendConfirmation,
        name: "send_confirmation",
        template: &security.config().templates.send_confirmation_template,
        variable: "send_confirmation_form",
        sent: MessageKey::ConfirmationRequest,
    };
    let email = request.query("email").unwrap_or_default();
    page.serve(request, body, email, async |email: &str| request.mailing().send_confirmation(email).await)
        .await
}
