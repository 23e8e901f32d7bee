//! Rules of proving one's identity again.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use security_core::message::MessageKey;
use serde_json::json;

use super::{Adapter, PASSWORD, Scene};

const ANN: &str = "ann@harbour.example";
const BOB: &str = "bob@harbour.example";

/// And what needs a fresh one works again.
pub async fn the_password_makes_a_stale_session_fresh(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_POST_VERIFY_VIEW", json!("/deck"))]);
    scene.account(ANN).await;
    for visitor in scene.both() {
        visitor.sign_in(ANN).await;
        let before = visitor.session().await;
        scene.advance_minutes(20);
        assert_ne!(visitor.get("/fresh").await.status, 200);
        let answer = visitor.submit("/verify", json!({"password": PASSWORD})).await;
        if visitor.is_json() {
            assert_eq!(answer.members(), ["csrf_token", "user"]);
        } else {
            answer.assert_redirect("/deck");
            let flashes = visitor.flashes().await;
            assert!(flashes.contains(&scene.text(MessageKey::ReauthenticationSuccessful)), "{flashes:?}");
        }
        visitor.get("/fresh").await.assert_status(200);
        let after = visitor.session().await;
        assert_eq!(after.user(), before.user());
        assert_eq!(after.csrf_secret("csrf_token"), before.csrf_secret("csrf_token"));
    }
    assert_eq!(scene.user(ANN).await.login_count, Some(2), "proving again is no sign-in");
    assert_eq!(scene.events().await.iter().filter(|name| **name == "user-authenticated").count(), 2);
}

/// GET shows the form, or says which ways there are.
pub async fn the_page_to_prove_it_again_says_which_ways_there_are(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    for visitor in scene.both() {
        visitor.sign_in(ANN).await;
        let answer = visitor.get("/verify").await;
        if !visitor.is_json() {
            answer.assert_page("action=\"/verify\"");
            continue;
        }
        let names =
            ["csrf_token", "has_webauthn_verify_credential", "oauth_enabled", "oauth_providers", "user"];
        assert_eq!(answer.members(), names);
        assert_eq!(answer.response()["oauth_providers"], json!([]));
    }
}

/// And the session stays stale.
pub async fn a_wrong_password_proves_nothing(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    for visitor in scene.both() {
        visitor.sign_in(ANN).await;
        scene.advance_minutes(20);
        scene.forget_events().await;
        let rows = [
            (json!({}), MessageKey::PasswordNotProvided),
            (json!({"password": ""}), MessageKey::PasswordNotProvided),
            (json!({"password": "wrong horse"}), MessageKey::InvalidPassword),
        ];
        for (fields, key) in rows {
            let answer = visitor.submit("/verify", fields).await;
            answer.assert_field_error("password", &scene.text(key));
        }
        assert_eq!(scene.events().await, ["user-failed-authn"]);
        assert_ne!(visitor.get("/fresh").await.status, 200);
    }
}

/// The form is about whoever is signed in, whatever else it says.
pub async fn somebody_elses_password_proves_nothing(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account_with(ANN, |user| user.password = None).await;
    scene.account(BOB).await;
    for visitor in scene.both() {
        visitor.sign_in(BOB).await;
        scene.advance_minutes(20);
        let answer = visitor.submit("/verify", json!({"email": ANN, "password": "wrong horse"})).await;
        answer.assert_field_error("password", &scene.text(MessageKey::InvalidPassword));
        assert_eq!(visitor.who().await.as_deref(), Some(BOB));
    }
    let answer = scene.json_client().submit("/verify", json!({"email": BOB, "password": PASSWORD})).await;
    answer.assert_error(401, &scene.text(MessageKey::Unauthenticated));
}

/// A program with a token gets a fresh token on request, and no session of anybody.
pub async fn a_token_client_proves_itself_for_a_fresher_token(adapter: &Adapter) {
    let options = [
        ("WTF_CSRF_CHECK_DEFAULT", json!(false)),
        ("SECURITY_CSRF_PROTECT_MECHANISMS", json!(["session", "basic"])),
    ];
    let scene = Scene::with(adapter, options);
    scene.account(ANN).await;
    let browser = scene.json_client();
    let token = {
        let fields = json!({"email": ANN, "password": PASSWORD});
        let answer = browser.post("/login?include_auth_token").fields(fields).csrf_header().await;
        answer.response()["user"]["authentication_token"].as_str().map(str::to_owned)
    };
    scene.advance_minutes(12);
    let client = scene.token_client(&token.expect("a token is handed out"));
    client.get("/fresh").await.assert_status(401);
    let answer = client.post("/verify?include_auth_token").field("password", PASSWORD).await;
    answer.assert_status(200);
    let fresher = answer.response()["user"]["authentication_token"].as_str().map(str::to_owned);
    scene.token_client(&fresher.expect("a token is handed out")).get("/fresh").await.assert_status(200);
    if let Some(cookie) = answer.cookie("session") {
        let session = scene.security().sessions().load(&cookie.value, scene.now()).await;
        assert_eq!(session.expect("the session store answers").user(), None);
    }
}

/// With `FRESHNESS` below zero.
pub async fn a_site_without_freshness_has_no_page_to_prove_it_again(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_FRESHNESS", json!(-1))]);
    scene.account(ANN).await;
    let visitor = scene.browser();
    visitor.sign_in(ANN).await;
    visitor.get("/verify").await.assert_status(404);
    scene.advance_minutes(20);
    // A guard of the application asks all the same, and there is no page to lead to.
    visitor.get("/fresh").await.assert_error(401, &scene.text(MessageKey::ReauthenticationRequired));
}
