//! Rules of the events that the features announce.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use security_core::event::Event;
use serde_json::{Value, json};

use super::scene::link_in;
use super::{Adapter, PASSWORD, Scene, Visitor};

const ANN: &str = "ann@harbour.example";
const NEW: &str = "compass rose garden";

fn options() -> [(&'static str, Value); 4] {
    [
        ("SECURITY_CONFIRMABLE", json!(true)),
        ("SECURITY_AUTO_LOGIN_AFTER_CONFIRM", json!(true)),
        ("SECURITY_RECOVERABLE", json!(true)),
        ("SECURITY_AUTO_LOGIN_AFTER_RESET", json!(true)),
    ]
}

/// What happened since the last time: names and ways.
async fn told(scene: &Scene, seen: &mut Vec<Event>) -> Vec<String> {
    let events = scene.full_events().await;
    let names = events.iter().map(|event| match event {
        Event::UserAuthenticated { way, .. } => format!("{} by {way}", event.name()),
        Event::UserFailedAuthn { auth_type, .. } => format!("{} by {auth_type}", event.name()),
        event => event.name().to_owned(),
    });
    let names = names.collect();
    seen.extend(events);
    names
}

/// Lives a whole life of an account. Answers its events, and the secrets that were in its mails and forms.
async fn live(scene: &Scene, visitor: &Visitor) -> (Vec<Event>, Vec<String>) {
    let mut seen = Vec::new();
    let mut secrets = vec![PASSWORD.to_owned(), NEW.to_owned(), "wrong horse".to_owned()];
    let fields = json!({
        "email": ANN, "password": PASSWORD, "password_confirm": PASSWORD, "nickname": "Captain"
    });
    visitor.submit("/register", fields).await;
    assert_eq!(told(scene, &mut seen).await, ["user-registered"]);
    visitor.submit("/confirm", json!({"email": ANN})).await;
    assert_eq!(told(scene, &mut seen).await, ["confirm-instructions-sent"]);
    let mails = scene.mails().await;
    visitor.get(&link_in(&mails[1])).await.assert_status(302);
    assert_eq!(told(scene, &mut seen).await, ["user-confirmed", "user-authenticated by confirm"]);
    visitor.post("/logout").await;
    assert!(told(scene, &mut seen).await.is_empty());

    visitor.submit("/login", json!({"email": ANN, "password": "wrong horse"})).await;
    assert_eq!(told(scene, &mut seen).await, ["user-failed-authn by password"]);
    visitor.submit("/login", json!({"email": "bob@harbour.example", "password": "wrong horse"})).await;
    assert!(told(scene, &mut seen).await.is_empty(), "nobody's account was tried");
    visitor.get("/auth").await;
    assert_eq!(told(scene, &mut seen).await, ["user-unauthenticated"]);
    visitor.sign_in(ANN).await;
    assert_eq!(told(scene, &mut seen).await, ["user-authenticated by password"]);
    let fields = json!({"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW});
    visitor.submit("/change", fields).await;
    assert_eq!(told(scene, &mut seen).await, ["user-authenticated by change", "password-changed"]);
    visitor.post("/logout").await;

    visitor.submit("/reset", json!({"email": ANN})).await;
    assert_eq!(told(scene, &mut seen).await, ["password-reset-instructions-sent"]);
    let more = scene.mails().await;
    let link = link_in(more.last().expect("a link was mailed"));
    visitor.submit(&link, json!({"password": PASSWORD, "password_confirm": PASSWORD})).await;
    assert_eq!(told(scene, &mut seen).await, ["password-reset", "user-authenticated by reset"]);

    for mail in mails.iter().chain(&more).filter(|mail| {
        mail.text.as_deref().is_some_and(|text| text.contains("/confirm/") || text.contains("/reset/"))
    }) {
        let token = link_in(mail).rsplit('/').next().map(str::to_owned);
        secrets.extend(token.filter(|token| token.len() > 20));
    }
    assert_eq!(secrets.len(), 6, "two links to confirm, one to reset");
    (seen, secrets)
}

/// In this order, each after what it tells about was stored.
pub async fn a_whole_life_is_announced_step_by_step(adapter: &Adapter) {
    for json in [false, true] {
        let scene = Scene::with(adapter, options());
        let visitor = if json { scene.json_client() } else { scene.browser() };
        let (events, _) = live(&scene, &visitor).await;
        for event in events.iter().filter(|event| event.name() != "user-unauthenticated") {
            assert_eq!(event.user().map(|user| user.email.as_str()), Some(ANN), "{event:?}");
        }
    }
}

/// No password, no hash, no link: subscribers write to logs and send to other services.
pub async fn no_event_holds_a_secret(adapter: &Adapter) {
    let scene = Scene::with(adapter, options());
    let (events, mut secrets) = live(&scene, &scene.json_client()).await;
    let ann = scene.user(ANN).await;
    secrets.extend(ann.password);
    secrets.push(ann.fs_uniquifier);
    for event in events {
        let mut shown = format!("{event:?}");
        if let Some(user) = event.user() {
            shown.push_str(&serde_json::to_string(user).expect("a summary can be written"));
        }
        if let Event::UserRegistered { fields, .. } | Event::UserNotRegistered { fields, .. } = &event {
            let names: Vec<_> = fields.keys().map(String::as_str).collect();
            assert!(!names.iter().any(|name| name.contains("password")), "{names:?}");
            shown.push_str(&Value::Object(fields.clone()).to_string());
        }
        for secret in &secrets {
            assert!(!shown.contains(secret.as_str()), "{secret} in {shown}");
        }
    }
}

/// A site that tells nobody by the answer tells its subscribers.
pub async fn a_registration_that_came_to_nothing_is_announced(adapter: &Adapter) {
    let options = [
        ("SECURITY_CONFIRMABLE", json!(true)),
        ("SECURITY_USERNAME_ENABLE", json!(true)),
        ("SECURITY_RETURN_GENERIC_RESPONSES", json!(true)),
    ];
    let scene = Scene::with(adapter, options);
    scene.account_with(ANN, |user| user.username = Some("annie".to_owned())).await;
    let rows = [(ANN, "other", true, false), ("new@harbour.example", "annie", false, true)];
    for (email, username, existing_email, existing_username) in rows {
        let fields = json!({
            "email": email, "username": username, "password": PASSWORD, "password_confirm": PASSWORD
        });
        scene.json_client().submit("/register", fields).await.assert_status(200);
        let events = scene.full_events().await;
        assert_eq!(events.len(), 1, "{events:?}");
        let Event::UserNotRegistered { user, existing_email: by_email, existing_username: by_name, .. } =
            &events[0]
        else {
            unreachable!("{events:?}")
        };
        assert_eq!((*by_email, *by_name), (existing_email, existing_username));
        assert_eq!(user.is_some(), existing_email);
    }
}
