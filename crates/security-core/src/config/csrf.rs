//! Protection against forged requests.

use std::time::Duration;

use super::cookie::{AttributeTable, CookieAttributes};
use super::section::section;
use crate::session::Mechanism;

section! {
    /// Protection against cross-site request forgery.
    ///
    /// Forms always check their own token. The application layer checks every request that changes something;
    /// it is part of the product and on as soon as an option of it is set.
    pub struct CsrfConfig "Cross-site request forgery" {
        /// Master switch.
        enabled: bool, "WTF_CSRF_ENABLED" = true;
        /// Check before every view. False leaves the check to the guards, which know how a caller identified
        /// itself.
        check_default: bool, "WTF_CSRF_CHECK_DEFAULT" = true;
        /// Methods that are checked.
        methods: Vec<String>, "WTF_CSRF_METHODS" = ["POST", "PUT", "PATCH", "DELETE"];
        /// Name of the form field, and of the secret in the session.
        field_name: String, "WTF_CSRF_FIELD_NAME" = "csrf_token";
        /// Headers that may hold the token. `SECURITY_CSRF_HEADER` is appended.
        headers: Vec<String>, "WTF_CSRF_HEADERS" = ["X-CSRFToken", "X-CSRF-Token"];
        /// Greatest age of a token; none means as long as the session.
        time_limit: Option<Duration>, "WTF_CSRF_TIME_LIMIT" = 3600;
        /// Over HTTPS, insist on a `Referer` of the same origin.
        ssl_strict: bool, "WTF_CSRF_SSL_STRICT" = true;
        /// Ways of identification whose requests are checked; none of them means no check in guards.
        protect_mechanisms: Vec<Mechanism>, "SECURITY_CSRF_PROTECT_MECHANISMS"
            = ["basic", "session", "token"];
        /// Leave out endpoints for anonymous callers while the caller is one. Gives up protection against
        /// forged sign-ins.
        ignore_unauth_endpoints: bool, "SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS" = false;
        /// Name of a cookie that scripts can read the token from; none means no cookie.
        cookie_name: Option<String>, "SECURITY_CSRF_COOKIE_NAME" = null;
        /// Attributes of that cookie. A `key` in the table names it, as in old releases of the reference.
        cookie: CookieAttributes as AttributeTable, "SECURITY_CSRF_COOKIE"
            = {"samesite": "Strict", "httponly": false, "secure": true};
        /// One more header that may hold the token.
        header: String, "SECURITY_CSRF_HEADER" = "X-XSRF-Token";
        /// Send the cookie with every response.
        cookie_refresh_each_request: bool, "SECURITY_CSRF_COOKIE_REFRESH_EACH_REQUEST" = false;
    }
    plus {
        /// Whether every request that changes something is checked, not just our own forms. True when
        /// `WTF_CSRF_CHECK_DEFAULT` or an option that begins with `SECURITY_CSRF_` is set.
        application_layer: bool = false;
    }
}

impl CsrfConfig {
    /// Whether the mechanisms are those of the default, in whatever order.
    pub(super) fn protects_every_mechanism(&self) -> bool {
        Mechanism::ALL.iter().all(|mechanism| self.protect_mechanisms.contains(mechanism))
    }
}
