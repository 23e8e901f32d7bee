//! What the pages have in common on which a visitor asks for a mail with a link.

use bytes::Bytes;
use minijinja::{Value as TemplateValue, context};
use security_core::message::{MessageKey, PageText};
use security_core::{Error, Refusal};
use serde_json::Map;

use super::submission::{self, Submission, refused};
use super::{Halt, add_errors, is_submitted, unauthenticated_csrf};
use crate::context::RequestContext;
use crate::destination;
use crate::flash::flash;
use crate::form::Field;
use crate::negotiate::Style;
use crate::redirect::with_query;
use crate::respond::{self, Response};
use crate::route::Endpoint;
use crate::template::{page, template_value};

/// One of these pages.
pub(super) struct MailRequest<'a> {
    pub(super) endpoint: Endpoint,
    /// The view's name, by which an application may add variables.
    pub(super) name: &'static str,
    pub(super) template: &'a str,
    /// The variable in which the template finds the form.
    pub(super) variable: &'static str,
    /// What is said when the mail is on its way, or would be if there were such an account.
    pub(super) sent: MessageKey,
}

impl MailRequest<'_> {
    /// Shows the page, or does what it asks for. `prefilled` is the address in a fresh form.
    pub(super) async fn serve(
        &self,
        request: &RequestContext,
        body: &Bytes,
        prefilled: String,
        send: impl AsyncFnOnce(&str) -> Result<(), Error>,
    ) -> Result<Response, Halt> {
        match (is_submitted(request), request.style()) {
            (true, _) => self.post(request, body, send).await,
            (false, Style::Json) => Ok(respond::ok(request, Map::new()).await?),
            (false, Style::Html) => Ok(self.show(request, Submission::none(), prefilled).await?),
        }
    }

    async fn post(
        &self,
        request: &RequestContext,
        body: &Bytes,
        send: impl AsyncFnOnce(&str) -> Result<(), Error>,
    ) -> Result<Response, Halt> {
        unauthenticated_csrf(request).await?;
        let mut form = Submission::read(request, body).await?;
        let email = form.required(request, "email", MessageKey::EmailNotProvided);
        if let Some(email) = email.filter(|_| form.errors.is_empty()) {
            match send(&email).await {
                Ok(()) => return self.sent(request, form, &email).await,
                Err(Error::Invalid(found)) => add_errors(request, &mut form.errors, &found),
                Err(Error::Refused(refusal)) => {
                    if let Some(response) = to_confirmation_view(request, &refusal, &email).await? {
                        return Ok(response);
                    }
                    form.errors.add("email", refusal.text(request.wording()));
                }
                Err(error) => return Err(error.into()),
            }
        }
        refused(request, form, |form| {
            let email = form.shown("email");
            self.show(request, form, email)
        })
        .await
    }

    async fn sent(&self, request: &RequestContext, form: Submission, email: &str) -> Result<Response, Halt> {
        if request.style() == Style::Json {
            return Ok(respond::ok(request, Map::new()).await?);
        }
        flash(request, self.sent, &[("email", email)]).await?;
        Ok(self.show(request, form, email.to_owned()).await?)
    }

    async fn show(
        &self,
        request: &RequestContext,
        form: Submission,
        email: String,
    ) -> Result<Response, Error> {
        let field = Field::email("email", request.page_text(PageText::EmailAddress))
            .required()
            .autocomplete("email")
            .value(email);
        let shown =
            submission::form(request, self.endpoint, &form).await?.field(field).with_errors(&form.errors);
        let own = TemplateValue::from_pairs([(self.variable, template_value(&shown))]);
        page(request, self.name, self.template, context! { ..own }).await
    }
}

/// Where a site sends visitors whose address is not confirmed, if it does not answer alike to everybody.
pub(super) async fn to_confirmation_view(
    request: &RequestContext,
    refusal: &Refusal,
    email: &str,
) -> Result<Option<Response>, Error> {
    let config = request.security().config();
    let view = config.redirect.requires_confirmation_error_view.as_deref();
    let is_meant = *refusal == Refusal::Unconfirmed
        && request.style() == Style::Html
        && !config.general.return_generic_responses;
    let Some(view) = destination::configured(request, view).filter(|_| is_meant) else { return Ok(None) };
    flash(request, MessageKey::ConfirmationRequired, &[]).await?;
    let query = Some(("email", email)).filter(|(_, email)| !email.is_empty());
    Ok(Some(respond::redirect(&with_query(&view, query.as_slice()))))
}
