//! The views: one file per page, each named like the feature of core that it shows.

mod change_password;
mod confirm_email;
mod forgot_password;
mod link;
mod login;
mod logout;
mod mail_request;
mod register;
mod reset_password;
mod send_confirmation;
mod send_login;
mod submission;
mod token_login;
mod verify;

use bytes::Bytes;
use http::Method;
use security_core::account::User;
use security_core::feature::sign_in::Proven;
use security_core::message::PageText;
use security_core::{Error, FieldError};
use serde_json::{Map, Value};

use crate::context::{Caller, RequestContext};
use crate::form::FormErrors;
use crate::guard::{Guard, already_signed_in};
use crate::negotiate::Style;
use crate::page::static_file;
use crate::respond::{self, Response};
use crate::route::Endpoint;

/// What ends a view before its last line.
#[derive(Debug)]
pub(crate) enum Halt {
    /// The answer is known.
    Answer(Response),
    /// Something failed that the visitor has no part in.
    Failed(Error),
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<Response> for Halt {
    fn from(response: Response) -> Self {
        Self::Answer(response)
    }
}

/// Runs the view of an endpoint.
pub(crate) async fn serve(
    request: &RequestContext,
    endpoint: Endpoint,
    parameter: Option<&str>,
    body: &Bytes,
) -> Result<Response, Halt> {
    match endpoint {
        Endpoint::Login if request.security().config().features.passwordless => {
            send_login::serve(request, body).await
        }
        Endpoint::Login => login::serve(request, body).await,
        Endpoint::Logout => logout::serve(request, body).await,
        Endpoint::Verify => verify::serve(request, body).await,
        Endpoint::Register => register::serve(request, body).await,
        Endpoint::SendConfirmation => send_confirmation::serve(request, body).await,
        Endpoint::ConfirmEmail => confirm_email::serve(request, parameter.unwrap_or_default()).await,
        Endpoint::TokenLogin => token_login::serve(request, parameter.unwrap_or_default()).await,
        Endpoint::ForgotPassword => forgot_password::serve(request, body).await,
        Endpoint::ResetPassword => reset_password::serve(request, parameter.unwrap_or_default(), body).await,
        Endpoint::ChangePassword => change_password::serve(request, body).await,
        Endpoint::Static => Ok(static_file(parameter.unwrap_or_default(), request.headers())),
    }
}

/// Whether the request submits a form.
fn is_submitted(request: &RequestContext) -> bool {
    request.method() == Method::POST
}

/// The caller of a view that needs one, by the mechanisms of `API_ENABLED_METHODS`.
async fn authenticated(request: &RequestContext) -> Result<Caller, Halt> {
    let methods = request.security().config().general.api_enabled_methods.iter().copied();
    Ok(Guard::auth_required().methods(methods).admit(request).await?)
}

/// Answers signed-in visitors of a sign-in page: a form is refused, a look at the page leads on.
async fn unless_signed_in(request: &RequestContext) -> Result<(), Halt> {
    let is_html = request.style() == Style::Html;
    match request.caller().await? {
        Some(_) if is_html || is_submitted(request) => Err(already_signed_in(request).into()),
        _ => Ok(()),
    }
}

/// Lets on only visitors who are not signed in.
async fn anonymous(request: &RequestContext) -> Result<(), Halt> {
    Ok(Guard::anonymous_user_required().check(request).await?)
}

/// Checks the CSRF token of a view that anybody may call.
async fn unauthenticated_csrf(request: &RequestContext) -> Result<(), Halt> {
    Ok(Guard::unauth_csrf().check(request).await?)
}

/// Puts what a rule of core found wrong next to the fields.
fn add_errors(request: &RequestContext, errors: &mut FormErrors, found: &[FieldError]) {
    let wording = request.wording();
    for error in found {
        errors.add(error.field, error.text(&wording));
    }
}

/// What stands below a field for a new password.
fn password_help(request: &RequestContext) -> String {
    let length = request.security().config().password.length_min.to_string();
    request.wording().page_text(PageText::PasswordHelp, &[("length", &length)])
}

/// An authentication token for a user who was just proven, if this request asks for one and may have it.
fn token_on_request(request: &RequestContext, user: &User, proven_at: f64) -> Option<String> {
    let security = request.security();
    let is_wanted = request.query("include_auth_token").is_some()
        || security.config().general.backwards_compat_auth_token;
    (is_wanted && is_submitted(request)).then(|| security.issue_token(user, proven_at))
}

/// Signs in whoever was proven, on this request's session.
async fn open_session(request: &RequestContext, proven: Proven, remember: bool) -> Result<User, Error> {
    let mut session = request.session().await?;
    let opened = request.security().open_session(proven, &mut session, request.client(), remember).await;
    drop(session);
    request.forget_caller();
    opened
}

/// The JSON answer to a sign-in: the user, and that no second factor is needed.
async fn signed_in_json(request: &RequestContext, user: &User) -> Result<Response, Error> {
    let proven_at = security_core::clock::unix_seconds(request.security().now());
    let token = token_on_request(request, user, proven_at);
    let members = Map::from_iter([
        ("user".to_owned(), respond::user_member(request, user, token)),
        ("tf_required".to_owned(), Value::Bool(false)),
    ]);
    respond::ok(request, members).await
}
