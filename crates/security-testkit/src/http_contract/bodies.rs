//! Rules of what a request may send.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use std::time::{Duration, Instant};

use http::Method;
use security_core::message::MessageKey;
use serde_json::{Value, json};

use super::{Adapter, PASSWORD, Scene, Visitor};

const ANN: &str = "ann@harbour.example";
const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Endpoints with a form, and whether they are for users.
const FORMS: [(&str, bool); 5] =
    [("/login", false), ("/register", false), ("/confirm", false), ("/verify", true), ("/change", true)];

fn scene(adapter: &Adapter) -> Scene {
    Scene::with(adapter, [("SECURITY_CONFIRMABLE", json!(true)), ("SECURITY_USERNAME_ENABLE", json!(true))])
}

/// A visitor who may use a form: signed in, or not.
async fn ready(scene: &Scene, is_for_users: bool, is_json: bool) -> Visitor {
    let visitor = if is_json { scene.json_client() } else { scene.browser() };
    if is_for_users {
        visitor.sign_in(ANN).await;
    }
    visitor
}

/// An array, a text, a number: 400, and `null` counts as empty.
pub async fn a_json_body_that_is_no_object_is_refused(adapter: &Adapter) {
    let scene = scene(adapter);
    scene.account(ANN).await;
    let unreadable = scene.text(MessageKey::ApiError);
    for (path, is_for_users) in FORMS {
        let visitor = ready(&scene, is_for_users, true).await;
        for body in ["[]", "[[\"email\", \"x\"]]", "\"x\"", "7", "true", "1.5"] {
            visitor.post(path).body(JSON, body).await.assert_error(400, &unreadable);
        }
        for body in ["{", "{\"a\": }", "\u{0}", "{} {}", "\u{feff}{}", "nul"] {
            visitor.post(path).body(JSON, body).await.assert_error(400, &unreadable);
        }
        let bytes: &[u8] = b"{\"email\": \"\xff\"}";
        visitor.post(path).body(JSON, bytes).await.assert_error(400, &unreadable);
        let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
        visitor.post(path).body(JSON, deep).await.assert_error(400, &unreadable);
        for body in ["null", ""] {
            let answer = visitor.post(path).body(JSON, body).await;
            answer.assert_field_error("csrf_token", &scene.text(MessageKey::CsrfMissing));
        }
    }
}

/// In every field of every form.
pub async fn a_value_of_the_wrong_type_is_told_next_to_its_field(adapter: &Adapter) {
    let scene = scene(adapter);
    scene.account(ANN).await;
    let unreadable = scene.text(MessageKey::ApiError);
    let fields: [(&str, &[&str]); 5] = [
        ("/login", &["email", "username", "password", "next"]),
        ("/register", &["email", "username", "password", "password_confirm", "nickname", "next"]),
        ("/confirm", &["email"]),
        ("/verify", &["password", "next"]),
        ("/change", &["password", "new_password", "new_password_confirm"]),
    ];
    for ((path, names), (_, is_for_users)) in fields.into_iter().zip(FORMS) {
        let visitor = ready(&scene, is_for_users, true).await;
        for name in names {
            for value in [
                json!(1),
                json!(-1.5),
                json!(true),
                json!(false),
                json!({}),
                json!({"a": "b"}),
                json!([["x"]]),
                json!([1]),
            ] {
                if path == "/login" && *name == "username" {
                    let draft = json!({"username": value, "password": PASSWORD});
                    visitor.submit(path, draft).await.assert_field_error(name, &unreadable);
                    continue;
                }
                let answer = visitor.submit(path, json!({*name: value})).await;
                answer.assert_field_error(name, &unreadable);
            }
            for value in [json!(null), json!([])] {
                visitor.submit(path, json!({*name: value})).await.assert_status(400);
            }
        }
        for token in [json!(1), json!({}), json!(["x", "y"]), json!([[1]]), json!(true)] {
            let answer = visitor.post(path).field("csrf_token", token).await;
            answer.assert_status(400);
            assert!(answer.response()["field_errors"]["csrf_token"].is_array(), "{}", answer.text());
        }
    }
}

/// Lists are values given several times, of which a field takes the first.
pub async fn a_list_is_a_value_given_several_times(adapter: &Adapter) {
    let scene = scene(adapter);
    scene.account(ANN).await;
    scene.json_client().sign_in_with(json!({"email": [ANN, "x"], "password": [PASSWORD]})).await;
    let browser = scene.browser();
    let token = browser.csrf_token().await;
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("email", ANN).append_pair("email", "x").append_pair("password", PASSWORD);
    form.append_pair("csrf_token", &token);
    browser.post("/login").body(FORM, form.finish()).await.assert_redirect("/");
}

/// Malformed forms are refused, unknown kinds of bodies have no fields.
pub async fn a_form_that_cannot_be_read_is_refused(adapter: &Adapter) {
    let scene = scene(adapter);
    let visitor = scene.browser();
    let unreadable = scene.text(MessageKey::ApiError);
    let parts = "multipart/form-data; boundary=cut";
    let rows: [(&str, &[u8]); 7] = [
        (FORM, b"email=%ff"),
        (FORM, b"\xff=a"),
        (FORM, b"email=\xc3\x28"),
        (parts, b"--cut\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\nx"),
        (parts, b"nothing of the kind"),
        ("multipart/form-data", b"--cut--"),
        (parts, b"--cut\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\n\xff\r\n--cut--"),
    ];
    for (content_type, body) in rows {
        visitor.post("/login").body(content_type, body).await.assert_error(400, &unreadable);
    }
    for content_type in ["", "text/plain", "application/xml", "nonsense", "application/octet-stream"] {
        let answer = visitor.post("/login").body(content_type, "email=ann").await;
        answer.assert_field_error("csrf_token", &scene.text(MessageKey::CsrfMissing));
    }
}

/// A form may come in parts.
pub async fn a_form_in_parts_is_as_good_as_one_in_pairs(adapter: &Adapter) {
    let scene = scene(adapter);
    scene.account(ANN).await;
    let browser = scene.browser();
    let token = browser.csrf_token().await;
    let part = |name: &str, value: &str| {
        format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let body = part("email", ANN) + &part("password", PASSWORD) + &part("csrf_token", &token) + "--cut--\r\n";
    let answer = browser.post("/login").body("multipart/form-data; boundary=cut", body).await;
    answer.assert_redirect("/");
}

/// `MAX_CONTENT_LENGTH`, to the byte.
pub async fn a_body_over_the_limit_is_refused(adapter: &Adapter) {
    const LIMIT: usize = 2000;
    let scene = Scene::with(
        adapter,
        [("MAX_CONTENT_LENGTH", json!(LIMIT)), ("WTF_CSRF_CHECK_DEFAULT", json!(false))],
    );
    scene.account(ANN).await;
    for visitor in scene.both() {
        let content_type = if visitor.is_json() { JSON } else { FORM };
        let (head, tail) = if visitor.is_json() { ("{\"x\":\"", "\"}") } else { ("x=", "") };
        let body = |length: usize| format!("{head}{}{tail}", "a".repeat(length - head.len() - tail.len()));
        let token = visitor.csrf_token().await;
        for path in ["/login", "/register"] {
            let fits =
                visitor.post(path).body(content_type, body(LIMIT)).header("x-csrf-token", &token).await;
            assert_ne!(fits.status, 413, "{path}");
            let over =
                visitor.post(path).body(content_type, body(LIMIT + 1)).header("x-csrf-token", &token).await;
            over.assert_error(413, &scene.text(MessageKey::BodyTooLarge));
        }
        if !visitor.is_json() {
            // A guard that reads the body reads no more of it.
            let over = visitor.post("/unauth-csrf").body(content_type, body(LIMIT + 1)).await;
            over.assert_error(413, &scene.text(MessageKey::BodyTooLarge));
        }
    }
    let scene =
        Scene::with(adapter, [("MAX_CONTENT_LENGTH", json!(LIMIT)), ("WTF_CSRF_CHECK_DEFAULT", json!(true))]);
    let over = scene.browser().post("/who").body(FORM, "x".repeat(LIMIT + 1)).await;
    over.assert_error(413, &scene.text(MessageKey::BodyTooLarge));
}

/// Two hundred values are more than any form of ours has.
pub async fn a_body_with_very_many_fields_is_refused(adapter: &Adapter) {
    let scene = scene(adapter);
    for visitor in scene.both() {
        let (content_type, body) = match visitor.is_json() {
            true => (JSON, json!({"email": vec!["x"; 201]}).to_string()),
            false => (FORM, vec!["email=x"; 201].join("&")),
        };
        let answer = visitor.post("/login").body(content_type, body).await;
        answer.assert_error(413, &scene.text(MessageKey::BodyTooLarge));
    }
}

/// Nobody's processor is kept busy by a password of a hundred thousand characters.
pub async fn a_very_long_password_is_refused_at_once(adapter: &Adapter) {
    let options = [("MAX_CONTENT_LENGTH", json!(2_000_000)), ("SECURITY_CONFIRMABLE", json!(true))];
    let scene = Scene::with(adapter, options);
    scene.account(ANN).await;
    let long = "x".repeat(100_000);
    let begun = Instant::now();
    for visitor in scene.both() {
        let length = scene.text_with(MessageKey::PasswordInvalidLength, &[("length", "8")]);
        let fields = json!({"email": "bob@harbour.example", "password": long, "password_confirm": long});
        visitor.submit("/register", fields).await.assert_field_error("password", &length);
        let answer = visitor.submit("/login", json!({"email": ANN, "password": long})).await;
        answer.assert_field_error("password", &scene.text(MessageKey::InvalidPassword));
        visitor.sign_in(ANN).await;
        let fields = json!({"password": PASSWORD, "new_password": long, "new_password_confirm": long});
        visitor.submit("/change", fields).await.assert_field_error("new_password", &length);
        let address = json!({"email": format!("{long}@harbour.example")});
        let answer = visitor.submit("/confirm", address).await;
        answer.assert_field_error("email", &scene.text(MessageKey::InvalidEmailAddress));
    }
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

/// In names, passwords and addresses: refused or kept, and never a failure of the server.
pub async fn a_nul_character_breaks_nothing(adapter: &Adapter) {
    let scene = scene(adapter);
    scene.account(ANN).await;
    let password = "battery\u{0}staple orbit";
    for visitor in scene.both() {
        for (path, fields) in [
            ("/login", json!({"email": "ann\u{0}@harbour.example", "password": PASSWORD})),
            ("/login", json!({"username": "an\u{0}nie", "password": PASSWORD})),
            ("/login", json!({"email": ANN, "password": password})),
            ("/login", json!({"email": ANN, "password": format!("{PASSWORD}\u{0}")})),
            (
                "/register",
                json!({"email": "b\u{0}@harbour.example", "password": PASSWORD, "password_confirm": PASSWORD}),
            ),
            (
                "/register",
                json!({"email": "bob@harbour.example", "username": "bob\u{0}by", "password": PASSWORD, "password_confirm": PASSWORD}),
            ),
            (
                "/register",
                json!({"email": "bob@harbour.example", "nickname": "b\u{0}b", "password": PASSWORD, "password_confirm": PASSWORD}),
            ),
            ("/confirm", json!({"email": "ann@harbour.example\u{0}"})),
        ] {
            let answer = visitor.submit(path, fields.clone()).await;
            answer.assert_status(if visitor.is_json() { 400 } else { 200 });
            assert!(visitor.session().await.user().is_none(), "{fields}");
        }
    }
    let fields = json!({"email": "bob@harbour.example", "password": password, "password_confirm": password});
    scene.json_client().submit("/register", fields).await.assert_status(200);
    assert_eq!(scene.store().count_users().await.expect("the datastore answers"), 2);
}

/// By the body's type, or by what the request likes best.
pub async fn a_request_says_in_which_style_it_wants_its_answer(adapter: &Adapter) {
    let scene = scene(adapter);
    let visitor = scene.browser();
    for (accept, is_json) in [
        ("application/json", true),
        ("application/json, text/html;q=0.5", true),
        ("text/html, application/json", false),
        ("*/*", false),
        ("text/json", false),
        ("application/vnd.api+json", false),
        ("", false),
        ("application/json;q=0", false),
    ] {
        assert_eq!(visitor.get("/login").header("accept", accept).await.is_json(), is_json, "{accept}");
    }
    for (content_type, is_json) in [
        ("application/json", true),
        ("application/json; charset=utf-8", true),
        ("application/merge-patch+json", true),
        ("text/json", false),
        ("application/jsonx", false),
        (FORM, false),
    ] {
        let answer = visitor.request(Method::GET, "/login").header("content-type", content_type).await;
        assert_eq!(answer.is_json(), is_json, "GET with {content_type}");
        let answer = visitor.post("/login").body(content_type, "{}").await;
        assert_eq!(answer.is_json(), is_json, "POST with {content_type}");
    }
}

/// What nobody asked for changes nothing.
pub async fn unknown_fields_are_ignored(adapter: &Adapter) {
    let scene = scene(adapter);
    scene.account(ANN).await;
    let fields: Value = json!({
        "email": ANN, "password": PASSWORD, "submit": "x", "is_admin": true, "user_id": 1,
        "_user_id": "x", "nested": {"deep": [1, 2, {"a": null}]},
    });
    scene.json_client().sign_in_with(fields).await;
}
