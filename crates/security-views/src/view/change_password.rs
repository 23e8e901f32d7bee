//! Changing one's password.

use bytes::Bytes;
use minijinja::context;
use security_core::Error;
use security_core::feature::change_password::CallerSession;
use security_core::message::{MessageKey, PageText};
use security_core::secret::PlainPassword;
use security_core::session::Mechanism;
use serde_json::{Map, Value};

use super::submission::{self, Submission, refused};
use super::{Halt, add_errors, authenticated, is_submitted, password_help, token_on_request};
use crate::context::{Caller, RequestContext};
use crate::destination;
use crate::flash::flash;
use crate::form::Field;
use crate::guard::{is_fresh, reauthentication};
use crate::negotiate::Style;
use crate::respond::{self, Response};
use crate::route::Endpoint;
use crate::template::{page, template_value};

pub(super) async fn serve(request: &RequestContext, body: &Bytes) -> Result<Response, Halt> {
    let caller = authenticated(request).await?;
    // Without a password there is nothing to prove the change with but the session.
    if caller.user().password.is_none()
        && !is_fresh(request, &caller, &request.security().freshness()).await?
    {
        return Ok(reauthentication(request).await?);
    }
    if is_submitted(request) { post(request, &caller, body).await } else { get(request, &caller).await }
}

async fn get(request: &RequestContext, caller: &Caller) -> Result<Response, Halt> {
    if request.style() == Style::Html {
        return Ok(show(request, caller, Submission::none()).await?);
    }
    let members = Map::from_iter([
        ("user".to_owned(), respond::user_member(request, caller.user(), None)),
        ("active_password".to_owned(), Value::Bool(caller.user().password.is_some())),
    ]);
    Ok(respond::ok(request, members).await?)
}

async fn post(request: &RequestContext, caller: &Caller, body: &Bytes) -> Result<Response, Halt> {
    let mut form = Submission::read(request, body).await?;
    let current = match caller.user().password {
        Some(_) => form.password(request, "password"),
        None => Some(PlainPassword::new("")),
    };
    let new = form.password(request, "new_password");
    let again = form.required(request, "new_password_confirm", MessageKey::PasswordNotProvided);
    if let (Some(new), Some(again)) = (&new, &again)
        && new.expose() != again
    {
        form.add(request, "new_password_confirm", MessageKey::RetypePasswordMismatch);
    }
    let (Some(current), Some(new), true) = (current, new, form.errors.is_empty()) else {
        return refused(request, form, |form| show(request, caller, form)).await;
    };
    let changed = match caller.mechanism() {
        Mechanism::Session => {
            let mut session = request.session().await?;
            let remember = request.has_remember_cookie();
            let own = CallerSession { session: &mut session, client: request.client(), remember };
            request.mailing().change_password(caller.user(), &current, &new, Some(own)).await
        }
        Mechanism::Token | Mechanism::Basic => {
            request.mailing().change_password(caller.user(), &current, &new, None).await
        }
    };
    let user = match changed {
        Ok(user) => user,
        Err(Error::Invalid(found)) => {
            add_errors(request, &mut form.errors, &found);
            return refused(request, form, |form| show(request, caller, form)).await;
        }
        Err(error) => return Err(error.into()),
    };
    request.forget_caller();
    if request.style() == Style::Html {
        flash(request, MessageKey::PasswordChange, &[]).await?;
        return Ok(respond::redirect(&destination::after_change(request)));
    }
    // Whoever sets a first password by a token has proven nothing with it.
    let proven_at = match caller.user().password {
        Some(_) => security_core::clock::unix_seconds(request.security().now()),
        None => caller.proven_at().unwrap_or_default(),
    };
    let token = token_on_request(request, &user, proven_at);
    let members = Map::from_iter([("user".to_owned(), respond::user_member(request, &user, token))]);
    Ok(respond::ok(request, members).await?)
}

async fn show(request: &RequestContext, caller: &Caller, form: Submission) -> Result<Response, Error> {
    let config = request.security().config();
    let has_password = caller.user().password.is_some();
    let mut shown = submission::form(request, Endpoint::ChangePassword, &form).await?;
    if has_password {
        let current = Field::password("password", request.page_text(PageText::CurrentPassword)).required();
        shown = shown.field(current.autocomplete("current-password"));
    }
    let help = password_help(request);
    let new = Field::password("new_password", request.page_text(PageText::NewPassword))
        .required()
        .autocomplete("new-password")
        .help(help);
    let again =
        Field::password("new_password_confirm", request.page_text(PageText::NewPasswordAgain)).required();
    let shown = shown.field(new).field(again.autocomplete("new-password")).with_errors(&form.errors);
    let own = context! {
        change_password_form => template_value(&shown),
        active_password => has_password,
    };
    page(request, "change_password", &config.templates.change_password_template, own).await
}
