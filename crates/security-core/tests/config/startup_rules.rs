//! Options that contradict each other, or lack something, stop the program at start-up.

use security_core::config::{ConfigLoader, ConfigProblem};
use serde_json::{Value, json};

use crate::{assert_rule, assert_wrong_value, set};

#[test]
fn a_site_without_keys_does_not_start() {
    let error = ConfigLoader::new().load().expect_err("no keys").to_string();
    assert!(error.contains("SECRET_KEY: is required") && error.contains("openssl rand"), "{error}");
    assert!(error.contains("SECURITY_PASSWORD_SALT: is required"), "{error}");
    assert_rule("SECRET_KEY", json!({"SECRET_KEY": "fifteen bytes.."}));
    assert_rule("SECRET_KEY_FALLBACKS", json!({"SECRET_KEY_FALLBACKS": [""]}));
    assert_rule("WTF_CSRF_SECRET_KEY", json!({"WTF_CSRF_SECRET_KEY": "short"}));
    let single = json!({"SECURITY_PASSWORD_SALT": null, "SECURITY_PASSWORD_SINGLE_HASH": true});
    set(single).expect("single hashes need no salt");
    assert_rule("SECURITY_PASSWORD_SALT", json!({"SECURITY_PASSWORD_SALT": ""}));
    let partly = json!({"SECURITY_PASSWORD_SALT": null, "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"]});
    assert_rule("SECURITY_PASSWORD_SALT", partly);
}

#[test]
fn two_purposes_never_share_a_namespace() {
    assert_rule("SECURITY_RESET_SALT", json!({"SECURITY_RESET_SALT": "confirm-salt"}));
    assert_rule("SECURITY_WAN_SALT", json!({"SECURITY_WAN_SALT": "cookie-session"}));
    assert_rule("SECURITY_LOGIN_SALT", json!({"SECURITY_LOGIN_SALT": ""}));
}

#[test]
fn password_options_make_sense() {
    assert_rule("SECURITY_PASSWORD_HASH", json!({"SECURITY_PASSWORD_HASH": "plaintext"}));
    assert_rule("SECURITY_PASSWORD_SCHEMES", json!({"SECURITY_PASSWORD_SCHEMES": ["argon2", "rot13"]}));
    assert_rule(
        "SECURITY_DEPRECATED_PASSWORD_SCHEMES",
        json!({"SECURITY_DEPRECATED_PASSWORD_SCHEMES": ["argon2"]}),
    );
    assert_rule("SECURITY_PASSWORD_LENGTH_MIN", json!({"SECURITY_PASSWORD_LENGTH_MIN": 129}));
    assert_rule(
        "SECURITY_PASSWORD_COMPLEXITY_CHECKER",
        json!({"SECURITY_PASSWORD_COMPLEXITY_CHECKER": "mine"}),
    );
    assert_rule("SECURITY_ZXCVBN_MINIMUM_SCORE", json!({"SECURITY_ZXCVBN_MINIMUM_SCORE": 5}));
    assert_rule("SECURITY_PASSWORD_REQUIRED", json!({"SECURITY_PASSWORD_REQUIRED": false}));
    assert_rule("SECURITY_HASHING_SCHEMES", json!({"SECURITY_HASHING_SCHEMES": []}));
    assert_rule("SECURITY_HASHING_SCHEMES", json!({"SECURITY_HASHING_SCHEMES": ["hex_md5", "sha256_crypt"]}));
    assert_rule("SECURITY_HASHING_SCHEMES", json!({"SECURITY_HASHING_SCHEMES": ["bcrypt"]}));
    assert_rule(
        "SECURITY_PASSWORD_BREACHED_COUNT",
        json!({"SECURITY_PASSWORD_CHECK_BREACHED": "strict", "SECURITY_PASSWORD_BREACHED_COUNT": 0}),
    );
}

#[test]
fn users_can_be_known_by_something() {
    const ATTRIBUTES: &str = "SECURITY_USER_IDENTITY_ATTRIBUTES";
    assert_rule(ATTRIBUTES, json!({ATTRIBUTES: []}));
    assert_rule(ATTRIBUTES, json!({ATTRIBUTES: ["email", "email"]}));
    assert_wrong_value(ATTRIBUTES, json!([{"email": {}, "username": {}}]));
    assert_wrong_value(ATTRIBUTES, json!([5]));
    for option in ["SECURITY_USERNAME_REQUIRED", "SECURITY_CHANGE_USERNAME", "SECURITY_USERNAME_RECOVERY"] {
        assert_rule("SECURITY_USERNAME_ENABLE", json!({option: true}));
    }
    assert_rule("SECURITY_USERNAME_MIN_LENGTH", json!({"SECURITY_USERNAME_MIN_LENGTH": 33}));
    assert_rule("SECURITY_USERNAME_ALLOWED_CHARS", json!({"SECURITY_USERNAME_ALLOWED_CHARS": ["Letters"]}));
    for region in ["us", "UK"] {
        assert_rule("SECURITY_PHONE_REGION_DEFAULT", json!({"SECURITY_PHONE_REGION_DEFAULT": region}));
    }
    const ARGS: &str = "SECURITY_EMAIL_VALIDATOR_ARGS";
    assert_rule(ARGS, json!({ARGS: {"allow_display_name": true}}));
    assert_rule(ARGS, json!({ARGS: {"strikt": true}}));
    set(json!({ARGS: {"check_deliverability": false, "strict": true}})).expect("arguments that are known");
}

#[test]
fn csrf_options_that_need_guards_switch_the_early_check_off() {
    const MECHANISMS: &str = "SECURITY_CSRF_PROTECT_MECHANISMS";
    assert_rule(MECHANISMS, json!({MECHANISMS: ["session"]}));
    assert_rule(MECHANISMS, json!({MECHANISMS: []}));
    set(json!({MECHANISMS: ["session"], "WTF_CSRF_CHECK_DEFAULT": false})).expect("guards check");
    set(json!({MECHANISMS: ["token", "basic", "session"]})).expect("the default, in another order");
    set(json!({MECHANISMS: ["session"], "WTF_CSRF_ENABLED": false})).expect("nothing is checked");
    const IGNORE: &str = "SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS";
    assert_rule("WTF_CSRF_CHECK_DEFAULT", json!({IGNORE: true}));
    set(json!({IGNORE: true, "WTF_CSRF_CHECK_DEFAULT": false})).expect("guards check");
}

#[test]
fn csrf_options_need_the_application_layer_that_code_can_switch_off() {
    let mut config = set(json!({"SECURITY_CSRF_COOKIE_NAME": "XSRF-TOKEN"})).expect("valid");
    config.validate().expect("still valid");
    config.csrf.application_layer = false;
    let error = config.validate().expect_err("the cookie has nobody to check it").to_string();
    assert!(error.contains("SECURITY_CSRF_COOKIE_NAME"), "{error}");
}

#[test]
fn signing_out_by_get_cannot_ask_for_a_token() {
    assert_rule(
        "SECURITY_LOGOUT_CSRF",
        json!({"SECURITY_LOGOUT_CSRF": true, "SECURITY_LOGOUT_METHODS": ["get", "POST"]}),
    );
    set(json!({"SECURITY_LOGOUT_CSRF": true})).expect("POST carries a token");
    assert_rule("SECURITY_LOGOUT_METHODS", json!({"SECURITY_LOGOUT_METHODS": ["PUT"]}));
    assert_rule("SECURITY_LOGOUT_METHODS", json!({"SECURITY_LOGOUT_METHODS": []}));
}

#[test]
fn freshness_is_longer_than_its_grace_period() {
    assert_rule("SECURITY_FRESHNESS_GRACE_PERIOD", json!({"SECURITY_FRESHNESS": "30 minutes"}));
    set(json!({"SECURITY_FRESHNESS": -1})).expect("never checked");
}

#[test]
fn cookies_are_ones_a_browser_keeps() {
    assert_rule("SESSION_COOKIE_SECURE", json!({"SESSION_COOKIE_SAMESITE": "None"}));
    assert_rule("SESSION_COOKIE_SECURE", json!({"SESSION_COOKIE_PARTITIONED": true}));
    assert_rule("REMEMBER_COOKIE_NAME", json!({"REMEMBER_COOKIE_NAME": "session"}));
    assert_rule("SESSION_COOKIE_NAME", json!({"SESSION_COOKIE_NAME": "a b"}));
    assert_rule("SESSION_COOKIE_NAME", json!({"SESSION_COOKIE_NAME": "__Host-s"}));
    set(json!({"SESSION_COOKIE_NAME": "__Host-s", "SESSION_COOKIE_SECURE": true})).expect("valid");
    assert_rule(
        "SECURITY_TOKEN_AUTHENTICATION_HEADER",
        json!({"SECURITY_TOKEN_AUTHENTICATION_HEADER": "a:b"}),
    );
}

#[test]
fn links_in_mails_need_a_host() {
    for feature in ["CONFIRMABLE", "RECOVERABLE", "PASSWORDLESS", "CHANGE_EMAIL"] {
        let feature = format!("SECURITY_{feature}");
        assert_rule("SERVER_NAME", json!({feature: true}));
    }
    set(json!({"SECURITY_CONFIRMABLE": true, "SERVER_NAME": "example.com"})).expect("valid");
    assert_rule("SERVER_NAME", json!({"SERVER_NAME": "https://example.com"}));
    assert_rule("SERVER_NAME", json!({"SECURITY_REDIRECT_ALLOW_SUBDOMAINS": true}));
    assert_rule("SECURITY_REDIRECT_BASE_DOMAIN", json!({"SECURITY_REDIRECT_ALLOWED_SUBDOMAINS": ["a"]}));
    assert_rule("PREFERRED_URL_SCHEME", json!({"PREFERRED_URL_SCHEME": "ftp"}));
}

#[test]
fn two_pages_never_share_a_path() {
    assert_rule("SECURITY_REGISTER_URL", json!({"SECURITY_REGISTER_URL": "/login/"}));
    assert_rule("SECURITY_STATIC_FOLDER_URL", json!({"SECURITY_STATIC_FOLDER_URL": "/verify"}));
    assert_rule("SECURITY_URL_PREFIX", json!({"SECURITY_URL_PREFIX": "accounts/"}));
}

#[test]
fn a_single_page_application_says_where_links_lead() {
    let spa = |more: Value| {
        let mut options = json!({"SECURITY_REDIRECT_BEHAVIOR": "spa", "SERVER_NAME": "example.com"});
        options.as_object_mut().expect("a table").extend(more.as_object().expect("a table").clone());
        options
    };
    assert!(set(spa(json!({}))).expect("no feature needs a view").redirect.spa);
    for (feature, view) in [
        ("SECURITY_CONFIRMABLE", "SECURITY_CONFIRM_ERROR_VIEW"),
        ("SECURITY_CONFIRMABLE", "SECURITY_POST_CONFIRM_VIEW"),
        ("SECURITY_RECOVERABLE", "SECURITY_RESET_VIEW"),
        ("SECURITY_RECOVERABLE", "SECURITY_RESET_ERROR_VIEW"),
        ("SECURITY_PASSWORDLESS", "SECURITY_LOGIN_ERROR_VIEW"),
        ("SECURITY_CHANGE_EMAIL", "SECURITY_CHANGE_EMAIL_ERROR_VIEW"),
        ("SECURITY_CHANGE_EMAIL", "SECURITY_POST_CHANGE_EMAIL_VIEW"),
        ("SECURITY_OAUTH_ENABLE", "SECURITY_POST_OAUTH_LOGIN_VIEW"),
        ("SECURITY_OAUTH_ENABLE", "SECURITY_POST_OAUTH_VERIFY_VIEW"),
        ("SECURITY_OAUTH_ENABLE", "SECURITY_VERIFY_ERROR_VIEW"),
    ] {
        assert_rule(view, spa(json!({feature: true})));
    }
    let complete = json!({"SECURITY_CONFIRMABLE": true, "SECURITY_CONFIRM_ERROR_VIEW": "/sorry",
                          "SECURITY_POST_CONFIRM_VIEW": "/welcome"});
    set(spa(complete)).expect("valid");
}

#[test]
fn features_have_what_they_need() {
    for feature in ["SECURITY_TWO_FACTOR", "SECURITY_UNIFIED_SIGNIN", "SECURITY_MULTI_FACTOR_RECOVERY_CODES"]
    {
        assert_rule("SECURITY_TOTP_SECRETS", json!({feature: true}));
        assert_rule("SECURITY_TOTP_ISSUER", json!({feature: true}));
    }
    assert_rule("SECURITY_TOTP_SECRETS", json!({"SECURITY_TOTP_SECRETS": {}}));
    assert_wrong_value("SECURITY_TOTP_SECRETS", json!(["secret"]));
    assert_rule(
        "SECURITY_TWO_FACTOR",
        json!({"SECURITY_TWO_FACTOR": true, "SECURITY_TWO_FACTOR_ENABLED_METHODS": []}),
    );
    assert_rule(
        "SECURITY_UNIFIED_SIGNIN",
        json!({"SECURITY_UNIFIED_SIGNIN": true, "SECURITY_US_ENABLED_METHODS": []}),
    );
    assert_rule("SECURITY_US_ENABLED_METHODS", json!({"SECURITY_US_ENABLED_METHODS": ["pigeon"]}));
    assert_rule("SECURITY_US_MFA_REQUIRED", json!({"SECURITY_US_MFA_REQUIRED": ["pigeon"]}));
    assert_rule(
        "SECURITY_TWO_FACTOR_ENABLED_METHODS",
        json!({"SECURITY_TWO_FACTOR_ENABLED_METHODS": ["mail"]}),
    );
    assert_rule("SECURITY_TWO_FACTOR_REQUIRED", json!({"SECURITY_TWO_FACTOR_REQUIRED": true}));
    assert_rule("SECURITY_US_SIGNIN_REPLACES_LOGIN", json!({"SECURITY_US_SIGNIN_REPLACES_LOGIN": true}));
    assert_rule("GITHUB_CLIENT_SECRET", json!({"SECURITY_OAUTH_ENABLE": true, "GITHUB_CLIENT_ID": "x"}));
    assert_rule("SECURITY_OAUTH_BUILTIN_PROVIDERS", json!({"SECURITY_OAUTH_BUILTIN_PROVIDERS": ["myspace"]}));
    assert_rule("SECURITY_USE_REGISTER_V2", json!({"SECURITY_USE_REGISTER_V2": false}));
    assert_rule("LOGIN_DISABLED", json!({"LOGIN_DISABLED": true}));
}

#[test]
fn mail_options_make_sense() {
    assert_rule(
        "SECURITY_EMAIL_HTML",
        json!({"SECURITY_EMAIL_PLAINTEXT": false, "SECURITY_EMAIL_HTML": false}),
    );
    assert_rule("MAIL_USE_SSL", json!({"MAIL_USE_TLS": true, "MAIL_USE_SSL": true}));
    assert_rule("MAIL_USERNAME", json!({"MAIL_PASSWORD": "hush"}));
    assert_rule("MAIL_CA_FILE", json!({"MAIL_CA_FILE": "/etc/ssl/our-ca.pem"}));
}

#[test]
fn a_feature_that_is_not_there_cannot_be_switched_on() {
    for feature in [
        "TWO_FACTOR",
        "UNIFIED_SIGNIN",
        "WEBAUTHN",
        "MULTI_FACTOR_RECOVERY_CODES",
        "OAUTH_ENABLE",
        "CHANGE_EMAIL",
        "CHANGE_USERNAME",
        "USERNAME_RECOVERY",
        "REFRESH_TOKEN",
    ] {
        let option = format!("SECURITY_{feature}");
        let error = set(json!({ option.clone(): true })).expect_err(&option);
        let names: Vec<_> = error
            .problems()
            .iter()
            .filter_map(|problem| match problem {
                ConfigProblem::NotAvailable { name } => Some(*name),
                _ => None,
            })
            .collect();
        assert_eq!(names, [option], "{error}");
    }
    let error = set(json!({"SECURITY_SUBDOMAIN": "accounts"})).expect_err("not there yet").to_string();
    assert!(error.contains("SECURITY_SUBDOMAIN: this version does not have the feature yet"), "{error}");
    for feature in ["REGISTERABLE", "CONFIRMABLE", "RECOVERABLE", "PASSWORDLESS", "CHANGEABLE", "TRACKABLE"] {
        set(json!({format!("SECURITY_{feature}"): true, "SERVER_NAME": "example.com"})).expect(feature);
    }
}
