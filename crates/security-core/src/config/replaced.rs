//! Names a Flask-Security configuration may hold that are no options here, and what to do instead.

/// The advice for a name, if it is one of those.
pub(super) fn advice(name: &str) -> Option<&'static str> {
    let listed = REPLACED.iter().find(|(replaced, _)| *replaced == name).map(|(_, advice)| *advice);
    let is_form = name.starts_with("SECURITY_") && name.ends_with("_FORM");
    listed.or(is_form.then_some("forms are replaced in code"))
}

const REPLACED: &[(&str, &str)] = &[
    ("SECURITY_DATETIME_FACTORY", "give the builder a clock"),
    ("SECURITY_TOKEN_EXPIRE_TIMESTAMP", "set SECURITY_TOKEN_MAX_AGE"),
    ("SECURITY_TWO_FACTOR_IMPLEMENTATIONS", "second factors are added in code"),
    ("SECURITY_BACKWARDS_COMPAT_UNAUTHN", "give the builder a response policy"),
    (
        "SECURITY_PASSWORD_HASH_OPTIONS",
        "use SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS, with keys such as argon2__time_cost",
    ),
    ("SECURITY_TWO_FACTOR_SECRET", "use SECURITY_TOTP_SECRETS"),
    ("SECURITY_TWO_FACTOR_URI_SERVICE_NAME", "use SECURITY_TOTP_ISSUER"),
    ("SECURITY_TWO_FACTOR_SMS_SERVICE", "use SECURITY_SMS_SERVICE"),
    ("SECURITY_TWO_FACTOR_SMS_SERVICE_CONFIG", "use SECURITY_SMS_SERVICE_CONFIG"),
    ("SECURITY_POST_VERIFY_URL", "use SECURITY_POST_VERIFY_VIEW"),
    ("SECURITY_REFRESH_COOKIE_NAME", "use SECURITY_REFRESH_TOKEN_COOKIE_NAME"),
    ("SECURITY_EMAIL_CHANGE_SALT", "use SECURITY_CHANGE_EMAIL_SALT"),
];
