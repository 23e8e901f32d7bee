//! Rules of signing in with a password.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use security_core::config::PasswordConfig;
use security_core::event::Event;
use security_core::message::MessageKey;
use security_core::password::PasswordHasher;
use security_core::secret::PlainPassword;
use serde_json::json;

use super::{Adapter, LockList, PASSWORD, Scene};

const ANN: &str = "ann@harbour.example";
const BOB: &str = "bob@harbour.example";

/// In JSON as in HTML.
pub async fn a_good_password_signs_in(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    let ann = scene.account(ANN).await;
    for visitor in scene.both() {
        let answer = visitor.sign_in(ANN).await;
        if visitor.is_json() {
            assert_eq!(answer.members(), ["csrf_token", "tf_required", "user"]);
            assert_eq!(answer.response()["tf_required"], json!(false));
            assert_eq!(answer.response()["user"], json!({}));
        } else {
            answer.assert_redirect("/");
        }
        let session = visitor.session().await;
        assert_eq!(session.user(), Some(ann.fs_uniquifier.as_str()), "the identity is not the primary key");
        assert!(session.is_fresh());
        assert_eq!(visitor.who().await.as_deref(), Some(ANN));
    }
}

/// The address is compared without regard to case.
pub async fn an_address_signs_in_however_its_letters_are_cased(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    let visitor = scene.json_client();
    visitor.sign_in("Ann@HARBOUR.example").await;
    assert_eq!(visitor.who().await.as_deref(), Some(ANN));
}

/// `USERNAME_ENABLE` makes the address optional.
pub async fn a_username_signs_in_where_the_site_has_them(adapter: &Adapter) {
    let attributes = json!([{"email": {"case_insensitive": true}}, {"username": {"case_insensitive": true}}]);
    let options =
        [("SECURITY_USERNAME_ENABLE", json!(true)), ("SECURITY_USER_IDENTITY_ATTRIBUTES", attributes)];
    let scene = Scene::with(adapter, options);
    scene.account_with(ANN, |user| user.username = Some("annie".to_owned())).await;
    let unknown = scene.text(MessageKey::UserDoesNotExist);
    for visitor in scene.both() {
        let answer = visitor.submit("/login", json!({"username": "nobody", "password": PASSWORD})).await;
        answer.assert_field_error("username", &unknown);
        let answer = visitor.submit("/login", json!({"password": PASSWORD})).await;
        answer.assert_field_error("", &unknown);
        // Of two identities the address decides, and nobody else is looked for.
        let both = json!({"email": BOB, "username": "annie", "password": PASSWORD});
        visitor.submit("/login", both).await.assert_field_error("email", &unknown);
        visitor.sign_in_with(json!({"username": "Annie", "password": PASSWORD})).await;
        assert_eq!(visitor.who().await.as_deref(), Some(ANN));
    }
}

/// Case counts where `USER_IDENTITY_ATTRIBUTES` says so.
pub async fn an_address_is_compared_as_the_site_says(adapter: &Adapter) {
    for ignores_case in [true, false] {
        let attributes = json!([{"email": {"case_insensitive": ignores_case}}]);
        let scene = Scene::with(adapter, [("SECURITY_USER_IDENTITY_ATTRIBUTES", attributes)]);
        scene.account(ANN).await;
        let fields = json!({"email": "Ann@harbour.example", "password": PASSWORD});
        let answer = scene.json_client().submit("/login", fields).await;
        answer.assert_status(if ignores_case { 200 } else { 400 });
        scene.json_client().sign_in(ANN).await;
    }
}

/// GET shows the form, or says what a program has to know.
pub async fn the_sign_in_page_says_what_to_enter(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    let page = scene.browser().get("/login").await;
    page.assert_page("action=\"/login\"");
    for field in ["name=\"email\"", "name=\"password\"", "name=\"remember\"", "name=\"csrf_token\""] {
        page.assert_page(field);
    }
    let answer = scene.json_client().get("/login").await;
    answer.assert_status(200);
    assert_eq!(answer.members(), ["csrf_token", "identity_attributes"]);
    assert_eq!(answer.response()["identity_attributes"], json!(["email"]));
}

/// The user is told next to the field.
pub async fn each_slip_in_the_sign_in_form_is_told_next_to_its_field(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    let rows = [
        (json!({"password": PASSWORD}), "email", MessageKey::EmailNotProvided),
        (json!({"email": "", "password": PASSWORD}), "email", MessageKey::EmailNotProvided),
        (json!({"email": "ann", "password": PASSWORD}), "email", MessageKey::InvalidEmailAddress),
        (json!({"email": format!(" {ANN}"), "password": PASSWORD}), "email", MessageKey::InvalidEmailAddress),
        (
            json!({"email": format!("{ANN}\n"), "password": PASSWORD}),
            "email",
            MessageKey::InvalidEmailAddress,
        ),
        (json!({"email": ANN}), "password", MessageKey::PasswordNotProvided),
        (json!({"email": ANN, "password": ""}), "password", MessageKey::PasswordNotProvided),
        (json!({"email": BOB, "password": PASSWORD}), "email", MessageKey::UserDoesNotExist),
        (json!({"email": ANN, "password": "wrong horse"}), "password", MessageKey::InvalidPassword),
    ];
    for visitor in scene.both() {
        for (fields, field, key) in &rows {
            let answer = visitor.submit("/login", fields.clone()).await;
            answer.assert_field_error(field, &scene.text(*key));
            assert!(visitor.session().await.user().is_none(), "{fields}");
        }
    }
}

/// What was typed is shown again, except the password.
pub async fn a_page_with_errors_shows_the_address_again_and_never_the_password(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    let answer = scene.browser().submit("/login", json!({"email": BOB, "password": "hunter2hunter2"})).await;
    answer.assert_page(BOB);
    assert!(!answer.text().contains("hunter2"));
}

/// The count and the times of sign-ins stay, and nobody is said to have signed in.
pub async fn a_failed_sign_in_is_announced_and_leaves_no_trace_in_the_account(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    let before = scene.account(ANN).await;
    let visitor = scene.json_client();
    visitor.submit("/login", json!({"email": ANN, "password": "wrong horse"})).await.assert_status(400);
    assert_eq!(scene.events().await, ["user-failed-authn"]);
    assert_eq!(scene.user(ANN).await, before);
    visitor.submit("/login", json!({"email": BOB, "password": "wrong horse"})).await.assert_status(400);
    assert!(scene.events().await.is_empty(), "there is nobody whose failure it could be");
}

/// Whatever is typed is wrong then.
pub async fn an_account_without_password_cannot_be_opened_with_one(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account_with(ANN, |user| user.password = None).await;
    for visitor in scene.both() {
        let answer = visitor.submit("/login", json!({"email": ANN, "password": PASSWORD})).await;
        answer.assert_field_error("password", &scene.text(MessageKey::InvalidPassword));
        assert_eq!(scene.events().await, ["user-failed-authn"]);
    }
}

/// To anybody else the password is wrong, whatever the account's state.
pub async fn the_state_of_an_account_is_told_to_its_owner_alone(adapter: &Adapter) {
    let options = [("SECURITY_CONFIRMABLE", json!(true))];
    let scene = Scene::with(adapter, options);
    let (disabled, locked, unconfirmed) =
        ("dora@harbour.example", "lou@harbour.example", "una@harbour.example");
    scene.account_with(disabled, |user| user.active = false).await;
    scene.account(locked).await;
    scene.lock(locked);
    scene.account_with(unconfirmed, |user| user.confirmed_at = None).await;
    let told = [
        (disabled, scene.text(MessageKey::DisabledAccount)),
        (locked, LockList::TEXT.to_owned()),
        (unconfirmed, scene.text(MessageKey::ConfirmationRequired)),
    ];
    for visitor in scene.both() {
        for (email, text) in &told {
            let answer = visitor.submit("/login", json!({"email": email, "password": "wrong horse"})).await;
            answer.assert_field_error("password", &scene.text(MessageKey::InvalidPassword));
            assert!(!answer.page().contains(text.as_str()));
            let answer = visitor.submit("/login", json!({"email": email, "password": PASSWORD})).await;
            answer.assert_field_error("email", text);
            assert!(visitor.session().await.user().is_none());
            assert_eq!(scene.user(email).await.login_count, None);
        }
    }
    assert!(!scene.events().await.contains(&"user-authenticated"));
}

/// Active comes before locked, locked before confirmed.
pub async fn a_disabled_account_says_so_before_anything_else(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_CONFIRMABLE", json!(true))]);
    scene
        .account_with(ANN, |user| {
            user.active = false;
            user.confirmed_at = None;
        })
        .await;
    scene.lock(ANN);
    let visitor = scene.json_client();
    let attempt = json!({"email": ANN, "password": PASSWORD});
    let answer = visitor.submit("/login", attempt.clone()).await;
    answer.assert_field_error("email", &scene.text(MessageKey::DisabledAccount));
    scene.change(ANN, |change| change.active = Some(true)).await;
    visitor.submit("/login", attempt.clone()).await.assert_field_error("email", LockList::TEXT);
    scene.unlock(ANN);
    let answer = visitor.submit("/login", attempt).await;
    answer.assert_field_error("email", &scene.text(MessageKey::ConfirmationRequired));
}

/// `REQUIRES_CONFIRMATION_ERROR_VIEW` is for people; programs get the error, and strangers nothing.
pub async fn an_unconfirmed_owner_is_sent_where_the_site_helps(adapter: &Adapter) {
    let options = [
        ("SECURITY_CONFIRMABLE", json!(true)),
        ("SECURITY_REQUIRES_CONFIRMATION_ERROR_VIEW", json!("/help?topic=mail")),
    ];
    let scene = Scene::with(adapter, options.clone());
    scene.account_with(ANN, |user| user.confirmed_at = None).await;
    let attempt = json!({"email": ANN, "password": PASSWORD});
    let browser = scene.browser();
    let answer = browser.submit("/login", attempt.clone()).await;
    answer.assert_redirect("/help?topic=mail&email=ann%40harbour.example");
    assert_eq!(browser.flashes().await, [scene.text(MessageKey::ConfirmationRequired)]);
    let answer = scene.json_client().submit("/login", attempt.clone()).await;
    answer.assert_field_error("email", &scene.text(MessageKey::ConfirmationRequired));
    let answer = scene.browser().submit("/login", json!({"email": ANN, "password": "wrong horse"})).await;
    answer.assert_status(200);

    let [confirmable, view] = options;
    let generic = [confirmable, view, ("SECURITY_RETURN_GENERIC_RESPONSES", json!(true))];
    let scene = Scene::with(adapter, generic);
    scene.account_with(ANN, |user| user.confirmed_at = None).await;
    let answer = scene.browser().submit("/login", attempt).await;
    answer.assert_page(&scene.text(MessageKey::GenericAuthnFailed));
}

/// `LOGIN_WITHOUT_CONFIRMATION`.
pub async fn an_unconfirmed_account_opens_where_the_site_allows_it(adapter: &Adapter) {
    let options =
        [("SECURITY_CONFIRMABLE", json!(true)), ("SECURITY_LOGIN_WITHOUT_CONFIRMATION", json!(true))];
    let scene = Scene::with(adapter, options);
    scene.account_with(ANN, |user| user.confirmed_at = None).await;
    scene.json_client().sign_in(ANN).await;
}

/// Signing in again is refused, even with good credentials of somebody else.
pub async fn a_signed_in_visitor_does_not_become_somebody_else(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_POST_LOGIN_VIEW", json!("/deck"))]);
    scene.account(ANN).await;
    scene.account(BOB).await;
    for visitor in scene.both() {
        visitor.sign_in(ANN).await;
        let attempt = json!({"email": BOB, "password": PASSWORD, "next": "/elsewhere"});
        let answer = visitor.submit("/login?next=/elsewhere", attempt).await;
        if visitor.is_json() {
            answer.assert_error(400, &scene.text(MessageKey::AnonymousUserRequired));
        } else {
            answer.assert_redirect("/deck");
            visitor.get("/login?next=/elsewhere").await.assert_redirect("/deck");
        }
        assert_eq!(visitor.who().await.as_deref(), Some(ANN));
    }
    assert_eq!(scene.user(BOB).await.login_count, None);
}

/// Not even on request, and neither on the page to change the password.
pub async fn a_get_never_hands_out_a_token(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_BACKWARDS_COMPAT_AUTH_TOKEN", json!(true))]);
    scene.account(ANN).await;
    let visitor = scene.json_client();
    visitor.sign_in(ANN).await;
    for path in ["/login", "/change", "/verify"] {
        let answer = visitor.get(path).query("include_auth_token", "").await;
        answer.assert_status(200);
        assert!(answer.response()["user"].is_object(), "{path} tells a signed-in user about the account");
        assert!(!answer.text().contains("authentication_token"), "{path}");
    }
}

/// Any value of `include_auth_token` asks for one, none at all does not.
pub async fn a_token_is_handed_out_only_to_those_who_ask_for_it(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    let attempt = json!({"email": ANN, "password": PASSWORD});
    let answer = scene.json_client().submit("/login", attempt.clone()).await;
    assert_eq!(answer.response()["user"], json!({}));
    for path in ["/login?include_auth_token", "/login?include_auth_token=", "/login?include_auth_token=no"] {
        let answer = scene.json_client().submit(path, attempt.clone()).await;
        assert!(answer.response()["user"]["authentication_token"].is_string(), "{path}");
    }
    let wrong = json!({"email": ANN, "password": "wrong horse"});
    let answer = scene.json_client().submit("/login?include_auth_token", wrong).await;
    assert_eq!(answer.members(), ["errors", "field_errors"]);

    let scene = Scene::with(adapter, [("SECURITY_BACKWARDS_COMPAT_AUTH_TOKEN", json!(true))]);
    scene.account(ANN).await;
    let answer = scene.json_client().submit("/login", attempt).await;
    assert!(answer.response()["user"]["authentication_token"].is_string());
}

/// On the next good sign-in, and never with a wrong password.
pub async fn an_outdated_hash_is_replaced_at_the_next_good_sign_in(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    let hash = outdated_hash(&scene).await;
    scene.account_with(ANN, |user| user.password = Some(hash.clone())).await;
    let visitor = scene.json_client();
    visitor.submit("/login", json!({"email": ANN, "password": "wrong horse"})).await.assert_status(400);
    assert_eq!(scene.user(ANN).await.password.as_deref(), Some(hash.as_str()));
    visitor.sign_in(ANN).await;
    let stored = scene.user(ANN).await.password.unwrap_or_default();
    assert!(stored.starts_with("$argon2id$"), "{stored}");
    scene.json_client().sign_in(ANN).await;
}

/// By the form, by HTTP Basic and by proving it again: whoever has shown the password has it hashed as the site does now.
pub async fn an_outdated_hash_is_replaced_however_the_password_is_shown(adapter: &Adapter) {
    let by_layer =
        [("WTF_CSRF_CHECK_DEFAULT", json!(false)), ("SECURITY_CSRF_PROTECT_MECHANISMS", json!(["session"]))];
    let scene = Scene::with(adapter, by_layer);
    scene.account(ANN).await;
    let inside = scene.json_client();
    let fields = json!({"email": ANN, "password": PASSWORD});
    inside.post("/login").fields(fields).csrf_header().await.assert_status(200);
    let outdated = outdated_hash(&scene).await;
    for is_basic in [true, false] {
        scene.change(ANN, |change| change.password = Some(Some(outdated.clone()))).await;
        let answer = match is_basic {
            true => scene.basic_client(ANN, PASSWORD).get("/auth/basic").await,
            false => inside.post("/verify").field("password", PASSWORD).csrf_header().await,
        };
        answer.assert_status(200);
        let stored = scene.user(ANN).await.password.unwrap_or_default();
        assert!(stored.starts_with("$argon2id$"), "{stored} (Basic: {is_basic})");
    }
    assert_eq!(inside.who().await.as_deref(), Some(ANN), "it is the same password");
}

/// A hash of [`PASSWORD`] in a scheme that the site has given up.
async fn outdated_hash(scene: &Scene) -> String {
    let config = scene.security().config();
    let mut old = PasswordConfig { scheme: "pbkdf2_sha256".to_owned(), ..config.password.clone() };
    old.hash_options.insert("pbkdf2_sha256__rounds".to_owned(), json!(1000));
    let hasher = PasswordHasher::new(&old, &config.hashing, config.secrets.password_salt.as_ref());
    let hash = hasher.expect("the scheme is known").hash(&PlainPassword::new(PASSWORD)).await;
    hash.expect("a password can be hashed")
}

/// `TRACKABLE` is off unless the site turns it on.
pub async fn a_site_that_tracks_nobody_stores_no_sign_in(adapter: &Adapter) {
    let scene = Scene::with(adapter, [("SECURITY_TRACKABLE", json!(false))]);
    let before = scene.account(ANN).await;
    for visitor in scene.both() {
        visitor.sign_in(ANN).await;
        assert_eq!(scene.events().await, ["user-authenticated"]);
    }
    assert_eq!(scene.user(ANN).await, before);
}

/// Count, times and addresses, by the address of the peer and by nothing a header says.
pub async fn a_sign_in_is_counted_and_remembered_with_the_address_of_the_peer(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    scene.account(ANN).await;
    let visitor = scene.json_client().with_header("x-forwarded-for", "203.0.113.99");
    let first = scene.now();
    visitor.sign_in(ANN).await;
    let user = scene.user(ANN).await;
    assert_eq!(
        (user.login_count, user.current_login_at, user.last_login_at),
        (Some(1), Some(first), Some(first))
    );
    assert_eq!((user.current_login_ip.as_deref(), user.last_login_ip.as_deref()), (Some("192.0.2.7"), None));
    let events = scene.full_events().await;
    let [Event::UserAuthenticated { user, way }] = events.as_slice() else { unreachable!("{events:?}") };
    assert_eq!((user.email.as_str(), way.as_str()), (ANN, "password"));

    scene.advance_minutes(5);
    scene.json_client().at([198, 51, 100, 4].into()).sign_in(ANN).await;
    let user = scene.user(ANN).await;
    let second = scene.now();
    assert_eq!(
        (user.login_count, user.current_login_at, user.last_login_at),
        (Some(2), Some(second), Some(first))
    );
    assert_eq!(user.current_login_ip.as_deref(), Some("198.51.100.4"));
    assert_eq!(user.last_login_ip.as_deref(), Some("192.0.2.7"));
}

/// `POST_LOGIN_VIEW` holds a URL or the name of a route.
pub async fn a_sign_in_leads_where_the_site_says(adapter: &Adapter) {
    for (blueprint, view, location) in [
        ("security", "/deck", "/deck"),
        ("security", ".verify", "/verify"),
        ("security", "security.change_password", "/change"),
        ("accounts", "accounts.change_password", "/change"),
        ("security", "https://other.example/deck", "https://other.example/deck"),
    ] {
        let options =
            [("SECURITY_BLUEPRINT_NAME", json!(blueprint)), ("SECURITY_POST_LOGIN_VIEW", json!(view))];
        let scene = Scene::with(adapter, options);
        scene.account(ANN).await;
        scene.browser().sign_in(ANN).await.assert_redirect(location);
    }
}
