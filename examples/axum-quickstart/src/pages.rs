//! The application's own pages. Each answers JSON to those who ask for it.

use axum::Json;
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use security_views::negotiate::Style;
use serde_json::json;
use web_axum::{Caller, Context, CurrentCaller, RequestContext};

/// The templates of these pages, compiled in.
pub(crate) const TEMPLATES: &[(&str, &str)] = &[
    ("quickstart/page.html", include_str!("page.html")),
    ("quickstart/account.html", include_str!("account.html")),
];

pub(crate) async fn home(context: Context, caller: Option<CurrentCaller>) -> Response {
    let text = "Anybody may read this page.";
    show(context.0, "home", "Welcome", text, caller.map(|CurrentCaller(caller)| caller)).await
}

pub(crate) async fn members(context: Context, CurrentCaller(caller): CurrentCaller) -> Response {
    show(context.0, "members", "Members", "You are signed in.", Some(caller)).await
}

pub(crate) async fn fresh(context: Context, CurrentCaller(caller): CurrentCaller) -> Response {
    let text = "You proved within the last minute that it is you.";
    show(context.0, "fresh", "Fresh", text, Some(caller)).await
}

pub(crate) async fn admin(context: Context, CurrentCaller(caller): CurrentCaller) -> Response {
    show(context.0, "admin", "Administration", "You hold the role admin.", Some(caller)).await
}

pub(crate) async fn write(context: Context, CurrentCaller(caller): CurrentCaller) -> Response {
    show(context.0, "write", "Write", "One of your roles carries the permission write.", Some(caller)).await
}

pub(crate) async fn token(context: Context, CurrentCaller(caller): CurrentCaller) -> Response {
    show(context.0, "token", "Token", "You sent a good authentication token.", Some(caller)).await
}

pub(crate) async fn basic(context: Context, CurrentCaller(caller): CurrentCaller) -> Response {
    show(context.0, "basic", "Basic", "You sent good HTTP Basic credentials.", Some(caller)).await
}

pub(crate) async fn account(context: Context, caller: Option<CurrentCaller>) -> Response {
    let text = "Everything that can be done with an account here.";
    show(context.0, "account", "Account", text, caller.map(|CurrentCaller(caller)| caller)).await
}

/// Whether the application can serve requests.
pub(crate) async fn healthz(context: Context) -> Response {
    match context.0.security().datastore().ping().await {
        Ok(()) => (StatusCode::OK, "ok").into_response(),
        Err(error) => {
            tracing::error!(%error, "the datastore does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the datastore does not answer").into_response()
        }
    }
}

/// A page in the style of the request.
async fn show(
    context: RequestContext,
    page: &str,
    title: &str,
    text: &str,
    caller: Option<Caller>,
) -> Response {
    if context.style() == Style::Json {
        let user = caller.as_ref().map(|caller| caller.user().email.as_str());
        let via = caller.as_ref().map(|caller| caller.mechanism().name());
        return Json(json!({ "page": page, "user": user, "via": via })).into_response();
    }
    let template = if page == "account" { "quickstart/account.html" } else { "quickstart/page.html" };
    let variables = json!({ "heading": title, "text": text });
    let (Ok(page) | Err(page)) = context.page(page, template, variables).await;
    page.map(Body::from)
}
