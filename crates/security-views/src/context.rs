//! One request, from the moment the layer sees it until its response leaves: session, caller, CSRF state.

mod body;
mod caller;
mod close;

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Method, Uri, header};
use security_core::client::Client;
use security_core::session::Session;
use security_core::{Error, Security};

pub use caller::Caller;

use crate::cookies::RequestCookies;
use crate::csrf::CsrfState;
use crate::language::Choice;
use crate::negotiate::Style;
use crate::proxy::{self, Origin};
use crate::views::Views;

/// What the library knows and decides about one request.
///
/// Made by the layer of an adapter with [`Views::open`], handed to guards, extractors and views, and closed by the
/// layer with [`Views::close`], which writes the cookies. Cheap to clone; clones are the same request.
///
/// Nothing is loaded before somebody asks: a route that does not care who is calling costs no query.
#[derive(Clone)]
pub struct RequestContext {
    request: Arc<Request>,
}

struct Request {
    views: Views,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    client: Client,
    is_https: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    session: Option<Session>,
    /// Found out by session, remember-me cookie or token, without a guard's help. The outer `None`: nobody asked yet.
    implicit: Option<Option<Caller>>,
    /// Proven to a guard. Stands in front of everything else for the rest of the request.
    proven: Option<Caller>,
    csrf: CsrfState,
    body: Option<Bytes>,
    language: Option<Choice>,
}

impl RequestContext {
    pub(crate) fn open(views: &Views, parts: &Parts, peer: Option<IpAddr>) -> Self {
        let agent = parts.headers.get(header::USER_AGENT).map(|agent| agent.as_bytes().to_vec());
        let trusted = &views.security().config().general.trusted_proxies;
        let Origin { address, is_https } = proxy::origin(trusted, peer, &parts.headers);
        let client = Client { address: address.map(|address| address.to_string()), agent };
        let request = Request {
            views: views.clone(),
            method: parts.method.clone(),
            uri: parts.uri.clone(),
            headers: parts.headers.clone(),
            client,
            is_https,
            state: Mutex::default(),
        };
        Self { request: Arc::new(request) }
    }

    /// The views this request belongs to.
    #[must_use]
    pub fn views(&self) -> &Views {
        &self.request.views
    }

    /// The product this request belongs to.
    #[must_use]
    pub fn security(&self) -> &Security {
        self.request.views.security()
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.request.method
    }

    /// The target as it came.
    #[must_use]
    pub fn uri(&self) -> &Uri {
        &self.request.uri
    }

    /// The headers as they came.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.request.headers
    }

    /// Where the request comes from.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.request.client
    }

    /// Whether the visitor's connection is encrypted: the request says so, a trusted proxy does, or the whole site is
    /// served that way (`PREFERRED_URL_SCHEME`).
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.request.is_https
            || self.uri().scheme_str() == Some("https")
            || self.security().config().general.preferred_url_scheme == "https"
    }

    /// Whether to answer in JSON or HTML.
    #[must_use]
    pub fn style(&self) -> Style {
        if self.views().policy().wants_json(self) { Style::Json } else { Style::Html }
    }

    /// The host the visitor called, with its port if it is not the usual one. Anybody can forge it: good for telling a
    /// redirect within this site from one that leaves it, and for nothing else.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        let header = self.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        self.uri().authority().map(http::uri::Authority::as_str).or(header)
    }

    /// The first value of a query parameter.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<String> {
        let query = self.uri().query()?.as_bytes();
        form_urlencoded::parse(query).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// The path for logs: a token in it, as links have one, is left out.
    pub(crate) fn shown_path(&self) -> Cow<'_, str> {
        let path = self.uri().path();
        let routes = self.views().routes().iter().filter(|route| route.parameter().is_some());
        let mut bases = routes.filter_map(|route| route.path().split_once('{')).map(|(base, _)| base);
        match bases.find(|base| path.starts_with(base)) {
            Some(base) => Cow::Owned(format!("{base}…")),
            None => Cow::Borrowed(path),
        }
    }

    /// The path and query, which lead back here.
    #[must_use]
    pub fn path_and_query(&self) -> &str {
        self.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str)
    }

    /// Reads the session of this request.
    ///
    /// # Errors
    ///
    /// When the session store cannot be reached.
    pub async fn read_session<T>(&self, read: impl FnOnce(&Session) -> T) -> Result<T, Error> {
        self.load_session().await?;
        Ok(read(self.state().session.get_or_insert_default()))
    }

    /// Changes the session of this request. It is stored when the request is closed.
    ///
    /// # Errors
    ///
    /// When the session store cannot be reached.
    pub async fn change_session<T>(&self, change: impl FnOnce(&mut Session) -> T) -> Result<T, Error> {
        self.load_session().await?;
        Ok(change(self.state().session.get_or_insert_default()))
    }

    /// The session for a rule that works on it across awaits.
    pub(crate) async fn session(&self) -> Result<HeldSession<'_>, Error> {
        self.load_session().await?;
        let session = self.state().session.take().unwrap_or_default();
        Ok(HeldSession { request: self, session })
    }

    async fn load_session(&self) -> Result<(), Error> {
        if self.state().session.is_some() {
            return Ok(());
        }
        let security = self.security();
        let session = match self.cookies().value(&security.config().session.cookie_name) {
            Some(cookie) => security.sessions().load(&cookie, security.now()).await?,
            None => Session::default(),
        };
        self.state().session.get_or_insert(session);
        Ok(())
    }

    pub(crate) fn cookies(&self) -> RequestCookies<'_> {
        RequestCookies::of(self.headers())
    }

    pub(crate) fn csrf_state(&self) -> CsrfState {
        self.state().csrf
    }

    pub(crate) fn settle_csrf(&self, state: CsrfState) {
        self.state().csrf = state;
    }

    pub(crate) fn language_choice(&self) -> Option<Choice> {
        self.state().language.clone()
    }

    pub(crate) fn choose_language(&self, choice: Choice) {
        self.state().language = Some(choice);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.request.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The session of a request, out of the context as long as a rule works on it, and back there whatever happens.
pub(crate) struct HeldSession<'a> {
    request: &'a RequestContext,
    session: Session,
}

impl Deref for HeldSession<'_> {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}

impl DerefMut for HeldSession<'_> {
    fn deref_mut(&mut self) -> &mut Session {
        &mut self.session
    }
}

impl Drop for HeldSession<'_> {
    fn drop(&mut self) {
        self.request.state().session = Some(std::mem::take(&mut self.session));
    }
}

impl fmt::Debug for RequestContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestContext")
            .field("method", self.method())
            .field("path", &self.shown_path())
            .finish_non_exhaustive()
    }
}
