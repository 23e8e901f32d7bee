//! Rules that somebody tries to break on purpose.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use futures_util::future::join_all;
use http::Method;
use security_core::message::MessageKey;
use serde_json::json;

use super::{Adapter, PASSWORD, Scene};

const ANN: &str = "ann@harbour.example";
const BOB: &str = "bob@harbour.example";

/// Paths and queries with anything in them.
pub async fn no_target_makes_the_server_fail(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_CONFIRMABLE", json!(true))]);
    let targets = [
        "/login?next=%",
        "/login?next=%ff%fe",
        "/login?next=%00",
        "/login?next=%0d%0aX:%20y",
        "/login?%=%&=&&&;;",
        "/login?next=/a&next=//evil.example",
        "/confirm/%",
        "/confirm/%ff%fe",
        "/confirm/%0d%0aX:%20y",
        "/confirm/a/b",
        "/confirm?email=%ff",
        "/%2e%2e/login",
        "//login",
        "/login;x=1",
        "/fs-static/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    ];
    for visitor in scene.both() {
        for target in targets {
            for method in [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::OPTIONS] {
                let answer = visitor.request(method.clone(), target).await;
                assert!(answer.status.as_u16() < 500, "{method} {target}: {}", answer.status);
                assert!(answer.header("x").is_none(), "{method} {target} injects a header");
            }
        }
    }
}

/// Headers with anything in them.
pub async fn no_header_makes_the_server_fail(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    let long = "x".repeat(20_000);
    for name in [
        "accept",
        "accept-language",
        "authentication-token",
        "authorization",
        "content-type",
        "cookie",
        "referer",
        "user-agent",
        "x-csrf-token",
        "x-forwarded-for",
        "x-forwarded-host",
    ] {
        for value in
            ["", ",;=\"'", "ä ö ü", "\u{1f980}", "a=b; c", "%00%ff", "../../", long.as_str(), "*/*;q=9e99"]
        {
            for visitor in scene.both() {
                for answer in [
                    visitor.get("/login").header(name, value).await,
                    visitor.get("/auth/every").header(name, value).await,
                    visitor.post("/login").header(name, value).await,
                ] {
                    assert!(answer.status.as_u16() < 500, "{name}: {value:.20}: {}", answer.status);
                }
            }
        }
    }
    for host in ["", "evil.example", "a b", "harbour.example:x", "@", "[", "ä"] {
        let answer = scene.browser().get("/login?next=/x").header("host", host).await;
        assert!(answer.status.as_u16() < 500, "{host:?}");
    }
}

/// Not the session, the token, the form or the link of another.
pub async fn what_belongs_to_one_user_is_of_no_use_to_another(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_CONFIRMABLE", json!(true))]);
    scene.account(ANN).await;
    scene.account(BOB).await;
    let (ann, bob) = (scene.json_client(), scene.json_client());
    ann.sign_in(ANN).await;
    bob.sign_in(BOB).await;
    // The form of one with the session of the other.
    let token = bob.csrf_token().await;
    let new = "compass rose garden";
    let fields = json!({"password": PASSWORD, "new_password": new, "new_password_confirm": new});
    let answer = ann.post("/change").fields(fields.clone()).field("csrf_token", token).await;
    answer.assert_field_error("csrf_token", &scene.text(MessageKey::CsrfInvalid));
    // Naming another account does not change it.
    let hash = scene.user(BOB).await.password;
    let named = ann.submit("/change", fields).field("email", BOB).field("user_id", 2).field("id", 2);
    named.await.assert_status(200);
    assert_eq!(scene.user(BOB).await.password, hash);
    assert_eq!(bob.who().await.as_deref(), Some(BOB));
}

/// What a browser kept from before does not come back to life.
pub async fn an_old_session_is_dead_after_a_change_of_the_password(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    let visitor = scene.json_client();
    visitor.sign_in_with(json!({"email": ANN, "password": PASSWORD, "remember": true})).await;
    let (old, token) = (visitor.copied(), visitor.csrf_token().await);
    let new = "compass rose garden";
    let fields = json!({"password": PASSWORD, "new_password": new, "new_password_confirm": new});
    visitor.submit("/change", fields).await.assert_status(200);
    for name in ["session", "remember_token"] {
        let thief = old.copied();
        thief.jar().forget(name);
        thief.get("/auth").await.assert_status(401);
    }
    let answer = old.post("/verify").field("password", new).field("csrf_token", token).await;
    answer.assert_status(401);
}

/// Everybody who registers at the same moment gets an answer, and an account.
pub async fn many_registrations_at_once_get_in_nobodys_way(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_HASHING_QUEUE", json!(256))]);
    let racing = (0..32).map(|number| {
        let scene = scene.clone();
        tokio::spawn(async move {
            let visitor = scene.json_client();
            let email = format!("guest{number}@harbour.example");
            let fields = json!({"email": email, "password": PASSWORD, "password_confirm": PASSWORD});
            visitor.submit("/register", fields).await.assert_status(200);
            assert_eq!(visitor.who().await, Some(email));
        })
    });
    for outcome in join_all(racing).await {
        outcome.expect("no request panics");
    }
    assert_eq!(scene.store().count_users().await.expect("the datastore answers"), 32);
    assert_eq!(scene.mails().await.len(), 32);
}

/// 503 with `Retry-After`, and soon; whoever was served stays served.
pub async fn a_crowd_at_the_door_is_turned_away_and_not_kept_waiting(adapter: &Adapter) {
    let options = [
        ("SECURITY_HASHING_QUEUE", json!(1)),
        (
            "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS",
            json!({"argon2__memory_cost": 4096, "argon2__time_cost": 2}),
        ),
    ];
    let scene = Scene::with(adapter, options);
    scene.account(ANN).await;
    let mut ready = Vec::new();
    for _ in 0..24 {
        let visitor = scene.json_client();
        let token = visitor.csrf_token().await;
        ready.push((visitor, token));
    }
    let racing = ready.into_iter().map(|(visitor, token)| {
        tokio::spawn(async move {
            let fields = json!({"email": ANN, "password": PASSWORD, "csrf_token": token});
            visitor.post("/login").fields(fields).await
        })
    });
    let answers: Vec<_> =
        join_all(racing).await.into_iter().map(|answer| answer.expect("no request panics")).collect();
    let (served, turned_away): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert!(!served.is_empty() && !turned_away.is_empty(), "{} served", served.len());
    for answer in turned_away {
        answer.assert_error(503, &scene.text(MessageKey::ServiceUnavailable));
        let seconds = answer.header("retry-after").and_then(|text| text.parse::<u32>().ok());
        assert!(seconds.is_some_and(|seconds| seconds >= 1), "Retry-After says when");
    }
}
