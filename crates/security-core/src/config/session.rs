//! The session cookie and the remember-me cookie.

use std::time::Duration;

use super::cookie::{CookieAttributes, CookieDomain, CookiePath, SameSite};
use super::section::section;
use super::value::{Expected, Input, OptionValue, choice};

section! {
    /// The session and its cookie.
    pub struct SessionConfig "Sessions" {
        /// Name of the cookie.
        cookie_name: String, "SESSION_COOKIE_NAME" = "session";
        /// What happens when the client's address or program changes: none; `basic` notes it in the session, where
        /// only the reference's login layer looks; `strong` ends the session.
        protection: SessionProtection, "SESSION_PROTECTION" = "basic";
        /// Life of a session that outlives the browser.
        permanent_lifetime: Duration, "PERMANENT_SESSION_LIFETIME" = "31 days";
        /// Send the cookie of such a session with every response.
        refresh_each_request: bool, "SESSION_REFRESH_EACH_REQUEST" = true;
    }
    /// Attributes of the cookie.
    in cookie: CookieAttributes {
        /// Send the session cookie over HTTPS only. Set this in production.
        secure: bool, "SESSION_COOKIE_SECURE" = false;
        /// Keep the session cookie from scripts.
        http_only: bool, "SESSION_COOKIE_HTTPONLY" = true;
        /// Whether requests from other sites carry the session cookie. The reference leaves the attribute
        /// out.
        same_site: Option<SameSite>, "SESSION_COOKIE_SAMESITE" = "Lax", changed;
        /// Path of the session cookie. Not set, it is `APPLICATION_ROOT`; none means the whole site.
        path: String as CookiePath, "SESSION_COOKIE_PATH" = null;
        /// Domain of the session cookie; none means the host alone.
        domain: Option<String> as CookieDomain, "SESSION_COOKIE_DOMAIN" = null;
        /// Keep the session cookie apart per top-level site.
        partitioned: bool, "SESSION_COOKIE_PARTITIONED" = false;
    }
}

section! {
    /// The cookie that signs a visitor in again.
    pub struct RememberConfig "Remember me" {
        /// Name of the cookie.
        cookie_name: String, "REMEMBER_COOKIE_NAME" = "remember_token";
        /// Life of the cookie.
        duration: Duration, "REMEMBER_COOKIE_DURATION" = "365 days";
        /// Send the cookie with every response.
        refresh_each_request: bool, "REMEMBER_COOKIE_REFRESH_EACH_REQUEST" = false;
    }
    /// Attributes of the cookie.
    in cookie: CookieAttributes {
        /// Send the remember-me cookie over HTTPS only. Set this in production.
        secure: bool, "REMEMBER_COOKIE_SECURE" = false;
        /// Keep the remember-me cookie from scripts.
        http_only: bool, "REMEMBER_COOKIE_HTTPONLY" = true;
        /// Whether requests from other sites carry the remember-me cookie. The reference leaves the attribute
        /// out.
        same_site: Option<SameSite>, "REMEMBER_COOKIE_SAMESITE" = "Lax", changed;
        /// Path of the remember-me cookie.
        path: String as CookiePath, "REMEMBER_COOKIE_PATH" = "/";
        /// Domain of the remember-me cookie; none means the host alone.
        domain: Option<String> as CookieDomain, "REMEMBER_COOKIE_DOMAIN" = null;
    }
}

/// What a change of the client's address or program does to its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionProtection {
    /// Nothing.
    Off,
    /// It is noted in the session. Freshness goes by the time of the last proof, whatever the client.
    Basic,
    /// The session ends.
    Strong,
}

impl OptionValue for SessionProtection {
    fn kind() -> String {
        "`basic`, `strong` or none".to_owned()
    }

    fn read(input: Input<'_>) -> Result<Self, Expected> {
        match input {
            Input::Typed(serde_json::Value::Null | serde_json::Value::Bool(false)) => Ok(Self::Off),
            input => choice(
                input,
                &[
                    ("basic", Self::Basic),
                    ("strong", Self::Strong),
                    ("none", Self::Off),
                    ("null", Self::Off),
                    ("", Self::Off),
                ],
            ),
        }
    }
}
