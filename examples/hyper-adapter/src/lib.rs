//! An adapter for hyper without a web framework, as an example of how to write one. `docs/manual/adapters.md` explains it.
//!
//! An adapter opens a context for each request, asks for the body where the views want to see it, serves the views'
//! routes and its own behind their guards, and closes the context. It decides nothing.

#![forbid(unsafe_code)]

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::Body;
use percent_encoding::percent_decode_str;
use security_views::{Endpoint, Guard, RequestContext, Views};

/// What a page of the application does once its guards have let the request pass.
pub type Handler = Arc<dyn Fn(RequestContext, Bytes) -> BoxFuture<'static, Response<Bytes>> + Send + Sync>;

/// An application: the account pages, and pages of its own.
#[derive(Clone)]
pub struct Application {
    views: Views,
    pages: Vec<Page>,
}

#[derive(Clone)]
struct Page {
    path: &'static str,
    guards: Vec<Guard>,
    handler: Handler,
}

impl Application {
    /// An application with the account pages alone.
    #[must_use]
    pub fn new(views: Views) -> Self {
        Self { views, pages: Vec::new() }
    }

    /// Adds a page of its own, for every method, behind these guards in this order.
    #[must_use]
    pub fn page<F>(
        mut self,
        path: &'static str,
        guards: impl IntoIterator<Item = Guard>,
        handler: impl Fn(RequestContext, Bytes) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Response<Bytes>> + Send + 'static,
    {
        let handler: Handler = Arc::new(move |context, body| Box::pin(handler(context, body)));
        self.pages.push(Page { path, guards: guards.into_iter().collect(), handler });
        self
    }

    /// Answers one request.
    pub async fn serve<B>(&self, request: Request<B>, peer: Option<IpAddr>) -> Response<Bytes>
    where
        B: Body,
    {
        let (parts, body) = request.into_parts();
        let context = self.views.open(&parts, peer);
        // A framework would leave the body to the handler. Here every handler takes it whole.
        let mut response = match context.read_body(body.into_data_stream()).await {
            Ok(body) => self.answer(&context, body).await.unwrap_or_else(|refusal| refusal),
            Err(refusal) => refusal,
        };
        match self.views.close(&context, response.headers_mut()).await {
            Ok(()) => response,
            Err(failure) => failure,
        }
    }

    async fn answer(
        &self,
        context: &RequestContext,
        body: Bytes,
    ) -> Result<Response<Bytes>, Response<Bytes>> {
        if self.views.admit_reads_body(context) {
            context.set_body(body.clone());
        }
        self.views.admit(context).await?;
        let path = context.uri().path();
        if let Some((endpoint, parameter)) = self.endpoint(path) {
            return Ok(self.views.serve(context, endpoint, parameter.as_deref(), body).await);
        }
        let Some(page) = self.pages.iter().find(|page| page.path == path) else {
            return Err(not_found());
        };
        for guard in &page.guards {
            if guard.reads_body(context) {
                context.set_body(body.clone());
            }
            guard.check(context).await?;
        }
        Ok((page.handler)(context.clone(), body).await)
    }

    /// The endpoint of ours with this path, and its parameter, decoded.
    fn endpoint(&self, path: &str) -> Option<(Endpoint, Option<String>)> {
        self.views.routes().iter().find_map(|route| match route.path().split_once('{') {
            None => (route.path() == path).then(|| (route.endpoint(), None)),
            Some((before, rest)) => {
                let (_, after) = rest.split_once('}')?;
                let segment = path.strip_prefix(before)?.strip_suffix(after)?;
                let is_segment = !segment.is_empty() && !segment.contains('/');
                // A segment that is no UTF-8 is no token of ours; the view says so.
                let parameter = percent_decode_str(segment).decode_utf8_lossy().into_owned();
                is_segment.then_some((route.endpoint(), Some(parameter)))
            }
        })
    }
}

fn not_found() -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(b"There is nothing here."));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

impl fmt::Debug for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pages: Vec<_> = self.pages.iter().map(|page| page.path).collect();
        f.debug_struct("Application").field("views", &self.views).field("pages", &pages).finish()
    }
}
