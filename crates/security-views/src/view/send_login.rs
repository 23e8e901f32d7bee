//! Asking for a link to sign in with, in the place of the sign-in page.

use bytes::Bytes;
use security_core::message::MessageKey;

use super::mail_request::MailRequest;
use super::{Halt, unless_signed_in};
use crate::context::RequestContext;
use crate::respond::Response;
use crate::route::Endpoint;

pub(super) async fn serve(request: &RequestContext, body: &Bytes) -> Result<Response, Halt> {
    unless_signed_in(request).await?;
    let security = request.security();
    let page = MailRequest {
        endpoint: Endpoint::Login,
        name: "send_login",
        template: &security.config().templates.send_login_template,
        variable: "send_login_form",
        sent: MessageKey::LoginEmailSent,
    };
    page.serve(request, body, String::new(), async |email: &str| {
        request.mailing().send_sign_in_link(email).await
    })
    .await
}
