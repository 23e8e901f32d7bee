//! Where visitors are sent next.

use super::section::section;
use super::value::{Codec, Expected, Input, OptionValue};

section! {
    /// Where visitors are sent next.
    ///
    /// A view is the name of an endpoint, where a leading dot means one of ours (`.login`), or a URL.
    pub struct RedirectConfig "Redirects" {
        /// `spa`: links in mails lead to views of a single-page application, with the outcome in the query
        /// string.
        spa: bool as SpaBehavior, "SECURITY_REDIRECT_BEHAVIOR" = null;
        /// Host and port put before URLs we redirect to. For development, where pages come from another
        /// server.
        host: Option<String>, "SECURITY_REDIRECT_HOST" = null;
        /// Allow redirects to `SERVER_NAME` and all its subdomains.
        allow_subdomains: bool, "SECURITY_REDIRECT_ALLOW_SUBDOMAINS" = false;
        /// The domain of `SECURITY_REDIRECT_ALLOWED_SUBDOMAINS`.
        base_domain: Option<String>, "SECURITY_REDIRECT_BASE_DOMAIN" = null;
        /// Subdomains of the base domain that redirects may lead to; `.` means the base domain itself.
        allowed_subdomains: Vec<String>, "SECURITY_REDIRECT_ALLOWED_SUBDOMAINS" = [];
        /// Where to go: after signing in, and where signed-in visitors of sign-in pages are sent. None:
        /// `APPLICATION_ROOT`.
        post_login_view: Option<String>, "SECURITY_POST_LOGIN_VIEW" = null;
        /// Where to go: after signing out. None: `APPLICATION_ROOT`.
        post_logout_view: Option<String>, "SECURITY_POST_LOGOUT_VIEW" = null;
        /// Where to go: after registering. None: `APPLICATION_ROOT`.
        post_register_view: Option<String>, "SECURITY_POST_REGISTER_VIEW" = null;
        /// Where to go: after confirming an address. None: as after signing in, or the sign-in page without
        /// automatic sign-in.
        post_confirm_view: Option<String>, "SECURITY_POST_CONFIRM_VIEW" = null;
        /// Where to go: when a confirmation link does not work. None: the page that sends a new one.
        confirm_error_view: Option<String>, "SECURITY_CONFIRM_ERROR_VIEW" = null;
        /// Where to go: when somebody whose address is not confirmed signs in. None: the form says so.
        requires_confirmation_error_view: Option<String>, "SECURITY_REQUIRES_CONFIRMATION_ERROR_VIEW" = null;
        /// Where to go: after resetting a password. None: as after signing in, or the sign-in page without
        /// automatic sign-in.
        post_reset_view: Option<String>, "SECURITY_POST_RESET_VIEW" = null;
        /// Where to go: single-page applications: when a reset link works.
        reset_view: Option<String>, "SECURITY_RESET_VIEW" = null;
        /// Where to go: single-page applications: when a reset link does not work.
        reset_error_view: Option<String>, "SECURITY_RESET_ERROR_VIEW" = null;
        /// Where to go: after changing the password. None: as after signing in.
        post_change_view: Option<String>, "SECURITY_POST_CHANGE_VIEW" = null;
        /// Where to go: after proving one's identity again. None: `APPLICATION_ROOT`.
        post_verify_view: Option<String>, "SECURITY_POST_VERIFY_VIEW" = null;
        /// Where to go: single-page applications: when a sign-in by link or by another provider fails.
        login_error_view: Option<String>, "SECURITY_LOGIN_ERROR_VIEW" = null;
        /// Where to go: when a role or permission is missing. None: status 403.
        unauthorized_view: Option<String>, "SECURITY_UNAUTHORIZED_VIEW" = null;
        /// Where to go: after setting up a way to sign in.
        us_post_setup_view: Option<String>, "SECURITY_US_POST_SETUP_VIEW" = ".us_setup";
        /// Where to go: after changing or removing the second factor.
        two_factor_post_setup_view: Option<String>, "SECURITY_TWO_FACTOR_POST_SETUP_VIEW" = ".two_factor_setup";
        /// Where to go: when a step of the second factor is called out of turn.
        two_factor_error_view: Option<String>, "SECURITY_TWO_FACTOR_ERROR_VIEW" = ".login";
        /// Where to go: after adding a passkey.
        wan_post_register_view: Option<String>, "SECURITY_WAN_POST_REGISTER_VIEW" = ".wan_register";
        /// Where to go: after confirming a new address. None: as after signing in.
        post_change_email_view: Option<String>, "SECURITY_POST_CHANGE_EMAIL_VIEW" = null;
        /// Where to go: when the link to confirm a new address does not work. None: the page to change the
        /// address.
        change_email_error_view: Option<String>, "SECURITY_CHANGE_EMAIL_ERROR_VIEW" = null;
        /// Where to go: after changing the username. None: as after signing in.
        post_change_username_view: Option<String>, "SECURITY_POST_CHANGE_USERNAME_VIEW" = null;
        /// Where to go: single-page applications: after signing in by another provider.
        post_oauth_login_view: Option<String>, "SECURITY_POST_OAUTH_LOGIN_VIEW" = null;
        /// Where to go: single-page applications: after proving one's identity again by another provider.
        post_oauth_verify_view: Option<String>, "SECURITY_POST_OAUTH_VERIFY_VIEW" = null;
        /// Where to go: single-page applications: when that proof fails.
        verify_error_view: Option<String>, "SECURITY_VERIFY_ERROR_VIEW" = null;
    }
}

/// `spa` or nothing.
pub(super) struct SpaBehavior;

impl Codec<bool> for SpaBehavior {
    fn kind() -> String {
        "`spa`, or none".to_owned()
    }

    fn read(_before: Option<&bool>, input: Input<'_>) -> Result<bool, Expected> {
        match Option::<String>::read(input).map_err(|_| Expected::new(Self::kind()))?.as_deref() {
            None => Ok(false),
            Some("spa") => Ok(true),
            Some(_) => Err(Expected::new(Self::kind())),
        }
    }
}
