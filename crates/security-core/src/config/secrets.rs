//! Keys, and the namespaces that keep what they sign apart.

use secrecy::SecretString;

use super::section::section;

section! {
    /// Keys, and the namespaces (salts) that keep what they sign apart.
    ///
    /// # Security
    ///
    /// Salts are not secret. Two purposes must never share one, which is checked at start-up.
    pub struct SecretsConfig "Keys and namespaces" {
        /// Key of every signature. Required, at least 16 bytes of randomness.
        secret_key: SecretString, "SECRET_KEY" = "";
        /// Retired keys. What they signed is still accepted; nothing new is signed with them.
        secret_key_fallbacks: Vec<SecretString>, "SECRET_KEY_FALLBACKS" = [];
        /// Key of the first step of double hashing. Required unless every scheme in use is single-hashed.
        password_salt: Option<SecretString>, "SECURITY_PASSWORD_SALT" = null;
        /// Key of CSRF tokens, when it is not `SECRET_KEY`.
        wtf_csrf_secret_key: Option<SecretString>, "WTF_CSRF_SECRET_KEY" = null;
        /// Namespace of confirmation links.
        confirm_salt: String, "SECURITY_CONFIRM_SALT" = "confirm-salt";
        /// Namespace of reset links.
        reset_salt: String, "SECURITY_RESET_SALT" = "reset-salt";
        /// Namespace of sign-in links.
        login_salt: String, "SECURITY_LOGIN_SALT" = "login-salt";
        /// Namespace of authentication tokens. The remember-me cookie has none, in spite of the name.
        remember_salt: String, "SECURITY_REMEMBER_SALT" = "remember-salt";
        /// Namespace of the state of setting up a way to sign in.
        us_setup_salt: String, "SECURITY_US_SETUP_SALT" = "us-setup-salt";
        /// Namespace of the cookie that remembers a second factor.
        two_factor_validity_salt: String, "SECURITY_TWO_FACTOR_VALIDITY_SALT" = "tf-validity-salt";
        /// Namespace of the state of setting up a second factor.
        two_factor_setup_salt: String, "SECURITY_TWO_FACTOR_SETUP_SALT" = "tf-setup-salt";
        /// Namespace of links that confirm a new address.
        change_email_salt: String, "SECURITY_CHANGE_EMAIL_SALT" = "change-email-salt";
        /// Namespace of the state of passkey ceremonies.
        wan_salt: String, "SECURITY_WAN_SALT" = "wan-salt";
        /// Namespace of refresh tokens.
        refresh_token_salt: String, "SECURITY_REFRESH_TOKEN_SALT" = "refresh-token-salt";
        /// Signs nothing, here as in the reference.
        change_salt: String, "SECURITY_CHANGE_SALT" = "change-salt";
    }
}
