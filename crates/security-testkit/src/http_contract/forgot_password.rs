//! Rules of asking for a link to set a new password with.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use security_core::message::MessageKey;
use serde_json::{Value, json};

use super::scene::link_in;
use super::{Adapter, LockList, Scene};

const ANN: &str = "ann@harbour.example";
const BOB: &str = "bob@harbour.example";
const RECOVERABLE: (&str, Value) = ("SECURITY_RECOVERABLE", Value::Bool(true));
const CONFIRMABLE: (&str, Value) = ("SECURITY_CONFIRMABLE", Value::Bool(true));

/// The answer says nothing about the account, and the account stays as it is.
pub async fn a_reset_link_is_mailed_to_whoever_asks_for_a_known_address(adapter: &Adapter) {
    let scene = Scene::with(adapter, [RECOVERABLE]);
    let before = scene.account(ANN).await;
    for visitor in scene.both() {
        let answer = visitor.submit("/reset", json!({"email": "Ann@harbour.example"})).await;
        if visitor.is_json() {
            assert_eq!(answer.members(), ["csrf_token"]);
        } else {
            answer.assert_page("action=\"/reset\"");
            let sent = scene.text_with(MessageKey::PasswordResetRequest, &[("email", "Ann@harbour.example")]);
            answer.assert_page(&sent);
        }
        assert_eq!(scene.events().await, ["password-reset-instructions-sent"]);
        let mails = scene.mails().await;
        assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [ANN]);
        assert!(link_in(&mails[0]).starts_with("/reset/"));
        assert_eq!(visitor.who().await, None);
    }
    assert_eq!(scene.user(ANN).await, before);
}

/// An account that was never given one gets its first this way.
pub async fn an_account_without_password_may_ask_for_a_link(adapter: &Adapter) {
    let scene = Scene::with(adapter, [RECOVERABLE]);
    scene.account_with(ANN, |user| user.password = None).await;
    let visitor = scene.json_client();
    visitor.submit("/reset", json!({"email": ANN})).await.assert_status(200);
    let link = link_in(&scene.mails().await[0]);
    let new = "compass rose garden";
    visitor.submit(&link, json!({"password": new, "password_confirm": new})).await.assert_status(200);
    visitor.sign_in_with(json!({"email": ANN, "password": new})).await;
}

/// A site that answers alike to all does not, see the rules of generic answers.
pub async fn each_slip_in_asking_for_a_reset_is_told_next_to_its_field(adapter: &Adapter) {
    let scene = Scene::with(adapter, [RECOVERABLE]);
    scene.account_with("dora@harbour.example", |user| user.active = false).await;
    scene.account("lou@harbour.example").await;
    scene.lock("lou@harbour.example");
    let rows = [
        (json!({}), scene.text(MessageKey::EmailNotProvided)),
        (json!({"email": ""}), scene.text(MessageKey::EmailNotProvided)),
        (json!({"email": "  "}), scene.text(MessageKey::EmailNotProvided)),
        (json!({"email": "ann"}), scene.text(MessageKey::InvalidEmailAddress)),
        (json!({"email": "ann@harbour.example\r\nBcc: eve@evil.example"}), {
            scene.text(MessageKey::InvalidEmailAddress)
        }),
        (json!({"email": BOB}), scene.text(MessageKey::UserDoesNotExist)),
        (json!({"email": "dora@harbour.example"}), scene.text(MessageKey::DisabledAccount)),
        (json!({"email": "lou@harbour.example"}), LockList::TEXT.to_owned()),
    ];
    for visitor in scene.both() {
        for (fields, text) in &rows {
            visitor.submit("/reset", fields.clone()).await.assert_field_error("email", text);
        }
    }
    assert!(scene.mails().await.is_empty() && scene.events().await.is_empty());
}

/// Next to the field, or where the site helps; a site that answers alike to all tells nobody.
pub async fn an_unconfirmed_owner_is_told_to_confirm_first(adapter: &Adapter) {
    let help = ("SECURITY_REQUIRES_CONFIRMATION_ERROR_VIEW", json!("/help"));
    for (has_help, generic) in [(false, false), (true, false), (true, true)] {
        let mut options =
            vec![RECOVERABLE, CONFIRMABLE, ("SECURITY_RETURN_GENERIC_RESPONSES", json!(generic))];
        options.extend(has_help.then(|| help.clone()));
        let scene = Scene::staged(adapter, &options, |views| views);
        scene.account_with(ANN, |user| user.confirmed_at = None).await;
        let text = scene.text(MessageKey::ConfirmationRequired);
        for visitor in scene.both() {
            let answer = visitor.submit("/reset", json!({"email": ANN})).await;
            if generic {
                answer.assert_status(200);
            } else if has_help && !visitor.is_json() {
                answer.assert_redirect("/help?email=ann%40harbour.example");
                assert_eq!(visitor.flashes().await, [text.as_str()]);
            } else {
                answer.assert_field_error("email", &text);
            }
        }
        assert!(scene.mails().await.is_empty() && scene.events().await.is_empty());
    }
}

/// Who may sign in without it may recover without it.
pub async fn an_unconfirmed_owner_may_ask_where_the_site_does_not_insist(adapter: &Adapter) {
    let options = [RECOVERABLE, CONFIRMABLE, ("SECURITY_LOGIN_WITHOUT_CONFIRMATION", json!(true))];
    let scene = Scene::with(adapter, options);
    scene.account_with(ANN, |user| user.confirmed_at = None).await;
    scene.json_client().submit("/reset", json!({"email": ANN})).await.assert_status(200);
    assert_eq!(scene.mails().await.len(), 1);
}

/// Whoever is asked to prove it again may have forgotten how.
pub async fn the_page_to_ask_for_a_reset_is_open_to_who_is_signed_in(adapter: &Adapter) {
    let scene = Scene::with(adapter, [RECOVERABLE]);
    scene.account(ANN).await;
    for visitor in scene.both() {
        let stranger = visitor.get("/reset").await;
        if visitor.is_json() {
            assert_eq!(stranger.members(), ["csrf_token"]);
        } else {
            stranger.assert_page("action=\"/reset\"");
            assert!(!stranger.text().contains(ANN));
        }
        visitor.sign_in(ANN).await;
        let own = visitor.get("/reset").await;
        own.assert_status(200);
        if !visitor.is_json() {
            own.assert_page("value=\"ann@harbour.example\"");
        }
        visitor.submit("/reset", json!({"email": ANN})).await.assert_status(200);
        assert_eq!(scene.mails().await.len(), 1);
        assert_eq!(visitor.who().await.as_deref(), Some(ANN), "asking changes nothing");
    }
}

/// `SEND_PASSWORD_RESET_EMAIL` gates the mail alone: a subscriber may send the link in another way.
pub async fn a_site_may_send_no_reset_mail(adapter: &Adapter) {
    let scene = Scene::with(adapter, [RECOVERABLE, ("SECURITY_SEND_PASSWORD_RESET_EMAIL", json!(false))]);
    scene.account(ANN).await;
    for visitor in scene.both() {
        visitor.submit("/reset", json!({"email": ANN})).await.assert_status(200);
        assert_eq!(scene.events().await, ["password-reset-instructions-sent"]);
        assert!(scene.mails().await.is_empty());
    }
}

/// The answer does not depend on the mail server: it would tell which addresses have an account.
pub async fn a_mail_server_that_fails_changes_no_answer(adapter: &Adapter) {
    let scene = Scene::with(adapter, [RECOVERABLE]);
    scene.account(ANN).await;
    scene.outbox().fail_next(1);
    let visitor = scene.json_client();
    visitor.submit("/reset", json!({"email": ANN})).await.assert_status(200);
    assert!(scene.mails().await.is_empty());
    visitor.submit("/reset", json!({"email": ANN})).await.assert_status(200);
    assert_eq!(scene.mails().await.len(), 1);
}

/// Nobody gets mail because some other site wants it.
pub async fn a_forged_form_sends_no_mail(adapter: &Adapter) {
    let scene = Scene::with(adapter, [RECOVERABLE]);
    scene.account(ANN).await;
    for visitor in scene.both() {
        let answer = visitor.post("/reset").field("email", ANN).await;
        answer.assert_field_error("csrf_token", &scene.text(MessageKey::CsrfMissing));
        let answer = visitor.post("/reset").field("email", ANN).field("csrf_token", "forged").await;
        answer.assert_field_error("csrf_token", &scene.text(MessageKey::CsrfInvalid));
    }
    assert!(scene.mails().await.is_empty() && scene.events().await.is_empty());
}

/// `RECOVERABLE` is off unless the site turns it on.
pub async fn a_site_without_recovery_has_no_such_routes(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    for path in ["/reset", "/reset/token"] {
        scene.browser().get(path).await.assert_status(404);
    }
}
