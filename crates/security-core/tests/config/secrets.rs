//! No secret is ever shown.

use security_core::config::ConfigLoader;
use serde_json::json;

use crate::{Given, set};

#[test]
fn no_secret_is_ever_shown() {
    const HUSH: &str = "hush-hush-hush-hush";
    let config = set(json!({
        "SECRET_KEY": HUSH,
        "SECRET_KEY_FALLBACKS": [HUSH],
        "SECURITY_PASSWORD_SALT": HUSH,
        "WTF_CSRF_SECRET_KEY": HUSH,
        "MAIL_USERNAME": "mailer",
        "MAIL_PASSWORD": HUSH,
        "SECURITY_TOTP_SECRETS": {"1": HUSH},
        "SECURITY_SMS_SERVICE_CONFIG": {"AUTH_TOKEN": HUSH},
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS": [HUSH],
        "GITHUB_CLIENT_SECRET": HUSH,
        "GOOGLE_CLIENT_SECRET": HUSH,
    }))
    .expect("valid");
    assert!(!format!("{config:?}").contains("hush"));
    assert!(!format!("{:?}", ConfigLoader::new().set("SECRET_KEY", HUSH)).contains("hush"));

    let given = Given::variables(&[
        ("SECRET_KEY", "hush"),
        ("SECRET_KEY_FALLBACKS", "[hush"),
        ("SECURITY_TOTP_SECRETS", "hush"),
        ("SECURITY_SMS_SERVICE_CONFIG", "{hush"),
        ("SECURITY_CHANGEABLE", "hush"),
        ("SECURITY_TOKEN_MAX_AGE", "hush"),
        ("SECURITY_SECRET", "hush"),
    ])
    .file(
        "app.toml",
        "SECURITY_PASSWORD_SALT = ['hush']\nMAIL_PASSWORD = {a = 'hush'}\nWTF_CSRF_SECRET_KEY = 'hush'\n",
    );
    let error = ConfigLoader::new().file("app.toml").environment(&given).load().expect_err("a lot is wrong");
    assert!(error.problems().len() >= 9, "{error}");
    assert!(!error.to_string().contains("hush"), "{error}");
    assert!(!format!("{error:?}").contains("hush"), "{error:?}");
}
