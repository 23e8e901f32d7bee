//! What is answered to those who may not pass.

use http::{HeaderValue, StatusCode, header};
use security_core::Error;
use security_core::event::Event;
use security_core::message::MessageKey;
use security_core::session::Mechanism;
use serde_json::{Map, Value};

use crate::context::RequestContext;
use crate::flash::flash;
use crate::negotiate::Style;
use crate::redirect::with_query;
use crate::respond::{self, Response};
use crate::route::Endpoint;

/// The caller is not authenticated.
pub(super) async fn unauthenticated(
    request: &RequestContext,
    methods: &[Mechanism],
    realm: &str,
) -> Result<Response, Error> {
    request.security().events().announce(Event::UserUnauthenticated).await;
    if let Some(response) = request.views().policy().unauthenticated(request, methods).await {
        return Ok(response);
    }
    let text = request.text(MessageKey::Unauthenticated);
    // Only then: a browser asks the visitor for a password wherever it sees the header.
    let challenge =
        methods.contains(&Mechanism::Basic).then(|| format!("Basic realm=\"{}\"", quotable(realm)));
    let mut response = match (request.style(), &challenge) {
        (Style::Json, _) => respond::json_error(request, StatusCode::UNAUTHORIZED, text),
        (Style::Html, Some(_)) => respond::bare(request, StatusCode::UNAUTHORIZED, &text),
        (Style::Html, None) => {
            flash(request, MessageKey::Unauthenticated, &[]).await?;
            to_page(request, Endpoint::Login)
        }
    };
    if let Some(challenge) = challenge.and_then(|challenge| HeaderValue::from_str(&challenge).ok()) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    Ok(response)
}

/// The caller has to prove who they are once more.
pub(crate) async fn reauthentication(request: &RequestContext) -> Result<Response, Error> {
    if let Some(response) = request.views().policy().reauthentication(request).await {
        return Ok(response);
    }
    let text = request.text(MessageKey::ReauthenticationRequired);
    let has_page = request.views().path(Endpoint::Verify).is_some();
    match request.style() {
        Style::Html if has_page => {
            flash(request, MessageKey::ReauthenticationRequired, &[]).await?;
            Ok(to_page(request, Endpoint::Verify))
        }
        Style::Html => Ok(respond::problem_with(request, StatusCode::UNAUTHORIZED, text)),
        Style::Json => {
            let members = Map::from_iter([
                ("errors".to_owned(), Value::from(vec![text])),
                ("reauth_required".to_owned(), Value::from(true)),
                ("unified_signin_enabled".to_owned(), Value::from(false)),
                ("has_webauthn_verify_credential".to_owned(), Value::from(false)),
                ("oauth_enabled".to_owned(), Value::from(false)),
                ("oauth_providers".to_owned(), Value::from(Vec::<String>::new())),
            ]);
            Ok(respond::json(request, StatusCode::UNAUTHORIZED, members))
        }
    }
}

/// The caller lacks a role or a permission.
pub(super) async fn unauthorized(
    request: &RequestContext,
    guard: &str,
    needs: &[String],
) -> Result<Response, Error> {
    if let Some(response) = request.views().policy().unauthorized(request, guard, needs).await {
        return Ok(response);
    }
    let view = request.security().config().redirect.unauthorized_view.as_deref();
    match (request.style(), view) {
        (Style::Html, Some(view)) => {
            flash(request, MessageKey::Unauthorized, &[]).await?;
            Ok(respond::redirect(&request.views().view_location(view)))
        }
        _ => Ok(respond::problem(request, StatusCode::FORBIDDEN, MessageKey::Unauthorized)),
    }
}

/// The caller is signed in, and the route is for those who are not. `next` is not followed: it may lead back here.
pub(crate) fn already_signed_in(request: &RequestContext) -> Response {
    match request.style() {
        Style::Json => respond::problem(request, StatusCode::BAD_REQUEST, MessageKey::AnonymousUserRequired),
        Style::Html => respond::redirect(&crate::destination::after_login(request)),
    }
}

/// The request carries no good CSRF token.
pub(crate) fn bad_csrf_token(request: &RequestContext, problem: MessageKey) -> Response {
    respond::problem(request, StatusCode::BAD_REQUEST, problem)
}

/// A realm without what cannot stand between quotation marks in a header.
fn quotable(realm: &str) -> String {
    realm.chars().filter(|c| matches!(c, ' '..='~') && !matches!(c, '"' | '\\')).collect()
}

/// To one of our pages, and from there back to where the visitor wanted to go.
fn to_page(request: &RequestContext, endpoint: Endpoint) -> Response {
    let views = request.views();
    let page = views.url(endpoint).unwrap_or_else(|| views.below_root("/"));
    let here = views.below_root(request.path_and_query());
    respond::redirect(&with_query(&page, &[("next", &here)]))
}
