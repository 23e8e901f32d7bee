//! Where a visitor goes next.

use crate::context::RequestContext;
use crate::input::Input;
use crate::route::Endpoint;

/// After signing in, without regard to `next`.
pub(crate) fn after_login(request: &RequestContext) -> String {
    let view = &request.security().config().redirect.post_login_view;
    configured(request, view.as_deref()).unwrap_or_else(|| root(request))
}

/// After signing out.
pub(crate) fn after_logout(request: &RequestContext, input: &Input) -> String {
    let view = &request.security().config().redirect.post_logout_view;
    wished(request, input).or_else(|| configured(request, view.as_deref())).unwrap_or_else(|| root(request))
}

/// After registering.
pub(crate) fn after_register(request: &RequestContext) -> String {
    let view = &request.security().config().redirect.post_register_view;
    configured(request, view.as_deref()).unwrap_or_else(|| root(request))
}

/// After proving one's identity again.
pub(crate) fn after_verify(request: &RequestContext) -> String {
    let view = &request.security().config().redirect.post_verify_view;
    configured(request, view.as_deref()).unwrap_or_else(|| root(request))
}

/// After changing the password.
pub(crate) fn after_change(request: &RequestContext) -> String {
    let view = &request.security().config().redirect.post_change_view;
    configured(request, view.as_deref()).unwrap_or_else(|| after_login(request))
}

/// After confirming an address, and perhaps signing in by that.
pub(crate) fn after_confirm(request: &RequestContext, is_signed_in: bool) -> String {
    let view = &request.security().config().redirect.post_confirm_view;
    configured(request, view.as_deref()).unwrap_or_else(|| in_or_to_the_door(request, is_signed_in))
}

/// When a confirmation link does not work.
pub(crate) fn after_bad_confirmation(request: &RequestContext) -> String {
    let view = &request.security().config().redirect.confirm_error_view;
    configured(request, view.as_deref()).unwrap_or_else(|| page(request, Endpoint::SendConfirmation))
}

/// After setting a new password by a link, and perhaps signing in by that.
pub(crate) fn after_reset(request: &RequestContext, is_signed_in: bool) -> String {
    let view = &request.security().config().redirect.post_reset_view;
    configured(request, view.as_deref()).unwrap_or_else(|| in_or_to_the_door(request, is_signed_in))
}

/// When a link to set a new password does not work, for whoever opens it.
pub(crate) fn after_bad_reset(request: &RequestContext) -> String {
    match request.security().config().redirect.spa {
        true => {
            let view = &request.security().config().redirect.reset_error_view;
            configured(request, view.as_deref()).unwrap_or_else(|| to_ask_for_a_reset(request))
        }
        false => to_ask_for_a_reset(request),
    }
}

/// The page that sends a new link to set a password with.
pub(crate) fn to_ask_for_a_reset(request: &RequestContext) -> String {
    page(request, Endpoint::ForgotPassword)
}

/// When a link to sign in with does not work.
pub(crate) fn after_bad_login(request: &RequestContext) -> String {
    match request.security().config().redirect.spa {
        true => {
            let view = &request.security().config().redirect.login_error_view;
            configured(request, view.as_deref()).unwrap_or_else(|| page(request, Endpoint::Login))
        }
        false => page(request, Endpoint::Login),
    }
}

/// The first of the form's and the query's `next` that may be followed.
pub(crate) fn wished(request: &RequestContext, input: &Input) -> Option<String> {
    let from_form = input.text("next").ok().map(str::to_owned);
    let wishes = from_form.into_iter().chain(request.query("next"));
    let redirects = request.views().redirects();
    wishes.into_iter().find_map(|wish| redirects.accept(&wish, request.host()))
}

/// A configured view, if it is set.
pub(crate) fn configured(request: &RequestContext, view: Option<&str>) -> Option<String> {
    view.filter(|view| !view.is_empty()).map(|view| request.views().view_location(view))
}

fn in_or_to_the_door(request: &RequestContext, is_signed_in: bool) -> String {
    if is_signed_in { after_login(request) } else { page(request, Endpoint::Login) }
}

fn page(request: &RequestContext, endpoint: Endpoint) -> String {
    request.views().url(endpoint).unwrap_or_else(|| root(request))
}

fn root(request: &RequestContext) -> String {
    request.security().config().general.application_root.clone()
}
