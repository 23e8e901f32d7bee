//! Rules of confirming an address.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use futures_util::future::join_all;
use security_core::message::MessageKey;
use serde_json::{Value, json};

use super::scene::link_in;
use super::{Adapter, PASSWORD, Scene};

const ANN: &str = "ann@harbour.example";
const BOB: &str = "bob@harbour.example";
const CONFIRMABLE: (&str, Value) = ("SECURITY_CONFIRMABLE", Value::Bool(true));
const AUTO_LOGIN: (&str, Value) = ("SECURITY_AUTO_LOGIN_AFTER_CONFIRM", Value::Bool(true));

/// A single-page application takes over after every link.
fn spa() -> [(&'static str, Value); 4] {
    [
        CONFIRMABLE,
        ("SECURITY_REDIRECT_BEHAVIOR", json!("spa")),
        ("SECURITY_POST_CONFIRM_VIEW", json!("/ui/confirmed?tab=1")),
        ("SECURITY_CONFIRM_ERROR_VIEW", json!("/ui/trouble")),
    ]
}

/// An unconfirmed account, and the link that was mailed to its owner.
async fn unconfirmed(scene: &Scene, email: &str) -> String {
    scene.account_with(email, |user| user.confirmed_at = None).await;
    new_link(scene, email).await
}

async fn new_link(scene: &Scene, email: &str) -> String {
    scene.json_client().submit("/confirm", json!({"email": email})).await.assert_status(200);
    let mails = scene.mails().await;
    assert_eq!(mails.len(), 1);
    scene.forget_events().await;
    link_in(&mails[0])
}

/// In JSON style too: it is a link in a mail.
pub async fn a_good_link_confirms_the_address_and_signs_nobody_in(adapter: &Adapter) {
    let scene = Scene::with(adapter, [CONFIRMABLE]);
    for (visitor, email) in scene.both().into_iter().zip([ANN, BOB]) {
        let link = unconfirmed(&scene, email).await;
        visitor.get(&link).await.assert_redirect("/login");
        assert_eq!(visitor.flashes().await, [scene.text(MessageKey::EmailConfirmed)]);
        assert_eq!(scene.events().await, ["user-confirmed"]);
        assert_eq!(scene.user(email).await.confirmed_at, Some(scene.now()));
        assert_eq!(visitor.who().await, None);
        scene.json_client().sign_in(email).await;
    }
}

/// `POST_CONFIRM_VIEW`, and `AUTO_LOGIN_AFTER_CONFIRM`.
pub async fn a_good_link_leads_where_the_site_says(adapter: &Adapter) {
    let rows = [
        (vec![CONFIRMABLE, ("SECURITY_POST_CONFIRM_VIEW", json!("/hello"))], "/hello", None),
        (vec![CONFIRMABLE, AUTO_LOGIN, ("SECURITY_POST_LOGIN_VIEW", json!("/deck"))], "/deck", Some(ANN)),
        (
            vec![CONFIRMABLE, AUTO_LOGIN, ("SECURITY_POST_CONFIRM_VIEW", json!(".verify"))],
            "/verify",
            Some(ANN),
        ),
    ];
    for (options, location, who) in rows {
        let scene = Scene::staged(adapter, &options, |views| views);
        let link = unconfirmed(&scene, ANN).await;
        let visitor = scene.browser();
        visitor.get(&link).await.assert_redirect(location);
        assert_eq!(visitor.flashes().await, [scene.text(MessageKey::EmailConfirmed)]);
        assert_eq!(visitor.who().await.as_deref(), who);
        let expected: &[&str] =
            if who.is_some() { &["user-confirmed", "user-authenticated"] } else { &["user-confirmed"] };
        assert_eq!(scene.events().await, expected);
    }
}

/// The second use reports it, and is no way in.
pub async fn a_used_link_signs_nobody_in(adapter: &Adapter) {
    let scene = Scene::with(adapter, [CONFIRMABLE, AUTO_LOGIN]);
    let link = unconfirmed(&scene, ANN).await;
    scene.browser().get(&link).await.assert_redirect("/");
    scene.forget_events().await;
    for visitor in scene.both() {
        visitor.get(&link).await.assert_redirect("/confirm");
        assert_eq!(visitor.flashes().await, [scene.text(MessageKey::AlreadyConfirmed)]);
        assert_eq!(visitor.who().await, None);
    }
    assert!(scene.events().await.is_empty());
}

/// One confirms, the others find it done.
pub async fn of_many_uses_of_a_link_at_once_one_confirms(adapter: &Adapter) {
    let scene = Scene::with(adapter, [CONFIRMABLE, AUTO_LOGIN]);
    let link = unconfirmed(&scene, ANN).await;
    let racing = (0..8).map(|_| {
        let (scene, link) = (scene.clone(), link.clone());
        tokio::spawn(async move {
            let visitor = scene.browser();
            visitor.get(&link).await.assert_status(302);
            visitor.who().await
        })
    });
    let who = join_all(racing).await.into_iter().map(|who| who.expect("no request panics"));
    assert_eq!(who.flatten().count(), 1, "visitors who were signed in");
    let events = scene.events().await;
    assert_eq!(events.iter().filter(|name| **name == "user-confirmed").count(), 1);
}

/// And triggers no mail: whoever holds an old link may be anybody.
pub async fn an_expired_link_says_so_and_nothing_more(adapter: &Adapter) {
    let scene = Scene::with(adapter, [CONFIRMABLE, ("SECURITY_CONFIRM_EMAIL_WITHIN", json!("2 hours"))]);
    let link = unconfirmed(&scene, ANN).await;
    scene.advance_minutes(121);
    for visitor in scene.both() {
        visitor.get(&link).await.assert_redirect("/confirm");
        let flashes = visitor.flashes().await;
        assert_eq!(flashes, [scene.text_with(MessageKey::ConfirmationExpired, &[("within", "2 hours")])]);
        assert!(!flashes[0].contains(ANN));
    }
    assert!(scene.mails().await.is_empty() && scene.events().await.is_empty());
    assert_eq!(scene.user(ANN).await.confirmed_at, None);
}

/// `CONFIRM_ERROR_VIEW`.
pub async fn a_bad_link_leads_where_the_site_says(adapter: &Adapter) {
    let scene = Scene::with(adapter, [CONFIRMABLE, ("SECURITY_CONFIRM_ERROR_VIEW", json!("/trouble"))]);
    for link in ["/confirm/forged", "/confirm/a.b.c", "/confirm/%00", "/confirm/%ff", "/confirm/..%2f..%2f"] {
        let visitor = scene.browser();
        visitor.get(link).await.assert_redirect("/trouble");
        assert_eq!(visitor.flashes().await, [scene.text(MessageKey::InvalidConfirmationToken)], "{link}");
    }
}

/// Tampered with, made for something else, or for somebody else.
pub async fn a_confirmation_link_that_is_none_is_refused(adapter: &Adapter) {
    let options =
        [CONFIRMABLE, ("SECURITY_RECOVERABLE", json!(true)), ("SECURITY_PASSWORDLESS", json!(true))];
    let scene = Scene::with(adapter, options);
    let link = unconfirmed(&scene, ANN).await;
    scene.account(BOB).await;
    let visitor = scene.json_client();
    for path in ["/reset", "/login"] {
        visitor.submit(path, json!({"email": BOB})).await.assert_status(200);
    }
    let value = |mail| link_in(&mail).rsplit('/').next().unwrap_or_default().to_owned();
    let mut values: Vec<_> = scene.mails().await.into_iter().map(value).collect();
    scene.forget_events().await;
    values.push(scene.token(ANN).await);
    values.push(format!("{}{}", &link[9..link.len() - 2], if link.ends_with("AA") { "BB" } else { "AA" }));
    for value in values {
        let visitor = scene.browser();
        visitor.get(&format!("/confirm/{value}")).await.assert_redirect("/confirm");
        assert_eq!(visitor.flashes().await, [scene.text(MessageKey::InvalidConfirmationToken)]);
    }
    // Nor is a confirmation link good for anything else.
    let visitor = scene.browser();
    visitor.get(&link.replace("/confirm/", "/login/")).await.assert_redirect("/login");
    assert_eq!(visitor.who().await, None);
    visitor.get(&link.replace("/confirm/", "/reset/")).await.assert_redirect("/reset");
    assert!(scene.events().await.is_empty());
    assert_eq!(scene.user(ANN).await.confirmed_at, None);
}

/// `TRACKABLE`: signing in by the link is a sign-in, confirming alone is none.
pub async fn a_confirmation_counts_as_a_sign_in_only_where_it_is_one(adapter: &Adapter) {
    for options in [vec![CONFIRMABLE], vec![CONFIRMABLE, AUTO_LOGIN]] {
        let scene = Scene::staged(adapter, &options, |views| views);
        let link = unconfirmed(&scene, ANN).await;
        scene.browser().get(&link).await.assert_status(302);
        let user = scene.user(ANN).await;
        let expected = (options.len() > 1).then(|| scene.now());
        assert_eq!((user.current_login_at, user.login_count), (expected, expected.map(|_| 1)));
    }
}

/// The link was for the address that was confirmed, not for the account.
pub async fn a_link_is_dead_after_the_address_was_changed(adapter: &Adapter) {
    let scene = Scene::with(adapter, [CONFIRMABLE]);
    let link = unconfirmed(&scene, ANN).await;
    scene.change(ANN, |change| change.email = Some("anna@harbour.example".to_owned())).await;
    let visitor = scene.browser();
    visitor.get(&link).await.assert_redirect("/confirm");
    assert_eq!(visitor.flashes().await, [scene.text(MessageKey::InvalidConfirmationToken)]);
    assert_eq!(scene.user("anna@harbour.example").await.confirmed_at, None);
}

/// As after a change of the password, or when the account is gone.
pub async fn a_link_is_dead_after_the_identity_of_the_account_was_changed(adapter: &Adapter) {
    let scene = Scene::with(adapter, [CONFIRMABLE]);
    let link = unconfirmed(&scene, ANN).await;
    scene.change(ANN, |change| change.fs_uniquifier = Some("another".to_owned())).await;
    let visitor = scene.browser();
    visitor.get(&link).await.assert_redirect("/confirm");
    assert_eq!(visitor.flashes().await, [scene.text(MessageKey::InvalidConfirmationToken)]);
}

/// They stay good until they expire.
pub async fn an_older_link_works_as_well_as_a_newer_one(adapter: &Adapter) {
    let scene = Scene::with(adapter, [CONFIRMABLE]);
    let older = unconfirmed(&scene, ANN).await;
    scene.advance_minutes(1);
    let newer = new_link(&scene, ANN).await;
    assert_ne!(older, newer);
    scene.browser().get(&older).await.assert_redirect("/login");
    assert!(scene.user(ANN).await.confirmed_at.is_some());
}

/// It is the browser of the link's owner; nobody else is left signed in there, remembered or not.
pub async fn a_link_ends_the_session_of_anybody_else(adapter: &Adapter) {
    for options in [vec![CONFIRMABLE], vec![CONFIRMABLE, AUTO_LOGIN]] {
        let scene = Scene::staged(adapter, &options, |views| views);
        scene.account(BOB).await;
        let link = unconfirmed(&scene, ANN).await;
        let expected = (options.len() > 1).then_some(ANN);
        let visitor = scene.browser();
        visitor.sign_in(BOB).await;
        visitor.get(&link).await.assert_status(302);
        assert_eq!(visitor.who().await.as_deref(), expected);

        let link = unconfirmed(&scene, "una@harbour.example").await;
        let remembered = scene.browser();
        let attempt = json!({"email": BOB, "password": PASSWORD, "remember": true});
        remembered.sign_in_with(attempt).await;
        remembered.jar().forget("session");
        remembered.get(&link).await.assert_status(302);
        assert_eq!(remembered.who().await.as_deref(), expected.map(|_| "una@harbour.example"));
        assert_eq!(remembered.cookie("remember_token"), None);
    }
}

/// With and without signing in afterwards.
pub async fn the_owners_own_session_survives_the_link(adapter: &Adapter) {
    let options = [CONFIRMABLE, ("SECURITY_LOGIN_WITHOUT_CONFIRMATION", json!(true))];
    let scene = Scene::with(adapter, options);
    let link = unconfirmed(&scene, ANN).await;
    let visitor = scene.browser();
    visitor.sign_in(ANN).await;
    visitor.get(&link).await.assert_status(302);
    assert_eq!(visitor.who().await.as_deref(), Some(ANN));
}

/// The address is confirmed all the same.
pub async fn a_link_does_not_open_a_disabled_or_locked_account(adapter: &Adapter) {
    let scene = Scene::with(adapter, [CONFIRMABLE, AUTO_LOGIN]);
    let disabled = unconfirmed(&scene, ANN).await;
    scene.deactivate(ANN).await;
    let locked = unconfirmed(&scene, BOB).await;
    scene.lock(BOB);
    for (link, email) in [(disabled, ANN), (locked, BOB)] {
        let visitor = scene.browser();
        visitor.get(&link).await.assert_redirect("/login");
        assert_eq!(visitor.who().await, None);
        assert_eq!(scene.events().await, ["user-confirmed"]);
        let user = scene.user(email).await;
        assert!(user.confirmed_at.is_some() && user.login_count.is_none());
    }
}

/// The outcome is in the query string: the parameter is named like the severity of the message.
pub async fn a_single_page_application_reads_the_outcome_in_the_query_string(adapter: &Adapter) {
    let scene = Scene::with(adapter, spa());
    let link = unconfirmed(&scene, ANN).await;
    let encoded = |text: String| {
        form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('*', "%2A")
    };
    for (round, key, parameter) in
        [("good", MessageKey::EmailConfirmed, "success"), ("used", MessageKey::AlreadyConfirmed, "info")]
    {
        let visitor = scene.browser();
        let answer = visitor.get(&link).await;
        answer.assert_status(302);
        let location = answer.location().unwrap_or_default().to_owned();
        let outcome = format!("{parameter}={}", encoded(scene.text(key)));
        assert!(location.contains(&outcome), "{round}: {location}");
        if round == "good" {
            assert!(location.starts_with("/ui/confirmed?tab=1&"), "{location}");
            assert!(location.contains("identity=ann%40harbour.example"), "{location}");
            assert!(location.contains("email=ann%40harbour.example"), "{location}");
        } else {
            assert!(location.starts_with("/ui/trouble?"), "{location}");
            assert!(!location.contains("ann"), "nothing about the account: {location}");
        }
        assert!(visitor.flashes().await.is_empty());
    }
    let forged = scene.browser().get("/confirm/forged").await;
    let location = forged.location().unwrap_or_default().to_owned();
    let outcome = format!("/ui/trouble?error={}", encoded(scene.text(MessageKey::InvalidConfirmationToken)));
    assert_eq!(location, outcome);
    let link = unconfirmed(&scene, BOB).await;
    scene.advance_minutes(60 * 49);
    let expired = scene.browser().get(&link).await;
    let location = expired.location().unwrap_or_default();
    assert!(location.starts_with("/ui/trouble?error=") && !location.contains("bob"), "{location}");
}

/// The page fills the address in that a link brought along.
pub async fn the_page_to_ask_for_a_link_shows_the_address_of_the_query(adapter: &Adapter) {
    let scene = Scene::with(adapter, [CONFIRMABLE]);
    let page = scene.browser().get("/confirm?email=ann%40harbour.example%22%3E%3Cscript%3E").await;
    page.assert_page("action=\"/confirm\"");
    page.assert_page("value=\"ann@harbour.example");
    assert!(!page.text().contains("<script>"));
    assert_eq!(scene.json_client().get("/confirm").await.members(), ["csrf_token"]);
}

/// Nothing about the account is in the answer.
pub async fn a_link_is_mailed_to_whoever_asks_for_an_unconfirmed_address(adapter: &Adapter) {
    let scene = Scene::with(adapter, [CONFIRMABLE]);
    scene.account_with(ANN, |user| user.confirmed_at = None).await;
    for visitor in scene.both() {
        let answer = visitor.submit("/confirm", json!({"email": "Ann@harbour.example"})).await;
        if visitor.is_json() {
            assert_eq!(answer.members(), ["csrf_token"]);
        } else {
            answer.assert_page("action=\"/confirm\"");
            answer.assert_page(
                &scene.text_with(MessageKey::ConfirmationRequest, &[("email", "Ann@harbour.example")]),
            );
        }
        assert_eq!(scene.events().await, ["confirm-instructions-sent"]);
        let mails = scene.mails().await;
        assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [ANN]);
    }
}

/// A site that answers alike to all does not, see the rules of generic answers.
pub async fn each_slip_in_asking_for_a_link_is_told_next_to_its_field(adapter: &Adapter) {
    let scene = Scene::with(adapter, [CONFIRMABLE]);
    scene.account(ANN).await;
    let rows = [
        (json!({}), MessageKey::EmailNotProvided),
        (json!({"email": ""}), MessageKey::EmailNotProvided),
        (json!({"email": "ann"}), MessageKey::InvalidEmailAddress),
        (json!({"email": BOB}), MessageKey::UserDoesNotExist),
        (json!({"email": ANN}), MessageKey::AlreadyConfirmed),
    ];
    for visitor in scene.both() {
        for (fields, key) in &rows {
            let answer = visitor.submit("/confirm", fields.clone()).await;
            answer.assert_field_error("email", &scene.text(*key));
        }
    }
    assert!(scene.mails().await.is_empty() && scene.events().await.is_empty());
}

/// Whether it may sign in is another matter.
pub async fn a_disabled_account_may_ask_for_a_link(adapter: &Adapter) {
    let scene = Scene::with(adapter, [CONFIRMABLE]);
    scene
        .account_with(ANN, |user| {
            user.active = false;
            user.confirmed_at = None;
        })
        .await;
    scene.json_client().submit("/confirm", json!({"email": ANN})).await.assert_status(200);
    assert_eq!(scene.mails().await.len(), 1);
}

/// `CONFIRMABLE` is off unless the site turns it on.
pub async fn a_site_without_confirmation_has_no_such_routes(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    for path in ["/confirm", "/confirm/token"] {
        scene.browser().get(path).await.assert_status(404);
    }
}

/// Whoever can choose the host would get the link.
pub async fn a_forged_host_is_in_no_mail(adapter: &Adapter) {
    let scene = Scene::with(adapter, [CONFIRMABLE]);
    let visitor = scene.json_client();
    let fields = json!({"email": ANN, "password": PASSWORD, "password_confirm": PASSWORD});
    let forged = visitor.submit("/register", fields).host("evil.example");
    forged.header("x-forwarded-host", "evil.example").await.assert_status(200);
    let forged = visitor.submit("/confirm", json!({"email": ANN})).host("evil.example");
    forged.header("forwarded", "host=evil.example").await.assert_status(200);
    let mails = scene.mails().await;
    assert_eq!(mails.len(), 2);
    for mail in mails {
        let text = format!("{}{}", mail.text.unwrap_or_default(), mail.html.unwrap_or_default());
        assert!(text.contains("http://harbour.example/confirm/") && !text.contains("evil"), "{text}");
    }
}
