//! Rules of where an application is: below a path, or at a host that it does not know.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use security_core::message::MessageKey;
use serde_json::{Value, json};

use super::{Adapter, PASSWORD, Scene};

const ANN: &str = "ann@harbour.example";
const NEW: &str = "compass rose garden";

/// Below `/app`: a proxy or router takes the root off before requests arrive, and browsers see it.
fn below_a_path() -> Vec<(&'static str, Value)> {
    vec![
        ("APPLICATION_ROOT", json!("/app")),
        ("SESSION_COOKIE_PATH", json!("/")),
        ("SECURITY_CONFIRMABLE", json!(true)),
        ("SECURITY_LOGIN_WITHOUT_CONFIRMATION", json!(true)),
        ("SECURITY_RECOVERABLE", json!(true)),
    ]
}

/// Forms, links, style sheet and redirects begin with `APPLICATION_ROOT`; so do the cookies of the session.
pub async fn an_application_below_a_path_leads_nowhere_else(adapter: &Adapter) {
    let scene = Scene::staged(adapter, &below_a_path(), |views| views);
    scene.account(ANN).await;
    let browser = scene.browser();
    browser.get("/auth?tab=2").await.assert_redirect("/app/login?next=%2Fapp%2Fauth%3Ftab%3D2");
    for path in ["/login", "/register", "/confirm", "/reset"] {
        let page = browser.get(path).await;
        page.assert_page(&format!("action=\"/app{path}\""));
        let page = page.page();
        for start in ["href=\"", "action=\""] {
            for target in page.split(start).skip(1).filter_map(|rest| rest.split('"').next()) {
                let is_below = target == "/app" || target.starts_with("/app/") || target.starts_with('#');
                assert!(is_below, "{path} leads to {target}");
            }
        }
    }
    let login = json!({"email": ANN, "password": PASSWORD});
    let carried = browser.submit("/login?next=/app/auth", login).await;
    carried.assert_redirect("/app/auth");
    scene.advance_minutes(20);
    browser.get("/fresh").await.assert_redirect("/app/verify?next=%2Fapp%2Ffresh");
    browser.get("/verify").await.assert_page("action=\"/app/verify\"");
    browser.submit("/verify", json!({"password": PASSWORD})).await.assert_redirect("/app");
    browser.get("/change").await.assert_page("action=\"/app/change\"");
    let change = json!({"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW});
    browser.submit("/change", change).await.assert_redirect("/app");
    browser.post("/logout").await.assert_redirect("/app");
    let fields = json!({"email": "bob@harbour.example", "password": PASSWORD, "password_confirm": PASSWORD});
    browser.submit("/register", fields).await.assert_redirect("/app");
    for (forged, location) in [("/confirm/forged", "/app/confirm"), ("/reset/forged", "/app/reset")] {
        scene.browser().get(forged).await.assert_redirect(location);
    }

    // Nothing else was said about cookies: other applications of the host do not get them.
    let scene = Scene::with(adapter, [("APPLICATION_ROOT", json!("/app"))]);
    let cookie = scene.browser().get("/login").await.cookie("session").expect("the page has a session");
    assert_eq!(cookie.path, "/app");
}

/// And the links work.
pub async fn an_application_below_a_path_mails_links_to_itself(adapter: &Adapter) {
    let scene = Scene::staged(adapter, &below_a_path(), |views| views);
    scene.account_with(ANN, |user| user.confirmed_at = None).await;
    let browser = scene.browser();
    for page in ["/confirm", "/reset"] {
        browser.submit(page, json!({"email": ANN})).await.assert_status(200);
        let mail = scene.mails().await.remove(0);
        let (text, html) = (mail.text.unwrap_or_default(), mail.html.unwrap_or_default());
        let start = format!("http://harbour.example/app{page}/");
        assert!(html.replace("&#x2f;", "/").contains(&start), "{html}");
        let link = text.split_whitespace().find(|word| word.starts_with(&start)).expect("there is a link");
        // What arrives at the application.
        let link = link.trim_start_matches("http://harbour.example/app");
        if page == "/confirm" {
            browser.get(link).await.assert_redirect("/app/login");
            assert!(scene.user(ANN).await.confirmed_at.is_some());
        } else {
            browser.get(link).await.assert_page(&format!("action=\"/app{link}\""));
            let fields = json!({"password": NEW, "password_confirm": NEW});
            browser.submit(link, fields).await.assert_redirect("/app/login");
        }
    }
}

/// Without `SERVER_NAME`: what needs no mail with a link works, and targets are measured by the request alone.
pub async fn a_site_that_does_not_say_its_name_signs_in_and_out(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SERVER_NAME", Value::Null)]);
    scene.account(ANN).await;
    for visitor in scene.both() {
        visitor.sign_in(ANN).await;
        assert_eq!(visitor.who().await.as_deref(), Some(ANN));
        visitor.post("/logout").await;
        assert_eq!(visitor.who().await, None);
    }
    let login = json!({"email": ANN, "password": PASSWORD});
    let invalid = scene.text(MessageKey::InvalidRedirect);
    for host in ["harbour.example", "other.example:8080"] {
        let own = format!("http://{host}/deck");
        let draft = scene.browser();
        let answer = draft.submit("/login", login.clone()).field("next", own.as_str()).host(host).await;
        answer.assert_redirect(&own);
        let foreign = draft.submit("/login", login.clone()).field("next", "http://third.example/").host(host);
        assert_eq!(foreign.await.location(), Some("/"), "whoever is signed in is led on as ever");
        let stranger = scene.browser();
        let foreign =
            stranger.submit("/login", login.clone()).field("next", "http://third.example/").host(host);
        foreign.await.assert_field_error("next", &invalid);
    }
}

/// A host that a request names is never taken for one's own.
pub async fn a_site_that_does_not_say_its_name_mails_no_links(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SERVER_NAME", Value::Null)]);
    let visitor = scene.json_client();
    let fields = json!({"email": ANN, "password": PASSWORD, "password_confirm": PASSWORD});
    visitor.submit("/register", fields).host("evil.example").await.assert_status(200);
    let change = json!({"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW});
    visitor.submit("/change", change).host("evil.example").await.assert_status(200);
    let mails = scene.mails().await;
    assert_eq!(mails.len(), 2);
    for mail in mails {
        let text = format!("{}{}", mail.text.unwrap_or_default(), mail.html.unwrap_or_default());
        for wrong in ["://", "evil", "None", "none\n", "undefined", " at ."] {
            assert!(!text.contains(wrong), "{wrong:?} in {text}");
        }
    }
}
