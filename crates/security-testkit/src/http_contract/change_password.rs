//! Rules of changing one's password.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use futures_util::future::join_all;
use security_core::message::MessageKey;
use serde_json::{Value, json};

use super::{Adapter, PASSWORD, Scene};

const ANN: &str = "ann@harbour.example";
const NEW: &str = "compass rose garden";

fn form() -> Value {
    json!({"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW})
}

/// And the old one works no longer.
pub async fn a_changed_password_is_the_one_that_signs_in(adapter: &Adapter) {
    for json in [false, true] {
        let scene = Scene::with(adapter, [("SECURITY_POST_CHANGE_VIEW", json!("/changed"))]);
        scene.account(ANN).await;
        let visitor = if json { scene.json_client() } else { scene.browser() };
        visitor.sign_in(ANN).await;
        scene.forget_events().await;
        scene.advance_minutes(1);
        let answer = visitor.submit("/change", form()).await;
        if json {
            assert_eq!(answer.members(), ["csrf_token", "user"]);
            assert_eq!(answer.response()["user"], json!({}));
        } else {
            answer.assert_redirect("/changed");
            assert_eq!(visitor.flashes().await, [scene.text(MessageKey::PasswordChange)]);
        }
        assert_eq!(scene.events().await, ["user-authenticated", "password-changed"]);
        assert_eq!(scene.mails().await.iter().filter(|mail| mail.to == ANN).count(), 1);
        let user = scene.user(ANN).await;
        assert_eq!((user.login_count, user.current_login_at), (Some(2), Some(scene.now())));
        let stranger = scene.json_client();
        let old = stranger.submit("/login", json!({"email": ANN, "password": PASSWORD})).await;
        old.assert_field_error("password", &scene.text(MessageKey::InvalidPassword));
        stranger.sign_in_with(json!({"email": ANN, "password": NEW})).await;
    }
}

/// Other sessions and every remember-me cookie; the caller stays, remembered as before and fresh.
pub async fn a_changed_password_ends_every_other_session(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    let remembered = json!({"email": ANN, "password": PASSWORD, "remember": true});
    let (caller, other, third) = (scene.browser(), scene.browser(), scene.json_client());
    caller.sign_in_with(remembered.clone()).await;
    other.sign_in_with(remembered).await;
    third.sign_in(ANN).await;
    let stolen = caller.copied();
    scene.advance_minutes(20);
    caller.submit("/change", form()).await.assert_redirect("/");
    assert_eq!(caller.who().await.as_deref(), Some(ANN));
    caller.get("/fresh").await.assert_status(200);
    for ended in [&other, &third, &stolen] {
        assert_eq!(ended.who().await, None);
    }
    other.jar().forget("session");
    assert_eq!(other.who().await, None, "the remember-me cookie is worthless");
    caller.jar().forget("session");
    assert_eq!(caller.who().await.as_deref(), Some(ANN), "the caller is remembered as before");
    assert!(third.cookie("remember_token").is_none());
}

/// It was not remembered before.
pub async fn a_changed_password_makes_nobody_remembered(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_DEFAULT_REMEMBER_ME", json!(true))]);
    scene.account(ANN).await;
    let visitor = scene.browser();
    visitor.sign_in(ANN).await;
    visitor.submit("/change", form()).await.assert_redirect("/");
    assert_eq!(visitor.cookie("remember_token"), None);
}

/// The user is told next to the field, and the password stays.
pub async fn each_slip_in_the_form_is_told_next_to_its_field(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    let before = scene.account(ANN).await;
    let with = |name: &str, value: Value| {
        let mut fields = form();
        fields[name] = value;
        fields
    };
    let same = json!({"password": PASSWORD, "new_password": PASSWORD, "new_password_confirm": PASSWORD});
    let short = json!({"password": PASSWORD, "new_password": "short", "new_password_confirm": "short"});
    let length = scene.text_with(MessageKey::PasswordInvalidLength, &[("length", "8")]);
    let missing = scene.text(MessageKey::PasswordNotProvided);
    let rows = [
        (with("password", Value::Null), "password", missing.clone()),
        (with("password", json!("wrong horse")), "password", scene.text(MessageKey::InvalidPassword)),
        (same, "password", scene.text(MessageKey::PasswordIsTheSame)),
        (with("new_password", Value::Null), "new_password", missing.clone()),
        (short, "new_password", length),
        (with("new_password_confirm", Value::Null), "new_password_confirm", missing),
        (
            with("new_password_confirm", json!("other")),
            "new_password_confirm",
            scene.text(MessageKey::RetypePasswordMismatch),
        ),
    ];
    for visitor in scene.both() {
        visitor.sign_in(ANN).await;
        for (fields, field, text) in &rows {
            let answer = visitor.submit("/change", fields.clone()).await;
            answer.assert_field_error(field, text);
        }
        assert_eq!(visitor.who().await.as_deref(), Some(ANN));
    }
    let after = scene.user(ANN).await;
    assert_eq!((after.password, after.fs_uniquifier), (before.password, before.fs_uniquifier));
    assert!(scene.mails().await.is_empty());
    assert!(scene.events().await.contains(&"user-failed-authn"), "guessing the current password is noticed");
}

/// GET shows the form, or says whether there is a password to give.
pub async fn the_page_says_whether_there_is_a_password_to_give(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    for visitor in scene.both() {
        visitor.sign_in(ANN).await;
        let answer = visitor.get("/change").await;
        if visitor.is_json() {
            assert_eq!(answer.members(), ["active_password", "csrf_token", "user"]);
            assert_eq!(answer.response()["active_password"], json!(true));
        } else {
            answer.assert_page("action=\"/change\"");
            answer.assert_page("name=\"password\"");
        }
        scene.set_password(ANN, None).await;
        let answer = visitor.get("/change").await;
        if visitor.is_json() {
            assert_eq!(answer.response()["active_password"], json!(false));
        } else {
            answer.assert_page("name=\"new_password\"");
            assert!(!answer.text().contains("name=\"password\""));
        }
        scene.set_password(ANN, Some(PASSWORD)).await;
    }
}

/// There is nothing else to prove it with.
pub async fn a_first_password_needs_a_fresh_session(adapter: &Adapter) {
    let scene = Scene::with(
        adapter,
        [
            ("SECURITY_FRESHNESS", json!("10 minutes")),
            ("SECURITY_FRESHNESS_GRACE_PERIOD", json!("1 minutes")),
        ],
    );
    scene.account(ANN).await;
    let first = json!({"new_password": NEW, "new_password_confirm": NEW});
    for visitor in scene.both() {
        scene.set_password(ANN, Some(PASSWORD)).await;
        visitor.sign_in(ANN).await;
        scene.set_password(ANN, None).await;
        scene.advance_minutes(11);
        let answer = visitor.submit("/change", first.clone()).await;
        if visitor.is_json() {
            answer.assert_error(401, &scene.text(MessageKey::ReauthenticationRequired));
            assert_eq!(answer.response()["reauth_required"], json!(true));
        } else {
            answer.assert_redirect("/verify?next=%2Fchange");
        }
        assert_eq!(scene.user(ANN).await.password, None);
    }
    let visitor = scene.json_client();
    scene.set_password(ANN, Some(PASSWORD)).await;
    visitor.sign_in(ANN).await;
    scene.set_password(ANN, None).await;
    visitor.submit("/change", first).await.assert_status(200);
    assert!(scene.user(ANN).await.password.is_some());
}

/// The first one wins; the others no longer know the current password.
pub async fn of_many_changes_at_once_one_succeeds(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    let visitor = scene.json_client();
    visitor.sign_in(ANN).await;
    let token = visitor.csrf_token().await;
    let racing = (0..8).map(|number| {
        let (visitor, token) = (visitor.copied(), token.clone());
        tokio::spawn(async move {
            let new = format!("compass rose garden {number}");
            let fields = json!({"password": PASSWORD, "new_password": new, "new_password_confirm": new});
            visitor.post("/change").fields(fields).field("csrf_token", token).await
        })
    });
    let answers: Vec<_> =
        join_all(racing).await.into_iter().map(|answer| answer.expect("no request panics")).collect();
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for loser in answers.iter().filter(|answer| answer.status != 200) {
        assert!(matches!(loser.status.as_u16(), 400 | 401), "{}", loser.text());
    }
}

/// A program with a token or HTTP Basic gets no session for it.
pub async fn a_program_without_session_gets_none_by_changing_the_password(adapter: &Adapter) {
    let options = [
        ("WTF_CSRF_CHECK_DEFAULT", json!(false)),
        ("SECURITY_CSRF_PROTECT_MECHANISMS", json!(["session"])),
        ("SECURITY_API_ENABLED_METHODS", json!(["session", "token", "basic"])),
    ];
    for basic in [false, true] {
        let scene = Scene::with(adapter, options.clone());
        scene.account(ANN).await;
        let token = scene.token(ANN).await;
        let client = if basic { scene.basic_client(ANN, PASSWORD) } else { scene.token_client(&token) };
        let answer = client.post("/change").fields(form()).await;
        answer.assert_status(200);
        if let Some(cookie) = answer.cookie("session") {
            let session = scene.security().sessions().load(&cookie.value, scene.now()).await;
            assert_eq!(session.expect("the session store answers").user(), None);
        }
        assert_eq!(scene.user(ANN).await.login_count, None);
        assert_eq!(scene.events().await, ["password-changed"]);
    }
}

/// `SEND_PASSWORD_CHANGE_EMAIL` gates the mail alone.
pub async fn a_site_may_send_no_notice(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_SEND_PASSWORD_CHANGE_EMAIL", json!(false))]);
    scene.account(ANN).await;
    let visitor = scene.json_client();
    visitor.sign_in(ANN).await;
    visitor.submit("/change", form()).await.assert_status(200);
    assert!(scene.mails().await.is_empty());
    assert!(scene.events().await.contains(&"password-changed"));
}

/// Nobody is signed in, so there is nobody whose password it could be.
pub async fn a_stranger_is_asked_to_sign_in_first(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    for visitor in scene.both() {
        for answer in [visitor.get("/change").await, visitor.submit("/change", form()).await] {
            if visitor.is_json() {
                answer.assert_error(401, &scene.text(MessageKey::Unauthenticated));
            } else {
                answer.assert_redirect("/login?next=%2Fchange");
            }
        }
    }
    let scene = Scene::with(adapter, [("SECURITY_CHANGEABLE", json!(false))]);
    scene.browser().get("/change").await.assert_status(404);
}
