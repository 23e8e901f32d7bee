//! The built program, called over HTTP as the script of its page calls it.

#![expect(clippy::unwrap_used, reason = "what helpers of tests cannot do fails the test")]

use std::fs;
use std::path::Path;
use std::time::Duration;

use portcullis_tests::mailbox::Mailbox;
use portcullis_tests::program::Program;
use portcullis_tests::visitor::{Answer, Visitor};
use security_core::clock::{Clock as _, SystemClock};
use security_core::config::{CsrfConfig, SecretsConfig, SessionConfig};
use security_core::session::{CsrfTokens, SessionStore as _, SignedCookieSessions};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

const EMAIL: &str = "ada@example.com";
const PASSWORD: &str = "battery staple orbit";
const NEW_PASSWORD: &str = "a lighthouse without stairs";

/// The program with an empty data folder, which goes away with it.
async fn site() -> (Program, TempDir) {
    let data = tempfile::tempdir().unwrap();
    (start(data.path()).await, data)
}

async fn start(data: &Path) -> Program {
    let arguments = ["--port", "0", "--data", data.to_str().unwrap()];
    Program::start(env!("CARGO_BIN_EXE_spa-json"), &arguments, &[]).await
}

/// What the script does with every request: the token from the cookie goes into the header.
async fn call(browser: &mut Visitor, method: &str, path: &str, body: Value) -> Answer {
    if browser.cookie("XSRF-TOKEN").is_none() {
        browser.get("/api/login").await;
    }
    let token = browser.cookie("XSRF-TOKEN").unwrap_or_default().to_owned();
    browser.call(method, path).header("X-XSRF-Token", &token).json(&body).send().await
}

async fn post(browser: &mut Visitor, path: &str, body: Value) -> Answer {
    call(browser, "POST", path, body).await
}

async fn member(site: &Program) -> Visitor {
    let mut browser = site.visitor();
    let registered =
        post(&mut browser, "/api/register", json!({ "email": EMAIL, "password": PASSWORD })).await;
    assert_eq!(registered.status, 200, "{}", registered.body);
    browser
}

async fn sign_in(browser: &mut Visitor, password: &str) -> Answer {
    post(browser, "/api/login", json!({ "email": EMAIL, "password": password })).await
}

#[tokio::test]
async fn the_page_runs_its_own_script_and_nothing_else() {
    let (site, _data) = site().await;
    for path in ["/", "/reset?token=x"] {
        let page = site.visitor().get(path).await;
        assert_eq!(page.status, 200, "{path}");
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'none'; script-src 'self'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(page.header("referrer-policy"), "same-origin");
        assert!(page.body.contains("<script src=\"/app.js\" defer></script>"), "{path}");
        for inline in [" style=", " onclick=", " onsubmit=", "javascript:", "<script>"] {
            assert!(!page.body.contains(inline), "{path} has {inline}");
        }
    }
    let script = site.visitor().get("/app.js").await;
    assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
    assert!(!script.body.contains("innerHTML"));
    assert_eq!(site.visitor().get("/api/fs-static/portcullis.css").await.status, 200);
}

#[tokio::test]
async fn a_member_registers_pins_a_notice_signs_out_and_in_again() {
    let (site, _data) = site().await;
    let mut browser = member(&site).await;
    // The reference's answer to `GET login` says who is signed in.
    assert_eq!(browser.get("/api/login").await.json()["user"], json!({ "email": EMAIL }));

    let empty = post(&mut browser, "/api/board", json!({ "text": " " })).await;
    assert_eq!((empty.status.as_u16(), empty.json()["field_errors"]["text"].is_array()), (400, true));
    let pinned = post(&mut browser, "/api/board", json!({ "text": "Boat for sale" })).await;
    assert_eq!(pinned.json()["notices"], json!([{ "by": EMAIL, "text": "Boat for sale" }]));

    assert_eq!(post(&mut browser, "/api/logout", json!({})).await.status, 200);
    assert_eq!(browser.cookie("XSRF-TOKEN"), None, "a token of the old session is of no use");
    assert_eq!(browser.get("/api/board").await.status, 401);

    let answer = sign_in(&mut browser, "not the password").await;
    assert_eq!(answer.status, 400);
    assert!(answer.json()["field_errors"][""].is_array(), "{}", answer.body);
    let answer = sign_in(&mut browser, PASSWORD).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["user"]["email"]), (200, &json!(EMAIL)));
    assert_eq!(browser.get("/api/board").await.json()["you"], EMAIL);
}

#[tokio::test]
async fn a_request_without_its_session_s_token_in_the_header_changes_nothing() {
    let (site, data) = site().await;
    let mut browser = member(&site).await;
    let good = browser.cookie("XSRF-TOKEN").unwrap().to_owned();
    let notice = json!({ "text": "Bought by nobody" });

    // What another site can make the browser send: cookies, and no header.
    for path in ["/api/board", "/api/logout", "/api/reset"] {
        let forged = browser.post(path, &notice).await;
        assert_eq!(forged.status, 400, "{path}");
        assert!(forged.json()["errors"][0].as_str().unwrap().contains("token"), "{}", forged.body);
    }
    let form = browser.submit("/api/board", &[("text", "x")]).await;
    assert_eq!((form.status.as_u16(), form.header("content-type")), (400, "application/json"));

    let mut stranger = site.visitor();
    stranger.get("/api/login").await;
    let others = stranger.cookie("XSRF-TOKEN").unwrap().to_owned();
    for token in [others.as_str(), "nonsense", "", &good[1..]] {
        let refused =
            browser.call("POST", "/api/board").header("X-XSRF-Token", token).json(&notice).send().await;
        assert_eq!(refused.status, 400, "{token}");
    }
    let board = browser.get("/api/board").await.json();
    assert_eq!(board["notices"], json!([]));

    // A page that was open for too long: the refusal, or the next look at the sign-in data, brings a new token.
    let old = expired_token(&browser, data.path()).await;
    browser.set_cookie("XSRF-TOKEN", &old);
    assert_eq!(post(&mut browser, "/api/board", notice.clone()).await.status, 400);
    browser.get("/api/login").await;
    assert_ne!(browser.cookie("XSRF-TOKEN").unwrap(), old);
    assert_eq!(post(&mut browser, "/api/board", notice).await.status, 200);
}

#[tokio::test]
async fn nobody_is_signed_in_without_a_token() {
    let (site, _data) = site().await;
    member(&site).await;
    let mut browser = site.visitor();
    let answer = browser.post("/api/login", &json!({ "email": EMAIL, "password": PASSWORD })).await;
    assert_eq!(answer.status, 400);
    assert_eq!(browser.get("/api/board").await.status, 401);
}

#[tokio::test]
async fn a_forgotten_password_is_recovered_by_mail_and_every_session_ends() {
    let (site, data) = site().await;
    let mailbox = Mailbox::of(data.path().join("outbox"));
    let mut old_browser = member(&site).await;
    let mut browser = site.visitor();

    let unknown = post(&mut browser, "/api/reset", json!({ "email": "eve@example.com" })).await;
    let known = post(&mut browser, "/api/reset", json!({ "email": EMAIL })).await;
    let [unknown, known] = [unknown, known].map(|answer| {
        let names: Vec<String> = answer.json().as_object().unwrap().keys().cloned().collect();
        (answer.status, names)
    });
    assert_eq!(unknown, known, "the answer tells whether there is such an account");

    // The link leads through the server to the page, which has the token and nothing else about the account.
    let link = mailbox.link_below(&format!("{}/api/reset/", site.url())).await;
    let page = browser.get(&link).await;
    assert_eq!(page.status, 302);
    let token = page.location().strip_prefix("/reset?token=").unwrap().to_owned();
    assert!(!token.contains('&'), "{token}");
    let path = format!("/api/reset/{token}");

    let slip = json!({ "password": NEW_PASSWORD, "password_confirm": "something else" });
    let refused = post(&mut browser, &path, slip).await;
    assert!(refused.json()["field_errors"]["password_confirm"].is_array(), "{}", refused.body);
    let new = json!({ "password": NEW_PASSWORD, "password_confirm": NEW_PASSWORD });
    assert_eq!(browser.post(&path, &new).await.status, 400, "a reset without a token");
    assert_eq!(post(&mut browser, &path, new.clone()).await.status, 200);

    // The session before the reset is dead, and so are the link and the old password.
    assert_eq!(old_browser.get("/api/board").await.status, 401);
    assert_eq!(post(&mut browser, &path, new).await.status, 400);
    let used = browser.get(&link).await;
    assert!(used.location().starts_with("/reset?error="), "{}", used.location());
    assert_eq!(sign_in(&mut browser, PASSWORD).await.status, 400);
    assert_eq!(sign_in(&mut browser, NEW_PASSWORD).await.status, 200);
    assert_eq!(browser.get("/api/board").await.json()["you"], EMAIL);
    mailbox.mail_with("password").await;
}

#[tokio::test]
async fn a_refusal_says_in_the_application_s_own_words_what_to_do_next() {
    let (site, _data) = site().await;
    let anonymous = site.visitor().get("/api/board").await;
    assert_eq!(anonymous.status, 401);
    assert_eq!(anonymous.json()["next"], "sign-in");
    assert_eq!(anonymous.header("www-authenticate"), "");

    let mut browser = member(&site).await;
    let forbidden = browser.get("/api/reports").await;
    assert_eq!(forbidden.status, 403);
    assert_eq!(forbidden.json()["needs"], json!(["moderator"]));
    assert!(forbidden.json()["errors"][0].is_string());
}

#[tokio::test]
async fn whoever_is_only_remembered_proves_it_once_more_before_the_board_is_cleared() {
    let (site, _data) = site().await;
    member(&site).await;
    let mut browser = site.visitor();
    let form = json!({ "email": EMAIL, "password": PASSWORD, "remember": true });
    assert_eq!(post(&mut browser, "/api/login", form).await.status, 200);
    assert_eq!(call(&mut browser, "DELETE", "/api/board", json!({})).await.status, 200);

    // The browser was closed.
    browser.forget_cookie("session");
    browser.forget_cookie("XSRF-TOKEN");
    let refused = call(&mut browser, "DELETE", "/api/board", json!({})).await;
    assert_eq!(refused.status, 401, "{}", refused.body);
    assert_eq!(refused.json()["next"], "verify");
    assert_eq!(browser.get("/api/board").await.status, 200);
    let wrong = post(&mut browser, "/api/verify", json!({ "password": "x" })).await;
    assert_eq!(wrong.status, 400);
    assert_eq!(post(&mut browser, "/api/verify", json!({ "password": PASSWORD })).await.status, 200);
    assert_eq!(call(&mut browser, "DELETE", "/api/board", json!({})).await.status, 200);
}

#[tokio::test]
async fn accounts_and_sessions_outlive_a_restart() {
    let (site, data) = site().await;
    let before = member(&site).await;
    site.stop().await;
    let site = start(data.path()).await;
    let mut browser = site.visitor();
    browser.set_cookie("session", before.cookie("session").unwrap());
    assert_eq!(browser.get("/api/board").await.json()["you"], EMAIL);
    assert_eq!(sign_in(&mut site.visitor(), PASSWORD).await.status, 200);
}

/// A token of this browser's session as it was made two hours ago.
async fn expired_token(browser: &Visitor, data: &Path) -> String {
    let keys: Map<String, Value> =
        serde_json::from_str(&fs::read_to_string(data.join("keys.json")).unwrap()).unwrap();
    let secret_key = keys["SECRET_KEY"].as_str().unwrap().into();
    let secrets = SecretsConfig { secret_key, ..SecretsConfig::default() };
    let sessions = SignedCookieSessions::new(&secrets, &SessionConfig::default());
    let now = SystemClock.now();
    let session = sessions.load(browser.cookie("session").unwrap(), now).await.unwrap();
    let secret = session.csrf_secret("csrf_token").unwrap();
    let tokens = CsrfTokens::new(&secrets, &CsrfConfig::default(), false);
    tokens.issue(secret, now - Duration::from_secs(2 * 3600))
}
