//! Rules of being remembered.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use security_core::message::MessageKey;
use serde_json::{Value, json};

use super::{Adapter, PASSWORD, Scene, Visitor};

const ANN: &str = "ann@harbour.example";

async fn remembered(visitor: &Visitor) -> super::Answer {
    visitor.sign_in_with(json!({"email": ANN, "password": PASSWORD, "remember": true})).await
}

/// An absent box is a no, whatever `DEFAULT_REMEMBER_ME` says for flows without a box.
pub async fn only_a_ticked_box_makes_a_visitor_remembered(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_DEFAULT_REMEMBER_ME", json!(true))]);
    scene.account(ANN).await;
    for visitor in scene.both() {
        for (value, is_ticked) in [
            (Value::Null, false),
            (json!(false), false),
            (json!(""), false),
            (json!("y"), true),
            (json!(true), true),
        ] {
            let mut fields = json!({"email": ANN, "password": PASSWORD});
            if !value.is_null() {
                fields["remember"] = value.clone();
            }
            let answer = visitor.sign_in_with(fields).await;
            assert_eq!(answer.cookie("remember_token").is_some(), is_ticked, "{value}");
            visitor.post("/logout").await;
        }
    }
    let page = scene.browser().get("/login").await;
    page.assert_page("value=\"true\" checked");
}

/// `DEFAULT_REMEMBER_ME` is for flows without a box.
pub async fn a_new_account_is_remembered_where_the_site_says_so(adapter: &Adapter) {
    for is_default in [false, true] {
        let scene = Scene::with(adapter, [("SECURITY_DEFAULT_REMEMBER_ME", json!(is_default))]);
        let fields = json!({"email": ANN, "password": PASSWORD, "password_confirm": PASSWORD});
        let answer = scene.browser().submit("/register", fields).await;
        answer.assert_status(302);
        assert_eq!(answer.cookie("remember_token").is_some(), is_default);
    }
}

/// Kept for a year, out of reach of scripts.
pub async fn the_cookie_has_the_attributes_of_the_site(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    let ann = scene.account(ANN).await;
    let cookie =
        remembered(&scene.browser()).await.cookie("remember_token").expect("the visitor is remembered");
    assert!(cookie.http_only && cookie.same_site.as_deref() == Some("Lax"), "{cookie:?}");
    assert_eq!(cookie.max_age(), Some(365 * 24 * 3600));
    assert_eq!(scene.security().remember_cookies().decode(&cookie.value), Some(ann.fs_uniquifier));
    let options = [
        ("REMEMBER_COOKIE_NAME", json!("keep")),
        ("REMEMBER_COOKIE_SECURE", json!(true)),
        ("REMEMBER_COOKIE_DURATION", json!("7 days")),
        ("REMEMBER_COOKIE_DOMAIN", json!("harbour.example")),
        ("REMEMBER_COOKIE_PATH", json!("/deck")),
        ("REMEMBER_COOKIE_HTTPONLY", json!(false)),
        ("REMEMBER_COOKIE_SAMESITE", json!("Strict")),
    ];
    let scene = Scene::with(adapter, options);
    scene.account(ANN).await;
    let cookie = remembered(&scene.browser()).await.cookie("keep").expect("the visitor is remembered");
    assert!(
        cookie.secure && !cookie.http_only && cookie.same_site.as_deref() == Some("Strict"),
        "{cookie:?}"
    );
    assert_eq!((cookie.path.as_str(), cookie.domain.as_deref()), ("/deck", Some("harbour.example")));
    assert_eq!(cookie.max_age(), Some(7 * 24 * 3600));
}

/// The identity comes back, and nothing else.
pub async fn a_remembered_visitor_is_signed_in_and_not_fresh(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    for visitor in scene.both() {
        remembered(&visitor).await;
        scene.forget_events().await;
        let before = scene.user(ANN).await;
        visitor.jar().forget("session");
        scene.advance_minutes(60);
        let answer = visitor.get("/auth").await;
        answer.assert_status(200);
        assert_eq!((&answer.json()["user"], &answer.json()["via"]), (&json!(ANN), &json!("session")));
        let session = visitor.session().await;
        assert!(session.user().is_some() && !session.is_fresh() && session.proven_at().is_none());
        visitor.get("/fresh").await.assert_status(if visitor.is_json() { 401 } else { 302 });
        assert!(scene.events().await.is_empty(), "it is no sign-in");
        assert_eq!(scene.user(ANN).await.login_count, before.login_count);
        visitor.submit("/verify", json!({"password": PASSWORD})).await;
        visitor.get("/fresh").await.assert_status(200);
        visitor.post("/logout").await;
    }
}

/// Whatever was changed about it, and whatever else we signed.
pub async fn a_remember_cookie_that_is_not_ours_is_none(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    let ann = scene.account(ANN).await;
    let visitor = scene.json_client();
    remembered(&visitor).await;
    let good = visitor.cookie("remember_token").unwrap_or_default();
    let other = Scene::with(adapter, [("SECRET_KEY", json!("another key, of another lighthouse"))]);
    let session = visitor.cookie("session").unwrap_or_default();
    for forged in [
        other.security().remember_cookies().encode(&ann.fs_uniquifier),
        good.replace('|', ""),
        format!("{good}0"),
        good.split('|').next().unwrap_or_default().to_owned(),
        format!("1|{}", good.split('|').nth(1).unwrap_or_default()),
        good.to_uppercase(),
        session,
        scene.token(ANN).await,
        ann.fs_uniquifier.clone(),
    ] {
        let thief = scene.json_client();
        thief.jar().plant("remember_token", &forged);
        thief.get("/auth").await.assert_error(401, &scene.text(MessageKey::Unauthenticated));
    }
}

/// 3.1: with a remember-me cookie in the request, a token is not looked at where nobody asked for one.
pub async fn a_remember_cookie_stands_before_a_token(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    scene.account("bob@harbour.example").await;
    let visitor = scene.json_client();
    remembered(&visitor).await;
    visitor.jar().forget("session");
    let token = scene.token("bob@harbour.example").await;
    let both = visitor.with_header("authentication-token", &token);
    assert_eq!(both.who().await.as_deref(), Some(ANN));
    let stranger = scene.json_client();
    stranger.jar().plant("remember_token", "forged");
    let both = stranger.with_header("authentication-token", &token);
    assert_eq!(both.who().await, None);
}

/// P38: a remember-me cookie without a session is deleted as well.
pub async fn signing_out_forgets_a_visitor_who_was_only_remembered(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    for visitor in scene.both() {
        remembered(&visitor).await;
        visitor.jar().forget("session");
        visitor.post("/logout").await;
        assert_eq!(visitor.cookie("remember_token"), None);
        assert_eq!(visitor.who().await, None);
    }
}

/// `REMEMBER_COOKIE_REFRESH_EACH_REQUEST`.
pub async fn the_cookie_is_renewed_with_every_answer_where_the_site_says_so(adapter: &Adapter) {
    for is_refreshed in [false, true] {
        let scene = Scene::with(adapter, [("REMEMBER_COOKIE_REFRESH_EACH_REQUEST", json!(is_refreshed))]);
        scene.account(ANN).await;
        let visitor = scene.browser();
        remembered(&visitor).await;
        assert_eq!(visitor.get("/auth").await.cookie("remember_token").is_some(), is_refreshed);
    }
}
