//! Second factors, one-time codes, recovery codes and passkeys.

use std::collections::BTreeMap;
use std::time::Duration;

use secrecy::SecretString;

use super::cookie::{AttributeTable, CookieAttributes};
use super::duration::Milliseconds;
use super::section::section;

section! {
    /// Sending text messages.
    pub struct SmsConfig "Text messages" {
        /// Name of the sender in the registry; `Dummy` discards.
        service: String, "SECURITY_SMS_SERVICE" = "Dummy";
        /// Settings of the sender, such as `ACCOUNT_SID`, `AUTH_TOKEN` and `PHONE_NUMBER`.
        service_config: BTreeMap<String, Option<SecretString>>, "SECURITY_SMS_SERVICE_CONFIG"
            = {"ACCOUNT_SID": null, "AUTH_TOKEN": null, "PHONE_NUMBER": null};
    }
}

section! {
    /// Keys and name of authenticator applications' codes.
    pub struct TotpConfig "Authenticator codes" {
        /// Keys that encrypt users' TOTP secrets, by tag. The highest tag encrypts, all decrypt.
        secrets: Option<BTreeMap<String, SecretString>>, "SECURITY_TOTP_SECRETS" = null;
        /// Name of this site in authenticator applications.
        issuer: Option<String>, "SECURITY_TOTP_ISSUER" = null;
    }
}

section! {
    /// The second factor.
    pub struct TwoFactorConfig "Second factor" {
        /// Everybody needs one.
        required: bool, "SECURITY_TWO_FACTOR_REQUIRED" = false;
        /// Methods on offer: `email`, `authenticator`, `sms`.
        enabled_methods: Vec<String>, "SECURITY_TWO_FACTOR_ENABLED_METHODS"
            = ["email", "authenticator", "sms"];
        /// How long codes of an application are accepted, before and after.
        authenticator_validity: Duration, "SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY" = 120;
        /// How long mailed codes are accepted.
        mail_validity: Duration, "SECURITY_TWO_FACTOR_MAIL_VALIDITY" = 300;
        /// How long codes in text messages are accepted.
        sms_validity: Duration, "SECURITY_TWO_FACTOR_SMS_VALIDITY" = 120;
        /// Ask at every sign-in. False lets a cookie stand in for the second factor when the visitor is
        /// remembered.
        always_validate: bool, "SECURITY_TWO_FACTOR_ALWAYS_VALIDATE" = true;
        /// Life of that cookie.
        login_validity: Duration, "SECURITY_TWO_FACTOR_LOGIN_VALIDITY" = "30 days";
        /// Name of that cookie.
        validity_cookie_name: String, "SECURITY_TWO_FACTOR_VALIDITY_COOKIE_NAME" = "tf_validity";
        /// Attributes of that cookie.
        validity_cookie: CookieAttributes as AttributeTable, "SECURITY_TWO_FACTOR_VALIDITY_COOKIE"
            = {"httponly": true, "secure": true, "samesite": "Strict"};
        /// Address that receives calls for help.
        rescue_mail: String, "SECURITY_TWO_FACTOR_RESCUE_MAIL" = "no-reply@localhost";
        /// Offer a mailed code when the second factor is lost.
        rescue_email: bool, "SECURITY_TWO_FACTOR_RESCUE_EMAIL" = true;
        /// Life of the state of a set-up.
        setup_within: Duration, "SECURITY_TWO_FACTOR_SETUP_WITHIN" = "30 minutes";
    }
}

section! {
    /// Unified sign-in.
    pub struct UnifiedSigninConfig "Unified sign-in" {
        /// What is accepted as a passcode, tried in this order: `password`, `email`, `authenticator`, `sms`.
        enabled_methods: Vec<String>, "SECURITY_US_ENABLED_METHODS"
            = ["password", "email", "authenticator", "sms"];
        /// After which of them a second factor is still asked for.
        mfa_required: Vec<String>, "SECURITY_US_MFA_REQUIRED" = ["password", "email"];
        /// How long codes are accepted.
        token_validity: Duration, "SECURITY_US_TOKEN_VALIDITY" = 120;
        /// Life of the state of a set-up.
        setup_within: Duration, "SECURITY_US_SETUP_WITHIN" = "30 minutes";
        /// Serve unified sign-in at the sign-in URL.
        replaces_login: bool, "SECURITY_US_SIGNIN_REPLACES_LOGIN" = false;
    }
}

section! {
    /// Recovery codes.
    pub struct RecoveryCodesConfig "Recovery codes" {
        /// Codes in a set.
        count: usize, "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N" = 5;
        /// Keys (Fernet) that encrypt stored codes, the first for new ones; none stores them in clear.
        keys: Option<Vec<SecretString>>, "SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS" = null;
        /// Greatest age of an encrypted code; none means no limit.
        ttl: Option<Duration>, "SECURITY_MULTI_FACTOR_RECOVERY_CODE_TTL" = null;
    }
}

section! {
    /// Passkeys.
    pub struct WebauthnConfig "Passkeys" {
        /// Name of the relying party, which browsers may show.
        rp_name: String, "SECURITY_WAN_RP_NAME" = "My application", changed;
        /// Random bytes of a challenge; none means 32.
        challenge_bytes: Option<usize>, "SECURITY_WAN_CHALLENGE_BYTES" = null;
        /// How long browsers wait for a new passkey.
        register_timeout: Duration as Milliseconds, "SECURITY_WAN_REGISTER_TIMEOUT" = 60000;
        /// Life of the state of adding a passkey.
        register_within: Duration, "SECURITY_WAN_REGISTER_WITHIN" = "30 minutes";
        /// How long browsers wait for a passkey to sign in.
        signin_timeout: Duration as Milliseconds, "SECURITY_WAN_SIGNIN_TIMEOUT" = 60000;
        /// Life of the state of signing in.
        signin_within: Duration, "SECURITY_WAN_SIGNIN_WITHIN" = "1 minutes";
        /// Passkeys may be the only thing needed to sign in.
        allow_as_first_factor: bool, "SECURITY_WAN_ALLOW_AS_FIRST_FACTOR" = true;
        /// A passkey that verified its user counts as both factors.
        allow_as_multi_factor: bool, "SECURITY_WAN_ALLOW_AS_MULTI_FACTOR" = true;
        /// Accept an identity first and list its passkeys to the browser.
        allow_user_hints: bool, "SECURITY_WAN_ALLOW_USER_HINTS" = true;
        /// Which passkeys may prove an identity again: `first`, `secondary`. Empty means none.
        allow_as_verify: Option<Vec<String>>, "SECURITY_WAN_ALLOW_AS_VERIFY" = ["first", "secondary"];
        /// Unicode general categories the name of a passkey may use, by prefix; none allows all.
        name_allowed_chars: Option<Vec<String>>, "SECURITY_WAN_NAME_ALLOWED_CHARS"
            = ["L", "N", "Pc", "Pd", "Zs"];
        /// Most characters of the name of a passkey.
        name_max_length: usize, "SECURITY_WAN_NAME_MAX_LENGTH" = 64;
    }
}

section! {
    /// Signing in by other providers.
    pub struct OauthConfig "Other providers" {
        /// Built-in providers to offer: `github`, `google`.
        builtin_providers: Vec<String>, "SECURITY_OAUTH_BUILTIN_PROVIDERS" = ["github", "google"];
        /// Client identifier at GitHub.
        github_client_id: Option<String>, "GITHUB_CLIENT_ID" = null;
        /// Client secret at GitHub.
        github_client_secret: Option<SecretString>, "GITHUB_CLIENT_SECRET" = null;
        /// Client identifier at Google.
        google_client_id: Option<String>, "GOOGLE_CLIENT_ID" = null;
        /// Client secret at Google.
        google_client_secret: Option<SecretString>, "GOOGLE_CLIENT_SECRET" = null;
    }
}
