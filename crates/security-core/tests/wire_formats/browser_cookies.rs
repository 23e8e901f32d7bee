//! Remember-me cookies, and the tokens against forged requests.

use std::time::Duration;

use security_core::config::{CsrfConfig, SecretsConfig};
use security_core::session::{CsrfTokenError, CsrfTokens, RememberCookies, Session};
use serde_json::Value;

use crate::{REFERENCE, at, cases, secrets, text, vectors};

#[test]
fn remember_cookies_are_judged_like_the_reference_does() {
    let vectors = vectors("remember_cookies.json");
    for case in cases(&vectors).filter(|case| case["by"] == REFERENCE) {
        let id = &case["id"];
        let app = text(&case["app"]);
        let mut secrets = secrets(&vectors, app);
        if let Some(key) = case["secret_key"].as_str() {
            secrets.secret_key = key.into();
        }
        let cookies = RememberCookies::new(&secrets);
        let decoded = cookies.decode(text(&case["value"]));
        if app == "wide-key" {
            // The reference fails with such a key; for us it is UTF-8.
            assert_eq!(
                cookies.encode(decoded.as_deref().expect("a good digest")),
                text(&case["value"]),
                "{id}"
            );
            continue;
        }
        assert_eq!(decoded.as_deref(), case["decoded"].as_str(), "{id}");
        if let Some(uniquifier) = decoded {
            assert_eq!(cookies.encode(&uniquifier), text(&case["value"]), "{id}");
        }
    }
}

fn csrf(vectors: &Value, app: &str) -> (SecretsConfig, CsrfConfig) {
    let mut secrets = secrets(vectors, app);
    let mut csrf = CsrfConfig::default();
    match app {
        "default" => {}
        "csrf_secret" => secrets.wtf_csrf_secret_key = Some(text(&vectors["inputs"]["csrf_secret"]).into()),
        "time_limit_60" => csrf.time_limit = Some(Duration::from_secs(60)),
        "no_time_limit" => csrf.time_limit = None,
        "field_name" => csrf.field_name = "_xsrf".to_owned(),
        other => unreachable!("no such application: {other}"),
    }
    (secrets, csrf)
}

#[test]
fn csrf_tokens_are_judged_like_the_reference_does() {
    let vectors = vectors("csrf_tokens.json");
    for case in cases(&vectors).filter(|case| case["by"] == REFERENCE) {
        let (secrets, config) = csrf(&vectors, text(&case["app"]));
        let tokens = CsrfTokens::new(&secrets, &config, false);
        let session = Session::from_tagged_json(case["session"].to_string().as_bytes()).expect("a session");
        let secret = session.csrf_secret(&config.field_name).unwrap_or_default();
        let expected = match text(&case["result"]) {
            "ok" => Ok(()),
            "The CSRF token is missing." => Err(CsrfTokenError::Missing),
            "The CSRF session token is missing." => Err(CsrfTokenError::SecretMissing),
            "The CSRF token is invalid." | "raises TypeError" => Err(CsrfTokenError::Invalid),
            "The CSRF token has expired." => Err(CsrfTokenError::Expired),
            "The CSRF tokens do not match." => Err(CsrfTokenError::DoesNotMatch),
            other => unreachable!("no such result: {other}"),
        };
        let token = case["token"].as_str().unwrap_or_default();
        assert_eq!(tokens.check(token, secret, at(&case["now"])), expected, "{}", case["id"]);

        if case["note"] == "made by the package" {
            assert_eq!(tokens.issue(secret, at(&vectors["inputs"]["now"])), token, "{}", case["id"]);
        }
    }
}

#[test]
fn tests_of_an_application_need_not_hurry() {
    let vectors = vectors("csrf_tokens.json");
    let (secrets, config) = csrf(&vectors, "default");
    let tokens = CsrfTokens::new(&secrets, &config, true);
    let token = tokens.issue("5ec1", at(&0.into()));
    assert_eq!(tokens.check(&token, "5ec1", at(&1e9.into())), Ok(()));
}
