//! The views of a product: which there are, where they are, and how a request is served.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode, header};
use security_core::Security;
use security_core::message::MessageKey;
use security_core::template::Templates;

use crate::context::RequestContext;
use crate::page::{PAGE_TEMPLATES, stylesheet_url};
use crate::policy::{ResponsePolicy, StandardPolicy};
use crate::redirect::RedirectRules;
use crate::respond::{self, Response};
use crate::route::{Endpoint, Route, routes};
use crate::template::knowing_addresses;
use crate::view;

/// The pages and endpoints of a product, ready to be served by any web framework.
///
/// Cheap to clone; clones are the same views. An adapter registers [`routes`](Self::routes), opens a
/// [`RequestContext`] for every request with [`open`](Self::open) and serves a route with [`serve`](Self::serve).
#[derive(Clone)]
pub struct Views {
    parts: Arc<ViewParts>,
}

#[derive(Clone)]
struct ViewParts {
    security: Security,
    policy: Arc<dyn ResponsePolicy>,
    pages: Templates,
    redirects: RedirectRules,
    routes: Vec<Route>,
    stylesheet_url: String,
}

impl Views {
    /// The views of a product, answering as the library does.
    #[must_use]
    pub fn new(security: &Security) -> Self {
        let folder = security.template_folder().map(std::path::Path::to_owned);
        let config = security.config();
        let routes = routes(config);
        let pages = Templates::new(PAGE_TEMPLATES, folder).translating(security.messages());
        let parts = ViewParts {
            security: security.clone(),
            policy: Arc::new(StandardPolicy),
            pages: knowing_addresses(pages, &routes, &config.general.application_root),
            redirects: RedirectRules::new(config),
            routes,
            stylesheet_url: stylesheet_url(&format!(
                "{}{}",
                config.general.application_root.trim_end_matches('/'),
                security.route_path(&config.general.static_folder_url)
            )),
        };
        Self { parts: Arc::new(parts) }
    }

    /// The same views, answering by a policy of the application.
    #[must_use]
    pub fn with_policy(self, policy: impl ResponsePolicy + 'static) -> Self {
        let mut parts = (*self.parts).clone();
        parts.policy = Arc::new(policy);
        Self { parts: Arc::new(parts) }
    }

    /// The same views, with templates of the application compiled in. One of the same name as a built-in one replaces
    /// it; a file in the application's template folder replaces both.
    #[must_use]
    pub fn with_templates(self, templates: &'static [(&'static str, &'static str)]) -> Self {
        let mut parts = (*self.parts).clone();
        parts.pages = parts.pages.and(templates);
        Self { parts: Arc::new(parts) }
    }

    /// The product.
    #[must_use]
    pub fn security(&self) -> &Security {
        &self.parts.security
    }

    /// How decisions become responses.
    #[must_use]
    pub fn policy(&self) -> &dyn ResponsePolicy {
        &*self.parts.policy
    }

    /// The routes to register. Which there are depends on the configuration.
    #[must_use]
    pub fn routes(&self) -> &[Route] {
        &self.parts.routes
    }

    /// The path of an endpoint, if the configuration has it.
    #[must_use]
    pub fn path(&self, endpoint: Endpoint) -> Option<&str> {
        self.parts.routes.iter().find(|route| route.endpoint() == endpoint).map(Route::path)
    }

    /// The address of an endpoint as visitors see it: its path below `APPLICATION_ROOT`.
    pub(crate) fn url(&self, endpoint: Endpoint) -> Option<String> {
        self.path(endpoint).map(|path| self.below_root(path))
    }

    /// A path of the application as visitors see it.
    pub(crate) fn below_root(&self, path: &str) -> String {
        format!("{}{path}", self.security().config().general.application_root.trim_end_matches('/'))
    }

    /// Begins a request. `peer` is the address of the other end of the socket; what proxies say is read from the headers,
    /// as far as `TRUSTED_PROXIES` allows.
    #[must_use]
    pub fn open(&self, request: &Parts, peer: Option<IpAddr>) -> RequestContext {
        RequestContext::open(self, request, peer)
    }

    /// Whether [`admit`](Self::admit) looks for a token in the body of this request, which then has to be shown first, see
    /// [`RequestContext::show_body`].
    #[must_use]
    pub fn admit_reads_body(&self, request: &RequestContext) -> bool {
        request.early_check_reads_body()
    }

    /// The check before every view of the application. An answer is the refusal to send.
    ///
    /// # Errors
    ///
    /// The response to send instead.
    pub async fn admit(&self, request: &RequestContext) -> Result<(), Response> {
        match request.check_early().await {
            Ok(None) => Ok(()),
            // The reference answers with a bare page here, whatever the request asked for.
            Ok(Some(problem)) => {
                let answer = respond::bare(request, StatusCode::BAD_REQUEST, &request.text(problem));
                Err(self.unserved(request, answer))
            }
            Err(error) => Err(respond::failure(request, &error)),
        }
    }

    /// Serves one of our routes. `parameter` is the last segment of its path, where it has one.
    ///
    /// The answer to `HEAD` has the body of the answer to `GET`; what sends it to the client drops the body.
    pub async fn serve(
        &self,
        request: &RequestContext,
        endpoint: Endpoint,
        parameter: Option<&str>,
        body: Bytes,
    ) -> Response {
        // Whoever asks for the headers alone wants to look, not to use a link up.
        let looks = request.method() == Method::HEAD && !endpoint.spends_link();
        let method = if looks { &Method::GET } else { request.method() };
        let route = self.parts.routes.iter().find(|route| route.endpoint() == endpoint);
        let mut response = match route {
            None => respond::problem(request, StatusCode::NOT_FOUND, MessageKey::NotFound),
            Some(route) if !route.methods().contains(method) => respond::method_not_allowed(request, route),
            Some(_) => self.answer(request, endpoint, parameter, body).await,
        };
        if endpoint != Endpoint::Static {
            self.set_cache_control(&mut response);
        }
        response
    }

    async fn answer(
        &self,
        request: &RequestContext,
        endpoint: Endpoint,
        parameter: Option<&str>,
        body: Bytes,
    ) -> Response {
        request.set_body(body.clone());
        match view::serve(request, endpoint, parameter, &body).await {
            Ok(response) | Err(view::Halt::Answer(response)) => response,
            Err(view::Halt::Failed(error)) => respond::failure(request, &error),
        }
    }

    /// Ends a request: writes its cookies into the headers of its response.
    ///
    /// # Errors
    ///
    /// The response to send instead, when they cannot be stored.
    pub async fn close(
        &self,
        request: &RequestContext,
        response: &mut http::HeaderMap,
    ) -> Result<(), Response> {
        request.close(response).await.map_err(|error| {
            let mut answer = respond::failure(request, &error);
            request.vary_by_language(answer.headers_mut());
            answer
        })
    }

    /// The answer to a request that did not get as far as its view, which may be one of ours.
    pub(crate) fn unserved(&self, request: &RequestContext, mut response: Response) -> Response {
        let path = request.uri().path();
        let ours = self.parts.routes.iter().filter(|route| route.endpoint() != Endpoint::Static);
        if ours.into_iter().any(|route| route.leads_to(path)) {
            self.set_cache_control(&mut response);
        }
        response
    }

    fn set_cache_control(&self, response: &mut Response) {
        if let Some(directives) = &self.security().config().general.cache_control
            && let Ok(directives) = HeaderValue::from_str(directives)
        {
            response.headers_mut().insert(header::CACHE_CONTROL, directives);
        }
    }

    /// Signing out checks for itself, if it checks at all.
    pub(crate) fn is_exempt_from_early_check(&self, path: &str) -> bool {
        self.path(Endpoint::Logout) == Some(path)
    }

    pub(crate) fn pages(&self) -> &Templates {
        &self.parts.pages
    }

    pub(crate) fn redirects(&self) -> &RedirectRules {
        &self.parts.redirects
    }

    pub(crate) fn stylesheet_url(&self) -> &str {
        &self.parts.stylesheet_url
    }

    /// The location of a view named in the configuration.
    pub(crate) fn view_location(&self, view: &str) -> String {
        let blueprint = &self.security().config().general.blueprint_name;
        self.parts.redirects.view(view, &|name| {
            let name = name
                .strip_prefix('.')
                .or_else(|| name.strip_prefix(blueprint.as_str())?.strip_prefix('.'))?;
            let endpoint = Endpoint::from_name(name)?;
            self.url(endpoint)
        })
    }
}

impl From<Security> for Views {
    fn from(security: Security) -> Self {
        Self::new(&security)
    }
}

impl From<&Security> for Views {
    fn from(security: &Security) -> Self {
        Self::new(security)
    }
}

impl From<&Views> for Views {
    fn from(views: &Views) -> Self {
        views.clone()
    }
}

impl fmt::Debug for Views {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Views")
            .field("policy", &self.parts.policy)
            .field("routes", &self.parts.routes)
            .finish_non_exhaustive()
    }
}
