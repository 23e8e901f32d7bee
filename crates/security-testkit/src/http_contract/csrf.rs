//! Rules against forged requests.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use http::Method;
use security_core::message::MessageKey;
use serde_json::{Value, json};

use super::{Adapter, PASSWORD, Scene};

const ANN: &str = "ann@harbour.example";
/// The application layer, asked by guards.
const BY_GUARDS: (&str, Value) = ("WTF_CSRF_CHECK_DEFAULT", Value::Bool(false));
/// The application layer, before every view.
const EARLY: (&str, Value) = ("WTF_CSRF_CHECK_DEFAULT", Value::Bool(true));

fn login() -> Value {
    json!({"email": ANN, "password": PASSWORD})
}

/// Every form of ours, in JSON as in HTML.
pub async fn a_form_without_a_good_token_does_nothing(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_CONFIRMABLE", json!(true))]);
    scene.account(ANN).await;
    let other = scene.json_client().csrf_token().await;
    for visitor in scene.both() {
        let good = visitor.csrf_token().await;
        let tampered = format!("{}x", &good[..good.len() - 1]);
        let rows = [
            (Value::Null, MessageKey::CsrfMissing),
            (json!(""), MessageKey::CsrfMissing),
            (json!("forged"), MessageKey::CsrfInvalid),
            (json!(tampered), MessageKey::CsrfInvalid),
            (json!(other), MessageKey::CsrfInvalid),
        ];
        for path in ["/login", "/register", "/confirm"] {
            for (token, key) in &rows {
                let answer = visitor.post(path).fields(login()).field("csrf_token", token.clone()).await;
                answer.assert_field_error("csrf_token", &scene.text(*key));
            }
        }
        assert_eq!(visitor.who().await, None);
        visitor.sign_in(ANN).await;
        for path in ["/verify", "/change"] {
            for (token, key) in &rows {
                let answer = visitor.post(path).fields(login()).field("csrf_token", token.clone()).await;
                answer.assert_field_error("csrf_token", &scene.text(*key));
            }
        }
    }
    assert!(scene.mails().await.is_empty());
}

/// A header is not looked at before the application layer is on, nor is the query string ever.
pub async fn a_token_counts_only_where_forms_have_it(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    for visitor in scene.both() {
        let token = visitor.csrf_token().await;
        let missing = scene.text(MessageKey::CsrfMissing);
        let by_header = visitor.post("/login").fields(login()).header("x-csrf-token", &token).await;
        by_header.assert_field_error("csrf_token", &missing);
        let by_query = visitor.post("/login").query("csrf_token", &token).fields(login()).await;
        by_query.assert_field_error("csrf_token", &missing);
    }
}

/// An hour, unless the site says otherwise.
pub async fn a_token_expires(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    for visitor in scene.both() {
        let token = visitor.csrf_token().await;
        scene.advance_minutes(61);
        let answer = visitor.post("/login").fields(login()).field("csrf_token", token).await;
        answer.assert_field_error("csrf_token", &scene.text(MessageKey::CsrfExpired));
    }
    for without_limit in [("WTF_CSRF_TIME_LIMIT", Value::Null), ("TESTING", json!(true))] {
        let scene = Scene::with(adapter, [without_limit]);
        scene.account(ANN).await;
        let visitor = scene.json_client();
        let token = visitor.csrf_token().await;
        scene.advance_minutes(60 * 24 * 7);
        visitor.post("/login").fields(login()).field("csrf_token", token).await.assert_status(200);
    }
}

/// Programs fetch a token before they sign in and go on with it.
pub async fn a_token_from_before_signing_in_is_good_afterwards(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    let visitor = scene.json_client();
    let token = visitor.csrf_token().await;
    visitor.post("/login").fields(login()).field("csrf_token", token.as_str()).await.assert_status(200);
    let answer = visitor.post("/verify").field("password", PASSWORD).field("csrf_token", token).await;
    answer.assert_status(200);
}

/// Every success of a form hands out the token for the next one; errors do not.
pub async fn a_success_in_json_brings_the_token_for_the_next_form(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    let visitor = scene.json_client();
    let mut token = visitor.csrf_token().await;
    for (path, fields) in [("/login", login()), ("/verify", login()), ("/verify", login())] {
        let answer = visitor.post(path).fields(fields).field("csrf_token", token).await;
        token = answer.response()["csrf_token"].as_str().expect("a token for the next form").to_owned();
    }
}

/// For tests of applications; forms and guards alike.
pub async fn the_protection_can_be_switched_off_as_a_whole(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("WTF_CSRF_ENABLED", json!(false)), EARLY]);
    scene.account(ANN).await;
    for visitor in scene.both() {
        visitor.post("/login").fields(login()).await.assert_status(if visitor.is_json() { 200 } else { 302 });
        visitor.post("/auth").await.assert_status(200);
    }
}

/// Before the route is known; the answer is a bare page whatever was asked for.
pub async fn an_early_check_refuses_before_any_view(adapter: &Adapter) {
    let scene = Scene::with(adapter, [EARLY]);
    scene.account(ANN).await;
    for visitor in scene.both() {
        for path in ["/who", "/auth", "/login", "/nowhere"] {
            for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                let answer = visitor.request(method, path).await;
                answer.assert_status(400);
                assert!(!answer.is_json());
                assert!(answer.text().contains(&scene.text(MessageKey::CsrfMissing)));
            }
        }
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            visitor.request(method, "/who").await.assert_status(200);
        }
        visitor.post("/login").fields(login()).csrf_header().await.assert_status(if visitor.is_json() {
            200
        } else {
            302
        });
        visitor.post("/auth").csrf_header().await.assert_status(200);
    }
}

/// Form field first, then three headers; the JSON body is not looked at.
pub async fn the_application_layer_takes_a_token_from_a_form_or_a_header(adapter: &Adapter) {
    for layer in [EARLY, BY_GUARDS] {
        let scene = Scene::with(adapter, [layer]);
        scene.account(ANN).await;
        let browser = scene.browser();
        browser.post("/login").fields(login()).csrf().await.assert_status(302);
        for header in ["x-csrftoken", "x-csrf-token", "x-xsrf-token"] {
            browser.post("/auth").csrf_in(header).await.assert_status(200);
        }
        browser.post("/auth").csrf_in("x-other").await.assert_status(400);
        browser.post("/auth").csrf().await.assert_status(200);
        let token = browser.csrf_token().await;
        browser.post("/auth").field("prefix-csrf_token", token.as_str()).await.assert_status(200);
        let json = json!({"csrf_token": token}).to_string();
        browser.post("/auth").body("application/json", json).await.assert_status(400);
        let parts = format!(
            "--cut\r\nContent-Disposition: form-data; name=\"csrf_token\"\r\n\r\n{token}\r\n--cut--\r\n"
        );
        browser.post("/auth").body("multipart/form-data; boundary=cut", parts).await.assert_status(200);
    }
}

/// `WTF_CSRF_FIELD_NAME`, `CSRF_HEADER`, `WTF_CSRF_HEADERS` and `WTF_CSRF_METHODS`.
pub async fn a_site_chooses_where_a_token_is_looked_for_and_when(adapter: &Adapter) {
    let options = [
        BY_GUARDS,
        ("WTF_CSRF_FIELD_NAME", json!("berth_token")),
        ("WTF_CSRF_HEADERS", json!(["X-Berth"])),
        ("SECURITY_CSRF_HEADER", json!("X-Own")),
        ("WTF_CSRF_METHODS", json!(["post"])),
    ];
    let scene = Scene::with(adapter, options);
    scene.account(ANN).await;
    for visitor in scene.both() {
        let token = visitor.csrf_token().await;
        if !visitor.is_json() {
            visitor.get("/login").await.assert_page("name=\"berth_token\"");
        }
        let missing = scene.text(MessageKey::CsrfMissing);
        visitor
            .post("/login")
            .fields(login())
            .field("csrf_token", token.as_str())
            .await
            .assert_error(400, &missing);
        let by_header = visitor.post("/login").fields(login()).header("x-berth", &token).await;
        by_header.assert_status(if visitor.is_json() { 200 } else { 302 });
        assert_eq!(
            visitor.post("/auth").field("berth_token", token.as_str()).await.status == 200,
            !visitor.is_json()
        );
        for (header, status) in [("x-berth", 200), ("x-own", 200), ("x-csrf-token", 400)] {
            visitor.post("/auth").header(header, &token).await.assert_status(status);
        }
        visitor.request(Method::PUT, "/auth").await.assert_status(200);
    }
}

/// Guards check nothing before the layer is there; forms check by themselves. `login_required` never checks.
pub async fn without_the_application_layer_forms_alone_are_checked(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    for visitor in scene.both() {
        visitor.post("/unauth-csrf").await.assert_status(200);
        visitor.sign_in(ANN).await;
        for path in ["/auth", "/unauth-csrf", "/login-required"] {
            visitor.post(path).await.assert_status(200);
        }
        let forged = visitor.post("/verify").field("password", PASSWORD).await;
        forged.assert_field_error("csrf_token", &scene.text(MessageKey::CsrfMissing));
    }
    let scene = Scene::with(adapter, [BY_GUARDS]);
    scene.account(ANN).await;
    let visitor = scene.json_client();
    visitor.post("/login").fields(login()).csrf_header().await.assert_status(200);
    visitor.post("/auth").await.assert_status(400);
    visitor.post("/login-required").await.assert_status(200);
}

/// Guards answer programs in JSON.
pub async fn a_guard_refuses_in_the_style_of_the_request(adapter: &Adapter) {
    let scene = Scene::with(adapter, [BY_GUARDS]);
    scene.account(ANN).await;
    for visitor in scene.both() {
        let csrf = visitor.post("/login").fields(login()).csrf_header().await;
        csrf.assert_status(if visitor.is_json() { 200 } else { 302 });
        visitor.post("/who").await.assert_status(200);
        for path in ["/auth", "/unauth-csrf", "/verify", "/change"] {
            visitor.post(path).await.assert_error(400, &scene.text(MessageKey::CsrfMissing));
        }
        visitor.get("/auth").await.assert_status(200);
    }
}

/// `CSRF_PROTECT_MECHANISMS`.
pub async fn only_the_mechanisms_that_browsers_add_by_themselves_need_a_token(adapter: &Adapter) {
    let protect = ("SECURITY_CSRF_PROTECT_MECHANISMS", json!(["session", "basic"]));
    let scene = Scene::with(adapter, [BY_GUARDS, protect]);
    scene.account(ANN).await;
    let token = scene.token(ANN).await;
    scene.token_client(&token).post("/auth").await.assert_status(200);
    scene.token_client(&token).post("/verify").field("password", PASSWORD).await.assert_status(200);
    scene.token_client(&token).post("/unauth-csrf").await.assert_status(200);
    let missing = scene.text(MessageKey::CsrfMissing);
    scene.basic_client(ANN, PASSWORD).post("/auth/basic").await.assert_error(400, &missing);
    let session = scene.json_client();
    session.post("/login").fields(login()).csrf_header().await.assert_status(200);
    session.post("/auth").await.assert_error(400, &missing);
    session.post("/unauth-csrf").await.assert_error(400, &missing);

    let scene = Scene::with(adapter, [BY_GUARDS]);
    scene.account(ANN).await;
    let token = scene.token(ANN).await;
    scene.token_client(&token).post("/auth").await.assert_error(400, &missing);
}

/// `CSRF_IGNORE_UNAUTH_ENDPOINTS`.
pub async fn strangers_need_no_token_where_the_site_gives_that_up(adapter: &Adapter) {
    let ignore = ("SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS", json!(true));
    let scene = Scene::with(adapter, [BY_GUARDS, ignore]);
    scene.account(ANN).await;
    for visitor in scene.both() {
        visitor.post("/unauth-csrf").await.assert_status(200);
        visitor.post("/login").fields(login()).await.assert_status(if visitor.is_json() { 200 } else { 302 });
        let missing = scene.text(MessageKey::CsrfMissing);
        visitor.post("/unauth-csrf").await.assert_error(400, &missing);
        visitor.post("/login").fields(login()).await.assert_error(400, &missing);
    }
}

/// Over HTTPS a request says that it comes from this site.
pub async fn over_https_the_referrer_has_to_be_this_site(adapter: &Adapter) {
    for layer in [EARLY, BY_GUARDS] {
        let scene = Scene::with(adapter, [layer.clone(), ("PREFERRED_URL_SCHEME", json!("https"))]);
        let visitor = scene.json_client();
        for (referrer, status) in [
            (Some("https://harbour.example/form"), 200),
            (Some("https://harbour.example"), 200),
            (Some("https://HARBOUR.example:443/"), 200),
            (None, 400),
            (Some("https://evil.example/"), 400),
            (Some("http://harbour.example/"), 400),
            (Some("https://harbour.example.evil.example/"), 400),
            (Some("https://harbour.example@evil.example/"), 400),
            (Some("https://harbour.example:8443/"), 400),
            (Some("//harbour.example/"), 400),
        ] {
            let draft = visitor.post("/unauth-csrf").csrf_header();
            let draft = match referrer {
                Some(referrer) => draft.header("referer", referrer),
                None => draft,
            };
            draft.await.assert_status(status);
        }
        let lax = [layer, ("PREFERRED_URL_SCHEME", json!("https")), ("WTF_CSRF_SSL_STRICT", json!(false))];
        let scene = Scene::with(adapter, lax);
        scene.json_client().post("/unauth-csrf").csrf_header().await.assert_status(200);
    }
}

/// From GET login on, once; again when it no longer validates; gone with the sign-out.
pub async fn the_cookie_for_scripts_follows_the_session(adapter: &Adapter) {
    let cookie = ("SECURITY_CSRF_COOKIE_NAME", json!("XSRF-TOKEN"));
    let scene = Scene::with(adapter, [BY_GUARDS, cookie]);
    scene.account(ANN).await;
    for visitor in scene.both() {
        let set =
            visitor.get("/login").await.cookie("XSRF-TOKEN").expect("the cookie is sent before signing in");
        assert!(set.secure && !set.http_only && set.same_site.as_deref() == Some("Strict"), "{set:?}");
        assert_eq!((set.path.as_str(), set.ends), ("/", None));
        assert!(visitor.get("/who").await.cookie("XSRF-TOKEN").is_none(), "it was sent already");
        let token = visitor.cookie("XSRF-TOKEN").unwrap_or_default();
        let draft =
            visitor.post("/login").fields(json!({"email": ANN, "password": PASSWORD, "remember": true}));
        let answer = draft.header("x-xsrf-token", &token).await;
        answer.assert_status(if visitor.is_json() { 200 } else { 302 });
        assert!(answer.cookie("XSRF-TOKEN").is_some(), "signing in sends it anew");
        let token = visitor.cookie("XSRF-TOKEN").unwrap_or_default();
        visitor.post("/auth").header("x-xsrf-token", &token).await.assert_status(200);
        scene.advance_minutes(61);
        let renewed = visitor.get("/auth").await;
        assert!(renewed.cookie("XSRF-TOKEN").is_some(), "the old one is no longer good");
        assert!(visitor.get("/auth").await.cookie("XSRF-TOKEN").is_none());
        visitor.jar().forget("session");
        let restored = visitor.get("/auth").await;
        restored.assert_status(200);
        assert!(restored.cookie("XSRF-TOKEN").is_some(), "a restored session sends it as well");
        let token = visitor.cookie("XSRF-TOKEN").unwrap_or_default();
        visitor.post("/auth").header("x-xsrf-token", &token).await.assert_status(200);
        visitor.post("/logout").await;
        assert_eq!(visitor.cookie("XSRF-TOKEN"), None);
    }
    let scene = Scene::with(
        adapter,
        [
            BY_GUARDS,
            ("SECURITY_CSRF_COOKIE_NAME", json!("XSRF-TOKEN")),
            ("SECURITY_CSRF_COOKIE_REFRESH_EACH_REQUEST", json!(true)),
        ],
    );
    scene.account(ANN).await;
    let visitor = scene.json_client();
    visitor.post("/login").fields(login()).csrf_header().await.assert_status(200);
    for _ in 0..2 {
        assert!(visitor.get("/auth").await.cookie("XSRF-TOKEN").is_some());
    }
}
