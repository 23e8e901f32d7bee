//! Proving one's identity again.

use bytes::Bytes;
use minijinja::context;
use security_core::Error;
use security_core::message::{MessageKey, PageText};
use security_core::session::Mechanism;
use serde_json::{Map, Value};

use super::submission::{self, Submission, refused};
use super::{Halt, authenticated, is_submitted, token_on_request};
use crate::context::{Caller, RequestContext};
use crate::destination;
use crate::flash::flash;
use crate::form::Field;
use crate::negotiate::Style;
use crate::respond::{self, Response};
use crate::route::Endpoint;
use crate::template::{page, template_value};

pub(super) async fn serve(request: &RequestContext, body: &Bytes) -> Result<Response, Halt> {
    let caller = authenticated(request).await?;
    if is_submitted(request) { post(request, &caller, body).await } else { get(request, &caller).await }
}

async fn get(request: &RequestContext, caller: &Caller) -> Result<Response, Halt> {
    if request.style() == Style::Html {
        return Ok(show(request, Submission::none()).await?);
    }
    let members = Map::from_iter([
        ("user".to_owned(), respond::user_member(request, caller.user(), None)),
        ("has_webauthn_verify_credential".to_owned(), Value::Bool(false)),
        ("oauth_enabled".to_owned(), Value::Bool(false)),
        ("oauth_providers".to_owned(), Value::Array(Vec::new())),
    ]);
    Ok(respond::ok(request, members).await?)
}

async fn post(request: &RequestContext, caller: &Caller, body: &Bytes) -> Result<Response, Halt> {
    let mut form = Submission::read(request, body).await?;
    form.check_next(request).await?;
    let password = form.password(request, "password");
    let (Some(password), true) = (password, form.errors.is_empty()) else {
        return refused(request, form, |form| show(request, form)).await;
    };
    let user = caller.user().as_ref().clone();
    let verified = match caller.mechanism() {
        Mechanism::Session => {
            let mut session = request.session().await?;
            request.security().verify_again(user, &password, Some(&mut session)).await
        }
        Mechanism::Token | Mechanism::Basic => request.security().verify_again(user, &password, None).await,
    };
    let user = match verified {
        Ok(user) => user,
        Err(Error::Refused(_)) => {
            form.add(request, "password", MessageKey::InvalidPassword);
            return refused(request, form, |form| show(request, form)).await;
        }
        Err(error) => return Err(error.into()),
    };
    if request.style() == Style::Html {
        flash(request, MessageKey::ReauthenticationSuccessful, &[]).await?;
        return Ok(respond::redirect(&form.next.unwrap_or_else(|| destination::after_verify(request))));
    }
    let now = security_core::clock::unix_seconds(request.security().now());
    let token = token_on_request(request, &user, now);
    let members = Map::from_iter([("user".to_owned(), respond::user_member(request, &user, token))]);
    Ok(respond::ok(request, members).await?)
}

async fn show(request: &RequestContext, form: Submission) -> Result<Response, Error> {
    let password = Field::password("password", request.page_text(PageText::Password))
        .required()
        .autocomplete("current-password");
    let shown =
        submission::form(request, Endpoint::Verify, &form).await?.field(password).with_errors(&form.errors);
    let own = context! {
        verify_form => template_value(&shown),
        has_webauthn_verify_credential => false,
    };
    page(request, "verify", &request.security().config().templates.verify_template, own).await
}
