//! Rules of authentication tokens.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use async_trait::async_trait;
use http::Method;
use security_core::account::User;
use security_core::hooks::AccountHooks;
use security_core::message::MessageKey;
use security_core::security::SecurityBuilder;
use security_core::token::{AuthToken, Purpose};
use serde_json::{Map, Value, json};

use super::{Adapter, PASSWORD, Scene};

const ANN: &str = "ann@harbour.example";
const BOB: &str = "bob@harbour.example";

/// Handed out by signing in, good in a header or a JSON body.
pub async fn a_token_opens_what_its_user_may_see(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    let token = scene.json_client().token_for(ANN).await;
    let client = scene.token_client(&token);
    let answer = client.get("/auth").await;
    assert_eq!((&answer.json()["user"], &answer.json()["via"]), (&json!(ANN), &json!("token")));
    assert_eq!(client.who().await.as_deref(), Some(ANN));
    let program = scene.json_client().without_cookies();
    let body = json!({"auth_token": token}).to_string();
    let by_body = program.request(Method::GET, "/auth").body("application/json", body).await;
    assert_eq!(by_body.json()["user"], ANN);
    assert_eq!(scene.user(ANN).await.login_count, Some(1), "using a token is no sign-in");
}

/// It would end up in logs and histories.
pub async fn a_token_in_the_query_string_counts_only_where_the_site_allows_it(adapter: &Adapter) {
    for is_allowed in [false, true] {
        let scene = Scene::with(adapter, [("SECURITY_TOKEN_AUTHENTICATION_QUERY", json!(is_allowed))]);
        scene.account(ANN).await;
        let token = scene.token(ANN).await;
        let answer = scene.json_client().get("/auth").query("auth_token", &token).await;
        answer.assert_status(if is_allowed { 200 } else { 401 });
    }
}

/// 3.1: the body overrides the query string, which overrides the header.
pub async fn of_several_tokens_one_decides(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_TOKEN_AUTHENTICATION_QUERY", json!(true))]);
    scene.account(ANN).await;
    scene.account(BOB).await;
    scene.account("cid@harbour.example").await;
    let (ann, bob) = (scene.token(ANN).await, scene.token(BOB).await);
    let cid = scene.token("cid@harbour.example").await;
    let header = scene.token_client(&ann);
    assert_eq!(header.get("/auth").query("auth_token", &bob).await.json()["user"], BOB);
    // Where a header says who calls, guards leave the body to the handler.
    let program = scene.json_client();
    let draft = program.request(Method::GET, "/auth").query("auth_token", &bob);
    let answer = draft.body("application/json", json!({"auth_token": cid}).to_string()).await;
    assert_eq!(answer.json()["user"], "cid@harbour.example");
    header.get("/auth").query("auth_token", "forged").await.assert_status(401);
}

/// Fifteen minutes, unless the site says otherwise.
pub async fn a_token_expires(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    let client = scene.token_client(&scene.token(ANN).await);
    scene.advance_minutes(15);
    client.get("/auth").await.assert_status(200);
    scene.advance(std::time::Duration::from_secs(1));
    client.get("/auth").await.assert_error(401, &scene.text(MessageKey::Unauthenticated));
    assert_eq!(client.who().await, None);
}

/// Whatever is in it: another key, another purpose, a damaged byte, garbage.
pub async fn a_token_that_is_not_ours_is_none(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    let ann = scene.account(ANN).await;
    let good = scene.token(ANN).await;
    let other = Scene::with(adapter, [("SECRET_KEY", json!("another key, of another lighthouse"))]);
    let now = security_core::clock::unix_seconds(scene.now());
    let mut forged = vec![
        other.security().issue_token(&ann, now),
        good[..good.len() - 2].to_owned(),
        format!("{good}a"),
        good.to_lowercase(),
        "x".to_owned(),
        "..".to_owned(),
        "a.b.c".to_owned(),
        "A".repeat(10_000),
        ann.fs_uniquifier.clone(),
        scene.security().remember_cookies().encode(&ann.fs_uniquifier),
    ];
    let payload = json!({"ver": "5", "uid": ann.token_identity(), "fs_paa": now, "exp": 0});
    for purpose in Purpose::ALL.into_iter().filter(|purpose| *purpose != Purpose::Auth) {
        forged.push(scene.security().tokens().signer(purpose).sign(&payload, scene.now()));
    }
    // Ours, and saying nothing that a token says.
    for payload in
        [json!(null), json!(1), json!("x"), json!([]), json!({}), json!({"uid": 7}), json!([[], {}])]
    {
        forged.push(scene.security().tokens().signer(Purpose::Auth).sign(&payload, scene.now()));
    }
    for token in forged {
        let client = scene.token_client(&token);
        client.get("/auth/token").await.assert_error(401, &scene.text(MessageKey::Unauthenticated));
        assert_eq!(client.who().await, None, "{token}");
    }
    let session = scene.json_client();
    session.sign_in(ANN).await;
    let cookie = session.cookie("session").unwrap_or_default();
    scene.token_client(&cookie).get("/auth/token").await.assert_status(401);
    scene.token_client(&good).get("/auth/token").await.assert_status(200);
}

/// In JSON bodies anything may turn up.
pub async fn a_token_of_the_wrong_type_is_none(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    for value in [json!(1), json!(null), json!(true), json!([]), json!({}), json!(["x"])] {
        let body = json!({"auth_token": value}).to_string();
        let answer = scene.json_client().request(Method::GET, "/auth").body("application/json", body).await;
        answer.assert_error(401, &scene.text(MessageKey::Unauthenticated));
    }
    for body in ["[]", "1", "\"x\"", "{", "null"] {
        let answer = scene.json_client().request(Method::GET, "/auth").body("application/json", body).await;
        answer.assert_error(401, &scene.text(MessageKey::Unauthenticated));
    }
}

/// Links in mails are no tokens, and tokens are no links.
pub async fn a_link_is_no_token_and_a_token_no_link(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_CONFIRMABLE", json!(true))]);
    let ann = scene.account_with(ANN, |user| user.confirmed_at = None).await;
    let digest = scene.security().hasher().hash_data(ANN).await.expect("an address can be hashed");
    let payload = json!([ann.fs_uniquifier, digest]);
    for purpose in Purpose::ALL {
        let token = scene.security().tokens().signer(purpose).sign(&payload, scene.now());
        scene.token_client(&token).get("/auth/token").await.assert_status(401);
        if purpose != Purpose::ConfirmEmail {
            scene.browser().get(&format!("/confirm/{token}")).await.assert_redirect("/confirm");
            assert_eq!(scene.user(ANN).await.confirmed_at, None, "{purpose:?}");
        }
    }
    // A good signature around something else.
    for payload in
        [json!(null), json!([]), json!([1, 2]), json!({"a": 1}), json!(["x"]), json!([ann.fs_uniquifier, ""])]
    {
        let token = scene.security().tokens().signer(Purpose::ConfirmEmail).sign(&payload, scene.now());
        scene.browser().get(&format!("/confirm/{token}")).await.assert_redirect("/confirm");
        assert_eq!(scene.user(ANN).await.confirmed_at, None, "{payload}");
    }
}

/// A model with a uniquifier of its own for tokens keeps them over a change of the password.
pub async fn tokens_end_with_the_identity_they_name(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    let client = scene.token_client(&scene.token(ANN).await);
    scene.change(ANN, |change| change.fs_uniquifier = Some("another".to_owned())).await;
    client.get("/auth").await.assert_status(200);
    scene.change(ANN, |change| change.fs_token_uniquifier = Some("yet another".to_owned())).await;
    client.get("/auth").await.assert_status(401);
}

/// Tokens of old releases are lists, and name the uniquifier.
pub async fn tokens_of_old_releases_are_read(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    let ann = scene.account(ANN).await;
    let uid = ann.token_identity().to_owned();
    for payload in [json!([uid]), json!(["1", "pwd", uid]), json!([ann.fs_uniquifier])] {
        let token = scene.security().tokens().signer(Purpose::Auth).sign(&payload, scene.now());
        let client = scene.token_client(&token);
        assert_eq!(client.get("/auth").await.json()["user"], ANN, "{payload}");
        client.get("/fresh").await.assert_status(401);
    }
}

/// Names of the header and of the key in query and body.
pub async fn the_site_chooses_what_a_token_is_called(adapter: &Adapter) {
    let options = [
        ("SECURITY_TOKEN_AUTHENTICATION_HEADER", json!("X-Pass")),
        ("SECURITY_TOKEN_AUTHENTICATION_KEY", json!("pass")),
        ("SECURITY_TOKEN_AUTHENTICATION_QUERY", json!(true)),
        ("SECURITY_TOKEN_MAX_AGE", json!("1 days")),
    ];
    let scene = Scene::with(adapter, options);
    scene.account(ANN).await;
    let token = scene.token(ANN).await;
    scene.advance_minutes(60);
    let program = scene.json_client();
    program.get("/auth").header("x-pass", &token).await.assert_status(200);
    program.get("/auth").query("pass", &token).await.assert_status(200);
    program.get("/auth").header("authentication-token", &token).await.assert_status(401);
}

/// An application that puts the berth into a token, and takes back those of berth 13.
#[derive(Debug)]
struct Berths;

#[async_trait]
impl AccountHooks for Berths {
    async fn accepts_token(&self, user: &User, token: &AuthToken) -> bool {
        user.email == ANN && token.extra.get("berth") == Some(&json!(12))
    }

    fn augment_token(&self, user: &User, members: &mut Map<String, Value>) {
        members.insert("berth".to_owned(), json!(if user.email == ANN { 12 } else { 13 }));
    }

    fn token_expiry(&self, user: &User) -> Option<i64> {
        (user.email == ANN).then_some(super::scene::BEGINNING + 60)
    }
}

/// It adds members, decides when a token ends, and takes single ones back; the earlier of two ends counts.
pub async fn an_application_has_a_say_in_what_a_token_is_worth(adapter: &Adapter) {
    let assemble = |builder: SecurityBuilder| builder.hooks(Berths);
    let scene = Scene::assembled(adapter, &[], assemble, |views| views);
    scene.account(ANN).await;
    scene.account(BOB).await;
    let (ann, bob) = (scene.token(ANN).await, scene.token(BOB).await);
    scene.token_client(&bob).get("/auth").await.assert_status(401);
    assert_eq!(scene.token_client(&bob).who().await, None);
    let client = scene.token_client(&ann);
    scene.advance(std::time::Duration::from_secs(59));
    client.get("/auth").await.assert_status(200);
    scene.advance(std::time::Duration::from_secs(2));
    client.get("/auth").await.assert_status(401);
}

/// A program that proved nothing gets none by changing or proving a password.
pub async fn a_wrong_password_brings_no_token(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    let visitor = scene.json_client();
    visitor.sign_in(ANN).await;
    let wrong = json!({"password": "wrong horse", "new_password": "x".repeat(12), "new_password_confirm": "x".repeat(12)});
    for path in ["/verify?include_auth_token", "/change?include_auth_token"] {
        let answer = visitor.submit(path, wrong.clone()).await;
        answer.assert_status(400);
        assert!(!answer.text().contains("token\":"), "{}", answer.text());
    }
    let right =
        json!({"password": PASSWORD, "new_password": "x".repeat(12), "new_password_confirm": "x".repeat(12)});
    for path in ["/verify?include_auth_token", "/change?include_auth_token"] {
        let answer = visitor.submit(path, right.clone()).await;
        let token = answer.response()["user"]["authentication_token"].as_str().map(str::to_owned);
        let client = scene.token_client(&token.expect("a token is handed out on request"));
        assert_eq!(client.get("/auth").await.json()["user"], Value::from(ANN), "{path}");
    }
}
