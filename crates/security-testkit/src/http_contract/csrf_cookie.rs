//! Rules of the cookie that scripts read the CSRF token from: a small state machine, row by row.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use security_core::session::CsrfCookieState;
use serde_json::{Value, json};

use super::{Adapter, Answer, PASSWORD, Scene, Visitor};

const ANN: &str = "ann@harbour.example";
const NAME: &str = "XSRF-TOKEN";
const COOKIE: &str = "SECURITY_CSRF_COOKIE_NAME";

/// The application layer, asked by guards, with the cookie.
fn options() -> Vec<(&'static str, Value)> {
    vec![("WTF_CSRF_CHECK_DEFAULT", json!(false)), (COOKIE, json!(NAME))]
}

fn scene(adapter: &Adapter, more: &[(&'static str, Value)]) -> Scene {
    let mut options = options();
    options.extend_from_slice(more);
    Scene::staged(adapter, &options, |views| views)
}

async fn enter(visitor: &Visitor, remember: bool) -> Answer {
    let fields = json!({"email": ANN, "password": PASSWORD, "remember": remember});
    let answer = visitor.post("/login").fields(fields).csrf_header().await;
    answer.assert_status(if visitor.is_json() { 200 } else { 302 });
    answer
}

/// Without a user there is nothing that a forged request could do in somebody's name.
pub async fn a_stranger_gets_no_csrf_cookie_but_at_the_sign_in(adapter: &Adapter) {
    let scene = scene(adapter, &[("SECURITY_RECOVERABLE", json!(true))]);
    for visitor in scene.both() {
        for path in ["/who", "/auth", "/register", "/reset"] {
            assert!(visitor.get(path).await.cookie(NAME).is_none(), "{path}");
        }
        assert!(visitor.get("/login").await.cookie(NAME).is_some());
    }
}

/// `set` becomes `sent`, and `sent` sends nothing while the cookie is good.
pub async fn the_csrf_cookie_is_sent_once(adapter: &Adapter) {
    let scene = scene(adapter, &[]);
    scene.account(ANN).await;
    for visitor in scene.both() {
        let answer = enter(&visitor, false).await;
        assert!(answer.cookie(NAME).is_some());
        assert_eq!(visitor.session().await.csrf_cookie(), Some(CsrfCookieState::Sent));
        for path in ["/who", "/auth", "/verify"] {
            assert!(visitor.get(path).await.cookie(NAME).is_none(), "{path}");
        }
    }
}

/// Damaged, of another session, or gone: the script could send nothing else.
pub async fn a_csrf_cookie_that_is_no_good_is_replaced(adapter: &Adapter) {
    let scene = scene(adapter, &[]);
    scene.account(ANN).await;
    let other = scene.json_client();
    enter(&other, false).await;
    let others = other.cookie(NAME).unwrap_or_default();
    for visitor in scene.both() {
        enter(&visitor, false).await;
        for bad in [None, Some("forged"), Some(others.as_str())] {
            visitor.jar().forget(NAME);
            let session = visitor.cookie("session").unwrap_or_default();
            let cookies = match bad {
                Some(bad) => format!("session={session}; {NAME}={bad}"),
                None => format!("session={session}"),
            };
            let answer = visitor.get("/auth").header("cookie", &cookies).await;
            answer.assert_status(200);
            let token = answer.cookie(NAME).expect("a good one is sent").value;
            visitor.post("/auth").header("x-xsrf-token", &token).await.assert_status(200);
        }
    }
}

/// Without a limit to its age it is not looked at again.
pub async fn a_csrf_cookie_without_a_time_limit_is_left_alone(adapter: &Adapter) {
    let scene = scene(adapter, &[("WTF_CSRF_TIME_LIMIT", Value::Null)]);
    scene.account(ANN).await;
    let visitor = scene.json_client();
    enter(&visitor, false).await;
    let token = visitor.cookie(NAME).unwrap_or_default();
    scene.advance_minutes(60 * 24 * 7);
    assert!(visitor.get("/auth").await.cookie(NAME).is_none());
    visitor.post("/auth").header("x-xsrf-token", &token).await.assert_status(200);
    visitor.jar().forget(NAME);
    assert!(visitor.get("/auth").await.cookie(NAME).is_none());
}

/// `clear`: deleted once, and forgotten.
pub async fn signing_out_deletes_the_csrf_cookie_and_its_secret(adapter: &Adapter) {
    let scene = scene(adapter, &[]);
    scene.account(ANN).await;
    for visitor in scene.both() {
        let set = enter(&visitor, true).await.cookie(NAME).expect("the cookie is sent");
        let old = visitor.cookie(NAME).unwrap_or_default();
        let answer = visitor.post("/logout").await;
        let deleted = answer.cookie(NAME).expect("the cookie is deleted");
        assert!(deleted.is_deletion() && deleted.has_attributes_of(&set), "{deleted:?}");
        assert_eq!(visitor.session().await.csrf_cookie(), None);
        assert!(visitor.get("/who").await.cookie(NAME).is_none());
        let fields = json!({"email": ANN, "password": PASSWORD});
        let replayed = visitor.post("/login").fields(fields).header("x-xsrf-token", &old).await;
        assert_eq!(visitor.who().await, None, "the old token is of no use: {}", replayed.text());
    }
}

/// Absent: a restored session gets one, and one whose remember-me cookie is being deleted does not.
pub async fn a_restored_session_gets_a_csrf_cookie(adapter: &Adapter) {
    let scene = scene(adapter, &[]);
    scene.account(ANN).await;
    for visitor in scene.both() {
        enter(&visitor, true).await;
        for name in ["session", NAME] {
            visitor.jar().forget(name);
        }
        let restored = visitor.get("/auth").await;
        restored.assert_status(200);
        assert!(restored.cookie(NAME).is_some());
        assert!(visitor.get("/auth").await.cookie(NAME).is_none(), "once");

        visitor.jar().forget("session");
        let leaving = visitor.post("/logout").csrf_header().await;
        assert!(leaving.cookie(NAME).is_none_or(|cookie| cookie.is_deletion()));
        assert_eq!(visitor.who().await, None);
    }
}

/// There is nothing to protect then.
pub async fn a_site_without_the_protection_sends_no_csrf_cookie(adapter: &Adapter) {
    for more in [vec![("WTF_CSRF_ENABLED", json!(false))], vec![(COOKIE, Value::Null)]] {
        let scene = scene(adapter, &more);
        scene.account(ANN).await;
        let visitor = scene.json_client();
        visitor.get("/login").await.assert_status(200);
        let fields = json!({"email": ANN, "password": PASSWORD});
        let draft = visitor.post("/login").fields(fields);
        let answer = if more[0].0 == COOKIE { draft.csrf_header().await } else { draft.await };
        answer.assert_status(200);
        visitor.get("/auth").await.assert_status(200);
        assert_eq!(visitor.cookie(NAME), None);
    }
}

/// `CSRF_COOKIE` chooses its attributes, and the deletion has the same.
pub async fn a_csrf_cookie_has_the_attributes_of_the_site(adapter: &Adapter) {
    let attributes = json!({"samesite": "Lax", "secure": false, "httponly": false, "path": "/ui"});
    let scene = scene(adapter, &[("SECURITY_CSRF_COOKIE", attributes)]);
    scene.account(ANN).await;
    let visitor = scene.json_client();
    let set = enter(&visitor, false).await.cookie(NAME).expect("the cookie is sent");
    assert_eq!((set.path.as_str(), set.same_site.as_deref(), set.secure), ("/ui", Some("Lax"), false));
    let deleted = visitor.post("/logout").await.cookie(NAME).expect("the cookie is deleted");
    assert!(deleted.is_deletion() && deleted.has_attributes_of(&set), "{deleted:?}");
}
