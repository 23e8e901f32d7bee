//! Signing out.

use bytes::Bytes;
use http::StatusCode;
use minijinja::context;
use security_core::Error;
use security_core::message::MessageKey;
use security_core::session::RememberIntent;
use serde_json::Map;

use super::submission::{self, Submission, read_input, refused};
use super::{Halt, is_submitted};
use crate::context::RequestContext;
use crate::destination;
use crate::input::Input;
use crate::negotiate::Style;
use crate::respond::{self, Response};
use crate::route::Endpoint;
use crate::template::{page, template_value};

/// Signs out, and answers the same when nobody was signed in.
pub(super) async fn serve(request: &RequestContext, body: &Bytes) -> Result<Response, Halt> {
    let config = request.security().config();
    let input = match read_input(request, body).await {
        Ok(input) => input,
        // Signing out has to work; what else a broken request says does not matter.
        Err(_) if !config.general.logout_csrf => Input::default(),
        Err(halt) => return Err(halt),
    };
    if config.general.logout_csrf
        && let Some(problem) = bad_token(request, &input).await?
    {
        return ask(request, problem).await;
    }
    let has_remember_cookie = request.has_remember_cookie();
    let security = request.security().clone();
    request
        .change_session(|session| {
            if session.user().is_some() || has_remember_cookie {
                security.sign_out(session);
            }
            if has_remember_cookie {
                session.set_remember(RememberIntent::Clear);
            }
        })
        .await?;
    request.forget_caller();
    match request.style() {
        Style::Json if is_submitted(request) => Ok(respond::json(request, StatusCode::OK, Map::new())),
        _ => Ok(respond::redirect(&destination::after_logout(request, &input))),
    }
}

/// Looks for a good token in the form, or wherever the application layer takes one from.
async fn bad_token(request: &RequestContext, input: &Input) -> Result<Option<MessageKey>, Halt> {
    match request.check_form_token(input).await? {
        Some(_) if request.has_layer_token() => Ok(request.check_request().await?),
        other => Ok(other),
    }
}

async fn ask(request: &RequestContext, problem: MessageKey) -> Result<Response, Halt> {
    let config = request.security().config();
    let mut form = Submission::none();
    form.add(request, &config.csrf.field_name, problem);
    refused(request, form, |form| show(request, form)).await
}

async fn show(request: &RequestContext, form: Submission) -> Result<Response, Error> {
    let shown = submission::form(request, Endpoint::Logout, &form).await?.with_errors(&form.errors);
    let own = context! { logout_form => template_value(&shown) };
    page(request, "logout", &request.security().config().templates.logout_user_template, own).await
}
