//! Responses: the JSON envelope, pages, redirects and errors, each made in one place.

use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use minijinja::context;
use security_core::Error;
use security_core::account::User;
use security_core::datastore::DatastoreError;
use security_core::message::{MessageKey, PageText};
use serde_json::{Map, Value};

use crate::context::RequestContext;
use crate::form::FormErrors;
use crate::negotiate::Style;
use crate::route::Route;
use crate::template::page_context;

/// A finished response.
pub type Response = http::Response<Bytes>;

/// A response of a type with a body. All headers of ours are ASCII that was checked before.
fn response(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// The JSON envelope around these members.
pub(crate) fn json(request: &RequestContext, status: StatusCode, members: Map<String, Value>) -> Response {
    // Nothing else in an answer to a program is for people.
    let has_text = members.contains_key("errors");
    let body = request.views().policy().render_json(request, status, members);
    let mut response = response(status, "application/json", body.to_string());
    if has_text {
        request.say_language(response.headers_mut());
    }
    response
}

/// A JSON success of a form: the members, and a CSRF token for the next one.
pub(crate) async fn ok(request: &RequestContext, mut members: Map<String, Value>) -> Result<Response, Error> {
    members.insert("csrf_token".to_owned(), Value::String(request.csrf_token().await?));
    Ok(json(request, StatusCode::OK, members))
}

/// What a fully signed-in user is told about the account, with an authentication token if one was asked for.
pub(crate) fn user_member(request: &RequestContext, user: &User, token: Option<String>) -> Value {
    let mut payload = request.views().policy().user_payload(user);
    if let Some(token) = token {
        payload.insert("authentication_token".to_owned(), Value::String(token));
    }
    Value::Object(payload)
}

/// A JSON error that belongs to no form.
pub(crate) fn json_error(request: &RequestContext, status: StatusCode, text: String) -> Response {
    json(request, status, Map::from_iter([("errors".to_owned(), Value::from(vec![text]))]))
}

/// The JSON answer to a form with errors.
pub(crate) fn json_form_errors(request: &RequestContext, errors: &FormErrors) -> Response {
    json(request, StatusCode::BAD_REQUEST, errors.to_json())
}

/// A redirect with status 302.
pub(crate) fn redirect(location: &str) -> Response {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::FOUND;
    // What we redirect to was checked and encoded; the root is where a configured view that is no header leads.
    let location = HeaderValue::from_str(location).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(header::LOCATION, location);
    response
}

/// A page from its template.
pub(crate) fn html(request: &RequestContext, status: StatusCode, page: String) -> Response {
    let mut response = response(status, "text/html; charset=utf-8", page);
    let headers = response.headers_mut();
    let policy = &request.security().config().general.content_security_policy;
    if let Some(policy) = policy.as_deref().and_then(|policy| HeaderValue::from_str(policy).ok()) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    request.say_language(headers);
    response
}

/// A short page without a template, for when there may be nothing to render one with.
pub(crate) fn bare(request: &RequestContext, status: StatusCode, text: &str) -> Response {
    let mut response = response(status, "text/plain; charset=utf-8", text.to_owned());
    request.say_language(response.headers_mut());
    response
}

/// The answer to a method a route does not know.
pub(crate) fn method_not_allowed(request: &RequestContext, route: &Route) -> Response {
    let status = StatusCode::METHOD_NOT_ALLOWED;
    let mut response = match request.style() {
        Style::Json => problem(request, status, MessageKey::MethodNotAllowed),
        Style::Html => bare(request, status, &request.text(MessageKey::MethodNotAllowed)),
    };
    let mut methods: Vec<&str> = route.methods().iter().map(http::Method::as_str).collect();
    if methods.contains(&"GET") && !route.endpoint().spends_link() {
        methods.push("HEAD");
    }
    if let Ok(methods) = HeaderValue::from_str(&methods.join(", ")) {
        response.headers_mut().insert(header::ALLOW, methods);
    }
    response
}

/// An error in the style of the request: the envelope, or the error page.
pub(crate) fn problem(request: &RequestContext, status: StatusCode, key: MessageKey) -> Response {
    let text = request.text(key);
    problem_with(request, status, text)
}

/// The same with a text.
pub(crate) fn problem_with(request: &RequestContext, status: StatusCode, text: String) -> Response {
    if request.style() == Style::Json {
        return json_error(request, status, text);
    }
    let wording = request.wording();
    let reason = status.canonical_reason().map(|reason| wording.translate(reason, &[]));
    let title = reason.unwrap_or_else(|| wording.page_text(PageText::Error, &[]));
    let own = context! { status => status.as_u16(), title, text => text.as_str() };
    match request.views().pages().render("security/error.html", page_context(request, own)) {
        Ok(page) => html(request, status, page),
        Err(error) => {
            tracing::error!(%error, "the error page could not be rendered");
            bare(request, status, &text)
        }
    }
}

/// The answer when something failed that the visitor has no part in. It is logged here, and only here.
pub(crate) fn failure(request: &RequestContext, error: &Error) -> Response {
    let retry_after = error.retry_after();
    let (status, text) = match (error, retry_after) {
        (Error::Throttled { .. }, _) => (StatusCode::TOO_MANY_REQUESTS, MessageKey::TooManyRequests),
        (_, Some(_)) => (StatusCode::SERVICE_UNAVAILABLE, MessageKey::ServiceUnavailable),
        (_, None) => (StatusCode::INTERNAL_SERVER_ERROR, MessageKey::InternalError),
    };
    match error {
        Error::Datastore(DatastoreError::Unavailable(source)) => {
            tracing::error!(%source, path = %request.shown_path(), "the datastore is unavailable");
        }
        Error::Datastore(DatastoreError::Backend(source)) => {
            tracing::error!(%source, path = %request.shown_path(), "the datastore failed");
        }
        Error::Throttled { .. } => {}
        Error::Hashing(_) if retry_after.is_some() => {
            tracing::warn!(%error, path = %request.shown_path(), "a request was turned away");
        }
        error => tracing::error!(%error, path = %request.shown_path(), "a request failed"),
    }
    let mut response = problem(request, status, text);
    if let Some(retry_after) = retry_after {
        let seconds = HeaderValue::from(retry_after.as_secs().max(1));
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}
