//! Authentication tokens, refresh tokens, and how fresh a proof of identity must be.

use std::time::Duration;

use super::cookie::{AttributeTable, CookieAttributes};
use super::duration::NegativeIsOff;
use super::section::section;

section! {
    /// Authentication tokens.
    pub struct TokenConfig "Authentication tokens" {
        /// Name of the query parameter and of the key in a JSON body that hold a token.
        key: String, "SECURITY_TOKEN_AUTHENTICATION_KEY" = "auth_token";
        /// Header that holds a token.
        header: String, "SECURITY_TOKEN_AUTHENTICATION_HEADER" = "Authentication-Token";
        /// Greatest age, counted from the signature.
        max_age: Duration, "SECURITY_TOKEN_MAX_AGE" = "15 minutes";
        /// Accept a token in the query string, where it ends up in logs and histories. The reference always
        /// does.
        allow_query: bool, "SECURITY_TOKEN_AUTHENTICATION_QUERY" = false, ours;
    }
}

section! {
    /// How recent a proof of identity must be for sensitive actions.
    pub struct FreshnessConfig "Freshness" {
        /// Greatest age of the proof. Negative: never checked, and there is no page to prove it again. Zero
        /// is refused.
        within: Option<Duration> as NegativeIsOff, "SECURITY_FRESHNESS" = "24 hours";
        /// How long a passed check lets further actions pass, in the same session. At most
        /// `SECURITY_FRESHNESS`.
        grace: Duration, "SECURITY_FRESHNESS_GRACE_PERIOD" = "1 hours";
        /// Let the time in an authentication token count.
        allow_auth_token: bool, "SECURITY_FRESHNESS_ALLOW_AUTH_TOKEN" = true;
    }
}

section! {
    /// Refresh tokens.
    pub struct RefreshConfig "Refresh tokens" {
        /// Life of a family of tokens, from its first one on.
        max_age: Duration, "SECURITY_REFRESH_TOKEN_MAX_AGE" = "90 days";
        /// A token unused for longer is not accepted.
        max_idle: Duration, "SECURITY_REFRESH_TOKEN_MAX_IDLE" = "7 days";
        /// Delete a user's expired families when a new one begins.
        cleanup_expired: bool, "SECURITY_REFRESH_TOKEN_CLEANUP_EXPIRED" = true;
        /// Delete a user's revoked families when a new one begins.
        cleanup_revoked: bool, "SECURITY_REFRESH_TOKEN_CLEANUP_REVOKED" = false;
        /// Cookie that carries the token; none puts it in the JSON body.
        cookie_name: Option<String>, "SECURITY_REFRESH_TOKEN_COOKIE_NAME" = "fs_refresh";
        /// Attributes of that cookie.
        cookie: CookieAttributes as AttributeTable, "SECURITY_REFRESH_TOKEN_COOKIE"
            = {"samesite": "Strict", "httponly": true, "secure": true};
    }
}
