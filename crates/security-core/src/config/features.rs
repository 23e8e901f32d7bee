//! Which features are on.

use super::section::section;

section! {
    /// Which features are on. All are off by default.
    pub struct FeaturesConfig "Features" {
        /// Have addresses confirmed by a link.
        confirmable: bool, "SECURITY_CONFIRMABLE" = false;
        /// Let visitors open an account.
        registerable: bool, "SECURITY_REGISTERABLE" = false;
        /// Let users who forgot their password set a new one by a link.
        recoverable: bool, "SECURITY_RECOVERABLE" = false;
        /// Count sign-ins and remember when and from where the last ones came.
        trackable: bool, "SECURITY_TRACKABLE" = false;
        /// Sign in by a mailed link instead of a password. Deprecated in the reference.
        passwordless: bool, "SECURITY_PASSWORDLESS" = false;
        /// Let users change their password.
        changeable: bool, "SECURITY_CHANGEABLE" = false;
        /// Ask for a second factor.
        two_factor: bool, "SECURITY_TWO_FACTOR" = false;
        /// Sign in by password, mailed code, text message or authenticator application, in one form.
        unified_signin: bool, "SECURITY_UNIFIED_SIGNIN" = false;
        /// Sign in by passkey.
        webauthn: bool, "SECURITY_WEBAUTHN" = false;
        /// Offer recovery codes for a lost second factor.
        multi_factor_recovery_codes: bool, "SECURITY_MULTI_FACTOR_RECOVERY_CODES" = false;
        /// Sign in by another provider.
        oauth_enable: bool, "SECURITY_OAUTH_ENABLE" = false;
        /// Let users change their address.
        change_email: bool, "SECURITY_CHANGE_EMAIL" = false;
        /// Let users change their username. Needs `SECURITY_USERNAME_ENABLE`.
        change_username: bool, "SECURITY_CHANGE_USERNAME" = false;
        /// Send forgotten usernames by mail. Needs `SECURITY_USERNAME_ENABLE`.
        username_recovery: bool, "SECURITY_USERNAME_RECOVERY" = false;
        /// Hand out refresh tokens next to authentication tokens.
        refresh_token: bool, "SECURITY_REFRESH_TOKEN" = false;
    }
}
