//! Which values options take, and what follows from them.

use std::time::Duration;

use security_core::config::{
    BreachCheck, ConfigProblem, IdentityAttribute, SameSite, SessionProtection, SingleHash,
};
use security_core::session::Mechanism;
use serde_json::json;

use crate::{Given, assert_rule, assert_wrong_value, environment, loader, set};

#[test]
fn the_environment_speaks_text_and_options_have_types() {
    let config = environment(&[
        ("SECURITY_REGISTERABLE", "YES"),
        ("SECURITY_PASSWORD_LENGTH_MIN", "12"),
        ("SECURITY_API_ENABLED_METHODS", "session, basic"),
        ("SECURITY_PASSWORD_SCHEMES", r#"["argon2", "bcrypt"]"#),
        ("SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS", r#"{"argon2__time_cost": 3}"#),
        ("SECURITY_PASSWORD_CHECK_BREACHED", "strict"),
        ("SECURITY_PASSWORD_SINGLE_HASH", "true"),
        ("SECURITY_USER_IDENTITY_ATTRIBUTES", "email,username"),
        ("SECURITY_LOGOUT_METHODS", "none"),
        ("SECURITY_CLI_USERS_NAME", "false"),
        ("WTF_CSRF_TIME_LIMIT", "null"),
        ("SESSION_PROTECTION", "None"),
        ("SESSION_COOKIE_SAMESITE", "Strict"),
        ("REMEMBER_COOKIE_SAMESITE", ""),
        ("REMEMBER_COOKIE_DURATION", "86400"),
    ])
    .expect("a valid configuration");
    assert!(config.features.registerable);
    assert_eq!(config.password.length_min, 12);
    assert_eq!(config.general.api_enabled_methods, [Mechanism::Session, Mechanism::Basic]);
    assert_eq!(config.password.schemes, ["argon2", "bcrypt"]);
    assert_eq!(config.password.hash_options["argon2__time_cost"], 3);
    assert_eq!(config.password.check_breached, BreachCheck::Strict);
    assert_eq!(config.password.single_hash, SingleHash::All);
    assert_eq!(config.identity.attributes.len(), 2);
    assert_eq!(config.general.logout_methods, None);
    assert_eq!(config.general.cli_users_name, None);
    assert_eq!(config.csrf.time_limit, None);
    assert_eq!(config.session.protection, SessionProtection::Off);
    assert_eq!(config.session.cookie.same_site, Some(SameSite::Strict));
    assert_eq!(config.remember.cookie.same_site, None);
    assert_eq!(config.remember.duration, Duration::from_secs(86400));
}

#[test]
fn a_value_of_the_wrong_type_names_option_source_and_type() {
    let given = Given::variables(&[("SECURITY_PASSWORD_LENGTH_MIN", "twelve")])
        .file("app.toml", "SECURITY_REGISTERABLE = 'true'\n");
    let error = loader().file("app.toml").environment(&given).load().expect_err("wrong types").to_string();
    assert!(error.contains("SECURITY_REGISTERABLE (in app.toml): expected true or false"), "{error}");
    assert!(
        error.contains("SECURITY_PASSWORD_LENGTH_MIN (in the environment): expected a whole number"),
        "{error}"
    );
    assert_wrong_value("SECURITY_API_ENABLED_METHODS", json!(["cookie"]));
    assert_wrong_value("SECURITY_PASSWORD_NORMALIZE_FORM", json!("NFX"));
    assert_wrong_value("SESSION_COOKIE_SAMESITE", json!("Loose"));
    assert_wrong_value("SECURITY_REDIRECT_BEHAVIOR", json!("ajax"));
    assert_wrong_value("SECURITY_LOGIN_URL", json!("login"));
    assert_wrong_value("SECURITY_CSRF_COOKIE", json!({"same_site": "Lax"}));
    assert_wrong_value("MAIL_PORT", json!(70000));
}

#[test]
fn a_variable_that_is_not_unicode_is_refused() {
    let error = environment(&[("SECURITY_EMAIL_SENDER", "a\u{fffd}@example.com")]).expect_err("not Unicode");
    assert!(matches!(error.problems(), [ConfigProblem::WrongValue { .. }]), "{error}");
}

#[test]
fn durations_are_those_of_the_reference_and_longer_than_zero() {
    let config = set(json!({
        "SECURITY_TOKEN_MAX_AGE": 900,
        "SECURITY_CONFIRM_EMAIL_WITHIN": "5 days",
        "SECURITY_TWO_FACTOR_MAIL_VALIDITY": 300,
        "SECURITY_WAN_SIGNIN_TIMEOUT": 60000,
        "SECURITY_FRESHNESS": "-1 minutes",
    }))
    .expect("a valid configuration");
    assert_eq!(config.token.max_age, Duration::from_secs(900));
    assert_eq!(config.confirm.within, Duration::from_secs(5 * 86400));
    assert_eq!(config.webauthn.signin_timeout, Duration::from_secs(60));
    assert_eq!(config.freshness.within, None);
    for wrong in
        [json!(null), json!(0), json!("0 seconds"), json!("1 week"), json!("week"), json!(-1), json!("none")]
    {
        assert_wrong_value("SECURITY_TOKEN_MAX_AGE", wrong);
    }
    assert_wrong_value("SECURITY_FRESHNESS", json!(0));
    assert_wrong_value("SECURITY_LOGIN_WITHIN", json!("1 day"));
}

#[test]
fn the_defaults_are_those_of_the_reference_or_safer() {
    let config = set(json!({})).expect("a valid configuration");
    assert!(config.general.return_generic_responses);
    assert!(!config.token.allow_query);
    assert!(!config.password.schemes.iter().any(|scheme| scheme == "plaintext"));
    assert_eq!(config.session.cookie.same_site, Some(SameSite::Lax));
    assert_eq!(config.remember.cookie.same_site, Some(SameSite::Lax));
    assert!(config.session.cookie.http_only && config.remember.cookie.http_only);
    assert_eq!(config.session.cookie.path, "/");
    assert_eq!(config.token.max_age, Duration::from_secs(900));
    assert_eq!(config.freshness.within, Some(Duration::from_secs(86400)));
    assert_eq!(config.general.logout_methods.as_deref(), Some(&["POST".to_owned()][..]));
    assert_eq!(config.templates.login_user_template, "security/login_user.html");
    assert_eq!(config.templates.register_email_template, "security/email/welcome");
    assert!(!config.csrf.application_layer && config.csrf.cookie.secure && !config.csrf.cookie.http_only);
}

#[test]
fn what_the_reference_fills_in_is_filled_in() {
    let config = set(json!({
        "APPLICATION_ROOT": "/app",
        "SECURITY_USERNAME_ENABLE": true,
        "SECURITY_CSRF_HEADER": "X-Own",
        "TESTING": true,
    }))
    .expect("a valid configuration");
    assert_eq!(config.redirect.post_login_view.as_deref(), Some("/app"));
    assert_eq!(config.redirect.post_logout_view.as_deref(), Some("/app"));
    let username = config.identity.rule(IdentityAttribute::Username).expect("usernames are identities");
    assert!(username.case_insensitive);
    assert_eq!(config.identity.attributes.len(), 2);
    assert_eq!(config.session.cookie.path, "/app");
    assert_eq!(config.csrf.headers, ["X-CSRFToken", "X-CSRF-Token", "X-Own"]);
    assert!(config.csrf.application_layer);
    assert!(config.mail.suppress_send);
}

#[test]
fn the_key_of_an_old_cookie_table_names_the_cookie() {
    let config =
        set(json!({"SECURITY_CSRF_COOKIE": {"key": "XSRF-TOKEN", "samesite": "Lax"}})).expect("valid");
    assert_eq!(config.csrf.cookie_name.as_deref(), Some("XSRF-TOKEN"));
    assert_eq!(config.csrf.cookie.same_site, Some(SameSite::Lax));
    assert_rule(
        "SECURITY_CSRF_COOKIE_NAME",
        json!({"SECURITY_CSRF_COOKIE": {"key": "A"}, "SECURITY_CSRF_COOKIE_NAME": "B"}),
    );
}

#[test]
fn a_sender_falls_back_to_that_of_the_mailer() {
    let config = set(json!({"MAIL_DEFAULT_SENDER": ["A Site", "a@example.com"]})).expect("valid");
    assert_eq!(config.mail.sender(), "\"A Site\" <a@example.com>");
}
