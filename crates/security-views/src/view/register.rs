//! Opening an account.

use bytes::Bytes;
use minijinja::context;
use security_core::Error;
use security_core::feature::register::{FieldKind, NewAccount, Registered, Registration};
use security_core::message::{MessageKey, PageText};
use security_core::secret::PlainPassword;
use serde_json::{Map, Value};

use super::submission::{self, Submission, refused};
use super::{
    Halt, add_errors, anonymous, is_submitted, open_session, password_help, token_on_request,
    unauthenticated_csrf,
};
use crate::context::RequestContext;
use crate::destination;
use crate::flash::flash;
use crate::form::Field;
use crate::negotiate::Style;
use crate::respond::{self, Response};
use crate::route::Endpoint;
use crate::template::{page, template_value};

pub(super) async fn serve(request: &RequestContext, body: &Bytes) -> Result<Response, Halt> {
    anonymous(request).await?;
    match (is_submitted(request), request.style()) {
        (true, _) => post(request, body).await,
        (false, Style::Json) => Ok(respond::ok(request, Map::new()).await?),
        (false, Style::Html) => Ok(show(request, Submission::none()).await?),
    }
}

async fn post(request: &RequestContext, body: &Bytes) -> Result<Response, Halt> {
    unauthenticated_csrf(request).await?;
    let mut form = Submission::read(request, body).await?;
    form.check_next(request).await?;
    let registration = read(request, &mut form);
    let security = request.security();
    let is_forged = form.errors.has(&security.config().csrf.field_name);
    // A mere slip does not keep the rules from looking at the rest, so that all slips are told at once.
    let registered = match form.errors.is_empty() {
        true => request.mailing().register(registration).await,
        false if is_forged => Err(Error::Invalid(Vec::new())),
        false => security.check_registration(&registration).await.and(Err(Error::Invalid(Vec::new()))),
    };
    match registered {
        Ok(registered) => done(request, form, registered).await,
        Err(Error::Invalid(found)) => {
            let known = form.errors.clone();
            let new: Vec<_> = found.into_iter().filter(|error| !known.has(error.field)).collect();
            add_errors(request, &mut form.errors, &new);
            refused(request, form, |form| show(request, form)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// What the form says. What is missing stays empty, and the rules of core object to it.
fn read(request: &RequestContext, form: &mut Submission) -> Registration {
    let security = request.security();
    let config = security.config();
    let email = form.optional(request, "email").unwrap_or_default();
    let username = match config.identity.username_enable {
        true => form.optional(request, "username"),
        false => None,
    };
    let password = form.optional(request, "password").unwrap_or_default();
    if config.password.confirm_required {
        match form.required(request, "password_confirm", MessageKey::PasswordNotProvided) {
            Some(again) if again != password => {
                form.add(request, "password_confirm", MessageKey::RetypePasswordMismatch);
            }
            _ => {}
        }
    }
    let mut extra = Map::new();
    for field in security.registration_fields() {
        let value = match field.kind() {
            FieldKind::Checkbox => Some(Value::Bool(form.input.is_checked(field.name()))),
            FieldKind::Text => form.optional(request, field.name()).map(Value::String),
        };
        if let Some(value) = value {
            extra.insert(field.name().to_owned(), value);
        }
    }
    Registration { email, username, password: PlainPassword::new(password), extra }
}

async fn done(request: &RequestContext, form: Submission, registered: Registered) -> Result<Response, Halt> {
    let security = request.security();
    let config = security.config();
    let email = registered.email().to_owned();
    let account = match registered {
        Registered::Created(account) => Some(*account),
        Registered::Taken { .. } => None,
    };
    let user = match account {
        Some(NewAccount { user, proven: Some(proven) }) => {
            open_session(request, proven, config.general.default_remember_me).await?;
            Some((user, true))
        }
        Some(NewAccount { user, proven: None }) => Some((user, false)),
        None => None,
    };
    if config.features.confirmable {
        flash(request, MessageKey::ConfirmRegistration, &[("email", &email)]).await?;
    }
    if request.style() == Style::Html {
        return Ok(respond::redirect(&form.next.unwrap_or_else(|| destination::after_register(request))));
    }
    let mut members = Map::new();
    // What only a new account has may not be told when the site does not tell new from taken.
    if let Some((user, is_signed_in)) = user.filter(|_| !config.general.return_generic_responses) {
        let now = security_core::clock::unix_seconds(security.now());
        let token = is_signed_in.then(|| token_on_request(request, &user, now)).flatten();
        members.insert("user".to_owned(), respond::user_member(request, &user, token));
    }
    if !config.features.confirmable || config.confirm.login_without_confirmation {
        members.insert("tf_required".to_owned(), Value::Bool(false));
    }
    Ok(respond::ok(request, members).await?)
}

async fn show(request: &RequestContext, form: Submission) -> Result<Response, Error> {
    let security = request.security();
    let config = security.config();
    let email =
        Field::email("email", request.page_text(PageText::EmailAddress)).required().autocomplete("email");
    let mut shown =
        submission::form(request, Endpoint::Register, &form).await?.field(email.value(form.shown("email")));
    if config.identity.username_enable {
        let field = Field::text("username", request.page_text(PageText::Username))
            .autocomplete("username")
            .value(form.shown("username"));
        shown = shown.field(if config.identity.username_required { field.required() } else { field });
    }
    for field in security.registration_fields() {
        let label = request.wording().translate(field.label(), &[]);
        let own = match field.kind() {
            FieldKind::Checkbox => {
                Field::checkbox(field.name(), label).checked(form.input.is_checked(field.name()))
            }
            FieldKind::Text => Field::text(field.name(), label).value(form.shown(field.name())),
        };
        shown = shown.field(if field.is_required() { own.required() } else { own });
    }
    let help = password_help(request);
    let password = Field::password("password", request.page_text(PageText::Password))
        .required()
        .autocomplete("new-password")
        .help(help);
    shown = shown.field(password);
    if config.password.confirm_required {
        let again =
            Field::password("password_confirm", request.page_text(PageText::PasswordAgain)).required();
        shown = shown.field(again.autocomplete("new-password"));
    }
    let shown = shown.with_errors(&form.errors);
    let own = context! { register_user_form => template_value(&shown) };
    page(request, "register", &config.templates.register_user_template, own).await
}
