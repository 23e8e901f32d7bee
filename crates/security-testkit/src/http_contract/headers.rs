//! Rules of headers and methods.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use http::Method;
use serde_json::{Value, json};

use super::scene::link_in;
use super::{Adapter, Answer, PASSWORD, Scene, Visitor};

const ANN: &str = "ann@harbour.example";
const CONFIRMABLE: (&str, Value) = ("SECURITY_CONFIRMABLE", Value::Bool(true));

/// One answer of every kind that our endpoints give.
async fn answers(scene: &Scene, visitor: &Visitor) -> Vec<(&'static str, Answer)> {
    let wrong = json!({"email": ANN, "password": "wrong horse"});
    let mut answers = vec![
        ("a page", visitor.get("/login").await),
        ("a form with errors", visitor.submit("/login", wrong).await),
        ("a forged form", visitor.post("/login").await),
        ("a malformed body", visitor.post("/login").body("application/json", "{").await),
        ("too long a body", visitor.post("/login").body("application/json", "x".repeat(70_000)).await),
        ("a wrong method", visitor.request(Method::PUT, "/login").await),
        ("a stranger at a page for users", visitor.get("/change").await),
        ("a link", visitor.get("/confirm/forged").await),
    ];
    scene.account(ANN).await;
    answers.push(("a sign-in", visitor.submit("/login", json!({"email": ANN, "password": PASSWORD})).await));
    answers.push(("a user at a page for strangers", visitor.get("/register").await));
    answers.push(("a page for users", visitor.get("/change").await));
    answers.push(("a sign-out", visitor.post("/logout").await));
    answers
}

/// A body that is refused before any view is asked is refused in the language of the visitor, and caches are told.
pub async fn an_answer_before_any_view_has_the_headers_of_all_others(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("WTF_CSRF_CHECK_DEFAULT", json!(true))]);
    let visitor = scene.browser().with_header("accept-language", "de");
    for path in ["/login", "/who"] {
        let form = "x".repeat(70_000);
        let answer = visitor.post(path).body("application/x-www-form-urlencoded", form).await;
        answer.assert_status(413);
        assert_eq!(answer.header("content-language"), Some("de"), "{path}");
        let varies: Vec<_> =
            answer.headers.get_all("vary").iter().filter_map(|value| value.to_str().ok()).collect();
        assert!(varies.join(",").contains("Accept-Language"), "{path}: {varies:?}");
        let kept = if path == "/login" { Some("private, no-store") } else { None };
        assert_eq!(answer.header("cache-control"), kept, "{path}");
    }
}

/// On our endpoints and on no others.
pub async fn no_answer_of_ours_is_kept_by_a_cache(adapter: &Adapter) {
    for json in [false, true] {
        let scene = Scene::with(adapter, [CONFIRMABLE]);
        let visitor = if json { scene.json_client() } else { scene.browser() };
        for (kind, answer) in answers(&scene, &visitor).await {
            assert_eq!(answer.header("cache-control"), Some("private, no-store"), "{kind} (JSON: {json})");
        }
        for path in ["/who", "/auth", "/nowhere"] {
            assert_eq!(visitor.get(path).await.header("cache-control"), None, "{path}");
        }
    }
    let scene = Scene::with(adapter, [("SECURITY_CACHE_CONTROL", Value::Null)]);
    assert_eq!(scene.browser().get("/login").await.header("cache-control"), None);
    let scene = Scene::with(adapter, [("SECURITY_CACHE_CONTROL", json!({"no-cache": true, "max-age": 5}))]);
    let answer = scene.browser().get("/login").await;
    let directives = answer.header("cache-control").unwrap_or_default();
    assert!(directives.contains("no-cache") && directives.contains("max-age=5"), "{directives}");
}

/// In JSON the body says the same status as the line above it.
pub async fn every_answer_to_a_program_is_in_the_envelope(adapter: &Adapter) {
    let scene = Scene::with(adapter, [CONFIRMABLE]);
    let visitor = scene.json_client();
    for (kind, answer) in answers(&scene, &visitor).await {
        if kind == "a link" {
            answer.assert_redirect("/confirm");
            continue;
        }
        let response = answer.response();
        let has_token = response.get("csrf_token").is_some();
        assert_eq!(has_token, answer.status == 200 && kind != "a sign-out", "{kind}: {response}");
        if answer.status != 200 {
            assert!(response["errors"].as_array().is_some_and(|errors| !errors.is_empty()), "{kind}");
        }
    }
}

/// A page runs no script, is in no frame, and leads to no other site.
pub async fn a_page_is_locked_down(adapter: &Adapter) {
    let options =
        [CONFIRMABLE, ("SECURITY_RECOVERABLE", json!(true)), ("SECURITY_LINK_INTERSTITIAL", json!(true))];
    let scene = Scene::with(adapter, options);
    scene.account(ANN).await;
    scene.json_client().submit("/reset", json!({"email": ANN})).await.assert_status(200);
    // Pages behind a secret link tell no other site where they are.
    let link = link_in(&scene.mails().await[0]);
    for path in ["/login", "/register", "/confirm", "/confirm/opened", &link] {
        let page = scene.browser().get(path).await;
        page.assert_status(200);
        let policy = page.header("content-security-policy").unwrap_or_default();
        for directive in
            ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"]
        {
            assert!(policy.contains(directive), "{path}: {policy}");
        }
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(page.header("referrer-policy"), Some("same-origin"));
    }
}

/// 405 with the methods there are, 404 where there is no such route.
pub async fn a_method_that_a_page_does_not_know_is_refused(adapter: &Adapter) {
    let scene = Scene::with(adapter, [CONFIRMABLE]);
    for visitor in scene.both() {
        for path in ["/login", "/register", "/confirm", "/confirm/token", "/verify", "/change"] {
            for method in [Method::PUT, Method::PATCH, Method::DELETE, Method::TRACE, Method::OPTIONS] {
                let answer = visitor.request(method, path).await;
                answer.assert_status(405);
                // Looking alone would use a link up.
                let allowed = if path == "/confirm/token" { "GET, POST" } else { "GET, POST, HEAD" };
                assert_eq!(answer.header("allow"), Some(allowed), "{path}");
            }
        }
        assert_eq!(visitor.request(Method::GET, "/logout").await.header("allow"), Some("POST"));
        for path in ["/login/", "/Login", "/login/x", "/reset", "/tf-setup", "/us-signin", "/wan-register"] {
            visitor.get(path).await.assert_status(404);
        }
    }
}

/// Status and headers of the GET, and nothing after them.
pub async fn a_head_is_a_get_without_its_body(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    for visitor in scene.both() {
        let answer = visitor.request(Method::HEAD, "/login").await;
        answer.assert_status(200);
        assert!(answer.body.is_empty());
        assert_eq!(answer.header("content-type"), visitor.get("/login").await.header("content-type"));
        let refused = visitor.request(Method::HEAD, "/change").await;
        refused.assert_status(if visitor.is_json() { 401 } else { 302 });
    }
}

/// Cookies come in one line or, with HTTP/2, in many. Of two tokens the first counts, and no other helps it.
pub async fn a_header_may_come_in_several_lines(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    let (visitor, stranger) = (scene.json_client(), scene.json_client().without_cookies());
    visitor.sign_in(ANN).await;
    let session = format!("session={}", visitor.cookie("session").unwrap_or_default());
    let (good, bad) = (scene.token(ANN).await, "forged");
    let get = |path| stranger.get(path);
    get("/auth").header("cookie", "a=b").another_header("cookie", &session).await.assert_status(200);
    get("/auth").header("cookie", "session=x").another_header("cookie", &session).await.assert_status(401);
    for (first, second, status) in [(good.as_str(), bad, 200), (bad, good.as_str(), 401)] {
        let name = "authentication-token";
        get("/auth/token").header(name, first).another_header(name, second).await.assert_status(status);
    }
    let liked = get("/auth").header("accept", "text/html;q=0.1").another_header("accept", "application/json");
    liked.await.assert_status(401);
}

/// The style sheet is the same for everybody, and may be kept.
pub async fn the_style_sheet_of_the_pages_is_there(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    let visitor = scene.browser();
    let page = visitor.get("/login").await.page();
    let start = page.find("href=\"/fs-static/").expect("the page has a style sheet") + "href=\"".len();
    let path = page[start..].split('"').next().unwrap_or_default();
    let sheet = scene.browser().get(path).await;
    sheet.assert_status(200);
    assert!(sheet.header("content-type").is_some_and(|kind| kind.starts_with("text/css")));
    assert!(sheet.cookies().is_empty());
    for path in ["/fs-static/nothing.css", "/fs-static/..%2fCargo.toml", "/fs-static/%00"] {
        scene.browser().get(path).await.assert_status(404);
    }
}

/// `URL_PREFIX` and the options for paths move a page, its form and its links.
pub async fn pages_are_where_the_site_puts_them(adapter: &Adapter) {
    let options = [
        ("SECURITY_URL_PREFIX", json!("/account")),
        ("SECURITY_LOGIN_URL", json!("/sign-in")),
        ("SECURITY_CONFIRM_URL", json!("/confirm/")),
        CONFIRMABLE,
    ];
    let scene = Scene::with(adapter, options);
    let visitor = scene.browser();
    visitor.get("/login").await.assert_status(404);
    visitor.get("/account/sign-in").await.assert_page("action=\"/account/sign-in\"");
    visitor.get("/auth").await.assert_redirect("/account/sign-in?next=%2Fauth");
    visitor.get("/account/confirm/forged/").await.assert_redirect("/account/confirm/");

    let moved = [
        ("SECURITY_LOGIN_URL", "/a"),
        ("SECURITY_LOGOUT_URL", "/b"),
        ("SECURITY_VERIFY_URL", "/c"),
        ("SECURITY_REGISTER_URL", "/d"),
        ("SECURITY_CONFIRM_URL", "/e"),
        ("SECURITY_RESET_URL", "/f"),
        ("SECURITY_CHANGE_URL", "/g"),
        ("SECURITY_STATIC_FOLDER_URL", "/h"),
    ];
    let mut options = vec![CONFIRMABLE, ("SECURITY_RECOVERABLE", json!(true))];
    options.extend(moved.map(|(option, path)| (option, json!(path))));
    let scene = Scene::staged(adapter, &options, |views| views);
    let visitor = scene.browser();
    for (path, status) in [
        ("/a", 200),
        ("/b", 405),
        ("/c", 302),
        ("/d", 200),
        ("/e", 200),
        ("/e/forged", 302),
        ("/f", 200),
        ("/f/forged", 302),
        ("/g", 302),
    ] {
        visitor.get(path).await.assert_status(status);
    }
    for path in ["/login", "/logout", "/verify", "/register", "/confirm", "/reset", "/change"] {
        visitor.get(path).await.assert_status(404);
    }
    visitor.get("/a").await.assert_page("href=\"/h/");
}
