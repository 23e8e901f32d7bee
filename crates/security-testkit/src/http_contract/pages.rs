//! Rules of the pages, and of who may change what they say.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use std::collections::BTreeMap;

use async_trait::async_trait;
use http::StatusCode;
use security_core::account::User;
use security_core::message::MessageKey;
use security_core::security::SecurityBuilder;
use security_core::session::Mechanism;
use security_views::{RequestContext, Response, ResponsePolicy};
use serde_json::{Map, Value, json};

use super::scene::link_in;
use super::{Adapter, PASSWORD, Scene};

const ANN: &str = "ann@harbour.example";

/// Told once, on the next page.
pub async fn a_message_is_shown_once(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    let browser = scene.browser();
    browser.get("/auth").await.assert_status(302);
    let text = scene.text(MessageKey::Unauthenticated);
    browser.get("/login").await.assert_page(&text);
    assert!(!browser.get("/login").await.page().contains(&text));
    let scene = Scene::with(adapter, [("SECURITY_FLASH_MESSAGES", json!(false))]);
    let browser = scene.browser();
    browser.get("/auth").await.assert_status(302);
    assert!(browser.flashes().await.is_empty());
}

/// Wherever it comes from: the form, the query, the account.
pub async fn markup_that_somebody_sent_is_text_on_the_page(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_CONFIRMABLE", json!(true))]);
    let markup = "\"><script>alert(1)</script>";
    let browser = scene.browser();
    for (path, fields) in [
        ("/login", json!({"email": markup, "password": markup})),
        ("/register", json!({"email": markup, "nickname": markup, "password": markup})),
        ("/confirm", json!({"email": markup})),
    ] {
        let page = browser.submit(path, fields).query("next", &format!("/{markup}")).await;
        page.assert_status(200);
        assert!(!page.text().contains("<script>"), "{path}: {}", page.text());
    }
    let page = browser.get("/login").query("next", &format!("/{markup}")).query("email", markup).await;
    assert!(!page.text().contains("<script>"));
}

/// `MSG_…` options.
pub async fn a_site_may_say_it_in_its_own_words(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_MSG_INVALID_PASSWORD", json!(["Not that one.", "error"]))]);
    scene.account(ANN).await;
    for visitor in scene.both() {
        let answer = visitor.submit("/login", json!({"email": ANN, "password": "wrong horse"})).await;
        answer.assert_field_error("password", "Not that one.");
    }
}

/// The severity of a message is the category that pages show it by; `MSG_…` options may change it.
pub async fn a_message_is_shown_as_it_is_meant(adapter: &Adapter) {
    let option = "SECURITY_MSG_UNAUTHENTICATED";
    for (severity, expected) in [(None, "error"), (Some("warning"), "warning"), (Some("info"), "info")] {
        let options: Vec<_> =
            severity.iter().map(|severity| (option, json!(["Come aboard first.", severity]))).collect();
        let scene = Scene::staged(adapter, &options, |views| views);
        let browser = scene.browser();
        browser.get("/auth").await.assert_status(302);
        let flashes = browser.session().await.take_flashes();
        assert_eq!(flashes.iter().map(|flash| flash.category.as_str()).collect::<Vec<_>>(), [expected]);
        browser.get("/login").await.assert_page(&format!("pc-message-{expected}"));
    }
}

/// An application's own answers.
#[derive(Debug)]
struct Harbour;

#[async_trait]
impl ResponsePolicy for Harbour {
    fn wants_json(&self, request: &RequestContext) -> bool {
        request.headers().contains_key("x-harbour")
    }

    fn render_json(&self, _: &RequestContext, status: StatusCode, response: Map<String, Value>) -> Value {
        json!({"harbour": {"status": status.as_u16(), "says": response}})
    }

    fn user_payload(&self, user: &User) -> Map<String, Value> {
        Map::from_iter([("email".to_owned(), json!(user.email))])
    }

    async fn unauthenticated(&self, _: &RequestContext, methods: &[Mechanism]) -> Option<Response> {
        methods.contains(&Mechanism::Token).then(|| teapot("who are you?"))
    }

    async fn reauthentication(&self, _: &RequestContext) -> Option<Response> {
        Some(teapot("still you?"))
    }

    async fn unauthorized(&self, _: &RequestContext, guard: &str, needs: &[String]) -> Option<Response> {
        Some(teapot(&format!("{guard} {}", needs.join("+"))))
    }
}

fn teapot(text: &str) -> Response {
    let mut response = Response::new(text.to_owned().into());
    *response.status_mut() = StatusCode::IM_A_TEAPOT;
    response
}

/// Through one policy, for our endpoints and for guards alike.
pub async fn an_application_may_answer_in_its_own_way(adapter: &Adapter) {
    let scene = Scene::staged(adapter, &[], |views| views.with_policy(Harbour));
    scene.account(ANN).await;
    let program = scene.browser().with_header("x-harbour", "1");
    let answer = program.get("/login").await;
    assert_eq!(answer.json()["harbour"]["status"], 200);
    let token = answer.json()["harbour"]["says"]["csrf_token"].as_str().map(str::to_owned);
    let login = json!({"email": ANN, "password": PASSWORD, "csrf_token": token});
    let body = login.to_string();
    let answer = program.post("/login").body("application/json", body).await;
    assert_eq!(answer.json()["harbour"]["says"]["user"], json!({"email": ANN}));
    scene.json_client().get("/login").await.assert_page("action=\"/login\"");

    let stranger = scene.browser();
    let answer = stranger.get("/auth").await;
    answer.assert_status(418);
    assert_eq!(answer.text(), "who are you?");
    stranger.get("/auth/session").await.assert_redirect("/login?next=%2Fauth%2Fsession");
    assert_eq!(stranger.get("/roles/alone").await.text(), "roles_required pilot");
    scene.advance_minutes(20);
    assert_eq!(program.get("/fresh").await.text(), "still you?");
}

/// One variable for every page, by the name of the page.
#[derive(Debug)]
struct Berths;

impl ResponsePolicy for Berths {
    fn extend_page(
        &self,
        _: &RequestContext,
        page: &str,
        variables: &mut BTreeMap<String, minijinja::Value>,
    ) {
        variables.insert("berth".to_owned(), minijinja::Value::from(format!("<berth of {page}>")));
    }
}

/// Page option, name of the page, form and further variables of each page.
const OWN_PAGES: [(&str, &str, &str, &str); 9] = [
    ("LOGIN_USER", "login", "login_user_form", "{{ identity_attributes|join('+') }}"),
    ("LOGOUT_USER", "logout", "logout_form", ""),
    ("REGISTER_USER", "register", "register_user_form", "{{ register_user_form.by_name.nickname.label }}"),
    ("VERIFY", "verify", "verify_form", "{{ has_webauthn_verify_credential }}"),
    ("CHANGE_PASSWORD", "change_password", "change_password_form", "{{ active_password }}"),
    ("SEND_CONFIRMATION", "send_confirmation", "send_confirmation_form", ""),
    ("FORGOT_PASSWORD", "forgot_password", "forgot_password_form", ""),
    (
        "RESET_PASSWORD",
        "reset_password",
        "reset_password_form",
        "{{ url_for_security('reset_password', token=reset_password_token) }}",
    ),
    ("SEND_LOGIN", "send_login", "send_login_form", ""),
];

/// What each of the pages above says in the end.
const SAID: [&str; 9] = ["email", "", "Nickname", "False", "True", "", "", "/reset/", ""];

/// `…_TEMPLATE` names another file, which has the same variables, and those that the application adds for the page.
pub async fn a_site_puts_its_own_pages_in_the_place_of_ours(adapter: &Adapter) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut options = vec![
        ("SECURITY_CONFIRMABLE".to_owned(), json!(true)),
        ("SECURITY_RECOVERABLE".to_owned(), json!(true)),
        ("SECURITY_LOGOUT_CSRF".to_owned(), json!(true)),
    ];
    for (option, name, form, more) in OWN_PAGES {
        let text = format!(
            "{{{{ {form}.action }}}} {{{{ {form}.by_name.csrf_token.value|length > 20 }}}} {{{{ berth }}}} \
             {{{{ url_for_security('login', next='/x') }}}} {{{{ _fs_is_user_authenticated }}}} \
             {{{{ _fsdomain('Sign in') }}}} {more}"
        );
        std::fs::write(folder.path().join(format!("{name}.html")), text).expect("a file can be written");
        options.push((format!("SECURITY_{option}_TEMPLATE"), json!(format!("{name}.html"))));
    }
    for is_passwordless in [false, true] {
        let mut options = options.clone();
        options.push(("SECURITY_PASSWORDLESS".to_owned(), json!(is_passwordless)));
        let options: Vec<_> = options.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        let assemble = |builder: SecurityBuilder| builder.template_folder(folder.path());
        let scene = Scene::assembled(adapter, &options, assemble, |views| views.with_policy(Berths));
        scene.account(ANN).await;
        scene.json_client().submit("/reset", json!({"email": ANN})).await.assert_status(200);
        let link = link_in(&scene.mails().await[0]);
        let (stranger, member) = (scene.browser(), scene.browser());
        if !is_passwordless {
            member.sign_in(ANN).await;
        }
        for ((_, name, ..), said) in OWN_PAGES.iter().zip(SAID) {
            let (answer, action, is_member) = match *name {
                "login" if !is_passwordless => (stranger.get("/login").await, "/login", false),
                "send_login" if is_passwordless => (stranger.get("/login").await, "/login", false),
                "logout" if !is_passwordless => (member.post("/logout").await, "/logout", true),
                "verify" if !is_passwordless => (member.get("/verify").await, "/verify", true),
                "change_password" if !is_passwordless => (member.get("/change").await, "/change", true),
                "register" => (stranger.get("/register").await, "/register", false),
                "send_confirmation" => (stranger.get("/confirm").await, "/confirm", false),
                "forgot_password" => (stranger.get("/reset").await, "/reset", false),
                "reset_password" => (stranger.get(&link).await, link.as_str(), false),
                _ => continue,
            };
            let said = if *name == "reset_password" { &link } else { said };
            let is_member = if is_member { "True" } else { "False" };
            let expected =
                format!("{action} True <berth of {name}> /login?next=%2Fx {is_member} Sign in {said}");
            answer.assert_status(200);
            assert_eq!(answer.page().trim(), expected.trim(), "{name}");
        }
    }
}

/// In JSON, the library itself tells nothing about an account.
pub async fn the_library_tells_nothing_about_an_account_by_itself(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    let visitor = scene.json_client();
    visitor.sign_in(ANN).await;
    for path in ["/login", "/verify", "/change"] {
        assert_eq!(visitor.get(path).await.response()["user"], json!({}), "{path}");
    }
}
