//! Signing in with a password.

use bytes::Bytes;
use minijinja::context;
use security_core::Error;
use security_core::Refusal;
use security_core::config::IdentityAttribute;
use security_core::datastore::UserKey;
use security_core::feature::sign_in::Proven;
use security_core::message::MessageKey;
use security_core::session::CsrfCookieState;
use serde_json::{Map, Value};

use super::submission::{self, Submission};
use super::{Halt, is_submitted, signed_in_json, unauthenticated_csrf};
use crate::context::RequestContext;
use crate::destination;
use crate::flash::flash;
use crate::form::Field;
use crate::guard::already_signed_in;
use crate::negotiate::Style;
use crate::redirect::with_query;
use crate::respond::{self, Response};
use crate::route::Endpoint;
use crate::template::{page, template_value};

pub(super) async fn serve(request: &RequestContext, body: &Bytes) -> Result<Response, Halt> {
    if is_submitted(request) { post(request, body).await } else { get(request).await }
}

async fn get(request: &RequestContext) -> Result<Response, Halt> {
    let security = request.security();
    if security.config().csrf.cookie_name.is_some() {
        request.change_session(|session| session.set_csrf_cookie(CsrfCookieState::Set)).await?;
    }
    let caller = request.caller().await?;
    match (request.style(), caller) {
        (Style::Html, Some(_)) => Ok(already_signed_in(request)),
        (Style::Html, None) => Ok(show(request, Submission::none()).await?),
        (Style::Json, caller) => {
            let mut members = Map::from_iter([("identity_attributes".to_owned(), attributes(request))]);
            if let Some(caller) = caller {
                members.insert("user".to_owned(), respond::user_member(request, caller.user(), None));
            }
            Ok(respond::ok(request, members).await?)
        }
    }
}

async fn post(request: &RequestContext, body: &Bytes) -> Result<Response, Halt> {
    unauthenticated_csrf(request).await?;
    if request.caller().await?.is_some() {
        return Ok(already_signed_in(request));
    }
    let mut form = Submission::read(request, body).await?;
    form.check_next(request).await?;
    let password = form.password(request, "password");
    let identity = Identity::read(request, &mut form);
    let (Some(password), true) = (password, form.errors.is_empty()) else {
        return Ok(refused(request, form).await?);
    };
    let security = request.security();
    match security.sign_in(identity.key.as_ref(), &password).await {
        Ok(proven) => signed_in(request, form, proven).await,
        Err(Error::Refused(refusal)) => {
            if let Some(response) = to_confirmation_view(request, &refusal, &form).await? {
                return Ok(response);
            }
            let is_generic = security.config().general.return_generic_responses;
            match refusal {
                _ if is_generic => form.add(request, "", MessageKey::GenericAuthnFailed),
                Refusal::WrongPassword => form.add(request, "password", MessageKey::InvalidPassword),
                other => form.errors.add(identity.field, other.text(security.messages())),
            }
            Ok(refused(request, form).await?)
        }
        Err(error) => Err(error.into()),
    }
}

async fn signed_in(request: &RequestContext, form: Submission, proven: Proven) -> Result<Response, Halt> {
    let mut session = request.take_session().await?;
    let remember = form.input.is_checked("remember");
    let opened = request.security().open_session(proven, &mut session, request.client(), remember).await;
    request.put_session(session);
    let user = opened?;
    request.forget_caller();
    match request.style() {
        Style::Json => Ok(signed_in_json(request, &user).await?),
        Style::Html => Ok(respond::redirect(&form.next.unwrap_or_else(|| destination::after_login(request)))),
    }
}

async fn refused(request: &RequestContext, form: Submission) -> Result<Response, Error> {
    match request.style() {
        Style::Json => Ok(respond::json_form_errors(request, &form.errors)),
        Style::Html => show(request, form).await,
    }
}

async fn show(request: &RequestContext, form: Submission) -> Result<Response, Error> {
    let config = request.security().config();
    let path = request.views().path(Endpoint::Login).unwrap_or("/login");
    let has_usernames = config.identity.username_enable;
    let remember = match is_submitted(request) {
        true => form.input.is_checked("remember"),
        false => config.general.default_remember_me,
    };
    let email = Field::email("email", "Email address").autocomplete("email").value(form.shown("email"));
    let mut shown =
        submission::form(request, path).await?.field(if has_usernames { email } else { email.required() });
    if has_usernames {
        let username = Field::text("username", "Username").autocomplete("username");
        shown = shown.field(username.value(form.shown("username")));
    }
    let shown = shown
        .field(Field::password("password", "Password").required().autocomplete("current-password"))
        .checkbox("remember", "Keep me signed in on this device", remember)
        .with_errors(&form.errors);
    let own = context! {
        login_user_form => template_value(&shown),
        identity_attributes => template_value(&attributes(request)),
    };
    page(request, "login", &config.templates.login_user_template, own).await
}

/// Whose account is meant, and the field that says so.
struct Identity {
    field: &'static str,
    key: Option<UserKey>,
}

impl Identity {
    /// The address is tried first, then the username. An identity that cannot be read is nobody's; whether that is said
    /// depends on the configuration.
    fn read(request: &RequestContext, form: &mut Submission) -> Self {
        let security = request.security();
        let config = security.config();
        let is_generic = config.general.return_generic_responses;
        let email = form.optional(request, "email").filter(|text| !text.trim().is_empty());
        let username = match config.identity.username_enable {
            true => form.optional(request, "username").filter(|text| !text.trim().is_empty()),
            false => None,
        };
        let identities = security.identities();
        let (field, attribute, normalised) = match (email, username) {
            (Some(email), _) => ("email", IdentityAttribute::Email, identities.normalize_email(&email)),
            (None, Some(username)) => {
                ("username", IdentityAttribute::Username, identities.validate_username(&username))
            }
            (None, None) => {
                // A field of the wrong type has its error already.
                if !config.identity.username_enable && form.errors.is_empty() {
                    match is_generic {
                        true => form.add(request, "", MessageKey::GenericAuthnFailed),
                        false => form.add(request, "email", MessageKey::EmailNotProvided),
                    }
                }
                return Self { field: "", key: None };
            }
        };
        match normalised {
            Ok(value) => Self { field, key: identities.key(attribute, &value) },
            Err(_) if is_generic => Self { field, key: None },
            Err(invalid) => {
                form.errors.add(field, invalid.text(security.messages()));
                Self { field, key: None }
            }
        }
    }
}

/// Where a site sends visitors whose address is not confirmed, if it does not answer alike to everybody.
async fn to_confirmation_view(
    request: &RequestContext,
    refusal: &Refusal,
    form: &Submission,
) -> Result<Option<Response>, Error> {
    let config = request.security().config();
    let view = config.redirect.requires_confirmation_error_view.as_deref();
    let (Refusal::Unconfirmed, Style::Html, false, Some(view)) =
        (refusal, request.style(), config.general.return_generic_responses, view)
    else {
        return Ok(None);
    };
    flash(request, MessageKey::ConfirmationRequired, &[]).await?;
    let view = request.views().view_location(view);
    Ok(Some(respond::redirect(&with_query(&view, &[("email", &form.shown("email"))]))))
}

/// What users may sign in with, in order.
fn attributes(request: &RequestContext) -> Value {
    request.security().identities().attributes().map(IdentityAttribute::name).collect()
}
