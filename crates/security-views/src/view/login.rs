//! Signing in with a password.

use bytes::Bytes;
use minijinja::context;
use security_core::Error;
use security_core::Refusal;
use security_core::config::IdentityAttribute;
use security_core::datastore::UserKey;
use security_core::feature::sign_in::Proven;
use security_core::message::{MessageKey, PageText};
use security_core::session::CsrfCookieState;
use serde_json::{Map, Value};

use super::mail_request::to_confirmation_view;
use super::submission::{self, Submission, refused};
use super::{Halt, is_submitted, open_session, signed_in_json, unauthenticated_csrf};
use crate::context::RequestContext;
use crate::destination;
use crate::form::Field;
use crate::guard::already_signed_in;
use crate::negotiate::Style;
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
        return refuse(request, form).await;
    };
    let security = request.security();
    match security.sign_in(identity.key.as_ref(), &password).await {
        Ok(proven) => signed_in(request, form, proven).await,
        Err(Error::Refused(refusal)) => {
            if let Some(response) = to_confirmation_view(request, &refusal, &form.shown("email")).await? {
                return Ok(response);
            }
            let field = match refusal {
                Refusal::WrongPassword => "password",
                _ => identity.field,
            };
            form.errors.add(field, refusal.text(request.wording()));
            refuse(request, form).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Shows what is wrong; what it is with identity or password stays untold where the site answers alike to everybody.
async fn refuse(request: &RequestContext, mut form: Submission) -> Result<Response, Halt> {
    if request.security().config().general.return_generic_responses {
        let told = ["email", "username", "password", ""].map(|field| form.errors.remove(field));
        if told.contains(&true) {
            form.add(request, "", MessageKey::GenericAuthnFailed);
        }
    }
    refused(request, form, |form| show(request, form)).await
}

async fn signed_in(request: &RequestContext, form: Submission, proven: Proven) -> Result<Response, Halt> {
    let remember = form.input.is_checked("remember");
    let user = open_session(request, proven, remember).await?;
    match request.style() {
        Style::Json => Ok(signed_in_json(request, &user).await?),
        Style::Html => Ok(respond::redirect(&form.next.unwrap_or_else(|| destination::after_login(request)))),
    }
}

async fn show(request: &RequestContext, form: Submission) -> Result<Response, Error> {
    let config = request.security().config();
    let has_usernames = config.identity.username_enable;
    let remember = match is_submitted(request) {
        true => form.input.is_checked("remember"),
        false => config.general.default_remember_me,
    };
    let email = Field::email("email", request.page_text(PageText::EmailAddress))
        .autocomplete("email")
        .value(form.shown("email"));
    let mut shown = submission::form(request, Endpoint::Login, &form).await?.field(if has_usernames {
        email
    } else {
        email.required()
    });
    if has_usernames {
        let username =
            Field::text("username", request.page_text(PageText::Username)).autocomplete("username");
        shown = shown.field(username.value(form.shown("username")));
    }
    let shown = shown
        .field(
            Field::password("password", request.page_text(PageText::Password))
                .required()
                .autocomplete("current-password"),
        )
        .checkbox("remember", request.page_text(PageText::Remember), remember)
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
    /// The address is tried first, then the username.
    fn read(request: &RequestContext, form: &mut Submission) -> Self {
        let security = request.security();
        let identity = &security.config().identity;
        let mut typed = |field: &str, is_asked_for: bool| match is_asked_for {
            true => form.optional(request, field).filter(|text| !text.trim().is_empty()),
            false => None,
        };
        let has_usernames = identity.username_enable;
        let email = typed("email", !has_usernames || identity.rule(IdentityAttribute::Email).is_some());
        let username = typed("username", has_usernames);
        let identities = security.identities();
        let (field, attribute, normalised) = match (email, username) {
            (Some(email), _) => ("email", IdentityAttribute::Email, identities.normalize_email(&email)),
            (None, Some(username)) => {
                ("username", IdentityAttribute::Username, identities.normalize_username(&username))
            }
            (None, None) => {
                // Where there are two fields, neither is required; and one of the wrong type has its error already.
                if !has_usernames && !form.errors.has("email") {
                    form.add(request, "email", MessageKey::EmailNotProvided);
                }
                return Self { field: "", key: None };
            }
        };
        match normalised {
            Ok(value) => Self { field, key: identities.key(attribute, &value) },
            Err(invalid) => {
                form.errors.add(field, invalid.text(request.wording()));
                Self { field, key: None }
            }
        }
    }
}

/// What users may sign in with, in order.
fn attributes(request: &RequestContext) -> Value {
    request.security().identities().attributes().map(IdentityAttribute::name).collect()
}
