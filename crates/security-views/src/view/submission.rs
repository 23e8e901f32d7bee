//! What a request submitted to one of our forms, and the errors found in it so far.

use bytes::Bytes;
use security_core::Error;
use security_core::message::MessageKey;
use security_core::secret::PlainPassword;

use super::Halt;
use crate::context::RequestContext;
use crate::flash::flash;
use crate::form::{Form, FormErrors};
use crate::input::{FieldText, Input, InputError};
use crate::negotiate::Style;
use crate::redirect::with_query;
use crate::respond::{self, Response};
use crate::route::Endpoint;
use crate::template::next_of_query;

/// The values of a form and what is wrong with them.
pub(super) struct Submission {
    pub(super) input: Input,
    pub(super) errors: FormErrors,
    /// Where the visitor wants to go, if that may be followed.
    pub(super) next: Option<String>,
}

impl Submission {
    /// A form that was not submitted.
    pub(super) fn none() -> Self {
        Self { input: Input::default(), errors: FormErrors::new(), next: None }
    }

    /// Reads the body and checks the form's CSRF token.
    pub(super) async fn read(request: &RequestContext, body: &Bytes) -> Result<Self, Halt> {
        let input = read_input(request, body).await?;
        let mut errors = FormErrors::new();
        if let Some(problem) = request.check_form_token(&input).await? {
            errors.add(&request.security().config().csrf.field_name, request.text(problem));
        }
        Ok(Self { input, errors, next: None })
    }

    /// Checks the field `next`, for which the query string stands in when it is empty.
    pub(super) async fn check_next(&mut self, request: &RequestContext) -> Result<(), Error> {
        let target = match self.input.text("next") {
            FieldText::WrongType => {
                self.add(request, "next", MessageKey::ApiError);
                return Ok(());
            }
            FieldText::Text(target) if !target.trim().is_empty() => Some(target.to_owned()),
            FieldText::Text(_) | FieldText::Missing => {
                request.query("next").filter(|next| !next.trim().is_empty())
            }
        };
        let Some(target) = target else { return Ok(()) };
        self.next = request.views().redirects().accept(&target, request.host());
        if self.next.is_none() {
            self.add(request, "next", MessageKey::InvalidRedirect);
            flash(request, MessageKey::InvalidRedirect, &[]).await?;
        }
        Ok(())
    }

    /// A field that must be filled in, or nothing and an error.
    pub(super) fn required(
        &mut self,
        request: &RequestContext,
        name: &str,
        missing: MessageKey,
    ) -> Option<String> {
        match self.optional(request, name) {
            Some(text) if !text.trim().is_empty() => Some(text),
            _ if self.errors.has(name) => None,
            _ => {
                self.add(request, name, missing);
                None
            }
        }
    }

    /// A field that may be empty; an error when it is no text.
    pub(super) fn optional(&mut self, request: &RequestContext, name: &str) -> Option<String> {
        match self.input.text(name) {
            FieldText::Text(text) => Some(text.to_owned()),
            FieldText::Missing => None,
            FieldText::WrongType => {
                self.add(request, name, MessageKey::ApiError);
                None
            }
        }
    }

    /// A password as typed; an error when it is missing.
    pub(super) fn password(&mut self, request: &RequestContext, name: &str) -> Option<PlainPassword> {
        self.required(request, name, MessageKey::PasswordNotProvided).map(PlainPassword::new)
    }

    /// Adds an error to a field, or to the form as a whole if the name is empty.
    pub(super) fn add(&mut self, request: &RequestContext, field: &str, key: MessageKey) {
        self.errors.add(field, request.text(key));
    }

    /// The text of a field as it was submitted, to be shown again.
    pub(super) fn shown(&self, name: &str) -> String {
        self.input.text(name).ok().unwrap_or_default().to_owned()
    }
}

/// Reads the body of a request to one of our views.
pub(super) async fn read_input(request: &RequestContext, body: &Bytes) -> Result<Input, Halt> {
    Input::read(request.headers(), body).await.map_err(|error| {
        let key = match error {
            InputError::TooLarge => MessageKey::BodyTooLarge,
            _ => MessageKey::ApiError,
        };
        Halt::Answer(respond::problem(request, error.status(), key))
    })
}

/// The beginning of a form: where it goes, which carries `next` along, and its CSRF token.
pub(super) async fn form(
    request: &RequestContext,
    endpoint: Endpoint,
    submitted: &Submission,
) -> Result<Form, Error> {
    let action = request.views().url(endpoint).unwrap_or_default();
    form_to(request, action, submitted).await
}

/// The same for an action that is not just a route.
pub(super) async fn form_to(
    request: &RequestContext,
    action: String,
    submitted: &Submission,
) -> Result<Form, Error> {
    let token = request.csrf_token().await?;
    let action = match submitted.next.clone().or_else(|| next_of_query(request)) {
        Some(next) => with_query(&action, &[("next", &next)]),
        None => action,
    };
    let name = &request.security().config().csrf.field_name;
    Ok(Form::post(action).hidden(name, token))
}

/// The answer to a form with errors: in JSON the errors, in HTML the page again.
pub(super) async fn refused<F>(
    request: &RequestContext,
    form: Submission,
    show: impl FnOnce(Submission) -> F,
) -> Result<Response, Halt>
where
    F: Future<Output = Result<Response, Error>>,
{
    match request.style() {
        Style::Json => Ok(respond::json_form_errors(request, &form.errors)),
        Style::Html => Ok(show(form).await?),
    }
}
