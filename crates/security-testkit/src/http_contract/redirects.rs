//! Rules of where a visitor is sent.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use security_core::message::MessageKey;
use serde_json::{Value, json};

use super::scene::link_in;
use super::{Adapter, PASSWORD, Scene, Visitor};

const ANN: &str = "ann@harbour.example";

/// Targets that lead to this site, and the location they become.
const GOOD: [(&str, &str); 12] = [
    ("/foo?x=1#y", "/foo?x=1#y"),
    ("foo", "foo"),
    ("/a b", "/a%20b"),
    ("/ä", "/%C3%A4"),
    ("/100%", "/100%25"),
    ("/%2F%2Fevil.example", "/%2F%2Fevil.example"),
    ("?page=2", "?page=2"),
    ("#top", "#top"),
    ("http://harbour.example/x", "http://harbour.example/x"),
    ("https://harbour.example/x", "https://harbour.example/x"),
    ("//HARBOUR.example/x", "//HARBOUR.example/x"),
    ("security.login", "security.login"),
];

/// Targets that lead away, or could be read in two ways.
const BAD: [&str; 34] = [
    "//evil.example",
    "http://evil.example",
    "https://evil.example/harbour.example",
    "http:evil.example",
    "http:///evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    " //evil.example",
    "/x ",
    "/\t/evil.example",
    "\t//evil.example",
    "/\n/evil.example",
    "/x\r\nSet-Cookie: session=planted",
    "/x\u{0}",
    "/x\u{7f}",
    "///evil.example",
    "////evil.example",
    "/\\/evil.example",
    "\\/\\/evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "ftp://harbour.example/x",
    "http://harbour.example:8080/x",
    "http://harbour.example.evil.example/",
    "http://evilharbour.example/",
    "http://harbour.example@evil.example/",
    "http://user@harbour.example/",
    "http://harbour.example\\@evil.example/",
    "http://harbour.example%2eevil.example/",
    "http://harbour.example\\.evil.example/",
    "http://sub.harbour.example/",
];

/// How a wish travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Query,
    Body,
}

async fn wish(visitor: &Visitor, path: &str, fields: Value, next: &str, by: By) -> super::Answer {
    let draft = visitor.submit(path, fields);
    match by {
        By::Query => draft.query("next", next).await,
        By::Body => draft.field("next", next).await,
    }
}

fn login() -> Value {
    json!({"email": ANN, "password": PASSWORD})
}

/// Through the query string and through the form.
pub async fn a_sign_in_leads_to_where_on_this_site_the_visitor_wanted(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    for by in [By::Query, By::Body] {
        for (next, location) in GOOD {
            wish(&scene.browser(), "/login", login(), next, by).await.assert_redirect(location);
        }
    }
}

/// Through the query string and through the form; nobody is signed in, and no header is injected.
pub async fn a_sign_in_with_a_target_elsewhere_is_refused(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    let invalid = scene.text(MessageKey::InvalidRedirect);
    for by in [By::Query, By::Body] {
        for next in BAD {
            for visitor in scene.both() {
                let answer = wish(&visitor, "/login", login(), next, by).await;
                answer.assert_field_error("next", &invalid);
                assert_eq!(answer.location(), None, "{next:?} by {by:?}");
                assert!(answer.cookies().iter().all(|cookie| cookie.value != "planted"), "{next:?}");
                assert!(!answer.text().contains("evil.example\""), "{next:?} is not carried on");
                assert!(visitor.session().await.user().is_none(), "{next:?} by {by:?}");
            }
        }
    }
}

/// A blank wish is no wish.
pub async fn without_a_wish_a_sign_in_leads_where_the_site_says(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_POST_LOGIN_VIEW", json!("/deck"))]);
    scene.account(ANN).await;
    for by in [By::Query, By::Body] {
        for next in ["", " ", "\t"] {
            wish(&scene.browser(), "/login", login(), next, by).await.assert_redirect("/deck");
        }
    }
}

/// The form is what the visitor has seen.
pub async fn a_wish_in_the_form_beats_the_one_in_the_query(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    let draft = scene.browser();
    let answer = draft.submit("/login?next=/query", login()).field("next", "/form").await;
    answer.assert_redirect("/form");
    let answer = scene.browser().submit("/login?next=/query", login()).field("next", "").await;
    answer.assert_redirect("/query");
    let answer = scene.browser().submit("/login?next=/query", login()).field("next", "//evil.example").await;
    answer.assert_field_error("next", &scene.text(MessageKey::InvalidRedirect));
}

/// Registering and proving one's identity again.
pub async fn other_forms_with_a_wish_treat_it_alike(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    let invalid = scene.text(MessageKey::InvalidRedirect);
    for (number, by) in [By::Query, By::Body].into_iter().enumerate() {
        for (place, (next, location)) in GOOD.into_iter().enumerate() {
            let email = format!("guest{number}-{place}@harbour.example");
            let fields = json!({"email": email, "password": PASSWORD, "password_confirm": PASSWORD});
            wish(&scene.browser(), "/register", fields, next, by).await.assert_redirect(location);
        }
        let member = scene.browser();
        member.sign_in(ANN).await;
        for (next, location) in GOOD {
            let fields = json!({"password": PASSWORD});
            wish(&member, "/verify", fields, next, by).await.assert_redirect(location);
        }
        let stranger = scene.browser();
        for next in BAD {
            let fields =
                json!({"email": "eve@harbour.example", "password": PASSWORD, "password_confirm": PASSWORD});
            wish(&stranger, "/register", fields, next, by).await.assert_field_error("next", &invalid);
            let fields = json!({"password": PASSWORD});
            wish(&member, "/verify", fields, next, by).await.assert_field_error("next", &invalid);
        }
    }
    assert!(scene.find("eve@harbour.example").await.is_none());
}

/// Signing out has no form to put an error on.
pub async fn a_sign_out_follows_a_good_wish_and_ignores_a_bad_one(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_POST_LOGOUT_VIEW", json!("/quay"))]);
    for by in [By::Query, By::Body] {
        let visitor = scene.browser();
        for (next, location) in GOOD {
            wish(&visitor, "/logout", json!({}), next, by).await.assert_redirect(location);
        }
        for next in BAD {
            wish(&visitor, "/logout", json!({}), next, by).await.assert_redirect("/quay");
        }
    }
}

/// The first wish that may be followed is, so a bad one in the form does not hide a good one in the query.
pub async fn a_sign_out_follows_the_first_wish_that_is_good(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_POST_LOGOUT_VIEW", json!("/quay"))]);
    let rows = [
        ("/logout?next=/query", "/form", "/form"),
        ("/logout?next=/query", "//evil.example", "/query"),
        ("/logout?next=//evil.example", "/form", "/form"),
        ("/logout?next=//evil.example", "//evil.example", "/quay"),
    ];
    for (path, next, location) in rows {
        let visitor = scene.browser();
        visitor.post(path).field("next", next).await.assert_redirect(location);
    }
}

/// Confirming, recovering and changing have a place of their own to lead to.
pub async fn where_there_is_no_wish_to_follow_none_is_followed(adapter: &Adapter) {
    let options = [
        ("SECURITY_CONFIRMABLE", json!(true)),
        ("SECURITY_RECOVERABLE", json!(true)),
        // Without a view for it, a change leads where signing in leads.
        ("SECURITY_POST_LOGIN_VIEW", json!("/deck")),
    ];
    let scene = Scene::with(adapter, options);
    scene.account_with(ANN, |user| user.confirmed_at = None).await;
    let new = "compass rose garden";
    let browser = scene.browser();
    for (path, location) in [("/confirm", "/login"), ("/reset", "/login")] {
        scene.json_client().submit(path, json!({"email": ANN})).await.assert_status(200);
        let link = link_in(&scene.mails().await[0]);
        let answer = match path {
            "/confirm" => browser.get(&link).query("next", "/elsewhere").await,
            _ => {
                let fields = json!({"password": new, "password_confirm": new});
                wish(&browser, &link, fields, "/elsewhere", By::Query).await
            }
        };
        answer.assert_redirect(location);
        scene.mails().await;
    }
    browser.sign_in_with(json!({"email": ANN, "password": new})).await;
    let fields = json!({"password": new, "new_password": PASSWORD, "new_password_confirm": PASSWORD});
    wish(&browser, "/change", fields, "/elsewhere", By::Body).await.assert_redirect("/deck");
}

/// On one's own host, as the request calls it, with its port.
pub async fn an_absolute_target_is_measured_by_the_host_of_the_request(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    for (host, next, is_good) in [
        ("harbour.example:8080", "http://harbour.example:8080/x", true),
        ("harbour.example:8080", "http://harbour.example/x", false),
        ("harbour.example", "http://harbour.example:80/x", false),
        ("[::1]:5000", "http://[::1]:5000/x", true),
        ("[::1]:5000", "http://[::1]/x", false),
    ] {
        let answer = scene.browser().submit("/login", login()).field("next", next).host(host).await;
        answer.assert_status(if is_good { 302 } else { 200 });
    }
}

/// `REDIRECT_ALLOW_SUBDOMAINS`, and `REDIRECT_BASE_DOMAIN` with `REDIRECT_ALLOWED_SUBDOMAINS`.
pub async fn other_hosts_are_allowed_one_by_one(adapter: &Adapter) {
    let subdomains = vec![("SECURITY_REDIRECT_ALLOW_SUBDOMAINS", json!(true))];
    let named = vec![
        ("SECURITY_REDIRECT_BASE_DOMAIN", json!("lp.example")),
        ("SECURITY_REDIRECT_ALLOWED_SUBDOMAINS", json!([".", "shop"])),
    ];
    let rows = [
        (&subdomains, "https://sub.harbour.example/x", true),
        (&subdomains, "https://a.b.harbour.example/x", true),
        (&subdomains, "https://evilharbour.example/x", false),
        (&subdomains, "https://evil.example\\@sub.harbour.example/", false),
        (&subdomains, "https://evil.example\\.harbour.example", false),
        (&subdomains, "https://user@sub.harbour.example/", false),
        (&subdomains, "https://sub.harbour.example%00.evil.example/", false),
        (&named, "https://lp.example/x", true),
        (&named, "https://shop.lp.example/x", true),
        (&named, "https://other.lp.example/x", false),
        (&named, "https://shop.lp.example:8443/x", false),
        (&named, "https://sub.harbour.example/x", false),
    ];
    for (options, next, is_good) in rows {
        let scene = Scene::staged(adapter, options, |views| views);
        scene.account(ANN).await;
        let answer = wish(&scene.browser(), "/login", login(), next, By::Body).await;
        if is_good {
            answer.assert_redirect(next);
        } else {
            answer.assert_field_error("next", &scene.text(MessageKey::InvalidRedirect));
        }
    }
}

/// `REDIRECT_HOST` is for views of the site, and never for what a visitor asks for.
pub async fn the_host_for_development_is_put_before_views_alone(adapter: &Adapter) {
    let options = [
        ("SECURITY_REDIRECT_HOST", json!("localhost:8000")),
        ("SECURITY_POST_LOGIN_VIEW", json!("http://harbour.example/deck")),
    ];
    let scene = Scene::with(adapter, options);
    scene.account(ANN).await;
    scene.browser().sign_in(ANN).await.assert_redirect("http://localhost:8000/deck");
    wish(&scene.browser(), "/login", login(), "/mine", By::Body).await.assert_redirect("/mine");
    let answer = wish(&scene.browser(), "/login", login(), "http://localhost:8000/x", By::Body).await;
    answer.assert_status(200);
    // Options that are not set still lead to the root.
    let visitor = scene.browser();
    visitor.sign_in(ANN).await;
    visitor.submit("/verify", json!({"password": PASSWORD})).await.assert_status(302);
    visitor.post("/logout").await.assert_status(302);
}

/// `APPLICATION_ROOT`.
pub async fn without_a_view_a_visitor_is_led_to_the_root_of_the_application(adapter: &Adapter) {
    let options = [("APPLICATION_ROOT", json!("/app")), ("SESSION_COOKIE_PATH", json!("/"))];
    let scene = Scene::with(adapter, options);
    scene.account(ANN).await;
    let visitor = scene.browser();
    let answer = visitor.submit("/login", login()).await;
    answer.assert_redirect("/app");
}

/// So that the visitor arrives, however often the form is shown again.
pub async fn a_page_carries_the_wish_on_to_its_form_and_links(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    let browser = scene.browser();
    for path in ["/login", "/register"] {
        let page = browser.get(path).query("next", "/deck?x=1").await;
        page.assert_page(&format!("action=\"{path}?next=%2Fdeck%3Fx%3D1\""));
        let bad = browser.get(path).query("next", "//evil.example").await;
        assert!(!bad.page().contains("evil"), "{path}");
    }
    let again = browser.submit("/login?next=/deck", json!({"email": ANN, "password": "wrong horse"})).await;
    again.assert_page("action=\"/login?next=%2Fdeck\"");
    browser.sign_in(ANN).await;
    let page = browser.get("/verify?next=/deck").await;
    page.assert_page("action=\"/verify?next=%2Fdeck\"");
}

/// People read why on the page itself; programs have it in the answer.
pub async fn a_refused_target_is_told_on_the_page(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    let [browser, program] = scene.both();
    let invalid = scene.text(MessageKey::InvalidRedirect);
    wish(&browser, "/login", login(), "//evil.example", By::Body).await.assert_page(&invalid);
    wish(&program, "/login", login(), "//evil.example", By::Body).await.assert_status(400);
    assert!(program.flashes().await.is_empty(), "nothing piles up in the session of a program");
}

/// JSON callers are sent nowhere, whatever they ask for.
pub async fn a_program_is_not_redirected_by_its_wish(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    for by in [By::Query, By::Body] {
        let answer = wish(&scene.json_client(), "/login", login(), "/deck", by).await;
        answer.assert_status(200);
        assert_eq!(answer.location(), None);
    }
}
