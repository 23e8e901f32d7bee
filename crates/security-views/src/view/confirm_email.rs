//! Opening a confirmation link. The answer is always a redirect, in whatever style.

use security_core::account::User;
use security_core::config::spell_duration;
use security_core::feature::confirm_email::Confirmation;
use security_core::message::MessageKey;
use security_core::session::RememberIntent;

use super::Halt;
use crate::context::RequestContext;
use crate::destination;
use crate::redirect::with_query;
use crate::respond::{self, Response};

pub(super) async fn serve(request: &RequestContext, token: &str) -> Result<Response, Halt> {
    let security = request.security();
    match security.confirm_email(token).await? {
        Confirmation::Confirmed(user) => confirmed(request, *user).await,
        Confirmation::AlreadyConfirmed => failed(request, MessageKey::AlreadyConfirmed).await,
        Confirmation::Expired => failed(request, MessageKey::ConfirmationExpired).await,
        Confirmation::Invalid => failed(request, MessageKey::InvalidConfirmationToken).await,
    }
}

async fn confirmed(request: &RequestContext, user: User) -> Result<Response, Halt> {
    let security = request.security().clone();
    // Somebody who is only remembered is found out as well.
    request.caller().await?;
    let mut session = request.take_session().await?;
    // The link says whose browser this is; somebody else's session ends.
    let is_somebody_else = session.user().is_some_and(|signed_in| signed_in != user.fs_uniquifier);
    if is_somebody_else {
        security.sign_out(&mut session);
    }
    let identity =
        [("identity", security.identities().display_name(&user).to_owned()), ("email", user.email.clone())];
    let remember = security.config().general.default_remember_me;
    let opened = match security.admit_confirmed(user).await {
        Ok(Some(proven)) => {
            security.open_session(proven, &mut session, request.client(), remember).await.map(drop)
        }
        Ok(None) => Ok(()),
        Err(error) => Err(error),
    };
    // Last, for opening a session says anew who is remembered.
    if is_somebody_else && session.remember().is_none() {
        session.set_remember(RememberIntent::Clear);
    }
    request.put_session(session);
    request.forget_caller();
    opened?;
    let target = destination::after_confirm(request);
    answer(request, MessageKey::EmailConfirmed, &target, &identity).await
}

async fn failed(request: &RequestContext, key: MessageKey) -> Result<Response, Halt> {
    answer(request, key, &destination::after_bad_confirmation(request), &[]).await
}

/// Says what happened: in the query string for a single-page application, else on the next page.
async fn answer(
    request: &RequestContext,
    key: MessageKey,
    target: &str,
    identity: &[(&str, String)],
) -> Result<Response, Halt> {
    let security = request.security();
    let within = spell_duration(security.config().confirm.within);
    let text = security.messages().text(key, &[("within", &within)]);
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
