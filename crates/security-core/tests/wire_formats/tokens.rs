//! Signed tokens, and the digests inside them.

use std::time::Duration;

use security_core::config::{HashingConfig, PasswordConfig, SecretsConfig};
use security_core::password::PasswordHasher;
use security_core::token::{AuthToken, Purpose, TimedSigner, TokenError, Tokens};
use serde_json::{Value, json};

use crate::{REFERENCE, at, cases, secrets, text, vectors};

/// What Python reads by skipping characters or bits. Nobody writes tokens like that, and we refuse them.
const LENIENT: [&str; 4] = [
    "unused trailing bits of the signature changed",
    "'=' padding appended",
    "non-ASCII character inside signature",
    "timestamp is not base64, correctly signed",
];

/// A token that 5.9 has and this part has not: it carries no time.
const UNTIMED: &str = "refresh_token";

fn purpose(name: &str) -> Purpose {
    match name {
        "confirm" => Purpose::ConfirmEmail,
        "reset" => Purpose::ResetPassword,
        "login" => Purpose::SignInLink,
        "remember" => Purpose::Auth,
        "us_setup" => Purpose::UnifiedSigninSetup,
        "tf_setup" => Purpose::TwoFactorSetup,
        "tf_validity" => Purpose::TwoFactorValidity,
        "change_email" => Purpose::ChangeEmail,
        "wan" => Purpose::Webauthn,
        other => unreachable!("no such purpose: {other}"),
    }
}

#[test]
fn every_signed_token_is_judged_like_the_reference_does() {
    let vectors = vectors("signed_tokens.json");
    let plain = Tokens::new(&secrets(&vectors, "plain"));
    let with_fallbacks = Tokens::new(&secrets(&vectors, "fallbacks"));
    let mut checked = 0;
    for case in cases(&vectors).filter(|case| text(&case["purpose"]) != UNTIMED) {
        let tokens = if case["app"] == "fallbacks" { &with_fallbacks } else { &plain };
        let signer = tokens.signer(purpose(text(&case["purpose"])));
        let is_lenient = case["mutation"].as_str().is_some_and(|mutation| LENIENT.contains(&mutation));
        for check in case["checks"].as_array().expect("a list").iter().filter(|c| c["by"] == REFERENCE) {
            let max_age = check["max_age"].as_u64().map(Duration::from_secs);
            let read = signer.read::<Value>(text(&case["token"]), max_age, at(&check["now"]));
            assert_eq!(read, expected(case, check, is_lenient), "{} {check}", case["id"]);
            checked += 1;
        }
    }
    assert!(checked > 200, "{checked} checks");
}

#[test]
fn a_refresh_token_is_good_for_nothing_else() {
    let vectors = vectors("signed_tokens.json");
    let tokens = Tokens::new(&secrets(&vectors, "fallbacks"));
    let mut checked = 0;
    for case in cases(&vectors).filter(|case| text(&case["purpose"]) == UNTIMED) {
        let now = at(&vectors["inputs"]["now"]);
        for purpose in Purpose::ALL {
            let read = tokens.signer(purpose).read::<Value>(text(&case["token"]), None, now);
            assert_eq!(read, Err(TokenError::Invalid), "{} as {purpose:?}", case["id"]);
        }
        checked += 1;
    }
    assert!(checked > 0);
}

/// What the signature and the age say. What the account says comes later.
fn expected(case: &Value, check: &Value, is_lenient: bool) -> Result<Value, TokenError> {
    // A good signature and a payload that is not what the feature or the account wants.
    let is_refused_later = check["user"].is_string() || check["raises"].as_str() == Some("IndexError");
    let is_of_no_account = case["mutation"] == "unknown fs_uniquifier";
    let is_of_odd_shape = matches!(check["raises"].as_str(), Some("KeyError" | "UnknownHashError"));
    let is_invalid =
        check["raises"] == "BadPayload" || check["invalid"] == true && !is_refused_later && !is_of_no_account;
    if check["expired"] == true && !is_lenient {
        Err(TokenError::Expired)
    } else if is_invalid || is_lenient {
        Err(TokenError::Invalid)
    } else {
        assert!(check["raises"].is_null() || is_refused_later || is_of_odd_shape, "{check}");
        Ok(case["payload"].clone())
    }
}

#[test]
fn new_tokens_are_those_of_the_reference() {
    let vectors = vectors("itsdangerous.json");
    let inputs = &vectors["inputs"];
    let secrets = SecretsConfig {
        confirm_salt: text(&inputs["payload_salt"]).to_owned(),
        ..secrets(&vectors, "plain")
    };
    let tokens = Tokens::new(&secrets);
    let signer = tokens.signer(Purpose::ConfirmEmail);
    let now = at(&inputs["now"]);
    let mut same = 0;
    for case in cases(&vectors).filter(|case| case["kind"] == "payloads") {
        let token = text(&case["token"]);
        assert_eq!(signer.read::<Value>(token, Some(Duration::ZERO), now), Ok(case["value"].clone()));
        // Names are in the reference's order only where the type says so, and compressed text may differ. Python
        // writes exponents with two digits.
        let is_small = text(&case["json_text"]).contains("e-");
        if case["compressed"] == false && !case["value"].is_object() && !is_small {
            assert_eq!(signer.sign(&case["value"], now), token, "{}", case["id"]);
            same += 1;
        }
    }
    assert!(same >= 5, "{same}");
}

#[test]
fn an_untimed_token_of_the_same_key_is_no_token() {
    let vectors = vectors("itsdangerous.json");
    let salt = text(&vectors["inputs"]["payload_salt"]).to_owned();
    let tokens = Tokens::new(&SecretsConfig { confirm_salt: salt, ..secrets(&vectors, "plain") });
    for case in cases(&vectors).filter(|case| case["kind"] == "payloads") {
        let token = text(&case["untimed_token"]);
        let read = tokens.signer(Purpose::ConfirmEmail).read::<Value>(token, None, at(&json!(0)));
        assert_eq!(read, Err(TokenError::Invalid), "{}", case["id"]);
    }
}

#[test]
fn fallback_keys_are_read_and_the_current_key_signs() {
    let vectors = vectors("signed_tokens.json");
    let now = at(&vectors["inputs"]["now"]);
    let signs = |app: &str| -> Vec<String> {
        let tokens = Tokens::new(&secrets(&vectors, app));
        Purpose::ALL.iter().map(|purpose| tokens.signer(*purpose).sign(&["abc"], now)).collect()
    };
    assert_eq!(signs("fallbacks"), signs("plain"));
}

#[test]
fn every_authentication_token_is_judged_like_the_reference_does() {
    let vectors = vectors("auth_tokens.json");
    let inputs = &vectors["inputs"];
    let mut checked = 0;
    for case in cases(&vectors) {
        for check in case["checks"].as_array().expect("a list").iter().filter(|c| c["by"] == REFERENCE) {
            let app = text(&check["app"]);
            let max_age = match app {
                "max_age_40d" => Duration::from_secs(40 * 86_400),
                _ => Duration::from_secs(900),
            };
            let tokens = Tokens::new(&secrets(&vectors, app));
            let read = AuthToken::read(&tokens, text(&case["token"]), Some(max_age), at(&check["now"]));
            let account = read.as_ref().ok().and_then(|token| account(inputs, app, &token.uid));
            assert_eq!(account, check["user"].as_str(), "{} {check} {read:?}", case["id"]);
            assert_eq!(account.is_some(), check["status"] == 200, "{} {check}", case["id"]);
            checked += 1;
        }
        contents_are_kept(&vectors, case);
    }
    assert!(checked > 90, "{checked} checks");
}

/// The active account with a uniquifier.
fn account<'a>(inputs: &'a Value, app: &str, uid: &str) -> Option<&'a str> {
    let users = inputs["users"].as_array().expect("a list");
    let is_it = |user: &&Value| {
        user["fs_uniquifier"] == uid || app == "token_uniquifier" && user["fs_token_uniquifier"] == uid
    };
    users.iter().find(is_it).filter(|user| user["active"] == true).map(|user| text(&user["email"]))
}

/// A token of format 5 says what its payload says, and is written with the same members.
fn contents_are_kept(vectors: &Value, case: &Value) {
    let now = at(&vectors["inputs"]["now"]);
    let tokens = Tokens::new(&secrets(vectors, "plain"));
    let Ok(token) = AuthToken::read(&tokens, text(&case["token"]), None, now) else { return };
    let payload = &case["payload"];
    if payload["ver"] == "5" {
        assert_eq!(token.uid, payload["uid"]);
        assert_eq!(token.proven_at, payload["fs_paa"].as_f64());
        assert_eq!(token.extra.get("sid"), payload.get("sid"));
        let written: Value =
            tokens.signer(Purpose::Auth).read(&token.sign(&tokens, now), None, now).expect("our own token");
        let mut expected = payload.clone();
        expected["fs_paa"] = json!(token.proven_at.unwrap_or(0.0));
        expected["exp"] = json!(token.expires_at.unwrap_or(0));
        assert_eq!(written, expected, "{}", case["id"]);
    }
}

#[test]
fn an_authentication_token_is_made_letter_by_letter_like_the_reference_makes_it() {
    let vectors = vectors("auth_tokens.json");
    let now = at(&vectors["inputs"]["now"]);
    let case = cases(&vectors).find(|case| case["id"] == "v5-auth-000").expect("the case");
    let uid = text(&case["payload"]["uid"]);
    let tokens = Tokens::new(&secrets(&vectors, "fallbacks"));
    let token = AuthToken::new(uid, 1_699_175_600.25, None).sign(&tokens, now);
    assert_eq!(token, text(&case["token"]));
}

#[tokio::test]
async fn digests_inside_links_are_judged_like_the_reference_does() {
    let single =
        PasswordConfig { single_hash: security_core::config::SingleHash::All, ..PasswordConfig::default() };
    let hasher =
        PasswordHasher::new(&single, &HashingConfig::default(), None).expect("a valid configuration");
    let vectors = vectors("hash_data.json");
    for case in cases(&vectors).filter(|case| case["kind"] == "hash_data") {
        if case["raises"].is_string() {
            assert!(hasher.hash_data(text(&case["value"])).await.is_err(), "{}", case["id"]);
            continue;
        }
        for attempt in case["attempts"].as_array().expect("a list") {
            let is_match = hasher.verify_data(text(&attempt["value"]), text(&case["hash"])).await;
            // An exception in the reference is a digest that matches nothing.
            let expected = attempt["verify"][REFERENCE].as_bool().unwrap_or(false);
            assert_eq!(is_match.expect("no overload"), expected, "{} {attempt}", case["id"]);
        }
    }
    let digest = hasher.hash_data("First.Last@harbour.example").await.expect("no overload");
    // The same scheme with fewer rounds: docs/adr/0012-cheap-digests-in-links.md.
    assert!(digest.starts_with("$5$") && !digest.contains("rounds="), "{digest}");
    assert!(hasher.verify_data("First.Last@harbour.example", &digest).await.expect("no overload"));
}

#[test]
fn a_signer_shows_no_key_in_debug_output() {
    let tokens = Tokens::new(&SecretsConfig {
        secret_key: "open sesame".into(),
        secret_key_fallbacks: vec!["old sesame".into()],
        ..SecretsConfig::default()
    });
    let signer: &TimedSigner = tokens.signer(Purpose::Auth);
    assert!(!format!("{signer:?} {tokens:?}").contains("sesame"));
}
