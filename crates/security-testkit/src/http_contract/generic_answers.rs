//! Rules of a site that answers alike to everybody.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use security_core::message::MessageKey;
use serde_json::{Value, json};

use super::{Adapter, Answer, PASSWORD, Scene, Visitor};

const KNOWN: &str = "ann@harbour.example";
const UNKNOWN: &str = "bob@harbour.example";
const DISABLED: &str = "dora@harbour.example";
const LOCKED: &str = "lou@harbour.example";
const UNCONFIRMED: &str = "una@harbour.example";
const EVERYBODY: [&str; 5] = [KNOWN, UNKNOWN, DISABLED, LOCKED, UNCONFIRMED];

async fn scene(adapter: &Adapter) -> Scene {
    let options = [
        ("SECURITY_RETURN_GENERIC_RESPONSES", json!(true)),
        ("SECURITY_CONFIRMABLE", json!(true)),
        ("SECURITY_RECOVERABLE", json!(true)),
        ("SECURITY_USERNAME_ENABLE", json!(true)),
        (
            "SECURITY_USER_IDENTITY_ATTRIBUTES",
            json!([{"email": {"case_insensitive": true}}, {"username": {"case_insensitive": true}}]),
        ),
        ("SECURITY_REQUIRES_CONFIRMATION_ERROR_VIEW", json!("/help")),
    ];
    let scene = Scene::with(adapter, options);
    populate(&scene).await;
    scene
}

/// A site where a mailed link signs in.
async fn passwordless_scene(adapter: &Adapter) -> Scene {
    let options = [
        ("SECURITY_RETURN_GENERIC_RESPONSES", json!(true)),
        ("SECURITY_CONFIRMABLE", json!(true)),
        ("SECURITY_PASSWORDLESS", json!(true)),
    ];
    let scene = Scene::with(adapter, options);
    populate(&scene).await;
    scene
}

async fn populate(scene: &Scene) {
    scene.account_with(KNOWN, |user| user.username = Some("annie".to_owned())).await;
    scene.account_with(DISABLED, |user| user.active = false).await;
    scene.account(LOCKED).await;
    scene.lock(LOCKED);
    scene.account_with(UNCONFIRMED, |user| user.confirmed_at = None).await;
}

/// All that a visitor can tell one answer from another by, with the address and the CSRF token taken out.
async fn seen(
    visitor: &Visitor,
    answer: &Answer,
    identity: &str,
) -> (u16, Vec<(String, String)>, String, Vec<String>) {
    let headers =
        answer.headers.iter().filter(|(name, _)| *name != "set-cookie" && *name != "content-length");
    let mut headers: Vec<_> = headers
        .map(|(name, value)| (name.to_string(), format!("{value:?}").replace(identity, "IDENTITY")))
        .collect();
    // The value of a cookie is different every time; that there is one, and for how long, is not.
    for mut cookie in answer.cookies() {
        cookie.value.clear();
        headers.push(("set-cookie".to_owned(), format!("{cookie:?}")));
    }
    let text = answer.page().replace(identity, "IDENTITY");
    let flashes = visitor.flashes().await.iter().map(|text| text.replace(identity, "IDENTITY")).collect();
    (answer.status.as_u16(), headers, without_token(&text), flashes)
}

/// The text with every CSRF token taken out.
fn without_token(text: &str) -> String {
    let mut rest = text;
    let mut kept = String::new();
    for start in ["name=\"csrf_token\" value=\"", "\"csrf_token\":\""] {
        while let Some((before, after)) = rest.split_once(start) {
            kept.push_str(before);
            rest = after.split_once('"').map_or("", |(_, rest)| rest);
        }
    }
    kept + rest
}

/// Compares the answers to one form for different people.
async fn assert_alike(scene: &Scene, path: &str, people: &[&str], form: impl Fn(&str) -> Value) {
    for json in [false, true] {
        let mut first = None;
        for person in people {
            let visitor = if json { scene.json_client() } else { scene.browser() };
            let answer = visitor.submit(path, form(person)).await;
            let seen = seen(&visitor, &answer, person).await;
            let first = first.get_or_insert_with(|| seen.clone());
            assert_eq!(seen, *first, "{path} for {person} (JSON: {json})");
        }
    }
}

/// Known, unknown, disabled, locked, unconfirmed; by address or by username.
pub async fn a_wrong_password_and_an_unknown_identity_look_alike(adapter: &Adapter) {
    let scene = scene(adapter).await;
    let wrong = |email: &str| json!({"email": email, "password": "wrong horse"});
    assert_alike(&scene, "/login", &EVERYBODY, wrong).await;
    assert_alike(
        &scene,
        "/login",
        &["annie", "nobody", "zzz", "ann ie", "<zz>"],
        |username| json!({"username": username, "password": "wrong horse"}),
    )
    .await;
    let generic = scene.text(MessageKey::GenericAuthnFailed);
    for visitor in scene.both() {
        visitor.submit("/login", wrong(UNKNOWN)).await.assert_field_error("", &generic);
        visitor.submit("/login", wrong("no address")).await.assert_field_error("", &generic);
        visitor.submit("/login", json!({"password": PASSWORD})).await.assert_field_error("", &generic);
    }
}

/// The state of an account is a secret too, even for those who know the password.
pub async fn an_account_that_cannot_be_opened_looks_like_a_wrong_password(adapter: &Adapter) {
    let scene = scene(adapter).await;
    let people = [UNKNOWN, DISABLED, LOCKED, UNCONFIRMED];
    assert_alike(&scene, "/login", &people, |email| json!({"email": email, "password": PASSWORD})).await;
}

/// New or taken, in JSON as in HTML.
pub async fn a_new_and_a_taken_address_look_alike(adapter: &Adapter) {
    let scene = scene(adapter).await;
    // Each round registers two new ones.
    for (index, taken) in [KNOWN, DISABLED, LOCKED, UNCONFIRMED].into_iter().enumerate() {
        for visitor in scene.both() {
            let new = format!("new{index}{}@harbour.example", visitor.is_json());
            let mut first = None;
            for email in [new.as_str(), taken] {
                let visitor = if visitor.is_json() { scene.json_client() } else { scene.browser() };
                let fields = json!({"email": email, "password": PASSWORD, "password_confirm": PASSWORD});
                let answer = visitor.submit("/register?include_auth_token", fields).await;
                let seen = seen(&visitor, &answer, email).await;
                let first = first.get_or_insert_with(|| seen.clone());
                assert_eq!(seen, *first, "{taken}");
                if visitor.is_json() {
                    assert_eq!(
                        answer.members(),
                        ["csrf_token"],
                        "no `user`: only a new account would have one"
                    );
                }
            }
        }
    }
}

/// The username is no way to find out either.
pub async fn a_new_and_a_taken_username_look_alike(adapter: &Adapter) {
    let scene = scene(adapter).await;
    assert_alike(&scene, "/register", &["annie", "bobby", "ANNIE"], |username| {
        let email = format!("{username}-{username}@harbour.example");
        json!({"email": email, "username": username, "password": PASSWORD, "password_confirm": PASSWORD})
    })
    .await;
}

/// Confirmed, unconfirmed or nobody's.
pub async fn asking_for_a_confirmation_link_looks_alike(adapter: &Adapter) {
    let scene = scene(adapter).await;
    assert_alike(&scene, "/confirm", &EVERYBODY, |email| json!({"email": email})).await;
    let mails = scene.mails().await;
    assert!(!mails.is_empty() && mails.iter().all(|mail| mail.to == UNCONFIRMED));
}

/// The mail goes to those who may use its link, and to nobody else.
pub async fn asking_for_a_reset_link_looks_alike(adapter: &Adapter) {
    let scene = scene(adapter).await;
    assert_alike(&scene, "/reset", &EVERYBODY, |email| json!({"email": email})).await;
    let mails = scene.mails().await;
    assert!(mails.len() == 2 && mails.iter().all(|mail| mail.to == KNOWN));
    assert_eq!(scene.events().await, ["password-reset-instructions-sent"; 2]);
}

/// The mail goes to those who may use its link, and to nobody else. Reading it is what confirms an address.
pub async fn asking_for_a_sign_in_link_looks_alike(adapter: &Adapter) {
    let scene = passwordless_scene(adapter).await;
    assert_alike(&scene, "/login", &EVERYBODY, |email| json!({"email": email})).await;
    let mails = scene.mails().await;
    assert!(mails.len() == 4 && mails.iter().all(|mail| [KNOWN, UNCONFIRMED].contains(&mail.to.as_str())));
    assert_eq!(scene.events().await, ["login-instructions-sent"; 4]);
}

/// P25: slips of the visitor are no secret.
pub async fn slips_that_say_nothing_about_accounts_are_still_told(adapter: &Adapter) {
    let scene = scene(adapter).await;
    let length = scene.text_with(MessageKey::PasswordInvalidLength, &[("length", "8")]);
    for visitor in scene.both() {
        for email in [KNOWN, UNKNOWN] {
            let fields = json!({"email": email, "password": "short", "password_confirm": "short"});
            visitor.submit("/register", fields).await.assert_field_error("password", &length);
            let answer = visitor.post("/login").fields(json!({"email": email, "password": PASSWORD})).await;
            answer.assert_field_error("csrf_token", &scene.text(MessageKey::CsrfMissing));
            let answer = visitor
                .submit("/login", json!({"email": email, "password": PASSWORD, "next": "//evil.example"}))
                .await;
            answer.assert_field_error("next", &scene.text(MessageKey::InvalidRedirect));
        }
    }
    let links = passwordless_scene(adapter).await;
    for (scene, path) in [(&scene, "/confirm"), (&scene, "/reset"), (&links, "/login")] {
        for visitor in scene.both() {
            let answer = visitor.submit(path, json!({"email": "no address"})).await;
            answer.assert_field_error("email", &scene.text(MessageKey::InvalidEmailAddress));
            let answer = visitor.submit(path, json!({})).await;
            answer.assert_field_error("email", &scene.text(MessageKey::EmailNotProvided));
        }
    }
    assert!(scene.mails().await.is_empty() && links.mails().await.is_empty());
}

/// An anonymous caller is never told what the site keeps about an account.
pub async fn no_answer_to_a_stranger_tells_about_an_account(adapter: &Adapter) {
    for generic in [false, true] {
        let options =
            [("SECURITY_RETURN_GENERIC_RESPONSES", json!(generic)), ("SECURITY_CONFIRMABLE", json!(true))];
        let scene = Scene::with(adapter, options);
        scene.account_with(UNCONFIRMED, |user| user.confirmed_at = None).await;
        let visitor = scene.json_client();
        for answer in [
            visitor.get("/login").await,
            visitor.get("/confirm").await,
            visitor.get("/register").await,
            visitor.submit("/confirm", json!({"email": UNCONFIRMED})).await,
            visitor.submit("/login", json!({"email": UNCONFIRMED, "password": "wrong horse"})).await,
        ] {
            assert!(answer.response().get("user").is_none(), "{}", answer.text());
        }
    }
}
