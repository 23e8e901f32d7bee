//! Rules of signing in by a mailed link.
#![allow(clippy::missing_panics_doc, reason = "a rule panics when it is broken, that is what it is for")]

use futures_util::future::join_all;
use http::Method;
use security_core::event::Event;
use security_core::message::MessageKey;
use serde_json::{Value, json};

use super::scene::link_in;
use super::{Adapter, LockList, PASSWORD, Scene};

const ANN: &str = "ann@harbour.example";
const BOB: &str = "bob@harbour.example";
const PASSWORDLESS: (&str, Value) = ("SECURITY_PASSWORDLESS", Value::Bool(true));
const CONFIRMABLE: (&str, Value) = ("SECURITY_CONFIRMABLE", Value::Bool(true));
const INTERSTITIAL: (&str, Value) = ("SECURITY_LINK_INTERSTITIAL", Value::Bool(true));

/// The link that was mailed to whoever asked for one.
async fn asked(scene: &Scene, email: &str) -> String {
    scene.json_client().submit("/login", json!({"email": email})).await.assert_status(200);
    let mails = scene.mails().await;
    assert_eq!(mails.len(), 1);
    scene.forget_events().await;
    link_in(&mails[0])
}

/// An account, and the link that was mailed to its owner.
async fn invited(scene: &Scene, email: &str) -> String {
    scene.account(email).await;
    asked(scene, email).await
}

/// Checks that a link signs nobody in, says why, and that nothing else happens.
async fn assert_dead(scene: &Scene, link: &str, key: MessageKey) {
    let text = scene.text_with(key, &[("within", "1 days"), ("email", "")]);
    for visitor in scene.both() {
        visitor.get(link).await.assert_redirect("/login");
        assert_eq!(visitor.flashes().await, [text.as_str()], "{link}");
        assert_eq!(visitor.who().await, None);
    }
    assert!(scene.mails().await.is_empty(), "{link}");
    assert!(scene.events().await.is_empty(), "{link}");
}

/// The form stands in the place of the one for a password, and the answer says nothing about the account.
pub async fn a_sign_in_link_is_mailed_to_whoever_asks_for_a_known_address(adapter: &Adapter) {
    let scene = Scene::with(adapter, [PASSWORDLESS]);
    scene.account(ANN).await;
    for visitor in scene.both() {
        let page = visitor.get("/login").await;
        if visitor.is_json() {
            assert_eq!(page.members(), ["csrf_token"]);
        } else {
            page.assert_page("name=\"email\"");
            assert!(!page.text().contains("name=\"password\""));
        }
        // A password in the form opens nothing.
        let fields = json!({"email": "Ann@harbour.example", "password": PASSWORD});
        let answer = visitor.submit("/login", fields).await;
        if visitor.is_json() {
            assert_eq!(answer.members(), ["csrf_token"]);
        } else {
            answer.assert_page("action=\"/login\"");
            let email = [("email", "Ann@harbour.example")];
            answer.assert_page(&scene.text_with(MessageKey::LoginEmailSent, &email));
        }
        assert_eq!(visitor.who().await, None);
        assert_eq!(scene.events().await, ["login-instructions-sent"]);
        let mails = scene.mails().await;
        assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [ANN]);
        assert!(link_in(&mails[0]).starts_with("/login/"));
    }
}

/// A site that answers alike to all does not, see the rules of generic answers.
pub async fn each_slip_in_asking_for_a_sign_in_link_is_told_next_to_its_field(adapter: &Adapter) {
    let scene = Scene::with(adapter, [PASSWORDLESS]);
    scene.account_with("dora@harbour.example", |user| user.active = false).await;
    scene.account("lou@harbour.example").await;
    scene.lock("lou@harbour.example");
    let rows = [
        (json!({}), scene.text(MessageKey::EmailNotProvided)),
        (json!({"email": ""}), scene.text(MessageKey::EmailNotProvided)),
        (json!({"email": "ann"}), scene.text(MessageKey::InvalidEmailAddress)),
        (json!({"email": BOB}), scene.text(MessageKey::UserDoesNotExist)),
        (json!({"email": "dora@harbour.example"}), scene.text(MessageKey::DisabledAccount)),
        (json!({"email": "lou@harbour.example"}), LockList::TEXT.to_owned()),
    ];
    for visitor in scene.both() {
        for (fields, text) in &rows {
            visitor.submit("/login", fields.clone()).await.assert_field_error("email", text);
        }
        let forged = visitor.post("/login").field("email", ANN).await;
        forged.assert_field_error("csrf_token", &scene.text(MessageKey::CsrfMissing));
    }
    assert!(scene.mails().await.is_empty() && scene.events().await.is_empty());
}

/// In JSON style too: it is a link in a mail. Fresh, counted, announced.
pub async fn a_sign_in_link_signs_in(adapter: &Adapter) {
    let scene = Scene::with(adapter, [PASSWORDLESS, ("SECURITY_POST_LOGIN_VIEW", json!("/deck"))]);
    for (visitor, email) in scene.both().into_iter().zip([ANN, BOB]) {
        let link = invited(&scene, email).await;
        scene.advance_minutes(1);
        let answer = visitor.get(&link).await;
        answer.assert_redirect("/deck");
        assert!(answer.cookie("remember_token").is_none());
        assert_eq!(visitor.flashes().await, [scene.text(MessageKey::PasswordlessLoginSuccessful)]);
        assert_eq!(visitor.who().await.as_deref(), Some(email));
        visitor.get("/fresh").await.assert_status(200);
        let events = scene.full_events().await;
        assert_eq!(events.iter().map(Event::name).collect::<Vec<_>>(), ["user-authenticated"]);
        assert!(matches!(&events[0], Event::UserAuthenticated { way, .. } if way == "token"), "{events:?}");
        let user = scene.user(email).await;
        assert_eq!((user.login_count, user.current_login_at), (Some(1), Some(scene.now())));
        assert_eq!(user.current_login_ip.as_deref(), Some("192.0.2.7"));
    }
}

/// `DEFAULT_REMEMBER_ME`: there is no box to tick.
pub async fn a_sign_in_link_remembers_where_the_site_says_so(adapter: &Adapter) {
    let scene = Scene::with(adapter, [PASSWORDLESS, ("SECURITY_DEFAULT_REMEMBER_ME", json!(true))]);
    let link = invited(&scene, ANN).await;
    let visitor = scene.browser();
    visitor.get(&link).await.assert_redirect("/");
    visitor.jar().forget("session");
    assert_eq!(visitor.who().await.as_deref(), Some(ANN));
}

/// On this site.
pub async fn a_sign_in_link_leads_to_where_the_visitor_wanted(adapter: &Adapter) {
    let scene = Scene::with(adapter, [PASSWORDLESS, ("SECURITY_POST_LOGIN_VIEW", json!("/deck"))]);
    scene.account(ANN).await;
    for (wish, location) in [("/chart?sea=3", "/chart?sea=3"), ("//evil.example", "/deck"), ("", "/deck")] {
        let link = asked(&scene, ANN).await;
        scene.browser().get(&link).query("next", wish).await.assert_redirect(location);
    }
}

/// The second use is refused, whoever tries it.
pub async fn a_used_sign_in_link_is_dead(adapter: &Adapter) {
    let scene = Scene::with(adapter, [PASSWORDLESS]);
    let link = invited(&scene, ANN).await;
    scene.browser().get(&link).await.assert_redirect("/");
    scene.forget_events().await;
    assert_dead(&scene, &link, MessageKey::InvalidLoginToken).await;
    assert_eq!(scene.user(ANN).await.login_count, Some(1));
}

/// Of 32 browsers that open the same link at once, one is signed in.
pub async fn of_many_uses_of_a_sign_in_link_at_once_one_succeeds(adapter: &Adapter) {
    let scene = Scene::with(adapter, [PASSWORDLESS]);
    let link = invited(&scene, ANN).await;
    let racing = (0..32).map(|_| {
        let (scene, link) = (scene.clone(), link.clone());
        tokio::spawn(async move {
            let visitor = scene.browser();
            visitor.get(&link).await.assert_status(302);
            visitor.who().await
        })
    });
    let who = join_all(racing).await.into_iter().map(|who| who.expect("no request panics"));
    assert_eq!(who.flatten().count(), 1, "visitors who were signed in");
    assert_eq!(scene.events().await, ["user-authenticated"]);
    assert_eq!(scene.user(ANN).await.login_count, Some(1));
}

/// Each of them once.
pub async fn an_older_sign_in_link_works_as_well_as_a_newer_one(adapter: &Adapter) {
    let scene = Scene::with(adapter, [PASSWORDLESS]);
    let older = invited(&scene, ANN).await;
    scene.advance_minutes(1);
    let newer = asked(&scene, ANN).await;
    assert_ne!(older, newer);
    for link in [&newer, &older] {
        let visitor = scene.browser();
        visitor.get(link).await.assert_redirect("/");
        assert_eq!(visitor.who().await.as_deref(), Some(ANN));
    }
}

/// And triggers no mail: whoever holds an old link may be anybody.
pub async fn an_expired_sign_in_link_says_so_and_nothing_more(adapter: &Adapter) {
    let scene = Scene::with(adapter, [PASSWORDLESS, ("SECURITY_LOGIN_WITHIN", json!("2 hours"))]);
    let link = invited(&scene, ANN).await;
    scene.advance_minutes(121);
    for visitor in scene.both() {
        visitor.get(&link).await.assert_redirect("/login");
        let flashes = visitor.flashes().await;
        let text = scene.text_with(MessageKey::LoginExpired, &[("within", "2 hours"), ("email", "")]);
        assert!(flashes == [text] && !flashes[0].contains("ann"), "{flashes:?}");
        assert_eq!(visitor.who().await, None);
    }
    assert!(scene.mails().await.is_empty() && scene.events().await.is_empty());
}

/// Damaged, made up, or made for something else.
pub async fn a_sign_in_link_that_is_none_is_refused(adapter: &Adapter) {
    let scene = Scene::with(adapter, [PASSWORDLESS, ("SECURITY_RECOVERABLE", json!(true))]);
    let link = invited(&scene, ANN).await;
    scene.json_client().submit("/reset", json!({"email": ANN})).await.assert_status(200);
    let reset = link_in(&scene.mails().await[0]).replace("/reset/", "/login/");
    let token = format!("/login/{}", scene.token(ANN).await);
    scene.forget_events().await;
    let tampered = format!("{}{}", &link[..link.len() - 2], if link.ends_with("AA") { "BB" } else { "AA" });
    for link in [&reset, &token, &tampered, "/login/forged", "/login/a.b.c", "/login/%00"] {
        assert_dead(&scene, link, MessageKey::InvalidLoginToken).await;
    }
    // Nor is a sign-in link good for anything else.
    let value = link.trim_start_matches("/login/");
    scene.browser().get(&format!("/reset/{value}")).await.assert_redirect("/reset");
    scene.token_client(value).get("/auth/token").await.assert_status(401);
}

/// The current user is never switched, and the link stays good for its owner.
pub async fn a_sign_in_link_does_nothing_where_somebody_is_signed_in(adapter: &Adapter) {
    let scene = Scene::with(adapter, [PASSWORDLESS, ("SECURITY_POST_LOGIN_VIEW", json!("/deck"))]);
    let (own, other) = (invited(&scene, BOB).await, invited(&scene, ANN).await);
    let visitor = scene.browser();
    visitor.get(&own).await.assert_status(302);
    scene.forget_events().await;
    visitor.get(&other).await.assert_redirect("/deck");
    assert_eq!(visitor.who().await.as_deref(), Some(BOB));
    assert!(scene.events().await.is_empty());
    let owner = scene.browser();
    owner.get(&other).await.assert_redirect("/deck");
    assert_eq!(owner.who().await.as_deref(), Some(ANN));
}

/// Nor does the page that sends the links: nobody is signed in twice.
pub async fn who_is_signed_in_is_sent_no_sign_in_link(adapter: &Adapter) {
    let scene = Scene::with(adapter, [PASSWORDLESS, ("SECURITY_POST_LOGIN_VIEW", json!("/deck"))]);
    scene.account(ANN).await;
    for visitor in scene.both() {
        let own = asked(&scene, ANN).await;
        visitor.get(&own).await.assert_redirect("/deck");
        scene.forget_events().await;
        let answer = visitor.submit("/login?next=/elsewhere", json!({"email": ANN})).await;
        if visitor.is_json() {
            answer.assert_error(400, &scene.text(MessageKey::AnonymousUserRequired));
        } else {
            answer.assert_redirect("/deck");
            visitor.get("/login?next=/elsewhere").await.assert_redirect("/deck");
        }
        assert!(scene.mails().await.is_empty() && scene.events().await.is_empty());
    }
}

/// Without a trace in the account, even when the mail went out before.
pub async fn a_sign_in_link_does_not_open_a_disabled_or_locked_account(adapter: &Adapter) {
    let scene = Scene::with(adapter, [PASSWORDLESS]);
    let disabled = invited(&scene, ANN).await;
    scene.deactivate(ANN).await;
    let locked = invited(&scene, BOB).await;
    scene.lock(BOB);
    for (link, email) in [(disabled, ANN), (locked, BOB)] {
        let before = scene.user(email).await;
        assert_dead(&scene, &link, MessageKey::InvalidLoginToken).await;
        assert_eq!(scene.user(email).await, before);
    }
}

/// It was mailed to who owned the account then, as it was then.
pub async fn a_sign_in_link_is_dead_after_the_account_was_changed(adapter: &Adapter) {
    let scene = Scene::with(adapter, [PASSWORDLESS, CONFIRMABLE]);
    let link = invited(&scene, ANN).await;
    scene.change(ANN, |change| change.fs_uniquifier = Some("another".to_owned())).await;
    assert_dead(&scene, &link, MessageKey::InvalidLoginToken).await;

    let link = asked(&scene, ANN).await;
    let anna = "anna@harbour.example";
    scene
        .change(ANN, |change| {
            change.email = Some(anna.to_owned());
            change.confirmed_at = Some(None);
        })
        .await;
    assert_dead(&scene, &link, MessageKey::InvalidLoginToken).await;
    assert_eq!(scene.user(anna).await.confirmed_at, None, "nobody has read a mail to the new address");

    let link = asked(&scene, anna).await;
    let id = scene.user(anna).await.id;
    assert!(scene.store().delete_user(&id).await.expect("the datastore answers"));
    assert_dead(&scene, &link, MessageKey::InvalidLoginToken).await;
}

/// Whoever opens it has read a mail to the address.
pub async fn a_sign_in_link_confirms_the_address(adapter: &Adapter) {
    let scene = Scene::with(adapter, [PASSWORDLESS, CONFIRMABLE]);
    scene.account_with(ANN, |user| user.confirmed_at = None).await;
    let link = asked(&scene, ANN).await;
    let visitor = scene.browser();
    visitor.get(&link).await.assert_redirect("/");
    assert_eq!(visitor.who().await.as_deref(), Some(ANN));
    assert_eq!(scene.events().await, ["user-confirmed", "user-authenticated"]);
    assert_eq!(scene.user(ANN).await.confirmed_at, Some(scene.now()));
}

/// Whoever asks for the headers alone wants to look.
pub async fn a_head_uses_no_link_up(adapter: &Adapter) {
    let scene = Scene::with(adapter, [PASSWORDLESS]);
    let link = invited(&scene, ANN).await;
    for visitor in scene.both() {
        let answer = visitor.request(Method::HEAD, &link).await;
        answer.assert_status(405);
        assert_eq!(answer.header("allow"), Some("GET, POST"));
        assert_eq!(visitor.who().await, None);
    }
    let visitor = scene.browser();
    visitor.get(&link).await.assert_redirect("/");
    assert_eq!(visitor.who().await.as_deref(), Some(ANN));
}

/// `LINK_INTERSTITIAL`: programs that open every link in a mail use nothing up.
pub async fn a_link_is_used_by_a_button_where_the_site_says_so(adapter: &Adapter) {
    let options = [PASSWORDLESS, CONFIRMABLE, INTERSTITIAL];
    for is_confirmation in [false, true] {
        for json in [false, true] {
            let scene = Scene::with(adapter, options.clone());
            scene.account_with(ANN, |user| user.confirmed_at = None).await;
            let link = match is_confirmation {
                false => asked(&scene, ANN).await,
                true => {
                    scene.json_client().submit("/confirm", json!({"email": ANN})).await.assert_status(200);
                    link_in(&scene.mails().await[0])
                }
            };
            scene.forget_events().await;
            let visitor = if json { scene.json_client() } else { scene.browser() };
            for scanner in [scene.browser(), scene.json_client(), visitor.clone()] {
                let page = scanner.get(&link).await;
                page.assert_page(&format!("action=\"{link}\""));
                scanner.request(Method::HEAD, &link).await.assert_status(405);
            }
            assert!(scene.events().await.is_empty());
            assert_eq!(scene.user(ANN).await.confirmed_at, None);

            visitor.post(&link).csrf().await.assert_redirect(if is_confirmation { "/login" } else { "/" });
            assert_eq!(visitor.who().await.is_some(), !is_confirmation);
            assert_eq!(scene.user(ANN).await.confirmed_at, Some(scene.now()));
            // The button of the page works once.
            let other = scene.browser();
            other.post(&link).csrf().await.assert_redirect(if is_confirmation {
                "/confirm"
            } else {
                "/login"
            });
            assert_eq!(other.who().await, None);
        }
    }
}

/// `PASSWORDLESS` is off unless the site turns it on.
pub async fn a_site_with_passwords_has_no_sign_in_links(adapter: &Adapter) {
    let scene = Scene::new(adapter);
    for visitor in scene.both() {
        visitor.get("/login/token").await.assert_status(404);
    }
}
