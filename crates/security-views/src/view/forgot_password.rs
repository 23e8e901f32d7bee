//! Asking for a link to set a new password with.

use bytes::Bytes;
use security_core::message::MessageKey;

use super::Halt;
use super::mail_request::MailRequest;
use crate::context::RequestContext;
use crate::respond::Response;
use crate::route::Endpoint;

/// Open to signed-in users as well: one who has to prove to be who they are may have forgotten how.
pub(super) async fn serve(request: &RequestContext, body: &Bytes) -> Result<Response, Halt> {
    let security = request.security();
    let page = MailRequest {
        endpoint: Endpoint::ForgotPassword,
        name: "forgot_password",
        template: &security.config().templates.forgot_password_template,
        variable: "forgot_password_form",
        sent: MessageKey::PasswordResetRequest,
    };
    let caller = request.caller().await?;
    let email = caller.map(|caller| caller.user().email.clone()).unwrap_or_default();
    page.serve(request, body, email, async |email: &str| {
        request.mailing().send_reset_instructions(email).await
    })
    .await
}
