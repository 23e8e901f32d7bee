//! Registering, confirming, recovering and changing an account.

use std::time::Duration;

use super::section::section;

section! {
    /// Opening an account.
    pub struct RegisterConfig "Registering" {
        /// Send the welcome mail, and those that say that an account exists already.
        send_email: bool, "SECURITY_SEND_REGISTER_EMAIL" = true;
        /// One registration form. False, the two forms of old releases, is refused.
        use_v2: bool, "SECURITY_USE_REGISTER_V2" = true;
    }
}

section! {
    /// Confirming an address.
    pub struct ConfirmConfig "Confirming an address" {
        /// Life of a confirmation link.
        within: Duration, "SECURITY_CONFIRM_EMAIL_WITHIN" = "2 days";
        /// Let users sign in before their address is confirmed.
        login_without_confirmation: bool, "SECURITY_LOGIN_WITHOUT_CONFIRMATION" = false;
        /// Sign in whoever opens the link.
        auto_login: bool, "SECURITY_AUTO_LOGIN_AFTER_CONFIRM" = false;
    }
}

section! {
    /// Recovering an account, and signing in by link.
    pub struct RecoverConfig "Recovering an account" {
        /// Life of a reset link.
        within: Duration, "SECURITY_RESET_PASSWORD_WITHIN" = "1 days";
        /// Send the mail with the link. Its event is announced regardless.
        send_email: bool, "SECURITY_SEND_PASSWORD_RESET_EMAIL" = true;
        /// Tell users that their password was reset.
        send_notice_email: bool, "SECURITY_SEND_PASSWORD_RESET_NOTICE_EMAIL" = true;
        /// Sign in after a reset. Deprecated in the reference.
        auto_login: bool, "SECURITY_AUTO_LOGIN_AFTER_RESET" = false;
        /// Life of a sign-in link.
        login_within: Duration, "SECURITY_LOGIN_WITHIN" = "1 days";
    }
}

section! {
    /// Changing the password, the address and the username.
    pub struct ChangeConfig "Changing an account" {
        /// Tell users that their password was changed.
        send_password_change_email: bool, "SECURITY_SEND_PASSWORD_CHANGE_EMAIL" = true;
        /// Life of the link that confirms a new address.
        change_email_within: Duration, "SECURITY_CHANGE_EMAIL_WITHIN" = "2 hours";
        /// Tell users that their username was changed.
        send_username_change_email: bool, "SECURITY_SEND_USERNAME_CHANGE_EMAIL" = true;
    }
}
