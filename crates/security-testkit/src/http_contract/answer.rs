//! What came back, and what a test says about it.

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::header::{CONTENT_TYPE, LOCATION, SET_COOKIE};
use http::{HeaderMap, Response, StatusCode};
use serde_json::Value;

/// A response, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
    arrived: DateTime<Utc>,
}

impl Answer {
    pub(super) fn new(response: Response<Bytes>, arrived: DateTime<Utc>) -> Self {
        let (parts, body) = response.into_parts();
        Self { status: parts.status, headers: parts.headers, body, arrived }
    }

    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Whether the body is JSON by its content type.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.header(CONTENT_TYPE.as_str()) == Some("application/json")
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as text, with the escapes of HTML undone.
    #[must_use]
    pub fn page(&self) -> String {
        const ESCAPES: [(&str, &str); 7] = [
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&quot;", "\""),
            ("&#x27;", "'"),
            ("&#39;", "'"),
            ("&#x2f;", "/"),
            ("&amp;", "&"),
        ];
        ESCAPES.iter().fold(self.text(), |text, (escape, plain)| text.replace(escape, plain))
    }

    /// The body as JSON.
    ///
    /// # Panics
    ///
    /// When it is none.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        assert!(self.is_json(), "JSON is answered, not {:?} {self:?}", self.header("content-type"));
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }

    /// What is in the JSON envelope.
    ///
    /// # Panics
    ///
    /// When there is no envelope, or its code is not the status.
    #[must_use]
    #[track_caller]
    pub fn response(&self) -> Value {
        let mut json = self.json();
        assert_eq!(json["meta"]["code"], self.status.as_u16(), "the envelope repeats the status");
        assert_eq!(json.as_object().map(serde_json::Map::len), Some(2), "meta and response, no more: {json}");
        assert!(json["response"].is_object(), "{json}");
        json["response"].take()
    }

    /// The names of the members of the JSON envelope's `response`, sorted.
    ///
    /// # Panics
    ///
    /// When there is no envelope.
    #[must_use]
    #[track_caller]
    pub fn members(&self) -> Vec<String> {
        let response = self.response();
        let mut names: Vec<String> =
            response.as_object().map(|members| members.keys().cloned().collect()).unwrap_or_default();
        names.sort();
        names
    }

    /// Where the response redirects to.
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        self.header(LOCATION.as_str())
    }

    /// The cookies the response sets or deletes.
    ///
    /// # Panics
    ///
    /// When one cannot be read.
    #[must_use]
    pub fn cookies(&self) -> Vec<SetCookie> {
        let texts = self.headers.get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap_or_default());
        texts.map(|text| SetCookie::parse(text, self.arrived).expect("Set-Cookie can be read")).collect()
    }

    /// The cookie of this name, if the response sets or deletes it.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<SetCookie> {
        self.cookies().into_iter().find(|cookie| cookie.name == name)
    }

    /// Checks the status.
    ///
    /// # Panics
    ///
    /// When it is another.
    #[track_caller]
    pub fn assert_status(&self, status: u16) {
        assert_eq!(self.status.as_u16(), status, "status of {:?} {}", self.headers, self.text());
    }

    /// Checks for a redirect to this location.
    ///
    /// # Panics
    ///
    /// When it leads elsewhere, or is none.
    #[track_caller]
    pub fn assert_redirect(&self, location: &str) {
        self.assert_status(302);
        assert_eq!(self.location(), Some(location));
    }

    /// Checks for a page with this text on it.
    ///
    /// # Panics
    ///
    /// When it is none.
    #[track_caller]
    pub fn assert_page(&self, text: &str) {
        self.assert_status(200);
        assert_eq!(self.header("content-type"), Some("text/html; charset=utf-8"));
        assert!(self.page().contains(text), "{text:?} is on the page: {}", self.text());
    }

    /// Checks for an error at a field, or at the form as a whole if the name is empty: 400 in JSON, the page again in
    /// HTML.
    ///
    /// # Panics
    ///
    /// When there is no such error.
    #[track_caller]
    pub fn assert_field_error(&self, field: &str, text: &str) {
        if !self.is_json() {
            self.assert_page(text);
            return;
        }
        self.assert_status(400);
        let response = self.response();
        let all = strings(&response["errors"]);
        let here = strings(&response["field_errors"][field]);
        assert!(here.iter().any(|error| error == text), "{text:?} at {field:?}: {response}");
        let by_field = response["field_errors"].as_object().expect("field_errors is an object");
        let mut together: Vec<String> = by_field.values().flat_map(strings).collect();
        let mut all_sorted = all;
        together.sort();
        all_sorted.sort();
        assert_eq!(all_sorted, together, "errors are those of all fields");
        assert_eq!(self.members(), ["errors", "field_errors"], "nothing but errors");
    }

    /// Checks for an error that belongs to no form, with this status, in JSON or HTML.
    ///
    /// # Panics
    ///
    /// When there is no such error.
    #[track_caller]
    pub fn assert_error(&self, status: u16, text: &str) {
        self.assert_status(status);
        if self.is_json() {
            assert_eq!(strings(&self.response()["errors"]), [text]);
            assert!(self.response().get("field_errors").is_none(), "no field is at fault");
        } else {
            assert!(self.page().contains(text), "{text:?}: {}", self.text());
        }
    }
}

fn strings(list: &Value) -> Vec<String> {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

/// A `Set-Cookie` header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetCookie {
    /// Name.
    pub name: String,
    /// Value; empty in a deletion.
    pub value: String,
    /// `Path`.
    pub path: String,
    /// `Domain`.
    pub domain: Option<String>,
    /// `Secure`.
    pub secure: bool,
    /// `HttpOnly`.
    pub http_only: bool,
    /// `SameSite`.
    pub same_site: Option<String>,
    /// When it ends; `None` is with the browser.
    pub ends: Option<DateTime<Utc>>,
    arrived: DateTime<Utc>,
}

impl SetCookie {
    pub(super) fn plain(name: &str, value: &str) -> Self {
        Self {
            name: name.to_owned(),
            value: value.to_owned(),
            path: "/".to_owned(),
            domain: None,
            secure: false,
            http_only: false,
            same_site: None,
            ends: None,
            arrived: DateTime::UNIX_EPOCH,
        }
    }

    /// Reads the text of a header that arrived at this time. `None` when it is no cookie.
    pub(super) fn parse(text: &str, arrived: DateTime<Utc>) -> Option<Self> {
        let mut pieces = text.split(';').map(str::trim);
        let (name, value) = pieces.next()?.split_once('=')?;
        let mut cookie = Self { arrived, ..Self::plain(name, value) };
        let mut max_age = None;
        for piece in pieces {
            let (attribute, value) = piece.split_once('=').unwrap_or((piece, ""));
            match attribute.to_ascii_lowercase().as_str() {
                "path" => value.clone_into(&mut cookie.path),
                "domain" => cookie.domain = Some(value.to_owned()),
                "secure" => cookie.secure = true,
                "httponly" => cookie.http_only = true,
                "samesite" => cookie.same_site = Some(value.to_owned()),
                "max-age" => max_age = Some(arrived + TimeDelta::try_seconds(value.parse().ok()?)?),
                "expires" => cookie.ends = Some(DateTime::parse_from_rfc2822(value).ok()?.to_utc()),
                _ => {}
            }
        }
        cookie.ends = max_age.or(cookie.ends);
        Some(cookie)
    }

    /// Whether it deletes what was there.
    #[must_use]
    pub fn is_deletion(&self) -> bool {
        self.is_past(self.arrived)
    }

    /// How long it is kept, in seconds; `None` is with the browser.
    #[must_use]
    pub fn max_age(&self) -> Option<i64> {
        self.ends.map(|ends| (ends - self.arrived).num_seconds())
    }

    /// Whether it has these attributes, as far as they matter for deleting it again.
    #[must_use]
    pub fn has_attributes_of(&self, other: &Self) -> bool {
        self.replaces(other)
            && self.secure == other.secure
            && self.http_only == other.http_only
            && self.same_site == other.same_site
    }

    pub(super) fn is_past(&self, now: DateTime<Utc>) -> bool {
        self.ends.is_some_and(|ends| ends <= now)
    }

    pub(super) fn replaces(&self, other: &Self) -> bool {
        self.name == other.name && self.path == other.path && self.domain == other.domain
    }

    pub(super) fn covers(&self, path: &str) -> bool {
        path.strip_prefix(self.path.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || self.path.ends_with('/'))
    }
}
