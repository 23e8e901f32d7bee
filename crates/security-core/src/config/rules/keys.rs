//! Keys are there and long enough, and no two purposes share a namespace.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};

use super::super::SecurityConfig;
use super::Findings;

/// Fewest bytes of a signing key.
const SHORTEST_KEY: usize = 16;

/// Namespaces the surrounding formats fix: the session cookie and CSRF tokens.
const FIXED_SALTS: [&str; 2] = ["cookie-session", "wtf-csrf-token"];

pub(super) fn check(config: &SecurityConfig, findings: &mut Findings) {
    let secrets = &config.secrets;
    let length = |key: &SecretString| key.expose_secret().len();

    findings.refuse_if(
        length(&secrets.secret_key) == 0,
        &["SECRET_KEY"],
        "is required; `openssl rand -hex 32` makes a good one",
    );
    let is_short = |key| (1..SHORTEST_KEY).contains(&length(key));
    let advice = format!("must have at least {SHORTEST_KEY} bytes; `openssl rand -hex 32` makes a good one");
    findings.refuse_if(is_short(&secrets.secret_key), &["SECRET_KEY"], advice.as_str());
    findings.refuse_if(
        secrets.secret_key_fallbacks.iter().any(|key| length(key) == 0),
        &["SECRET_KEY_FALLBACKS"],
        "has an empty key, which anybody could sign with",
    );
    findings.refuse_if(
        secrets.wtf_csrf_secret_key.as_ref().is_some_and(|key| length(key) < SHORTEST_KEY),
        &["WTF_CSRF_SECRET_KEY"],
        advice,
    );
    check_password_salt(config, findings);
    check_salts(config, findings);
}

fn check_password_salt(config: &SecurityConfig, findings: &mut Findings) {
    let password = &config.password;
    let mut schemes = password.schemes.iter().chain([&password.scheme]);
    let is_missing = config.secrets.password_salt.as_ref().is_none_or(|salt| salt.expose_secret().is_empty());
    if let Some(scheme) = schemes.find(|scheme| is_missing && !password.single_hash.covers(scheme)) {
        findings.refuse_if(
            true,
            &["SECURITY_PASSWORD_SALT"],
            format!(
                "is required: `{scheme}` hashes passwords after an HMAC under it. `openssl rand -hex 32` makes a \
                 good one; keep it as long as the accounts. SECURITY_PASSWORD_SINGLE_HASH = true does without"
            ),
        );
    }
}

fn check_salts(config: &SecurityConfig, findings: &mut Findings) {
    let secrets = &config.secrets;
    let salts: [(&'static str, &str); 11] = [
        ("SECURITY_CONFIRM_SALT", &secrets.confirm_salt),
        ("SECURITY_RESET_SALT", &secrets.reset_salt),
        ("SECURITY_LOGIN_SALT", &secrets.login_salt),
        ("SECURITY_REMEMBER_SALT", &secrets.remember_salt),
        ("SECURITY_US_SETUP_SALT", &secrets.us_setup_salt),
        ("SECURITY_TWO_FACTOR_VALIDITY_SALT", &secrets.two_factor_validity_salt),
        ("SECURITY_TWO_FACTOR_SETUP_SALT", &secrets.two_factor_setup_salt),
        ("SECURITY_CHANGE_EMAIL_SALT", &secrets.change_email_salt),
        ("SECURITY_WAN_SALT", &secrets.wan_salt),
        ("SECURITY_REFRESH_TOKEN_SALT", &secrets.refresh_token_salt),
        ("SECURITY_CHANGE_SALT", &secrets.change_salt),
    ];
    let mut purposes: BTreeMap<&str, &'static str> = BTreeMap::new();
    for (option, salt) in salts {
        findings.refuse_if(salt.is_empty(), &[option], "must not be empty");
        findings.refuse_if(
            FIXED_SALTS.contains(&salt),
            &[option],
            "is the namespace of session cookies or CSRF tokens; choose another one",
        );
        if let Some(other) = purposes.insert(salt, option) {
            findings.refuse_if(
                !salt.is_empty(),
                &[other, option],
                "are the same, so that a link made for one purpose would work for the other",
            );
        }
    }
}
