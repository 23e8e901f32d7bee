//! Somebody with a browser: sends requests over a real connection and keeps cookies.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, COOKIE, HOST, LOCATION, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// A visitor of one site. A clone is the same person with another browser, as far as it had come.
#[derive(Debug, Clone)]
pub struct Visitor {
    host: String,
    cookies: BTreeMap<String, String>,
    accept: &'static str,
}

impl Visitor {
    /// Somebody who has never been at the site of this address, and wants pages.
    #[must_use]
    pub fn of(url: &str) -> Self {
        let host = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        Self { host, cookies: BTreeMap::new(), accept: "text/html" }
    }

    /// The same visitor, asking for JSON.
    #[must_use]
    pub fn wanting_json(mut self) -> Self {
        self.accept = "application/json";
        self
    }

    /// The same visitor, asking for pages.
    #[must_use]
    pub fn wanting_html(mut self) -> Self {
        self.accept = "text/html";
        self
    }

    /// The value of a cookie of the site.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    /// Puts a cookie in place of whatever the site set.
    pub fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    /// Loses a cookie.
    pub fn forget_cookie(&mut self, name: &str) {
        self.cookies.remove(name);
    }

    /// Fetches a path.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.call("GET", path).send().await
    }

    /// Submits a form.
    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.call("POST", path).body("application/x-www-form-urlencoded", body).send().await
    }

    /// Sends JSON.
    pub async fn post(&mut self, path: &str, json: &Value) -> Answer {
        self.call("POST", path).json(json).send().await
    }

    /// A request to be put together.
    ///
    /// # Panics
    ///
    /// When there can be no such method.
    pub fn call(&mut self, method: &str, path: &str) -> Call<'_> {
        let method = method.parse().expect("a method is a word");
        let mut headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(self.accept))]);
        if !self.cookies.is_empty() {
            let pairs: Vec<String> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            headers.insert(COOKIE, header_value(&pairs.join("; ")));
        }
        headers.insert(HOST, header_value(&self.host));
        // A link may lead back with the address in front.
        let path = path.trim_start_matches("http://").trim_start_matches(self.host.as_str()).to_owned();
        Call { visitor: self, method, path, headers, body: Bytes::new() }
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for header in headers.get_all(SET_COOKIE) {
            let text = header.to_str().expect("our cookies are ASCII");
            let pair = text.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').expect("a cookie has a name and a value");
            if text.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// A request on its way.
#[derive(Debug)]
#[must_use = "a request goes nowhere until it is sent"]
pub struct Call<'v> {
    visitor: &'v mut Visitor,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Call<'_> {
    /// Adds a header, or replaces it.
    ///
    /// # Panics
    ///
    /// When it is none.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a header has a proper name");
        self.headers.insert(name, header_value(value));
        self
    }

    /// Sends this body.
    pub fn body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.headers.insert(CONTENT_TYPE, header_value(content_type));
        self
    }

    /// Sends JSON.
    pub fn json(self, json: &Value) -> Self {
        self.body("application/json", json.to_string())
    }

    /// Sends the request, and keeps the cookies of the answer.
    ///
    /// # Panics
    ///
    /// When the site does not answer.
    pub async fn send(self) -> Answer {
        let stream = TcpStream::connect(&self.visitor.host).await.expect("the site can be reached");
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.expect("the site speaks HTTP");
        tokio::spawn(connection);
        let mut request = Request::new(Full::new(self.body));
        *request.method_mut() = self.method;
        *request.uri_mut() = self.path.parse().expect("a path can be asked for");
        *request.headers_mut() = self.headers;
        let response = sender.send_request(request).await.expect("the site answers");
        let (parts, body) = response.into_parts();
        self.visitor.keep_cookies(&parts.headers);
        let body = body.collect().await.expect("the answer is complete").to_bytes();
        let body = String::from_utf8(body.to_vec()).expect("the answer is text");
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

/// What a site answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Panics
    ///
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| {
            assert_eq!(self.body, "some JSON", "status {}", self.status);
            Value::Null
        })
    }

    /// A header, or an empty text.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Where a redirect leads; an empty text when it is none.
    #[must_use]
    pub fn location(&self) -> &str {
        self.header(LOCATION.as_str())
    }

    /// The CSRF token of the form on a page.
    ///
    /// # Panics
    ///
    /// When there is no form.
    #[must_use]
    pub fn form_token(&self) -> &str {
        let field = self.body.split("name=\"csrf_token\"").nth(1).expect("the page has a form with a token");
        field.split("value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("the token has a value")
    }
}

fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("a header is printable")
}
