//! Opening a link to sign in with. The answer is a redirect, in whatever style.

use security_core::feature::passwordless::LinkSignIn;
use security_core::message::MessageKey;

use super::link::{identity, interstitial, say};
use super::{Halt, open_session};
use crate::context::RequestContext;
use crate::destination;
use crate::input::Input;
use crate::redirect::with_query;
use crate::respond::{self, Response};

pub(super) async fn serve(request: &RequestContext, token: &str) -> Result<Response, Halt> {
    if request.caller().await?.is_some() {
        return Ok(respond::redirect(&destination::after_login(request)));
    }
    if let Some(page) = interstitial(request).await? {
        return Ok(page);
    }
    let security = request.security();
    let proven = match security.sign_in_by_link(token).await? {
        LinkSignIn::Proven(proven) => *proven,
        LinkSignIn::Expired => return failed(request, MessageKey::LoginExpired).await,
        LinkSignIn::Invalid => return failed(request, MessageKey::InvalidLoginToken).await,
    };
    let user = open_session(request, proven, security.config().general.default_remember_me).await?;
    if security.config().redirect.spa {
        let who = identity(request, &user);
        let query: Vec<_> = who.iter().map(|(name, value)| (*name, value.as_str())).collect();
        return Ok(respond::redirect(&with_query(&destination::after_login(request), &query)));
    }
    let target = destination::wished(request, &Input::default());
    let target = target.unwrap_or_else(|| destination::after_login(request));
    Ok(say(request, MessageKey::PasswordlessLoginSuccessful, &[], &target, &[]).await?)
}

async fn failed(request: &RequestContext, key: MessageKey) -> Result<Response, Halt> {
    let within = request.wording().duration(request.security().config().recover.login_within);
    // Whoever holds a link that does not work is told nothing about whose it was.
    let variables = [("within", within.as_str()), ("email", "")];
    Ok(say(request, key, &variables, &destination::after_bad_login(request), &[]).await?)
}
