//! The pages of the quickstarts. Each answers JSON to those who ask for it.

use http::{HeaderValue, StatusCode, header};
use security_views::negotiate::Style;
use security_views::{Caller, RequestContext, Response};
use serde_json::json;

/// The templates of these pages, compiled in.
pub(crate) const TEMPLATES: &[(&str, &str)] = &[
    ("quickstart/page.html", include_str!("page.html")),
    ("quickstart/account.html", include_str!("account.html")),
];

/// One page.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    name: &'static str,
    heading: &'static str,
    text: &'static str,
}

impl Page {
    const fn new(name: &'static str, heading: &'static str, text: &'static str) -> Self {
        Self { name, heading, text }
    }
}

/// `/`, for anybody.
pub const HOME: Page = Page::new("home", "Welcome", "Anybody may read this page.");
/// `/members`, for whoever is signed in.
pub const MEMBERS: Page = Page::new("members", "Members", "You are signed in.");
/// `/fresh`, for whoever proved it within the last minute.
pub const FRESH: Page = Page::new("fresh", "Fresh", "You proved within the last minute that it is you.");
/// `/admin`, for administrators.
pub const ADMIN: Page = Page::new("admin", "Administration", "You hold the role admin.");
/// `/write`, for whoever has the permission.
pub const WRITE: Page = Page::new("write", "Write", "One of your roles carries the permission write.");
/// `/token`, for programs with an authentication token.
pub const TOKEN: Page = Page::new("token", "Token", "You sent a good authentication token.");
/// `/basic`, for HTTP Basic.
pub const BASIC: Page = Page::new("basic", "Basic", "You sent good HTTP Basic credentials.");
/// `/account`, with links to everything that can be done with an account.
pub const ACCOUNT: Page =
    Page::new("account", "Account", "Everything that can be done with an account here.");

/// A page in the style of the request.
pub async fn show(context: &RequestContext, page: Page, caller: Option<&Caller>) -> Response {
    if context.style() == Style::Json {
        let user = caller.map(|caller| caller.user().email.as_str());
        let via = caller.map(|caller| caller.mechanism().name());
        let body = json!({ "page": page.name, "user": user, "via": via }).to_string();
        return response(StatusCode::OK, "application/json", body);
    }
    let template = if page.name == ACCOUNT.name { "quickstart/account.html" } else { "quickstart/page.html" };
    let variables = json!({ "heading": page.heading, "text": page.text });
    let (Ok(page) | Err(page)) = context.page(page.name, template, variables).await;
    page
}

/// `/healthz`: 200 when the application can serve requests.
pub async fn health(context: &RequestContext) -> Response {
    match context.security().datastore().ping().await {
        Ok(()) => response(StatusCode::OK, "text/plain", "ok".to_owned()),
        Err(error) => {
            tracing::error!(%error, "the datastore does not answer");
            let text = "the datastore does not answer".to_owned();
            response(StatusCode::SERVICE_UNAVAILABLE, "text/plain", text)
        }
    }
}

fn response(status: StatusCode, content_type: &'static str, body: String) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
