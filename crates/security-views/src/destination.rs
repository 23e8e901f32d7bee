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

/// After confirming an address.
pub(crate) fn after_confirm(request: &RequestContext) -> String {
    let config = request.security().config();
    configured(request, config.redirect.post_confirm_view.as_deref()).unwrap_or_else(|| {
        match config.confirm.auto_login {
            true => after_login(request),
            false => page(request, Endpoint::Login),
        }
    })
}

/// When a confirmation link does not work.
pub(crate) fn after_bad_confirmation(request: &RequestContext) -> String {
    let view = &request.security().config().redirect.confirm_error_view;
    configured(request, view.as_deref()).unwrap_or_else(|| page(request, Endpoint::SendConfirmation))
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

fn page(request: &RequestContext, endpoint: Endpoint) -> String {
    request.views().path(endpoint).map_or_else(|| root(request), str::to_owned)
}

fn root(request: &RequestContext) -> String {
    request.security().config().general.application_root.clone()
}
