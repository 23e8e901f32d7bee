//! Rules of signing out.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use http::Method;
use security_core::message::MessageKey;
use serde_json::{Value, json};

use super::{Adapter, PASSWORD, Scene};

const ANN: &str = "ann@harbour.example";

/// In JSON as in HTML.
pub async fn signing_out_ends_the_session(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_POST_LOGOUT_VIEW", json!("/quay"))]);
    scene.account(ANN).await;
    for visitor in scene.both() {
        visitor.sign_in(ANN).await;
        let answer = visitor.post("/logout").await;
        if visitor.is_json() {
            answer.assert_status(200);
            assert_eq!(answer.response(), json!({}), "no CSRF token either");
        } else {
            answer.assert_redirect("/quay");
        }
        assert_eq!(visitor.who().await, None);
        let names: Vec<String> = visitor.session().await.names().map(str::to_owned).collect();
        assert!(names.iter().all(|name| name == "fs_cc"), "nothing of the sign-in is left: {names:?}");
    }
}

/// Whoever asks learns nothing from the answer.
pub async fn signing_out_answers_the_same_when_nobody_is_signed_in(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    for (stranger, visitor) in scene.both().into_iter().zip(scene.both()) {
        visitor.sign_in(ANN).await;
        let (nobody, somebody) = (stranger.post("/logout").await, visitor.post("/logout").await);
        assert_eq!((nobody.status, &nobody.body), (somebody.status, &somebody.body));
        assert_eq!(nobody.location(), somebody.location());
    }
}

/// An image tag on another site must not sign anybody out.
pub async fn a_get_does_not_sign_out_unless_the_site_allows_it(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    for visitor in scene.both() {
        visitor.sign_in(ANN).await;
        for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE] {
            visitor.request(method, "/logout").await.assert_status(405);
        }
        assert_eq!(visitor.who().await.as_deref(), Some(ANN));
    }
    let scene = Scene::with(adapter, [("SECURITY_LOGOUT_METHODS", json!(["GET", "POST"]))]);
    scene.account(ANN).await;
    for visitor in scene.both() {
        visitor.sign_in(ANN).await;
        visitor.get("/logout").await.assert_redirect("/");
        assert_eq!(visitor.who().await, None);
    }
}

/// `LOGOUT_METHODS` is null.
pub async fn a_site_without_a_way_out_has_no_such_route(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_LOGOUT_METHODS", Value::Null)]);
    scene.json_client().post("/logout").await.assert_status(404);
}

/// A forged sign-out is a nuisance; one that fails is a danger.
pub async fn signing_out_works_without_a_token_and_with_a_broken_body(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("WTF_CSRF_CHECK_DEFAULT", json!(true))]);
    scene.account(ANN).await;
    for body in ["", "{", "[1]", "\"x\"", "null"] {
        let visitor = scene.json_client();
        let csrf = visitor.csrf_token().await;
        let attempt = json!({"email": ANN, "password": PASSWORD});
        let answer = visitor.submit("/login", attempt).header("x-csrf-token", &csrf).await;
        answer.assert_status(200);
        visitor.post("/logout").body("application/json", body).await.assert_status(200);
        assert_eq!(visitor.who().await, None, "{body:?}");
    }
}

/// `LOGOUT_CSRF`.
pub async fn signing_out_needs_a_token_where_the_site_says_so(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_LOGOUT_CSRF", json!(true))]);
    scene.account(ANN).await;
    let missing = scene.text(MessageKey::CsrfMissing);
    for visitor in scene.both() {
        visitor.sign_in(ANN).await;
        let answer = visitor.post("/logout").await;
        answer.assert_field_error("csrf_token", &missing);
        if !visitor.is_json() {
            answer.assert_page("action=\"/logout\"");
        }
        let invalid = scene.text(MessageKey::CsrfInvalid);
        visitor
            .post("/logout")
            .field("csrf_token", "forged")
            .await
            .assert_field_error("csrf_token", &invalid);
        assert_eq!(visitor.who().await.as_deref(), Some(ANN));
        visitor.submit("/logout", json!({})).await;
        assert_eq!(visitor.who().await, None);
    }
}

/// The cookies a browser keeps are deleted with the attributes they were set with, and the tokens of the old session
/// are worthless.
pub async fn nothing_a_browser_held_is_of_use_after_signing_out(adapter: &Adapter) {
    let options = [
        ("SECURITY_CSRF_COOKIE_NAME", json!("XSRF-TOKEN")),
        ("WTF_CSRF_CHECK_DEFAULT", json!(false)),
        ("REMEMBER_COOKIE_SAMESITE", json!("Strict")),
        ("REMEMBER_COOKIE_PATH", json!("/")),
    ];
    let scene = Scene::with(adapter, options);
    scene.account(ANN).await;
    for visitor in scene.both() {
        let attempt = json!({"email": ANN, "password": PASSWORD, "remember": true});
        let signed_in = visitor.sign_in_with(attempt).await;
        let token = visitor.csrf_token().await;
        let remember = signed_in.cookie("remember_token").expect("the visitor is remembered");
        let csrf = visitor.cookie("XSRF-TOKEN").expect("scripts get the token");
        let answer = visitor.post("/logout").await;
        let deleted = answer.cookie("remember_token").expect("the remember-me cookie is deleted");
        assert!(deleted.is_deletion() && deleted.has_attributes_of(&remember), "{deleted:?}");
        let deleted = answer.cookie("XSRF-TOKEN").expect("the CSRF cookie is deleted");
        assert!(deleted.is_deletion() && deleted.secure && deleted.same_site.as_deref() == Some("Strict"));
        assert_eq!(visitor.cookie("remember_token"), None);
        assert_eq!(visitor.cookie("XSRF-TOKEN"), None);
        assert_eq!(visitor.who().await, None);
        for old in [token, csrf] {
            let again = json!({"email": ANN, "password": PASSWORD, "csrf_token": old});
            let answer = visitor.post("/login").fields(again).header("x-csrf-token", &old).await;
            answer.assert_error(400, &scene.text(MessageKey::CsrfInvalid));
        }
    }
}

/// What the application keeps in a session is the application's.
pub async fn signing_out_twice_is_as_good_as_once(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    let visitor = scene.browser();
    visitor.sign_in(ANN).await;
    for _ in 0..2 {
        visitor.post("/logout").await.assert_redirect("/");
    }
    visitor.sign_in(ANN).await;
    assert_eq!(visitor.who().await.as_deref(), Some(ANN));
}
