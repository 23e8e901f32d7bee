//! Rules of opening an account.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use futures_util::future::join_all;
use security_core::event::Event;
use security_core::message::MessageKey;
use serde_json::{Value, json};

use super::{Adapter, PASSWORD, Scene, Visitor};

const ANN: &str = "ann@harbour.example";

fn form(email: &str) -> Value {
    json!({"email": email, "password": PASSWORD, "password_confirm": PASSWORD})
}

/// Without confirmation the new user is signed in at once.
pub async fn a_new_account_is_signed_in_at_once(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_POST_REGISTER_VIEW", json!("/welcome"))]);
    for (visitor, email) in scene.both().into_iter().zip([ANN, "bob@harbour.example"]) {
        let answer = visitor.submit("/register?include_auth_token", form(email)).await;
        if visitor.is_json() {
            assert_eq!(answer.members(), ["csrf_token", "tf_required", "user"]);
            assert!(answer.response()["user"]["authentication_token"].is_string());
        } else {
            answer.assert_redirect("/welcome");
        }
        assert_eq!(visitor.who().await.as_deref(), Some(email));
        visitor.get("/fresh").await.assert_status(200);
        let user = scene.user(email).await;
        assert_eq!((user.active, user.login_count), (true, Some(1)));
        assert!(user.fs_token_uniquifier.is_some() && user.fs_webauthn_user_handle.is_some());
        assert_eq!(scene.events().await, ["user-registered", "user-authenticated"]);
        let mails = scene.mails().await;
        assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [email]);
        scene.json_client().sign_in(email).await;
        scene.forget_events().await;
    }
}

/// `CONFIRMABLE`: nobody is signed in and no token is handed out before the address is confirmed.
pub async fn an_account_that_has_to_be_confirmed_is_not_signed_in(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_CONFIRMABLE", json!(true))]);
    for (visitor, email) in scene.both().into_iter().zip([ANN, "bob@harbour.example"]) {
        let answer = visitor.submit("/register?include_auth_token", form(email)).await;
        if visitor.is_json() {
            assert_eq!(answer.members(), ["csrf_token", "user"]);
            assert_eq!(answer.response()["user"], json!({}));
            assert!(visitor.flashes().await.is_empty(), "a program has no next page");
        } else {
            answer.assert_redirect("/");
            let told = scene.text_with(MessageKey::ConfirmRegistration, &[("email", email)]);
            assert_eq!(visitor.flashes().await, [told]);
        }
        assert_eq!(visitor.who().await, None);
        assert_eq!(scene.events().await, ["user-registered"]);
        let mails = scene.mails().await;
        assert!(mails[0].text.as_deref().is_some_and(|text| text.contains("/confirm/")), "a link is mailed");
        assert_eq!(scene.user(email).await.login_count, None);
    }
}

/// `LOGIN_WITHOUT_CONFIRMATION`.
pub async fn an_unconfirmed_account_is_signed_in_where_the_site_allows_it(adapter: &Adapter) {
    let options =
        [("SECURITY_CONFIRMABLE", json!(true)), ("SECURITY_LOGIN_WITHOUT_CONFIRMATION", json!(true))];
    let scene = Scene::with(adapter, options);
    for (visitor, email) in scene.both().into_iter().zip([ANN, "bob@harbour.example"]) {
        let answer = visitor.submit("/register", form(email)).await;
        if visitor.is_json() {
            assert_eq!(answer.response()["tf_required"], json!(false));
        } else {
            answer.assert_redirect("/");
            let told = scene.text_with(MessageKey::ConfirmRegistration, &[("email", email)]);
            assert_eq!(visitor.flashes().await, [told]);
        }
        assert_eq!(visitor.who().await.as_deref(), Some(email));
        let mails = scene.mails().await;
        assert!(mails[0].text.as_deref().is_some_and(|text| text.contains("/confirm/")), "a link is mailed");
    }
}

/// What was typed is shown again, except the passwords.
pub async fn a_page_with_errors_keeps_what_was_typed_and_no_password(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_USERNAME_ENABLE", json!(true))]);
    let fields = json!({
        "email": ANN, "username": "annie", "nickname": "Captain",
        "password": "hunter2hunter2", "password_confirm": "hunter3hunter3"
    });
    let page = scene.browser().submit("/register", fields).await;
    for kept in [ANN, "annie", "Captain"] {
        page.assert_page(&format!("value=\"{kept}\""));
    }
    assert!(!page.text().contains("hunter"), "{}", page.text());
}

/// GET shows the form, with a second password only where the site asks for one.
pub async fn the_page_to_register_shows_the_fields_of_the_site(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    let page = scene.browser().get("/register").await;
    for part in ["action=\"/register\"", "name=\"email\"", "name=\"password_confirm\"", "name=\"nickname\""] {
        page.assert_page(part);
    }
    assert!(!page.text().contains("name=\"username\""));
    assert_eq!(scene.json_client().get("/register").await.members(), ["csrf_token"]);

    let options =
        [("SECURITY_PASSWORD_CONFIRM_REQUIRED", json!(false)), ("SECURITY_USERNAME_ENABLE", json!(true))];
    let scene = Scene::with(adapter, options);
    let page = scene.browser().get("/register").await;
    page.assert_page("name=\"username\"");
    assert!(!page.text().contains("password_confirm"));
    let answer = scene.json_client().submit("/register", json!({"email": ANN, "password": PASSWORD})).await;
    answer.assert_status(200);
}

/// The user is told next to the field, and nobody gets an account.
pub async fn each_slip_in_the_form_is_told_next_to_its_field(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    let with = |name: &str, value: Value| {
        let mut fields = form(ANN);
        fields[name] = value;
        fields
    };
    let without = |name: &str| with(name, Value::Null);
    let short = json!({"email": ANN, "password": "short", "password_confirm": "short"});
    let length = scene.text_with(MessageKey::PasswordInvalidLength, &[("length", "8")]);
    let rows = [
        (without("email"), "email", scene.text(MessageKey::EmailNotProvided)),
        (with("email", json!("  ")), "email", scene.text(MessageKey::EmailNotProvided)),
        (with("email", json!("ann@")), "email", scene.text(MessageKey::InvalidEmailAddress)),
        (
            with("email", json!("ann@harbour.example\nBcc: x@y.example")),
            "email",
            scene.text(MessageKey::InvalidEmailAddress),
        ),
        (without("password"), "password", scene.text(MessageKey::PasswordNotProvided)),
        (short, "password", length.clone()),
        (with("password", json!("x".repeat(129))), "password", length),
        (without("password_confirm"), "password_confirm", scene.text(MessageKey::PasswordNotProvided)),
        (
            with("password_confirm", json!("another horse")),
            "password_confirm",
            scene.text(MessageKey::RetypePasswordMismatch),
        ),
    ];
    for visitor in scene.both() {
        for (fields, field, text) in &rows {
            let answer = visitor.submit("/register", fields.clone()).await;
            answer.assert_field_error(field, text);
        }
        assert_eq!(visitor.who().await, None);
    }
    assert_eq!(scene.store().count_users().await.expect("the datastore answers"), 0);
}

/// So that the answer does not depend on which came first.
pub async fn all_slips_are_told_at_once(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    let fields =
        json!({"email": ANN, "password": "short", "password_confirm": "other", "nickname": "n".repeat(21)});
    let answer = scene.json_client().submit("/register", fields).await;
    answer.assert_status(400);
    let errors = answer.response()["field_errors"].clone();
    let names: Vec<&String> = errors.as_object().map(|fields| fields.keys().collect()).unwrap_or_default();
    assert_eq!(names, ["email", "nickname", "password", "password_confirm"], "{errors}");
}

/// In whatever case.
pub async fn a_taken_address_is_refused(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    for visitor in scene.both() {
        for email in [ANN, "Ann@HARBOUR.example"] {
            let answer = visitor.submit("/register", form(email)).await;
            answer.assert_status(if visitor.is_json() { 400 } else { 200 });
            let taken = scene.text_with(MessageKey::EmailAlreadyAssociated, &[("email", "")]);
            assert!(answer.page().contains(taken.trim()), "{}", answer.text());
        }
    }
    assert!(scene.mails().await.is_empty());
}

/// Missing, malformed, too short, taken.
pub async fn a_username_follows_the_rules_of_the_site(adapter: &Adapter) {
    let options = [("SECURITY_USERNAME_ENABLE", json!(true)), ("SECURITY_USERNAME_REQUIRED", json!(true))];
    let scene = Scene::with(adapter, options);
    scene.account_with(ANN, |user| user.username = Some("annie".to_owned())).await;
    let range = [("min", "4"), ("max", "32")];
    let rows = [
        (json!(null), scene.text(MessageKey::UsernameNotProvided)),
        (json!(""), scene.text(MessageKey::UsernameNotProvided)),
        (json!("ab"), scene.text_with(MessageKey::UsernameInvalidLength, &range)),
        (json!("a".repeat(33)), scene.text_with(MessageKey::UsernameInvalidLength, &range)),
        (json!("ann ie!"), scene.text(MessageKey::UsernameDisallowedCharacters)),
        (json!("<b>annie</b>"), scene.text(MessageKey::InvalidInput)),
        (json!("ANNIE"), scene.text_with(MessageKey::UsernameAlreadyAssociated, &[("username", "ANNIE")])),
    ];
    for visitor in scene.both() {
        for (username, text) in &rows {
            let mut fields = form("bob@harbour.example");
            fields["username"] = username.clone();
            visitor.submit("/register", fields).await.assert_field_error("username", text);
        }
    }
    let visitor = scene.json_client();
    let mut fields = form("bob@harbour.example");
    fields["username"] = json!(" bobby ");
    visitor.submit("/register", fields).await.assert_status(200);
    assert_eq!(scene.user("bob@harbour.example").await.username.as_deref(), Some("bobby"));
}

/// Fields of the site reach the account; whatever else a request sends does not.
pub async fn only_the_fields_of_the_form_reach_the_account(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_CONFIRMABLE", json!(true))]);
    let visitor = scene.json_client();
    let mut fields = form(ANN);
    for (name, value) in [
        ("nickname", json!("Annie")),
        ("id", json!(1)),
        ("active", json!(false)),
        ("confirmed_at", json!("2020-01-01T00:00:00Z")),
        ("fs_uniquifier", json!("chosen")),
        ("roles", json!(["admin"])),
        ("login_count", json!(99)),
        ("username", json!("root")),
        ("shoe_size", json!("44")),
    ] {
        fields[name] = value;
    }
    visitor.submit("/register", fields).await.assert_status(200);
    let user = scene.user(ANN).await;
    assert_eq!(Value::Object(user.extra.clone()), json!({"nickname": "Annie"}));
    assert!(user.active && user.confirmed_at.is_none() && user.roles.is_empty() && user.username.is_none());
    assert_ne!(user.fs_uniquifier, "chosen");
    assert_eq!(user.login_count, None);
    let events = scene.full_events().await;
    let [Event::UserRegistered { fields, .. }] = events.as_slice() else { unreachable!("{events:?}") };
    assert!(!format!("{fields:?}").contains(PASSWORD), "nobody is told the password");
}

/// The database decides, and the losers are told as if they had come later.
pub async fn of_many_registrations_of_one_address_at_once_one_succeeds(adapter: &Adapter) {
    const CONTESTANTS: usize = 32;
    for generic in [false, true] {
        let options =
            [("SECURITY_RETURN_GENERIC_RESPONSES", json!(generic)), ("SECURITY_HASHING_QUEUE", json!(256))];
        let scene = Scene::with(adapter, options);
        let mut ready: Vec<(Visitor, String)> = Vec::new();
        for _ in 0..CONTESTANTS {
            let visitor = scene.json_client();
            let token = visitor.csrf_token().await;
            ready.push((visitor, token));
        }
        let racing = ready.into_iter().enumerate().map(|(number, (visitor, token))| {
            let email = if number % 2 == 0 { ANN } else { "ANN@harbour.example" };
            tokio::spawn(async move {
                visitor.post("/register").fields(form(email)).field("csrf_token", token).await
            })
        });
        let answers: Vec<_> =
            join_all(racing).await.into_iter().map(|answer| answer.expect("no request panics")).collect();
        assert_eq!(scene.store().count_users().await.expect("the datastore answers"), 1);
        let registered = scene.events().await.iter().filter(|name| **name == "user-registered").count();
        assert_eq!(registered, 1);
        let good = answers.iter().filter(|answer| answer.status == 200).count();
        if generic {
            assert_eq!(good, CONTESTANTS, "nobody can tell who won");
            continue;
        }
        assert_eq!(good, 1);
        for loser in answers.iter().filter(|answer| answer.status != 200) {
            loser.assert_status(400);
            assert!(loser.response()["field_errors"]["email"].is_array(), "{}", loser.text());
        }
    }
}

/// The owner of the address is told, and so is whoever wants the username.
pub async fn who_registers_what_is_taken_is_told_by_mail_where_answers_are_alike(adapter: &Adapter) {
    let options = [
        ("SECURITY_RETURN_GENERIC_RESPONSES", json!(true)),
        ("SECURITY_CONFIRMABLE", json!(true)),
        ("SECURITY_USERNAME_ENABLE", json!(true)),
    ];
    let scene = Scene::with(adapter, options);
    let visitor = scene.json_client();
    scene.account_with(ANN, |user| user.username = Some("annie".to_owned())).await;
    scene.account_with("una@harbour.example", |user| user.confirmed_at = None).await;

    visitor.submit("/register", form(ANN)).await.assert_status(200);
    let mails = scene.mails().await;
    assert_eq!(mails[0].to, ANN);
    assert!(!mails[0].text.as_deref().unwrap_or_default().contains("/confirm/"), "it is confirmed already");
    let events = scene.full_events().await;
    let [Event::UserNotRegistered { user, existing_email: true, existing_username: false, .. }] =
        events.as_slice()
    else {
        unreachable!("{events:?}")
    };
    assert_eq!(user.as_ref().map(|user| user.email.as_str()), Some(ANN));

    visitor.submit("/register", form("una@harbour.example")).await.assert_status(200);
    let mails = scene.mails().await;
    assert!(mails[0].text.as_deref().unwrap_or_default().contains("/confirm/"), "it is not confirmed yet");
    scene.forget_events().await;

    let mut fields = form("bob@harbour.example");
    fields["username"] = json!("annie");
    visitor.submit("/register", fields).await.assert_status(200);
    let mails = scene.mails().await;
    assert_eq!(mails[0].to, "bob@harbour.example");
    assert!(mails[0].text.as_deref().unwrap_or_default().contains("annie"));
    let events = scene.full_events().await;
    assert!(
        matches!(
            events.as_slice(),
            [Event::UserNotRegistered { user: None, existing_email: false, existing_username: true, .. }]
        ),
        "{events:?}"
    );
    assert!(scene.find("bob@harbour.example").await.is_none());
}

/// `SEND_REGISTER_EMAIL` gates the mail alone.
pub async fn a_site_may_send_no_welcome(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_SEND_REGISTER_EMAIL", json!(false))]);
    scene.json_client().submit("/register", form(ANN)).await.assert_status(200);
    assert!(scene.mails().await.is_empty());
    assert!(scene.events().await.contains(&"user-registered"));
}

/// The account is there all the same.
pub async fn a_mail_server_that_fails_spoils_no_registration(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.outbox().fail_next(1);
    scene.json_client().submit("/register", form(ANN)).await.assert_status(200);
    assert!(scene.mails().await.is_empty());
    assert!(scene.find(ANN).await.is_some());
}

/// In JSON an error, for people the page they see after signing in.
pub async fn a_signed_in_visitor_cannot_register(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_POST_LOGIN_VIEW", json!("/deck"))]);
    scene.account(ANN).await;
    for visitor in scene.both() {
        visitor.sign_in(ANN).await;
        for answer in [
            visitor.get("/register?next=/elsewhere").await,
            visitor.submit("/register?next=/elsewhere", form("bob@harbour.example")).await,
        ] {
            if visitor.is_json() {
                answer.assert_error(400, &scene.text(MessageKey::AnonymousUserRequired));
            } else {
                answer.assert_redirect("/deck");
            }
        }
    }
    assert!(scene.find("bob@harbour.example").await.is_none());
}

/// `REGISTERABLE` is off unless the site turns it on.
pub async fn a_site_that_is_closed_has_no_such_route(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_REGISTERABLE", json!(false))]);
    for visitor in scene.both() {
        visitor.get("/register").await.assert_status(404);
        visitor.submit("/register", form(ANN)).await.assert_status(404);
    }
}
