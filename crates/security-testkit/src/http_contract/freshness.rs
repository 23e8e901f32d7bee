//! Rules of how recently somebody proved who they are.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use security_core::message::MessageKey;
use serde_json::json;

use super::{Adapter, PASSWORD, Scene};

const ANN: &str = "ann@harbour.example";

/// Ten minutes, and five of grace.
pub async fn a_session_grows_stale(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    for visitor in scene.both() {
        visitor.sign_in(ANN).await;
        scene.advance_minutes(9);
        visitor.get("/auth").await.assert_status(200);
        scene.advance_minutes(2);
        let answer = visitor.get("/fresh?page=1").await;
        if visitor.is_json() {
            answer.assert_error(401, &scene.text(MessageKey::ReauthenticationRequired));
            assert_eq!(answer.header("www-authenticate"), None);
            let response = answer.response();
            assert_eq!(response["reauth_required"], json!(true));
            for flag in ["unified_signin_enabled", "has_webauthn_verify_credential", "oauth_enabled"] {
                assert_eq!(response[flag], json!(false), "{flag}");
            }
            assert_eq!(response["oauth_providers"], json!([]));
        } else {
            answer.assert_redirect("/verify?next=%2Ffresh%3Fpage%3D1");
            assert_eq!(visitor.flashes().await, [scene.text(MessageKey::ReauthenticationRequired)]);
        }
        visitor.get("/fresh").await.assert_status(if visitor.is_json() { 401 } else { 302 });
        visitor.get("/auth").await.assert_status(200);
    }
}

/// Each check that passes prolongs the grace, up to twice the time.
pub async fn grace_slides_and_ends(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    let visitor = scene.json_client();
    visitor.sign_in(ANN).await;
    let mut passed = 0;
    for _ in 0..10 {
        scene.advance_minutes(4);
        if visitor.get("/fresh").await.status == 200 {
            passed += 4;
        }
    }
    assert_eq!(passed, 16, "minutes after signing in that a check still passed");
    let idle = scene.json_client();
    idle.sign_in(ANN).await;
    scene.advance_minutes(9);
    idle.get("/fresh").await.assert_status(200);
    scene.advance_minutes(6);
    idle.get("/fresh").await.assert_status(401);
}

/// `FRESHNESS_GRACE_PERIOD`.
pub async fn a_guard_without_a_grace_of_its_own_has_that_of_the_site(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_FRESHNESS_GRACE_PERIOD", json!("2 minutes"))]);
    scene.account(ANN).await;
    let visitor = scene.json_client();
    visitor.sign_in(ANN).await;
    for (minutes, status) in [(9, 200), (1, 200), (1, 200), (3, 401)] {
        scene.advance_minutes(minutes);
        visitor.get("/fresh/every").await.assert_status(status);
    }
}

/// A refusal opens no window of grace.
pub async fn a_refusal_does_not_help_the_next_try(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("WTF_CSRF_CHECK_DEFAULT", json!(false))]);
    scene.account(ANN).await;
    let visitor = scene.json_client();
    let fields = json!({"email": ANN, "password": PASSWORD});
    visitor.post("/login").fields(fields).csrf_header().await.assert_status(200);
    scene.advance_minutes(9);
    visitor.post("/fresh").await.assert_error(400, &scene.text(MessageKey::CsrfMissing));
    assert_eq!(visitor.session().await.grace_until(), None, "a forged request opens no grace");
    scene.advance_minutes(2);
    for _ in 0..3 {
        visitor.get("/fresh").await.assert_status(401);
    }
}

/// The time in the token counts, unless the site says otherwise; no grace is kept for it.
pub async fn a_token_is_as_fresh_as_the_sign_in_it_came_from(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    let token = scene.token(ANN).await;
    let client = scene.token_client(&token);
    scene.advance_minutes(9);
    client.get("/fresh").await.assert_status(200);
    scene.advance_minutes(2);
    client.get("/fresh").await.assert_status(401);
    client.get("/auth").await.assert_status(200);

    let scene = Scene::with(adapter, [("SECURITY_FRESHNESS_ALLOW_AUTH_TOKEN", json!(false))]);
    scene.account(ANN).await;
    let client = scene.token_client(&scene.token(ANN).await);
    client.get("/fresh").await.assert_status(401);
    client.get("/auth").await.assert_status(200);
}

/// They came with this very request.
pub async fn basic_credentials_are_always_fresh(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    scene.basic_client(ANN, PASSWORD).get("/fresh/every").await.assert_status(200);
}

/// A time that is known to nobody, or lies in the future, is not recent.
pub async fn a_proof_from_the_future_does_not_count(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    let user = scene.account(ANN).await;
    let now = security_core::clock::unix_seconds(scene.now());
    for (proven_at, status) in
        [(now + 3.0, 200), (now + 300.0, 401), (0.0, 401), (-5.0, 401), (f64::NAN, 401)]
    {
        let token = scene.security().issue_token(&user, proven_at);
        scene.token_client(&token).get("/fresh").await.assert_status(status);
    }
}
