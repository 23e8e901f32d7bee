//! The URLs of our pages.

use super::section::section;
use super::value::{Codec, Expected, Input, OptionValue};

section! {
    /// The paths of our pages and endpoints, below `SECURITY_URL_PREFIX`.
    ///
    /// Where a path ends in a slash, so do its children.
    pub struct RoutesConfig "Routes" {
        /// Sign in.
        login: String as RoutePath, "SECURITY_LOGIN_URL" = "/login";
        /// Sign out.
        logout: String as RoutePath, "SECURITY_LOGOUT_URL" = "/logout";
        /// Prove one's identity again.
        verify: String as RoutePath, "SECURITY_VERIFY_URL" = "/verify";
        /// Open an account.
        register: String as RoutePath, "SECURITY_REGISTER_URL" = "/register";
        /// Ask for a confirmation link; the link itself is a child.
        confirm: String as RoutePath, "SECURITY_CONFIRM_URL" = "/confirm";
        /// Ask for a reset link; the link itself is a child.
        reset: String as RoutePath, "SECURITY_RESET_URL" = "/reset";
        /// Change the password.
        change: String as RoutePath, "SECURITY_CHANGE_URL" = "/change";
        /// Set up the second factor.
        two_factor_setup: String as RoutePath, "SECURITY_TWO_FACTOR_SETUP_URL" = "/tf-setup";
        /// Enter the code of the second factor.
        two_factor_token_validation: String as RoutePath, "SECURITY_TWO_FACTOR_TOKEN_VALIDATION_URL"
            = "/tf-validate";
        /// Ask for help with the second factor.
        two_factor_rescue: String as RoutePath, "SECURITY_TWO_FACTOR_RESCUE_URL" = "/tf-rescue";
        /// Choose among second factors.
        two_factor_select: String as RoutePath, "SECURITY_TWO_FACTOR_SELECT_URL" = "/tf-select";
        /// Unified sign-in.
        us_signin: String as RoutePath, "SECURITY_US_SIGNIN_URL" = "/us-signin";
        /// Ask for a sign-in code.
        us_signin_send_code: String as RoutePath, "SECURITY_US_SIGNIN_SEND_CODE_URL" = "/us-signin/send-code";
        /// Set up ways to sign in.
        us_setup: String as RoutePath, "SECURITY_US_SETUP_URL" = "/us-setup";
        /// Prove one's identity again with a code.
        us_verify: String as RoutePath, "SECURITY_US_VERIFY_URL" = "/us-verify";
        /// Ask for that code.
        us_verify_send_code: String as RoutePath, "SECURITY_US_VERIFY_SEND_CODE_URL" = "/us-verify/send-code";
        /// Sign in by a mailed link.
        us_verify_link: String as RoutePath, "SECURITY_US_VERIFY_LINK_URL" = "/us-verify-link";
        /// Change the address; the link to confirm it is a child.
        change_email: String as RoutePath, "SECURITY_CHANGE_EMAIL_URL" = "/change-email";
        /// Accepted and never used, as in the reference.
        change_email_confirm: String as RoutePath, "SECURITY_CHANGE_EMAIL_CONFIRM_URL"
            = "/change-email-confirm";
        /// Change the username.
        change_username: String as RoutePath, "SECURITY_CHANGE_USERNAME_URL" = "/change-username";
        /// Ask for a forgotten username.
        username_recovery: String as RoutePath, "SECURITY_USERNAME_RECOVERY_URL" = "/recover-username";
        /// Make and show recovery codes.
        multi_factor_recovery_codes: String as RoutePath, "SECURITY_MULTI_FACTOR_RECOVERY_CODES_URL"
            = "/mf-recovery-codes";
        /// Use a recovery code.
        multi_factor_recovery: String as RoutePath, "SECURITY_MULTI_FACTOR_RECOVERY_URL" = "/mf-recovery";
        /// Add a passkey.
        wan_register: String as RoutePath, "SECURITY_WAN_REGISTER_URL" = "/wan-register";
        /// Sign in by passkey.
        wan_signin: String as RoutePath, "SECURITY_WAN_SIGNIN_URL" = "/wan-signin";
        /// Remove a passkey.
        wan_delete: String as RoutePath, "SECURITY_WAN_DELETE_URL" = "/wan-delete";
        /// Prove one's identity again with a passkey.
        wan_verify: String as RoutePath, "SECURITY_WAN_VERIFY_URL" = "/wan-verify";
        /// Go to another provider to sign in.
        oauth_start: String as RoutePath, "SECURITY_OAUTH_START_URL" = "/login/oauthstart";
        /// Come back from there.
        oauth_response: String as RoutePath, "SECURITY_OAUTH_RESPONSE_URL" = "/login/oauthresponse";
        /// Go to another provider to prove one's identity again.
        oauth_verify_start: String as RoutePath, "SECURITY_OAUTH_VERIFY_START_URL"
            = "/login/oauth-verify-start";
        /// Come back from there.
        oauth_verify_response: String as RoutePath, "SECURITY_OAUTH_VERIFY_RESPONSE_URL"
            = "/login/oauth-verify-response";
        /// Exchange a refresh token.
        refresh_token: String as RoutePath, "SECURITY_REFRESH_TOKEN_URL" = "/refresh-token";
    }
}

impl RoutesConfig {
    /// The path of a child: below `/confirm` it is `/confirm/child`, below `/confirm/` it is `/confirm/child/`.
    #[must_use]
    pub fn child(path: &str, segment: &str) -> String {
        match path.strip_suffix('/') {
            Some(path) => format!("{path}/{segment}/"),
            None => format!("{path}/{segment}"),
        }
    }
}

/// A path, with a slash in front and nothing a router or a browser would read otherwise.
pub(super) struct RoutePath;

impl Codec<String> for RoutePath {
    fn kind() -> String {
        "path".to_owned()
    }

    fn read(_before: Option<&String>, input: Input<'_>) -> Result<String, Expected> {
        let path = String::read(input)?;
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "/-_.~".contains(c);
        if path.starts_with('/') && !path.contains("//") && path.chars().all(is_plain) {
            Ok(path)
        } else {
            Err(Expected::new("a path that starts with `/`, of letters, digits and `-_.~/`"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_a_plain_path() {
        for path in ["/login", "/a/b/", "/"] {
            assert_eq!(RoutePath::read(None, Input::Text(path)).as_deref(), Ok(path));
        }
        for path in ["login", "", "//evil.example", "/a{b}", "/a?b", "/a b", "/a:b", "/a\\b"] {
            assert!(RoutePath::read(None, Input::Text(path)).is_err(), "{path}");
        }
    }
}
