//! What this version does not have yet. When a feature is built, its row goes away.

use super::SecurityConfig;
use super::error::ConfigProblem;

/// A feature that is yet to come.
struct ToCome {
    /// The option that switches it on.
    flag: &'static str,
    /// Whether it is switched on.
    is_on: fn(&SecurityConfig) -> bool,
    /// How the names of its other options begin.
    options: &'static [&'static str],
}

const TO_COME: &[ToCome] = &[
    ToCome {
        flag: "SECURITY_TWO_FACTOR",
        is_on: |config| config.features.two_factor,
        options: &[
            "SECURITY_TWO_FACTOR_",
            "SECURITY_TOTP_",
            "SECURITY_SMS_",
            "SECURITY_EMAIL_SUBJECT_TWO_FACTOR",
        ],
    },
    ToCome {
        flag: "SECURITY_UNIFIED_SIGNIN",
        is_on: |config| config.features.unified_signin,
        options: &["SECURITY_US_", "SECURITY_PASSWORD_REQUIRED"],
    },
    ToCome {
        flag: "SECURITY_WEBAUTHN",
        is_on: |config| config.features.webauthn,
        options: &["SECURITY_WAN_"],
    },
    ToCome {
        flag: "SECURITY_MULTI_FACTOR_RECOVERY_CODES",
        is_on: |config| config.features.multi_factor_recovery_codes,
        options: &["SECURITY_MULTI_FACTOR_"],
    },
    ToCome {
        flag: "SECURITY_OAUTH_ENABLE",
        is_on: |config| config.features.oauth_enable,
        options: &[
            "SECURITY_OAUTH_",
            "SECURITY_POST_OAUTH_",
            "SECURITY_VERIFY_ERROR_VIEW",
            "GITHUB_",
            "GOOGLE_",
        ],
    },
    ToCome {
        flag: "SECURITY_CHANGE_EMAIL",
        is_on: |config| config.features.change_email,
        options: &["SECURITY_CHANGE_EMAIL_", "SECURITY_POST_CHANGE_EMAIL_"],
    },
    ToCome {
        flag: "SECURITY_CHANGE_USERNAME",
        is_on: |config| config.features.change_username,
        options: &[
            "SECURITY_CHANGE_USERNAME_",
            "SECURITY_POST_CHANGE_USERNAME_",
            "SECURITY_SEND_USERNAME_CHANGE_EMAIL",
            "SECURITY_EMAIL_SUBJECT_USERNAME_CHANGE_NOTICE",
        ],
    },
    ToCome {
        flag: "SECURITY_USERNAME_RECOVERY",
        is_on: |config| config.features.username_recovery,
        options: &["SECURITY_USERNAME_RECOVERY_", "SECURITY_EMAIL_SUBJECT_USERNAME_RECOVERY"],
    },
    ToCome {
        flag: "SECURITY_REFRESH_TOKEN",
        is_on: |config| config.features.refresh_token,
        options: &["SECURITY_REFRESH_TOKEN_"],
    },
    ToCome { flag: "SECURITY_SUBDOMAIN", is_on: |config| config.general.subdomain.is_some(), options: &[] },
];

/// Options that are read so that a configuration can be taken over, and that nothing here looks at.
const WITHOUT_EFFECT: &[&str] = &[
    "SECURITY_STATIC_FOLDER",
    "SECURITY_I18N_DOMAIN",
    "WTF_I18N_ENABLED",
    "SECURITY_SCRIPT_NONCE_KEY",
    "SECURITY_JOIN_USER_ROLES",
    "SECURITY_ANONYMOUS_USER_DISABLED",
    "SECURITY_CLI_USERS_NAME",
    "SECURITY_CLI_ROLES_NAME",
    "SECURITY_CHANGE_SALT",
    "MAIL_DEBUG",
    "MAIL_MAX_EMAILS",
    "MAIL_ASCII_ATTACHMENTS",
];

/// The features that are switched on and not there.
pub(super) fn check(config: &SecurityConfig) -> impl Iterator<Item = ConfigProblem> {
    TO_COME
        .iter()
        .filter(|feature| (feature.is_on)(config))
        .map(|feature| ConfigProblem::NotAvailable { name: feature.flag })
}

/// Whether this version does anything with an option.
pub(super) fn is_acted_on(name: &str) -> bool {
    let belongs = |feature: &ToCome| {
        name == feature.flag || feature.options.iter().any(|beginning| name.starts_with(beginning))
    };
    !TO_COME.iter().any(belongs) && !WITHOUT_EFFECT.contains(&name)
}
