//! Rules of how often something may be tried.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use security_core::message::MessageKey;
use serde_json::{Value, json};

use super::{Adapter, Answer, PASSWORD, Scene, Visitor};

const ANN: &str = "ann@harbour.example";
const BOB: &str = "bob@harbour.example";
const NOBODY: &str = "nobody@harbour.example";

fn limit(count: u32) -> (&'static str, Value) {
    ("SECURITY_THROTTLE_SIGN_IN", json!(count))
}

async fn attempt(visitor: &Visitor, email: &str, password: &str) -> Answer {
    visitor.submit("/login", json!({"email": email, "password": password})).await
}

/// Guesses a password this many times, each time in vain.
async fn guess(visitor: &Visitor, email: &str, times: usize) {
    let token = visitor.csrf_token().await;
    for _ in 0..times {
        let fields = json!({"email": email, "password": "wrong horse", "csrf_token": token});
        let answer = visitor.post("/login").fields(fields).await;
        answer.assert_status(if visitor.is_json() { 400 } else { 200 });
    }
}

fn assert_closed(scene: &Scene, answer: &Answer) {
    answer.assert_error(429, &scene.text(MessageKey::TooManyRequests));
    assert_eq!(answer.header("retry-after"), Some("3600"));
}

/// NIST SP 800-63B: no more than 100 in a row. Even the right one has to wait then, or guessing would go on.
pub async fn after_a_hundred_wrong_passwords_an_account_is_closed_for_a_while(adapter: &Adapter) {
    for generic in [false, true] {
        let scene = Scene::with(adapter, [("SECURITY_RETURN_GENERIC_RESPONSES", json!(generic))]);
        scene.account(ANN).await;
        let mut closed = Vec::new();
        for email in [ANN, NOBODY] {
            guess(&scene.json_client(), email, 100).await;
            for visitor in scene.both() {
                for password in ["wrong horse", PASSWORD] {
                    let answer = attempt(&visitor, email, password).await;
                    assert_closed(&scene, &answer);
                    let names: Vec<_> = answer.headers.keys().map(ToString::to_string).collect();
                    closed.push((email, visitor.is_json(), names, answer.page()));
                }
                assert_eq!(visitor.who().await, None);
            }
        }
        let (known, unknown): (Vec<_>, Vec<_>) = closed.into_iter().partition(|(email, ..)| *email == ANN);
        for (known, unknown) in known.iter().zip(&unknown) {
            assert_eq!(
                (known.1, &known.2),
                (unknown.1, &unknown.2),
                "an account or none: the answer is the same"
            );
            assert!(!known.1 || known.3 == unknown.3);
        }
        assert_eq!(scene.user(ANN).await.login_count, None);
    }
}

/// Address, username, upper case, HTTP Basic, the page to prove it again: it is one account.
pub async fn attempts_are_counted_by_account_whatever_identity_was_used(adapter: &Adapter) {
    let options = [
        limit(6),
        ("SECURITY_USERNAME_ENABLE", json!(true)),
        ("WTF_CSRF_CHECK_DEFAULT", json!(false)),
        ("SECURITY_CSRF_PROTECT_MECHANISMS", json!(["session"])),
    ];
    let scene = Scene::with(adapter, options);
    scene.account_with(ANN, |user| user.username = Some("annie".to_owned())).await;
    let inside = scene.json_client();
    let fields = json!({"email": ANN, "password": PASSWORD});
    inside.post("/login").fields(fields).csrf_header().await.assert_status(200);

    let visitor = scene.json_client();
    for identity in [
        json!({"email": ANN}),
        json!({"email": "ANN@Harbour.example"}),
        json!({"username": "annie"}),
        json!({"username": "ANNIE"}),
    ] {
        let draft = visitor.post("/login").fields(identity).field("password", "wrong horse");
        draft.csrf_header().await.assert_status(400);
    }
    scene.basic_client(ANN, "wrong horse").get("/auth/basic").await.assert_status(401);
    inside.post("/verify").field("password", "wrong horse").csrf_header().await.assert_status(400);

    for identity in [json!({"email": ANN}), json!({"username": "annie"})] {
        let draft = visitor.post("/login").fields(identity).field("password", PASSWORD);
        assert_closed(&scene, &draft.csrf_header().await);
    }
    assert_closed(&scene, &inside.post("/verify").field("password", PASSWORD).csrf_header().await);
    let basic = scene.basic_client(ANN, PASSWORD).get("/auth/basic").await;
    assert_ne!(basic.status, 200, "no side door: {}", basic.text());
    assert_eq!(inside.who().await.as_deref(), Some(ANN), "who is in stays in");
}

/// The period begins with the first attempt.
pub async fn an_account_opens_again_after_the_period(adapter: &Adapter) {
    let scene = Scene::with(adapter, [limit(3), ("SECURITY_THROTTLE_PERIOD", json!("10 minutes"))]);
    scene.account(ANN).await;
    let visitor = scene.json_client();
    for email in [ANN, NOBODY] {
        guess(&visitor, email, 1).await;
        scene.advance_minutes(4);
        guess(&visitor, email, 2).await;
        let answer = attempt(&visitor, email, PASSWORD).await;
        answer.assert_error(429, &scene.text(MessageKey::TooManyRequests));
        assert_eq!(answer.header("retry-after"), Some("600"));
        scene.advance_minutes(7);
        guess(&visitor, email, 3).await;
        attempt(&visitor, email, PASSWORD).await.assert_status(429);
        scene.advance_minutes(11);
    }
    visitor.sign_in(ANN).await;
}

/// However often, and between wrong ones.
pub async fn a_right_password_is_never_counted(adapter: &Adapter) {
    let scene = Scene::with(adapter, [limit(3)]);
    scene.account(ANN).await;
    for _ in 0..5 {
        scene.json_client().sign_in(ANN).await;
    }
    guess(&scene.json_client(), ANN, 2).await;
    for visitor in scene.both() {
        visitor.sign_in(ANN).await;
    }
    guess(&scene.json_client(), ANN, 1).await;
    assert_closed(&scene, &attempt(&scene.json_client(), ANN, PASSWORD).await);
}

/// Nobody is locked out by what is tried on somebody else.
pub async fn the_attempts_at_one_account_close_no_other(adapter: &Adapter) {
    let scene = Scene::with(adapter, [limit(2)]);
    scene.account(ANN).await;
    scene.account(BOB).await;
    let visitor = scene.json_client();
    guess(&visitor, ANN, 2).await;
    guess(&visitor, NOBODY, 2).await;
    assert_closed(&scene, &attempt(&visitor, ANN, PASSWORD).await);
    visitor.sign_in(BOB).await;
}

/// Whoever finds an open session does not find the password out there.
pub async fn guessing_the_current_password_is_limited_too(adapter: &Adapter) {
    let scene = Scene::with(adapter, [limit(3)]);
    scene.account(ANN).await;
    let visitor = scene.json_client();
    visitor.sign_in(ANN).await;
    let new = "compass rose garden";
    let change =
        |password: &str| json!({"password": password, "new_password": new, "new_password_confirm": new});
    for _ in 0..3 {
        visitor.submit("/change", change("wrong horse")).await.assert_status(400);
    }
    assert_closed(&scene, &visitor.submit("/change", change(PASSWORD)).await);
    assert_eq!(visitor.who().await.as_deref(), Some(ANN));
}

/// 0 means any number.
pub async fn a_site_may_set_no_limit(adapter: &Adapter) {
    let options = [limit(0), ("SECURITY_THROTTLE_MAIL", json!(0)), ("SECURITY_RECOVERABLE", json!(true))];
    let scene = Scene::with(adapter, options);
    scene.account(ANN).await;
    guess(&scene.json_client(), ANN, 120).await;
    let visitor = scene.json_client();
    visitor.sign_in(ANN).await;
    let token = visitor.csrf_token().await;
    for _ in 0..70 {
        let fields = json!({"email": ANN, "csrf_token": token});
        visitor.post("/reset").fields(fields).await.assert_status(200);
    }
    assert_eq!(scene.mails().await.len(), 70);
}

/// No mailbox is flooded by strangers, and the limit does not tell whether there is an account.
pub async fn mails_to_one_address_are_limited(adapter: &Adapter) {
    for (path, option) in [
        ("/reset", "SECURITY_RECOVERABLE"),
        ("/confirm", "SECURITY_CONFIRMABLE"),
        ("/login", "SECURITY_PASSWORDLESS"),
    ] {
        let options = [
            (option, json!(true)),
            ("SECURITY_THROTTLE_MAIL", json!(3)),
            ("SECURITY_RETURN_GENERIC_RESPONSES", json!(true)),
        ];
        let scene = Scene::with(adapter, options);
        for email in [ANN, BOB] {
            scene
                .account_with(email, |user| {
                    user.confirmed_at = user.confirmed_at.filter(|_| path != "/confirm");
                })
                .await;
        }
        for email in [ANN, NOBODY] {
            for visitor in [scene.json_client(), scene.browser(), scene.json_client()] {
                visitor.submit(path, json!({"email": email})).await.assert_status(200);
            }
            for visitor in scene.both() {
                let spelled = email.to_uppercase();
                for email in [email, spelled.as_str()] {
                    let answer = visitor.submit(path, json!({"email": email})).await;
                    assert_closed(&scene, &answer);
                }
            }
        }
        assert_eq!(scene.mails().await.len(), 3, "{path}");
        let visitor = scene.json_client();
        visitor.submit(path, json!({"email": BOB})).await.assert_status(200);
        assert_eq!(scene.mails().await.len(), 1, "another address");
        scene.advance_minutes(61);
        visitor.submit(path, json!({"email": ANN})).await.assert_status(200);
        assert_eq!(scene.mails().await.len(), 1, "after the period");
    }
}

/// All pages that send mail count together, the one to register included.
pub async fn mails_are_counted_across_pages(adapter: &Adapter) {
    let options = [
        ("SECURITY_RECOVERABLE", json!(true)),
        ("SECURITY_CONFIRMABLE", json!(true)),
        ("SECURITY_THROTTLE_MAIL", json!(3)),
        ("SECURITY_RETURN_GENERIC_RESPONSES", json!(true)),
    ];
    let scene = Scene::with(adapter, options);
    let visitor = scene.json_client();
    let registration = json!({"email": ANN, "password": PASSWORD, "password_confirm": PASSWORD});
    visitor.submit("/register", registration.clone()).await.assert_status(200);
    visitor.submit("/confirm", json!({"email": ANN})).await.assert_status(200);
    visitor.submit("/register", registration.clone()).await.assert_status(200);
    assert_eq!(scene.mails().await.len(), 3);
    assert_closed(&scene, &visitor.submit("/register", registration).await);
    assert_closed(&scene, &visitor.submit("/confirm", json!({"email": ANN})).await);
    assert_closed(&scene, &visitor.submit("/reset", json!({"email": ANN})).await);
    assert!(scene.mails().await.is_empty());
}
