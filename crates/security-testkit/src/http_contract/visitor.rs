//! Somebody who uses the application: a person with a browser, or a program.

use std::future::{Future, IntoFuture};
use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Method, Request};
use security_core::session::Session;
use security_views::negotiate::Style;
use serde_json::{Map, Value, json};

use super::Peer;
use super::answer::Answer;
use super::cookie_jar::CookieJar;
use super::scene::{HOST, PASSWORD, Scene};

/// Somebody who sends requests to a [`Scene`], made by [`Scene::browser`] and its siblings.
///
/// Redirects are not followed: a rule says where they lead. Clones share the cookies.
#[derive(Debug, Clone)]
pub struct Visitor {
    scene: Scene,
    style: Style,
    jar: Arc<Mutex<CookieJar>>,
    keeps_cookies: bool,
    is_https: bool,
    peer: IpAddr,
    headers: Vec<(String, String)>,
}

impl Visitor {
    pub(super) fn new(scene: Scene, style: Style) -> Self {
        Self {
            scene,
            style,
            jar: Arc::default(),
            keeps_cookies: true,
            is_https: true,
            peer: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)),
            headers: vec![("user-agent".to_owned(), "Binnacle/3".to_owned())],
        }
    }

    /// The same visitor, who throws every cookie away.
    #[must_use]
    pub fn without_cookies(mut self) -> Self {
        self.keeps_cookies = false;
        self
    }

    /// The same visitor, over a connection that is not encrypted.
    #[must_use]
    pub fn over_http(mut self) -> Self {
        self.is_https = false;
        self
    }

    /// The same visitor, at another address.
    #[must_use]
    pub fn at(mut self, peer: IpAddr) -> Self {
        self.peer = peer;
        self
    }

    /// The same visitor, who sends this header with every request.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same visitor, who sends HTTP Basic credentials with every request.
    #[must_use]
    pub fn with_basic(self, name: &str, password: &str) -> Self {
        let encoded = STANDARD.encode(format!("{name}:{password}"));
        self.with_header("authorization", &format!("Basic {encoded}"))
    }

    /// The style in which the visitor asks.
    #[must_use]
    pub fn style(&self) -> Style {
        self.style
    }

    /// Whether the visitor asks for JSON.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.style == Style::Json
    }

    /// The visitor's cookies.
    pub fn jar(&self) -> MutexGuard<'_, CookieJar> {
        self.jar.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The value of a cookie.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.jar().value(name).map(str::to_owned)
    }

    /// A visitor in another browser, who has copied these cookies.
    #[must_use]
    pub fn copied(&self) -> Self {
        let jar = self.jar().clone();
        Self { jar: Arc::new(Mutex::new(jar)), ..self.clone() }
    }

    /// The session behind the visitor's session cookie.
    ///
    /// # Panics
    ///
    /// When the session store does not answer.
    pub async fn session(&self) -> Session {
        match self.cookie("session") {
            Some(cookie) => self
                .scene
                .security()
                .sessions()
                .load(&cookie, self.scene.now())
                .await
                .expect("the session store answers"),
            None => Session::default(),
        }
    }

    /// The messages that wait for the visitor's next page.
    pub async fn flashes(&self) -> Vec<String> {
        self.session().await.take_flashes().into_iter().map(|flash| flash.text).collect()
    }

    /// Begins a request for a page.
    pub fn get(&self, path: &str) -> Draft<'_> {
        self.request(Method::GET, path)
    }

    /// Begins a request that sends something.
    pub fn post(&self, path: &str) -> Draft<'_> {
        self.request(Method::POST, path)
    }

    /// Begins a request that sends a form, or the same as JSON, with a good CSRF token wherever one may be looked for.
    pub fn submit(&self, path: &str, fields: Value) -> Draft<'_> {
        Draft { csrf: Csrf::Everywhere, ..self.post(path).fields(fields) }
    }

    /// Begins a request with any method.
    pub fn request(&self, method: Method, path: &str) -> Draft<'_> {
        Draft {
            visitor: self,
            method,
            target: path.to_owned(),
            host: HOST.to_owned(),
            headers: self.headers.clone(),
            fields: Map::new(),
            body: None,
            csrf: Csrf::None,
        }
    }

    /// A CSRF token for the visitor's session, as a client gets one.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub async fn csrf_token(&self) -> String {
        let answer = self.get("/login").header("accept", "application/json").await;
        let token = answer.response()["csrf_token"].as_str().map(str::to_owned);
        token.expect("the sign-in page hands out CSRF tokens")
    }

    /// Signs in to an account with [`PASSWORD`].
    ///
    /// # Panics
    ///
    /// When that fails.
    pub async fn sign_in(&self, email: &str) -> Answer {
        self.sign_in_with(json!({"email": email, "password": PASSWORD})).await
    }

    /// Signs in, with more in the form.
    ///
    /// # Panics
    ///
    /// When that fails.
    pub async fn sign_in_with(&self, fields: Value) -> Answer {
        let answer = self.submit("/login", fields).await;
        answer.assert_status(if self.is_json() { 200 } else { 302 });
        assert!(self.session().await.user().is_some(), "the visitor is signed in: {}", answer.text());
        answer
    }

    /// Signs in to an account and asks for an authentication token on the way.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub async fn token_for(&self, email: &str) -> String {
        let fields = json!({"email": email, "password": PASSWORD});
        let answer = self.submit("/login?include_auth_token", fields).await;
        let token = answer.response()["user"]["authentication_token"].as_str().map(str::to_owned);
        token.expect("a token is handed out on request")
    }

    /// Whom the application takes the visitor for.
    pub async fn who(&self) -> Option<String> {
        let answer = self.get("/who").await;
        answer.assert_status(200);
        answer.json()["user"].as_str().map(str::to_owned)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Csrf {
    None,
    InBody,
    Everywhere,
    InHeader(&'static str),
}

/// A request that is being put together; awaiting it sends it.
#[derive(Debug, Clone)]
#[must_use = "a request is sent when it is awaited"]
pub struct Draft<'v> {
    visitor: &'v Visitor,
    method: Method,
    target: String,
    host: String,
    headers: Vec<(String, String)>,
    fields: Map<String, Value>,
    body: Option<(String, Bytes)>,
    csrf: Csrf,
}

impl Draft<'_> {
    /// Sets a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds another line of a header, which may be there already.
    pub fn another_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds a query parameter.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.target.push(if self.target.contains('?') { '&' } else { '?' });
        let mut pair = form_urlencoded::Serializer::new(String::new());
        pair.append_pair(name, value);
        self.target.push_str(&pair.finish());
        self
    }

    /// Adds a value to the form or the JSON object.
    pub fn field(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(name.to_owned(), value.into());
        self
    }

    /// Adds the members of an object to the form or the JSON object.
    pub fn fields(mut self, fields: Value) -> Self {
        if let Value::Object(fields) = fields {
            self.fields.extend(fields);
        }
        self
    }

    /// Sends this body, whatever the visitor would send otherwise.
    pub fn body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = Some((content_type.to_owned(), body.into()));
        self
    }

    /// Adds a good CSRF token to the form or the JSON object.
    pub fn csrf(mut self) -> Self {
        self.csrf = Csrf::InBody;
        self
    }

    /// Adds a good CSRF token as a header, where the application layer of the protection looks for one.
    pub fn csrf_header(self) -> Self {
        self.csrf_in("x-csrf-token")
    }

    /// Adds a good CSRF token as a header of this name.
    pub fn csrf_in(mut self, header: &'static str) -> Self {
        self.csrf = Csrf::InHeader(header);
        self
    }

    /// Calls the application by another host.
    pub fn host(mut self, host: &str) -> Self {
        host.clone_into(&mut self.host);
        self
    }

    async fn send(mut self) -> Answer {
        let visitor = self.visitor;
        match self.csrf {
            Csrf::None => {}
            Csrf::InBody => self = self.clone().field("csrf_token", visitor.csrf_token().await),
            Csrf::Everywhere => {
                let token = visitor.csrf_token().await;
                self = self.clone().header("x-csrf-token", &token).field("csrf_token", token);
            }
            Csrf::InHeader(name) => self = self.clone().header(name, &visitor.csrf_token().await),
        }
        let request = self.build();
        let answer = Answer::new(visitor.scene.app().send(request).await, visitor.scene.now());
        if visitor.keeps_cookies {
            let mut jar = visitor.jar();
            for cookie in answer.cookies() {
                jar.store(cookie);
            }
        }
        answer
    }

    fn build(&self) -> Request<Bytes> {
        let visitor = self.visitor;
        let accept = if visitor.is_json() { "application/json" } else { "text/html" };
        let (content_type, body) = self.encoded();
        let mut request =
            Request::builder().method(&self.method).uri(&self.target).header("host", &self.host);
        let has = |name: &str| self.headers.iter().any(|(known, _)| known == name);
        if !has("accept") {
            request = request.header("accept", accept);
        }
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        if !body.is_empty() {
            request = request.header("content-length", body.len());
        }
        let path = self.target.split('?').next().unwrap_or_default();
        if !has("cookie")
            && let Some(cookies) = visitor.jar().header(path, visitor.is_https, visitor.scene.now())
        {
            request = request.header("cookie", cookies);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let mut request = request.body(body).expect("the request can be built");
        request.extensions_mut().insert(Peer(visitor.peer));
        request
    }

    fn encoded(&self) -> (Option<String>, Bytes) {
        if let Some((content_type, body)) = &self.body {
            return (Some(content_type.clone()).filter(|text| !text.is_empty()), body.clone());
        }
        let is_read = matches!(self.method, Method::GET | Method::HEAD | Method::OPTIONS);
        if is_read && self.fields.is_empty() {
            return (None, Bytes::new());
        }
        if self.visitor.is_json() {
            let body = Value::Object(self.fields.clone()).to_string();
            return (Some("application/json".to_owned()), body.into());
        }
        let mut form = form_urlencoded::Serializer::new(String::new());
        for (name, value) in &self.fields {
            let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            for value in values.iter().filter(|value| !value.is_null()) {
                form.append_pair(name, &value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            }
        }
        (Some("application/x-www-form-urlencoded".to_owned()), form.finish().into())
    }
}

impl<'v> IntoFuture for Draft<'v> {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + Send + 'v>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
