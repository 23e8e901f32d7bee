//! Rules of the pages, and of who may change what they say.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use async_trait::async_trait;
use http::StatusCode;
use security_core::account::User;
use security_core::message::MessageKey;
use security_core::session::Mechanism;
use security_views::{RequestContext, Response, ResponsePolicy};
use serde_json::{Map, Value, json};

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
