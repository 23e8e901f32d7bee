//! Asking for a confirmation link.

use bytes::Bytes;
use minijinja::context;
use security_core::Error;
use security_core::message::MessageKey;
use serde_json::Map;

use super::submission::{self, Submission};
use super::{Halt, add_errors, is_submitted, unauthenticated_csrf};
use crate::context::RequestContext;
use crate::flash::flash;
use crate::form::Field;
use crate::negotiate::Style;
use crate::respond::{self, Response};
use crate::route::Endpoint;
use crate::template::{page, template_value};

pub(super) async fn serve(request: &RequestContext, body: &Bytes) -> Result<Response, Halt> {
    match (is_submitted(request), request.style()) {
        (true, _) => post(request, body).await,
        (false, Style::Json) => Ok(respond::ok(request, Map::new()).await?),
        (false, Style::Html) => {
            let email = request.query("email").unwrap_or_default();
            Ok(show(request, Submission::none(), email).await?)
        }
    }
}

async fn post(request: &RequestContext, body: &Bytes) -> Result<Response, Halt> {
    unauthenticated_csrf(request).await?;
    let mut form = Submission::read(request, body).await?;
    let email = form.required(request, "email", MessageKey::EmailNotProvided);
    let sent = match (email, form.errors.is_empty()) {
        (Some(email), true) => request.security().send_confirmation(&email).await,
        _ => Err(Error::Invalid(Vec::new())),
    };
    match sent {
        Ok(()) => {}
        Err(Error::Invalid(found)) => {
            add_errors(request, &mut form.errors, &found);
            if request.style() == Style::Json {
                return Ok(respond::json_form_errors(request, &form.errors));
            }
        }
        Err(error) => return Err(error.into()),
    }
    if request.style() == Style::Json {
        return Ok(respond::ok(request, Map::new()).await?);
    }
    let email = form.shown("email");
    if form.errors.is_empty() {
        flash(request, MessageKey::ConfirmationRequest, &[("email", &email)]).await?;
    }
    Ok(show(request, form, email).await?)
}

async fn show(request: &RequestContext, form: Submission, email: String) -> Result<Response, Error> {
    let path = request.views().path(Endpoint::SendConfirmation).unwrap_or("/confirm");
    let field = Field::email("email", "Email address").required().autocomplete("email").value(email);
    let shown = submission::form(request, path).await?.field(field).with_errors(&form.errors);
    let own = context! { send_confirmation_form => template_value(&shown) };
    let template = &request.security().config().templates.send_confirmation_template;
    page(request, "send_confirmation", template, own).await
}
