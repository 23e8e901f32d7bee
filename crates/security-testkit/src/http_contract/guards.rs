//! Rules of the guards before the application's own routes.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use http::Method;
use security_core::message::MessageKey;
use serde_json::{Value, json};

use super::{Adapter, PASSWORD, Scene};

const ANN: &str = "ann@harbour.example";
const BOB: &str = "bob@harbour.example";

/// Which mechanisms each guard accepts: session, token, Basic.
const ACCEPTED: [(&str, [bool; 3]); 5] = [
    ("/auth", [true, true, false]),
    ("/auth/session", [true, false, false]),
    ("/auth/token", [false, true, false]),
    ("/auth/basic", [false, false, true]),
    ("/auth/every", [true, true, true]),
];

/// A token does not open what is for sessions, nor the other way round.
pub async fn a_guard_accepts_its_mechanisms_and_no_others(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    let token = scene.token(ANN).await;
    let session = scene.json_client();
    session.sign_in(ANN).await;
    let callers = [session, scene.token_client(&token), scene.basic_client(ANN, PASSWORD)];
    for (path, accepted) in ACCEPTED {
        for ((caller, is_accepted), mechanism) in
            callers.iter().zip(accepted).zip(["session", "token", "basic"])
        {
            let answer = caller.get(path).await;
            if is_accepted {
                answer.assert_status(200);
                assert_eq!(answer.json()["user"], ANN, "{path} by {mechanism}");
                assert_eq!(answer.json()["via"], mechanism, "{path}");
            } else {
                answer.assert_error(401, &scene.text(MessageKey::Unauthenticated));
            }
        }
    }
}

/// Programs get 401, people the sign-in page, which leads back.
pub async fn a_stranger_is_asked_to_sign_in(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    let answer = scene.json_client().get("/auth?tab=2").await;
    answer.assert_error(401, &scene.text(MessageKey::Unauthenticated));
    assert_eq!(answer.header("www-authenticate"), None, "or the browser of a script asks for a password");
    assert_eq!(answer.members(), ["errors"]);
    let browser = scene.browser();
    browser.get("/auth?tab=2&sort=name").await.assert_redirect("/login?next=%2Fauth%3Ftab%3D2%26sort%3Dname");
    assert_eq!(browser.flashes().await, [scene.text(MessageKey::Unauthenticated)]);
    assert_eq!(scene.events().await, ["user-unauthenticated", "user-unauthenticated"]);
    browser.get("/login-required").await.assert_redirect("/login?next=%2Flogin-required");
    browser.request(Method::OPTIONS, "/login-required").await.assert_status(200);
    browser.request(Method::OPTIONS, "/auth").await.assert_status(302);
}

/// The header makes a browser ask, so that nothing is redirected.
pub async fn a_guard_that_accepts_basic_challenges(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    for visitor in scene.both() {
        for (path, realm) in [
            ("/auth/basic", "Login Required"),
            ("/auth/every", "Login Required"),
            ("/auth/realm", "Engine room"),
        ] {
            let answer = visitor.get(path).await;
            answer.assert_error(401, &scene.text(MessageKey::Unauthenticated));
            assert_eq!(answer.header("www-authenticate"), Some(format!("Basic realm=\"{realm}\"").as_str()));
            assert!(visitor.flashes().await.is_empty());
        }
    }
    let options = [
        ("SECURITY_DEFAULT_HTTP_AUTH_REALM", json!("Bridge")),
        ("SECURITY_API_ENABLED_METHODS", json!(["session", "basic"])),
    ];
    let scene = Scene::with(adapter, options);
    for visitor in scene.both() {
        let answer = visitor.get("/change").await;
        answer.assert_status(401);
        assert_eq!(answer.header("www-authenticate"), Some("Basic realm=\"Bridge\""));
    }
}

/// Name and password are checked like those of the sign-in page, for this request alone.
pub async fn basic_credentials_open_no_session(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_CONFIRMABLE", json!(true))]);
    scene.account(ANN).await;
    scene.account_with(BOB, |user| user.confirmed_at = None).await;
    let visitor = scene.json_client().with_basic("Ann@harbour.example", PASSWORD);
    let answer = visitor.get("/auth/basic").await;
    answer.assert_status(200);
    assert!(visitor.session().await.user().is_none());
    assert_eq!(scene.user(ANN).await.login_count, None);
    assert!(scene.events().await.is_empty(), "no sign-in");
    assert_eq!(visitor.who().await, None, "Basic counts only where a guard asks for it");

    let refused = scene.basic_client(ANN, "wrong horse");
    refused.get("/auth/basic").await.assert_status(401);
    let mut events = scene.events().await;
    events.sort_unstable();
    assert_eq!(events, ["user-failed-authn", "user-unauthenticated"]);
    for (name, password) in [("nobody@harbour.example", PASSWORD), ("", PASSWORD), (ANN, ""), (BOB, PASSWORD)]
    {
        scene.basic_client(name, password).get("/auth/basic").await.assert_status(401);
    }
    scene.deactivate(ANN).await;
    scene.basic_client(ANN, PASSWORD).get("/auth/basic").await.assert_status(401);
}

/// Whatever is in the header.
pub async fn a_malformed_authorization_header_is_no_credential(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    for header in
        ["Basic", "Basic ", "Basic ???", "Basic OgA=", "Basic /w==", "Bearer abc", "basic", "Digest x"]
    {
        let visitor = scene.json_client().with_header("authorization", header);
        visitor.get("/auth/basic").await.assert_error(401, &scene.text(MessageKey::Unauthenticated));
    }
}

/// All of them, or any of them.
pub async fn a_role_opens_what_is_for_its_holders(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    let people = [
        ("ann@harbour.example", vec!["pilot", "keeper"]),
        (BOB, vec!["pilot"]),
        ("cid@harbour.example", vec![]),
    ];
    let paths = ["/roles/all", "/roles/any", "/permissions/all", "/permissions/any"];
    for (email, roles) in people {
        scene
            .account_with(email, |user| user.roles = roles.iter().map(|role| (*role).to_owned()).collect())
            .await;
        for visitor in scene.both() {
            visitor.sign_in(email).await;
            for path in paths {
                let is_open = if path.ends_with("all") { roles.len() == 2 } else { !roles.is_empty() };
                let answer = visitor.get(path).await;
                if is_open {
                    answer.assert_status(200);
                } else {
                    answer.assert_error(403, &scene.text(MessageKey::Unauthorized));
                }
            }
        }
    }
}

/// A role that was taken away is gone at the next request.
pub async fn roles_are_those_of_this_moment(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    let user = scene.account_with(ANN, |user| user.roles = vec!["pilot".to_owned()]).await;
    let visitor = scene.json_client();
    visitor.sign_in(ANN).await;
    visitor.get("/roles/any").await.assert_status(200);
    scene.store().revoke_role(&user.id, "pilot").await.expect("the datastore answers");
    visitor.get("/roles/any").await.assert_status(403);
}

/// They do not authenticate: used alone they refuse strangers with 403 and lead nowhere.
pub async fn a_guard_for_roles_asks_nobody_to_sign_in(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    for visitor in scene.both() {
        for path in ["/roles/alone", "/permissions/alone"] {
            visitor.get(path).await.assert_error(403, &scene.text(MessageKey::Unauthorized));
        }
    }
}

/// `UNAUTHORIZED_VIEW` for people; the `Referer` header never decides.
pub async fn who_lacks_a_role_is_sent_where_the_site_says_and_never_to_the_referrer(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_UNAUTHORIZED_VIEW", json!("/closed"))]);
    for visitor in scene.both() {
        let answer = visitor.get("/roles/alone").header("referer", "https://evil.example/").await;
        if visitor.is_json() {
            answer.assert_error(403, &scene.text(MessageKey::Unauthorized));
        } else {
            answer.assert_redirect("/closed");
            assert_eq!(visitor.flashes().await, [scene.text(MessageKey::Unauthorized)]);
        }
    }
    let scene = Scene::new(adapter);
    let answer = scene.browser().get("/roles/alone").header("referer", "http://harbour.example/").await;
    answer.assert_status(403);
}

/// In JSON an error, for people the page after signing in.
pub async fn a_route_for_strangers_turns_users_away(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_POST_LOGIN_VIEW", json!("/deck"))]);
    scene.account(ANN).await;
    for visitor in scene.both() {
        visitor.get("/anonymous").await.assert_status(200);
        visitor.sign_in(ANN).await;
        let answer = visitor.get("/anonymous?next=/elsewhere").await;
        if visitor.is_json() {
            answer.assert_error(400, &scene.text(MessageKey::AnonymousUserRequired));
        } else {
            answer.assert_redirect("/deck");
        }
    }
}

/// Session, token and remember-me cookie alike.
pub async fn a_user_who_is_disabled_or_deleted_is_a_stranger_at_once(adapter: &Adapter) {
    for delete in [false, true] {
        let scene = Scene::new(adapter);
        let user = scene.account(ANN).await;
        let token = scene.token(ANN).await;
        let (session, remembered) = (scene.json_client(), scene.json_client());
        session.sign_in(ANN).await;
        remembered.sign_in_with(json!({"email": ANN, "password": PASSWORD, "remember": true})).await;
        remembered.jar().forget("session");
        if delete {
            scene.store().delete_user(&user.id).await.expect("the datastore answers");
        } else {
            scene.deactivate(ANN).await;
        }
        for visitor in [session, remembered, scene.token_client(&token)] {
            visitor.get("/auth").await.assert_status(401);
            assert_eq!(visitor.who().await, None);
        }
    }
}

/// P1: with a victim's session and a token of somebody else, the token's user acts, or the session's, and never a
/// mixture.
pub async fn one_mechanism_decides_who_acts_and_how_fresh_that_is(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    scene.account(BOB).await;
    let visitor = scene.json_client();
    visitor.sign_in(ANN).await;
    scene.advance_minutes(20);
    let fresh = scene.token(BOB).await;
    // By the session Ann, who is stale; by the token Bob, who is fresh.
    let both = visitor.clone().with_header("authentication-token", &fresh);
    let row = |answer: &super::Answer| (answer.json()["user"].clone(), answer.json()["via"].clone());
    assert_eq!(row(&both.get("/auth").await), (json!(BOB), json!("token")));
    assert_eq!(row(&both.get("/auth/token").await), (json!(BOB), json!("token")));
    assert_eq!(row(&both.get("/auth/session").await), (json!(ANN), json!("session")));
    assert_eq!(row(&both.get("/fresh").await), (json!(BOB), json!("token")));
    assert_eq!(row(&both.get("/who").await), (json!(ANN), json!("session")));
    visitor.get("/fresh").await.assert_status(401);
    assert_eq!(visitor.who().await.as_deref(), Some(ANN), "the session is still Ann's");

    // A role of the one is of no use to the other.
    let keeper =
        scene.account_with("kit@harbour.example", |user| user.roles = vec!["pilot".to_owned()]).await;
    let token = scene.token(&keeper.email).await;
    let both = visitor.clone().with_header("authentication-token", &token);
    assert_eq!(row(&both.get("/roles/any").await), (json!("kit@harbour.example"), json!("token")));
    both.get("/roles/alone").await.assert_status(403);
}

/// A token in the query string can be put there by another site, whose forms the browser sends with the cookies.
pub async fn a_token_in_the_query_string_is_no_excuse_for_a_missing_csrf_token(adapter: &Adapter) {
    let options = [
        ("SECURITY_TOKEN_AUTHENTICATION_QUERY", json!(true)),
        ("WTF_CSRF_CHECK_DEFAULT", json!(false)),
        ("SECURITY_CSRF_PROTECT_MECHANISMS", json!(["session", "basic"])),
    ];
    let scene = Scene::with(adapter, options);
    scene.account(ANN).await;
    scene.account(BOB).await;
    let token = scene.token(BOB).await;
    let visitor = scene.browser();
    let login = json!({"email": ANN, "password": PASSWORD});
    visitor.post("/login").fields(login).csrf().await.assert_status(302);
    let missing = scene.text(MessageKey::CsrfMissing);
    visitor.post("/auth").query("auth_token", &token).await.assert_error(400, &missing);
    let change =
        json!({"password": PASSWORD, "new_password": "x".repeat(12), "new_password_confirm": "x".repeat(12)});
    visitor.post("/change").query("auth_token", &token).fields(change).await.assert_error(400, &missing);
    // Without cookies the token alone speaks, and needs no CSRF token.
    let program = scene.json_client().without_cookies();
    let answer = program.post("/auth").query("auth_token", &token).await;
    answer.assert_status(200);
    assert_eq!(answer.json()["user"], BOB);
}

/// The handler sees what was sent, whatever a guard read of it.
pub async fn the_body_reaches_the_handler_behind_a_guard(adapter: &Adapter) {
    let options = [("WTF_CSRF_CHECK_DEFAULT", json!(false))];
    let scene = Scene::with(adapter, options);
    scene.account(ANN).await;
    let visitor = scene.browser();
    visitor.sign_in(ANN).await;
    let token = visitor.csrf_token().await;
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("cargo", "42 barrels").append_pair("csrf_token", &token);
    let form = form.finish();
    for path in ["/auth", "/unauth-csrf"] {
        let answer = visitor.post(path).body("application/x-www-form-urlencoded", form.clone()).await;
        answer.assert_status(200);
        assert_eq!(answer.json()["body"], Value::String(form.clone()), "{path}");
    }
    let auth_token = scene.token(ANN).await;
    let body = json!({"auth_token": auth_token, "cargo": "42 barrels"}).to_string();
    let program = scene.json_client().without_cookies();
    let answer = program.request(Method::GET, "/auth/token").body("application/json", body.clone()).await;
    answer.assert_status(200);
    assert_eq!(answer.json()["body"], Value::String(body));
}
