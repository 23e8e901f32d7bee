//! Opening a confirmation link. The answer is always a redirect, in whatever style.

use security_core::feature::confirm_email::{Confirmation, ConfirmedAccount};
use security_core::message::MessageKey;

use super::link::{end_foreign_session, identity, interstitial, say};
use super::{Halt, open_session};
use crate::context::RequestContext;
use crate::destination;
use crate::respond::Response;

pub(super) async fn serve(request: &RequestContext, token: &str) -> Result<Response, Halt> {
    let security = request.security();
    if let Some(page) = interstitial(request).await? {
        return Ok(page);
    }
    match security.confirm_email(token).await? {
        Confirmation::Confirmed(account) => confirmed(request, *account).await,
        Confirmation::AlreadyConfirmed => failed(request, MessageKey::AlreadyConfirmed).await,
        Confirmation::Expired => failed(request, MessageKey::ConfirmationExpired).await,
        Confirmation::Invalid => failed(request, MessageKey::InvalidConfirmationToken).await,
    }
}

async fn confirmed(request: &RequestContext, account: ConfirmedAccount) -> Result<Response, Halt> {
    let ConfirmedAccount { user, proven } = account;
    let security = request.security();
    end_foreign_session(request, &user.fs_uniquifier).await?;
    let identity = identity(request, &user);
    let is_signed_in = proven.is_some();
    if let Some(proven) = proven {
        open_session(request, proven, security.config().general.default_remember_me).await?;
    }
    let target = destination::after_confirm(request, is_signed_in);
    answer(request, MessageKey::EmailConfirmed, &target, &identity).await
}

async fn failed(request: &RequestContext, key: MessageKey) -> Result<Response, Halt> {
    answer(request, key, &destination::after_bad_confirmation(request), &[]).await
}

async fn answer(
    request: &RequestContext,
    key: MessageKey,
    target: &str,
    identity: &[(&str, String)],
) -> Result<Response, Halt> {
    let within = request.wording().duration(request.security().config().confirm.within);
    Ok(say(request, key, &[("within", &within)], target, identity).await?)
}
