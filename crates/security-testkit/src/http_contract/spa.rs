//! Rules of a site whose pages are those of a single-page application.
//!
//! Those of confirming are with the [other rules of confirming](super::confirm_email).
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use security_core::message::MessageKey;
use serde_json::{Value, json};

use super::scene::link_in;
use super::{Adapter, Scene, Visitor};

const ANN: &str = "ann@harbour.example";
const NEW: &str = "compass rose garden";

fn options() -> Vec<(&'static str, Value)> {
    vec![
        ("SECURITY_REDIRECT_BEHAVIOR", json!("spa")),
        ("SECURITY_RECOVERABLE", json!(true)),
        ("SECURITY_RESET_VIEW", json!("/ui/reset?step=2")),
        ("SECURITY_RESET_ERROR_VIEW", json!("/ui/reset-trouble")),
        ("SECURITY_POST_RESET_VIEW", json!("/ui/recovered")),
    ]
}

fn with_links() -> Vec<(&'static str, Value)> {
    let mut options = options();
    options.extend([
        ("SECURITY_PASSWORDLESS", json!(true)),
        ("SECURITY_POST_LOGIN_VIEW", json!("/ui/deck?tab=1")),
        ("SECURITY_LOGIN_ERROR_VIEW", json!("/ui/login-trouble")),
    ]);
    options
}

async fn link(scene: &Scene, path: &str) -> String {
    scene.json_client().submit(path, json!({"email": ANN})).await.assert_status(200);
    let link = link_in(&scene.mails().await[0]);
    scene.forget_events().await;
    link
}

async fn location(visitor: &Visitor, link: &str) -> String {
    let answer = visitor.get(link).await;
    answer.assert_status(302);
    assert!(visitor.flashes().await.is_empty(), "the query string says it");
    answer.location().unwrap_or_default().to_owned()
}

/// A view with one more parameter, as it is written in a location.
fn told(view: &str, parameter: &str, text: &str) -> String {
    let encoded = form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    format!("{view}?{parameter}={}", encoded.replace('*', "%2A"))
}

/// With the token and nothing about the account: the application shows the form, and posts it.
pub async fn a_reset_link_brings_its_token_to_the_application(adapter: &Adapter) {
    let scene = Scene::staged(adapter, &options(), |views| views);
    scene.account(ANN).await;
    for visitor in scene.both() {
        let link = link(&scene, "/reset").await;
        let token = link.trim_start_matches("/reset/");
        assert_eq!(location(&visitor, &link).await, format!("/ui/reset?step=2&token={token}"));
        let answer = visitor.submit(&link, json!({"password": NEW, "password_confirm": NEW})).await;
        if visitor.is_json() {
            answer.assert_status(200);
            assert!(answer.members().is_empty());
        } else {
            answer.assert_redirect("/ui/recovered");
            assert_eq!(visitor.flashes().await, [scene.text(MessageKey::PasswordResetNoLogin)]);
        }
        scene.mails().await;
    }
}

/// The outcome is named by its severity, and whose link it was is not said.
pub async fn a_bad_reset_link_leads_to_the_applications_error_view(adapter: &Adapter) {
    let scene = Scene::staged(adapter, &options(), |views| views);
    scene.account(ANN).await;
    let link = link(&scene, "/reset").await;
    let invalid = scene.text(MessageKey::InvalidResetPasswordToken);
    let within = [("within", "1 day"), ("email", "")];
    let expired = scene.text_with(MessageKey::PasswordResetExpired, &within);
    for visitor in scene.both() {
        let forged = location(&visitor, "/reset/forged").await;
        assert_eq!(forged, told("/ui/reset-trouble", "error", &invalid));
    }
    scene.advance_minutes(60 * 25);
    for visitor in scene.both() {
        let location = location(&visitor, &link).await;
        assert_eq!(location, told("/ui/reset-trouble", "error", &expired));
    }
    assert!(scene.mails().await.is_empty());
}

/// A form is answered as ever.
pub async fn a_form_behind_a_bad_reset_link_is_not_redirected_to_the_application(adapter: &Adapter) {
    let scene = Scene::staged(adapter, &options(), |views| views);
    let text = scene.text(MessageKey::InvalidResetPasswordToken);
    for visitor in scene.both() {
        let answer = visitor.submit("/reset/forged", json!({"password": NEW, "password_confirm": NEW})).await;
        if visitor.is_json() {
            answer.assert_field_error("", &text);
        } else {
            answer.assert_redirect("/reset");
            assert_eq!(visitor.flashes().await, [text.as_str()]);
        }
    }
}

/// Who it is, nothing else: no message, and never an authentication token.
pub async fn a_sign_in_link_tells_the_application_who_it_is(adapter: &Adapter) {
    let scene = Scene::staged(adapter, &with_links(), |views| views);
    scene.account(ANN).await;
    for visitor in scene.both() {
        let link = link(&scene, "/login").await;
        let location = location(&visitor, &format!("{link}?include_auth_token")).await;
        let who = "identity=ann%40harbour.example&email=ann%40harbour.example";
        assert_eq!(location, format!("/ui/deck?tab=1&{who}"));
        assert_eq!(visitor.who().await.as_deref(), Some(ANN));
    }
}

/// The first of `USER_IDENTITY_ATTRIBUTES` that the account has, and its address.
pub async fn the_application_is_told_the_first_identity_there_is(adapter: &Adapter) {
    let mut options = with_links();
    options.push(("SECURITY_USERNAME_ENABLE", json!(true)));
    options.push((
        "SECURITY_USER_IDENTITY_ATTRIBUTES",
        json!([{"username": {"case_insensitive": true}}, {"email": {"case_insensitive": true}}]),
    ));
    for (username, identity) in [(Some("annie"), "annie"), (None, "ann%40harbour.example")] {
        let scene = Scene::staged(adapter, &options, |views| views);
        scene.account_with(ANN, |user| user.username = username.map(str::to_owned)).await;
        let link = link(&scene, "/login").await;
        let location = location(&scene.browser(), &link).await;
        assert_eq!(location, format!("/ui/deck?tab=1&identity={identity}&email=ann%40harbour.example"));
    }
}

/// Forged, used or expired; whose link it was is not said.
pub async fn a_bad_sign_in_link_leads_to_the_applications_error_view(adapter: &Adapter) {
    let scene = Scene::staged(adapter, &with_links(), |views| views);
    scene.account(ANN).await;
    let (used, old) = (link(&scene, "/login").await, link(&scene, "/login").await);
    scene.browser().get(&used).await.assert_status(302);
    let invalid = told("/ui/login-trouble", "error", &scene.text(MessageKey::InvalidLoginToken));
    for visitor in scene.both() {
        for link in ["/login/forged", &used] {
            assert_eq!(location(&visitor, link).await, invalid, "{link}");
        }
        assert_eq!(visitor.who().await, None);
    }
    scene.advance_minutes(60 * 25);
    let within = [("within", "1 day"), ("email", "")];
    let expired = scene.text_with(MessageKey::LoginExpired, &within);
    for visitor in scene.both() {
        assert_eq!(location(&visitor, &old).await, told("/ui/login-trouble", "error", &expired));
    }
    assert!(scene.mails().await.is_empty());
}

/// Signing in, asking for mails and everything else that is posted is answered as on any other site.
pub async fn forms_are_answered_as_on_any_other_site(adapter: &Adapter) {
    let scene = Scene::staged(adapter, &options(), |views| views);
    scene.account(ANN).await;
    let browser = scene.browser();
    browser.submit("/reset", json!({"email": ANN})).await.assert_page("action=\"/reset\"");
    browser.sign_in(ANN).await.assert_redirect("/");
    let program = scene.json_client();
    assert_eq!(program.submit("/reset", json!({"email": ANN})).await.members(), ["csrf_token"]);
    program.sign_in(ANN).await.assert_status(200);
}
