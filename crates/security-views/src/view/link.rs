//! What the views that are reached by a mailed link have in common.

use minijinja::context;
use security_core::Error;
use security_core::account::User;
use security_core::message::MessageKey;
use security_core::session::RememberIntent;

use super::is_submitted;
use super::submission::{Submission, form_to};
use crate::context::RequestContext;
use crate::redirect::with_query;
use crate::respond::{self, Response};
use crate::template::{page, template_value};

/// With `LINK_INTERSTITIAL`, the page whose button uses the link up, for a request that has only opened it.
pub(super) async fn interstitial(request: &RequestContext) -> Result<Option<Response>, Error> {
    if is_submitted(request) || !request.security().config().general.link_interstitial {
        return Ok(None);
    }
    let here = request.views().below_root(request.uri().path());
    let form = form_to(request, here, &Submission::none()).await?;
    let own = context! { open_link_form => template_value(&form) };
    page(request, "open_link", "security/open_link.html", own).await.map(Some)
}

/// Redirects and says what happened: in the query string for a single-page application, else on the next page.
///
/// The style of the request makes no difference: whoever opens a link gets a page in the end.
pub(super) async fn say(
    request: &RequestContext,
    key: MessageKey,
    variables: &[(&str, &str)],
    target: &str,
    identity: &[(&str, String)],
) -> Result<Response, Error> {
    let security = request.security();
    let text = request.wording().text(key, variables);
    let category = security.messages().severity(key).name();
    if security.config().redirect.spa {
        let mut query = vec![(category, text.as_str())];
        query.extend(identity.iter().map(|(name, value)| (*name, value.as_str())));
        return Ok(respond::redirect(&with_query(target, &query)));
    }
    if security.config().general.flash_messages {
        request.flash(category, &text).await?;
    }
    Ok(respond::redirect(target))
}

/// Who it is, for the query string of a single-page application.
pub(super) fn identity(request: &RequestContext, user: &User) -> Vec<(&'static str, String)> {
    let name = request.security().identities().display_name(user);
    vec![("identity", name.to_owned()), ("email", user.email.clone())]
}

/// A link says whose browser this is: somebody else's sign-in ends, and so does what could restore it.
pub(super) async fn end_foreign_session(request: &RequestContext, uniquifier: &str) -> Result<(), Error> {
    let security = request.security();
    let remembered = request.cookies().value(&security.config().remember.cookie_name);
    let is_foreign = |other: Option<&str>| other.is_some_and(|other| other != uniquifier);
    let remembered = remembered.and_then(|cookie| security.remember_cookies().decode(&cookie));
    let remembers_another = is_foreign(remembered.as_deref());
    request
        .change_session(|session| {
            if is_foreign(session.user()) {
                security.sign_out(session);
                session.set_remember(RememberIntent::Clear);
            } else if remembers_another {
                session.set_remember(RememberIntent::Clear);
            }
        })
        .await?;
    request.forget_caller();
    Ok(())
}

/// Ends the sign-in of this browser if it is by this identity, which is no longer anybody's.
pub(super) async fn end_session_of(request: &RequestContext, former_uniquifier: &str) -> Result<(), Error> {
    let security = request.security();
    request
        .change_session(|session| {
            if session.user() == Some(former_uniquifier) {
                security.sign_out(session);
                session.set_remember(RememberIntent::Clear);
            }
        })
        .await?;
    request.forget_caller();
    Ok(())
}
