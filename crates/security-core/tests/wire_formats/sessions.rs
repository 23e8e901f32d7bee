//! Session cookies, and the fingerprint inside them.

use std::time::Duration;

use security_core::config::SessionConfig;
use security_core::session::{
    CsrfCookieState, Session, SessionStore, SignedCookieSessions, client_fingerprint,
};
use serde_json::Value;

use crate::{REFERENCE, at, cases, secrets, text, vectors};

/// Made outside of an application, where Flask does not sort.
const UNSORTED: [&str; 1] = ["v5-tags-011"];

fn of_kind<'a>(vectors: &'a Value, kind: &str) -> Vec<&'a Value> {
    let found: Vec<_> = cases(vectors).filter(|case| case["kind"] == kind).collect();
    assert!(!found.is_empty(), "no cases of kind {kind}");
    found
}

fn store(vectors: &Value, app: &str) -> SignedCookieSessions {
    let permanent_lifetime = match app {
        "short-life" => Duration::from_secs(3600),
        _ => SessionConfig::default().permanent_lifetime,
    };
    let config = SessionConfig { permanent_lifetime, ..SessionConfig::default() };
    SignedCookieSessions::new(&secrets(vectors, app), &config)
}

#[tokio::test]
async fn cookies_of_real_visits_are_read_and_written_like_the_reference_does() {
    let vectors = vectors("session_cookies.json");
    let store = store(&vectors, "default");
    let flows = of_kind(&vectors, "flow");
    let tags = of_kind(&vectors, "tags");
    for case in flows.iter().chain(&tags) {
        let id = &case["id"];
        let made_at = at(&case["issued_at"]);
        let cookie = text(&case["cookie"]);
        let session = store.load(cookie, made_at).await.expect("nothing to fail");
        assert!(!session.is_empty() && !session.is_changed(), "{id}");
        if !UNSORTED.contains(&text(id)) {
            assert_eq!(session.to_tagged_json(), text(&case["payload_text"]), "{id}");
        }

        let written = store.save(&session, Some(cookie), made_at).await.expect("nothing to fail");
        // Compressed text may differ; short sessions are not compressed.
        if !cookie.starts_with('.') && !UNSORTED.contains(&text(id)) {
            assert_eq!(written, cookie, "{id}");
        }
        assert_eq!(store.load(&written, made_at).await.expect("nothing to fail"), session, "{id}");
    }
}

#[tokio::test]
async fn the_members_of_real_visits_are_understood() {
    let vectors = vectors("session_cookies.json");
    let store = store(&vectors, "default");
    for case in of_kind(&vectors, "flow") {
        let id = &case["id"];
        let session =
            store.load(text(&case["cookie"]), at(&case["issued_at"])).await.expect("nothing to fail");
        let payload = &case["payload"];
        assert_eq!(session.user(), payload["_user_id"].as_str(), "{id}");
        assert_eq!(session.is_fresh(), payload["_fresh"] == true, "{id}");
        assert_eq!(session.proven_at(), payload["fs_paa"].as_f64(), "{id}");
        assert_eq!(session.grace_until(), payload["fs_gexp"].as_i64(), "{id}");
        assert_eq!(session.csrf_secret("csrf_token"), payload["csrf_token"].as_str(), "{id}");
        let state = payload["fs_cc"].as_str().map(|state| match state {
            "set" => CsrfCookieState::Set,
            "clear" => CsrfCookieState::Clear,
            other => unreachable!("{other}"),
        });
        assert_eq!(session.csrf_cookie(), state, "{id}");
        let mut session = session;
        for (flash, expected) in
            session.take_flashes().iter().zip(payload["_flashes"].as_array().into_iter().flatten())
        {
            assert_eq!(expected[" t"], serde_json::json!([flash.category, flash.text]), "{id}");
        }
    }
}

#[tokio::test]
async fn replayed_cookies_are_judged_like_the_reference_does() {
    let vectors = vectors("session_cookies.json");
    for case in of_kind(&vectors, "replay").into_iter().filter(|case| case["by"] == REFERENCE) {
        let id = &case["id"];
        let store = store(&vectors, text(&case["app"]));
        let session =
            store.load(text(&case["cookies"]["session"]), at(&case["now"])).await.expect("nothing to fail");
        // A remember-me cookie or the protection against changed clients may speak later.
        let has_remember_cookie = case["cookies"].get("remember_token").is_some();
        let is_ended = case["app"] == "strong" && case["authenticated"] == false;
        let account = account(&vectors, &session);
        if !has_remember_cookie && !is_ended {
            assert_eq!(account, case["user"].as_str(), "{id}");
        } else if is_ended {
            assert!(account.is_some() && session.client() != Some(fingerprint(case).as_str()), "{id}");
        }
        // What the session says about itself, unless a change of the client makes it stale.
        let is_same_client = session.client() == Some(fingerprint(case).as_str());
        if case["app"] != "off" && is_same_client && !case["fresh"].is_null() {
            assert_eq!(Value::from(session.is_fresh()), case["fresh"], "{id}");
        }
        if !is_same_client && case["fresh"] == true {
            assert!(case["app"] == "off" || account.is_none() || session.client().is_none(), "{id}");
        }
    }
}

/// The active account that is signed in.
fn account<'a>(vectors: &'a Value, session: &Session) -> Option<&'a str> {
    let users = vectors["inputs"]["users"].as_object().expect("an object");
    let is_it = |user: &&Value| user["fs_uniquifier"].as_str() == session.user() && user["active"] == true;
    users.values().find(is_it).map(|user| text(&user["email"]))
}

/// The fingerprint of the client in a case. The reference believes `X-Forwarded-For`; here the caller decides.
fn fingerprint(case: &Value) -> String {
    let forwarded = case["x_forwarded_for"].as_str().and_then(|list| list.split(',').next()).map(str::trim);
    let address = forwarded.or(case["remote_addr"].as_str());
    client_fingerprint(address, case["user_agent"].as_str().map(str::as_bytes))
}

#[test]
fn clients_have_the_fingerprints_the_reference_gives_them() {
    for case in of_kind(&vectors("session_cookies.json"), "identifier") {
        assert_eq!(fingerprint(case), text(&case["identifier"]), "{case}");
    }
}

#[tokio::test]
async fn a_cookie_that_is_none_is_an_empty_session() {
    let vectors = vectors("session_cookies.json");
    let store = store(&vectors, "default");
    let now = at(&vectors["inputs"]["now"]);
    for cookie in ["", ".", "..", "abc.def.ghi", "é", &"a.".repeat(10_000)] {
        let session = store.load(cookie, now).await.expect("nothing to fail");
        assert!(session.is_empty() && !session.is_changed(), "{cookie}");
        store.destroy(cookie).await.expect("nothing to fail");
    }
}
