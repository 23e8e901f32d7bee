//! Opening a link to set a new password with, and setting it.

use bytes::Bytes;
use http::StatusCode;
use minijinja::context;
use security_core::Error;
use security_core::config::RoutesConfig;
use security_core::feature::reset_password::{Reset, ResetDone, ResetLink};
use security_core::message::{MessageKey, PageText};
use serde_json::Map;

use super::link::{end_session_of, say};
use super::submission::{self, Submission, refused};
use super::{
    Halt, add_errors, is_submitted, open_session, password_help, signed_in_json, unauthenticated_csrf,
};
use crate::context::RequestContext;
use crate::destination;
use crate::flash::flash;
use crate::form::Field;
use crate::negotiate::Style;
use crate::redirect::with_query;
use crate::respond::{self, Response};
use crate::template::{page, template_value};

pub(super) async fn serve(request: &RequestContext, token: &str, body: &Bytes) -> Result<Response, Halt> {
    if is_submitted(request) { post(request, token, body).await } else { get(request, token).await }
}

async fn get(request: &RequestContext, token: &str) -> Result<Response, Halt> {
    let config = request.security().config();
    match request.security().read_reset_link(token).await? {
        ResetLink::Valid(_) => {
            let view = destination::configured(request, config.redirect.reset_view.as_deref());
            if let Some(view) = view.filter(|_| config.redirect.spa) {
                return Ok(respond::redirect(&with_query(&view, &[("token", token)])));
            }
            Ok(show(request, token, Submission::none()).await?)
        }
        ResetLink::Expired => bad_link(request, MessageKey::PasswordResetExpired).await,
        ResetLink::Invalid => bad_link(request, MessageKey::InvalidResetPasswordToken).await,
    }
}

async fn post(request: &RequestContext, token: &str, body: &Bytes) -> Result<Response, Halt> {
    unauthenticated_csrf(request).await?;
    let mut form = Submission::read(request, body).await?;
    let new = form.password(request, "password");
    let again = form.required(request, "password_confirm", MessageKey::PasswordNotProvided);
    if let (Some(new), Some(again)) = (&new, &again)
        && new.expose() != again
    {
        form.add(request, "password_confirm", MessageKey::RetypePasswordMismatch);
    }
    let reset = match new {
        Some(new) if form.errors.is_empty() => request.mailing().reset_password(token, &new).await,
        // A link that does not work is told first, whatever else is wrong.
        _ => match request.security().read_reset_link(token).await? {
            ResetLink::Valid(_) => Err(Error::Invalid(Vec::new())),
            ResetLink::Expired => Ok(Reset::Expired),
            ResetLink::Invalid => Ok(Reset::Invalid),
        },
    };
    match reset {
        Ok(Reset::Done(done)) => self::done(request, *done).await,
        Ok(Reset::Expired) => bad_link(request, MessageKey::PasswordResetExpired).await,
        Ok(Reset::Invalid) => bad_link(request, MessageKey::InvalidResetPasswordToken).await,
        Err(Error::Invalid(found)) => {
            add_errors(request, &mut form.errors, &found);
            refused(request, form, |form| show(request, token, form)).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn done(request: &RequestContext, done: ResetDone) -> Result<Response, Halt> {
    let ResetDone { user, former_uniquifier, proven } = done;
    end_session_of(request, &former_uniquifier).await?;
    let is_html = request.style() == Style::Html;
    let Some(proven) = proven else {
        if !is_html {
            return Ok(respond::json(request, StatusCode::OK, Map::new()));
        }
        flash(request, MessageKey::PasswordResetNoLogin, &[]).await?;
        return Ok(respond::redirect(&destination::after_reset(request, false)));
    };
    open_session(request, proven, request.security().config().general.default_remember_me).await?;
    if !is_html {
        return Ok(signed_in_json(request, &user).await?);
    }
    flash(request, MessageKey::PasswordReset, &[]).await?;
    Ok(respond::redirect(&destination::after_reset(request, true)))
}

/// The link does not work. Says so and nothing more: no new mail, and not whose link it was.
async fn bad_link(request: &RequestContext, key: MessageKey) -> Result<Response, Halt> {
    let within = request.wording().duration(request.security().config().recover.within);
    let variables = [("within", within.as_str()), ("email", "")];
    if !is_submitted(request) {
        let target = destination::after_bad_reset(request);
        return Ok(say(request, key, &variables, &target, &[]).await?);
    }
    // A form is answered as a form, also where a single-page application takes over after a link.
    if request.style() == Style::Json {
        let mut form = Submission::none();
        form.errors.add("", request.wording().text(key, &variables));
        return Ok(respond::json_form_errors(request, &form.errors));
    }
    flash(request, key, &variables).await?;
    Ok(respond::redirect(&destination::to_ask_for_a_reset(request)))
}

async fn show(request: &RequestContext, token: &str, form: Submission) -> Result<Response, Error> {
    let config = request.security().config();
    let path = request.security().route_path(&RoutesConfig::child(&config.routes.reset, token));
    let help = password_help(request);
    let new = Field::password("password", request.page_text(PageText::NewPassword))
        .required()
        .autocomplete("new-password")
        .help(help);
    let again = Field::password("password_confirm", request.page_text(PageText::NewPasswordAgain)).required();
    let action = request.views().below_root(&path);
    let shown = submission::form_to(request, action, &form)
        .await?
        .field(new)
        .field(again.autocomplete("new-password"))
        .with_errors(&form.errors);
    let own = context! { reset_password_form => template_value(&shown), reset_password_token => token };
    page(request, "reset_password", &config.templates.reset_password_template, own).await
}
